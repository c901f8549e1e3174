// The search as the reader meets it: a combobox in the bar of every page, a list on the search page.
// The words and the ranking are engine.js. Everything is written as text, never as HTML.
// Modules are imported by the versioned addresses the page gives, so that no page meets a module of another edition.

const status = document.querySelector("#status");

/** The address of a result, wherever the site is put. */
const resolve = (address) => {
  const root = new URL(document.documentElement.dataset.root.replace(/index\.html$/, ""), document.baseURI);
  return new URL(address.slice(1), root).href;
};

/** The address of a result, at the cause that speaks of what was asked for where that is known. */
const addressOf = (hit) => resolve(hit.anchor ? `${hit.address}#${hit.anchor}` : hit.address);

/** An element with text or children. */
const make = (name, className, ...children) => {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
};

/** The name of a result: number, title, and the phrase where it says more. */
const nameOf = (hit) => {
  const number = hit.number || (hit.kind === "class" ? hit.name : "");
  const parts = number ? [make("b", "", number), " "] : [];
  parts.push(make("span", "", hit.kind === "class" ? hit.title.replace(number, "").trim() : hit.title));
  if (hit.phrase && hit.phrase.toLowerCase() !== hit.title.toLowerCase() && !hit.phrase.startsWith("(")) {
    const phrase = make("small", "", hit.phrase);
    phrase.lang = "en";
    parts.push(" ", phrase);
  }
  return parts;
};

/** The text with the query's terms in <mark>. */
const marked = (text, terms) => {
  const lower = text.toLowerCase();
  const on = new Uint8Array(text.length);
  if (lower.length === text.length) {
    for (const term of terms) {
      if (term.length < 2) continue;
      for (let at = lower.indexOf(term); at >= 0; at = lower.indexOf(term, at + 1)) {
        const latin = term < "\u0080";
        if (latin && /[a-z0-9]/.test(lower[at - 1] ?? "")) continue;
        const rest = latin ? /^[a-z]{0,4}(?![a-z])/.exec(lower.slice(at + term.length))?.[0].length ?? 0 : 0;
        on.fill(1, at, at + term.length + rest);
      }
    }
  }
  const parts = [];
  for (let at = 0; at < text.length;) {
    let end = at;
    while (end < text.length && on[end] === on[at]) end += 1;
    parts.push(on[at] ? make("mark", "", text.slice(at, end)) : text.slice(at, end));
    at = end;
  }
  return parts;
};

/** Why a result is there: the keyword or message that matched, if its name does not show it; then what it is about. */
const about = (hit) => {
  const known = [hit.title, hit.phrase, hit.number, hit.name, ""].includes(hit.matched ?? "") || hit.rule === "summary";
  const why = known ? [] : [make("q", "", ...marked(hit.matched, hit.terms))];
  if (why.length && hit.summary) why.push(" · ");
  return make("p", "", ...why, ...marked(hit.summary, hit.terms));
};

const hueOf = (hit) => (hit.classKey ? `c${hit.classKey[0]}` : "");

const versioned = (address) => import(new URL(address, document.baseURI).href);

/** The index as it is published. */
async function read(url, cache) {
  const response = await fetch(url, { cache });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.json();
}

/** Work this long (ms) at a time when nothing else is to do: a key that comes meanwhile does not wait longer. */
const SLICE = 4;
const later = globalThis.requestIdleCallback ?? ((work) => setTimeout(work, 50));

/** Take the `steps` of a generator while nothing else is to do. */
const idle = (steps) => later(() => {
  const until = performance.now() + SLICE;
  while (performance.now() < until) if (steps.next().done) return;
  idle(steps);
});

/** A reader who still types asks for nothing of a large book yet (ms); the index has answered. */
const PAUSE = 120;

