// The protocol of protocol.py for drivers in JavaScript; packages are those of .lab/node_modules.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

export const PATIENCE = 8000;   // milliseconds

const require = createRequire(new URL('../../.lab/', import.meta.url));

/** The package `name` of the lab. */
export const load = name => import(pathToFileURL(require.resolve(name)));

/** The version of the lab's package `name`. */
export async function versionOf(name) {
  const { readFile } = await import('node:fs/promises');
  return JSON.parse(await readFile(new URL(`../../.lab/node_modules/${name}/package.json`, import.meta.url))).version;
}

/** Send every call of standard input with `send`, one after the other; what it throws is the call's error. */
export async function drive(version, send) {
  if (process.argv.includes('--version')) {
    console.log(await version());
    return;
  }
  for await (const line of createInterface({ input: process.stdin })) {
    const [name, method, url, headers, body] = line.split('\t');
    const pairs = headers.split('|').filter(Boolean).map(pair => pair.split(': '));
    let result;
    try {
      result = await send({ method, url, headers: Object.fromEntries(pairs), body: body || undefined });
    } catch (error) {
      result = { error: error.cause?.code ?? error.code ?? error.name };
    }
    const { status = '', length = '', error = '' } = result;
    console.log([name, status, length, error].join('\t'));
  }
}
