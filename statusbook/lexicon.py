"""The handbook's own words for the teaching server: what it calls each status code, in every language."""

from __future__ import annotations

from .library import Library
from .model import CLASSES
from .responses import Lexicon, Words


def lexicon(library: Library) -> Lexicon:
    """The words of every page of a code that can be sent (RFC 9110 §15: 100–599)."""
    languages = library.settings.languages
    words = {}
    for page in library.pages.values():
        if page.code is None or page.code.class_key not in CLASSES:
            continue
        for language in languages:
            text = page.texts[language.key]
            words[language.tag, page.code.number] = Words(_reason(page.code.phrase), text.title, text.summary)
    unknown = {language.tag: library.strings[language.key].texts["search.unknown"] for language in languages}
    return Lexicon(tuple(language.tag for language in languages), words, unknown)


def _reason(phrase: str) -> str:
    """The phrase as it can stand in a status line; ``(Unused)`` of the registry is none."""
    return phrase if phrase.isascii() and not phrase.startswith("(") else ""
