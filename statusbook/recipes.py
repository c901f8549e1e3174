"""Recipes: how a real program is brought to send a status code. ``lab/recipes/*.toml``, one a file.

A recipe is only read here; ``lab/`` runs it. What a recipe may say is documented in CONTRIBUTING.md.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .problems import ENOUGH, Problem
from .sources import Snapshot, Source, parse_toml

FOLDER = "lab/recipes"

#: The program that the client talks to; other tables with ``use`` are programs behind or beside it.
SERVER = "server"
#: The status of a recipe whose server closes the connection without a response.
NO_RESPONSE = 0

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
#: A recipe is named program-code-cause, so it never takes the address of another page of the lab.
_FILE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
_ANCHOR = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PLACEHOLDER = re.compile(r"@([a-z]+(?:\.[a-z]+)?)@")


@dataclass(frozen=True, slots=True)
class Program:
    """A program that a recipe starts: ``use`` names the software, ``config`` is its configuration or source."""

    name: str
    use: str
    config: str
    ports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must be seen for a run to count. ``*`` in a pattern stands for anything.

    ``status`` is the status code on the wire, :data:`NO_RESPONSE` when the connection just closes.
    """

    status: int
    fields: tuple[tuple[str, str], ...] = ()
    absent: tuple[str, ...] = ()
    body: str = ""
    log: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """One recipe. ``titles`` and ``notes`` are by language key; ``timeout`` is in seconds.

    ``record`` says who keeps the bytes: ``wire`` (a relay between client and server), ``curl`` (its trace, for what is
    encrypted on the wire) or ``files`` (the client itself, in files called ``sent`` and ``received``).
    ``digest`` covers what decides a run, not the words about it.
    """

    name: str
    code: int
    titles: Mapping[str, str]
    notes: Mapping[str, str]
    programs: tuple[Program, ...]
    client: str
    expect: Expectation
    prepare: str = ""
    files: tuple[tuple[str, str], ...] = ()
    record: str = "wire"
    cause: str = ""
    order: int = 50
    timeout: int = 20
    digest: str = ""

    @property
    def server(self) -> Program:
        return self.programs[-1]

    @property
    def path(self) -> str:
        return f"{FOLDER}/{self.name}.toml"


def read(snapshot: Snapshot, languages: tuple[str, ...]) -> tuple[dict[str, Recipe], list[Problem]]:
    """The recipes by name, and what is wrong with the others."""
    recipes: dict[str, Recipe] = {}
    problems: list[Problem] = []
    for source in snapshot.below(FOLDER):
        recipe, found = read_one(source, languages)
        problems += found
        if recipe is not None:
            recipes[recipe.name] = recipe
    return recipes, problems


def read_one(source: Source, languages: tuple[str, ...]) -> tuple[Recipe | None, list[Problem]]:
    stem, dot, ending = source.path.removeprefix(f"{FOLDER}/").rpartition(".")
    if not dot or ending != "toml" or not _FILE.fullmatch(stem):
        return None, [Problem(source.path, 0, 0, "is not named like a recipe", "For example: nginx-502-refused.toml")]
    data, problems = parse_toml(source)
    if data is None:
        return None, problems
    reader = _Reader(source, data)
    recipe = reader.recipe(stem, languages)
    return (None, reader.problems) if reader.problems else (recipe, [])


