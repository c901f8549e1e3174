"""HTTP messages as a person reads them on a screen, cut into the pieces that differ: start lines, fields, content.

The form is that of RFC 9112 §2.1 with lenience for what is shown in practice: a block may begin with fields, hold
several messages (interim responses, a request and its response), name HTTP/2 or HTTP/3, and put curl's ``> `` or
``< `` in front of lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MARK = r"(?P<mark>[<>] )?"
_STATUS = re.compile(_MARK + r"(?P<version>HTTP/\d(?:\.\d)?) (?P<code>[1-9]\d\d)(?P<reason>(?: .*)?)\Z")
_REQUEST = re.compile(_MARK + r"(?P<method>[A-Z][A-Z-]+) (?P<target>\S+)(?: (?P<version>HTTP/\d(?:\.\d)?))?\Z")
#: RFC 9110 §5.1: a name is a token. A pseudo-field of HTTP/2 (``:status``) is left as it is.
_FIELD = re.compile(_MARK + r"(?P<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+):(?P<value>.*)\Z")
_END_OF_HEAD = re.compile(r"[<>]? ?\Z")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text. ``role`` is ``mark``, ``start``, ``code``, ``field``, ``content`` or, for the rest, empty.

    ``media_type`` is that of a piece of content, in lower case and without parameters.
    """

    text: str
    role: str = ""
    media_type: str = ""


def pieces(text: str) -> Iterator[Piece]:
    """The pieces of ``text``, which joined are the text again."""
    in_head, media_type = True, ""
    content: list[str] = []
    for line in _LINE.findall(text):
        plain = line.rstrip("\r\n")
        end = line[len(plain) :]
        start = _STATUS.match(plain) or (in_head and _REQUEST.match(plain)) or (not in_head and _request(plain))
        if start:
            yield from _content(content, media_type)
            content, in_head, media_type = [], True, ""
            yield from _start_line(start)
            yield Piece(end)
        elif not in_head:
            content.append(line)
        elif field := _FIELD.match(plain):
            if field["name"].lower() == "content-type":
                media_type = field["value"].partition(";")[0].strip().lower()
            yield from _marked(field["mark"])
            yield Piece(field["name"], "field")
            yield Piece(f":{field['value']}{end}")
        else:
            in_head = not _END_OF_HEAD.match(plain)
            yield Piece(line)
    yield from _content(content, media_type)


def _request(line: str) -> re.Match[str] | None:
    """A request line in the middle of content: only one that names its version is taken for one."""
    match = _REQUEST.match(line)
    return match if match and match["version"] else None


def _start_line(match: re.Match[str]) -> Iterator[Piece]:
    groups = match.groupdict()
    yield from _marked(groups["mark"])
    if "code" in groups:
        yield Piece(groups["version"], "start")
        yield Piece(" ")
        yield Piece(groups["code"], "code")
        yield Piece(groups["reason"])
        return
    yield Piece(groups["method"], "start")
    yield Piece(f" {groups['target']}")
    if groups["version"]:
        yield Piece(" ")
        yield Piece(groups["version"], "start")


def _marked(mark: str | None) -> Iterator[Piece]:
    if mark:
        yield Piece(mark, "mark")


def _content(lines: list[str], media_type: str) -> Iterator[Piece]:
    if lines:
        yield Piece("".join(lines), "content", media_type)
