// The search as the reader meets it: a combobox in the bar of every page, a list on the search page.
// The words and the ranking are engine.js. Everything is written as text, never as HTML.

import { openIndex, search } from "./engine.js";

const status = document.querySelector("#status");

/** The address of a result, wherever the site is put. */
const resolve = (address) => {
  const root = new URL(document.documentElement.dataset.root.replace(/index\.html$/, ""), document.baseURI);
  return new URL(address.slice(1), root).href;
};

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
  if (hit.phrase && hit.phrase !== hit.title) {
    const phrase = make("small", "", hit.phrase);
    phrase.lang = "en";
    parts.push(" ", phrase);
  }
  return parts;
};

/** What there is to say about a result: the keyword or message that matched, if its name does not show it; the summary. */
const about = (hit) => {
  const known = [hit.title, hit.phrase, hit.number, hit.name, ""].includes(hit.matched ?? "");
  return make("p", "", ...(known ? [] : [make("q", "", hit.matched), " · "]), hit.summary);
};

const hueOf = (hit) => (hit.classKey ? `c${hit.classKey[0]}` : "");

/** The index, fetched once, and what there is to say about a search. */
function source(form) {
  const { index, one, many, none, loading, failed } = form.dataset;
  let opening;
  const open = () => {
    opening ??= openIndex(new URL(index, document.baseURI).href);
    opening.catch(() => { opening = undefined; });
    return opening;
  };
  return {
    open,
    loading,
    failed,
    /** Resolves to the hits of a query, best first. Rejects when the index cannot be read; the next call tries again. */
    async find(query, limit) {
      return search(await open(), query, limit);
    },
    count(hits, query) {
      if (!hits.length) return none.replace("{q}", query.trim());
      return hits.length === 1 ? one : many.replace("{n}", hits.length);
    },
  };
}

/** Call `update` on every change of the input's text, but not inside a composition (IME). */
function onText(input, update) {
  input.addEventListener("input", (event) => { if (!event.isComposing) update(); });
  input.addEventListener("compositionend", update);
}

/** Go to the page of the code that was typed; to the search page if there is none. */
export async function visit(form) {
  const code = form.elements.q.value.trim();
  const hit = (await source(form).find(code)).find((each) => each.number === code);
  if (hit) location.assign(resolve(hit.address));
  else form.submit();
}

/**
 * Make the form's input a combobox with a list box of results (ARIA Authoring Practices, “editable combobox
 * with list autocomplete”). Enter without a chosen result submits the form.
 */
export function combobox(form) {
  const input = form.elements.q;
  const { open, find, count, loading, failed } = source(form);
  const list = make("ul", "options");
  const note = make("p", "options");
  let hits = [];
  let active = -1;
  let shown = "";

  list.id = "options";
  list.role = "listbox";
  list.ariaLabel = form.dataset.results;
  note.setAttribute("aria-hidden", "true");
  list.hidden = note.hidden = true;
  form.append(list, note);
  input.type = "text";
  input.role = "combobox";
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  const tell = (text) => {
    status.textContent = note.textContent = text;
    note.hidden = !text || hits.length > 0;
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
    if (query === shown) return;
    if (!query.trim()) return close();
    shown = query;
    const waiting = setTimeout(() => { if (shown === query) tell(loading); }, 300);
    try {
      const found = await find(query);
      if (shown !== query) return;
      hits = found;
      draw();
      tell(count(hits, query));
    } catch {
      if (shown === query) { shown = ""; tell(failed); }
    } finally {
      clearTimeout(waiting);
    }
  };

  const go = (hit, apart) => {
    if (apart) window.open(resolve(hit.address), "_blank", "noopener");
    else location.assign(resolve(hit.address));
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
  form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) close(); });
  input.addEventListener("focus", update);
  onText(input, update);
  open();
  if (document.activeElement === input) update();
}

/** The search page: fill the list from the address and keep both in step with what is typed. */
export function results(form, section) {
  const input = form.elements.q;
  const { find, count, loading, failed } = source(form);
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
    try {
      const hits = await find(query, 50);
      if (shown !== query) return;
      everything.hidden = hits.length > 0;
      list.replaceChildren(...hits.map((hit) => {
        const link = make("a", "", ...nameOf(hit));
        link.href = resolve(hit.address);
        return make("li", `row ${hueOf(hit)}`, link, about(hit));
      }));
      heading.textContent = status.textContent = count(hits, query);
    } catch {
      if (shown !== query) return;
      shown = undefined;
      everything.hidden = false;
      list.replaceChildren();
      heading.textContent = status.textContent = failed;
    }
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    update();
  });
  input.value ||= new URLSearchParams(location.search).get("q") ?? "";
  onText(input, update);
  update();
}
