"""What the living style page shows: colours and measures from the style sheets, and one of each component."""

from __future__ import annotations

from typing import Any

from .library import Library
from .model import OTHER, Standing
from .palette import Palette
from .shown import Card, ClassGroup

#: Custom properties of the page's measures.
MEASURES = ("measure", "gap", "radius")


def values(
    tokens: str, syntax: str, library: Library, language: str, classes: tuple[ClassGroup, ...]
) -> dict[str, Any]:
    """What the template of the style page in a language (its key) is given besides the page.

    Raises ValueError when a sheet writes a colour in another way than ours, KeyError when it lacks one.
    """
    palette = Palette(tokens, syntax)
    cards = [card for group in classes for card in group.codes]
    return {
        "colours": palette.tokens(),
        "hues": palette.hues(),
        "syntax": palette.syntax(),
        "measures": tuple((name, palette.root[name]) for name in MEASURES),
        "cards": _one_each(cards),
        "figure": _figure(library, language),
    }


def _one_each(cards: list[Card]) -> tuple[Card, ...]:
    """The first code of each class and of each standing, by number."""
    firsts: dict[object, Card] = {}
    for card in cards:
        if card.class_key != OTHER:
            firsts.setdefault(card.class_key, card)
        firsts.setdefault(Standing(card.standing), card)
    return tuple(sorted(set(firsts.values()), key=lambda card: int(card.number)))


def _figure(library: Library, language: str) -> str:
    """The first diagram of the first guide that has one, as markup; empty when none has."""
    paths = (item.path for guide in library.guides for item in guide.texts[language].outline.inclusions)
    return next((library.files[path] for path in paths if path.endswith(".svg")), "")
