"""The files a site is made of, read once into memory.

This is the pipeline's only reader of the disk; everything above works on a :class:`Snapshot`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .problems import Problem

#: The folders and files that make a site, below the project's root.
FOLDERS = ("content", "templates", "static", "data")
SETTINGS = "site.toml"

#: A source above this size (bytes) is refused: no page, template or image of a handbook needs it.
LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its path from the root with forward slashes, its bytes and their SHA-256."""

    path: str
    data: bytes
    digest: str

    @classmethod
    def of(cls, path: str, data: bytes) -> Source:
        return cls(path, data, hashlib.sha256(data).hexdigest())


class Snapshot(Mapping[str, Source]):
    """All sources by path, in sorted order; never changed, only replaced."""

    __slots__ = ("_sources", "problems")

    def __init__(self, sources: Iterable[Source], problems: Iterable[Problem] = ()) -> None:
        self._sources = {source.path: source for source in sorted(sources, key=lambda source: source.path)}
        self.problems = tuple(problems)

    def __getitem__(self, path: str) -> Source:
        return self._sources[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)

    def below(self, folder: str) -> Iterator[Source]:
        """The sources in ``folder`` and its subfolders."""
        prefix = folder + "/"
        return (source for path, source in self._sources.items() if path.startswith(prefix))


def read_tree(root: Path, known: Snapshot | None = None, changed: Iterable[str] = ()) -> Snapshot:
    """Read every source below ``root``.

    With ``known``, only the paths in ``changed`` are read again and the rest is taken over: what a
    watcher needs after one file was saved.
    """
    sources: dict[str, Source] = {}
    problems: list[Problem] = []
    again = set(changed)
    for path in _walk(root, problems):
        if known is not None and path in known and path not in again:
            sources[path] = known[path]
            continue
        source = _read(root, path, problems)
        if source is not None:
            sources[path] = source
    return Snapshot(sources.values(), problems)


def is_source_name(name: str) -> bool:
    """Whether a file of this name is a source; hidden files and editors' leftovers are not."""
    return not (name.startswith((".", "#")) or name.endswith(("~", ".swp", ".tmp", ".bak")))


def _walk(root: Path, problems: list[Problem]) -> Iterator[str]:
    if (root / SETTINGS).exists():
        yield SETTINGS
    for folder in FOLDERS:
        yield from _walk_folder(root, folder, problems)


def _walk_folder(root: Path, folder: str, problems: list[Problem]) -> Iterator[str]:
    try:
        entries = sorted(os.scandir(root / folder), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    except OSError as error:
        problems.append(Problem(folder, 0, 0, f"cannot be read: {error.strerror}"))
        return
    for entry in entries:
        if not is_source_name(entry.name) or entry.name == "__pycache__":
            continue
        path = f"{folder}/{entry.name}"
        if entry.is_symlink():
            problems.append(
                Problem(path, 0, 0, "is a symbolic link", "Put the file itself here: links are not followed.")
            )
        elif entry.is_dir():
            yield from _walk_folder(root, path, problems)
        elif entry.is_file():
            yield path


def _read(root: Path, path: str, problems: list[Problem]) -> Source | None:
    try:
        with open(root / path, "rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:  # removed since the folder was listed
        return None
    except OSError as error:
        problems.append(Problem(path, 0, 0, f"cannot be read: {error.strerror}"))
        return None
    if len(data) > LARGEST:
        problems.append(Problem(path, 0, 0, f"is larger than {LARGEST:,} bytes"))
        return None
    return Source.of(path, data)
