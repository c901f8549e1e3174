"""What the last build into a folder was made of, so that the next makes only what has changed.

A record is never trusted further than its seal and its digests reach: one that somebody else wrote, a damaged one, one
of another version, or one that does not fit the folder costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

from . import generator, seal, trees
from .keys import key_of
from .output import Output
from .sources import Snapshot

FOLDER = ".cache"
_FORMAT = "statusbook-record-1"
#: Characters of a SHA-256 in hexadecimal.
_DIGITS = 64
#: Files that are written as one, and bytes that say how long they are: the whole would be as large as the site's list.
_TOGETHER, _LENGTH = 256, 4


class Entry(NamedTuple):
    """What an output was when it was made: its stamp, its key and the SHA-256 of its bytes, in hexadecimal."""

    stamp: str
    key: str
    digest: str

    def packed(self) -> bytes:
        """The entry in a third of the memory: there are as many as files; :meth:`unpacked` is the way back."""
        return bytes.fromhex("".join(self))

    @classmethod
    def unpacked(cls, packed: bytes) -> Entry:
        digits = packed.hex()
        return cls(digits[: -2 * _DIGITS], digits[-2 * _DIGITS : -_DIGITS], digits[-_DIGITS:])

    def describes(self, output: Output) -> bool:
        """Whether ``output`` would come out as it did then. Asks for its key only if the stamp does not tell."""
        return bool(output.stamp and output.stamp == self.stamp) or output.key == self.key


@dataclass(frozen=True, slots=True)
class Record:
    """``state`` is the digest of all sources and options; ``outputs`` has the packed entry of every file by its path.

    ``stats`` has what :func:`stats_of` says of each file of the site, manifest included.
    """

    state: str = ""
    size: int = 0
    outputs: dict[str, bytes] = field(default_factory=dict)
    stats: dict[str, trees.State] = field(default_factory=dict)

    def of(self, path: str) -> Entry | None:
        """What is recorded of the output at ``path``."""
        packed = self.outputs.get(path)
        return Entry.unpacked(packed) if packed else None

    def describes(self, files: dict[str, trees.State]) -> bool:
        """Whether a site of ``files`` is exactly the recorded one, untouched as far as the file system tells."""
        return bool(self.stats) and self.stats == files

    def entry(self, output: Output, digest: str) -> bytes:
        """What to record of ``output``; its key is taken over where its stamp says that it is the same."""
        old = self.of(output.path)
        same = old is not None and bool(output.stamp) and output.stamp == old.stamp
        new = Entry(output.stamp, old.key if old and same else output.key, digest)
        return self.outputs[output.path] if new == old else new.packed()


def path_of(root: Path, site: Path) -> Path:
    """Where the record of ``site`` is kept: each output folder has its own."""
    name = hashlib.sha256(str(site.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return root / FOLDER / f"{name}.record"


def spare_of(place: Path) -> Path:
    """Where the site is kept that stood before the one whose record is at ``place``."""
    return place.with_suffix(".site")


def state_of(snapshot: Snapshot, *options: object) -> str:
    """A digest of everything that a build is made of. Problems of reading make it unique: they are never skipped."""
    sources = [(source.path, source.digest) for source in snapshot.values()]
    return key_of(generator.identity(), sources, options, snapshot.problems)


def stats_of(site: Path) -> dict[str, trees.State]:
    """What :func:`trees.scan` says of every file in ``site``; nothing when it cannot be read."""
    try:
        return trees.scan(site).files
    except OSError:
        return {}


def read(path: Path) -> Record:
    """The record at ``path``; an empty one when there is none to trust."""
    try:
        parts = _parts_of(seal.read(path) or b"")
        form, state, size = next(parts, ("", "", 0))
        if form != _FORMAT:
            return Record()
        known = Record(state, size, {}, {})
        for name, entry, stat in chain.from_iterable(parts):
            if entry:
                known.outputs[name] = entry
            if stat:
                known.stats[name] = stat
        return known
    except (ValueError, TypeError, EOFError):
        return Record()


def write(path: Path, record: Record) -> None:
    """Replace the record at ``path``; where it cannot be written, the next build has none."""
    seal.write(path, _parts(record))


def _parts(record: Record) -> Iterator[bytes]:
    """What is written: a head, then what is known of the files, so many at once, each behind its length."""
    names = iter({**record.outputs, **record.stats})
    yield _part((_FORMAT, record.state, record.size))
    while some := tuple(islice(names, _TOGETHER)):
        yield _part(tuple((name, record.outputs.get(name, b""), record.stats.get(name, b"")) for name in some))


def _part(value: Any) -> bytes:
    data = marshal.dumps(value)
    return len(data).to_bytes(_LENGTH, "little") + data


def _parts_of(data: bytes) -> Iterator[Any]:
    """The values of which :func:`_part` has made ``data``."""
    view, at = memoryview(data), 0
    while at < len(view):
        start = at + _LENGTH
        at = start + int.from_bytes(view[at:start], "little")
        yield marshal.loads(view[start:at])
