"""What the measurements come to: for the page of a code, subjects that did the same folded together.

Nothing here knows a language: an act is a key of the interface's texts (``did.kept``) and what it is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import NamedTuple

from .measurements import Cell, Measurement, Measurements
from .model import SectionRef

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
REDIRECTS = ("301", "302", "303", "307", "308")
#: What goes along to another host, as measured and as its header field is called.
SECRETS = {"authorization": "Authorization", "cookie": "Cookie", "key": "X-Api-Key"}


class Act(NamedTuple):
    """One thing done, by the key of its words. ``of`` is what with: methods, header fields; empty where that goes
    without saying.

    ``agrees`` is False where a rule says otherwise.
    """

    key: str
    of: tuple[str, ...] = ()
    agrees: bool | None = None


class Row(NamedTuple):
    """Subjects that did the same."""

    acts: tuple[Act, ...]
    names: tuple[str, ...]


class Finding(NamedTuple):
    """What became of one question about a code. ``rule`` is the section the acts are held against."""

    key: str
    rows: tuple[Row, ...]
    rule: SectionRef | None


class Findings(NamedTuple):
    """All that was measured of a code. ``first`` and ``last`` are the days it was measured on."""

    items: tuple[Finding, ...]
    first: date
    last: date


def of_code(measurements: Measurements, code: int) -> Findings | None:
    """What clients and caches do with ``code``; None when nobody was asked."""
    number = str(code)
    about = [(measurements[name], ask) for name, ask in QUESTIONS if number in measurements[name].numbers]
    items = tuple(finding for measurement, ask in about for finding in ask(measurement, number) if finding.rows)
    days = [subject.day for measurement, _ in about for subject in measurement.subjects.values()]
    return Findings(items, min(days), max(days)) if items else None


# --- redirects --------------------------------------------------------------------------------------


def redirected(method: str, cell: Cell) -> Act:
    """What became of a request of ``method`` that was answered with a redirect."""
    if not cell.seen:
        return Act("raised" if " " in cell.end or not cell.end.isdigit() else "stayed", agrees=cell.agrees)
    second, *carried = cell.seen.split()
    has_body = "body" in carried
    if second != method:  # always a GET
        return Act("became-full" if has_body else "became", agrees=cell.agrees)
    return Act("kept" if has_body or method not in ("POST", "PUT") else "lost", agrees=cell.agrees)


def _redirects(measurement: Measurement, number: str) -> Iterator[Finding]:
    def acts(key: str) -> tuple[Act, ...]:
        done: dict[Act, list[str]] = {}
        for method in METHODS:
            cell = measurement.of(f"{number} {method} same").get(key)
            if cell is not None:
                done.setdefault(redirected(method, cell), []).append(method)
        if len(done) == 1:
            return tuple(done)
        return tuple(act._replace(of=tuple(methods)) for act, methods in done.items())

    yield _finding("redirects", measurement, acts, f"{number} POST same")
    yield _finding("credentials", measurement, lambda key: _credentials(measurement, number, key), f"{number} GET host")


def _credentials(measurement: Measurement, number: str, key: str) -> tuple[Act, ...]:
    """What a client that follows takes along to another host."""
    cell = measurement.of(f"{number} GET host").get(key)
    if cell is None or not cell.seen:
        return ()
    carried = tuple(name for field, name in SECRETS.items() if field in cell.seen.split())
    return (Act("carried" if carried else "bare", carried, cell.agrees),)


# --- the others -------------------------------------------------------------------------------------


def _retries(measurement: Measurement, number: str) -> Iterator[Finding]:
    def acts(key: str) -> tuple[Act, ...]:
        cells = {name: measurement.of(f"{number} {name}").get(key) for name in ("GET plain", "GET after", "POST plain")}
        if None in cells.values():
            return ()
        return tuple(_again(cells))  # type: ignore[arg-type]

    yield _finding("retries", measurement, acts, f"{number} POST plain")


def _again(cells: Mapping[str, Cell]) -> Iterator[Act]:
    get, after, post = cells["GET plain"], cells["GET after"], cells["POST plain"]
    again = {method: cell for method, cell in (("GET", get), ("POST", post)) if cell.seen == "again"}
    if again:
        wrong = any(cell.agrees is False for cell in again.values())
        yield Act("again", tuple(again), False if wrong else None)
    elif after.seen == "once":
        yield Act("once")
    if after.seen == "waited":
        yield Act("waited")
    elif after.seen == "again":
        yield Act("hasty", agrees=after.agrees)


def _caching(measurement: Measurement, number: str) -> Iterator[Finding]:
    def acts(key: str) -> tuple[Act, ...]:
        guess, told = measurement.of(f"{number} guess").get(key), measurement.of(f"{number} told").get(key)
        if guess is None or told is None:
            return ()
        if guess.seen == "reused":
            return (Act("guessed", agrees=guess.agrees),)
        return (Act("told" if told.seen == "reused" else "fetched"),)

    yield _finding("caching", measurement, acts, f"{number} guess")


def odd(kind: str, cell: Cell) -> Act:
    """What became of an odd answer of a ``kind``."""
    if kind == "body":
        if not cell.end[:3].isdigit():
            return Act("refused", agrees=cell.agrees)
        content, rest = cell.seen.split()
        return Act("broke" if rest == "broken" else "read" if content == "content" else "ignored", agrees=cell.agrees)
    if kind == "interim":
        if cell.seen == "as-is":
            return Act("skipped", agrees=cell.agrees)
        return Act("final" if cell.end[:3].isdigit() else "refused", agrees=cell.agrees)
    if cell.seen == "error":
        return Act("refused", agrees=cell.agrees)
    return Act("failed" if " " in cell.end else "passed", agrees=cell.agrees)


def _odd(measurement: Measurement, number: str) -> Iterator[Finding]:
    for kind in ("body", "unknown", "interim"):
        cells = measurement.of(f"{number} {kind}")
        done = {key: (odd(kind, cell),) for key, cell in cells.items()}
        yield _finding(kind, measurement, partial(_of, done), f"{number} {kind}")


def _of(done: Mapping[str, tuple[Act, ...]], key: str) -> tuple[Act, ...]:
    return done.get(key, ())


QUESTIONS: tuple[tuple[str, Callable[[Measurement, str], Iterator[Finding]]], ...] = (
    ("redirects", _redirects),
    ("retries", _retries),
    ("caching", _caching),
    ("odd", _odd),
)


def _finding(key: str, measurement: Measurement, acts: Callable[[str], tuple[Act, ...]], case: str) -> Finding:
    """Subjects folded by what they did, those that most did first."""
    rows = fold((subject.name, _marked(acts(subject.key))) for subject in measurement.subjects.values())
    return Finding(key, rows, measurement.rules.get(case))


def _marked(acts: Iterable[Act]) -> tuple[Act, ...]:
    """Only what breaks a rule stays marked: who keeps one and who has none to keep did the same."""
    return tuple(act if act.agrees is False else act._replace(agrees=None) for act in acts)


def fold(done: Iterable[tuple[str, tuple[Act, ...]]]) -> tuple[Row, ...]:
    """Names that did the same in one row, the longest row first; who did nothing is left out."""
    rows: dict[tuple[Act, ...], list[str]] = {}
    for name, acts in done:
        if acts:
            rows.setdefault(acts, []).append(name)
    return tuple(Row(acts, tuple(names)) for acts, names in sorted(rows.items(), key=lambda item: -len(item[1])))
