"""What the last build into a folder was made of, so that the next makes only what has changed.

A record is never trusted further than its digests reach: a damaged one, one of another version, or one that
does not fit the folder costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from . import generator
from .output import canonical_json, key_of
from .sources import Snapshot

FOLDER = ".cache"


@dataclass(frozen=True, slots=True)
class Record:
    """``state`` is the digest of all sources and options; ``outputs`` has key and SHA-256 of each file by path.

    ``stats`` has size (bytes) and modification time (ns) of each file of the site, manifest included.
    """

    state: str = ""
    size: int = 0
    outputs: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    stats: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def describes(self, site: Path) -> bool:
        """Whether ``site`` holds exactly the recorded files, untouched as far as size and time tell."""
        return bool(self.stats) and self.stats == stats_of(site)


def path_of(root: Path, site: Path) -> Path:
    """Where the record of ``site`` is kept: each output folder has its own."""
    name = hashlib.sha256(str(site.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return root / FOLDER / f"{name}.json"


def state_of(snapshot: Snapshot, *options: object) -> str:
    """A digest of everything that a build is made of. Problems of reading make it unique: they are never skipped."""
    sources = [(source.path, source.digest) for source in snapshot.values()]
    return key_of(generator.identity(), sources, options, snapshot.problems)


def stats_of(site: Path) -> dict[str, tuple[int, int]]:
    """Size and modification time of every file in ``site`` by path."""
    stats: dict[str, tuple[int, int]] = {}
    folders = [(str(site), "")]
    try:
        while folders:
            folder, prefix = folders.pop()
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append((entry.path, f"{prefix}{entry.name}/"))
                    else:
                        stat = entry.stat(follow_symlinks=False)
                        stats[prefix + entry.name] = (stat.st_size, stat.st_mtime_ns)
    except OSError:
        return {}
    return stats


def read(path: Path) -> Record:
    """The record at ``path``; an empty one when there is none to trust."""
    try:
        data = json.loads(path.read_bytes())
        outputs = {str(output): (str(key), str(digest)) for output, (key, digest) in data["outputs"].items()}
        stats = {str(name): (int(size), int(time)) for name, (size, time) in data["stats"].items()}
        return Record(str(data["state"]), int(data["size"]), outputs, stats)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Record()


def write(path: Path, record: Record) -> None:
    """Replace the record at ``path``."""
    data = {"state": record.state, "size": record.size, "outputs": record.outputs, "stats": record.stats}
    new = path.with_suffix(".new")
    new.write_bytes(canonical_json(data))
    new.replace(path)
