// The teaching server's stand-in where a site has no server: answers /lab/status/<code> for the pages of this edition,
// from the table that the generator made with the server's own function. It leaves every other request alone and keeps
// nothing; try.js registers it at the press of the button and takes it out again.
const here = new URL("lab/status/", registration.scope);
const ASKED = new URL(location.href).searchParams.get("lang");

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin === here.origin && url.pathname.startsWith(here.pathname)) event.respondWith(answer(url, event.request));
});

async function answer(url, request) {
  const { status, reason, fields, content } = await message(url);
  if (request.headers.get("Accept") === "application/http") {
    const lines = [`HTTP/1.1 ${status} ${reason}`, ...fields.map((field) => field.join(": ")), "", content];
    return new Response(lines.join("\r\n"), { headers: { "Content-Type": "application/http; msgtype=response" } });
  }
  // There is no base to resolve Location by. A body is refused for null body statuses, even an empty one (Fetch §2.2.3).
  const headers = fields.map(([name, value]) => [name, name === "Location" ? new URL(value, url).href : value]);
  return new Response([204, 205, 304].includes(status) ? null : content, { status, statusText: reason, headers });
}

/** The message for an address, placed where the site is, with what only the moment can tell. */
async function message(url) {
  const language = url.searchParams.get("lang") ?? ASKED;
  const table = await fetch(new URL(`lab/try.${language}.json`, registration.scope), { cache: "no-cache" });
  const { codes } = await table.json();
  const code = Number(url.pathname.slice(here.pathname.length));
  const found = codes[code]?.answer;
  if (!found) return { status: 404, reason: "Not Found", fields: [], content: "" };
  const placed = (text) => text.replaceAll("/lab/status/", here.pathname);
  const content = placed(found.content);
  const fields = [["Date", new Date().toUTCString()], ...found.fields.map(([name, value]) => [name, placed(value)])];
  const length = fields.find(([name]) => name === "Content-Length");
  if (length) length[1] = String(new TextEncoder().encode(content).length);
  return { status: code, reason: found.reason, fields, content };
}
