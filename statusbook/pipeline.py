"""Sources to bytes: the plan of all outputs, and making them, from a cache or in parallel.

The plan is the same for ``build``, which makes everything, and for ``serve``, which makes what is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from . import ahead, assets, cards, feeds, highlight, library, policy, search, strings, tryit
from .library import Library
from .memo import Memo
from .output import Output
from .pages import Pages
from .problems import BadInput, Problem
from .sources import Snapshot

if TYPE_CHECKING:
    from .workers import Crew

#: Fewer outputs than this are made in one process: starting others costs more than they save.
WORTH_FORKING = 40


@dataclass(frozen=True)
class Plan:
    """Every file of the site by its path, and the library they are printed from."""

    library: Library
    outputs: Mapping[str, Output]
    inside: assets.Inside

    @cached_property
    def headers(self) -> policy.Headers:
        """The header fields of every response. Raises :class:`BadInput` when a style sheet is not CSS."""
        return policy.headers(self.inside.all())


def plan(
    snapshot: Snapshot, *, base_url: str | None = None, drafts: bool = False, memo: Memo | None = None, jobs: int = 1
) -> Plan:
    """Work out what the site consists of, without making any of it, in ``jobs`` processes where that is much work.

    A ``memo`` kept from one plan to the next saves reading again what has not changed.
    Raises :class:`BadInput` with every problem of the sources.
    """
    memo = memo or Memo()
    with ahead.crew(snapshot, memo, jobs) as crew:
        return _plan(snapshot, base_url, memo, crew, drafts=drafts)


def _plan(snapshot: Snapshot, base_url: str | None, memo: Memo, crew: Crew | None, *, drafts: bool) -> Plan:
    book, problems = library.read(
        snapshot,
        base_url=base_url,
        drafts=drafts,
        kept=memo.files,
        kept_lab=memo.lab,
        kept_facts=memo.facts,
        crew=crew,
    )
    if book is not None:
        default = book.settings.default
        path = strings.path_of(default.suffix)
        problems += [p for p in strings.check_use(snapshot, path, book.strings[default.key]) if p.path != path]
    if problems or book is None:
        raise BadInput(problems)
    outputs: dict[str, Output] = {}
    memo.extracts.begin()
    memo.templates.begin()
    memo.tokens.begin()
    memo.sheets.begin()
    highlight.keep_in(memo.tokens)
    assets.keep_in(memo.sheets)
    for output in _all(book, snapshot, memo):
        if output.path in outputs:
            problems.append(Problem(output.path, 0, 0, "would be published twice", "Rename one of the sources."))
        outputs[output.path] = output
    if problems:
        raise BadInput(problems)
    for learned in crew.errands() if crew else ():
        memo.learn(learned)
    return Plan(book, outputs, assets.Inside(snapshot))


def _all(book: Library, snapshot: Snapshot, memo: Memo) -> Iterator[Output]:
    yield from Pages(book, snapshot, memo.templates).outputs()
    yield from others(book, snapshot, memo)


def others(book: Library, snapshot: Snapshot, memo: Memo) -> Iterator[Output]:
    """What there is besides pages."""
    yield from search.outputs(book, memo.extracts)
    yield from cards.outputs(book)
    yield from feeds.outputs(book)
    yield from tryit.outputs(book)
    yield from assets.outputs(snapshot)
    inside = assets.Inside(snapshot)
    yield from policy.outputs(inside.key, inside.all)


Progress = Callable[[int, int], None]
T = TypeVar("T")
#: What is done with the bytes of an output, in the process that made them.
Then = Callable[[Output, bytes], T]


def make(outputs: Iterable[Output], *, jobs: int = 1, memo: Memo | None = None) -> Iterator[tuple[Output, bytes]]:
    """The bytes of ``outputs``, made as :func:`each` does."""
    return each(outputs, _bytes, jobs=jobs, memo=memo)


def each(
    outputs: Iterable[Output],
    then: Then[T],
    *,
    jobs: int = 1,
    progress: Progress | None = None,
    memo: Memo | None = None,
) -> Iterator[tuple[Output, T]]:
    """Make ``outputs``, in ``jobs`` processes, and say what ``then`` returned of each, in the order given.

    What they learn for other plans gets into ``memo``. Raises :class:`BadInput` when a template fails.
    """
    work = tuple(outputs)
    for done, (output, result) in enumerate(zip(work, _results(work, then, jobs, memo or Memo()), strict=True), 1):
        if progress:
            progress(done, len(work))
        yield output, result


def _bytes(_: Output, data: bytes) -> bytes:
    return data


_work: Sequence[Output] = ()
_then: Then[Any] = _bytes
_memo = Memo()


def _results(work: Sequence[Output], then: Then[T], jobs: int, memo: Memo) -> Iterator[T]:
    if jobs <= 1 or len(work) < WORTH_FORKING or not hasattr(os, "fork"):
        yield from (then(output, output.make()) for output in work)
        return
    global _work, _then, _memo  # forked workers find the plan here: it need not, and cannot, be pickled
    from . import workers  # noqa: PLC0415 - most builds have too little to do for it

    for share in {output.share: None for output in work if output.share}:
        share()
    _work, _then, _memo = work, then, memo
    memo.take_fresh()
    away = [number for number, output in enumerate(work) if not output.here]
    try:
        with workers.pool(jobs) as pool:
            chunk = max(1, min(16, len(away) // (jobs * 4)))
            results = pool.map(_make_one, away, chunksize=chunk)
            ours = {number: then(output, output.make()) for number, output in enumerate(work) if output.here}
            for number, output in enumerate(work):
                if number in ours:
                    yield ours[number]
                else:
                    result, key, fresh = next(results)
                    output.made_elsewhere(key)
                    memo.learn(fresh)
                    yield result
    finally:
        _work, _then, _memo = (), _bytes, Memo()


def _make_one(number: int) -> tuple[Any, str, dict[str, dict[str, Any]]]:
    """What has become of an output, its key, and what was learned by making it."""
    output = _work[number]
    return _then(output, output.make()), output.key, _memo.take_fresh()