class _Reader:
    """Takes a recipe's table apart; everything that is wrong becomes a problem with its line."""

    def __init__(self, source: Source, data: dict[str, Any]) -> None:
        self.path, self.text, self.data = source.path, source.data.decode("utf-8"), data
        self.problems: list[Problem] = []

    def recipe(self, name: str, languages: tuple[str, ...]) -> Recipe:
        data = self.data
        code = self.take(data, "code", int, lambda value: 100 <= value <= 999, "a status code", required=True)
        titles = self.texts("title", languages)
        notes = self.texts("note", languages)
        client = self.take(data, "client", str, str.strip, "a shell command", required=True)
        prepare = self.take(data, "prepare", str, default="")
        cause = self.take(data, "cause", str, _ANCHOR.fullmatch, "the anchor of a cause", default="")
        order = self.take(data, "order", int, lambda value: 0 <= value <= 99, "a number from 0 to 99", default=50)
        timeout = self.take(data, "timeout", int, lambda value: 1 <= value <= 90, "seconds from 1 to 90", default=20)
        record = self.take(
            data,
            "record",
            str,
            ("wire", "curl", "files").__contains__,
            "`wire`, `curl` or `files`",
            default="curl" if "https://" in client else "wire",
        )
        files = self.files()
        expect = self.expectation(code)
        programs = self.programs()
        for key in data:
            self.problem(key, f"`{key}` is not a field of a recipe", "CONTRIBUTING.md lists them.")
        self.check_placeholders(programs, client, prepare, files)
        decisive = [code, [(p.name, p.use, p.config, p.ports) for p in programs], client, prepare, files, record]
        seen = [expect.status, expect.fields, expect.absent, expect.body, expect.log]
        digest = hashlib.sha256(json.dumps([decisive, seen], ensure_ascii=False).encode()).hexdigest()[:16]
        return Recipe(
            name, code, titles, notes, programs, client, expect, prepare, files, record, cause, order, timeout, digest
        )

    def expectation(self, code: int) -> Expectation:
        table = self.take(self.data, "expect", dict, default={})
        status = self.take(
            table,
            "status",
            int,
            lambda value: value == NO_RESPONSE or 100 <= value <= 999,
            "a status code or 0",
            default=code,
        )
        fields = self.take(table, "fields", dict, _is_texts, "a table of patterns", default={})
        absent = self.take(table, "absent", list, _is_list, "a list of field names", default=[])
        body = self.take(table, "body", str, default="")
        log = table.pop("log", [])
        log = [log] if isinstance(log, str) else log
        if not (isinstance(log, list) and _is_list(log)):
            self.problem("log", "`log` is not a pattern or a list of them")
            log = []
        if status == NO_RESPONSE and not log:
            self.problem("expect", "expects no response and no line in a log", "Then nothing would be seen.")
        for key in table:
            self.problem(key, f"`{key}` is not a field of `expect`", "It has: status, fields, absent, body, log.")
        return Expectation(status, tuple(sorted(fields.items())), tuple(absent), body, tuple(log))

    def programs(self) -> tuple[Program, ...]:
        """The programs in the order they are started: those behind the server first."""
        names = [key for key, value in self.data.items() if isinstance(value, dict)]
        programs = []
        for name in names:
            table = self.data.pop(name)
            use = self.take(table, "use", str, _NAME.fullmatch, "the name of a program", required=True, table_name=name)
            config = self.take(table, "config", str, default="")
            ports = self.take(table, "ports", list, _is_list, "a list of names", default=[])
            for key in table:
                self.problem(key, f"`{key}` is not a field of a program", "It has: use, config, ports.")
            if not name.isascii() or not name.isalpha() or not name.islower():
                self.problem(name, f"`{name}` cannot name a program", "Lower-case letters: server, upstream.")
            programs.append(Program(name, use or "", config, tuple(ports)))
        if SERVER not in names:
            self.problem("server", "has no [server]", 'Write [server] with use = "nginx" or another program.')
            return ()
        return tuple(sorted(programs, key=lambda program: program.name == SERVER))

    def files(self) -> tuple[tuple[str, str], ...]:
        table = self.take(self.data, "files", dict, _is_texts, "a table of texts", default={})
        for path in table:
            if path.startswith("/") or ".." in path.split("/") or "\\" in path or not path.strip():
                self.problem(path, f"`{path}` is not a path below the recipe's folder")
        return tuple(sorted(table.items()))

    def texts(self, key: str, languages: tuple[str, ...]) -> Mapping[str, str]:
        table = self.take(self.data, key, dict, _is_texts, "a table of texts by language", required=True) or {}
        for language in languages:
            if not table.get(language, "").strip():
                self.problem(key, f"`{key}` has no text for {language}", f'{key} = {{zh = "…", en = "…"}}')
        for language in table.keys() - set(languages):
            self.problem(key, f"`{key}` has a text for {language}, which is no language of the site")
        return {language: text.strip() for language, text in table.items()}

    def check_placeholders(
        self, programs: tuple[Program, ...], client: str, prepare: str, files: tuple[tuple[str, str], ...]
    ) -> None:
        known = {"dir", "free", "modules"} | {program.name for program in programs}
        known |= {f"{program.name}.{port}" for program in programs for port in program.ports}
        known |= {f"{program.name}.{part}" for program in programs for part in ("host", "port")}
        for text in (client, prepare, *(program.config for program in programs), *(text for _, text in files)):
            for match in _PLACEHOLDER.finditer(text):
                if match[1] not in known:
                    self.problem(match[0], f"`{match[0]}` stands for nothing", f"Known: {', '.join(sorted(known))}.")

    def take(
        self,
        table: dict[str, Any],
        key: str,
        kind: type,
        right: Callable[[Any], object] = lambda value: True,
        what: str = "",
        *,
        default: Any = None,
        required: bool = False,
        table_name: str = "",
    ) -> Any:
        """A value out of ``table``; problems when it is missing, of another type or not ``right``."""
        if key not in table:
            if required:
                self.problem(table_name, f"`{key}` is missing", "CONTRIBUTING.md says what a recipe needs.")
            return kind() if required else default
        value = table.pop(key)
        if not isinstance(value, kind) or isinstance(value, bool) or not right(value):
            self.problem(key, f"`{key}` is not {what or 'a text'}")
            return kind() if required else default
        return value

    def problem(self, key: str, message: str, hint: str = "") -> None:
        if len(self.problems) == ENOUGH:
            return
        match = re.search(rf"^[ \t]*\[?\"?{re.escape(key)}\b", self.text, re.M) if key else None
        if match is None and key:
            match = re.search(re.escape(key), self.text)
        line = self.text.count("\n", 0, match.start()) + 1 if match else 1
        self.problems.append(Problem(self.path, line, 1, message, hint))


def _is_texts(value: Mapping[str, object]) -> bool:
    return all(isinstance(text, str) for text in value.values())


def _is_list(value: list[object]) -> bool:
    return all(isinstance(text, str) for text in value)


def fill(text: str, values: Mapping[str, str]) -> str:
    """``text`` with its ``@placeholders@`` replaced; unknown ones stay as they are."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)
