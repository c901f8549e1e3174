// What `build.py serve` adds to a page: takes over in place what an edit has changed, loads the page again where that
// might leave something of before, and shows what is wrong with the sources. Speaks LiveReload's protocol (official-7).
(() => {
  "use strict";
  let { version } = document.currentScript.dataset;
  const RETRY = 1000; // milliseconds until the server is looked for again
  const QUIET = 300; // milliseconds after an edit until what scripts have fetched is compared

  function connect() {
    const socket = new WebSocket(`ws://${location.host}/livereload`);
    const send = (message) => socket.send(JSON.stringify(message));
    socket.onopen = () => {
      send({ command: "hello", protocols: ["http://livereload.com/protocols/official-7"] });
      send({ command: "info", plugins: {}, url: location.href, version });
    };
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.command === "reload") reload(message);
      if (message.command === "restyle") restyle(message.sheet);
      if (message.command === "alert") show(message);
    };
    socket.onclose = () => setTimeout(connect, RETRY);
  }

  function reload({ path, anew }) {
    const links = path.endsWith(".css") ? sheets(path) : [];
    if (links.length) swap(links.at(-1), path);
    else if (anew) location.reload();
    else takeOver();
  }

  // --- stylesheets that have an address ---

  const sheets = (path) =>
    [...document.querySelectorAll("link[rel=stylesheet]")].filter((link) => new URL(link.href).pathname === path);

  /** Put the new stylesheet beside the old one, which goes when the new one is there: nothing flashes. */
  function swap(link, path) {
    const fresh = link.cloneNode();
    fresh.href = `${path}?live=${Date.now()}`;
    fresh.onload = () => {
      const all = sheets(path);
      for (const old of all.slice(0, all.indexOf(fresh))) old.remove();
    };
    link.after(fresh);
  }

  // --- what the page's scripts hold on to. This script stands before them, and all wait for the document ---

  /** The nodes they listen to. */
  const heard = new WeakSet();
  const { addEventListener } = EventTarget.prototype;
  EventTarget.prototype.addEventListener = function (...listener) {
    if (this instanceof Node) heard.add(this);
    return addEventListener.apply(this, listener);
  };

  /** The data they have fetched: its version by its address. */
  const fetched = new Map();
  const { fetch } = window;
  window.fetch = async (...request) => {
    const response = await fetch(...request);
    if (/\.json($|\?)/.test(response.url)) fetched.set(response.url, response.headers.get("etag"));
    return response;
  };

  let checking;

  /** Load the page again if data that a script has of the server is another by now. */
  function checkFetched() {
    clearTimeout(checking);
    checking = setTimeout(async () => {
      for (const [address, tag] of fetched) {
        const response = await fetch(address, { cache: "no-cache" }).catch(() => undefined);
        if (response && response.headers.get("etag") !== tag) location.reload();
      }
    }, QUIET);
  }

  // --- taking over the new page in place ---
  //
  // The page as it came is kept beside what its scripts have made of it, node by node, and compared with the page as it
  // comes now. What is the same stays as it is, with all that scripts and reader have done to it. What differs is
  // changed where it stands; where scripts have put something into it or around it, it is replaced, and they hear of it
  // by the event `statusbook:changed`. Where they hold on to what would go, the page is loaded again.

  const CLIENT = "script[src^='/_live/']";
  /** Elements to which scripts add things that belong to the whole page. */
  const COMMON = "html, head, body, main";
  /** What scripts would have to take hold of if it were new. */
  const SCRIPTED = "script, style, form, button, input, select, textarea, details, dialog, nav, [hidden]";

  class LoadAgain extends Error {}

  let came = document.implementation.createHTMLDocument("").importNode(document.documentElement, true);
  let live = pair(came, document.documentElement, new Map()); // from nodes as they came to nodes of the page
  let next; // the same of the page that is being taken over
  const own = new CSSStyleSheet();
  let worn; // the text of the sheet that the page looks by now

  let request;

  /** Ask for the page as it is now. Trusted Types let a document be read in this way, without ever becoming markup. */
  function takeOver() {
    request?.abort();
    request = new XMLHttpRequest();
    request.open("GET", location.href);
    request.responseType = "document";
    request.onload = ({ target }) => {
      try {
        const fresh = target.responseXML?.documentElement;
        if (!fresh || target.status >= 500 || target.responseURL !== location.href.split("#")[0]) throw new LoadAgain();
        renew(fresh);
      } catch (error) {
        if (!(error instanceof LoadAgain)) console.error(error);
        location.reload();
      }
    };
    request.send();
  }

  function renew(fresh) {
    overlay?.remove();
    checkFetched();
    const now = fresh.querySelector(CLIENT)?.dataset.version;
    if (now === version) return;
    next = new Map();
    if (!bring(came, fresh)) throw new LoadAgain();
    [came, live, version] = [fresh, next, now];
    document.querySelector(CLIENT).dataset.version = version;
    dispatchEvent(new Event("statusbook:changed"));
  }

  /** Remember that `node` and all in it is what became of `origin`. */
  function pair(origin, node, pairs) {
    pairs.set(origin, node);
    let child = node.firstChild;
    for (const each of origin.childNodes) {
      pair(each, child, pairs);
      child = child.nextSibling;
    }
    return pairs;
  }

  /** Remember that what became of `old` is now what became of `fresh`, which is the same. */
  function keep(old, fresh) {
    next.set(fresh, live.get(old));
    for (let a = old.firstChild, b = fresh.firstChild; a; a = a.nextSibling, b = b.nextSibling) keep(a, b);
  }

  /** Bring what became of `old` to `fresh`; false if it has to be replaced. */
  function bring(old, fresh) {
    if (kind(old) !== kind(fresh)) return false;
    const node = live.get(old);
    next.set(fresh, node);
    if (!(node instanceof Element)) {
      node.data = fresh.data;
      return true;
    }
    if (node.matches(`${CLIENT}, meta[http-equiv]`)) return true; // the policy of the page stays in force
    if (node.matches("head > style")) return restyle(fresh.textContent);
    if (node.matches("script:not([type='application/ld+json']), link[rel=modulepreload], style, meta[name=theme-color]")) throw new LoadAgain();
    const boxes = boxesOf(old, node);
    if (!boxes) return false;
    bringAttributes(old, fresh, node);
    bringChildren(old, fresh, node, boxes);
    return true;
  }

  const kind = (node) => [node.nodeName, node.name, node.httpEquiv, node.rel].join(" ");

  /** Have a sheet take the place of the one that the page carries inside: made by script, which its policy lets pass. */
  function restyle(text) {
    if (text !== worn) own.replaceSync((worn = text));
    if (!document.adoptedStyleSheets.includes(own)) document.adoptedStyleSheets.unshift(own);
    document.querySelector("head > style").sheet.disabled = true;
    return true;
  }

  function bringAttributes(old, fresh, node) {
    for (const { name } of [...old.attributes, ...fresh.attributes]) {
      const value = fresh.getAttribute(name);
      if (name === "open" || old.getAttribute(name) === value) continue; // what is open is for the reader to say
      if (node === document.documentElement && value === null) continue; // what the script in the head has set before us
      if (name.startsWith("data-")) throw new LoadAgain(); // a script may have read it
      if (value === null) node.removeAttribute(name);
      else node.setAttributeNode(document.importNode(fresh.getAttributeNode(name)));
    }
  }

  /** By each child of `old` the child of `node` that is it or holds it; nothing if scripts have put in or moved more. */
  function boxesOf(old, node) {
    const boxes = new Map();
    for (const child of old.childNodes) {
      let box = live.get(child);
      while (box && box.parentNode !== node) box = box.parentNode;
      boxes.set(child, box);
    }
    const found = new Set(boxes.values());
    if (found.size < boxes.size || found.has(null)) return undefined;
    return found.size === node.childNodes.length || node.matches(COMMON) ? boxes : undefined;
  }

  function bringChildren(old, fresh, node, boxes) {
    const before = [...old.childNodes];
    const after = [...fresh.childNodes];
    const tail = [];
    const same = (a, b) => a && b && a.isEqualNode(b);
    while (same(before.at(-1), after.at(-1))) tail.push([before.pop(), after.pop()]);
    let last; // the child of `node` behind which the next one belongs
    for (let i = 0; i < Math.max(before.length, after.length); i += 1) {
      const [origin, goal] = [before[i], after[i]];
      const box = boxes.get(origin);
      if (!goal) {
        release(box);
        box.remove();
        continue;
      }
      if (same(origin, goal)) keep(origin, goal);
      if (same(origin, goal) || (origin && box === live.get(origin) && bring(origin, goal))) {
        last = box;
        continue;
      }
      const made = make(goal);
      if (origin) {
        release(box);
        box.replaceWith(made);
      } else if (last) last.after(made);
      else node.prepend(made);
      last = made;
    }
    for (const [origin, goal] of tail) keep(origin, goal);
  }

  /** See whether all that came with the page in `node` can go. */
  function release(node) {
    const mine = new Set(live.values());
    const walk = document.createTreeWalker(node);
    for (let each = node; each; each = walk.nextNode()) if (heard.has(each) && mine.has(each)) throw new LoadAgain();
  }

  /** A node of the page like `fresh`. */
  function make(fresh) {
    for (const each of fresh instanceof Element ? [fresh, ...fresh.querySelectorAll("*")] : []) {
      if (each.matches(SCRIPTED) || each.getAttributeNames().some((name) => name.startsWith("data-"))) throw new LoadAgain();
    }
    const node = document.importNode(fresh, true);
    pair(fresh, node, next);
    return node;
  }

  // --- showing problems: text only, in a shadow tree that the page's styles do not reach ---

  const STYLE = `
    dialog { box-sizing: border-box; inline-size: min(60rem, 100% - 2rem); max-block-size: calc(100% - 2rem); overflow: auto;
      margin: auto; padding: 1.25rem 1.5rem; border: 0; border-block-start: .375rem solid #d13438; border-radius: .375rem;
      background: #1d1f24; color: #eceef2; font: 1rem/1.5 system-ui, sans-serif; color-scheme: dark;
      box-shadow: 0 1rem 4rem #000a }
    dialog::backdrop { background: #0009 }
    header { display: flex; gap: 1rem; align-items: start; justify-content: space-between }
    h1 { margin: 0; font-size: 1.25rem; line-height: 1.4 }
    button { padding: .25rem .75rem; border: 1px solid #8b909c; border-radius: .25rem; background: none; color: inherit; font: inherit }
    button:hover { background: #ffffff1a }
    button:focus-visible { outline: 2px solid #7cb7ff; outline-offset: 2px }
    ol { margin: 1rem 0; padding: 0; list-style: none }
    li { padding: .75rem 0; border-block-start: 1px solid #3c404a }
    p { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap }
    .place { color: #ff9a9c; font: .875rem/1.5 ui-monospace, monospace }
    .hint, footer { color: #b9bec9 }`;

  let overlay;

  function show({ problems, message, count = 1 }) {
    overlay?.remove();
    const style = new CSSStyleSheet();
    style.replaceSync(STYLE);
    overlay = document.createElement("div");
    const tree = overlay.attachShadow({ mode: "open" });
    tree.adoptedStyleSheets = [style];
    const dialog = add("dialog", tree);
    dialog.setAttribute("role", "alertdialog");
    dialog.setAttribute("aria-labelledby", "title");
    dialog.setAttribute("aria-describedby", "problems");
    const header = add("header", dialog);
    add("h1", header, count === 1 ? "1 problem" : `${count} problems`).id = "title";
    const close = add("button", header, "Close");
    close.type = "button";
    close.autofocus = true;
    close.onclick = () => dialog.close();
    const list = add("ol", dialog);
    list.id = "problems";
    for (const problem of problems ?? [{ message }]) {
      const item = add("li", list);
      for (const part of ["place", "message", "hint"]) if (problem[part]) add("p", item, problem[part]).className = part;
    }
    if (problems?.length < count) add("p", add("li", list), `and ${count - problems.length} more: see the terminal`);
    add("footer", dialog, "The page stays as it was before. It loads again by itself when this is mended.");
    document.documentElement.append(overlay);
    dialog.showModal();
  }

  function add(name, parent, text = "") {
    const element = document.createElement(name);
    element.lang = "en";
    element.textContent = text;
    parent.append(element);
    return element;
  }

  connect();
})();