/** Engine and index, fetched once, and what there is to say about a search. */
function source(form) {
  const { index, engine, shards, one, many, none, invalid, unknown, loading, failed } = form.dataset;
  const kept = new Map();
  /** A file of a large book, beside the index; once. */
  const file = (path) => {
    if (!kept.has(path)) {
      const reading = read(new URL(path, new URL(index, document.baseURI)).href, "default");
      kept.set(path, reading);
      reading.catch(() => kept.delete(path));
    }
    return kept.get(path);
  };
  let opening;
  const open = () => {
    const url = new URL(index, document.baseURI).href;
    opening ??= Promise.all([versioned(engine), read(url, "default")]).then(async ([module, data]) => {
      // An index of another edition than the engine's is asked for anew, once.
      const opened = module.prepare(data.version === module.VERSION ? data : await read(url, "reload"));
      idle(module.warm(opened));
      return { engine: module, index: opened };
    });
    opening.catch(() => { opening = undefined; });
    return opening;
  };
  return {
    open,
    loading,
    failed,
    /** Resolves to the hits of a query, best first. Rejects when the index cannot be read; the next call tries again. */
    async find(query, limit) {
      const opened = await open();
      const hits = opened.engine.search(opened.index, query, limit);
      if (hits.length) return hits;
      return Object.assign(opened.engine.suggest(opened.index, query), { empty: true });
    },
    /**
     * Resolves to the hits of a large book, whose index has not all guides; to undefined in another, when `stale` says that
     * nobody asks any more, and when they cannot be read: then what the index found stands. It waits for `pause` first.
     */
    async more(hits, query, stale, limit = 10, pause = PAUSE) {
      const opened = await open();
      if (!opened.index.shards || !query.trim()) return undefined;
      try {
        const [{ beyond }] = await Promise.all([versioned(shards), new Promise((resolve) => { setTimeout(resolve, pause); })]);
        return stale() ? undefined : await beyond(opened.engine, opened.index, query, hits, limit, file);
      } catch {
        return undefined;
      }
    },
    count(hits, query) {
      if (hits.empty) return none.replace("{q}", query.trim());
      if (hits.unknown) {
        if (hits.unknown >= "600") return invalid.replace("{n}", hits.unknown);
        const first = hits.unknown[0];
        return unknown.replace("{n}", hits.unknown).replace("{class}", `${first}xx`).replace("{like}", `${first}00`);
      }
      return hits.length === 1 ? one : many.replace("{n}", hits.length);
    },
  };
}

/** Call `update` on every change of the input's text, but not inside a composition (IME). */
function onText(input, update) {
  input.addEventListener("input", (event) => { if (!event.isComposing) update(); });
  input.addEventListener("compositionend", update);
}

/** The one page whose number or name `query` is; undefined if there is none. Rejects when the index cannot be read. */
async function meant({ find, more }, query) {
  const hits = await find(query);
  const all = hits.direct ? hits : await more(hits, query, () => false, 10, 0);
  return all?.direct ? all[0] : undefined;
}

/** Go to the page whose number or name was typed; to the search page if it is none. */
export async function visit(form, known = source(form)) {
  try {
    const hit = await meant(known, form.elements.q.value);
    if (hit) return location.assign(addressOf(hit));
  } catch { /* the search page says so */ }
  return form.submit();
}

/** A document of ours. The browser parses it, no script does: Trusted Types need no exception for it. */
const documentAt = (address) => new Promise((resolve, reject) => {
  const request = new XMLHttpRequest();
  request.open("GET", address);
  request.responseType = "document";
  request.onload = () => (request.response ? resolve(request.response) : reject(new Error(address)));
  request.onerror = reject;
  request.send();
});

/** The lens of the search page, in a dialog of this page. */
async function lensDialog(form) {
  const section = (await documentAt(new URL("lens.xml", form.action))).querySelector(".lens");
  const dialog = make("dialog", "lens-dialog", document.importNode(section, true));
  const close = make("button", "close", form.dataset.close);
  close.type = "button";
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => { dialog.remove(); form.elements.q.focus(); });
  dialog.prepend(close);
  document.body.append(dialog);
  dialog.showModal();
  return dialog.querySelector(".lens");
}

