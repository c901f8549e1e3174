// What every page has beyond its HTML: the colour switch, copy buttons, the section being read, links that keep
// their section, and the door to the search. Nothing here is needed to read.

// The looks of what only script shows: no page need carry them, as it is painted before script begins.
import looks from "../css/parts/scripted.css" with { type: "css" };

document.adoptedStyleSheets.push(looks);

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
  switcher.title = switcher.dataset[theme || "system"]; // its name, too: a label beside it would have it said twice
  metas.forEach((meta, i) => { meta.content = colours[theme ? Number(theme === "dark") : i]; });
}

switcher.addEventListener("click", () => {
  show({ "": "light", light: "dark", dark: "" }[root.dataset.theme] ?? "");
  try { localStorage.setItem(KEY, root.dataset.theme); } catch { /* not allowed to remember */ }
  say(switcher.title);
});
addEventListener("storage", (event) => { if (event.key === KEY || event.key === null) show(event.newValue ?? ""); });
show(root.dataset.theme ?? "");

// What acts by script alone is offered by script: from a disk, browsers do not load this file.
for (const each of document.querySelectorAll(".theme, .search kbd, .help")) each.hidden = false;
document.querySelector(".search kbd").ariaHidden = "true"; // `?` tells the keys

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

// --- what is put off until the page has been painted: it would delay that ---

/** Milliseconds of work in one pause: a reader who scrolls or types meanwhile must not notice it. */
const SLICE = 6;

const later = (work) => (globalThis.requestIdleCallback ? requestIdleCallback(work, { timeout: 1000 }) : setTimeout(work, 100));

/** Do `work` with each of `things`, some in each pause. Resolves when all are done. */
const inPauses = (things, work) => new Promise((resolve) => {
  const left = [...things];
  const go = () => {
    const end = performance.now() + SLICE;
    while (left.length && performance.now() < end) work(left.shift());
    if (left.length) later(go); else resolve();
  };
  later(go);
});

/** Lay out what the sheet lets wait (--later in static/css/parts/base.css): asking for its height has that done now. */
const settle = (each) => {
  each.style.contentVisibility = "visible";
  return each.offsetHeight;
};

