"""Diagrams: SVG files cleaned so that they can stand inside a page.

Only shapes and text are let through, coloured by classes of the style sheet: no styles, scripts, links,
ids or foreign content.
"""

from __future__ import annotations

import functools
import re
from html import escape
from xml.etree import ElementTree

from .problems import Problem
from .sources import Source, decode

_SHAPES = ("rect", "line", "path", "circle", "ellipse", "polyline", "polygon")
ELEMENTS = frozenset(("svg", "g", "text", "tspan", "title", *_SHAPES))
_GEOMETRY = (
    "x",
    "y",
    "width",
    "height",
    "rx",
    "ry",
    "d",
    "points",
    "x1",
    "y1",
    "x2",
    "y2",
    "cx",
    "cy",
    "r",
    "dx",
    "dy",
)
ATTRIBUTES = frozenset(("viewBox", "text-anchor", "dominant-baseline", "transform", "class", *_GEOMETRY))
_VALUE = re.compile(r"[\w\s.,()%+-]*\Z", re.ASCII)
_ENCODING = re.compile(r"\s*<\?xml[^>]*\bencoding\s*=\s*[\"']([^\"']*)")
#: Elements may be nested this deep.
_DEEPEST = 30
_NAMESPACE = "{http://www.w3.org/2000/svg}"


@functools.lru_cache(maxsize=1000)
def clean(source: Source) -> tuple[str, tuple[Problem, ...]]:
    """The diagram as markup for a page, or what is wrong with it."""
    if b"<!" in source.data or b"<?" in source.data.lstrip()[5:]:
        hint = "Leave out comments, DOCTYPE and processing instructions."
        return "", (Problem(source.path, 0, 0, "has more than elements and text", hint),)
    text, found = decode(source)
    if found:
        return "", tuple(found)
    encoding = _ENCODING.match(text)
    if encoding and encoding[1].lower() != "utf-8":
        return "", (Problem(source.path, 1, 1, f"says that it is in {encoding[1]}", 'Write encoding="UTF-8".'),)
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        line, column = error.position
        message = f"is not well-formed: {str(error).partition(':')[0]}"
        return "", (Problem(source.path, line, column + 1, message),)
    if _is_deep(root):
        hint = f"Groups in groups, {_DEEPEST} at most."
        return "", (Problem(source.path, 0, 0, "is nested too deeply", hint),)
    problems: list[Problem] = []
    if _name(root) != "svg" or "viewBox" not in root.attrib:
        problems.append(Problem(source.path, 1, 1, "is not a diagram", 'Start with <svg viewBox="0 0 720 300" …>.'))
    for element in root.iter():
        name = _name(element)
        if name not in ELEMENTS:
            hint = f"Elements: {', '.join(sorted(ELEMENTS))}."
            problems.append(Problem(source.path, 0, 0, f"has the element {name}", hint))
        for attribute, value in element.attrib.items():
            if attribute not in ATTRIBUTES or not _VALUE.match(value):
                hint = f"Attributes: {', '.join(sorted(ATTRIBUTES))}; colours are classes."
                problems.append(Problem(source.path, 0, 0, f"has {attribute}={value!r} in {name}", hint))
    return ("" if problems else _write(root)), tuple(problems)


def _is_deep(root: ElementTree.Element) -> bool:
    level = [root]
    for _ in range(_DEEPEST):
        level = [child for element in level for child in element]
    return bool(level)


def _name(element: ElementTree.Element) -> str:
    return str(element.tag).removeprefix(_NAMESPACE)


def _write(element: ElementTree.Element) -> str:
    name = _name(element)
    attributes = "".join(f' {key}="{escape(value)}"' for key, value in element.attrib.items())
    inner = _text(element.text, name) + "".join(_write(child) + _text(child.tail, name) for child in element)
    return f"<{name}{attributes}>{inner}</{name}>" if inner else f"<{name}{attributes}/>"


def _text(text: str | None, parent: str) -> str:
    """Text counts inside text elements; elsewhere it is white space between shapes."""
    return escape(" ".join((text or "").split())) if parent in ("text", "tspan", "title") else ""