/** Make `section` a lens: what is put into its text area is read at once. Resolves when `text` has been. */
async function lens(form, section, open, text = "") {
  const area = section.querySelector("textarea");
  const outcome = section.querySelector(".outcome");
  const show = async () => {
    outcome.textContent = "";
    if (!area.value.trim()) return section.querySelector(".report").replaceChildren();
    try {
      const [module, { engine, index }] = await Promise.all([versioned(form.dataset.lens), open()]);
      const said = await module.show(section, section.whole ?? area.value, engine, index, resolve);
      if (said) outcome.textContent = said;
    } catch {
      outcome.textContent = form.dataset.failed;
    }
    return undefined;
  };
  section.hidden = false;
  area.addEventListener("input", () => { section.whole = undefined; show(); });
  // A text area lays out every line it holds: of a long log it gets the beginning, the lens gets all.
  const put = (whole) => {
    section.whole = whole.length > 20_000 ? whole : undefined;
    area.value = whole.slice(0, 20_000);
    return show();
  };
  area.addEventListener("paste", (event) => {
    const pasted = event.clipboardData?.getData("text/plain") ?? "";
    if (pasted.length <= 20_000) return;
    event.preventDefault();
    put(pasted);
  });
  area.addEventListener("drop", async (event) => {
    const [file] = event.dataTransfer?.files ?? [];
    if (!file) return;
    event.preventDefault();
    put(await file.text());
  });
  if (text) await put(text);
}

/**
 * Make the form's input a combobox with a list box of results (ARIA Authoring Practices, “editable combobox
 * with list autocomplete”). Enter without a chosen result goes to the page that was named, or to the search page.
 */
export function combobox(form) {
  const input = form.elements.q;
  const { open, find, more, count, loading, failed } = source(form);
  const list = make("ul", "options");
  const note = make("p", "options");
  let hits = [];
  let active = -1;
  let shown = "";

  const reader = make("button", "read");
  let pasted = "";
  reader.type = "button";
  reader.hidden = true;
  list.id = "options";
  list.role = "listbox";
  list.ariaLabel = form.dataset.results;
  note.setAttribute("aria-hidden", "true");
  list.hidden = note.hidden = true;
  form.append(make("div", "below", reader, note, list));
  input.type = "text";
  input.role = "combobox";
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  const tell = (text) => {
    status.textContent = note.textContent = text;
    note.hidden = !text || (hits.length > 0 && !hits.empty && !hits.unknown);
  };

  const choose = (n) => {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = n;
    const option = list.children[active];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  };

  const draw = () => {
    list.replaceChildren(...hits.map((hit, n) => {
      const option = make("li", hueOf(hit), make("div", "", ...nameOf(hit)), about(hit));
      option.id = `option-${n}`;
      option.role = "option";
      option.setAttribute("aria-selected", "false");
      return option;
    }));
    list.hidden = !hits.length;
    input.setAttribute("aria-expanded", String(hits.length > 0));
    choose(-1);
  };

  const close = () => {
    hits = [];
    shown = "";
    draw();
    tell("");
  };

  const update = async () => {
    const query = input.value;
    if (query === shown || input.composing) return;
    if (!query.trim()) return close();
    shown = query;
    const waiting = setTimeout(() => { if (shown === query) tell(loading); }, 300);
    const answer = (found) => {
      if (!found || shown !== query) return;
      hits = found;
      draw();
      tell(count(hits, query));
    };
    try {
      const found = await find(query);
      answer(found);
      clearTimeout(waiting);
      const all = await more(found, query, () => shown !== query);
      if (active < 0) answer(all); // who has begun to choose keeps what there is to choose from
    } catch {
      if (shown === query) { shown = ""; tell(failed); }
    } finally {
      clearTimeout(waiting);
    }
  };

  const go = (hit, apart) => {
    if (apart) window.open(addressOf(hit), "_blank", "noopener");
    else location.assign(addressOf(hit));
  };

  const keys = {
    ArrowDown: () => choose(active + 1 < hits.length ? active + 1 : 0),
    ArrowUp: () => choose(active > 0 ? active - 1 : hits.length - 1),
    Home: () => choose(0),
    End: () => choose(hits.length - 1),
  };

  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.altKey || event.shiftKey) return;
    if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      go(hits[active], event.ctrlKey || event.metaKey);
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (hits.length || !note.hidden) close();
      else if (input.value) input.value = "";
      else input.blur();
    } else if (event.key === "ArrowDown" && !hits.length) {
      event.preventDefault();
      update();
    } else if (hits.length && keys[event.key] && (active >= 0 || event.key.startsWith("Arrow"))) {
      event.preventDefault();
      keys[event.key]();
    }
  });

  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the input keeps the focus
  list.addEventListener("click", (event) => {
    const n = [...list.children].indexOf(event.target.closest("[role=option]"));
    if (n >= 0) go(hits[n], event.ctrlKey || event.metaKey);
  });
  form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) { close(); reader.hidden = true; } });
  // Several lines are more than a query: the first is searched, and reading all of them is offered.
  input.addEventListener("paste", (event) => {
    pasted = event.clipboardData?.getData("text/plain") ?? "";
    const lines = pasted.trim().split("\n").length;
    reader.hidden = lines < 2;
    reader.textContent = form.dataset.read.replace("{n}", lines);
    if (lines < 2) return;
    event.preventDefault();
    input.value = pasted.trim().split("\n").find((line) => /\d{3}|error/i.test(line))?.slice(0, 500) ?? pasted.slice(0, 500);
    update();
  });
  input.addEventListener("input", () => { reader.hidden = true; });
  reader.addEventListener("click", async () => {
    const text = pasted;
    close();
    reader.hidden = true;
    try {
      await lens(form, await lensDialog(form), open, text);
    } catch {
      tell(failed);
    }
  });
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    visit(form, { find, more });
  });
  input.addEventListener("focus", update);
  onText(input, update);
  open();
  if (document.activeElement === input) update();
}

