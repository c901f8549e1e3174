"""The search index of a language: the texts that ``static/js/engine.js`` searches, and the tables it reads them with.

The index holds no terms: the engine cuts text into terms when it opens the index, with the same function as it cuts
a query. So there is one description of normalisation and of ranking, the engine's; this module only decides
what is worth sending. The format is that of ``make``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from . import generator
from .extract import Extract, extract
from .library import Library
from .model import Kind, Language, Page, StatusCode
from .output import Make, Output, canonical_json, key_of
from .views import Views, search_index_path

VERSION = 2
#: The record of a page in the index; lists are joined by line ends. ``links`` is the number
#: of bits of the count of references to the page.
RECORD = (
    "name",
    "kind",
    "title",
    "phrase",
    "summary",
    "keywords",
    "symptoms",
    "other",
    "identifiers",
    "words",
    "constants",
    "spec",
    "codes",
    "links",
)
#: A header field leads to this many pages at most, and to none with less than this share of its best page's mentions.
HEADER_PAGES, HEADER_SHARE = 4, 0.34
#: Identifiers of a page's text that are worth their bytes: on few pages, and so many of a page.
IDENTIFIER_PAGES, IDENTIFIERS = 3, 4
#: English words of the text of a registered code's page that are worth their bytes, alike.
WORD_PAGES, WORDS = 9, 7
#: What a result shows of a summary, and what is kept of a symptom: the rest would be bytes for nothing.
SUMMARY_COLUMNS, SYMPTOM_COLUMNS = 56, 60
#: An RFC leads to this many pages that are not defined by it.
RFC_PAGES = 4


def outputs(library: Library) -> Iterator[Output]:
    for language in library.settings.languages:
        yield Output(search_index_path(language), partial(_prepare, library, language))


def _prepare(library: Library, language: Language) -> tuple[str, Make]:
    """Key and maker of an index, worked out when a build or a reader asks for it."""
    index = Index(library, language)
    return index.key(), index.make


class Index:
    """The index of one language."""

    def __init__(self, library: Library, language: Language) -> None:
        self.library, self.language = library, language
        self.views = Views(library, language)
        self.pages = [page for page in library.pages.values() if page.kind is not Kind.HOME]
        #: How many references of other pages lead to a page.
        self.links = Counter(ref.target for page in self.pages for ref in page.texts[language.key].outline.references)

    def key(self) -> str:
        """The digest of everything that the index is made of."""
        texts = [sorted((key, text.digest) for key, text in page.texts.items()) for page in self.pages]
        facts = [(page.name, page.kind.value, page.code, page.see, page.products) for page in self.pages]
        constants = [self.views.constants(page) for page in self.pages]
        tables = (self.library.tables.pinyin, self.library.tables.variants)
        return key_of("search", generator.identity(), VERSION, self.language, texts, facts, constants, tables)

    def make(self) -> bytes:
        extracts = [extract(page, self.language.key, self.views.constants(page)) for page in self.pages]
        spread = Counter(name for each in extracts for name, _ in each.identifiers)
        words = Counter(word for each in extracts for word, _ in each.words)
        records = [self._record(page, each, spread, words) for page, each in zip(self.pages, extracts, strict=True)]
        text = "".join(value for record in records for value in record if isinstance(value, str))
        return canonical_json(
            {
                "version": VERSION,
                "language": self.language.tag,
                "prefix": f"/{self.language.prefix}",
                "fields": RECORD,
                "pages": records,
                "headers": _headers(extracts),
                "rfcs": _rfcs(extracts),
                "pinyin": _pinyin(self.library.tables.pinyin),
                "variants": _variants(self.library.tables.variants, text),
            }
        )

    def _record(
        self, page: Page, each: Extract, spread: Mapping[str, int], words_spread: Mapping[str, int]
    ) -> tuple[str | int, ...]:
        text, code = page.texts[self.language.key], page.code
        shown = "\n".join((text.title, *each.keywords, *each.symptoms, *each.other))
        telling = [
            (-count, name)
            for name, count in each.identifiers
            if spread[name] <= IDENTIFIER_PAGES and name not in shown and len(name) > 3
        ]
        lower = shown.lower()
        words = [
            (-count / words_spread[word], word)
            for word, count in each.words
            if words_spread[word] <= WORD_PAGES and word not in lower
        ]
        most = WORDS if code and code.spec else 0
        uses = code.vendors if code else ()
        users = [self._product(use.vendor) for use in uses]
        products = [product.names[self.language.key] for product in page.products]
        return (
            page.name,
            page.kind.value,
            text.title,
            code.phrase if code else "",
            _clipped(_clause(text.summary), SUMMARY_COLUMNS),
            "\n".join(each.keywords),
            "\n".join(_clipped(symptom, SYMPTOM_COLUMNS) for symptom in each.symptoms),
            "\n".join(dict.fromkeys((*each.other, *(use.name for use in uses if use.name), *products))),
            " ".join(dict.fromkeys((*users, *(name for _, name in sorted(telling)[:IDENTIFIERS])))),
            " ".join(word for _, word in sorted(words)[:most]),
            " ".join(each.constants),
            _spec(code),
            " ".join(name for name in page.see if name.isdigit()) if page.kind is Kind.GUIDE else "",
            self.links[page.name].bit_length(),
        )

    def _product(self, vendor: str) -> str:
        """What the reader knows a product by, of those that use a number."""
        found = self.library.vendor_of.get(vendor)
        return found[1].names[self.language.key] if found else vendor


def _clause(text: str) -> str:
    """The first sentence of ``text``, or what stands before its colon."""
    end = re.search(r"[。：；]|[.:;](?=\s)", text)
    return text[: end.start()] if end else text


def _clipped(text: str, columns: int) -> str:
    """The beginning of ``text``, at most so wide; a Han character takes two columns."""
    for at, character in enumerate(text):
        columns -= 2 if character > "\u2e7f" else 1
        if columns < 0:
            return text[:at].rstrip() + "…"
    return text


def _spec(code: StatusCode | None) -> str:
    """The sections that define a code: ``9110§15.5.5 1945``, the RFC of its first definition last."""
    if not code:
        return ""
    sections = [f"{ref.rfc}§{ref.section}" if ref.section else str(ref.rfc) for ref in code.spec]
    return " ".join([*sections, *([str(code.since.rfc)] if code.since else [])])


def _headers(extracts: Sequence[Extract]) -> dict[str, list[int]]:
    """The numbers of the pages that are about a header field, best first."""
    mentions: dict[str, list[tuple[int, int]]] = {}
    for number, each in enumerate(extracts):
        for name, count in each.headers:
            mentions.setdefault(name, []).append((-count, number))
    chosen = {}
    for name, pages in sorted(mentions.items()):
        best = sorted(pages)[:HEADER_PAGES]
        if -best[0][0] > 1:
            chosen[name] = [number for count, number in best if -count >= HEADER_SHARE * -best[0][0]]
    return chosen


def _rfcs(extracts: Sequence[Extract]) -> dict[str, list[int]]:
    """The numbers of the pages that cite an RFC most, for those that no code is defined by or few."""
    citing: dict[int, list[tuple[float, int]]] = {}
    for number, each in enumerate(extracts):
        every = sum(count for _, count in each.rfcs)
        for rfc, count in each.rfcs:
            citing.setdefault(rfc, []).append((-count * (1 + count / every), number))
    return {str(rfc): [number for _, number in sorted(citing[rfc])[:RFC_PAGES]] for rfc in sorted(citing)}


#: The 3755 everyday characters: level 1 of GB 2312, which is ordered by sound.
EVERYDAY = b"".join(
    bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFA if row == 0xD7 else 0xFF)
).decode("gb2312")


def _pinyin(syllables: Mapping[str, str]) -> str:
    """The syllables of the everyday characters as runs in their order: ``a2 ai13``. Second readings follow by name:
    ``chong0重``. A browser knows the characters and their order, so only the runs are sent."""
    readings: dict[str, list[str]] = {}
    for syllable, characters in syllables.items():
        for character in characters:
            readings.setdefault(character, []).append(syllable)
    runs: list[tuple[str, int]] = []
    others: list[str] = []
    for character in EVERYDAY:
        known = readings.get(character, ["x"])
        last = runs[-1][0] if runs else ""
        first = last if last in known else known[0]
        runs[-1:] = [(first, runs[-1][1] + 1)] if first == last else [*runs[-1:], (first, 1)]
        others += [f"{syllable}0{character}" for syllable in known if syllable != first]
    return " ".join([*(f"{syllable}{count if count > 1 else ''}" for syllable, count in runs), *others])


def _variants(variants: Mapping[str, str], text: str) -> str:
    """The terms, longest first, and the traditional characters of what stands in the index: ``逾時超时`` in pairs."""
    known = set(text)
    terms = sorted((pair for pair in variants.items() if len(pair[0]) > 1), key=lambda pair: (-len(pair[0]), pair))
    single = [pair for pair in variants.items() if len(pair[0]) == 1 and pair[1] in known]
    return " ".join([*(f"{a} {b}" for a, b in terms), "".join(a + b for a, b in sorted(single))])
