"""YAML as a tree of nodes that know where they stand.

The values stay text: typing is the reader's business, so ``section: 15.10`` never becomes 15.1 and
``no`` never becomes False. Anchors, aliases, tags and several documents are refused, which rules out
the known ways of making a small file large.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

#: Lists and mappings may be nested this deep; front matter needs three levels.
DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Scalar:
    text: str
    line: int
    column: int
    plain: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple[Node, ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Mapping:
    entries: tuple[tuple[Scalar, Node], ...]
    line: int
    column: int


Node = Scalar | Sequence | Mapping


class YamlError(Exception):
    """The text is not the YAML we accept. Line and column count from 1."""

    def __init__(self, line: int, column: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.line, self.column, self.message, self.hint = line, column, message, hint


def parse(text: str, first_line: int = 1) -> Node | None:
    """The document's root node, or None when it is empty.

    ``first_line`` is the number of the text's first line in its file.

    Raises :class:`YamlError` for anything that is not plain YAML.
    """
    try:
        return _document(yaml.parse(text, Loader=_Loader), first_line - 1)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + first_line, mark.column + 1) if mark else (first_line, 1)
        raise YamlError(line, column, f"is not valid YAML: {error.problem}", _hint(error.problem or "")) from None
    except yaml.reader.ReaderError as error:
        character = chr(error.character)
        at = max(0, text.find(character))  # error.position may count bytes
        line = text.count("\n", 0, at) + first_line
        column = at - (text.rfind("\n", 0, at) + 1) + 1
        message = f"has a character YAML does not allow: U+{error.character:04X}"
        raise YamlError(line, column, message) from None
    except yaml.YAMLError as error:
        raise YamlError(first_line, 1, f"is not valid YAML: {error}") from None


def _hint(problem: str) -> str:
    if "mapping values are not allowed" in problem:
        return 'Put quotes around a value that contains ": ".'
    if "cannot start any token" in problem:
        return "Indent with spaces, and put quotes around a value that starts with a special character."
    if "block end" in problem or "block mapping" in problem:
        return "Put quotes around the whole value, and indent list items alike."
    return ""


def _document(events: Iterator[Any], offset: int) -> Node | None:
    root: Node | None = None
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent) and root is not None:
            raise YamlError(offset + 1, 1, "holds a second YAML document")
        if isinstance(event, yaml.NodeEvent):
            root = _node(event, events, offset, 0)
    return root


def _node(event: Any, events: Iterator[Any], offset: int, depth: int) -> Node:
    mark = event.start_mark
    line, column = mark.line + offset + 1, mark.column + 1
    if isinstance(event, yaml.AliasEvent) or event.anchor:
        raise YamlError(line, column, "uses a YAML anchor or alias", "Write the value out.")
    if event.tag:
        raise YamlError(line, column, "uses a YAML tag", 'Put quotes around a value that starts with "!".')
    if depth > DEEPEST:
        raise YamlError(line, column, "is nested too deeply")
    if isinstance(event, yaml.ScalarEvent):
        return Scalar(event.value, line, column, event.style is None or event.style == "")
    if isinstance(event, yaml.SequenceStartEvent):
        items: list[Node] = []
        for inner in events:
            if isinstance(inner, yaml.SequenceEndEvent):
                break
            items.append(_node(inner, events, offset, depth + 1))
        return Sequence(tuple(items), line, column)
    entries: list[tuple[Scalar, Node]] = []
    for inner in events:
        if isinstance(inner, yaml.MappingEndEvent):
            break
        key = _node(inner, events, offset, depth + 1)
        if not isinstance(key, Scalar):
            raise YamlError(key.line, key.column, "has a key that is not a word")
        entries.append((key, _node(next(events), events, offset, depth + 1)))
    return Mapping(tuple(entries), line, column)
