"""What pages show of the lab's exchanges, worked out without rendering anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from .captures import Message
from .exhibits import Exhibit

#: The slug of the page that lists all exchanges; theirs are below it.
LAB = "lab"

#: The server software that the list of all exchanges can be narrowed to, by what recipes call its programs; the rest is
#: ``other``.
FAMILIES = {
    "nginx": ("nginx",),
    "apache": ("apache",),
    "haproxy": ("haproxy",),
    "node": ("node", "express", "fastify", "socketio", "ws"),
    "python": ("python", "flask", "fastapi", "django", "aiohttp", "websockets"),
    "other": (),
}
_FAMILY = {program: family for family, programs in FAMILIES.items() for program in programs}

#: Content is shown up to this many characters and lines; pages are read, captures are kept.
_CHARACTERS, _LINES = 1_600, 30
#: What no text has.
_NO_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f]")
#: Bytes shown of a message that is no HTTP.
_NO_HTTP = 64
#: The language of a file by what its name ends with, as fences of code name it.
_LANGUAGES = {
    "nginx.conf": "nginx",
    "httpd.conf": "apache",
    "haproxy.cfg": "haproxy",
    "default.vcl": "vcl",
    "Caddyfile": "caddy",
    ".py": "python",
    ".mjs": "js",
    ".js": "js",
    ".go": "go",
    ".java": "java",
    ".json": "json",
    ".html": "html",
    ".sh": "shell",
}


class MessageView(NamedTuple):
    """One side's turn as text. ``hidden`` counts the bytes of content that are not shown."""

    sender: str
    text: str
    hidden: int


class FileView(NamedTuple):
    name: str
    text: str
    language: str


class ProofView(NamedTuple):
    """An exchange as other pages name it. ``program`` is the software that sent it, ``family`` a key of
    :data:`FAMILIES`, ``cause`` the anchor of what it shows on the page of its code."""

    name: str
    title: str
    address: str
    cause: str
    program: str
    family: str


class ExhibitView(NamedTuple):
    """An exchange in full. ``server`` is the software that sent it, with its version; ``names`` are the header fields
    of the responses in lower case; ``versions`` are those of all programs."""

    name: str
    number: str
    title: str
    note: str
    address: str
    server: str
    versions: tuple[tuple[str, str], ...]
    day: date
    protocol: str
    record: str
    messages: tuple[MessageView, ...]
    names: tuple[str, ...]
    logs: tuple[tuple[str, str], ...]
    output: str
    exit: int
    files: tuple[FileView, ...]
    install: tuple[str, ...]
    prepare: str
    start: tuple[str, ...]
    client: str


def slug_of(exhibit: Exhibit) -> str:
    return f"{LAB}/{exhibit.recipe.name}"


def proof(exhibit: Exhibit, address: str, language: str, printed: Callable[[str], str]) -> ProofView:
    """As :func:`view`, for other pages."""
    recipe = exhibit.recipe
    program = next(iter(exhibit.capture.versions), "")
    family = _FAMILY.get(recipe.server.use, "other")
    return ProofView(recipe.name, printed(recipe.titles[language]), address, recipe.cause, program, family)


def view(exhibit: Exhibit, address: str, language: str, printed: Callable[[str], str]) -> ExhibitView:
    """``printed`` gives a text the quotation marks of ``language`` (a key)."""
    recipe, capture = exhibit.recipe, exhibit.capture
    return ExhibitView(
        name=recipe.name,
        number=str(recipe.code),
        title=printed(recipe.titles[language]),
        note=printed(recipe.notes[language]),
        address=address,
        server=capture.server,
        versions=tuple(capture.versions.items()),
        day=capture.day,
        protocol=capture.protocol,
        record=capture.record,
        messages=tuple(_message(message) for message in capture.messages),
        names=_names(capture.messages),
        logs=tuple((log.file, "\n".join(log.lines)) for log in capture.logs),
        output=capture.output,
        exit=capture.exit,
        files=tuple(FileView(name, text.rstrip("\n"), _language(name)) for name, _, text in capture.setup.files),
        install=capture.setup.install,
        prepare=capture.setup.prepare,
        start=capture.setup.start,
        client=capture.setup.client,
    )


def by_program(proofs: Iterable[ProofView]) -> tuple[tuple[str, tuple[ProofView, ...]], ...]:
    """Exchanges by the software that sent them, in the order they come in."""
    groups: dict[str, list[ProofView]] = {}
    for item in proofs:
        groups.setdefault(item.program, []).append(item)
    return tuple((program, tuple(items)) for program, items in groups.items())


@lru_cache(maxsize=4096)  # an exchange is shown on its own page, its code's, those of its code's other exchanges …
def _message(message: Message) -> MessageView:
    texts, hidden = [], message.left_out
    for part in message.parts():
        content, left = _content(part.content)
        head, more = _head(part.head)
        hidden += left + more
        texts.append(f"{head}\n\n{content}" if content else f"{head}\n")
    return MessageView(message.sender, "\n".join(texts).strip("\n"), hidden)


def _head(data: bytes) -> tuple[str, int]:
    """The head, and how many of its bytes are not shown. What is no HTTP, as from a client that speaks TLS, is shown
    in the manner of servers' logs, and only its beginning."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n").rstrip("\n")
    if not _NO_TEXT.search(text):
        return text, 0
    shown = data[:_NO_HTTP]
    return "".join(chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}" for byte in shown), len(data) - len(shown)


def _content(data: bytes) -> tuple[str, int]:
    """The content as far as it is shown, and how many bytes are not; what is no text is not shown at all."""
    try:
        text = data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return "", len(data)
    if _NO_TEXT.search(text):
        return "", len(data)
    shown = "\n".join(text[:_CHARACTERS].split("\n")[:_LINES])
    return shown, len(text[len(shown) :].encode("utf-8"))


@lru_cache(maxsize=4096)
def _names(messages: tuple[Message, ...]) -> tuple[str, ...]:
    """The header fields of the responses, in the order they were sent."""
    return tuple(dict.fromkeys(_all_names(messages)))


def _all_names(messages: Iterable[Message]) -> Iterator[str]:
    for message in messages:
        if message.sender == "server":
            for part in message.parts():
                for line in part.head.splitlines()[1:]:
                    name, colon, _ = line.partition(b":")
                    if colon:
                        yield name.decode("ascii", "replace").strip().lower()


def _language(name: str) -> str:
    return next((language for ending, language in _LANGUAGES.items() if name.endswith(ending)), "text")
