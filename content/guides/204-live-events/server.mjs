// Receives user-behaviour records by POST /events, answers 204, and forwards each record to every page
// that has GET /stream open (Server-Sent Events). Node.js 18 or newer, no packages:
//
//   INGEST_TOKEN=change-me node server.mjs
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const { HOST = '127.0.0.1', PORT = '8080', INGEST_TOKEN, HEARTBEAT_SECONDS = '15' } = process.env;
const MAX_BODY = 16 * 1024; // bytes; one record is far smaller
const MAX_TEXT = { id: 64, user: 100, action: 100, page: 2000 }; // characters of each field
const KEEP = 1000; // events held for pages that were away or are slow

if (!INGEST_TOKEN) {
  console.error('Set INGEST_TOKEN to a long random secret; the pushing service must send the same one.');
  process.exit(1);
}

const file = (name) => readFileSync(new URL(name, import.meta.url));
const FILES = new Map([
  ['/', [file('page.html'), 'text/html; charset=utf-8']],
  ['/page.js', [file('page.js'), 'text/javascript; charset=utf-8']],
  ['/page.css', [file('page.css'), 'text/css; charset=utf-8']],
]);
const ALLOW = new Map([['/events', 'POST'], ['/stream', 'GET, HEAD']]);
for (const path of FILES.keys()) ALLOW.set(path, 'GET, HEAD');
// Only our own script, style and stream: text from a record can never run as a script.
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
  + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

// --- The events: one shared history. A page is only a position in it. ---------------------------

const history = []; // the last KEEP events as { id, frame }
const numbers = new Map(); // id of the pushing service -> number of the event
const pages = new Set(); // { res, next }: next is the number of the event to send next
let first = 0; // number of history[0]

function publish(id, frame) {
  if (numbers.has(id)) return; // a retry of a push that we already have
  numbers.set(id, first + history.length);
  history.push({ id, frame });
  if (history.length > KEEP) {
    numbers.delete(history.shift().id);
    first += 1;
  }
  for (const page of pages) send(page);
}

// Sends until the page is up to date or its buffer is full ('drain' goes on from there). A slow page
// falls behind in the history instead of filling our memory, and nobody waits for it.
function send(page) {
  if (!pages.has(page)) return; // it left, or we are closing
  if (page.next < first) return page.res.destroy(); // too far behind: let it reconnect
  while (page.next < first + history.length && !page.res.writableNeedDrain) {
    page.res.write(history[page.next - first].frame);
    page.next += 1;
  }
}

function stream(req, res, query) {
  res.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no', // nginx: pass every event on at once
  });
  if (req.method === 'HEAD') return res.end();
  res.write('retry: 2000\n\n'); // after a broken connection the browser waits 2 seconds
  // The last event that the page saw: from a browser that reconnects, or from our script.
  const last = req.headers['last-event-id'] ?? query.get('after');
  const seen = last === null ? first + history.length - 1 : numbers.get(last) ?? first - 1;
  const page = { res, next: seen + 1 };
  pages.add(page);
  res.on('drain', () => send(page));
  res.on('close', () => pages.delete(page));
  send(page);
}

// A comment line keeps idle connections alive through proxies and finds the dead ones.
setInterval(() => {
  for (const { res } of pages) if (!res.writableNeedDrain) res.write(':\n\n');
}, Number(HEARTBEAT_SECONDS) * 1000).unref();

// --- The requests -------------------------------------------------------------------------------

class Refused extends Error {
  constructor(status, reason, headers = {}) {
    super(reason);
    Object.assign(this, { status, headers });
  }
}

// Equal hashes instead of equal strings: timingSafeEqual needs equal lengths, and its time tells nothing.
const digest = (text) => createHash('sha256').update(text).digest();
const expected = digest(INGEST_TOKEN);

function authorized(req) {
  const [, token = ''] = /^bearer +(.+)$/i.exec(req.headers.authorization ?? '') ?? [];
  return timingSafeEqual(digest(token), expected);
}

// Returns the fields that the page shows, and nothing else of what was sent.
function pick(record) {
  const event = {};
  for (const [name, most] of Object.entries(MAX_TEXT)) {
    const text = record?.[name];
    if (typeof text !== 'string' || text.length < 1 || text.length > most) {
      throw new Refused(422, `${name} must be a string of 1 to ${most} characters`);
    }
    event[name] = text;
  }
  // It goes into a line "id: ..."
  if (!/^[A-Za-z0-9_.:-]+$/.test(event.id)) throw new Refused(422, 'id may hold A-Z a-z 0-9 _ . : -');
  return { ...event, time: new Date().toISOString() };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

async function ingest(req, res) {
  if (!authorized(req)) { // who is it? before a byte of the content is read
    const challenge = 'Bearer realm="events"' + (req.headers.authorization ? ', error="invalid_token"' : '');
    throw new Refused(401, 'Missing or wrong token', { 'WWW-Authenticate': challenge });
  }
  const type = (req.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
  if (type !== 'application/json') throw new Refused(415, 'Send application/json', { Accept: 'application/json' });
  const length = req.headers['content-length'];
  if (length === undefined) throw new Refused(411, 'Send Content-Length');
  if (Number(length) > MAX_BODY) throw new Refused(413, `At most ${MAX_BODY} bytes`);
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  let record;
  try {
    record = JSON.parse(utf8.decode(Buffer.concat(chunks)));
  } catch {
    throw new Refused(400, 'Not JSON');
  }
  const event = pick(record);
  publish(event.id, `id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`);
  res.writeHead(204).end(); // done, and nothing to say: no content, no Content-Length
}

async function route(req, res) {
  const [path, query] = req.url.split('?');
  if (!ALLOW.has(path)) throw new Refused(404, 'Not found');
  const allow = ALLOW.get(path);
  if (!allow.split(', ').includes(req.method)) throw new Refused(405, 'Method not allowed', { Allow: allow });
  if (path === '/events') return ingest(req, res);
  if (path === '/stream') return stream(req, res, new URLSearchParams(query));
  const [body, type] = FILES.get(path);
  respond(res, 200, body, { 'Content-Type': type, 'Cache-Control': 'no-cache', 'Content-Security-Policy': POLICY });
}

function respond(res, status, body, headers) {
  res.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
  res.end(body); // Node leaves the body away when the request is HEAD, and reads what is left of a request
}

const server = createServer({ requestTimeout: 30_000, keepAliveTimeout: 30_000 }, (req, res) => {
  route(req, res).catch((error) => {
    if (!(error instanceof Refused)) {
      if (error.code !== 'ECONNRESET') console.error(error); // ECONNRESET: they left while we were reading
      return res.destroy();
    }
    respond(res, error.status, `${error.message}\n`, { 'Content-Type': 'text/plain', ...error.headers });
  });
});
server.listen(Number(PORT), HOST, () => console.log(`Listening on http://${HOST}:${server.address().port}/`));

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const page of pages) {
      pages.delete(page);
      page.res.end();
    }
    server.close();
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 1000).unref(); // whoever is not done by then
  });
}
