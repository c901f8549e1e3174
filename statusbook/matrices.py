"""The measurements in full, as tables: who did what with which code. For guides and the page of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from .findings import METHODS, REDIRECTS, SECRETS, Act, odd, redirected
from .measurements import Cell, Measurement, Measurements

#: What a text may ask for with ``[[measured:…]]``.
NAMES = ("redirects", "credentials", "retries", "caching", "odd")


class Matrix(NamedTuple):
    """A table. ``key`` and ``of`` say what it shows; a row has the names that fared the same and an act a column."""

    key: str
    of: str
    columns: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], tuple[Act | None, ...]], ...]


def of_name(measurements: Measurements, name: str, *, whole: bool = False) -> tuple[Matrix, ...]:
    """The tables of a name of ``NAMES``; ``whole`` has also what a guide has no use for."""
    return tuple(matrix for matrix in _MAKERS[name](measurements, whole) if matrix.rows)


def everything(measurements: Measurements) -> tuple[tuple[str, tuple[Matrix, ...]], ...]:
    """All tables by name."""
    return tuple((name, tables) for name in NAMES if (tables := of_name(measurements, name, whole=True)))


def _redirects(measurements: Measurements, whole: bool) -> Iterator[Matrix]:
    measurement = measurements["redirects"]
    numbers = ("300", *REDIRECTS[:3], "304", "305", *REDIRECTS[3:]) if whole else REDIRECTS
    for method in METHODS if whole else ("POST", "PUT", "DELETE"):
        columns = {number: measurement.of(f"{number} {method} same") for number in numbers}
        yield _matrix("redirects", method, measurement, columns, partial(redirected, method))


def _credentials(measurements: Measurements, whole: bool) -> Iterator[Matrix]:
    """How far each secret goes, as measured with 302; other codes make no difference."""
    measurement = measurements["redirects"]
    cells = {place: measurement.of(f"302 GET {place}") for place in ("same", "port", "host")}

    def row(key: str) -> tuple[Act | None, ...]:
        places = {place: row[key].seen.split() for place, row in cells.items() if key in row}
        if len(places) < len(cells) or not places["same"]:
            return ()
        return tuple(_reach(field, places, cells["host"][key]) for field in SECRETS)

    yield Matrix("credentials", "", tuple(SECRETS.values()), _folded(measurement, row))


def _reach(field: str, places: Mapping[str, list[str]], cell: Cell) -> Act:
    reached = [place for place, carried in places.items() if field in carried]
    agrees = cell.agrees if field == "authorization" else None
    return Act(f"to-{reached[-1] if reached else 'none'}", agrees=agrees)


def _retries(measurements: Measurements, whole: bool) -> Iterator[Matrix]:
    measurement = measurements["retries"]
    numbers = sorted({case.split()[0] for case in measurement.rules} - {"0"})
    for kind in ("GET plain", "GET after", "POST plain"):
        columns = {number: measurement.of(f"{number} {kind}") for number in numbers}
        yield _matrix("retries", kind, measurement, columns, _retried(kind))
    closed = {method: measurement.of(f"0 {method} closed") for method in ("GET", "POST")}
    yield _matrix("closed", "", measurement, closed, _retried("closed"))


def _retried(kind: str) -> Callable[[Cell], Act]:
    keys = {"once": "once", "again": "hasty" if kind == "GET after" else "again", "waited": "waited", "new": "new"}
    return lambda cell: Act(keys.get(cell.seen, "once"), agrees=cell.agrees)


def _caching(measurements: Measurements, whole: bool) -> Iterator[Matrix]:
    """Caches are columns here: they are few, and codes that fare alike make one row."""
    measurement = measurements["caching"]
    subjects = [s for s in measurement.subjects.values() if any(s.key in cells for cells in measurement.cells.values())]
    for kind in ("guess", "told"):
        rows: dict[tuple[Act | None, ...], list[str]] = {}
        for case in measurement.rules:
            number, _, of = case.partition(" ")
            if of == kind:
                cells = measurement.of(case)
                acts = tuple(_cached(cells[s.key]) if s.key in cells else None for s in subjects)
                rows.setdefault(acts, []).append(number)
        folded = tuple((tuple(numbers), acts) for acts, numbers in rows.items())
        yield Matrix("caching", kind, tuple(s.name for s in subjects), folded)


def _cached(cell: Cell) -> Act:
    return Act({"reused": "reused", "validated": "validated"}.get(cell.seen, "asked"), agrees=cell.agrees)


def _odd(measurements: Measurements, whole: bool) -> Iterator[Matrix]:
    measurement = measurements["odd"]
    for kind in ("body", "unknown", "interim"):
        columns = {case.split()[0]: measurement.of(case) for case in measurement.rules if case.endswith(f" {kind}")}
        yield _matrix("odd", kind, measurement, columns, partial(odd, kind))


_MAKERS: Mapping[str, Callable[[Measurements, bool], Iterable[Matrix]]] = {
    "redirects": _redirects,
    "credentials": _credentials,
    "retries": _retries,
    "caching": _caching,
    "odd": _odd,
}


def _matrix(
    key: str, of: str, measurement: Measurement, columns: Mapping[str, Mapping[str, Cell]], act: Callable[[Cell], Act]
) -> Matrix:
    def row(subject: str) -> tuple[Act | None, ...]:
        acts = tuple(act(cells[subject]) if subject in cells else None for cells in columns.values())
        return acts if any(acts) else ()

    return Matrix(key, of, tuple(columns), _folded(measurement, row))


def _folded(
    measurement: Measurement, row: Callable[[str], tuple[Act | None, ...]]
) -> tuple[tuple[tuple[str, ...], tuple[Act | None, ...]], ...]:
    """Subjects with equal rows in one, in the order of the subjects."""
    rows: dict[tuple[Act | None, ...], list[str]] = {}
    for subject in measurement.subjects.values():
        acts = row(subject.key)
        if acts:
            rows.setdefault(acts, []).append(subject.name)
    return tuple((tuple(names), acts) for acts, names in rows.items())
