"""``site.toml``: what a site owner sets."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from .model import LANGUAGES, Language, Settings
from .problems import ENOUGH, Problem
from .sources import CONTROL, SETTINGS, Snapshot, invisible, is_web_address, parse_toml

_BASE = re.compile(r"(https?://)([^/]+)(.*)", re.I | re.S)
_HOST = re.compile(r"[\w-]+(\.[\w-]+)*\.?")


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
    data, problems = parse_toml(source)
    if data is None:
        return None, problems
    return _Reader(source.data.decode("utf-8"), data).settings(base_url)


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
            title = titles.get(key)
            if not isinstance(title, str):
                self.problem("title", f"`title` has no text for {key}", f'Add {key} = "…" below [title].')
            elif match := CONTROL.search(title):
                self.problem("title", f"`title` holds {invisible(match)} for {key}", "Delete it.")
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
        base = _base(own_base if base_url is None else base_url)
        return Settings(titles, languages(tuple(keys)), base or "", repository, edit_url), []

    def value(self, key: str, default: Any, right: Callable[[Any], bool], message: str, hint: str) -> Any:
        value = self.data.get(key, default)
        if right(value):
            return value
        self.problem(key, f"`{key}` {message}", hint)
        return default

    def problem(self, key: str, message: str, hint: str) -> None:
        if len(self.problems) == ENOUGH:
            return
        match = re.search(rf"^\s*\[?{re.escape(key)}\b", self.text, re.M)
        line = self.text.count("\n", 0, match.start()) + 1 if match else 1
        self.problems.append(Problem(SETTINGS, line, 1, message, hint))


def _is_languages(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(key, str) and key in LANGUAGES for key in value)
        and len(set(value)) == len(value)
    )


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and (value == "" or (is_web_address(value) and not re.search(r"[{}]", value)))


def _is_base(value: Any) -> bool:
    return _base(value) is not None


def _base(value: Any) -> str | None:
    """The address of a site as every page can start a link with it: scheme and host in lower case, a slash at the end.

    None for what is no such address; the empty one stays empty.
    """
    if value == "":
        return ""
    match = _BASE.fullmatch(value) if isinstance(value, str) else None
    base = match[1].lower() + match[2].lower() + match[3] if match else ""
    if not base or not _is_address(base) or re.search(r"[?#]", base):
        return None
    parts = urlsplit(base)
    host = parts.hostname or ""
    path = parts.path.removesuffix("/") + "/"
    if not _is_host(host) or "@" in parts.netloc or "//" in path or {".", ".."} & set(path.split("/")):
        return None
    netloc = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{netloc}{f':{parts.port}' if parts.port else ''}{path}"


def _is_host(name: str) -> bool:
    if ":" not in name:
        return bool(_HOST.fullmatch(name))
    try:
        return bool(ipaddress.IPv6Address(name))
    except ValueError:
        return False


def _is_edit(value: Any) -> bool:
    return isinstance(value, str) and (value == "" or ("{path}" in value and _is_address(value.replace("{path}", "p"))))
