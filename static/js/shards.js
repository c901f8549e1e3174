// The guides of a large book that the index has no room for. statusbook/shards.py says how their files are made: terms in
// order, each with its guides, and the guides' records, from which a small index is made for each query. The engine then
// ranks them as it does all pages. Which files there are is asked of `read`: there is no network here.

/** Files of terms and records that a query reads at most: with the engine and the index less than 150 kB. */
const MOST_FILES = 5;
const MOST_GUIDES = 12;

/** The numbers of the files that may have words that begin with `start`. */
function filesOf(bounds, start) {
  const found = [];
  bounds.forEach((bound, n) => {
    const next = bounds[n + 1];
    if ((bound <= start || bound.startsWith(start) || !n) && (next === undefined || next > start)) found.push(n);
  });
  return found;
}

/** What to look for: the query's terms, the most telling first, and what the words begin with that may be one. */
function asked(engine, text) {
  const terms = engine.queryTerms(text);
  const several = terms.some(({ term }) => term.length > 1);
  return terms.filter(({ term }) => !several || term.length > 1)
    .map((each) => ({ ...each, start: each.term.length > 3 && each.term < "\u0080" && !/\d/.test(each.term) ? each.term.slice(0, -1) : each.term }))
    .sort((a, b) => b.start.length * (1 + (b.term > "\u0080")) - a.start.length * (1 + (a.term > "\u0080")));
}

/** The guides of a line as [number, whether the title has the term]. */
function guidesOf(steps) {
  let at = 0;
  return steps.map((step) => [(at += Number.parseInt(step, 36)) >> 1, at & 1]);
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
  const terms = asked(engine, text);
  const files = new Set();
  for (const { start } of terms) for (const n of filesOf(bounds, start)) if (files.size < MOST_FILES) files.add(n);
  const lines = (await Promise.all([...files].map((n) => read(`terms/${n}.json`)))).flat().map((line) => line.split(" "));

  const scores = new Map();
  const spreads = new Map();
  for (const { term, word } of terms) {
    const best = new Map();
    for (const [known, ...steps] of lines) {
      const same = engine.stem(known) === term;
      if (!same && !(word.length > 1 && known.startsWith(word)) && !(term.length === 1 && term > "\u0080" && known[0] === term)) continue;
      spreads.set(engine.stem(known), steps.length);
      const worth = weigh(term, steps.length) * (same ? 1 : 0.75);
      for (const [n, titled] of guidesOf(steps)) best.set(n, Math.max(best.get(n) ?? 0, worth * (1 + titled / 4)));
    }
    for (const [n, worth] of best) scores.set(n, (scores.get(n) ?? 0) + worth);
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
  return found.length ? Object.assign(all, { unknown: hits.unknown ?? "", direct: Boolean(hits.direct) }) : hits;
}
