"""Captures: what came back when a recipe was run. ``lab/captures/*.json``, written by the lab, only read here."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from .problems import Problem
from .sources import CONTROL, Snapshot, Source, decode

FOLDER = "lab/captures"

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_STATUS_LINE = re.compile(rb"HTTP/(\d(?:\.\d)?) (\d{3})(?: ([^\r\n]*))?")


@dataclass(frozen=True, slots=True)
class Message:
    """What one side sent before the other spoke: one request, or one or more responses, byte for byte.

    ``left_out`` counts the bytes of long content that were not kept.
    """

    sender: str
    data: bytes
    left_out: int = 0

    def parts(self) -> Iterator[Part]:
        """The messages in it: interim responses (RFC 9110 §15.2) each for themselves, then the rest."""
        rest = self.data
        while rest:
            status = _STATUS_LINE.match(rest) if self.sender == "server" else None
            end = _HEAD_END.search(rest)
            if end is None:
                yield Part(rest, b"", int(status[2]) if status else None)
                return
            interim = status is not None and status[2].startswith(b"1") and status[2] != b"101"
            body = b"" if interim else rest[end.end() :]
            yield Part(rest[: end.start()], body, int(status[2]) if status else None)
            rest = rest[end.end() :] if interim else b""


@dataclass(frozen=True, slots=True)
class Part:
    """The head of an HTTP message without the empty line, its content, and the status code of a response."""

    head: bytes
    content: bytes
    status: int | None


@dataclass(frozen=True, slots=True)
class LogLines:
    """Lines that a program wrote to ``file`` about the exchange."""

    file: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetUp:
    """How it was run, to be done again: files by name with their texts and the software they are for (empty for a
    file that is only served), the commands that install, those before the start, those that start the programs, and
    the client's."""

    install: tuple[str, ...]
    files: tuple[tuple[str, str, str], ...]
    prepare: str
    start: tuple[str, ...]
    client: str


@dataclass(frozen=True, slots=True)
class Capture:
    """One run of a recipe.

    ``digest`` is that of the recipe as it was run; ``versions`` has those of the programs, the server's first, then
    the client's; ``protocol`` is
    the HTTP version, with the TLS version after a comma. ``exit`` is the client's exit status and ``output`` what it
    printed to standard error.
    """

    recipe: str
    digest: str
    day: date
    versions: Mapping[str, str]
    protocol: str
    record: str
    setup: SetUp
    messages: tuple[Message, ...]
    logs: tuple[LogLines, ...]
    exit: int = 0
    output: str = ""

    @property
    def server(self) -> str:
        """The software that the client talked to, with its version."""
        return next((f"{title} {version}" for title, version in self.versions.items()), "")

    @property
    def statuses(self) -> tuple[int, ...]:
        """The status codes on the wire, interim ones first."""
        parts = (part for message in self.messages if message.sender == "server" for part in message.parts())
        return tuple(part.status for part in parts if part.status is not None)


def read(snapshot: Snapshot) -> tuple[dict[str, Capture], list[Problem]]:
    """The captures by recipe, and what is wrong with the others."""
    captures: dict[str, Capture] = {}
    problems: list[Problem] = []
    for source in snapshot.below(FOLDER):
        capture, found = read_one(source)
        problems += found
        if capture is not None:
            captures[capture.recipe] = capture
    return captures, problems


def read_one(source: Source) -> tuple[Capture | None, list[Problem]]:
    hint = "It is written by the lab: make lab"
    text, problems = decode(source)
    if problems:
        return None, problems
    try:
        capture = load(json.loads(text))
    except json.JSONDecodeError as error:
        return None, [Problem(source.path, error.lineno, error.colno, f"is not JSON: {error.msg}", hint)]
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        return None, [Problem(source.path, 0, 0, f"is not a capture: {type(error).__name__}: {error}", hint)]
    if source.path != f"{FOLDER}/{capture.recipe}.json":
        return None, [Problem(source.path, 0, 0, f"is the capture of {capture.recipe}", hint)]
    return capture, []


def load(data: Mapping[str, Any]) -> Capture:
    """A capture from its JSON object. Raises KeyError, TypeError or ValueError for anything else."""
    messages = tuple(
        Message(_sender(item["from"]), _bytes(item), int(item.get("left out", 0))) for item in data["messages"]
    )
    logs = tuple(LogLines(_text(log["file"]), tuple(_text(line) for line in log["lines"])) for log in data["log"])
    versions = {_text(name): _text(version) for name, version in data["versions"].items()}
    return Capture(
        setup=_setup(data["setup"]),
        recipe=_text(data["recipe"]),
        digest=_text(data["digest"]),
        day=date.fromisoformat(data["date"]),
        versions=versions,
        protocol=_text(data["protocol"]),
        record=_text(data["record"]),
        messages=messages,
        logs=logs,
        exit=int(data.get("exit", 0)),
        output=_text(data.get("output", "")),
    )


def dump(capture: Capture) -> str:
    """A capture as the JSON text of its file: text where the bytes are UTF-8, Base64 where they are not."""
    data = {
        "recipe": capture.recipe,
        "digest": capture.digest,
        "date": capture.day.isoformat(),
        "versions": dict(capture.versions),
        "protocol": capture.protocol,
        "record": capture.record,
        "setup": {
            "install": list(capture.setup.install),
            "files": [{"name": name, "use": use, "text": text} for name, use, text in capture.setup.files],
            "prepare": capture.setup.prepare,
            "start": list(capture.setup.start),
            "client": capture.setup.client,
        },
        "messages": [_message(message) for message in capture.messages],
        "log": [{"file": log.file, "lines": list(log.lines)} for log in capture.logs],
        **({"exit": capture.exit} if capture.exit else {}),
        **({"output": capture.output} if capture.output else {}),
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _setup(data: Mapping[str, Any]) -> SetUp:
    files = tuple((_text(file["name"]), _text(file["use"]), _text(file["text"])) for file in data["files"])
    start = tuple(_text(command) for command in data["start"])
    install = tuple(_text(command) for command in data.get("install", []))
    return SetUp(install, files, _text(data["prepare"]), start, _text(data["client"]))


def _message(message: Message) -> dict[str, Any]:
    left_out = {"left out": message.left_out} if message.left_out else {}
    return {"from": message.sender, **_encoded(message.data), **left_out}


def _encoded(data: bytes) -> dict[str, str]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode("ascii")}
    if CONTROL.search(text.replace("\r", "")):  # no source may hold these
        return {"base64": base64.b64encode(data).decode("ascii")}
    return {"text": text}


def _bytes(item: Mapping[str, Any]) -> bytes:
    if "text" in item:
        return _text(item["text"]).encode("utf-8")
    try:
        return base64.b64decode(_text(item["base64"]), validate=True)
    except binascii.Error as error:
        raise ValueError(f"Base64: {error}") from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def _sender(value: object) -> str:
    if value not in ("client", "server"):
        raise ValueError(f"{value!r} is neither client nor server")
    return str(value)
