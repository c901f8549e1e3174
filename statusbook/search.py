"""The search index of a language: a small inverted index that ``static/js/engine.js`` ranks in the browser.

The format (version 1): ``pages`` is a list of records in the order of ``PAGE``; ``terms`` maps a normalised
term to a flat list of page numbers and weights. ``terms_of`` and the engine's ``termsOf`` cut text in the
same way; ``tests/search_vectors.json`` holds both to it.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

from . import outline
from .library import Library
from .model import Kind, Language, Page
from .output import Output, canonical_json, key_of
from .views import Views

VERSION = 1
#: The record of a page in the index.
PAGE = ("address", "kind", "name", "number", "phrase", "title", "summary", "classKey", "keywords")

#: What a term in each part of a page is worth.
WEIGHTS = {
    "number": 40,
    "phrase": 16,
    "title": 16,
    "keywords": 14,
    "symptoms": 10,
    "constants": 8,
    "summary": 6,
    "headings": 4,
}
#: A body term is worth the logarithm of how often it stands there, up to this.
BODY_MOST = 3

_TERM = re.compile(r"[a-z0-9]+|[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")


def normalise(text: str) -> str:
    """Full-width letters and digits as ASCII, small letters: NFKC and lower case."""
    return unicodedata.normalize("NFKC", text).lower()


def terms_of(text: str) -> Iterator[str]:
    """Words of Latin letters and digits, and pairs of Han characters (one where there is only one)."""
    for match in _TERM.finditer(normalise(text)):
        run = match[0]
        if run[0] < "\u0080" or len(run) == 1:
            yield run
        else:
            yield from (run[i : i + 2] for i in range(len(run) - 1))


def outputs(library: Library) -> Iterator[Output]:
    for language in library.settings.languages:
        yield _Index(library, language).output()


class _Index:
    def __init__(self, library: Library, language: Language) -> None:
        self.library, self.language = library, language
        self.views = Views(library, language)
        self.pages = [page for page in library.pages.values() if page.kind is not Kind.HOME]

    def output(self) -> Output:
        records = [self._record(page) for page in self.pages]
        digests = [page.texts[self.language.key].digest for page in self.pages]
        constants = [self.views.constants(page) for page in self.pages]
        key = key_of("search", VERSION, WEIGHTS, self.language, records, digests, constants)
        return Output(f"{self.language.prefix}search/index.json", key, self.make)

    def make(self) -> bytes:
        postings: dict[str, list[int]] = {}
        for number, page in enumerate(self.pages):
            for term, weight in sorted(self._weights(page).items()):
                postings.setdefault(term, []).extend((number, weight))
        return canonical_json(
            {
                "version": VERSION,
                "language": self.language.tag,
                "fields": PAGE,
                "pages": [self._record(page) for page in self.pages],
                "terms": dict(sorted(postings.items())),
            }
        )

    def _record(self, page: Page) -> tuple[object, ...]:
        card = self.views.card(page)
        text = page.texts[self.language.key]
        keywords = [*text.keywords, *text.symptoms]
        return (
            card.address,
            card.kind,
            card.name,
            card.number,
            card.phrase,
            card.title,
            card.summary,
            card.class_key,
            keywords,
        )

    def _weights(self, page: Page) -> dict[str, int]:
        text = page.texts[self.language.key]
        code = page.code
        weights: dict[str, int] = {}
        parts: dict[str, Iterable[str]] = {
            "number": [str(code.number)] if code else [page.name],
            "phrase": [code.phrase] if code else [],
            "title": [text.title],
            "keywords": self._other_languages(page, "keywords"),
            "symptoms": self._other_languages(page, "symptoms"),
            "constants": [_CAMEL.sub(" ", constant.name) for constant in self.views.constants(page)],
            "summary": [text.summary],
            "headings": [heading.text for heading in text.outline.headings],
        }
        for part, values in parts.items():
            for term in {term for value in values for term in terms_of(value)}:
                weights[term] = max(weights.get(term, 0), WEIGHTS[part])
        counts = Counter(term for _, line in outline.prose(text.body) for term in terms_of(line.replace("\0", " ")))
        for term, count in counts.items():
            weights.setdefault(term, min(BODY_MOST, 1 + int(math.log2(count))))
        return weights

    def _other_languages(self, page: Page, field: str) -> list[str]:
        """What people type does not keep to one language: every language's words count."""
        return [value for text in page.texts.values() for value in getattr(text, field)]
