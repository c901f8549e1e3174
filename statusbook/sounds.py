"""How Chinese sounds, as far as search goes: the syllables of characters, without tones.

``static/js/engine.js`` reads the same of the index that it is sent; both hear a pair of characters alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice, product

#: The 3755 everyday characters: level 1 of GB 2312, which is ordered by sound.
EVERYDAY = b"".join(
    bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFA if row == 0xD7 else 0xFF)
).decode("gb2312")
#: Ways to read one pair that are told apart.
MOST_READINGS = 4


def readings(syllables: Mapping[str, str]) -> dict[str, list[str]]:
    """The syllables of each everyday character, from the characters of each syllable. First stands that of its
    neighbours in the order of sounds, if it has that; ``x`` is one that nobody knows."""
    known: dict[str, list[str]] = {}
    for syllable, characters in syllables.items():
        for character in characters:
            known.setdefault(character, []).append(syllable)
    found, last = {}, ""
    for character in EVERYDAY:
        every = known.get(character, ["x"])
        first = last = last if last in every else every[0]
        found[character] = [first, *(syllable for syllable in every if syllable != first)]
    return found


def heard(syllable: str) -> str:
    """A syllable to an ear that keeps z and zh, n and ng apart no better than most."""
    return re.sub("ng$", "n", re.sub("^([zcs])h", r"\1", syllable))


def spoken(text: str, known: Mapping[str, list[str]]) -> list[str]:
    """How some characters may sound, the usual way first: ``huan'cun``. A character that is not in ``known`` stands as
    it is."""
    each = ([heard(syllable) for syllable in known.get(character, [character])] for character in text)
    return list(dict.fromkeys("'".join(way) for way in islice(product(*each), MOST_READINGS)))