/** The search page: fill the list from the address and keep both in step with what is typed. */
export function results(form, section) {
  const input = form.elements.q;
  const { open, find, more, count, loading, failed } = source(form);
  const heading = section.querySelector("h2");
  const list = section.querySelector("ol");
  const everything = document.querySelector(".all");
  const title = document.title;
  let shown;

  const update = async () => {
    const query = input.value.trim();
    if (query === shown) return;
    shown = query;
    const address = new URL(location.href);
    if (query) address.searchParams.set("q", query);
    else address.searchParams.delete("q");
    history.replaceState(history.state, "", address);
    const subject = form.dataset.about.replace("{q}", query);
    document.title = query ? `${subject} · ${title}` : title;
    section.hidden = !query;
    everything.hidden = Boolean(query);
    if (!query) {
      status.textContent = "";
      return;
    }
    if (!list.children.length) heading.textContent = loading;
    const answer = (hits) => {
      if (!hits || shown !== query) return;
      everything.hidden = !hits.empty;
      list.replaceChildren(...hits.map((hit) => {
        const link = make("a", "", ...nameOf(hit));
        link.href = addressOf(hit);
        return make("li", `row ${hueOf(hit)}`, link, about(hit));
      }));
      heading.textContent = status.textContent = count(hits, query);
    };
    try {
      const found = await find(query, 50);
      answer(found);
      answer(await more(found, query, () => shown !== query, 50));
    } catch {
      if (shown !== query) return;
      shown = undefined;
      everything.hidden = false;
      list.replaceChildren();
      heading.textContent = status.textContent = failed;
    }
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const hit = await meant({ find, more }, input.value).catch(() => undefined);
    if (hit) location.assign(addressOf(hit));
    else update();
  });
  const glass = document.querySelector("main .lens");
  lens(form, glass, open);
  input.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (text.trim().split("\n").length < 2) return;
    event.preventDefault();
    const area = glass.querySelector("textarea");
    area.focus();
    area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: event.clipboardData, cancelable: true }));
    if (!glass.whole) {
      area.value = text;
      area.dispatchEvent(new InputEvent("input"));
    }
  });
  input.value ||= new URLSearchParams(location.search).get("q") ?? "";
  onText(input, update);
  update();
}
