// Driver of axios in Node.js. A status that is not 2xx is an AxiosError with the response in it.
import { drive, load, PATIENCE, versionOf } from './protocol.mjs';

await drive(() => versionOf('axios'), async ({ method, url, headers, body }) => {
  const { default: axios } = await load('axios');
  const options = { method, url, headers, data: body, timeout: PATIENCE, responseType: 'arraybuffer' };
  try {
    const response = await axios(options);
    return { status: response.status, length: response.data.byteLength };
  } catch (error) {
    if (!error.response) throw error;
    return { status: error.response.status, error: error.name };
  }
});
