"""Sources to bytes: the plan of all outputs, and making them, from a cache or in parallel.

The plan is the same for ``build``, which makes everything, and for ``serve``, which makes what is asked for.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from . import assets, feeds, library, search, strings
from .library import Library
from .output import Output
from .pagefiles import Memo
from .pages import Pages
from .problems import BadInput, Problem
from .sources import Snapshot

#: Fewer outputs than this are made in one process: starting others costs more than they save.
WORTH_FORKING = 40


@dataclass(frozen=True)
class Plan:
    """Every file of the site by its path, and the library they are printed from."""

    library: Library
    outputs: Mapping[str, Output]


def plan(snapshot: Snapshot, *, base_url: str | None = None, drafts: bool = False, memo: Memo | None = None) -> Plan:
    """Work out what the site consists of, without making any of it.

    A ``memo`` kept from one plan to the next saves reading again what has not changed.
    Raises :class:`BadInput` with every problem of the sources.
    """
    book, problems = library.read(snapshot, base_url=base_url, drafts=drafts, memo=memo)
    if book is not None:
        default = book.settings.default
        path = strings.path_of(default.suffix)
        problems += [p for p in strings.check_use(snapshot, path, book.strings[default.key]) if p.path != path]
    if problems or book is None:
        raise BadInput(problems)
    outputs: dict[str, Output] = {}
    for output in _all(book, snapshot):
        if output.path in outputs:
            problems.append(Problem(output.path, 0, 0, "would be published twice", "Rename one of the sources."))
        outputs[output.path] = output
    if problems:
        raise BadInput(problems)
    return Plan(book, outputs)


def _all(book: Library, snapshot: Snapshot) -> Iterator[Output]:
    yield from Pages(book, snapshot).outputs()
    yield from search.outputs(book)
    yield from feeds.outputs(book)
    yield from assets.outputs(snapshot)


Progress = Callable[[int, int], None]
_work: Sequence[Output] = ()


def make(
    outputs: Iterable[Output], *, jobs: int = 1, progress: Progress | None = None
) -> Iterator[tuple[Output, bytes]]:
    """Make ``outputs``, in ``jobs`` processes, in the order given.

    Raises :class:`BadInput` when a template fails.
    """
    work = tuple(outputs)
    for done, (output, data) in enumerate(zip(work, _results(work, jobs), strict=True), 1):
        if progress:
            progress(done, len(work))
        yield output, data


def _results(work: Sequence[Output], jobs: int) -> Iterator[bytes]:
    if jobs <= 1 or len(work) < WORTH_FORKING or "fork" not in multiprocessing.get_all_start_methods():
        yield from (output.make() for output in work)
        return
    global _work  # noqa: PLW0603 - forked workers find the plan here: it need not, and cannot, be pickled
    _work = work
    try:
        context: Any = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(jobs, mp_context=context) as pool:
            chunk = max(1, min(16, len(work) // (jobs * 4)))
            yield from pool.map(_make_one, range(len(work)), chunksize=chunk)
    finally:
        _work = ()


def _make_one(number: int) -> bytes:
    return _work[number].make()
