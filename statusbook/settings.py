"""``site.toml``: what a site owner sets."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from typing import Any

from .model import LANGUAGES, Language, Settings
from .problems import Problem
from .sources import SETTINGS, Snapshot


def languages(keys: tuple[str, ...]) -> tuple[Language, ...]:
    """The languages by key; the first is the default and has neither suffix nor prefix."""
    return tuple(
        Language(key, *LANGUAGES[key], suffix="" if i == 0 else f".{key}", prefix="" if i == 0 else f"{key}/")
        for i, key in enumerate(keys)
    )


def read(snapshot: Snapshot, base_url: str | None = None) -> tuple[Settings | None, list[Problem]]:
    """The settings; ``base_url`` (from the command line) stands before the file's."""
    source = snapshot.get(SETTINGS)
    if source is None:
        hint = 'Write at least: languages = ["zh", "en"] and a [title] for each.'
        return None, [Problem(SETTINGS, 0, 0, "is missing", hint)]
    try:
        text = source.data.decode("utf-8")
        data = tomllib.loads(text)
    except UnicodeDecodeError:
        return None, [Problem(SETTINGS, 0, 0, "is not UTF-8", "Save the file as UTF-8.")]
    except tomllib.TOMLDecodeError as error:
        match = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line, column = (int(match[1]), int(match[2])) if match else (text.count("\n") + 1, 1)
        return None, [Problem(SETTINGS, line, column, f"is not valid TOML: {str(error).partition(' (')[0]}")]
    return _Reader(text, data).settings(base_url)


class _Reader:
    def __init__(self, text: str, data: dict[str, Any]) -> None:
        self.text, self.data, self.problems = text, data, list[Problem]()

    def settings(self, base_url: str | None) -> tuple[Settings | None, list[Problem]]:
        known = {"languages", "title", "base_url", "repository", "edit_url"}
        for key in self.data.keys() - known:
            self.problem(key, f"`{key}` is not a setting", f"Settings: {', '.join(sorted(known))}.")
        keys = self.value(
            "languages", ["zh", "en"], _is_languages, "is not a list of languages", f"Known: {', '.join(LANGUAGES)}."
        )
        titles = self.value(
            "title", {}, lambda value: isinstance(value, dict), "is not a table", '[title] with zh = "…"'
        )
        for key in keys:
            if not isinstance(titles.get(key), str):
                self.problem("title", f"`title` has no text for {key}", f'Add {key} = "…" below [title].')
        own_base = self.value("base_url", "", _is_base, "is not the address of a site", "https://example.org/ or empty")
        if base_url is not None and not _is_base(base_url):
            self.problems.append(
                Problem("--base-url", 0, 0, f"{base_url!r} is not the address of a site", "Start it with https://.")
            )
        repository = self.value("repository", "", _is_address, "is not a web address", "Start it with https://.")
        edit_url = self.value(
            "edit_url", "", _is_edit, "is not a web address with {path}", "https://…/edit/main/{path}"
        )
        if self.problems:
            return None, self.problems
        base = own_base if base_url is None else base_url
        base = base.rstrip("/") + "/" if base else ""
        return Settings(titles, languages(tuple(keys)), base, repository, edit_url), []

    def value(self, key: str, default: Any, right: Callable[[Any], bool], message: str, hint: str) -> Any:
        value = self.data.get(key, default)
        if right(value):
            return value
        self.problem(key, f"`{key}` {message}", hint)
        return default

    def problem(self, key: str, message: str, hint: str) -> None:
        match = re.search(rf"^\s*\[?{re.escape(key)}\b", self.text, re.M)
        line = self.text.count("\n", 0, match.start()) + 1 if match else 1
        self.problems.append(Problem(SETTINGS, line, 1, message, hint))


def _is_languages(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and len(set(map(str, value))) == len(value)
        and all(key in LANGUAGES for key in value)
    )


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and bool(value == "" or re.fullmatch(r"https?://[^\s<>\"'{}]+", value))


def _is_base(value: Any) -> bool:
    return _is_address(value) and "?" not in value and "#" not in value


def _is_edit(value: Any) -> bool:
    return isinstance(value, str) and (value == "" or ("{path}" in value and _is_address(value.replace("{path}", "p"))))
