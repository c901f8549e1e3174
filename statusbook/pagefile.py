"""One content file: its front matter by the fields of its kind, its text, and what is wrong with either."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import causes, frontmatter, outline, yamltree
from .fields import FIELDS
from .keys import key_of
from .model import SECTIONS, WRITTEN_SECTIONS, Kind, Outline, Symptom, Text, packed_keywords
from .problems import Problem
from .sources import Source

#: The ids of the templates and scripts, which no anchor of a text may repeat; code pages have those of SECTIONS too.
RESERVED_ANCHORS = re.compile(
    r"(?:all|found|guides|lens|lens-note|main|options|related|status|vendors"
    r"|(?:class|vendor)-(?:[1-5]xx|other)|option-[0-9]+|(?:field|lab)-[a-z0-9-]+)\Z"
)


#: Most files have no values of their own: they share this, which nobody changes.
_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file as it was read.

    ``text`` is None when the file cannot be used at all. ``values`` are those of its fields that the text has not; of
    the facts of a code, ``places`` says at which line and column each stands. ``face`` is a digest of what other pages
    can show of it: its fields and headings.
    """

    path: str
    text: Text | None
    values: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    places: Mapping[str, tuple[int, int]] = field(default_factory=lambda: _NOTHING)
    problems: tuple[Problem, ...] = ()
    face: str = ""


def read(source: Source, kind: Kind, *, translated: bool, sections: Mapping[str, str]) -> PageFile:
    """Read a page's file; a pure function of its arguments.

    ``translated`` is false for the default language, whose file has the facts. ``sections`` are the names of a code
    page's sections by their titles in the file's language.
    """
    document, found = frontmatter.split(source)
    if document is None:
        return PageFile(source.path, None, problems=tuple(found))
    values, problems = frontmatter.read_fields(source.path, document.fields, FIELDS[kind][translated])
    contents, found = outline.read(source.path, document.body, document.line)
    problems += found
    usable = not problems
    contents, found = _with_anchors(source.path, kind, contents, sections)
    problems += found
    values["symptoms"], found = _symptoms(source.path, document, values, contents)
    problems += found
    face = key_of(sorted(values.items()), contents.headings)
    text = Text(
        source.path,
        source.digest,
        values.pop("title"),
        values.pop("summary"),
        packed_keywords(values.pop("keywords")),
        values.pop("symptoms"),
        values.pop("updated"),
        document.line,
        contents.packed(),
    )
    facts = kind is Kind.CODE and not translated
    places = {key.text: (value.line, value.column) for key, value in document.fields.entries} if facts else _NOTHING
    return PageFile(source.path, text if usable else None, values or _NOTHING, places, tuple(problems), face)


def _symptoms(
    path: str, document: frontmatter.Document, values: Mapping[str, Any], contents: Outline
) -> tuple[tuple[Symptom, ...], list[Problem]]:
    """The symptoms of a page with the sections that explain them; a section that the page has not is a problem."""
    symptoms: tuple[Symptom, ...] = values.get("symptoms") or ()
    anchors = {heading.anchor for heading in contents.headings} - {""}
    problems = []
    # The values are those of the nodes, one by one, or there are none.
    for symptom, node in zip(symptoms, _items(document.fields, "symptoms"), strict=False):
        if symptom.cause and symptom.cause not in anchors:
            message = f"leads to #{symptom.cause}, which the page has not"
            hint = f"Anchors here: {', '.join(sorted(anchors))}."
            problems.append(Problem(path, node.line, node.column, message, hint))
    return causes.explained(symptoms, contents.headings, document.body, document.line), problems


def _items(fields: yamltree.Mapping, name: str) -> tuple[yamltree.Node, ...]:
    """The nodes of a field that is a list."""
    value = next((value for key, value in fields.entries if key.text == name), None)
    return value.items if isinstance(value, yamltree.Sequence) else ()


def _with_anchors(
    path: str, kind: Kind, contents: Outline, sections: Mapping[str, str]
) -> tuple[Outline, list[Problem]]:
    """Give the sections of a code page their anchors; ask for anchors where they are missing."""
    problems: list[Problem] = []
    headings = []
    last = ""
    for heading in contents.headings:
        if kind is Kind.CODE and heading.level == 2:
            section = sections.get(heading.text, "")
            problem = _misplaced(heading.text, section, last, sections)
            if problem:
                problems.append(Problem(path, heading.line, 1, *problem))
            last = section or last
            headings.append(heading._replace(anchor=section))
            continue
        if heading.level <= 3 and not heading.anchor:
            hint = f"Write {'#' * heading.level} {heading.title} {{#lower-case-words}}."
            problems.append(Problem(path, heading.line, 1, "has a heading without anchor", hint))
        elif kind is Kind.CODE and heading.anchor in SECTIONS:
            message = f"uses the anchor #{heading.anchor} of a section"
            problems.append(Problem(path, heading.line, 1, message, "Choose another."))
        elif RESERVED_ANCHORS.match(heading.anchor):
            message = f"uses the anchor #{heading.anchor}, which the page itself has"
            problems.append(Problem(path, heading.line, 1, message, "Choose another."))
        headings.append(heading)
    return contents._replace(headings=tuple(headings)), problems


def _misplaced(title: str, section: str, last: str, sections: Mapping[str, str]) -> tuple[str, str] | None:
    """What is wrong with a section's heading after the section ``last``: message and hint."""
    if not section:
        near = difflib.get_close_matches(title, sections, 1, 0.4)
        hint = f"Did you mean “{near[0]}”?" if near else f"Sections: {' / '.join(sections)}."
        return f"“{title}” is not a section of a code page", hint
    if last and WRITTEN_SECTIONS.index(section) <= WRITTEN_SECTIONS.index(last):
        return f"“{title}” is not in its place", f"The order is: {' / '.join(sections)}."
    return None
