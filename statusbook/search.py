"""The search index of a language: the texts that ``static/js/engine.js`` searches, and the tables it reads them with.

The index holds no terms: the engine cuts text into terms when it opens the index, with the same function as it cuts
a query. So there is one description of normalisation and of ranking, the engine's; this module only decides
what is worth sending. The format is that of ``make``. Guides of a large book that it has no room
for are the matter of :mod:`statusbook.shards`.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property, partial

from . import generator, shards, sounds
from .extract import Extract, extract
from .kept import Kept
from .library import Library
from .model import Kind, Language, Page, StatusCode
from .output import Make, Output, canonical_json, key_of
from .views import Views, search_index_path

VERSION = 4
#: The record of a page in the index; lists are joined by bars. ``links`` is the number of bits of the count of
#: references to the page. The index holds them by field, which compresses better than by page.
RECORD = (
    "name",
    "kind",
    "title",
    "phrase",
    "summary",
    "keywords",
    "symptoms",
    "anchors",
    "other",
    "users",
    "constants",
    "spec",
    "codes",
    "links",
)
#: A header field leads to this many pages at most, and to none with less than this share of its best page's mentions.
HEADER_PAGES, HEADER_SHARE = 4, 0.34
#: What a result shows of a guide's, class's or vendor's summary and of a symptom: the rest would be bytes for nothing.
#: A code is known by its title and phrase, and by what matched.
SUMMARY_COLUMNS, SYMPTOM_COLUMNS = 36, 42
#: A path or an address in a message, which is another one for every reader.
_PATH = re.compile(r"(?:\b(?:https?|unix|wss?):)?/{1,2}[\w.:-]+/[\w./?=&-]+")
#: An RFC leads to this many pages that are not defined by it.
RFC_PAGES = 4


def outputs(library: Library, extracts: Kept[Extract] | None = None) -> Iterator[Output]:
    """The index of each language, with the files of a large book; what ``extracts`` has of a page is not read from
    its text again. Keys and makers are worked out when a build or a reader asks for them."""
    for language in library.settings.languages:
        index = cache(partial(Index, library, language, extracts))
        texts = [page.texts[language.key].digest for page in library.pages.values()]
        stamp = key_of(library.world, library.all_guides, texts)
        yield Output(search_index_path(language), _whole, index, stamp=stamp, here=True)
        remote = shards.remote_count(library)
        for number, path in enumerate(shards.paths(language, "terms", shards.terms_files(remote))):
            yield Output(path, _terms, index, number, stamp=stamp, here=True)
        for number, path in enumerate(shards.paths(language, "guides", shards.guides_files(remote))):
            yield Output(path, _guides, index, number, stamp=stamp, here=True)


def _whole(index: Callable[[], Index]) -> tuple[str, Make]:
    return index().whole, index().make


def _terms(index: Callable[[], Index], number: int) -> tuple[str, Make]:
    key = key_of("search terms", generator.identity(), index().faces, index().library.tables.pinyin, number)
    return key, lambda: index().terms.files[number]


def _guides(index: Callable[[], Index], number: int) -> tuple[str, Make]:
    guides = index().remote[number * shards.BLOCK :][: shards.BLOCK]
    return index().key_of_guides(guides), lambda: index().records(guides)


class Index:
    """The index of one language."""

    def __init__(self, library: Library, language: Language, extracts: Kept[Extract] | None = None) -> None:
        self.library, self.language = library, language
        self.extracts: Kept[Extract] = extracts or Kept()
        self.views = Views(library, language)
        self.remote = shards.remote_guides(library)
        elsewhere = {guide.name for guide in self.remote}
        pages = [page for page in library.pages.values() if page.kind not in (Kind.HOME, Kind.PAGE)]
        self.pages = [page for page in pages if page.name not in elsewhere]
        #: How many references of other pages lead to a page.
        self.links = Counter(target for page in pages for target, *_ in page.texts[language.key].plain.references)

    @cached_property
    def faces(self) -> str:
        """The digest of all that the terms of the remote guides are made of."""
        return key_of(self.language.key, [(guide.name, shards.face(guide)) for guide in self.remote])

    @cached_property
    def terms(self) -> shards.Terms:
        return shards.Terms(self.remote, self.language.key, sounds.readings(self.library.tables.pinyin))

    @cached_property
    def whole(self) -> str:
        """The digest of everything that the index is made of."""
        texts = [self._texts(page) for page in self.pages]
        facts = [(page.name, page.kind.value, page.code, page.see, page.products) for page in self.pages]
        constants = [self.views.constants(page) for page in self.pages]
        links = [self.links[page.name].bit_length() for page in self.pages] if self.remote else []
        tables = (self.library.tables.pinyin, self.library.tables.variants, self.library.tables.synonyms)
        parts = (texts, facts, constants, tables, links, self.faces)
        return key_of("search", generator.identity(), VERSION, self.language, *parts)

    def key_of_guides(self, guides: Sequence[Page]) -> str:
        """The digest of everything that the records of ``guides`` are made of."""
        texts = [self._texts(page) for page in guides]
        facts = [(page.name, page.see) for page in guides]
        return key_of("search guides", generator.identity(), VERSION, self.language, texts, facts)

    def records(self, guides: Sequence[Page]) -> bytes:
        """The records of remote guides, as the index has those of others, but for how often they are referred to."""
        records = [(*self._record(page, self._extract(page))[:-1], 0) for page in guides]
        return canonical_json(_columns(records))

    def make(self) -> bytes:
        extracts = [self._extract(page) for page in self.pages]
        records = [self._record(page, each) for page, each in zip(self.pages, extracts, strict=True)]
        text = "".join(value for record in records for value in record if isinstance(value, str))
        return canonical_json(
            {
                "version": VERSION,
                "prefix": f"/{self.language.prefix}",
                "pages": _columns(records),
                "headers": _headers(extracts),
                "rfcs": _rfcs(extracts),
                "pinyin": _pinyin(self.library.tables.pinyin),
                "synonyms": "\n".join(
                    "|".join(group.get(self.language.key, ())) for group in self.library.tables.synonyms
                ),
                "variants": _variants(self.library.tables.variants, text),
                **self._shards(),
            }
        )

    def _shards(self) -> dict[str, object]:
        """What there is to know of the remote guides, if there are any."""
        if not self.remote:
            return {}
        about = {"guides": len(self.remote), "block": shards.BLOCK, "bounds": " ".join(self.terms.bounds)}
        return {"shards": about}

    def _texts(self, page: Page) -> list[tuple[str, str]]:
        """What stands for the texts of a page as far as they are searched: of the other languages, their faces are."""
        own, faces = self.language.key, self.library.faces
        return sorted((key, text.digest if key == own else faces[text.path]) for key, text in page.texts.items())

    def _extract(self, page: Page) -> Extract:
        language, constants = self.language.key, self.views.constants(page)
        facts = (page.code.phrase, page.code.standing) if page.code else ()
        key = key_of(page.name, language, self._texts(page), facts, constants)
        body = partial(self.library.body, page.texts[language])
        return self.extracts.get(key, lambda: extract(page, language, constants, body()))

    def _record(self, page: Page, each: Extract) -> tuple[str | int, ...]:
        text, code = page.texts[self.language.key], page.code
        uses = code.vendors if code else ()
        users = [self._product(use.vendor) for use in uses]
        products = [product.names[self.language.key] for product in page.products]
        return (
            page.name,
            page.kind.value,
            text.title,
            code.phrase if code else "",
            "" if code else _clipped(_clause(text.summary), SUMMARY_COLUMNS),
            _listed(each.keywords),
            _listed(_clipped(_PATH.sub("…", symptom), SYMPTOM_COLUMNS) for symptom in each.symptoms),
            "|".join(each.anchors).rstrip("|"),
            _listed(dict.fromkeys((*each.other, *(use.name for use in uses if use.name), *products))),
            ", ".join(dict.fromkeys(users)),
            " ".join(each.constants),
            _spec(code),
            " ".join(name for name in page.see if name.isdigit()) if page.kind is Kind.GUIDE else "",
            self.links[page.name].bit_length(),
        )

    def _product(self, vendor: str) -> str:
        """What the reader knows a product by, of those that use a number."""
        found = self.library.vendor_of.get(vendor)
        return found[1].names[self.language.key] if found else vendor


def _columns(records: Sequence[tuple[str | int, ...]]) -> dict[str, tuple[str | int, ...]]:
    return dict(zip(RECORD, zip(*records, strict=True), strict=True))


def _listed(texts: Iterable[str]) -> str:
    """Texts with bars between them, which JSON need not escape."""
    return "|".join(text.replace("|", "/") for text in texts)


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


def _pinyin(syllables: Mapping[str, str]) -> str:
    """The syllables of the everyday characters as runs in their order: ``a2 ai13``. Second readings follow by name:
    ``chong0重``. A browser knows the characters and their order, so only the runs are sent."""
    runs: list[tuple[str, int]] = []
    others: list[str] = []
    for character, (first, *more) in sounds.readings(syllables).items():
        last = runs[-1][0] if runs else ""
        runs[-1:] = [(first, runs[-1][1] + 1)] if first == last else [*runs[-1:], (first, 1)]
        others += [f"{syllable}0{character}" for syllable in more]
    return " ".join([*(f"{syllable}{count if count > 1 else ''}" for syllable, count in runs), *others])


def _variants(variants: Mapping[str, str], text: str) -> str:
    """The terms, longest first, in pairs; then the traditional characters of what stands in ``text`` three times:
    in the order of what they are read as, each after the number of steps to it among the everyday characters,
    ``逾時 超时 3貝0唄12備``.
    """
    known = {character for character, count in Counter(text).items() if count > 2}
    terms = sorted((pair for pair in variants.items() if len(pair[0]) > 1), key=lambda pair: (-len(pair[0]), pair))
    single = sorted(
        (sounds.EVERYDAY.index(read), written)
        for written, read in variants.items()
        if len(written) == 1 and read in known and read in sounds.EVERYDAY
    )
    steps = [after - before for before, after in itertools.pairwise([0, *(at for at, _ in single)])]
    return " ".join(
        [
            *(f"{a} {b}" for a, b in terms),
            "".join(f"{n}{written}" for n, (_, written) in zip(steps, single, strict=True)),
        ]
    )
