// The search engine: opens a language's index and ranks its pages for a query. CONTRIBUTING.md, “How search ranks”,
// says the same in words. The index is made by statusbook/search.py and holds texts only: this file alone says how
// text is read, in the browser and, through QuickJS, in `python build.py search`. It touches no page and no network.

export const VERSION = 4;

/** What a text of a page is worth by its field. */
const WORTH = {
  title: 3.2, phrase: 3.2, keywords: 3, symptoms: 2.6, other: 2.3, users: 1.6, name: 1.6, summary: 1,
};
const FIELDS = Object.keys(WORTH);
/** Fields that hold names: a query that is one, or begins one, means it. */
const NAMES = new Set(["title", "phrase", "keywords", "other", "name"]);
const TITLES = new Set(["title", "phrase"]);
/** Codes are what people look for; a number that a vendor made up is meant less often. */
const PRIOR = { code: 1, vendor: 0.95, guide: 0.8, class: 0.85 };
const MADE_UP = 0.5;
/** What every doubling of the links to a page adds: what the handbook itself speaks of often is asked for often. */
const LINKED = 0.05;
/** What a page about a header field that is named among other words gains. */
const HEADED = 1.5;
/** How close a term is that is not the query's own; `single` is a Han character alone, `concept` a group of synonyms. */
const CLOSE = { prefix: 0.75, sound: 0.6, typo: 0.65, single: 0.22, concept: 0.6 };
/** What every doubling of the texts of a page that have a term adds: the page is about it. */
const AGAIN = 0.28;
/** Words met and their plain forms: an index says the same words again and again. */
const stems = new Map();
/** Words that ask rather than say. They count this share of what they would. */
const ASKING = new Set(("a an and are as at be but by can do does for from get got has have how i if in is it its me my of on or "
  + "that the this to up was we what when which why will with you your not no use using used "
  + "http https code codes status error errors server request response mean means meaning explained fix "
  + "nginx 返回 出现 提示 报错 状态 请求 服务 响应 接口 怎么 错误 什么 时候").split(" ").map(stem));
const ASKING_SHARE = 0.45;
/** Said around the question, never in an answer. */
const CHATTER = /什么意思|是什么|怎么办|怎么解决|怎么处理|怎么回事|返回什么|返回哪个|用什么|用哪个|是什么意思|如何解决|为什么|为啥|请问|求助|老是|状态码|错误码|返回码|应该返回|应该/g;

/** Words and runs of Han characters; the ends of lines stand where they are. */
const RUN = /\n|[a-z0-9]+|[\u3400-\u4dbf\u4e00-\u9fff]+/g;
const PARTICLES = /[的了吗呢啊吧呀哦嘛]/g;
const isHan = (text) => text.charCodeAt(0) > 0x33ff;
/** Terms that stand for a group of synonyms are characters from here on, of Unicode's private use area. */
const CONCEPTS = 0xe000;
const isConcept = (term) => term.charCodeAt(0) >= CONCEPTS && term.charCodeAt(0) < 0xf900;

// --- reading text -----------------------------------------------------------------------------------

