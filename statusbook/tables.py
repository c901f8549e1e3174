"""Facts that pages draw tables from: ``data/registry.csv``, ``data/constants.csv``, ``data/rfc-sections.csv``; and
the tables that search reads words with, ``data/pinyin.csv``, ``data/variants.csv`` and ``data/synonyms.csv``."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from .model import SectionRef, Standing
from .problems import Problem
from .sources import Snapshot, decode, is_web_address

REGISTRY = "data/registry.csv"
CONSTANTS = "data/constants.csv"
SECTIONS = "data/rfc-sections.csv"
PINYIN = "data/pinyin.csv"
VARIANTS = "data/variants.csv"
SYNONYMS = "data/synonyms.csv"

_PINYIN_COLUMNS = ("syllable", "characters")
_VARIANTS_COLUMNS = ("written", "read")
#: A column for each language's key; a cell holds the words of a group, with bars between them.
_SYNONYMS_COLUMNS = ("zh", "en")
_REGISTRY_COLUMNS = ("code", "phrase", "standing", "rfc", "section", "reference", "url", "date")

#: Columns of ``data/constants.csv`` in the order they are shown, with the name a reader knows and the
#: language their names are written in.
STACKS: Mapping[str, tuple[str, str]] = {
    "go": ("Go net/http", "go"),
    "python": ("Python http.HTTPStatus", "python"),
    "starlette": ("Starlette / FastAPI", "python"),
    "django": ("Django", "python"),
    "servlet": ("Jakarta Servlet", "java"),
    "spring": ("Spring", "java"),
    "java_net": ("java.net.HttpURLConnection", "java"),
    "dotnet": (".NET", "csharp"),
    "php": ("PHP (Symfony)", "php"),
    "ruby": ("Ruby (Rack, Rails)", "ruby"),
    "rust": ("Rust http", "rust"),
    "npm": ("npm http-status-codes", "js"),
    "apache": ("Apache httpd", "c"),
    "nginx": ("nginx", "c"),
}
CONSTANTS_COLUMNS = ("code", *STACKS)


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    """An entry of the IANA HTTP Status Code Registry.

    ``spec`` is None for a reference that is no RFC; ``date`` is the day of the registry that the entry was read from.
    """

    number: int
    phrase: str
    standing: Standing
    spec: SectionRef | None
    reference: str
    url: str
    date: date


class Constant(NamedTuple):
    """What a language or framework calls a status code. ``lexer`` names the language of ``name``."""

    stack: str
    name: str
    lexer: str


@dataclass(frozen=True, slots=True)
class Tables:
    """``registry`` and ``constants`` by status code; ``sections`` has the section numbers of each RFC we cite.

    ``pinyin`` has the everyday characters of each syllable, ``variants`` what a traditional character or a term of
    Taiwan is read as. ``synonyms`` has groups of words that people use for one thing, by the key of their language.
    """

    registry: Mapping[int, RegistryEntry] = field(default_factory=dict)
    constants: Mapping[int, tuple[Constant, ...]] = field(default_factory=dict)
    sections: Mapping[int, frozenset[str]] = field(default_factory=dict)
    pinyin: Mapping[str, str] = field(default_factory=dict)
    variants: Mapping[str, str] = field(default_factory=dict)
    synonyms: tuple[Mapping[str, tuple[str, ...]], ...] = ()


def read(snapshot: Snapshot) -> tuple[Tables, list[Problem]]:
    """All tables; a table that is not there is empty."""
    problems: list[Problem] = []
    registry: dict[int, RegistryEntry] = {}
    for line, row in rows(snapshot, REGISTRY, _REGISTRY_COLUMNS, problems):
        try:
            number, standing = int(row["code"]), Standing(row["standing"])
            spec = SectionRef(int(row["rfc"]), row["section"]) if row["rfc"] else None
            day = date.fromisoformat(row["date"])
        except ValueError as error:
            problems.append(Problem(REGISTRY, line, 1, f"has a wrong value: {error}"))
            continue
        if not is_web_address(row["url"]):
            problems.append(Problem(REGISTRY, line, 1, "has no web address in `url`", "Start it with https://."))
            continue
        if number in registry:
            problems.append(Problem(REGISTRY, line, 1, f"has {number} a second time"))
        registry[number] = RegistryEntry(number, row["phrase"], standing, spec, row["reference"], row["url"], day)
    constants: dict[int, tuple[Constant, ...]] = {}
    for line, row in rows(snapshot, CONSTANTS, CONSTANTS_COLUMNS, problems):
        if not is_number(row["code"]):
            problems.append(Problem(CONSTANTS, line, 1, f"{row['code']!r} is not a status code"))
            continue
        constants[int(row["code"])] = tuple(
            Constant(label, row[stack], lexer) for stack, (label, lexer) in STACKS.items() if row[stack]
        )
    sections: dict[int, frozenset[str]] = {}
    for line, row in rows(snapshot, SECTIONS, ("rfc", "title", "sections"), problems):
        if not is_number(row["rfc"]):
            problems.append(Problem(SECTIONS, line, 1, f"{row['rfc']!r} is not the number of an RFC"))
            continue
        sections[int(row["rfc"])] = frozenset(row["sections"].split())
    pinyin = {row["syllable"]: row["characters"] for _, row in rows(snapshot, PINYIN, _PINYIN_COLUMNS, problems)}
    variants = {row["written"]: row["read"] for _, row in rows(snapshot, VARIANTS, _VARIANTS_COLUMNS, problems)}
    synonyms = tuple(
        {language: tuple(cell.split("|")) for language, cell in row.items()}
        for _, row in rows(snapshot, SYNONYMS, _SYNONYMS_COLUMNS, problems)
    )
    return Tables(registry, constants, sections, pinyin, variants, synonyms), problems


def is_number(text: str) -> bool:
    """Whether a cell holds the number of a status code or of an RFC."""
    return re.fullmatch(r"[0-9]{1,6}", text) is not None


def rows(
    snapshot: Snapshot, path: str, columns: tuple[str, ...], problems: list[Problem]
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a table by column, with their lines; what is wrong with it is added to ``problems``."""
    source = snapshot.get(path)
    if source is None:
        return
    text, found = decode(source)
    if found:
        problems += found
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = tuple(next(reader, ()))
        if header != columns:
            problems.append(Problem(path, 1, 1, "has other columns", f"Write: {','.join(columns)}"))
            return
        for values in reader:
            if len(values) == len(columns):
                yield reader.line_num, dict(zip(columns, values, strict=True))
            else:
                problems.append(Problem(path, reader.line_num, 1, f"has {len(values)} cells, not {len(columns)}"))
    except csv.Error as error:
        problems.append(Problem(path, reader.line_num, 1, f"is not CSV: {error}"))
