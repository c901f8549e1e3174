"""The poster's table: every code of a language, in rows of ten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .model import OTHER
from .shown import Card, ClassGroup

#: A row: the digits that its codes begin with, and the codes.
Row = tuple[str, tuple[Card, ...]]


@dataclass(frozen=True, slots=True)
class Band:
    """A class on the poster. ``title`` is empty where the class has no page."""

    class_key: str
    title: str
    rows: tuple[Row, ...]


def bands(classes: Iterable[ClassGroup]) -> tuple[Band, ...]:
    """The classes that have codes. Numbers outside the classes are too far apart for rows of ten: they share one."""
    return tuple(
        Band(
            group.class_key,
            group.card.title if group.card else "",
            (("", group.codes),) if group.class_key == OTHER else _tens(group.codes),
        )
        for group in classes
        if group.codes
    )


def _tens(cards: tuple[Card, ...]) -> tuple[Row, ...]:
    rows: dict[str, list[Card]] = {}
    for card in cards:
        rows.setdefault(card.number[:-1], []).append(card)
    return tuple((ten, tuple(row)) for ten, row in rows.items())