/** Full-width letters and digits as ASCII, inner capitals as words, small letters, no apostrophes. */
export function normalise(text) {
  return text.normalize("NFKC").replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase().replace(/(?<=[a-z])['’](?=[a-z])/g, "");
}

/** Traditional characters and the terms of Taiwan as the handbook writes them. */
export function simplify(index, text) {
  if (!/[\u3400-\u9fff]/.test(text)) return text;
  for (const [written, read] of table(index, "terms")) if (text.includes(written)) text = text.replaceAll(written, read);
  return text.replace(/[\u3400-\u9fff]/g, (character) => table(index, "characters").get(character) ?? character);
}

/** The plain form of an English word: no plural, no -ing, -ed, -ly, -er, -ion; British and American alike. */
export function stem(word) {
  let plain = stems.get(word);
  if (plain === undefined) stems.set(word, plain = word.length < 4 || /\d/.test(word) ? word : stripped(word));
  return plain;
}

function stripped(word) {
  return word.replace(/(?<=..)ies$/, "y").replace(/(?<=[^su])s$|(?<=ss|sh|ch|x)es$/, "").replace(/i[sz]ation$/, "ize")
    .replace(/(?<=...)(?:ing|ed|ly|(?<=[st])ion|(?<=..)er)$/, "").replace(/([bdgmnpt])\1$/, "$1").replace(/(?<=...)e$/, "").replace(/is$/, "iz");
}

/** The terms of a normalised text: English words, stemmed; pairs of Han characters, and each character alone. */
export const termsOf = (text) => termsIn(pick(text.replace(PARTICLES, " "), RUN));

/** The words of a text as synonyms are compared: English words, and Han characters in runs. */
const runsOf = (text) => pick(text.replace(PARTICLES, ""), RUN);

const pick = (text, pattern) => text.match(pattern) ?? [];

function termsIn(runs) {
  const terms = [];
  for (const run of runs) {
    if (!isHan(run)) {
      if (run !== "\n") terms.push(stem(run));
    } else {
      for (let i = 0; i + 1 < run.length; i++) terms.push(run.slice(i, i + 2));
      for (let i = 0; i < run.length; i++) terms.push(run[i]);
    }
  }
  return terms;
}

/** Put into `found` the terms of those `words` that stand in `text` at a place. */
function begins(words, text, at, found) {
  if (words) for (const [word, term] of words) if (text.startsWith(word, at) && !found.includes(term)) found.push(term);
}

/** The groups of synonyms that a text's `runs` have a word of, each as a term. */
function conceptsIn(index, runs) {
  const found = [];
  for (let i = 0; i < runs.length; i++) {
    const run = runs[i];
    if (isHan(run)) {
      const rest = run + (runs[i + 1] ?? "");
      for (let at = 0; at < run.length; at++) {
        for (const key of [rest.slice(at, at + 2), run[at]]) begins(index.concepts.get(key), rest, at, found);
      }
    } else {
      const begun = index.concepts.get(stem(run));
      if (begun) begins(begun, `${runs.slice(i, i + 5).map(stem).join(" ")} `, 0, found);
    }
  }
  return found;
}

/** The synonyms by their first two characters or first word: what a text has to go on with, and the term of the group. */
function readSynonyms(groups) {
  const synonyms = new Map();
  normalise(groups).split("\n").forEach((group, n) => {
    for (const word of group.split("|")) {
      const runs = runsOf(word).map(stem);
      if (!runs.length) continue;
      const han = isHan(runs[0]);
      const key = runs.join("");
      add(synonyms, han ? key.slice(0, 2) : runs[0], [han ? key : `${runs.join(" ")} `, String.fromCharCode(CONCEPTS + n)]);
    }
  });
  return synonyms;
}

/** What a name is known by, however it is asked for. */
const nameKey = (text) => runsOf(text.toLowerCase().replace(CHATTER, " ").replace(NAME_TALK, " ")).map(stem).join(" ");

/** A constant's own words: `http.StatusNotFound`, `SC_NOT_FOUND` and `HTTP_404_NOT_FOUND` are all `notfound`. */
export function plainName(name) {
  const words = name.split(/[.:$]+/).at(-1).replace(/(?<=[a-z])(?=[A-Z0-9])|(?<=\d)(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_/g, " ").toLowerCase().split(" ");
  while (words.length > 1 && /^(?:http|https|status|sc|ngx|response|e|java|code|servlet|\d*)$/.test(words[0])) words.shift();
  if (words.length > 1 && /^(?:error|exception)$/.test(words.at(-1))) words.pop();
  return words.join("");
}

// --- opening an index -------------------------------------------------------------------------------

/** Make the parsed index ready for `search`. Throws when it is of another version. */
export function prepare(data) {
  if (data.version !== VERSION) throw new Error(`search index version ${data.version}, not ${VERSION}`);
  const fields = Object.entries(data.pages);
  const index = { ...data, data, concepts: readSynonyms(data.synonyms), strings: [], ids: new Map(), said: [], lists: [], spread: [], weights: [], named: new Map(), names: new Map() };
  index.pages = data.pages.name.map((_, n) => Object.fromEntries(fields.map(([field, values]) => [field, values[n]])));
  index.pages.forEach((page, n) => {
    index.named.set(page.name, n);
    const vendor = page.kind === "code" && !page.spec;
    page.prior = PRIOR[page.kind] * (vendor ? MADE_UP : 1) * (1 + LINKED * page.links);
    if (page.kind !== "code") {
      const names = { vendor: [...page.keywords.split("|").slice(0, 3), ...page.other.split("|")], class: page.keywords.split("|").slice(0, 3) }[page.kind] ?? [];
      for (const name of [page.name, page.title, ...names]) if (!/\d\d\d/.test(name)) add(index.names, nameKey(name.split(/[（(]/)[0]), n);
    }
    const anchors = page.anchors.split("|");
    for (const field of FIELDS) {
      if (!page[field] || (field === "name" && page.kind === "code")) continue;
      page[field].split("|").forEach((text, i) => index.strings.push({ page: n, field, text, anchor: field === "symptoms" ? anchors[i] : "" }));
    }
  });
  readStrings(index);
  index.words = index.keys.filter((key) => !isHan(key)).sort();
  return index;
}

/**
 * Cut the texts into terms, all texts at once, each a line: one by one takes several times as long. Terms are numbers from here on:
 * `said` has those of each string (`from`, `to`), `lists` the strings of each term, `spread` how many pages have it.
 */
function readStrings(index) {
  const { strings, ids, said, lists, spread } = index;
  const plain = normalise(strings.map(({ field, text }) => (field === "symptoms" && /[\d/]|, \w/.test(text) ? withoutNoise(text) : text)).join("\n").replace(/^\dxx /gm, ""));
  const plains = plain.split("\n");
  const words = lines(plain.replace(PARTICLES, " "), RUN);
  const runs = lines(plain.replace(PARTICLES, ""), RUN);
  const joined = lines(strings.map(({ text }) => text).join("\n"), /\n|\b[A-Z]\w*[a-z][A-Z]\w*/g);
  const put = (term, s) => {
    const id = ids.get(term) ?? ids.size;
    const list = lists[id];
    const last = list?.at(-1);
    if (last === s) return;
    if (list) list.push(s);
    else {
      ids.set(term, id);
      lists.push([s]);
      spread.push(0);
    }
    if (!list || strings[last].page !== strings[s].page) spread[id] += 1;
    said.push(id);
  };
  strings.forEach((string, s) => {
    string.plain = plains[s];
    string.from = said.length;
    for (const term of termsIn(words())) put(term, s);
    for (const name of joined()) put(name.toLowerCase(), s);
    const rest = runs();
    if (string.field !== "name" && string.field !== "users") for (const term of conceptsIn(index, rest)) put(term, s);
    string.to = said.length;
  });
  index.keys = [...ids.keys()];
}

/** Gives what `pattern` finds in `text`, a line at a time. */
function lines(text, pattern) {
  const found = pick(text, pattern);
  let at = 0;
  return () => {
    const end = found.indexOf("\n", at);
    const line = found.slice(at, end < 0 ? found.length : end);
    at += line.length + 1;
    return line;
  };
}

function add(map, key, value) {
  const list = map.get(key);
  if (!list) map.set(key, [value]);
  else if (!list.includes(value)) list.push(value);
}

/** What a term tells: the rarer, the more; groups of synonyms, single Han characters and words that ask tell less. */
const weigh = (index, id) => (index.weights[id] ||= weighed(index, index.keys[id], index.spread[id]));

export function weighed({ pages }, term, spread) {
  const rarity = Math.log(1 + pages.length / spread);
  if (isConcept(term)) return rarity * CLOSE.concept;
  if (isHan(term) && term.length === 1) return rarity * CLOSE.single;
  return ASKING.has(term) ? rarity * ASKING_SHARE : rarity;
}

/** What all terms of a text tell. */
function totalOf(index, string) {
  if (!string.total) {
    string.total = 0;
    for (let i = string.from; i < string.to; i++) string.total += weigh(index, index.said[i]);
  }
  return string.total;
}

// --- tables that not every search needs --------------------------------------------------------------

/** The table `name` of an index, made when it is first needed. */
function table(index, name) {
  for (const steps = TABLES[name](index); !index[name];) {
    const { done, value } = steps.next();
    if (done) index[name] = value;
  }
  return index[name];
}

/** Make the tables beforehand, by small steps: the first search in pinyin would have to wait for them. */
export function* warm(index) {
  for (const name of Object.keys(TABLES)) index[name] ??= yield* TABLES[name](index);
}

/** Each is made by a generator, which returns it and stops now and then before. */
const TABLES = {
  /** The everyday characters in the order of GB 2312, which is nearly that of their sounds; QuickJS has no TextDecoder and is given them. */
  *everyday() {
    if (globalThis.everydayHan) return globalThis.everydayHan;
    const bytes = [];
    for (let row = 0xb0; row < 0xd8; row++) for (let cell = 0xa1; cell < (row === 0xd7 ? 0xfa : 0xff); cell++) bytes.push(row, cell);
    return new TextDecoder("gbk").decode(new Uint8Array(bytes));
  },

  /** Terms of Taiwan with ours. */
  *terms({ variants }) {
    const parts = variants.split(" ");
    return parts.flatMap((part, i) => (i % 2 ? [[parts[i - 1], part]] : []));
  },

  /** Traditional characters. */
  *characters(index) {
    let at = 0;
    return new Map([...index.variants.split(" ").at(-1).matchAll(/(\d+)(\D)/gu)].map(([, steps, written]) => [written, table(index, "everyday")[at += Number(steps)]]));
  },

  /** Pages by the plain names of their constants and exceptions. */
  *constants({ pages }) {
    const constants = new Map();
    for (const [n, page] of pages.entries()) {
      yield;
      for (const name of page.constants.split(" ").filter(Boolean)) add(constants, plainName(name), n);
      for (const name of `${page.keywords}|${page.symptoms}`.split("|")) if (/^(?:[\w.]*[a-z][A-Z]\w+|[A-Z]{2,}_[A-Z_]+|E[A-Z]{4,})$/.test(name)) add(constants, plainName(name), n);
      if (page.kind !== "code") continue;
      const names = page.spec ? [page.phrase] : [page.phrase, ...page.other.split("|").filter((name) => name.includes(" "))];
      for (const name of names) if (/^[A-Za-z][\w' -]{3,}$/.test(name)) add(constants, name.toLowerCase().replace(/[^a-z]/g, ""), n);
    }
    return constants;
  },

  /** Codes by title, phrase and keyword. */
  *titles({ pages }) {
    const titles = new Map();
    const codes = pages.flatMap((page, n) => (page.kind === "code" ? [[page, n]] : []));
    for (const [page, n] of codes) for (const name of [page.title, page.phrase]) titles.set(normalise(name), n);
    for (const [page, n] of codes) {
      yield;
      for (const name of normalise(page.keywords).split("|")) if (!titles.has(name)) titles.set(name, n);
    }
    return titles;
  },

  /** The syllables of each everyday character. */
  *syllables(index) {
    const found = new Map();
    const characters = table(index, "everyday");
    let at = 0;
    for (const [, syllable, count, others] of index.pinyin.matchAll(/([a-z]+)(\d*)([\u4e00-\u9fff]*)/g)) {
      for (let i = 0; i < (count || (others ? 0 : 1)); i++) add(found, characters[at++], syllable);
      for (const character of others) add(found, character, syllable);
    }
    return found;
  },

  /** The index's pairs of characters by their sound. */
  *homophones(index) {
    const found = new Map();
    for (const key of index.keys) {
      if (!isHan(key) || key.length !== 2) continue;
      yield;
      add(found, soundOf(index, key), key);
    }
    return found;
  },

  /** Names and messages in Han characters by pinyin, in full by the first four letters and as initials, from each of their characters on. */
  *spellings(index) {
    const full = new Map();
    const initials = new Map();
    const known = table(index, "syllables");
    for (const [s, { field, plain }] of index.strings.entries()) {
      if (!/title|keywords|symptoms|other/.test(field)) continue;
      yield;
      for (const [run] of plain.replace(PARTICLES, " ").matchAll(/[\u4e00-\u9fff]{2,14}/g)) {
        let readings = [[]];
        for (const character of run) {
          const sounds = known.get(character) ?? ["?"];
          if (sounds.length === 1) for (const reading of readings) reading.push(sounds[0]);
          else readings = readings.flatMap((reading) => sounds.map((syllable) => [...reading, syllable])).slice(0, 4);
        }
        const part = (run.length / plain.length) ** 0.5;
        for (const reading of readings) {
          const whole = reading.join("");
          const firsts = reading.map(([first]) => first).join("");
          let at = 0;
          for (let i = 0; i + 1 < reading.length; at += reading[i++].length) add(full, whole.slice(at, at + 4), [whole.slice(at), s, (reading.length - i) / reading.length * part]);
          if (reading.length > 4) add(initials, firsts.slice(0, 4), [s, 0.6 * (4 / plain.length) ** 0.5]);
          if (field !== "symptoms") add(initials, firsts, [s, part]);
        }
      }
    }
    return { full, initials };
  },

  /** All syllables. */
  *sounds(index) {
    return new Set([...table(index, "syllables").values()].flat());
  },
};

// --- what a line of a log or a transcript says --------------------------------------------------------

/** The status code of a line, by the form of the line; the first form that fits decides. Each captures the code. */
const FORMS = [
  ["ALB", /^(?:https?|h2|grpcs?|wss?) \S+ app\/\S+ \S+ \S+ (?:-?[\d.]+ ){3}(\d{3}) /],
  ["ELB", /^\S+T\S+ \S+ \S+:\d+ \S+ (?:-?[\d.]+ ){3}(\d{3}) (?:\d{3}|-) \d+ \d+ "/],
  ["HAProxy", / [-+\d]+(?:\/[-+\d]+){4} (\d{3}) [-+]?\d+ /],
  ["Squid", /\b(?:TCP|UDP|NONE)_?[A-Z_]*\/(\d{3})\b/],
  ["IIS", /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d .* (\d{3}) \d+ \d+ \d+(?: \d+)*\s*$/],
  ["CloudFront", /^\d{4}-\d\d-\d\d\t\d\d:\d\d:\d\d\t\S+\t\S+\t\S+\t\S+\t\S+\t\S+\t(\d{3})\t/],
  ["access log", /"(?:[A-Z]+ [^"]*|-)" (\d{3}) (?:\d+|-)/],
  ["access log", /"[A-Z]+ \S+(?: HTTP\/[\d.]+)?" (\d{3})\b/],
  ["status line", /\bHTTP\/\d(?:\.\d)?"?\s+(\d{3})\b/i],
  ["JSON", /"(?:[a-z_]*status(?:_?code)?|code|response_?code)"\s*:\s*"?(\d{3})\b/i],
  ["field", /\b(?:[a-z_-]*status(?:_?code)?|code)=\s*"?(\d{3})\b/i],
  ["framework log", /\| (\d{3}) \|/],
  ["framework log", /\bCompleted (\d{3}) /],
  ["framework log", /\]: (\d{3}) |\[(\d{3})\]: [A-Z]+ \//],
  ["request line", /\b(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s+\S*[./]\S*\s+(?:net::\S+\s+)?(?:HTTP\/\S+\s+)?(\d{3})\b/],
  ["exception", /\b(\d{3}) (?:Client|Server) Error\b/],
  ["exception", /\bstatus(?: code)?(?: of| is|:)? (\d{3})\b/i],
  ["exception", /\b(?:HTTP|HTTP Error|ERROR|response code:?|returned error:|returned|response|failed,? response) \(?(\d{3})\b(?! ?(?:ms|s|bytes|items|times|rows))/i],
  ["exception", /awaiting response\.\.\. (\d{3})\b/],
];

/** The status code a line reports, with the form it was known by; undefined when it reports none. */
export function statusIn(line) {
  for (const [form, pattern] of FORMS) {
    const match = pattern.exec(line);
    if (match) return { code: match[1] ?? match[2], form };
  }
  return undefined;
}

/** Parts of an error log's line that tell nothing: times, processes, addresses, the request's own fields. */
function withoutNoise(text) {
  return text
    .replace(/, (?:client|server|request|upstream|host|referrer): (?:"[^"]*"|[^,]*)/g, " ")
    .replace(/\(\d+: /g, "(").replace(/\(\d{2,3}\)(?=[A-Z])/g, " ")
    .replace(/[*#]\d+(?=[:\s])|\b\d+#\d+/g, (match, at) => (match[0] === "#" && at === 0 ? match : " "))
    .replace(/\b\d{4}[-/]\d\d[-/]\d\d[T ]?|\b\d\d:\d\d:\d\d(?:[.,]\d+)?Z?|\[[^\]]*\d{4}[^\]]*\]/g, " ")
    .replace(/\b(?:https?|wss?|unix):\/\/?[^\s"'),]+|\b\d+(?:\.\d+){3}(?::\d+)?|(?<=["'\s:])\/[\w.-]+\/[\w./-]*/g, " ");
}

const LOGGED = /\d+#\d+: |\[(?:error|crit|warn|alert|notice|emerg)\]|\bAH\d{5}\b|^\s*at \S+\(|Exception\b|Error: |\bpid \d+/;

// --- what a query names outright ---------------------------------------------------------------------

const CLASS = [
  /(?<![\w])([1-5])(?:xx|\*\*)(?![\w])/g,
  /(?<!\d)([1-5])\s*(?:字头|字打头|开头|打头|系)/g,
  /(?:start|begin)\w*\s+with\s+(?:an? )?([1-5])(?!\d)/g,
  /(?<!\d)([1-5])00\s?[-–~到至]\s?[1-5]99/g,
  /(?<!\d)([1-5])00s?[\s-]*(?:series|range|family|level|class|系列|多)/g,
  /([一二三四五])百\s*(?:系列|多|几|段|类)/g,
];

/** What stands between the names of codes that are compared, and around them. */
const EITHER = /\s*(?:\b(?:vs|versus|or|and|instead of|rather than)\b\.?|还是|与|和|跟|[、/，,])\s*/;
const COMPARING = /区别|差别|不同|有什么|哪个|difference(?: between)?|which one|[?？]/g;

/** Said around the name of a header field that is asked for. */
const HEADER_TALK = /\b(?:headers?|fields?|goes|carr(?:y|ies)|sends?|sets?|has|needs?|missing|status|responses?)\b|哪些|哪个码?|什么|必须|对应|状态码|[请响]求?应?头?|标头|头字段|字段|缺失|缺少|会|带|配|里|的|是|要|有|头|时候/g;

/** Said around the name of a class, a vendor or a guide. */
const NAME_TALK = /\b(?:codes?|class|family|group|range|list|all|the|of|what are|what is)\b|有哪些|哪些|一类|类|的/g;

/** An operating system's error in a message: its number is no status code. */
const ERRNO = /\(?\b\d{1,3}(?:: |\)) ?(?=connection |no route|network is|broken pipe|permission denied|no such file|address already|operation |resource temporarily|too many open|bad file|host is)/gi;

/** Three digits that are no code: a part of a longer number, an address, a measure, a port, an RFC's number. */
const NUMBER = /(?<![\w.:/\\=-]|\d,|端口\s*|port\s|pid\s|line\s|rfc\s?|行\s?)(?:http|code|err|error|e|status|sc|h)?[-_#(]*(?<!\d)([1-9]\d\d)(?!\d|[.:,/]\d|\s?(?:ms|kb|mb|gb|px|bytes|days|秒|毫秒|字节|个|次|天|条|人|行|%)|-continue|-\d\d-)/gi;

function codesIn(text) {
  const plain = text.replace(ERRNO, " ").replace(/rfc[\s-]*\d+(?:[\s,]*(?:§|section|节|第)?\s*\d+(?:\.\d+)+)?/gi, " ").replace(/(状态|status|code|http|错误|报错|返回|error)码?[:：=_-](?=\d{3})/gi, "$1 ");
  return [...new Set([...plain.matchAll(NUMBER), ...plain.matchAll(/(?<![\w.:])()([1-9]\d\d)(?=\/[1-9]\d\d(?!\d))|(?<=(?<!\d)[1-9]\d\d\/)()([1-9]\d\d)(?!\d)/g)]
    .sort((a, b) => a.index - b.index).map((match) => match[1] || match[2] || match[4]))];
}

/**
 * The pages a query names, best first, each with its rule: a list of [page number, rule, matched text]; and the
 * number that is no code of the handbook, if that is what was asked for.
 */
function named(index, raw, text) {
  const found = [];
  const put = (n, rule, matched) => { if (n !== undefined && !found.some(([known]) => known === n)) found.push([n, rule, matched]); };
  const numberOf = (name) => index.named.get(name);
  let unknown = "";
  // The query is a name or number and nothing else: whoever confirms it need not choose.
  const called = index.names.get(nameKey(text)) ?? [];
  let direct = called.length === 1;

  for (const n of called) put(n, "name", raw);

  const status = raw.split("\n").map(statusIn).find(Boolean);
  const exact = /^[^\p{L}\p{N}]*(?:http[^\p{L}\p{N}]?)?(\d{3})[^\p{L}\p{N}]*$/u.exec(text)?.[1];
  if (status && !exact) {
    put(numberOf(status.code), `log: ${status.form}`, status.code);
    if (!found.length) unknown = status.code;
  } else {
    for (const pattern of CLASS) {
      for (const match of text.matchAll(pattern)) {
        put(numberOf(`${"一二三四五".indexOf(match[1]) + 1 || match[1]}xx`), "class", match[0]);
        direct ||= match[0] === text;
      }
    }
    const log = LOGGED.test(raw);
    const codes = exact ? [exact] : codesIn(log ? normalise(withoutNoise(raw)) : text);
    const known = codes.filter((code) => index.named.has(code));
    if (!known.length) {
      const sides = text.replace(CHATTER, " ").replace(COMPARING, " ").split(EITHER).flatMap((side) => table(index, "titles").get(side.trim()) ?? []);
      const both = [...new Set(sides)].map((n) => index.pages[n].name);
      if (both.length > 1) for (const n of guidesAbout(index, both)) put(n, "comparison", both.join(" · "));
    }
    if (known.length > 1 && !log) for (const n of guidesAbout(index, known)) put(n, "comparison", known.join(" · "));
    for (const code of known) put(numberOf(code), "code", code);
    direct ||= Boolean(exact) && known.length > 0;
    if (!known.length && codes.length && !log && !found.length) unknown = codes[0];
  }

  for (const [token] of raw.matchAll(/[A-Za-z_][\w.:$]*[\w]|:[a-z_]+\b/g)) {
    // A word in capitals may be said of anything in a line: alone it is a constant.
    if (!/[_$]|::|^:[a-z]|[a-z][A-Z]|[A-Z]{3}[a-z]|^E[A-Z]{5,}$/.test(token) && (token !== raw || !/^[A-Z]{4,}$/.test(token))) continue;
    if (/^https?:/.test(token)) continue;
    const plain = plainName(token);
    for (const n of plain === "error" ? [] : table(index, "constants").get(plain) ?? []) put(n, "constant", token);
    direct ||= token === raw && table(index, "constants").get(plain)?.length === 1;
  }

  for (const match of text.matchAll(/rfc[\s-]*(\d{3,5})(?:[\s,]*(?:(?:§|section|节|第|sec\.?)?\s*([\da-z]+(?:\.\d+)+)|(?:§|section|第|sec\.?)\s*(\d+)))?/g)) {
    const [label, rfc] = match;
    const section = match[2] ?? match[3];
    const defined = index.pages.flatMap((each, n) => {
      const specs = each.spec.split(" ");
      if (section) return specs.includes(`${rfc}§${section}`) ? [[0, n]] : [];
      const at = specs.findIndex((spec) => spec.split("§")[0] === rfc);
      return at < 0 ? [] : [[at, n]];
    }).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, n]) => n);
    const citing = index.rfcs[rfc] ?? [];
    const guides = index.pages.flatMap((each, n) => (each.kind === "guide" && `${each.title} ${each.keywords}`.includes(rfc) ? [n] : []));
    for (const n of [...(section || defined.length > 9 ? [] : guides), ...defined.slice(0, 9), ...citing]) put(n, "RFC", label);
  }

  const about = new Set();
  for (const [name] of text.matchAll(/[a-z0-9]+(?:-[a-z0-9]+)*/g)) {
    // A word that is a field's name too has to be called one.
    if (!Object.hasOwn(index.headers, name) || (!name.includes("-") && text !== name && !/head|field|头|字段/.test(text))) continue;
    // With more than the name to go by, the name is a word among others.
    const around = termsOf(text.replace(name, " ").replace(CHATTER, " ").replace(HEADER_TALK, " "));
    if (around.some((term) => !ASKING.has(term) && index.ids.has(term))) for (const n of index.headers[name]) about.add(n);
    else for (const n of index.headers[name]) put(n, "header", name);
  }
  return { found, unknown, direct, about };
}

/** Guides about all of these codes: those that name them come before those that only touch them. */
function guidesAbout(index, codes) {
  const scores = [];
  index.pages.forEach((page, n) => {
    if (page.kind !== "guide") return;
    const names = new Set(`${page.name} ${page.title} ${page.keywords}`.match(/(?<!\d)[1-9]\d\d(?!\d)/g));
    const touched = page.codes.split(" ");
    if (!codes.every((code) => names.has(code) || touched.includes(code)) || !codes.some((code) => names.has(code))) return;
    const at = Math.max(...codes.map((code) => touched.indexOf(code)));
    scores.push([codes.filter((code) => names.has(code)).length * 10 - names.size / 4 - at, n]);
  });
  return scores.sort((a, b) => b[0] - a[0]).slice(0, 2).map(([, n]) => n);
}

// --- scoring ------------------------------------------------------------------------------------------

/**
 * The pages for a query, best first. Each result has address, kind, name, number, phrase, title, summary, classKey, `rule`
 * (what put it there), `matched` (the text of the page that matched), `terms` (to be marked in it) and `score`.
 * `anchor` is of the cause that speaks of what matched, if that is known. `unknown` of the list is the number asked for
 * when it is no code of the handbook; `direct` says that the query is the name of the first result and nothing else.
 */
export function search(index, query, limit = 10) {
  const raw = query.slice(0, 4000).normalize("NFKC").trim();
  const text = simplify(index, normalise(raw));
  if (!text) return Object.assign([], { unknown: "", direct: false });
  const { found, unknown, direct, about } = named(index, raw, simplify(index, raw.toLowerCase()));
  const scores = scored(index, simplify(index, normalise(LOGGED.test(raw) ? withoutNoise(raw) : raw)));
  for (const n of about) if (scores.has(n)) scores.get(n).score *= HEADED;
  const results = found.map(([n, rule, matched]) => ({ n, rule, matched, score: 1e6 }));
  if (unknown) {
    const first = unknown >= "100" && unknown < "600" ? unknown[0] : "5";
    for (const name of [`${first}xx`, `${first}00`]) {
      const n = index.named.get(name);
      if (n !== undefined) results.push({ n, rule: "unknown", matched: "", score: 1e5 });
    }
  }
  const best = Math.max(0, ...[...scores.values()].map(({ score }) => score));
  const rest = [...scores].filter(([n, { score }]) => score > best * 0.12 && !results.some((r) => r.n === n))
    .sort(([a, x], [b, y]) => y.score - x.score || a - b)
    .map(([n, { score, string, anchor }]) => ({ n, rule: string.field, matched: string.text, anchor, score }));
  for (const result of results) if (scores.has(result.n) && result.rule !== "unknown") Object.assign(result, { matched: scores.get(result.n).string.text, anchor: scores.get(result.n).anchor });
  const terms = queryTerms(text).map(({ term }) => term);
  return Object.assign([...results, ...rest].slice(0, limit).map((result) => shown(index, result, terms)), { unknown, direct });
}

/** What to offer when nothing was found: the codes nearest to a number in the query, and the classes. */
export function suggest(index, query) {
  const number = Number(/\d{1,4}/.exec(query.normalize("NFKC"))?.[0]);
  const codes = number
    ? index.pages.flatMap(({ name, kind }, n) => (kind === "code" ? [[Math.abs(name - number) || 0, n]] : [])).sort((a, b) => a[0] - b[0]).slice(0, 3)
    : [];
  const classes = index.pages.flatMap(({ kind }, n) => (kind === "class" ? [[0, n]] : []));
  return [...codes, ...classes].map(([, n]) => shown(index, { n, rule: "nearest", matched: "", score: 0 }, []));
}

/** The result for a page by its name; undefined when the handbook has no such page. */
export function page(index, name) {
  const n = index.named.get(name);
  return n === undefined ? undefined : shown(index, { n, rule: "name", matched: "", score: 0 }, []);
}

function shown(index, { n, rule, matched, anchor, score }, terms) {
  const { name, kind, title, phrase, summary, users, spec } = index.pages[n];
  const folder = { guide: "guides/", vendor: "vendors/" }[kind] ?? "";
  const code = kind === "code" ? Number(name) : 0;
  const classKey = kind === "class" ? name : code ? (code < 600 ? `${name[0]}xx` : "other") : "";
  return { address: `${index.prefix}${folder}${name}/`, anchor: anchor ?? "", kind, name, number: code ? name : "", phrase, title, summary: summary || (spec ? "" : users), classKey, rule, matched, terms, score };
}

/** The query's terms with what they are: `last` may be the beginning of a word. */
export function queryTerms(text) {
  const terms = termsOf(text.replace(CHATTER, " "));
  const lastWord = /[a-z0-9]+$/.exec(text)?.[0];
  const list = [...new Set(terms.length ? terms : termsOf(text))].map((term) => ({ term, word: "" }));
  for (const entry of list) if (lastWord && entry.term === stem(lastWord)) entry.word = lastWord;
  return list;
}

/** Logarithms and powers differ between engines in their last digits; no order may hang on those. */
const round = (value) => Math.round(value * 1e6) / 1e6;

/** Score of every page that has a term of the query, with the one text of the page that says it best. */
function scored(index, text) {
  let terms = queryTerms(text).slice(0, 80);
  const pages = new Map();
  const strings = new Map();
  let all = 0;
  const spelled = spelledOut(index, text);
  if (spelled && !spelled.size) terms.push(...soundsIn(index, text).map((term) => ({ term, word: "" })));
  if (spelled) {
    for (const [s, closeness] of spelled) {
      const { page, field } = index.strings[s];
      const score = WORTH[field] * (field === "title" ? 1.2 : 1) * closeness * index.pages[page].prior * 20;
      if (score > (pages.get(page)?.score ?? 0)) pages.set(page, { score, string: index.strings[s] });
    }
    if (pages.size && [...spelled.values()].some((closeness) => closeness >= 0.5)) return pages;
    terms = terms.filter(({ term, word }) => term.length > 3 || index.ids.has(term) || (word && index.words[position(index.words, word)]?.startsWith(word)));
  }
  for (const term of conceptsIn(index, runsOf(text.replace(CHATTER, " ")))) terms.push({ term, word: "" });
  for (const { term, word } of terms) {
    const variants = similar(index, term, word);
    const weight = variants.length ? Math.max(...variants.map(([known, closeness]) => weigh(index, index.ids.get(known)) * closeness)) : weighed(index, term, 1) * 0.5;
    all += weight;
    const best = new Map();
    const seen = new Map();
    for (const [known, closeness] of variants) {
      const id = index.ids.get(known);
      const worth = weigh(index, id) * closeness;
      for (const s of index.lists[id]) {
        const { page, field } = index.strings[s];
        const value = worth * WORTH[field];
        const entry = best.get(page);
        if (!entry) best.set(page, { value, worth, times: 1 });
        else {
          entry.times += 1;
          if (value > entry.value) Object.assign(entry, { value, worth });
        }
        if (worth > (seen.get(s) ?? 0)) seen.set(s, worth);
      }
    }
    for (const [page, { value, worth, times }] of best) {
      const entry = pages.get(page) ?? { sum: 0, covered: 0 };
      entry.sum += value * (1 + AGAIN * Math.log2(times));
      entry.covered += worth;
      pages.set(page, entry);
    }
    for (const [s, worth] of seen) strings.set(s, (strings.get(s) ?? 0) + worth);
  }
  for (const entry of pages.values()) if (entry.sum) entry.score = entry.sum * (entry.covered / all) ** 1.5;
  const trimmed = text.trim();
  const padded = ` ${text.replace(/\s+/g, " ")} `;
  const tops = new Map();
  const telling = terms.some(({ term }) => !/^\d+$/.test(term) && !ASKING.has(term)); // a number alone names no cause
  for (const [s, matched] of strings) {
    const string = index.strings[s];
    const precision = Math.min(1, matched / totalOf(index, string));
    const recall = matched / all;
    const whole = string.plain.length > 3 && precision > 0.95 && padded.includes(isHan(string.plain) ? string.plain : ` ${string.plain} `) ? 0.6 : 0;
    const begun = NAMES.has(string.field) ? likeness(string, trimmed, matched / totalOf(index, string)) : 0;
    const value = round(WORTH[string.field] * (matched * (precision ** 1.2 * (0.35 + recall) + whole) + totalOf(index, string) * begun) * 2);
    const top = tops.get(string.page);
    if (!top || value > top.value) tops.set(string.page, { value, string });
    const entry = pages.get(string.page);
    if (string.anchor && telling && recall > Math.max(0.6, entry.told ?? 0)) Object.assign(entry, { told: recall, anchor: string.anchor });
  }
  for (const [page, { value, string }] of tops) {
    const entry = pages.get(page);
    entry.string ??= string;
    entry.score = round(((entry.score ?? 0) + value) * index.pages[page].prior);
  }
  return pages;
}

/** How much more a name is meant than its words say: when the query is it, begins it or is it with slips of the keyboard. */
function likeness({ plain, field }, query, share) {
  const title = TITLES.has(field);
  if (plain === query) return title ? 2 : 1.2;
  if (query.length > 2 && plain.startsWith(query)) return title ? 1.5 * Math.max(share, query.length / plain.length) : 0.7 * share;
  const most = query.length > 12 ? 3 : 2;
  return title && query.length > 6 && !isHan(query) && Math.abs(plain.length - query.length) <= most && distance(query, plain, most) <= most ? 1.2 : 0;
}

/** The index's terms for a term of the query and how close they are: itself, words it begins, words mistyped, homophones. */
function similar(index, term, word) {
  const { words } = index;
  const known = index.ids.has(term);
  const found = known ? [[term, 1]] : [];
  if (term.includes(" ")) return (table(index, "homophones").get(term) ?? []).map((other) => [other, CLOSE.sound]);
  if (isHan(term)) {
    if (term.length === 2 && !isConcept(term)) {
      for (const other of table(index, "homophones").get(soundOf(index, term)) ?? []) if (other !== term) found.push([other, CLOSE.sound * (known ? 0.5 : 1)]);
    }
    return found;
  }
  const begun = word && word.length > 1 ? [word, term] : [];
  for (const start of new Set(begun)) {
    for (let i = position(words, start); i < words.length && words[i].startsWith(start); i++) {
      if (words[i] !== term) found.push([words[i], CLOSE.prefix * (known ? 0.5 : 1)]);
    }
  }
  if (!found.length && term.length > 3 && !/\d/.test(term)) {
    const most = term.length > 6 ? 2 : 1;
    for (const other of words) {
      if (other.length < 4 || Math.abs(other.length - term.length) > most) continue;
      const errors = distance(term, other, most);
      if (errors <= most) found.push([other, (CLOSE.typo + (other[0] === term[0] ? 0.1 : 0)) / errors ** 0.5]);
    }
  }
  return found;
}

/** Where `word` stands or would stand in a sorted list. */
function position(sorted, word) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < word) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Edits (insertion, deletion, substitution, neighbours swapped) between two words; `most` + 1 stands for more. */
export function distance(a, b, most) {
  let before = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
      if (row[j] < least) least = row[j];
    }
    if (least > most) return most + 1;
    [before, previous] = [previous, row];
  }
  return previous[b.length];
}

// --- Chinese by its sound ------------------------------------------------------------------------------

/** How a pair sounds to an ear that keeps z and zh, n and ng apart no better than most. */
export function soundOf(index, pair) {
  return [...pair].map((character) => heard(table(index, "syllables").get(character)?.[0] ?? character)).join(" ");
}

const heard = (syllable) => syllable.replace(/^([zcs])h/, "$1").replace(/ng$/, "n");

/** The texts that a query in pinyin spells, with how close; undefined when the query cannot be pinyin. */
function spelledOut(index, text) {
  if (!/^[a-z' ]{3,40}$/.test(text)) return undefined;
  const words = text.trim().split(/[' ]+/).filter((word) => !PLAIN.test(word));
  if (!words.length) return undefined;
  if (words.every((word) => index.ids.has(stem(word)))) return undefined;
  const joined = words.join("");
  const { full, initials } = table(index, "spellings");
  const found = new Map();
  const put = (s, closeness) => { if (closeness > (found.get(s) ?? 0)) found.set(s, closeness); };
  if (joined.length > 3) {
    for (const [key, s, part] of full.get(joined.slice(0, 4)) ?? []) {
      if (key.startsWith(joined)) put(s, part * (key.length === joined.length ? 1 : 0.5 + 0.4 * joined.length / key.length));
    }
  }
  if (words.length === 1) for (const [s, share] of initials.get(joined) ?? []) put(s, 0.9 * share);
  return found;
}

/** English words that stand beside pinyin. */
const PLAIN = /^(?:http|https|code|status|error|nginx|api|url|json|token|cookie)$/;

/** The pairs of syllables of a text in pinyin, as `homophones` names them; none when it is no pinyin. */
function soundsIn(index, text) {
  const cuts = syllablesOf(index, text.split(/[' ]+/).filter((word) => !PLAIN.test(word)).join(""));
  return cuts.slice(1).map((syllable, i) => `${cuts[i]} ${syllable}`);
}

/** The syllables of a text in pinyin, as they are heard; none when it is no pinyin. */
export function syllablesOf(index, text) {
  const cut = (rest) => {
    if (!rest) return [];
    for (let length = Math.min(6, rest.length); length > 0; length--) {
      const tail = table(index, "sounds").has(rest.slice(0, length)) ? cut(rest.slice(length)) : undefined;
      if (tail) return [rest.slice(0, length), ...tail];
    }
    return undefined;
  };
  return (cut(text) ?? []).map(heard);
}
