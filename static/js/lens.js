// The paste lens: reads a transcript, headers or a whole log, in this window only, and says what is in it.
// How a line reports a status code is the engine's knowledge (statusIn); nothing pasted is ever written as HTML.

/** Work this long (ms) between two looks at what the reader does: less than a frame. */
const SLICE = 8;
/** Messages without a status code are looked up one by one; more than this would be a wait, and a wall. */
const MESSAGES = 12;
const HEADER = /^\s*[<>]?\s*([A-Za-z][A-Za-z0-9-]{1,40}):\s+(\S.*)$/;
const MESSAGE = /\[(?:error|crit|alert|emerg)\]|\bAH\d{5}\b|Exception\b|Error\b|\bERROR\b|\bFATAL\b/;

const pause = () => (globalThis.scheduler?.yield ? scheduler.yield() : new Promise((resolve) => { setTimeout(resolve); }));

/**
 * What stands in `text`: the number of lines; by code how often and the first line; headers that `explains` knows, with their
 * first value; the first messages. `stopped` is asked between slices and ends the work.
 */
export async function read(text, statusIn, explains, stopped = () => false) {
  const report = { lines: 0, codes: new Map(), headers: new Map(), messages: [] };
  let until = performance.now() + SLICE;
  for (let start = 0; start < text.length;) {
    let end = text.indexOf("\n", start);
    if (end < 0) end = text.length;
    const line = text.slice(start, Math.min(end, start + 2000)).trimEnd();
    start = end + 1;
    if (line) note(report, line, statusIn, explains);
    if (report.lines % 64 === 0 && performance.now() > until) {
      await pause();
      if (stopped()) return undefined;
      until = performance.now() + SLICE;
    }
  }
  return report;
}

function note(report, line, statusIn, explains) {
  report.lines += 1;
  const status = /\d{3}/.test(line) ? statusIn(line) : undefined;
  if (status) {
    const seen = report.codes.get(status.code);
    if (seen) seen.count += 1;
    else report.codes.set(status.code, { count: 1, line: line.trim() });
    return;
  }
  const [, name, value] = HEADER.exec(line) ?? [];
  if (name && explains(name.toLowerCase())) {
    if (!report.headers.has(name.toLowerCase())) report.headers.set(name.toLowerCase(), { name, value });
  } else if (report.messages.length < MESSAGES && MESSAGE.test(line)) report.messages.push(line.trim());
}

const make = (name, className, ...children) => {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
};

/**
 * Show what is in `text` in `section` (the lens of templates/search.html). `engine` and `index` are the search's; `resolve` makes
 * an address of a page a link. Returns the sentence that sums it up.
 */
export async function show(section, text, engine, index, resolve) {
  const { sum, nothing, times, counted, unknown } = section.dataset;
  const explained = new Map([...section.querySelectorAll(".explained dt")].map((dt) => [dt.textContent, dt.nextElementSibling.textContent]));
  const output = section.querySelector(".report");
  const turn = (section.turn ?? 0) + 1;
  section.turn = turn; // pasting again ends what is still at work
  const report = await read(text, engine.statusIn, (name) => explained.has(name), () => section.turn !== turn);
  if (!report) return "";

  const link = (hit, ...children) => {
    const a = make("a", hit.classKey ? `c${hit.classKey[0]}` : "", ...children);
    a.href = resolve(hit.address);
    return a;
  };
  const codes = [...report.codes].sort((a, b) => b[1].count - a[1].count);
  const every = codes.reduce((all, [, { count }]) => all + count, 0);
  const classes = new Map();
  for (const [code, { count }] of codes) classes.set(`${code[0]}xx`, (classes.get(`${code[0]}xx`) ?? 0) + count);

  const parts = [];
  if (every > 1) {
    parts.push(make("ul", "tally", ...[...classes].sort().map(([key, count]) => {
      const hit = engine.page(index, key);
      const share = make("span", "", ` ${counted.replace("{n}", count)} · ${Math.round((100 * count) / every)}%`);
      return make("li", `c${key[0]}`, hit ? link(hit, make("b", "", key)) : make("b", "", key), share);
    })));
  }
  if (codes.length) {
    parts.push(make("ol", "rows", ...codes.slice(0, 40).map(([code, { count, line }]) => {
      const hit = engine.page(index, code);
      const name = hit ? link(hit, make("b", "", code), " ", make("span", "", hit.title)) : make("b", "", code, " ", unknown);
      return make("li", `row c${code[0]}`, name, count > 1 ? make("small", "", ` ${times.replace("{n}", count)}`) : "", make("p", "", make("code", "", line.slice(0, 300))));
    })));
  }
  const found = new Map();
  for (const message of report.messages) {
    const [hit] = engine.search(index, message, 1);
    if (hit && !found.has(hit.name)) found.set(hit.name, make("li", "row", link(hit, make("b", "", hit.number || hit.name), " ", make("span", "", hit.title)), make("p", "", make("code", "", message.slice(0, 300)))));
  }
  if (found.size) parts.push(make("ol", "rows", ...found.values()));
  if (report.headers.size) {
    parts.push(make("dl", "", ...[...report.headers].flatMap(([key, { name, value }]) => {
      const about = (index.headers[key] ?? []).slice(0, 3).map((n) => engine.page(index, index.pages[n].name));
      return [
        make("dt", "", make("code", "", `${name}: ${value.slice(0, 200)}`)),
        make("dd", "", explained.get(key), ...about.flatMap((hit) => [" ", link(hit, hit.number || hit.title)])),
      ];
    })));
  }
  output.replaceChildren(...parts);
  return parts.length ? sum.replace("{lines}", report.lines).replace("{codes}", every).replace("{kinds}", codes.length) : nothing;
}
