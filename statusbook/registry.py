"""``registry``: what the IANA registry has today against what the handbook has.

The registry is published as CSV with the columns Value, Description, Reference
(https://www.iana.org/assignments/http-status-codes). Ranges such as ``105-199`` are unassigned there.
"""

from __future__ import annotations

import csv
import http.client
import io
import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .library import Library
from .model import Standing
from .problems import BadInput, Problem

#: A registry of a hundred entries is 6 kB; nothing near this size is one.
LARGEST = 1_000_000
#: Seconds to wait for a server.
PATIENCE = 30

_TEMPORARY = re.compile(r"\s*\(TEMPORARY\b.*\)\s*\Z")
_OBSOLETED = re.compile(r"\s*\(OBSOLETED\)\s*\Z")


@dataclass(frozen=True, slots=True)
class Entry:
    number: int
    phrase: str
    standing: Standing
    reference: str


def fetch(place: str) -> str:
    """The registry's CSV from a file or an ``https:`` or ``http:`` address.

    Raises :class:`BadInput` when it cannot be had.
    """
    try:
        if re.match(r"https?://", place, re.I):
            with urllib.request.urlopen(place, timeout=PATIENCE) as response:
                data: bytes = response.read(LARGEST + 1)
        else:
            data = Path(place).read_bytes()
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise BadInput([Problem(place, 0, 0, f"cannot be read: {reason}")]) from None
    if len(data) > LARGEST:
        raise BadInput([Problem(place, 0, 0, f"is larger than {LARGEST:,} bytes and no registry")])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput([Problem(place, 0, 0, "is not UTF-8")]) from None


def parse(place: str, text: str) -> dict[int, Entry]:
    """The assigned codes by number.

    Raises :class:`BadInput` when the text is not the registry's CSV.
    """
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header, *rows = list(reader) or [[]]
    except csv.Error as error:
        raise BadInput([Problem(place, reader.line_num, 1, f"is not CSV: {error}")]) from None
    if header[:3] != ["Value", "Description", "Reference"]:
        hint = "Give the CSV of the HTTP Status Code Registry: Value,Description,Reference."
        raise BadInput([Problem(place, 1, 1, "is not the registry", hint)])
    entries: dict[int, Entry] = {}
    for row in rows:
        if len(row) < 3 or not re.fullmatch(r"\d{3}", row[0]):
            continue
        description, reference = row[1].strip(), " ".join(row[2].split())
        if description == "Unassigned":
            continue
        standing = Standing.REGISTERED
        if _TEMPORARY.search(description):
            standing = Standing.TEMPORARY
        elif description == "(Unused)":
            standing = Standing.UNUSED
        phrase = _OBSOLETED.sub("", _TEMPORARY.sub("", description))
        entries[int(row[0])] = Entry(int(row[0]), phrase, standing, reference)
    if not entries:
        raise BadInput([Problem(place, 0, 0, "has no status codes")])
    return entries


def compare(entries: dict[int, Entry], book: Library) -> Iterator[str]:
    """What differs between the registry and the pages, a line each: new, changed, gone."""
    pages = {page.code.number: page.code for page in book.codes if page.code}
    for number, entry in sorted(entries.items()):
        code = pages.get(number)
        if code is None or code.standing is Standing.VENDOR:
            yield f"new: {number} {entry.phrase} ({entry.standing.value}; {entry.reference})"
            continue
        if code.phrase != entry.phrase:
            yield f"changed: {number} phrase {code.phrase!r} is now {entry.phrase!r}"
        if code.standing is not entry.standing:
            yield f"changed: {number} was {code.standing.value}, is now {entry.standing.value}"
        ours = {ref.rfc for ref in code.spec}
        theirs = {int(rfc) for rfc in re.findall(r"RFC\s?(\d+)", entry.reference)}
        if theirs and ours and not theirs & ours:
            yield f"changed: {number} was defined in RFC {min(ours)}, is now in {entry.reference}"
    for number, code in sorted(pages.items()):
        if code.standing is not Standing.VENDOR and number not in entries:
            yield f"gone: {number} {code.phrase}"
