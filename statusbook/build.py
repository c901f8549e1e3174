"""``build``: evaluate the whole plan and publish it."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from . import publish, record, sources, target, trees
from .garbage import settling
from .record import Record

if TYPE_CHECKING:
    from .output import Output
    from .pipeline import Plan


#: How many times a build begins whose sources change under it.
ATTEMPTS = 5


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

    Texts are read again when they are printed. When one of them has changed since the build began, it begins anew, and
    the site is made of what the sources are then.
    """
    started = time.perf_counter()
    site = target.check_target(site, root)
    jobs = jobs or os.cpu_count() or 1
    once = partial(_build, root, site, base_url=base_url, drafts=drafts, cache=cache, jobs=jobs, progress=progress)
    with publish.locked(publish.lock_of(site)):
        publish.tidy(site)
        for _ in range(ATTEMPTS - 1):
            with contextlib.suppress(sources.Changed):
                return once(started)
        return once(started)


def _build(
    root: Path,
    site: Path,
    started: float,
    *,
    base_url: str | None,
    drafts: bool,
    cache: bool,
    jobs: int,
    progress: Progress | None,
) -> Summary:
    """Try to build. Raises :class:`sources.Changed` when a text is not what it was when the build ``started``."""
    place = record.path_of(root, site)
    with settling():
        snapshot = sources.read_tree(root, hold=False)
        state = record.state_of(snapshot, base_url, drafts)
        known = record.read(place) if cache else Record()
        files = record.stats_of(site)
        if known.describes(files):
            files = known.stats  # of two that are equal, one may go
            if known.state == state:
                return Summary(len(known.outputs), 0, known.size, time.perf_counter() - started, False)

        from . import pipeline, shelf  # noqa: PLC0415 - a build with nothing to do does not pay for what it would need

        memo = shelf.open_memo(place.parent) if cache else None
        plan = pipeline.plan(snapshot, base_url=base_url, drafts=drafts, memo=memo, jobs=jobs)
    if memo:
        shelf.save_files(place.parent, memo)
    with publish.Staging(site, record.spare_of(place) if cache else None, files) as staging:
        missing = [output for output in plan.outputs.values() if not _kept(output, known, staging)]
        made = pipeline.each(missing, partial(_put, staging), jobs=jobs, progress=progress, memo=memo)
        for output, written in made:
            staging.count(output.path, written)
        result = staging.publish()
        if memo:
            shelf.save(place.parent, memo)
        outputs = _entries(plan, known, staging.digests)
    # Last, as it says that all is done, and after the old site has gone: files that it shared change with it.
    record.write(place, Record(state, result.size, outputs, result.files or record.stats_of(site)))
    return Summary(len(plan.outputs), len(missing), result.size, time.perf_counter() - started, result.changed)


def _put(staging: publish.Staging, output: Output, data: bytes) -> publish.Written:
    """Write a file where it was made: its bytes need not go from one process to another, nor wait for their turn."""
    return staging.put(output.path, data)


def _kept(output: Output, known: Record, staging: publish.Staging) -> bool:
    """Whether the old site's file is what would be made, and has been taken over.

    A file that has changed since the record was written is read: it may have the right bytes all the same.
    """
    old = known.of(output.path)
    if old is None or not old.describes(output):
        return False
    state = staging.before.get(output.path)
    if state and state == known.stats.get(output.path):
        return staging.take(output.path, old.digest, trees.size_of(state))
    return staging.keep(output.path, old.digest)


def _entries(plan: Plan, known: Record, digests: Mapping[str, str]) -> dict[str, bytes]:
    return {path: known.entry(output, digests[path]) for path, output in plan.outputs.items()}
