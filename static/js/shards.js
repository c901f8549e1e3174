// The guides of a large book that the index has no room for. statusbook/shards.py says how their files are made: terms in
// order, each with its guides, and the guides' records, from which a small index is made for each query. The engine then
// ranks them as it does all pages. Which files there are is asked of `read`: there is no network here.

/** Files of terms that a query reads for what it says, and more for words that were not found: spelled in pinyin or mistyped. */
const MOST_FILES = 5;
const MORE_FILES = 4;
/** Records that a query reads at most: with the engine, the index and those files less than 150 kB. */
const MOST_GUIDES = 12;
/** How close a term is that is not the query's own, as to the engine. */
const CLOSE = { beginning: 0.75, sound: 0.6, typo: 0.65 };

const isHan = (text) => text > "\u33ff";
const backwards = (word) => [...word].reverse().join("");

/** The numbers of the files that may have lines that begin with `start`. */
function filesOf(bounds, start) {
  const found = [];
  bounds.forEach((bound, n) => {
    const next = bounds[n + 1];
    if ((bound <= start || bound.startsWith(start) || !n) && (next === undefined || next > start)) found.push(n);
  });
  return found;
}

/** What a line says: for each of its terms where it stands (`key`) and, by steps, which guides have it. */
function readLine(line) {
  const [key, ...parts] = line.split(" ");
  const said = [{ key, known: key, steps: [] }];
  for (const part of parts) {
    if (isHan(part)) said.push({ key, known: part, steps: [] });
    else said.at(-1).steps.push(part);
  }
  return said;
}

/** The guides of a term as [number, whether the title has the term]. */
function guidesOf(steps) {
  let at = 0;
  return steps.map((step) => [(at += Number.parseInt(step, 36)) >> 1, at & 1]);
}

/** Where pairs of Han characters stand that sound alike. */
const soundOf = (engine, index, term) => engine.soundOf(index, term).replace(" ", "'");

/** What to look for: the query's terms, the most telling first, and where the lines begin that may have them. */
function asked(engine, index, text) {
  const startOf = (term) => {
    if (isHan(term)) return soundOf(engine, index, term);
    return term.length > 3 && !/\d/.test(term) ? term.slice(0, -1) : term; // its other forms
  };
  const terms = engine.queryTerms(text);
  const several = terms.some(({ term }) => term.length > 1);
  const telling = ({ term }) => term.length * (isHan(term) ? 2 : 1);
  return terms.filter(({ term }) => !several || term.length > 1)
    .map((each) => ({ ...each, start: startOf(each.term) }))
    .sort((a, b) => telling(b) - telling(a));
}

/** How close what a line has is to what was asked for. */
function closeness(engine, { term, word, start }, { key, known }) {
  if (known === term || engine.stem(known) === term) return 1;
  if (isHan(term)) return term.length > 1 ? (key === start && isHan(known) ? CLOSE.sound : 0) : (known[0] === term ? CLOSE.beginning : 0);
  return word.length > 1 && known.startsWith(word) ? CLOSE.beginning : 0;
}

