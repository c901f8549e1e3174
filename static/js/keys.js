// The sheet that says which keys there are, and the switch for those without Ctrl: speech input types letters and
// digits that nobody meant as commands (WCAG 2.2, success criterion 2.1.4).

const make = (name, ...children) => {
  const element = document.createElement(name);
  element.append(...children);
  return element;
};

/** Open the sheet. `texts` are those of texts.json; `keys.on` says whether single keys act and can be set. */
export function sheet(texts, keys) {
  const title = Object.assign(make("h2", texts.title), { id: "keys-title" });
  const rows = texts.rows.map(([names, does]) => {
    const pressed = names.split(" ").flatMap((name, i) => [i ? " " : "", make("kbd", name)]);
    return make("div", make("dt", ...pressed), make("dd", does));
  });
  const single = Object.assign(make("input"), { type: "checkbox", checked: keys.on });
  single.addEventListener("change", () => { keys.on = single.checked; });
  const close = Object.assign(make("button", texts.close), { type: "button", className: "close" });
  const dialog = make("dialog", title, make("dl", ...rows), make("label", single, ` ${texts.single}`), close);
  dialog.className = "sheet keys";
  dialog.setAttribute("aria-labelledby", title.id);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
