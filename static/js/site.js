// What every page has beyond its HTML: the colour switch, copy buttons, the section being read, links that keep
// their section, and the door to the search. Nothing here is needed to read.

const root = document.documentElement;
const status = document.querySelector("#status");

/** Say something to a screen reader, once. */
const say = (text) => {
  status.textContent = "";
  setTimeout(() => { status.textContent = text; }, 50);
};

// --- colours: as the system, light, dark; remembered, and the same in every open tab ---

const KEY = "statusbook.theme";
const switcher = document.querySelector(".theme");
const metas = [...document.querySelectorAll("meta[name=theme-color]")];
const colours = metas.map((meta) => meta.content);

function show(theme) {
  root.dataset.theme = theme;
  switcher.title = switcher.dataset[theme || "system"];
  switcher.setAttribute("aria-label", switcher.title);
  metas.forEach((meta, i) => { meta.content = colours[theme ? Number(theme === "dark") : i]; });
}

switcher.addEventListener("click", () => {
  show({ "": "light", light: "dark", dark: "" }[root.dataset.theme] ?? "");
  try { localStorage.setItem(KEY, root.dataset.theme); } catch { /* not allowed to remember */ }
  say(switcher.title);
});
addEventListener("storage", (event) => { if (event.key === KEY || event.key === null) show(event.newValue ?? ""); });
show(root.dataset.theme ?? "");

// --- copy buttons ---

const { copy, copied } = document.body.dataset;

/** A button that copies the text of `source`; screen readers hear which by its first words. */
function copier(source) {
  const button = document.createElement("button");
  const text = source.textContent.replace(/\n$/, "");
  const name = `${copy} ${text.trim().slice(0, 40)}`;
  button.type = "button";
  button.className = "copy";
  button.textContent = copy;
  button.setAttribute("aria-label", name);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = copied;
    say(copied);
    setTimeout(() => { button.textContent = copy; }, 2000);
  });
  return button;
}

if (navigator.clipboard) {
  for (const pre of document.querySelectorAll("pre")) {
    const box = document.createElement("div");
    box.className = "copyable";
    pre.replaceWith(box);
    box.append(pre, copier(pre));
  }
  for (const name of document.querySelectorAll(".constants td code")) name.after(copier(name));
}

// Code that scrolls is reached by keyboard.
for (const pre of document.querySelectorAll("pre")) if (pre.scrollWidth > pre.clientWidth) pre.tabIndex = 0;

// --- headings link to themselves; the language switch keeps the section ---

for (const heading of document.querySelectorAll(".text h3[id]")) {
  if (heading.querySelector("a")) continue;
  const link = document.createElement("a");
  link.href = `#${heading.id}`;
  link.append(...heading.childNodes);
  heading.append(link);
}

for (const link of document.querySelectorAll(".languages a")) {
  link.addEventListener("click", () => { link.hash = location.hash; });
}

// --- the section being read, in the contents ---

const contents = document.querySelector(".contents");

if (contents) {
  const links = new Map([...contents.querySelectorAll("a")].map((link) => [link.hash.slice(1), link]));
  const headings = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  const label = contents.querySelector("summary span");
  let current;

  const track = () => {
    const end = scrollY > 0 && scrollY + innerHeight > root.scrollHeight - 4;
    const heading = end ? headings.at(-1) : headings.findLast((each) => each.getBoundingClientRect().top < innerHeight / 4);
    const link = heading && links.get(heading.id);
    if (link === current) return;
    current?.removeAttribute("aria-current");
    link?.setAttribute("aria-current", "true");
    label.textContent = link?.textContent ?? "";
    current = link;
  };

  let waiting;
  addEventListener("scroll", () => { waiting ??= requestAnimationFrame(() => { waiting = undefined; track(); }); }, { passive: true });
  track();
  contents.addEventListener("click", (event) => {
    if (event.target.closest("a")) contents.querySelector("details").open = false;
  });
}

// --- the not-found page: a code in the mistaken address ---

const guess = document.querySelector(".guess");
const code = guess && location.pathname.match(/(?<!\d)[1-9]\d\d(?!\d)/)?.[0];
const meant = code && [...document.querySelectorAll(".tile b")].find((b) => b.textContent === code)?.closest("a");

if (meant) {
  const link = document.createElement("a");
  link.href = meant.href;
  link.textContent = meant.textContent.trim().replace(/\s+/g, " ");
  guess.append(link);
  guess.hidden = false;
}

// --- search: loaded when the reader turns to it ---

const form = document.querySelector("form.search");
const input = form.querySelector("input");
const page = document.querySelector(".found");
let opened;

// Imported by its versioned address: a page never meets the script of another edition. Without it the form still works.
const load = () => import(new URL(form.dataset.script, document.baseURI).href);

const open = () => {
  opened ??= load().then((search) => (page ? search.results(form, page) : search.combobox(form)));
  opened.catch(() => { opened = undefined; });
};

// The search may arrive in the middle of a composition (IME): it has to know.
input.addEventListener("compositionstart", () => { input.composing = true; });
input.addEventListener("compositionend", () => { input.composing = false; });
input.addEventListener("focus", open, { once: true });
if (page && new URLSearchParams(location.search).get("q")) open();

// A code goes to its page, also when the search has not arrived yet.
form.addEventListener("submit", (event) => {
  if (!/^\s*\d{3}\s*$/.test(input.value.normalize("NFKC"))) return;
  event.preventDefault();
  load().then((search) => search.visit(form)).catch(() => form.submit());
});

addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  const slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
  const k = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  if (event.isComposing || !(slash || k)) return;
  event.preventDefault();
  input.focus({ preventScroll: true });
  input.select();
});
