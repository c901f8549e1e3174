// Driver of got, which retries by itself and follows redirects. A status that is not 2xx is an HTTPError.
import { drive, load, PATIENCE, versionOf } from './protocol.mjs';

await drive(() => versionOf('got'), async ({ method, url, headers, body }) => {
  const { default: got } = await load('got');
  try {
    const response = await got(url, { method, headers, body, timeout: { request: PATIENCE } });
    return { status: response.statusCode, length: response.rawBody.byteLength };
  } catch (error) {
    if (!error.response) throw error;
    return { status: error.response.statusCode, error: error.name };
  }
});
