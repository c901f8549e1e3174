// What `build.py serve` adds to a page: loads it again when its sources change, takes over changed stylesheets
// in place, and shows what is wrong with the sources. Speaks LiveReload's protocol (official-7).
(() => {
  "use strict";
  const { version } = document.currentScript.dataset;
  const RETRY = 1000; // milliseconds until the server is looked for again

  function connect() {
    const socket = new WebSocket(`ws://${location.host}/livereload`);
    const send = (message) => socket.send(JSON.stringify(message));
    socket.onopen = () => {
      send({ command: "hello", protocols: ["http://livereload.com/protocols/official-7"] });
      send({ command: "info", plugins: {}, url: location.href, version });
    };
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.command === "reload") reload(message.path);
      if (message.command === "alert") show(message);
    };
    socket.onclose = () => setTimeout(connect, RETRY);
  }

  // --- loading again ---

  function reload(path) {
    const links = path.endsWith(".css") ? sheets(path) : [];
    if (links.length) swap(links.at(-1), path);
    else if (path.endsWith(".css")) restyle();
    else location.reload();
  }

  let turn = 0;
  const own = new CSSStyleSheet();

  /** Take over the styles that the page carries inside: as a sheet made by script, which its policy lets pass. */
  async function restyle() {
    turn += 1;
    const asked = turn;
    const text = await fetch(location.href, { cache: "no-cache" }).then((response) => response.text(), () => "");
    const style = /<style>([^]*?)<\/style>/.exec(text);
    if (asked !== turn || !style) return;
    own.replaceSync(style[1]);
    document.adoptedStyleSheets = [own];
    for (const { sheet } of document.querySelectorAll("head > style")) sheet.disabled = true;
  }

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
    const dialog = make("dialog", tree);
    dialog.setAttribute("role", "alertdialog");
    dialog.setAttribute("aria-labelledby", "title");
    dialog.setAttribute("aria-describedby", "problems");
    const header = make("header", dialog);
    make("h1", header, count === 1 ? "1 problem" : `${count} problems`).id = "title";
    const close = make("button", header, "Close");
    close.type = "button";
    close.autofocus = true;
    close.onclick = () => dialog.close();
    const list = make("ol", dialog);
    list.id = "problems";
    for (const problem of problems ?? [{ message }]) {
      const item = make("li", list);
      for (const part of ["place", "message", "hint"]) if (problem[part]) make("p", item, problem[part]).className = part;
    }
    if (problems?.length < count) make("p", make("li", list), `and ${count - problems.length} more: see the terminal`);
    make("footer", dialog, "The page stays as it was before. It loads again by itself when this is mended.");
    document.documentElement.append(overlay);
    dialog.showModal();
  }

  function make(name, parent, text = "") {
    const element = document.createElement(name);
    element.lang = "en";
    element.textContent = text;
    parent.append(element);
    return element;
  }

  connect();
})();
