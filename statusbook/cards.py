"""What is shown of a status code or a header field where it is linked: one file a language, read by
``static/js/preview.js``.

The file is fetched when a reader first turns to such a link, by pointer or by keyboard; no page needs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from . import generator
from .library import Library
from .model import Language, Standing
from .output import Make, Output, canonical_json, key_of
from .shown import Card
from .views import Views, cards_path


def outputs(library: Library) -> Iterator[Output]:
    for language in library.settings.languages:
        yield Output(cards_path(language), partial(_prepare, library, language), stamp=library.world)


def _prepare(library: Library, language: Language) -> tuple[str, Make]:
    """Key and maker of a language's file, worked out when a build or a reader asks for it."""
    views = Views(library, language)
    cards = views.cards(library.codes)
    labels = {standing.value: views.t(f"standing.{standing.value}") for standing in Standing}
    labels[Standing.REGISTERED.value] = ""
    fields = views.fields()
    key = key_of("cards", generator.identity(), cards, sorted(labels.items()), fields)
    shown = {card.number: _shown(card, labels[card.standing]) for card in cards}
    shown |= {field.anchor: (field.name, "", field.note, field.label) for field in fields}
    return key, lambda: canonical_json(shown)


def _shown(card: Card, label: str) -> tuple[str, str, str, str]:
    """Title, phrase where it is another, summary, and the standing where it is not the usual one."""
    unused = card.standing == Standing.UNUSED.value
    phrase = "" if unused or card.phrase.casefold() == card.title.casefold() else card.phrase
    return card.title, phrase, card.summary, label
