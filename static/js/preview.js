// Previews of linked codes and header fields, for those who point at a link or tab to it: number, title, phrase and
// summary in a box beside it, or what the field says. As WCAG 2.2, 1.4.13 asks, the box can be pointed at, stays while the link or the box has the pointer or
// the focus, and goes with Escape. It lies over the page, so nothing moves. Touch follows the link as ever.

/** Milliseconds the pointer rests on a link before the box comes, and may be outside both before it goes. */
const REST = 250;
const GRACE = 200;
/** Pixels between link and box, and between box and edge of the window. */
const GAP = 6;
const EDGE = 8;

/** Links that have a preview: codes named in the text, header fields of messages. */
export const LINKS = ".text :is(.ref, .codes a, pre a)";

/** The code that a link of ours leads to, or the anchor of a header field; none for another section. */
const keyOf = (link) => {
  const href = link.getAttribute("href");
  return href.match(/#(field-[a-z0-9-]+)$/)?.[1] ?? href.match(/(?:^|\/)(\d{1,3})\/(?:index\.html)?(?:#.*)?$/)?.[1];
};

const make = (tag, text, lang) => {
  const element = document.createElement(tag);
  element.textContent = text;
  if (lang) element.lang = lang;
  return element;
};

/** Watch the text `prose` and show previews from `cards`: title, phrase, summary and standing by code; name and note by a field's anchor. */
export function watch(prose, cards) {
  const box = make("div", "");
  box.id = "preview";
  box.setAttribute("role", "tooltip");
  box.hidden = true;
  prose.closest("main").append(box); // in a landmark, as all content
  let shown; // the link whose preview it is
  let title; // the link's own tooltip, which the preview takes the place of
  let timer;

  const cardOf = (link) => cards[keyOf(link)];

  function show(link) {
    clearTimeout(timer);
    if (shown === link) return;
    hide();
    const [name, phrase, summary, standing] = cardOf(link);
    const number = Number(keyOf(link)); // of a field: none
    const head = make("p", "");
    if (number) head.append(make("b", number), " ");
    head.append(make("span", name));
    if (phrase) head.append(" ", make("small", phrase, "en"));
    if (standing) head.append(" ", make("i", standing));
    box.replaceChildren(head, make("p", summary));
    box.className = number ? `preview c${number < 600 ? String(number)[0] : "o"}` : "preview";
    box.hidden = false;
    place(link);
    shown = link;
    title = link.title;
    link.removeAttribute("title");
    link.setAttribute("aria-describedby", box.id);
  }

  /** Below the link, or above where there is more room; placed in the page, so that it scrolls with the link. */
  function place(link) {
    const at = link.getClientRects()[0];
    const wide = document.documentElement.clientWidth;
    const left = Math.max(EDGE, Math.min(at.left, wide - box.offsetWidth - EDGE));
    const below = at.bottom + GAP + box.offsetHeight <= innerHeight || at.top < box.offsetHeight + GAP;
    const origin = box.offsetParent.getBoundingClientRect();
    box.style.left = `${left - origin.left}px`;
    box.style.top = `${(below ? at.bottom + GAP : at.top - GAP - box.offsetHeight) - origin.top}px`;
  }

  function hide() {
    clearTimeout(timer);
    if (!shown) return;
    box.hidden = true;
    shown.removeAttribute("aria-describedby");
    if (title) shown.title = title;
    shown = undefined;
  }

  const later = (action, delay) => { clearTimeout(timer); timer = setTimeout(action, delay); };
  const linkOf = (event) => {
    const link = event.target.closest?.(LINKS);
    return link && cardOf(link) ? link : undefined;
  };

  prose.addEventListener("pointerover", (event) => {
    const link = event.pointerType !== "touch" && linkOf(event);
    if (link && link !== shown) later(() => show(link), REST);
    else if (link) clearTimeout(timer);
  });
  prose.addEventListener("pointerout", (event) => { if (linkOf(event)) later(leave, GRACE); });
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", () => later(leave, GRACE));
  prose.addEventListener("focusin", (event) => {
    const link = linkOf(event);
    if (link?.matches(":focus-visible")) show(link);
    else leave();
  });
  prose.addEventListener("focusout", () => later(leave, GRACE));
  addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  addEventListener("pagehide", hide);

  /** Hide, unless the reader is still there: focus keeps a preview as the pointer does. */
  function leave() {
    if (shown && (shown.matches(":focus-visible") || shown.matches(":hover") || box.matches(":hover"))) return;
    hide();
  }

  // The link that had this module loaded.
  const first = prose.querySelector(`:is(${LINKS}):is(:hover, :focus-visible)`);
  if (first && cardOf(first)) show(first);
}
