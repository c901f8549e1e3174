"""The interface's texts: one catalogue a language, ``content/_strings.toml`` and its translations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .model import SECTIONS, Settings
from .problems import Problem
from .sources import CONTROL, Snapshot, decode, invisible, parse_toml

#: What the button that sends a request says (``tryit`` hands it to the script).
TRY = (
    "sending",
    "got",
    "wire",
    "model",
    "curl",
    "worker",
    "redirected",
    "interim",
    "failed",
    "login",
    "empty",
    "hidden",
    "unsent",
    "other",
    "socket",
    "closed",
    "unavailable",
)

#: Keys that Python code asks for: no catalogue can be used without. The rest are asked for in templates.
USED_BY_CODE = frozenset(
    {
        "class.codes",
        "guides.summary",
        "page.guides",
        "table.label",
        "lab.title",
        "lab.summary",
        "measured.title",
        "measured.summary",
        *(f"{page}.{key}" for page in ("search", "notfound", "poster", "style") for key in ("title", "summary")),
        *(f"section.{section}" for section in SECTIONS),
        *(f"try.{key}" for key in TRY),
    }
)

_CALL = re.compile(r"\bt\(\s*'([a-z0-9_.-]+)'\s*(~?)")
_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one language by dotted key."""

    texts: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """The text of ``key`` with its ``{placeholders}`` filled in.

        Raises KeyError for a key the catalogue lacks.
        """
        text = self.texts[key]
        return _PLACEHOLDER.sub(lambda match: str(values[match[1]]), text) if values else text


def path_of(suffix: str) -> str:
    return f"content/_strings{suffix}.toml"


def read(snapshot: Snapshot, settings: Settings) -> tuple[dict[str, Catalogue], list[Problem]]:
    """The catalogues by language key. Every language must have the same keys and placeholders.

    A catalogue that lacks what the code asks for is left out.
    """
    problems: list[Problem] = []
    catalogues: dict[str, Catalogue] = {}
    for language in settings.languages:
        path = path_of(language.suffix)
        source = snapshot.get(path)
        if source is None:
            problems.append(Problem(path, 0, 0, "is missing", "It holds the interface's texts."))
            continue
        tables, found = parse_toml(source)
        problems += found
        if tables is None:
            continue
        try:
            texts = dict(_flatten("", tables))
        except (TypeError, RecursionError) as error:
            problems.append(Problem(path, 0, 0, f"is not a catalogue: {error}", 'Tables of key = "text".'))
            continue
        for key, text in texts.items():
            if match := CONTROL.search(text):
                problems.append(Problem(path, 0, 0, f"holds {invisible(match)} in `{key}`", "Delete it."))
        lacking = sorted(USED_BY_CODE - texts.keys())
        problems += [Problem(path, 0, 0, f"lacks `{key}`", "No site can do without it.") for key in lacking]
        if not lacking:
            catalogues[language.key] = Catalogue(texts)
    first = catalogues.get(settings.default.key)
    for language in settings.languages[1:]:
        other = catalogues.get(language.key)
        if first and other:
            problems += _compare(path_of(settings.default.suffix), first, path_of(language.suffix), other)
    return catalogues, problems


def _flatten(prefix: str, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(f"{prefix}{key}.", value)
        elif isinstance(value, str):
            yield prefix + key, value
        else:
            raise TypeError(f"{prefix}{key} is not a text")


def _compare(path: str, first: Catalogue, other_path: str, other: Catalogue) -> Iterator[Problem]:
    for key in first.texts.keys() - other.texts.keys():
        yield Problem(other_path, 0, 0, f"lacks `{key}`", f"{path} has it.")
    for key in other.texts.keys() - first.texts.keys():
        yield Problem(path, 0, 0, f"lacks `{key}`", f"{other_path} has it.")
    for key in first.texts.keys() & other.texts.keys():
        if set(_PLACEHOLDER.findall(first.texts[key])) != set(_PLACEHOLDER.findall(other.texts[key])):
            yield Problem(other_path, 0, 0, f"has other placeholders in `{key}` than {path}")


def check_use(snapshot: Snapshot, path: str, catalogue: Catalogue) -> Iterator[Problem]:
    """Keys that templates use and the catalogue ``path`` lacks, and keys that nothing uses."""
    used: set[str] = set(USED_BY_CODE)
    prefixes: set[str] = set()
    for source in snapshot.below("templates"):
        text, problems = decode(source)
        yield from problems
        for match in _CALL.finditer(text):
            if match[2]:
                prefixes.add(match[1])
            else:
                used.add(match[1])
                if match[1] not in catalogue.texts:
                    line = text.count("\n", 0, match.start()) + 1
                    yield Problem(
                        source.path, line, 1, f"uses the text `{match[1]}`", f"Add it to {path} and its translations."
                    )
    for key in catalogue.texts:
        if key not in used and not key.startswith(tuple(prefixes)):
            yield Problem(path, 0, 0, f"has `{key}`, which nothing uses", "Delete it in every language.")
