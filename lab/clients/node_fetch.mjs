// Driver of the fetch() that Node.js has.
import { drive, PATIENCE } from './protocol.mjs';

await drive(() => process.versions.node, async ({ method, url, headers, body }) => {
  const response = await fetch(url, { method, headers, body, signal: AbortSignal.timeout(PATIENCE) });
  return { status: response.status, length: (await response.arrayBuffer()).byteLength };
});
