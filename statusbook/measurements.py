"""Measurements: what clients and caches did with a status code. ``lab/measurements/*.json``, only read here."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from .model import SectionRef
from .problems import Problem
from .sources import Snapshot, Source, decode

FOLDER = "lab/measurements"
#: The experiments there are; each has a file of its name.
EXPERIMENTS = ("redirects", "retries", "caching", "odd")

_RULE = re.compile(r"RFC (\d{1,5}) §([0-9.]+)")
_HINT = "It is written by the lab: python build.py measure"


class Subject(NamedTuple):
    """A client or cache that was measured. ``name`` has the settings that differ from its defaults."""

    key: str
    name: str
    version: str
    day: date


class Cell(NamedTuple):
    """What one subject did in one case, in the experiment's words; how it ended; whether ``rule`` allows it."""

    seen: str
    end: str
    agrees: bool | None


@dataclass(frozen=True, slots=True)
class Measurement:
    """One experiment. A case is named by its facets: ``301 POST same``.

    ``rules`` says of each case which section prescribes what is to be done; ``cells`` has the cells of each case by
    the subject's key; ``numbers`` are the codes it is about, as the cases call them.
    """

    name: str
    subjects: Mapping[str, Subject] = field(default_factory=dict)
    rules: Mapping[str, SectionRef] = field(default_factory=dict)
    cells: Mapping[str, Mapping[str, Cell]] = field(default_factory=dict)
    numbers: frozenset[str] = frozenset()

    def of(self, case: str) -> Mapping[str, Cell]:
        """The cells of a case by subject; empty for a case that was not measured."""
        return self.cells.get(case, {})


#: Experiments by name; every one of ``EXPERIMENTS`` is there, maybe empty.
Measurements = Mapping[str, Measurement]


def read(snapshot: Snapshot) -> tuple[Measurements, list[Problem]]:
    """The measurements, and what is wrong with their files."""
    found = {name: Measurement(name) for name in EXPERIMENTS}
    problems: list[Problem] = []
    for source in snapshot.below(FOLDER):
        name = source.path.removeprefix(f"{FOLDER}/").removesuffix(".json")
        if name not in found:
            hint = f"The files here are {', '.join(f'{known}.json' for known in EXPERIMENTS)}."
            problems.append(Problem(source.path, 0, 0, "is no measurement", hint))
            continue
        measurement, wrong = read_one(name, source)
        problems += wrong
        if measurement is not None:
            found[name] = measurement
    return found, problems


@lru_cache(maxsize=16)  # `serve` reads the book again on every edit, and measurements hardly ever change
def read_one(name: str, source: Source) -> tuple[Measurement | None, Sequence[Problem]]:
    """The measurement in a file, or what is wrong with it."""
    text, problems = decode(source)
    if problems:
        return None, problems
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        return None, [Problem(source.path, error.lineno, error.colno, f"is not JSON: {error.msg}", _HINT)]
    except (RecursionError, ValueError) as error:  # nested too deeply; a number of thousands of digits
        return None, [Problem(source.path, 0, 0, f"is not JSON: {type(error).__name__}", _HINT)]
    try:
        return _measurement(name, data), []
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return None, [Problem(source.path, 0, 0, f"is no measurement: {_words(error)}", _HINT)]


def _measurement(name: str, data: Any) -> Measurement:
    """Raises KeyError, TypeError, ValueError or AttributeError for data of another form."""
    if data["experiment"] != name:
        raise ValueError(f"it says it is of {data['experiment']!r}")
    subjects = {
        key: Subject(key, _text(entry["name"]), _text(entry["version"]), date.fromisoformat(entry["date"]))
        for key, entry in data["subjects"].items()
    }
    rules = {case: _section(rule) for case, rule in data["rules"].items()}
    cells: dict[str, dict[str, Cell]] = {case: {} for case in rules}
    for key, row in data["cells"].items():
        if key not in subjects:
            raise ValueError(f"cells of {key!r}, which is not among the subjects")
        for case, cell in row.items():
            if case not in cells:
                raise ValueError(f"a cell of {case!r}, which has no rule")
            cells[case][key] = _cell(cell)
    return Measurement(name, subjects, rules, cells, frozenset(case.partition(" ")[0] for case in rules))


def _cell(value: Any) -> Cell:
    seen, end, agrees = value
    if agrees not in (True, False, None) or isinstance(agrees, float):
        raise ValueError(f"{agrees!r} in place of true, false or null")
    return Cell(_text(seen), _text(end), agrees)


def _section(rule: Any) -> SectionRef:
    match = _RULE.fullmatch(_text(rule))
    if match is None:
        raise ValueError(f"{rule!r} is not a section of an RFC")
    return SectionRef(int(match[1]), match[2])


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def _words(error: Exception) -> str:
    return f"it lacks {error}" if isinstance(error, KeyError) else str(error)
