"""The search of a large book: guides for which the index has no room, in files of which a search reads a few.

The index of a language is one file, read whole, as long as it has all pages. Past :data:`CORE_GUIDES` guides it keeps
those that other pages name most in their ``see``; ``static/js/shards.js`` finds the others, the *remote* ones. Two
kinds of file tell of them:

- *Terms*: the words and pairs of Han characters of the guides' names, in order, cut into files of about equal size. A
  word's line is the word and the guides that have it, as differences between their numbers, to base 36. A number is
  twice that of the guide, and one more where the guide's title has the term. A pair stands where it sounds,
  ``huan'cun``, so that it is found in pinyin and by a slip of the input method: the line has each pair that sounds so,
  followed by its guides. A word from its end, ``~gnihcac``, is a line without guides: by it a word is found whose
  beginning is mistyped. Where each file begins stands in the index.
- *Guides*: records as in the index, :data:`BLOCK` to a file, in the order of the guides' numbers.

Words stand as they are written, without capitals: the engine, which alone knows their stems, compares. How many files
there are depends on the number of guides only, so a plan need not look into them; which terms one has depends on all.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from math import ceil

from .library import Library
from .model import Language, Page
from .output import canonical_json
from .sounds import spoken

#: Guides that the index itself holds at most.
CORE_GUIDES = 32
#: Guides in a file of records, and guides for each file of terms: either is some kilobytes.
BLOCK, GUIDES_PER_TERMS = 16, 96
#: A term that more guides have tells nothing: the first of them stand for all.
MOST_GUIDES = 1000

_RUN = re.compile("[a-z0-9]+|[\u3400-\u9fff]+")
#: The first of the characters that are Han.
HAN = "\u3400"
#: Words that somebody may mistype: shorter ones are too many things.
_SPELLED = re.compile("[a-z]{5,}")
_PARTICLES = re.compile("[的了吗呢啊吧呀哦嘛]")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def remote_count(library: Library) -> int:
    """How many guides the index of ``library`` has no room for."""
    return max(0, len(library.guides) - CORE_GUIDES)


def remote_guides(library: Library) -> tuple[Page, ...]:
    """The guides that the index has no room for, by name."""
    if not remote_count(library):
        return ()
    named = Counter(name for page in library.pages.values() for name in page.see)
    best = sorted(library.guides, key=lambda guide: (-named[guide.name], guide.name))
    core = {guide.name for guide in best[:CORE_GUIDES]}
    return tuple(guide for guide in library.guides if guide.name not in core)


def terms_files(remote: int) -> int:
    """How many files of terms there are for so many guides."""
    return ceil(remote / GUIDES_PER_TERMS)


def guides_files(remote: int) -> int:
    """How many files of records there are for so many guides."""
    return ceil(remote / BLOCK)


def paths(language: Language, kind: str, count: int) -> list[str]:
    """Where the files of ``kind`` (``terms`` or ``guides``) are published, relative to the site."""
    return [f"{language.prefix}search/{kind}/{number}.json" for number in range(count)]


def face(guide: Page) -> list[tuple[str, ...]]:
    """All of a guide that its terms are made of, by language."""
    return [
        (key, text.title, *text.keywords, "", *(symptom.text for symptom in text.symptoms))
        for key, text in sorted(guide.texts.items())
    ]


class Terms:
    """The files of terms of a language, cut when they are first asked for."""

    def __init__(self, guides: Sequence[Page], language: str, readings: Mapping[str, list[str]]) -> None:
        lines = list(_lines(guides, language, readings))
        count = terms_files(len(guides))
        ends = list(accumulate(len(line) for line in lines))
        places = [(end - 1) * count // ends[-1] for end in ends]  # the file of each line
        cuts = [bisect_left(places, number) for number in range(count)] + [len(lines)]
        self.files = [canonical_json(lines[start:end]) for start, end in pairwise(cuts)]
        #: The first term of each file; of an empty one, that of the next.
        self.bounds = [line.split(" ", 1)[0] for line in ([*lines, "\uffff"][cut] for cut in cuts[:-1])]


def _lines(guides: Sequence[Page], language: str, readings: Mapping[str, list[str]]) -> Iterator[str]:
    """Every line, in order. ``readings`` has the syllables of Han characters."""
    having: dict[str, list[int]] = {}
    for number, guide in enumerate(guides):
        text = guide.texts[language]
        others = [
            each for key, other in guide.texts.items() if key != language for each in (other.title, *other.keywords)
        ]
        titled = set(terms((guide.name, text.title)))
        for term in titled.union(terms((*text.keywords, *(symptom.text for symptom in text.symptoms), *others))):
            having.setdefault(term, []).append(2 * number + (term in titled))
    found: dict[str, str] = {}
    for term in sorted(having):  # words before pairs: what is written before Han characters is a word's
        steps = _steps(having[term])
        if term >= HAN:
            for sound in spoken(term, readings):
                found[sound] = f"{found.get(sound, '')} {term}{steps}"
        else:
            found[term] = steps
            if _SPELLED.fullmatch(term):
                found["~" + term[::-1]] = ""
    for key in sorted(found):
        yield key + found[key]


def terms(texts: Iterable[str]) -> Iterator[str]:
    """Words without capitals and pairs of Han characters, as the engine's ``normalise`` and ``termsOf`` leave them, but
    not stemmed."""
    joined = unicodedata.normalize("NFKC", "\n".join(texts))
    plain = re.sub("(?<=[a-z])(?=[A-Z])", " ", joined).lower()
    plain = _PARTICLES.sub(" ", re.sub("(?<=[a-z])['’](?=[a-z])", "", plain))
    for run in _RUN.findall(plain):
        if run < HAN or len(run) == 1:
            yield run
        else:
            yield from (run[at : at + 2] for at in range(len(run) - 1))


def _steps(numbers: Sequence[int]) -> str:
    """The first of ``numbers``, each after a space and as its difference from the one before."""
    first = numbers[:MOST_GUIDES]
    return "".join(f" {_base36(after - before)}" for before, after in zip([0, *first], first, strict=False))


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if not number:
            return digits
