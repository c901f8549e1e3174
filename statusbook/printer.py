"""The tree of a text as HTML, in one walk: line breaks, escapes, scrolling tables, and what is left to put right.

It stands for Python-Markdown's ``prettify`` and ``unescape`` tree processors and its serializer, which each walk the
whole tree. The tree is one that the dialect makes: tags in small letters, ``pre`` only in stored code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape
from xml.etree.ElementTree import Element

from markdown.serializers import RE_AMP
from markdown.util import BLOCK_LEVEL_ELEMENTS, ETX, STX

from .outline import SAFE_URL

#: Inline code longer than this may break over lines; shorter code stays in one piece.
LONG_CODE = 24

_BLOCKS = frozenset(BLOCK_LEVEL_ELEMENTS)
_HEADINGS = frozenset({"h2", "h3", "h4"})
#: Elements that may have a table somewhere in them.
_AROUND_BLOCKS = frozenset({"blockquote", "div", "ol", "ul"})
#: What stands in a tree for a piece of HTML that is stored apart.
_MARK = re.compile(f"{STX}wzxhzdk:[0-9]+{ETX}")
#: Elements without content and end tag.
_EMPTY = frozenset({"br", "hr"})
#: Elements whose attributes are not left as they are.
_WITH_RULES = frozenset({"a", "code", "td", "th"})
#: A character that a backslash made literal, by its number.
_LITERAL = re.compile(f"{STX}([0-9]+){ETX}")

Write = Callable[[str], None]


def html_of(root: Element, table_label: str, heading: str = "") -> str:
    """What is in ``root``, which stands below ``heading``, as HTML.

    ``table_label`` names a scrolling table to a screen reader; its ``{title}`` is the nearest heading above the table,
    with a number where that is another table's already.
    """
    pieces: list[str] = []
    named: list[str] = []
    for child in root:
        if child.tag in _HEADINGS:
            heading = _MARK.sub("", "".join(child.itertext()))
        box = ""
        if child.tag == "table" or (child.tag in _AROUND_BLOCKS and child.find(".//table") is not None):
            named.append(heading)
            title = heading if named.count(heading) == 1 else f"{heading} {named.count(heading)}"
            label = escape(_literal(table_label.replace("{title}", title)))
            box = f'<div aria-label="{label}" class="table" role="group" tabindex="0">'
        _write(pieces.append, child, box, in_block=True)
    return "".join(pieces)


def _write(write: Write, element: Element, box: str, *, in_block: bool) -> None:
    """Write ``element`` and what follows it; ``in_block`` if only block elements are around it."""
    tag, text, tail = element.tag, element.text, element.tail
    is_block = in_block and tag in _BLOCKS
    if is_block:
        if not text or text.isspace():
            text = "\n" if len(element) and element[0].tag in _BLOCKS else text
        if not tail or tail.isspace():
            tail = "\n"
    elif tag == "br":
        tail = f"\n{tail}" if tail and not tail.isspace() else "\n"
    if tag == "table":
        write(box)
    elif tag == "tbody":
        _name_rows(element)
    elif tag == "th" and not (text or len(element)):
        tag = "td"  # no empty headings
    attributes = _right(element, tag) if tag in _WITH_RULES else element.attrib
    write(f"<{tag}{_attributes(attributes)}>" if attributes else f"<{tag}>")
    if tag not in _EMPTY:
        if text:
            write(_escaped(_literal(text) if STX in text and tag != "code" else text))
        for child in element:
            _write(write, child, box, in_block=is_block)
        write(f"</{tag}>" if tag != "table" else "</table></div>")
    if tail:
        write(_escaped(_literal(tail)) if tail != "\n" else tail)


def _name_rows(body: Element) -> None:
    """The first cell of a row says what the row is about (WCAG 2.2, 1.3.1)."""
    for row in body:
        if len(row) > 1:
            row[0].tag = "th"
            row[0].set("scope", "row")


def _right(element: Element, tag: str) -> Mapping[str, str]:
    """The attributes that an element of ``_WITH_RULES`` gets in place of those that Python-Markdown has given it."""
    attributes = element.attrib
    if tag in ("th", "td"):
        # Alignment as a class: a strict Content Security Policy has no ``style`` attributes.
        align = attributes.get("style", "").removeprefix("text-align: ").rstrip(";")
        return ({"class": align} if align else {}) | ({"scope": attributes.get("scope", "col")} if tag == "th" else {})
    if tag == "code" and len(element.text or "") > LONG_CODE:
        return {**attributes, "class": "long"}
    if tag == "a" and not attributes.get("class") and not SAFE_URL.match(attributes.get("href", "")):
        return {}
    return attributes


def _attributes(attributes: Mapping[str, str]) -> str:
    """``attributes`` as they stand in a tag, in the order of their names."""
    written = ""
    for name in sorted(attributes):
        value = _escaped(_literal(attributes[name])).replace('"', "&quot;")
        written += f' {name}="{value}"'
    return written


def _literal(text: str) -> str:
    return _LITERAL.sub(lambda match: chr(int(match[1])), text) if STX in text else text


def _escaped(text: str) -> str:
    """``text`` with references for ``&``, ``<`` and ``>``; an ampersand that begins a reference stays."""
    if "&" in text:
        text = RE_AMP.sub("&amp;", text)
    return text.replace("<", "&lt;").replace(">", "&gt;")
