"""What a driver is told and what it tells: lines of fields between tabs, so that no language needs a parser for it.

Told on standard input, one request a line, to be sent one after the other by one client::

    <case>#<n> TAB <method> TAB <URL> TAB <header: value>|<header: value> TAB <body>

Told back on standard output, one line a request: ``<case>#<n> TAB <status> TAB <bytes of content> TAB <error>``. What
the client does not know is empty. The error is the name of an exception or an exit code, without its words: those hold
addresses. ``driver --version`` prints the client's version alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

#: Seconds a driver gives one request.
PATIENCE = 8


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``body`` is None where there is none; ``name`` is ``<case>#<n>``."""

    name: str
    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None = None

    @property
    def case(self) -> str:
        return self.name.rpartition("#")[0]

    def line(self) -> str:
        headers = "|".join(f"{name}: {value}" for name, value in self.headers.items())
        return "\t".join((self.name, self.method, self.url, headers, (self.body or b"").decode()))


@dataclass(frozen=True, slots=True)
class Result:
    """What the client says became of a call. ``status`` is 0 when it has none, ``length`` -1."""

    name: str
    status: int = 0
    length: int = -1
    error: str = ""

    def line(self) -> str:
        status = str(self.status) if self.status else ""
        return "\t".join((self.name, status, str(self.length) if self.length >= 0 else "", self.error))


def read_call(line: str) -> Call:
    """A call from its line. Raises ValueError for a line of another form."""
    name, method, url, headers, body = line.rstrip("\n").split("\t")
    pairs = (pair.partition(": ") for pair in headers.split("|") if pair)
    return Call(name, method, url, {key: value for key, _, value in pairs}, body.encode() or None)


def read_result(line: str) -> Result:
    """A result from its line. Raises ValueError for a line of another form."""
    name, status, length, error = line.rstrip("\n").split("\t")
    return Result(name, int(status or 0), int(length or -1), error)


def calls() -> Iterator[Call]:
    """The calls on standard input; for a driver written in Python."""
    return map(read_call, sys.stdin)


def groups() -> Iterator[list[Call]]:
    """The calls on standard input, those of one case together: for programs that are started anew for each."""
    group: list[Call] = []
    for call in calls():
        if group and group[0].case != call.case:
            yield group
            group = []
        group.append(call)
    if group:
        yield group


def report(result: Result) -> None:
    """Say on standard output what became of a call."""
    print(result.line(), flush=True)


def wants_version() -> bool:
    return "--version" in sys.argv
