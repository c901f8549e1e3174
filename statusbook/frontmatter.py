"""Front matter: cutting it from a content file, and reading its values by a table of fields."""

from __future__ import annotations

import difflib
import enum
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from . import yamltree
from .model import SectionRef, Since, Symptom
from .problems import Problem
from .sources import CONTROL, Source, decode, invisible, is_web_address

FENCE = "---"

#: A page above this size (bytes) is refused: it is three times the longest one, and what reads Markdown takes more than
#: twice as long for twice as much of a text that was made to keep it busy.
LARGEST = 64_000


@dataclass(frozen=True, slots=True)
class Document:
    """A content file cut in two. ``line`` is the number of the body's first line."""

    fields: yamltree.Mapping
    body: str
    line: int


class FieldError(Exception):
    """A value that is not what its field wants."""

    def __init__(self, node: yamltree.Node, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.node, self.message, self.hint = node, message, hint


_ANCHORED = re.compile(r"(.*\S) \{#([a-z0-9-]+)\}")

Read = Callable[[yamltree.Node], Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One key of front matter and how its value is read."""

    name: str
    read: Read
    required: bool = True
    default: Any = None


# --- cutting the file -------------------------------------------------------------------------------


def split(source: Source) -> tuple[Document | None, list[Problem]]:
    """Cut a content file into front matter and body."""
    if len(source.data) > LARGEST:
        message, hint = f"is a page of more than {LARGEST:,} bytes", "Make two pages of it."
        return None, [Problem(source.path, 0, 0, message, hint)]
    text, problems = decode(source)
    if problems:
        return None, problems
    path = source.path
    start = "Start the file with front matter between two lines that hold only ---."
    if not text.strip():
        return None, [Problem(path, 1, 1, "is empty", start)]
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE:
        return None, [Problem(path, 1, 1, "does not start with front matter", start)]
    end = next((i for i, line in enumerate(lines[1:], 1) if line.rstrip() == FENCE), 0)
    if not end:
        return None, [Problem(path, 1, 1, "has front matter that never closes", "Put a line --- after the last field.")]
    for number, line in enumerate(lines[1:end], 2):
        if "\t" in line:
            problems.append(Problem(path, number, line.index("\t") + 1, "has a tab in the front matter", "Use spaces."))
    if problems:
        return None, problems
    try:
        node = yamltree.parse("\n".join(lines[1:end]), first_line=2)
    except yamltree.YamlError as error:
        return None, [Problem(path, error.line, error.column, f"front matter {error.message}", error.hint)]
    if not isinstance(node, yamltree.Mapping):
        return None, [Problem(path, 2, 1, "has front matter without fields", "Write one `key: value` a line.")]
    return Document(node, "\n".join(lines[end + 1 :]), end + 2), []


def body_of(source: Source, line: int) -> str:
    """The body of a content file that :func:`split` could cut; it begins at ``line``."""
    parts = source.data.decode("utf-8").replace("\r\n", "\n").split("\n", line - 1)
    return parts[-1] if len(parts) == line else ""


def read_fields(path: str, node: yamltree.Mapping, fields: tuple[Field, ...]) -> tuple[dict[str, Any], list[Problem]]:
    """The values of ``fields`` in ``node``, by name; wrong and missing ones are problems."""
    known = {field.name: field for field in fields}
    values: dict[str, Any] = {field.name: field.default for field in fields}
    problems: list[Problem] = []
    seen: set[str] = set()
    for key, value in node.entries:
        name = key.text
        if name in seen:
            problems.append(Problem(path, key.line, key.column, f"`{name}` is given twice", "Keep one of them."))
        elif name not in known:
            problems.append(Problem(path, key.line, key.column, f"`{name}` is not a field here", _suggest(name, known)))
        else:
            try:
                values[name] = known[name].read(value)
            except FieldError as error:
                message = f"`{name}` {error.message}"
                problems.append(Problem(path, error.node.line, error.node.column, message, error.hint))
        seen.add(name)
    for field in fields:
        if field.required and field.name not in seen:
            problems.append(
                Problem(path, node.line, node.column, f"`{field.name}` is missing", f"Add a line `{field.name}: …`.")
            )
    return values, problems


def _suggest(name: str, known: dict[str, Field]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"Did you mean `{near[0]}`?" if near else f"Fields here: {', '.join(known)}."


# --- reading values ---------------------------------------------------------------------------------


def text(longest: int = 200, *, empty: bool = False) -> Read:
    def read(node: yamltree.Node) -> str:
        if not isinstance(node, yamltree.Scalar):
            raise FieldError(node, "is not a text", "Write it on one line, in quotes if it has special characters.")
        match = CONTROL.search(node.text)  # written as an escape: decode() has seen all others
        if match:
            raise FieldError(node, f"holds {invisible(match)}", "Delete it.")
        value = " ".join(node.text.split())
        if not value and not empty:
            raise FieldError(node, "is empty")
        if len(value) > longest:
            raise FieldError(node, f"is {len(value)} characters long; at most {longest} fit")
        return value

    return read


def integer(lowest: int, highest: int) -> Read:
    def read(node: yamltree.Node) -> int:
        if not isinstance(node, yamltree.Scalar) or not node.plain or not re.fullmatch(r"[0-9]{1,6}", node.text):
            raise FieldError(node, "is not a whole number", "Write digits without quotes.")
        value = int(node.text)
        if not lowest <= value <= highest:
            raise FieldError(node, f"is {value}; it has to be from {lowest} to {highest}")
        return value

    return read


def flag(node: yamltree.Node) -> bool:
    if not isinstance(node, yamltree.Scalar) or node.text not in ("true", "false"):
        raise FieldError(node, "is neither `true` nor `false`")
    return node.text == "true"


def choice(words: type[enum.Enum]) -> Read:
    allowed = [word.value for word in words]

    def read(node: yamltree.Node) -> enum.Enum:
        if not isinstance(node, yamltree.Scalar) or node.text not in allowed:
            given = f"`{node.text}`" if isinstance(node, yamltree.Scalar) else "not a word"
            raise FieldError(node, f"is {given}", f"Write one of: {', '.join(allowed)}.")
        return words(node.text)

    return read


def day(node: yamltree.Node) -> date:
    if isinstance(node, yamltree.Scalar) and re.fullmatch(r"\d{4}-\d\d-\d\d", node.text):
        try:
            return date.fromisoformat(node.text)
        except ValueError as error:
            raise FieldError(node, f"is not a day: {error}") from None
    raise FieldError(node, "is not a day", "Write it like 2026-11-22.")


def address(node: yamltree.Node) -> str:
    value: str = text(500)(node)
    if not is_web_address(value):
        raise FieldError(node, "is not a web address", "Start it with https://.")
    return value


def items(read: Read, fewest: int = 0, most: int = 120) -> Read:
    """A list whose items are read by ``read``, without repetitions."""

    def read_all(node: yamltree.Node) -> tuple[Any, ...]:
        if not isinstance(node, yamltree.Sequence):
            raise FieldError(node, "is not a list", "Write [a, b] or one `- item` a line.")
        if not fewest <= len(node.items) <= most:
            raise FieldError(node, f"has {len(node.items)} items; it takes {fewest} to {most}")
        values: list[Any] = []
        for item in node.items:
            value = read(item)
            if value in values:
                raise FieldError(item, f"names {getattr(value, 'value', value)!r} twice")
            values.append(value)
        return tuple(values)

    return read_all


def record(*fields: Field) -> Read:
    """A mapping with fields of its own, as a dictionary."""

    def read(node: yamltree.Node) -> dict[str, Any]:
        if not isinstance(node, yamltree.Mapping):
            names = ", ".join(f"{field.name}: …" for field in fields if field.required)
            raise FieldError(node, "is not a mapping", f"Write {{{names}}}.")
        values, problems = read_fields("", node, fields)
        if problems:
            first = problems[0]
            raise FieldError(yamltree.Scalar("", first.line, first.column, True), first.message, first.hint)
        return values

    return read


def section(node: yamltree.Node) -> SectionRef:
    values = record(Field("rfc", integer(1, 99999)), Field("section", section_number, required=False, default=""))(node)
    return SectionRef(values["rfc"], values["section"])


def section_number(node: yamltree.Node) -> str:
    value: str = text(20)(node)
    if not re.fullmatch(r"(\d+|[A-Z])(\.\d+)*", value):
        raise FieldError(node, f"is {value!r}, not a section number", "Write it like 15.5.5 or B.2.")
    return value


def since(node: yamltree.Node) -> Since:
    values = record(Field("rfc", integer(1, 99999)), Field("year", integer(1969, 2100)))(node)
    return Since(values["rfc"], values["year"])


def symptom(node: yamltree.Node) -> Symptom:
    """What a person sees; ``{#anchor}`` after it names the section that explains it."""
    value: str = text(240)(node)
    match = _ANCHORED.fullmatch(value)
    return Symptom(match[1], match[2]) if match else Symptom(value)


def name(node: yamltree.Node) -> str:
    """A page's name as ``[[…]]`` uses it."""
    value: str = text(80)(node)
    if not re.fullmatch(r"[0-9a-z]+(-[0-9a-z]+)*", value):
        raise FieldError(node, f"is {value!r}, not the name of a page", "Write 404, 4xx or a guide's file name.")
    return value
