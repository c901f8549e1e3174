"""``build``: evaluate the whole plan and publish it."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from . import __version__, pipeline, publish, sources
from .output import canonical_json
from .pipeline import Plan, Progress

CACHE = ".cache"


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did: files in the site, how many of them were made anew, bytes, seconds."""

    outputs: int
    made: int
    size: int
    seconds: float
    changed: bool


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
    when the disk is; in both cases the old site stands as it was.
    """
    started = time.perf_counter()
    publish.check_target(site, root)
    record = _record_path(root, site)
    with publish.locked(record.with_suffix(".lock")):
        plan = pipeline.plan(sources.read_tree(root), base_url=base_url, drafts=drafts)
        known = _read_record(record) if cache else {}
        with publish.Staging(site) as staging:
            missing = [
                output
                for output in plan.outputs.values()
                if known.get(output.path, ("", ""))[0] != output.key
                or not staging.keep(output.path, known[output.path][1])
            ]
            for output, data in pipeline.make(missing, jobs=jobs or os.cpu_count() or 1, progress=progress):
                staging.write(output.path, data)
            result = staging.publish()
            _write_record(record, plan, staging.digests)
    return Summary(len(plan.outputs), len(missing), result.size, time.perf_counter() - started, result.changed)


def _record_path(root: Path, site: Path) -> Path:
    """Where the keys of the outputs in ``site`` are kept: each output folder has its own record."""
    name = hashlib.sha256(str(site.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return root / CACHE / f"{name}.json"


def _read_record(path: Path) -> dict[str, tuple[str, str]]:
    """Key and SHA-256 of each output of the last build, by path; empty when there is no record to trust."""
    try:
        data = json.loads(path.read_bytes())
        if data["version"] != __version__:
            return {}
        return {str(output): (str(key), str(digest)) for output, (key, digest) in data["outputs"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _write_record(path: Path, plan: Plan, digests: Mapping[str, str]) -> None:
    outputs = {output.path: (output.key, digests[output.path]) for output in plan.outputs.values()}
    new = path.with_suffix(".new")
    new.write_bytes(canonical_json({"version": __version__, "outputs": outputs}))
    new.replace(path)
