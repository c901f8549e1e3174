// The search engine: loads a language's index and ranks its pages for a query.
// The index is made by statusbook/search.py; termsOf cuts text exactly as terms_of does there
// (tests/search_vectors.json holds both to it).

const VERSION = 1;

const TERM = /[a-z0-9]+|[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+/g;

/** Full-width letters and digits as ASCII, small letters: NFKC and lower case. */
export function normalise(text) {
  return text.normalize("NFKC").toLowerCase();
}

/** Words of Latin letters and digits, and pairs of Han characters (one where there is only one). */
export function termsOf(text) {
  const terms = [];
  for (const [run] of normalise(text).matchAll(TERM)) {
    if (run.charCodeAt(0) < 128 || run.length === 1) terms.push(run);
    else for (let i = 0; i + 1 < run.length; i++) terms.push(run.slice(i, i + 2));
  }
  return terms;
}

/** Fetch the index at `url` and make it ready for `search`. Throws when it cannot be had. */
export async function openIndex(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return prepare(await response.json());
}

/** Make the parsed index ready for `search`. */
export function prepare(data) {
  if (data.version !== VERSION) throw new Error(`search index version ${data.version}, not ${VERSION}`);
  const pages = data.pages.map((record) => Object.fromEntries(data.fields.map((field, i) => [field, record[i]])));
  for (const page of pages) page.texts = [page.title, page.phrase, ...page.keywords].map((text) => [text, normalise(text)]);
  return { pages, terms: new Map(Object.entries(data.terms)), sorted: Object.keys(data.terms) };
}

/**
 * The pages for a query, best first: what the query names outright (a code, a class), then what its terms score.
 * Each result has address, kind, name, number, phrase, title, summary, classKey and `matched`: the text that matched.
 */
export function search(index, query, limit = 10) {
  const text = normalise(query).trim();
  const terms = [...new Set(termsOf(text))];
  if (!terms.length) return [];
  const scores = new Map();
  named(index, text).forEach((page, i) => scores.set(page, 1e6 - i));
  for (const [page, score] of scored(index, terms)) scores.set(page, (scores.get(page) ?? 0) + score);
  return [...scores]
    .sort(([a, x], [b, y]) => y - x || a - b)
    .slice(0, limit)
    .map(([number]) => result(index.pages[number], text, terms));
}

/** Pages that the query names: "404", "http 404", "4xx". */
function named(index, text) {
  const names = new Set(text.match(/(?<![\w.:-])(?:[1-9]\d\d|[1-5]xx)(?![\w:-]|\.\d)/g));
  const found = [];
  index.pages.forEach((page, i) => {
    if (names.has(page.name)) found.push(i);
  });
  return found.sort((a, b) => text.indexOf(index.pages[a].name) - text.indexOf(index.pages[b].name));
}

/** Score every page that has a term; a page with more of the query's terms is worth more. */
function scored(index, terms) {
  const scores = new Map();
  terms.forEach((term, i) => {
    const best = new Map();
    for (const [known, closeness] of similar(index, term, i === terms.length - 1)) {
      const postings = index.terms.get(known);
      const rarity = Math.log2(1 + (2 * index.pages.length) / postings.length);
      for (let j = 0; j < postings.length; j += 2) {
        const worth = postings[j + 1] * rarity * closeness;
        if (worth > (best.get(postings[j]) ?? 0)) best.set(postings[j], worth);
      }
    }
    for (const [page, worth] of best) {
      const entry = scores.get(page) ?? { sum: 0, terms: 0 };
      entry.sum += worth;
      entry.terms += 1;
      scores.set(page, entry);
    }
  });
  return [...scores].map(([page, { sum, terms: count }]) => [page, sum * (count / terms.length) ** 2]);
}

/** The index's terms for a term of the query, with how close they are: itself, words it begins, words mistyped. */
function* similar(index, term, last) {
  if (index.terms.has(term)) yield [term, 1];
  const latin = term.charCodeAt(0) < 128;
  const digits = /^\d+$/.test(term);
  if ((last && latin && term.length > 1) || (!latin && term.length === 1)) {
    for (let i = position(index.sorted, term); i < index.sorted.length && index.sorted[i].startsWith(term); i++) {
      if (index.sorted[i] !== term) yield [index.sorted[i], digits ? 0.3 : 0.7];
    }
  }
  if (latin && !digits && term.length > 3 && !index.terms.has(term)) {
    const most = term.length > 7 ? 2 : 1;
    for (const known of index.sorted) {
      if (known.charCodeAt(0) < 128 && Math.abs(known.length - term.length) <= most && known.length > 3) {
        const errors = distance(term, known, most);
        if (errors <= most) yield [known, 0.6 / errors];
      }
    }
  }
}

/** Where `term` stands or would stand in a sorted list. */
function position(sorted, term) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < term) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Edits (insertion, deletion, substitution, neighbours swapped) between two words; `most` + 1 stands for more. */
function distance(a, b, most) {
  let before = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    if (Math.min(...row) > most) return most + 1;
    [before, previous] = [previous, row];
  }
  return previous[b.length];
}

/** What the reader is shown of a page, with the title, phrase or keyword that has most of the query's terms. */
function result(page, text, terms) {
  let matched = "";
  let most = 0;
  for (const [original, normalised] of page.texts) {
    const count = terms.filter((term) => normalised.includes(term)).length + (normalised === text ? 1 : 0);
    if (count > most) [matched, most] = [original, count];
  }
  const { address, kind, name, number, phrase, title, summary, classKey } = page;
  return { address, kind, name, number, phrase, title, summary, classKey, matched: matched === title ? "" : matched };
}
