"""``build``: evaluate the whole plan and publish it."""

from __future__ import annotations

import contextlib
import gc
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from . import publish, record, sources
from .record import Record

if TYPE_CHECKING:
    from .output import Output
    from .pipeline import Plan


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did: files in the site, how many of them were made anew, bytes, seconds."""

    outputs: int
    made: int
    size: int
    seconds: float
    changed: bool


Progress = Callable[[int, int], None]


def build(
    root: Path,
    site: Path,
    *,
    base_url: str | None = None,
    drafts: bool = False,
    cache: bool = True,
    jobs: int = 0,
    progress: Progress | None = None,
) -> Summary:
    """Build the project at ``root`` into the folder ``site``.

    ``jobs`` counts processes, 0 for one a processor. Raises :class:`BadInput` when the input is wrong, and OSError
    when the disk is; in both cases the old site stands as it was. A cache that cannot be used costs time only.
    """
    started = time.perf_counter()
    site = publish.check_target(site, root)
    place = record.path_of(root, site)
    with publish.locked(publish.lock_of(site)):
        publish.tidy(site)
        snapshot = sources.read_tree(root)
        state = record.state_of(snapshot, base_url, drafts)
        known = record.read(place) if cache else Record()
        if known.state == state and known.describes(site):
            return Summary(len(known.outputs), 0, known.size, time.perf_counter() - started, False)

        from . import pipeline, shelf  # noqa: PLC0415 - a build with nothing to do does not pay for what it would need

        memo = shelf.open_memo(place.parent) if cache else None
        with _settling():
            plan = pipeline.plan(snapshot, base_url=base_url, drafts=drafts, memo=memo)
        with publish.Staging(site, record.spare_of(place) if cache else None) as staging:
            missing = [output for output in plan.outputs.values() if not _kept(output, known, staging)]
            for output, data in pipeline.make(missing, jobs=jobs or os.cpu_count() or 1, progress=progress, memo=memo):
                staging.write(output.path, data)
            result = staging.publish()
            if memo:
                shelf.save(place.parent, memo)
            outputs = _entries(plan, known, staging.digests)
        # Last, as it says that all is done, and after the old site has gone: files that it shared change with it.
        record.write(place, Record(state, result.size, outputs, record.stats_of(site)))
    return Summary(len(plan.outputs), len(missing), result.size, time.perf_counter() - started, result.changed)


@contextlib.contextmanager
def _settling() -> Iterator[None]:
    """Look for no garbage while a plan grows, and never again in it: all of it stays until the build has ended."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _kept(output: Output, known: Record, staging: publish.Staging) -> bool:
    """Whether the old site's file is what would be made, and has been taken over.

    A file that has changed since the record was written is read: it may have the right bytes all the same.
    """
    old = known.outputs.get(output.path)
    if old is None or not old.describes(output):
        return False
    stat = staging.before.get(output.path)
    if stat and stat == known.stats.get(output.path):
        return staging.take(output.path, old.digest, stat[0])
    return staging.keep(output.path, old.digest)


def _entries(plan: Plan, known: Record, digests: Mapping[str, str]) -> dict[str, record.Entry]:
    return {path: known.entry(output, digests[path]) for path, output in plan.outputs.items()}
