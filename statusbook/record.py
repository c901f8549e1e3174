"""What the last build into a folder was made of, so that the next makes only what has changed.

A record is never trusted further than its seal and its digests reach: one that somebody else wrote, a damaged one, one
of another version, or one that does not fit the folder costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from . import generator, seal, trees
from .output import Output, canonical_json, key_of
from .sources import Snapshot

FOLDER = ".cache"


class Entry(NamedTuple):
    """What an output was when it was made: its stamp, its key and the SHA-256 of its bytes."""

    stamp: str
    key: str
    digest: str

    def describes(self, output: Output) -> bool:
        """Whether ``output`` would come out as it did then. Asks for its key only if the stamp does not tell."""
        return bool(output.stamp and output.stamp == self.stamp) or output.key == self.key


@dataclass(frozen=True, slots=True)
class Record:
    """``state`` is the digest of all sources and options; ``outputs`` has every file by its path.

    ``stats`` has what :func:`stats_of` says of each file of the site, manifest included.
    """

    state: str = ""
    size: int = 0
    outputs: Mapping[str, Entry] = field(default_factory=dict)
    stats: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def describes(self, site: Path) -> bool:
        """Whether ``site`` holds exactly the recorded files, untouched as far as the file system tells."""
        return bool(self.stats) and self.stats == stats_of(site)

    def entry(self, output: Output, digest: str) -> Entry:
        """What to record of ``output``; its key is taken over where its stamp says that it is the same."""
        old = self.outputs.get(output.path)
        same = old is not None and bool(output.stamp) and output.stamp == old.stamp
        return Entry(output.stamp, old.key if old and same else output.key, digest)


def path_of(root: Path, site: Path) -> Path:
    """Where the record of ``site`` is kept: each output folder has its own."""
    name = hashlib.sha256(str(site.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return root / FOLDER / f"{name}.json"


def spare_of(place: Path) -> Path:
    """Where the site is kept that stood before the one whose record is at ``place``."""
    return place.with_suffix(".site")


def state_of(snapshot: Snapshot, *options: object) -> str:
    """A digest of everything that a build is made of. Problems of reading make it unique: they are never skipped."""
    sources = [(source.path, source.digest) for source in snapshot.values()]
    return key_of(generator.identity(), sources, options, snapshot.problems)


def stats_of(site: Path) -> dict[str, tuple[int, ...]]:
    """What :func:`trees.scan` says of every file in ``site``; nothing when it cannot be read."""
    try:
        return trees.scan(site).files
    except OSError:
        return {}


def read(path: Path) -> Record:
    """The record at ``path``; an empty one when there is none to trust."""
    try:
        data = json.loads(seal.read(path) or b"")
        outputs = {str(output): Entry(*map(str, entry)) for output, entry in data["outputs"].items()}
        stats = {str(name): tuple(map(int, stat)) for name, stat in data["stats"].items()}
        return Record(str(data["state"]), int(data["size"]), outputs, stats)
    except (ValueError, TypeError, KeyError, AttributeError):
        return Record()


def write(path: Path, record: Record) -> None:
    """Replace the record at ``path``; where it cannot be written, the next build has none."""
    data = {"state": record.state, "size": record.size, "outputs": record.outputs, "stats": record.stats}
    seal.write(path, canonical_json(data))
