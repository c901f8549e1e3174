"""``build``: evaluate the whole plan and publish it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from . import publish, record, sources
from .record import Record

if TYPE_CHECKING:
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
        snapshot = sources.read_tree(root)
        state = record.state_of(snapshot, base_url, drafts)
        known = record.read(place) if cache else Record()
        if known.state == state and known.describes(site):
            return Summary(len(known.outputs), 0, known.size, time.perf_counter() - started, False)

        from . import pipeline, shelf  # noqa: PLC0415 - a build with nothing to do does not pay for what it would need

        memo = shelf.load(place.parent) if cache else None
        plan = pipeline.plan(snapshot, base_url=base_url, drafts=drafts, memo=memo)
        with publish.Staging(site) as staging:
            missing = [output for output in plan.outputs.values() if not _kept(output.path, output.key, known, staging)]
            for output, data in pipeline.make(missing, jobs=jobs or os.cpu_count() or 1, progress=progress):
                staging.write(output.path, data)
            result = staging.publish()
        record.write(place, _record(state, result.size, plan, staging, site))
        if memo:
            shelf.save(place.parent, memo)
    return Summary(len(plan.outputs), len(missing), result.size, time.perf_counter() - started, result.changed)


def _kept(path: str, key: str, known: Record, staging: publish.Staging) -> bool:
    """Whether the old site's file is what would be made, and has been taken over."""
    old_key, digest = known.outputs.get(path, ("", ""))
    return old_key == key and staging.keep(path, digest)


def _record(state: str, size: int, plan: Plan, staging: publish.Staging, site: Path) -> Record:
    outputs = {output.path: (output.key, staging.digests[output.path]) for output in plan.outputs.values()}
    return Record(state, size, outputs, record.stats_of(site))