/** What scrolls sideways is reached by keyboard; what fits is no stop on the way. A turned phone changes which is which. */
const reach = new ResizeObserver((boxes) => {
  for (const { target } of boxes) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

const furnish = {
  pre(pre) {
    const code = pre.querySelector("code");
    if (navigator.clipboard) pre.append(copier(code));
    reach.observe(code);
  },
  code(code) { if (navigator.clipboard) code.after(copier(code)); }, // a constant
  h3(heading) {
    if (heading.querySelector("a")) return;
    const link = document.createElement("a");
    link.href = `#${heading.id}`;
    link.append(...heading.childNodes);
    heading.append(link);
  },
  figure: (diagram) => reach.observe(diagram),
  div: (table) => reach.observe(table),
};

const putOff = "top" in root.dataset ? ".text > *, .row, .tiles, .all .codes, .proof" : "none";
const furnished = "pre:has(> code:only-child), .constants td code:only-child, .text h3[id], .diagram, .table";
const furnishAll = () => inPauses(document.querySelectorAll(furnished), (each) => {
  if (each.matches(furnished)) furnish[each.localName](each);
});

// The root keeps its mark: to take it away would have the styles of all elements worked out once more, at one go.
inPauses(document.querySelectorAll(putOff), settle).then(furnishAll);

// --- the language switch keeps the section ---

for (const link of document.querySelectorAll(".languages a")) {
  link.addEventListener("click", () => { link.hash = location.hash; });
}

// --- the section being read, in the contents ---

const contents = document.querySelector(".contents");

/** How many of `headings`, which stand one below the other, begin above `line`. Few are asked: each may have to be laid out. */
function countAbove(headings, line) {
  let [low, high] = [0, headings.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (headings[middle].getBoundingClientRect().top < line) low = middle + 1; else high = middle;
  }
  return low;
}

let follow = () => {};

if (contents) {
  let links, headings, label, current;

  const track = () => {
    const end = scrollY > 0 && scrollY + innerHeight > root.scrollHeight - 4;
    const heading = headings[end ? headings.length - 1 : countAbove(headings, innerHeight / 4) - 1];
    const link = heading && links.get(heading.id);
    if (link === current) return;
    current?.removeAttribute("aria-current");
    link?.setAttribute("aria-current", "true");
    label.textContent = link?.textContent ?? "";
    current = link;
  };

  follow = () => {
    links = new Map([...contents.querySelectorAll("a")].map((link) => [link.hash.slice(1), link]));
    headings = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
    label = contents.querySelector("summary span");
    later(track);
  };
  follow();

  let waiting;
  addEventListener("scroll", () => { waiting ??= requestAnimationFrame(() => { waiting = undefined; track(); }); }, { passive: true });
  contents.addEventListener("click", (event) => {
    if (event.target.closest("a")) contents.querySelector("details").open = false;
  });
}

// --- `serve` has taken over an edit in place (statusbook/live.js): what is new in the text gets what the rest has ---

addEventListener("statusbook:changed", () => {
  furnishAll();
  follow();
});

// --- the not-found page: a code in the mistaken address ---

const guess = document.querySelector(".guess");
const code = guess && location.pathname.match(/(?<!\d)[1-9]\d\d(?!\d)/)?.[0];
const meant = code && [...document.querySelectorAll(".tile b")].find((b) => b.textContent === code)?.closest("a");

if (meant) {
  const link = document.createElement("a");
  link.href = meant.href;
  link.textContent = meant.textContent.trim().replace(/\s+/g, " ");
  if (/[ -~]$/.test(guess.textContent.trim())) guess.append(" "); // a full-width colon is wide enough
  guess.append(link);
  guess.hidden = false;
}

// --- search: loaded when the reader turns to it ---

const form = document.querySelector("form.search");
const input = form.querySelector("input");
const page = document.querySelector(".found");
let opened;

/** What scripts say, and where to find what they load later: fetched on first need. Rejects when it cannot be read. */
let texts;
const said = () => {
  texts ??= fetch(form.dataset.texts).then((response) => response.json());
  texts.catch(() => { texts = undefined; });
  return texts;
};

/** The address of a file by its path from the site's root. */
const fileOf = (path) => new URL(path, new URL(root.dataset.root.replace(/index\.html$/, ""), document.baseURI)).href;

/** Add a style sheet for what only script shows. Resolves when it is there. */
const restyle = (href) => new Promise((resolve, reject) => {
  const link = document.createElement("link");
  Object.assign(link, { rel: "stylesheet", href, onload: resolve, onerror: reject });
  document.head.append(link);
});

/** Have a file fetched that will be asked for soon. Nobody waits for it, and a failure shows where it is asked for. */
const fetchEarly = (rel, href, more) => document.head.append(Object.assign(document.createElement("link"), { rel, href, ...more }));

/** Texts and styles of what appears late, once. */
let dressed;
const dress = () => {
  dressed ??= said().then(async (all) => {
    if (!page) await restyle(fileOf(all.files.late));
    return all;
  });
  dressed.catch(() => { dressed = undefined; });
  return dressed;
};

// Imported by its versioned address: a page never meets the script of another edition. Without it the form still works.
// The index, which is the largest, starts with it, and the engine as soon as its address is known: on a slow line the
// reader waits for two answers in a row, not three.
let loading;
const load = () => {
  loading ??= (async () => {
    const index = new URL("index.json", form.action).href;
    fetchEarly("preload", index, { as: "fetch", crossOrigin: "anonymous" });
    const script = import(new URL(form.dataset.script, document.baseURI).href);
    said().then(({ files }) => fetchEarly("modulepreload", fileOf(files.engine)), () => {});
    const [search, all] = await Promise.all([script, dress()]);
    const [engine, lens, shards] = [all.files.engine, all.files.lens, all.files.shards].map(fileOf);
    Object.assign(form.dataset, all.search, { engine, index, lens, shards });
    return search;
  })();
  loading.catch(() => { loading = undefined; });
  return loading;
};

const open = () => {
  opened ??= load().then((search) => (page ? search.results(form, page) : search.combobox(form)));
  opened.catch(() => { opened = undefined; });
};

Object.assign(input, { autocomplete: "off", autocapitalize: "off", spellcheck: false, enterKeyHint: "search" });

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

// --- keys: / n p ? and the digits of a code; Ctrl-K. Those without Ctrl can be switched off ---

const SINGLE = "statusbook.keys";
/** Milliseconds within which the next digit of a number is typed. */
const PACE = 1500;

const keys = {
  get on() { try { return localStorage.getItem(SINGLE) !== "off"; } catch { return true; } },
  set on(on) { try { localStorage.setItem(SINGLE, on ? "on" : "off"); } catch { /* not allowed to remember */ } },
};

const toSearch = () => {
  input.focus({ preventScroll: true });
  input.select();
};

const toCode = (code) => load().then((search) => {
  input.value = code;
  return search.visit(form);
}).catch(() => { input.value = code; form.submit(); });

const showKeys = () => dress().then(async (all) => {
  const { sheet } = await import(fileOf(all.files.keys));
  if (!document.querySelector("dialog[open]")) sheet(all.keys, keys);
}).catch(() => {});

let digits = "";
let until = 0;

/** Take up a digit typed outside a field: three are a code. The field shows them as they come. */
const typed = (digit, now) => {
  digits = now < until ? digits + digit : digit;
  until = now + PACE;
  input.value = digits;
  say(digits);
  if (digits.length === 3) toCode(digits);
  const shown = digits;
  setTimeout(() => { if (input.value === shown && document.activeElement !== input) input.value = ""; }, PACE);
};

const commands = {
  "/": toSearch,
  "?": showKeys,
  n: () => document.querySelector(".turns [rel=next]")?.click(),
  p: () => document.querySelector(".turns [rel=prev]")?.click(),
  g: () => { digits = ""; until = performance.now() + 3 * PACE; say(input.getAttribute("aria-label")); },
};

addEventListener("keydown", (event) => {
  const { key, target, ctrlKey, metaKey, altKey, shiftKey } = event;
  if (event.isComposing || event.defaultPrevented || altKey) return;
  if (ctrlKey || metaKey) {
    if (key.toLowerCase() !== "k" || shiftKey) return;
    event.preventDefault();
    toSearch();
  } else if (!event.repeat && !target.closest?.("input, textarea, select, [contenteditable], dialog") && keys.on) {
    if (/^[0-9]$/.test(key)) typed(key, performance.now());
    else if (Object.hasOwn(commands, key)) {
      event.preventDefault();
      commands[key]();
    }
  }
});

document.querySelector("button.help").addEventListener("click", showKeys);

// --- which codes a list shows: remembered while the tab is open, and said ---

const SHOW = "statusbook.show";
const filter = document.querySelector(".filter");

if (filter) {
  try { filter.querySelector(`[value="${CSS.escape(sessionStorage.getItem(SHOW) ?? "all")}"]`).checked = true; } catch { /* all */ }
  filter.addEventListener("change", async ({ target }) => {
    try { sessionStorage.setItem(SHOW, target.value); } catch { /* not allowed to remember */ }
    const shown = [...document.querySelectorAll(".listed :is(.row, .tile)")].filter((each) => each.checkVisibility()).length;
    try { say((await said()).shown.replace("{n}", shown)); } catch { /* nobody waits for it */ }
  });
}

// --- previews of linked codes and header fields: loaded when the reader first points at one or tabs to it, unless data is dear ---

const prose = document.querySelector(".text");
const dear = matchMedia("(prefers-reduced-data: reduce)").matches || navigator.connection?.saveData;
let peeking;

const peek = (event) => {
  if (peeking || event.pointerType === "touch" || !event.target.closest(".ref, .codes a, pre a")) return;
  peeking = said().then(async ({ files }) => {
    const fetched = fetch(fileOf(files.cards)).then((response) => response.json());
    const [preview, cards] = await Promise.all([import(fileOf(files.preview)), fetched, restyle(fileOf(files.previewStyle))]);
    preview.watch(prose, cards);
  });
  peeking.catch(() => { peeking = undefined; });
};

if (prose && !dear) for (const type of ["pointerover", "focusin"]) prose.addEventListener(type, peek);

// --- the request behind a code: sent where something answers it, `serve` or else a service worker (which has no 1xx) ---

const trial = document.querySelector(".try");
const served = document.querySelector("script[src^='/_live/']");

if (trial && (served || (navigator.serviceWorker && !trial.hidden))) {
  const button = trial.firstElementChild;
  const tool = async () => import(fileOf((await said()).files.try));
  trial.hidden = button.hidden = false;
  button.addEventListener("click", () => tool().then((it) => it.send(trial, served), (error) => say(error.message)));
  if (served) tool().then((it) => it.command(trial)).catch(() => {}); // the button says what is wrong
}
