"""What of one page can be searched: a pure function of the page, its language and its constants."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from . import outline
from .model import Page, Standing, Text
from .tables import Constant

#: Header fields of one word, which cannot be told from words by their form.
_SHORT_HEADERS = frozenset(
    [
        "Accept",
        "Age",
        "Allow",
        "Authorization",
        "Connection",
        "Cookie",
        "Date",
        "Depth",
        "Destination",
        "DNT",
        "ETag",
        "Expect",
        "Expires",
        "Forwarded",
        "From",
        "Host",
        "If",
        "Link",
        "Location",
        "Origin",
        "Pragma",
        "Prefer",
        "Range",
        "Referer",
        "Server",
        "TE",
        "Trailer",
        "Upgrade",
        "Vary",
        "Via",
        "Warning",
    ]
)
_HEADER = re.compile(r"(?<![\w-])([A-Z][A-Za-z0-9]*(?:-[A-Z0-9][A-Za-z0-9]*)+|[A-Z][A-Za-z]{1,12})(?![\w-])")
_CODE_SPAN = re.compile(r"(?<!\\)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
#: What only software is called: names with an underscore or an inner capital, and messages' capitals.
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+|[A-Za-z]+[a-z][A-Z][A-Za-z]+|[A-Z]{2,}[0-9]{2,}")
#: Words of the text, small or with a capital: the names of products, formats and things.
_WORD = re.compile(r"(?<![\w./-])[A-Za-z]?[a-z]{3,}(?![\w./-])")
#: What a mention of a header field tells, by where it stands; in the text each counts once.
_IN_KEYWORDS, _IN_SUMMARY, _IN_HEADINGS, _IN_TEXT_MOST = 12, 6, 4, 3
#: Keywords of another language that are kept of a page, from the first.
OTHER_KEYWORDS = 5


@dataclass(frozen=True, slots=True)
class Extract:
    """What one page gives to the index of a language.

    ``other`` are titles and keywords of the other languages that this one does not have. ``headers``, ``identifiers``,
    ``words`` and ``rfcs`` count mentions.
    """

    keywords: tuple[str, ...]
    symptoms: tuple[str, ...]
    other: tuple[str, ...]
    constants: tuple[str, ...]
    headers: tuple[tuple[str, int], ...]
    identifiers: tuple[tuple[str, int], ...]
    words: tuple[tuple[str, int], ...]
    rfcs: tuple[tuple[int, int], ...]


def extract(page: Page, language: str, constants: Iterable[Constant]) -> Extract:
    """What of ``page`` can be searched in ``language`` (a language's key)."""
    text = page.texts[language]
    # A number that a vendor made up is asked for by its number or by the vendor's name, which every language shares.
    made_up = page.code is not None and page.code.standing is Standing.VENDOR
    others = [other for key, other in page.texts.items() if key != language and not made_up]
    seen = {value.casefold() for value in (text.title, *text.keywords, *text.symptoms)}
    seen |= {page.code.phrase.casefold()} if page.code else set()
    prose = " ".join(line.replace("\0", " ") for _, line in outline.prose(text.body))
    return Extract(
        text.keywords,
        text.symptoms,
        _new(seen, (value for o in others for value in (o.title, *o.keywords[:OTHER_KEYWORDS]))),
        _last_names(constants, page.code.phrase if page.code else ""),
        _headers(text),
        tuple(sorted(Counter(_IDENTIFIER.findall(text.body)).items())),
        tuple(sorted(Counter(word.lower() for word in _WORD.findall(prose)).items())),
        tuple(sorted(Counter(citation.ref.rfc for citation in text.outline.citations).items())),
    )


def _new(seen: set[str], values: Iterable[str]) -> tuple[str, ...]:
    kept = []
    for value in values:
        if value.casefold() not in seen:
            seen.add(value.casefold())
            kept.append(value)
    return tuple(kept)


def _last_names(constants: Iterable[Constant], phrase: str) -> tuple[str, ...]:
    """``HttpStatus.NOT_FOUND`` as ``NOT_FOUND``; one of those that differ in case and underscores only, and none
    that only says the phrase, which the engine reads as a constant too."""
    names: dict[str, str] = {}
    said = re.sub("[^a-z]", "", phrase.lower())
    for constant in constants:
        name = re.split(r"[.:]+", constant.name)[-1]
        plain = name.replace("_", "").casefold()
        if not (said and plain.endswith(said)):
            names.setdefault(plain, name)
    return tuple(names.values())


def _headers(text: Text) -> tuple[tuple[str, int], ...]:
    mentions = Counter(match[1] for span in _CODE_SPAN.findall(text.body) for match in _HEADER.finditer(span[1]))
    counts = Counter({name.lower(): min(count, _IN_TEXT_MOST) for name, count in mentions.items() if _is_header(name)})
    for values, worth in (
        ((text.title, *text.keywords), _IN_KEYWORDS),
        ((text.summary, *text.symptoms), _IN_SUMMARY),
        ([heading.text for heading in text.outline.headings], _IN_HEADINGS),
    ):
        for name in (match[1] for value in values for match in _HEADER.finditer(value)):
            if _is_header(name):
                counts[name.lower()] += worth
    return tuple(sorted(counts.items()))


def _is_header(name: str) -> bool:
    """``PHP-FPM`` is none: field names are written with small letters."""
    return ("-" in name and not name.isupper()) or name in _SHORT_HEADERS
