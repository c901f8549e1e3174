"""What of one page can be searched: a pure function of the page, its language and its constants."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .model import Kind, Page, Standing, Text
from .outline import CODE_SPAN
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
_HEADER = re.compile(
    r"([A-Z](?<![\w-].)[A-Za-z0-9]*(?:-[A-Z0-9][A-Za-z0-9]*)+|[A-Z](?<![\w-].)[A-Za-z]{1,12})(?![\w-])", re.DOTALL
)
#: What a mention of a header field tells, by where it stands; in the text each counts once.
_IN_KEYWORDS, _IN_SUMMARY, _IN_HEADINGS, _IN_TEXT_MOST = 12, 6, 4, 3
#: Keywords of another language that are kept of a page, from the first.
OTHER_KEYWORDS = 2
#: What is new of a text must be more than this share of it, or it is not worth its bytes.
_NEW_KEYWORD, _NEW_SYMPTOM, _NEW_OTHER = 0.3, 0.25, 0.8
#: Symptoms of a number that a vendor made up that are kept, from the first.
_MADE_UP_SYMPTOMS = 2
_RUN = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Extract:
    """What one page gives to the index of a language.

    ``other`` are titles and keywords of the other languages. Of ``keywords``, ``symptoms`` and ``other`` there are
    those that say something new. ``anchors`` are of the causes that quote the symptoms, one for each, empty where
    none does. ``headers`` and ``rfcs`` count mentions.
    """

    keywords: tuple[str, ...]
    symptoms: tuple[str, ...]
    anchors: tuple[str, ...]
    other: tuple[str, ...]
    constants: tuple[str, ...]
    headers: tuple[tuple[str, int], ...]
    rfcs: tuple[tuple[int, int], ...]


def extract(page: Page, language: str, constants: Iterable[Constant], body: str) -> Extract:
    """What of ``page`` can be searched in ``language`` (a language's key); ``body`` is its Markdown in it."""
    text, code = page.texts[language], page.code
    # A number that a vendor made up is asked for by its number or by the vendor's name, which every language shares.
    made_up = code is not None and code.standing is Standing.VENDOR
    others = [other for key, other in page.texts.items() if key != language and not made_up]
    said = _words(text.title) | _words(code.phrase if code else "")
    # Vendors and classes are called by their keywords: all of them count.
    keywords = (
        text.keywords
        if page.kind in (Kind.VENDOR, Kind.CLASS)
        else _telling(said, _without(page.name, text.keywords), _NEW_KEYWORD)
    )
    told = text.symptoms[: _MADE_UP_SYMPTOMS if made_up else None]
    causes = {symptom.text: symptom.cause if symptom.quoted else "" for symptom in told}
    symptoms = _telling(said, causes, _NEW_SYMPTOM)
    return Extract(
        keywords,
        symptoms,
        () if made_up else tuple(causes[symptom] for symptom in symptoms),
        _telling(said, (value for o in others for value in (o.title, *o.keywords[:OTHER_KEYWORDS])), _NEW_OTHER),
        _last_names(constants, code.phrase if code else ""),
        _headers(text, body),
        tuple(sorted(Counter(citation.ref.rfc for citation in text.outline.citations).items())),
    )


def _telling(said: set[str], values: Iterable[str], least: float) -> tuple[str, ...]:
    """The texts of which more than ``least`` is new to ``said``, which learns their words."""
    kept = []
    for value in values:
        words = _words(value)
        if words and len(words - said) > least * len(words):
            said |= words
            kept.append(value)
    return tuple(kept)


def _words(text: str) -> set[str]:
    """Words, pairs of words and pairs of Han characters: roughly what the engine sees in ``text``.

    It is enough to tell what is new in it. Messages of software differ in how they put the same words together.
    """
    found: set[str] = set()
    before = ""
    for run in _RUN.findall(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).lower()):
        if run[0] < "\u3400":
            word = re.sub(r"(?<=...)(?:ing|ed|s|e)$", "", run)
            found.update((word, f"{before} {word}") if before else (word,))
            before = word
        else:
            found.update(run[at : at + 2] for at in range(max(1, len(run) - 1)))
            before = ""
    return found


def _without(name: str, values: Iterable[str]) -> Iterator[str]:
    """The texts that do not name the page's own code: whoever types the number is led by it alone."""
    number = re.compile(rf"(?<!\d){name}(?!\d)")
    return (value for value in values if not (name.isdigit() and number.search(value)))


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


def _headers(text: Text, body: str) -> tuple[tuple[str, int], ...]:
    mentions = Counter(match[1] for span in CODE_SPAN.findall(body) for match in _HEADER.finditer(span[1]))
    counts = Counter({name.lower(): min(count, _IN_TEXT_MOST) for name, count in mentions.items() if _is_header(name)})
    for values, worth in (
        ((text.title, *text.keywords), _IN_KEYWORDS),
        ((text.summary, *(symptom.text for symptom in text.symptoms)), _IN_SUMMARY),
        ([heading.text for heading in text.outline.headings], _IN_HEADINGS),
    ):
        for name in {match[1] for value in values for match in _HEADER.finditer(value)}:
            if _is_header(name):
                counts[name.lower()] += worth
    return tuple(sorted(counts.items()))


def _is_header(name: str) -> bool:
    """``PHP-FPM`` is none: field names are written with small letters."""
    return ("-" in name and not name.isupper()) or name in _SHORT_HEADERS
