"""What header fields say: ``data/fields.csv``, a line a field, with the section that defines it.

The table is shown in the section ``fields`` of the guide ``glossary``; messages in the text link to its rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .model import LANGUAGES, SectionRef
from .problems import Problem
from .sources import Snapshot, is_web_address
from .tables import rows

PATH = "data/fields.csv"
#: The guide that shows the table, the section of it that does, and what a row's anchor begins with.
GUIDE, SECTION, ANCHOR = "glossary", "fields", "field-"

_COLUMNS = ("field", "spec", "source", *LANGUAGES)
#: RFC 9110 §5.1: a field name is a token; those that exist are letters, digits and hyphens.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*\Z")
_SPEC = re.compile(r"RFC ([0-9]{1,5}) §([0-9A-Z]+(?:\.[0-9]+)*)\Z")


@dataclass(frozen=True, slots=True)
class HeaderField:
    """A header field. ``notes`` say what it tells, by language key.

    ``ref`` is the section that defines it; a field that another document defines has its name in ``label`` and its
    address in ``url``, one that only custom defines has neither.
    """

    name: str
    notes: Mapping[str, str]
    ref: SectionRef | None
    label: str
    url: str

    @property
    def anchor(self) -> str:
        return ANCHOR + self.name.lower()


def read(snapshot: Snapshot) -> tuple[dict[str, HeaderField], list[Problem]]:
    """The fields by their names in lower case, in the alphabet's order; none when there is no table."""
    problems: list[Problem] = []
    fields: dict[str, HeaderField] = {}
    for line, row in rows(snapshot, PATH, _COLUMNS, problems):
        problem = _problem(row, fields)
        if problem:
            problems.append(Problem(PATH, line, 1, *problem))
            continue
        match = _SPEC.match(row["spec"])
        ref = SectionRef(int(match[1]), match[2]) if match else None
        url = ref.url if ref else row["source"]
        notes = {key: row[key] for key in LANGUAGES}
        fields[row["field"].lower()] = HeaderField(row["field"], notes, ref, row["spec"], url)
    return dict(sorted(fields.items())), problems


def _problem(row: Mapping[str, str], known: Mapping[str, HeaderField]) -> tuple[str, str] | None:
    """What is wrong with a row: message and hint."""
    name = row["field"]
    if not _NAME.match(name):
        return f"{name!r} is not the name of a header field", "Letters, digits and hyphens."
    if name.lower() in known:
        return f"has {name} a second time", "Take one out."
    missing = [key for key in LANGUAGES if not row[key]]
    if missing:
        return f"does not say in {' and '.join(missing)} what {name} is", "One line in each language."
    if row["spec"] and not _SPEC.match(row["spec"]) and not is_web_address(row["source"]):
        return f"names {row['spec']} without an address", "Write RFC 9110 §10.2.3, or an address in `source`."
    return None