/** Where the pairs of characters stand that a text in pinyin spells; the last may have begun only. */
function spelled(engine, index, text) {
  const letters = text.replace(/[' ]+/g, "");
  if (!/^[a-z]{3,40}$/.test(letters)) return [];
  for (let end = letters.length; end > letters.length - 6 && end > 0; end--) {
    const syllables = engine.syllablesOf(index, letters.slice(0, end));
    const begun = letters.slice(end).replace(/^([zcs])h/, "$1");
    if (syllables.length) return [...syllables.slice(1), ...(begun ? [begun] : [])].map((each, i) => `${syllables[i]}'${each}`);
  }
  return [];
}

/** The words of lines that `term` may have been meant to be, the nearest first. */
function meant(engine, term, lines) {
  const most = term.length > 6 ? 2 : 1;
  const words = new Set(lines.filter(({ known }) => !isHan(known)).map(({ known }) => (known[0] === "~" ? backwards(known.slice(1)) : known)));
  return [...words].map((word) => [word, engine.distance(term, engine.stem(word), most)])
    .filter(([word, errors]) => word.length > 3 && errors <= most).sort(([, a], [, b]) => a - b).slice(0, 3).map(([word]) => word);
}

/**
 * The hits for `query` with those among the remote guides, best first. `read` resolves to what the file at a path beside the
 * index holds, and keeps it.
 */
export async function beyond(engine, index, query, hits, limit, read) {
  const { guides, block } = index.shards;
  const bounds = index.shards.bounds.split(" ");
  const weigh = (term, spread) => engine.weighed({ pages: { length: guides } }, term, spread);
  const text = engine.simplify(index, engine.normalise(query.slice(0, 400)));
  const terms = asked(engine, index, text);

  const files = new Set();
  const lines = [];
  const fetch = async (starts, most) => {
    const fresh = [...new Set(starts.flatMap((start) => filesOf(bounds, start)))].filter((n) => !files.has(n)).slice(0, most - files.size);
    for (const n of fresh) files.add(n);
    lines.push(...(await Promise.all(fresh.map((n) => read(`terms/${n}.json`)))).flat().flatMap(readLine));
  };

  const scores = new Map();
  const spreads = new Map();
  /** Count for each guide what lines say of `term`; false if there is none that is close. */
  const count = (term, close) => {
    const best = new Map();
    for (const line of lines) {
      const share = line.steps.length && close(line);
      if (!share) continue;
      spreads.set(engine.stem(line.known), line.steps.length);
      const worth = weigh(term, line.steps.length) * share;
      for (const [n, titled] of guidesOf(line.steps)) best.set(n, Math.max(best.get(n) ?? 0, worth * (1 + titled / 4)));
    }
    for (const [n, worth] of best) scores.set(n, (scores.get(n) ?? 0) + worth);
    return best.size > 0;
  };

  await fetch(terms.map(({ start }) => start), MOST_FILES);
  const strange = terms.filter((each) => !count(each.term, (line) => closeness(engine, each, line))).map(({ term }) => term).filter((term) => /^[a-z]{4,}$/.test(term));
  if (strange.length) {
    const pairs = spelled(engine, index, text);
    const halves = strange.flatMap((term) => [term, `~${backwards(term)}`].map((each) => each.slice(0, Math.ceil(each.length / 2))));
    await fetch([...pairs, ...halves], MOST_FILES + MORE_FILES - 1);
    for (const pair of pairs) count(pair, ({ key, known }) => (key.startsWith(pair) && isHan(known) ? CLOSE.sound : 0));
    const words = new Map(strange.map((term) => [term, meant(engine, term, lines)]));
    await fetch([...words.values()].flat(), MOST_FILES + MORE_FILES);
    for (const [term, near] of words) count(term, ({ known }) => (near.includes(known) ? CLOSE.typo : 0));
  }

  const chosen = [...scores].sort(([a, x], [b, y]) => y - x || a - b).slice(0, MOST_GUIDES).map(([n]) => n).sort((a, b) => a - b);
  if (!chosen.length) return hits;

  const records = await Promise.all(chosen.map((n) => read(`guides/${Math.floor(n / block)}.json`)));
  const fields = Object.keys(records[0]);
  const pages = Object.fromEntries(fields.map((field) => [field, chosen.map((n, i) => records[i][field][n % block])]));
  const small = engine.prepare({ ...index.data, pages, headers: {}, rfcs: {} });
  // How rare a term is, is known of all guides, not of those few; what nobody asked is as rare as in the index. A rare term
  // of many guides tells no more than one of few pages.
  const scale = Math.log(1 + index.pages.length) / Math.log(1 + guides);
  small.keys.forEach((term, id) => {
    const share = (index.spread[index.ids.get(term)] ?? 0) / index.pages.length;
    small.weights[id] = scale * weigh(term, spreads.get(term) ?? Math.max(1, share * guides));
  });
  const found = engine.search(small, query, limit);
  const all = [...(hits.empty ? [] : hits), ...found].sort((a, b) => b.score - a.score).slice(0, limit);
  return found.length ? Object.assign(all, { unknown: hits.unknown ?? "", direct: Boolean(hits.direct || found.direct) }) : hits;
}
