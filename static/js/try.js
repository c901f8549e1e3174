// “Send the request”: loaded when the button is pressed. Under `serve` the teaching server answers; on a published site,
// which has none, a service worker does. What comes back is shown as text, with what the browser kept to itself.

const root = new URL("../../", import.meta.url);
const language = document.documentElement.lang;
const code = Number(document.querySelector(".number").textContent);
const address = new URL(`lab/status/${code}?lang=${language}`, root);
const PATIENCE = 10000; // milliseconds until a service worker has to be at work

const STYLE = [
  ".tried { display: grid; gap: 0.5rem; margin-block-start: 1rem }",
  ".tried pre { max-block-size: 24rem; margin: 0; padding: 0.875rem 1rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere }",
  ".tried ul { margin: 0; padding-inline-start: 1.25em }",
  ".tried :is(b, li, p) { font-size: 0.9375rem; line-height: 1.6 }",
  ".try { display: flex; flex-wrap: wrap; gap: 0.5rem 0.75rem; align-items: center }",
  ".try code { overflow-wrap: anywhere; white-space: pre-wrap; font-size: 0.9375rem }",
  "@media print { .try, .tried { display: none } }",
].join("\n");

/** An element with text or children. */
const make = (name, ...children) => {
  const element = document.createElement(name);
  element.append(...children);
  return element;
};

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key]);

let table;

/** How to ask for the code and what to say about it, in the page's language. */
async function load() {
  table ??= fetch(new URL(`lab/try.${language}.json`, root), { cache: "no-cache" }).then((response) => response.json());
  table.catch(() => { table = undefined; });
  const { texts, codes } = await table;
  return { texts, entry: codes[code] };
}

/** The command that sends the same request from a terminal, beside the button. */
export async function command(place) {
  const { texts, entry } = await load();
  const { copy, copied } = document.body.dataset;
  const line = filled(entry.curl, { url: address.href });
  const label = make("span", texts.curl);
  label.className = "unseen";
  dress();
  place.append(label, make("code", line));
  if (!navigator.clipboard) return;
  const button = make("button", copy);
  button.setAttribute("aria-label", `${copy} curl`);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(line);
    document.querySelector("#status").textContent = button.textContent = copied;
    setTimeout(() => { button.textContent = copy; }, 2000);
  });
  place.append(button);
}

let sending = false;

/** Send the request and show what came of it below `place`. */
export async function send(place, served) {
  if (sending) return;
  sending = true;
  const status = document.querySelector("#status");
  try {
    const { texts, entry } = await load();
    status.textContent = texts.sending;
    try {
      const registration = served ? undefined : await employ();
      const seen = code === 101 ? await converse() : await ask(entry);
      const wire = await transcript();
      await registration?.unregister(); // it goes with this page: nothing of it stays behind
      show(place, panel(seen, wire, notes(seen, wire, entry, texts, served), texts, served));
      status.textContent = seen.error ?? `${seen.status} ${seen.reason}`;
    } catch (error) {
      status.textContent = filled(texts.unavailable, { error: error.message });
      show(place, [make("p", status.textContent)]);
    }
  } finally {
    sending = false;
  }
}

// --- sending ---

async function ask({ method, fields, content }) {
  try {
    // Without credentials no browser asks for a password; without a cache nothing old is shown.
    const response = await fetch(address, { method, headers: fields, body: content, credentials: "omit", cache: "no-store" });
    const { status, statusText: reason, redirected, url } = response;
    return { status, reason, redirected, url, fields: [...response.headers], text: await response.text() };
  } catch (error) {
    return { error: error.message };
  }
}

/** 101 by the one door that browsers have for it. */
function converse() {
  const socket = new WebSocket(address.href.replace(/^http/, "ws"));
  const heard = [];
  socket.onmessage = ({ data }) => heard.push(data);
  return new Promise((resolve) => {
    socket.onclose = (event) => resolve({ status: "WebSocket", reason: "", fields: [], text: heard.join("\n"), closed: event.code });
  });
}

/** The messages as they are sent, interim ones and all. */
async function transcript() {
  const response = await fetch(address, { headers: { Accept: "application/http" }, credentials: "omit", cache: "no-store" });
  return response.text();
}

/** Put the service worker to work for this page. */
async function employ() {
  const { serviceWorker } = navigator;
  if (serviceWorker.controller) return undefined; // since an earlier press
  const address = new URL(`try-worker.js?lang=${language}`, root).href;
  const working = new Promise((resolve, reject) => {
    serviceWorker.addEventListener("controllerchange", resolve, { once: true });
    setTimeout(() => reject(new Error("service worker: timeout")), PATIENCE);
  });
  const registration = await serviceWorker.register(trusted(address), { scope: root.href, updateViaCache: "none" });
  if (!serviceWorker.controller) await working;
  return registration;
}

/** The worker's address as a browser with Trusted Types wants it: that one and no other. */
function trusted(address) {
  const { trustedTypes } = globalThis;
  if (!trustedTypes) return address;
  policy ??= trustedTypes.createPolicy("statusbook", {
    createScriptURL: (url) => {
      if (url !== address) throw new TypeError("not the service worker of this page");
      return url;
    },
  });
  return policy.createScriptURL(address);
}

let policy;

// --- showing: text, never markup ---

function panel(seen, wire, notes, texts, served) {
  const parts = notes.length ? [make("ul", ...notes.map((note) => make("li", note)))] : [];
  if (!seen.error) {
    const head = [`${seen.status} ${seen.reason}`.trim(), ...seen.fields.map((field) => field.join(": "))];
    parts.unshift(...block(texts.got, [...head, "", seen.text || texts.empty].join("\n")));
  }
  if (served || seen.status !== code) parts.push(...block(served ? texts.wire : texts.model, wire.replaceAll("\r\n", "\n")));
  return parts;
}

/** A text with its label; as it may scroll, it can be reached by keyboard. */
function block(label, text) {
  const pre = make("pre", text);
  pre.tabIndex = 0;
  pre.setAttribute("role", "group");
  pre.setAttribute("aria-label", label);
  return [make("b", label), pre];
}

/** What the browser made of the response, and what it did not say. */
function notes(seen, wire, entry, texts, served) {
  const list = [];
  if (seen.error) list.push(filled(texts.failed, { error: seen.error }));
  else if (seen.closed) list.push(texts.socket, filled(texts.closed, { status: seen.closed }));
  else if (seen.redirected) list.push(filled(texts.redirected, { code, url: seen.url }));
  else if (code < 200) list.push(filled(texts.interim, { code }));
  else if (seen.status !== code) list.push(filled(texts.other, { status: seen.status, code }));
  if (seen.status === code && served) {
    const shown = new Set(seen.fields.map(([name]) => name));
    const names = wire.split("\r\n\r\n")[0].split("\r\n").slice(1).map((line) => line.split(":")[0]);
    const kept = names.filter((name) => !shown.has(name.toLowerCase()));
    if (kept.length) list.push(filled(texts.hidden, { names: kept.join(", ") }));
  }
  if (code === 401) list.push(texts.login);
  if (entry.unsent.length && !seen.closed) list.push(filled(texts.unsent, { names: entry.unsent.join(", ") }));
  if (!served) list.push(texts.worker);
  return list;
}

let sheet;

/** Bring the styles of what only the press of the button shows. */
function dress() {
  if (sheet) return;
  sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

let shown;

function show(place, parts) {
  dress();
  const panel = make("div", ...parts);
  panel.className = "tried";
  if (shown) shown.replaceWith(panel);
  else place.after(panel);
  shown = panel;
}
