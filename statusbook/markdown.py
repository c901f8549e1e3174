"""A page's text as HTML: what it needs from the book around it, and what comes out.

The dialect itself is :mod:`statusbook.dialect`, on Python-Markdown.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from .model import Surroundings, Text
from .typography import curly_html

if TYPE_CHECKING:
    from .dialect import Engine


@dataclass(frozen=True, slots=True)
class Section:
    """A ``##`` section: anchor, heading and the text below it, both as HTML."""

    anchor: str
    title: str
    html: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page's text: what stands before the first ``##``, and the sections."""

    lead: str
    sections: tuple[Section, ...]


def prepare() -> None:
    """Load the dialect, so that processes that are forked from this one have it."""
    from . import dialect  # noqa: F401, PLC0415


def render(text: Text, body: str, around: Surroundings) -> Rendered:
    """Turn ``body``, the Markdown of a page's text, into HTML."""
    from .dialect import engine_for  # noqa: PLC0415 - Python-Markdown is loaded when something has to be rendered

    engine = engine_for(around)
    lines = body.split("\n")
    cuts = [heading for heading in text.outline.headings if heading.level == 2]
    starts = [heading.line - text.line for heading in cuts] + [len(lines)]
    sections = tuple(
        Section(
            heading.anchor,
            _title(engine, heading.title),
            _convert(engine, "\n".join(lines[start + 1 : end]), heading.text),
        )
        for heading, start, end in zip(cuts, starts, starts[1:], strict=False)
    )
    return Rendered(_convert(engine, "\n".join(lines[: starts[0]]), text.title), sections)


def _title(engine: Engine, source: str) -> str:
    """A heading's title: whatever it begins with, it is one line of text without links."""
    if not re.search(r"[`*_\[\\&<]", source):
        return _finish(escape(source, quote=False), engine.surroundings.language)
    return re.sub(r"\A<h2[^>]*>|</h2>\Z", "", _convert(engine, f"## {source}"))


def _convert(engine: Engine, source: str, section: str = "") -> str:
    """``source``, which stands below the heading ``section``, as HTML."""
    if not source.strip():
        return ""
    engine.section = section
    html = engine.reset().convert(source)
    return _finish(html, engine.surroundings.language)


def _finish(html: str, language: str) -> str:
    if not language.startswith("zh"):
        html = curly_html(html)
    return _mark_foreign(html, language)


# --- text in another language ----------------------------------------------------------------------

_TAG = re.compile(r"(<[^<>]*>)")
#: At least two Latin words with small letters in a row, in a Chinese page: a phrase, not a name. It begins with one
#: character of a set, as Han does: patterns that do are searched for several times as fast.
_LATIN = r"[A-Za-z'’](?:(?<=[A-Z])[a-z'’]+|(?<=[a-z'’])(?<![a-z'’].)[a-z'’]*)(?:[ -][A-Z]?[a-z'’]+)+"
_HAN = r"[H][H]*(?:[\u3000-\u303f\uff00-\uffef“”‘’]*[H]+)*".replace("H", r"\u3400-\u9fff\uf900-\ufaff")


@functools.cache
def _foreign(language: str) -> tuple[re.Pattern[str], Callable[[re.Match[str]], str]]:
    """What is in another language than the page, and how it is wrapped.

    Compiled when first asked for: that of the wide ranges takes as long as rendering a text.
    """
    source, tag = (_LATIN, "en") if language.startswith("zh") else (_HAN, "zh-CN")
    return re.compile(source, re.DOTALL), lambda match: f'<span lang="{tag}">{match[0]}</span>'


def _mark_foreign(html: str, language: str) -> str:
    """Wrap phrases of the other language in ``<span lang>`` (WCAG 2.2, 3.1.2 Language of Parts)."""
    pattern, wrapped = _foreign(language)
    if not pattern.search(html):
        return html
    parts = _TAG.split(html)
    code = 0  # how many elements deep in code or a drawing
    for i, part in enumerate(parts):
        if i % 2:
            if part.startswith(("<code", "<pre", "<svg")):
                code += 1
            elif part.startswith(("</code", "</pre", "</svg")):
                code -= 1
        elif not code and part and part != "\n":
            parts[i] = pattern.sub(wrapped, part)
    return "".join(parts)
