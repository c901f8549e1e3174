"""The files a site is made of, as they were read, and the rules that hold for any of them.

This is the pipeline's only reader of the disk; everything above works on a :class:`Snapshot`. A build does not hold
the texts of pages in memory: a :class:`Source` of them reads its bytes again, and they are what they were or nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .problems import BadInput, Problem

#: The folders and files that make a site, below the project's root.
FOLDERS = ("content", "templates", "static", "data", "lab/recipes", "lab/captures", "lab/measurements")
SETTINGS = "site.toml"

#: The folder of the pages, by far the most of a big book: what is in it need not be held in memory.
CONTENT = "content"

#: A source above this size (bytes) is refused: no page, template or image of a handbook needs it.
LARGEST = 1_000_000
#: Bytes that are asked for at first: nearly every source has less, and memory for the largest costs time.
_USUAL = 1 << 16

#: C0 and C1 controls but tab and newline, the bidirectional controls that can disguise a text, and half characters.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\]+")
#: A TOML file above this size (bytes) is refused, and so is a key of that many parts: Python's reader takes four times
#: as long for twice as many.
LARGEST_TOML, PARTS = 100_000, 16
_LONG_KEY = re.compile(rf"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{PARTS}}}""")
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)\Z")


class Changed(BadInput):
    """A source is not what it was when it was read first: somebody edited it while the site was being made."""

    @classmethod
    def of(cls, path: str) -> Changed:
        return cls([Problem(path, 0, 0, "was changed while the site was being made", "Build again.")])


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its path from the root with forward slashes, and the SHA-256 of its bytes.

    ``held`` has the bytes unless they are to be read from below ``root`` whenever they are asked for.
    """

    path: str
    digest: str
    held: bytes | None = field(compare=False, repr=False)
    root: str = field(default="", compare=False, repr=False)

    @classmethod
    def of(cls, path: str, data: bytes) -> Source:
        return cls(path, hashlib.sha256(data).hexdigest(), data)

    def let_go(self, root: str) -> Source:
        """The same file, its bytes to be found below ``root``."""
        return Source(self.path, self.digest, None, root)

    @property
    def data(self) -> bytes:
        """The file's bytes. Raises :class:`Changed` when they are not held and no longer on the disk."""
        if self.held is not None:
            return self.held
        try:
            data = _bytes_of(self.root, self.path)
        except OSError:
            raise Changed.of(self.path) from None
        if hashlib.sha256(data).hexdigest() != self.digest:
            raise Changed.of(self.path)
        return data


class Snapshot(Mapping[str, Source]):
    """All sources by path, in sorted order; never changed, only replaced."""

    __slots__ = ("_paths", "_sources", "problems")

    def __init__(self, sources: Iterable[Source], problems: Iterable[Problem] = ()) -> None:
        self._sources = {source.path: source for source in sorted(sources, key=lambda source: source.path)}
        self._paths = tuple(self._sources)
        self.problems = tuple(problems)

    def __getitem__(self, path: str) -> Source:
        return self._sources[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)

    def replaced(self, sources: Mapping[str, Source]) -> Snapshot:
        """The snapshot with other bytes for some of its paths."""
        snapshot = Snapshot((), self.problems)
        snapshot._sources, snapshot._paths = {**self._sources, **sources}, self._paths
        return snapshot

    def below(self, folder: str) -> Iterator[Source]:
        """The sources in ``folder`` and its subfolders."""
        first, last = (bisect_left(self._paths, folder + end) for end in ("/", "0"))  # 0 comes next to the slash
        return (self._sources[path] for path in self._paths[first:last])


def read_tree(root: Path, known: Snapshot | None = None, changed: Iterable[str] = (), *, hold: bool = True) -> Snapshot:
    """Read every source below ``root``.

    With ``known``, only the paths in ``changed`` are read again and the rest is taken over: what a
    watcher needs after one file was saved. Without ``hold``, pages stay on the disk and are read from there when they
    are asked for: for whoever needs them once and can begin anew when one of them has changed.
    """
    sources: dict[str, Source] = {}
    problems: list[Problem] = []
    again, place = set(changed), os.fspath(root)
    for path in _walk(root, problems):
        if known is not None and path in known and path not in again:
            sources[path] = known[path]
            continue
        source = _read(root, path, problems)
        if source is not None:
            sources[path] = source if hold or not path.startswith(f"{CONTENT}/") else source.let_go(place)
    return Snapshot(sources.values(), problems)


def reread(root: Path, known: Snapshot, changed: Iterable[str]) -> Snapshot | None:
    """``known`` with the ``changed`` files read again; None if any of them is new, gone or cannot be read."""
    sources: dict[str, Source] = {}
    problems: list[Problem] = []
    for path in changed:
        source = _read(root, path, problems) if path in known and not (root / path).is_symlink() else None
        if source is None or problems:
            return None
        sources[path] = source
    return known.replaced(sources)


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
        if not _is_utf8(entry.name):
            shown = os.fsencode(path).decode("utf-8", "backslashreplace")
            problems.append(Problem(shown, 0, 0, "has a name that is not UTF-8", "Rename it."))
        elif entry.is_symlink():
            problems.append(
                Problem(path, 0, 0, "is a symbolic link", "Put the file itself here: links are not followed.")
            )
        elif entry.is_dir():
            yield from _walk_folder(root, path, problems)
        elif entry.is_file():
            yield path


def _is_utf8(name: str) -> bool:
    """Whether a name from the file system has no surrogates in place of bytes."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _read(root: Path, path: str, problems: list[Problem]) -> Source | None:
    try:
        data = _bytes_of(os.fspath(root), path)
    except FileNotFoundError:  # removed since the folder was listed
        return None
    except OSError as error:
        problems.append(Problem(path, 0, 0, f"cannot be read: {error.strerror}"))
        return None
    if len(data) > LARGEST:
        problems.append(Problem(path, 0, 0, f"is larger than {LARGEST:,} bytes"))
        return None
    return Source.of(path, data)


def _bytes_of(root: str, path: str) -> bytes:
    """The bytes of a file, of one that is too large more than ``LARGEST``. Raises OSError when it cannot be read."""
    descriptor = os.open(f"{root}/{path}", os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_BINARY", 0))
    try:
        data = os.read(descriptor, _USUAL)
        while len(data) <= LARGEST and (more := os.read(descriptor, LARGEST)):
            data += more
        return data
    finally:
        os.close(descriptor)


# --- what holds for every file ----------------------------------------------------------------------


def decode(source: Source) -> tuple[str, list[Problem]]:
    """The file as text with ``\\n`` line ends, or the reasons why it is not text."""
    path, data = source.path, source.data
    if data.startswith(b"\xef\xbb\xbf"):
        return "", [Problem(path, 1, 1, "starts with a byte order mark", "Save the file as UTF-8 without BOM.")]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        start = data.rfind(b"\n", 0, error.start) + 1
        column = len(data[start : error.start].decode("utf-8", "replace")) + 1
        message = f"is not UTF-8: byte 0x{data[error.start]:02X}"
        return "", [Problem(path, line, column, message, "Save the file as UTF-8.")]
    text = text.replace("\r\n", "\n")
    problems = []
    for match in CONTROL.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        column = match.start() - (text.rfind("\n", 0, match.start()) + 1) + 1
        problems.append(Problem(path, line, column, f"holds {invisible(match)}", "Delete it."))
    return text, problems


def invisible(match: re.Match[str]) -> str:
    """What a writer is told of a match of ``CONTROL``."""
    return f"the invisible character U+{ord(match[0]):04X}"


def parse_toml(source: Source) -> tuple[dict[str, Any] | None, list[Problem]]:
    """The tables of a TOML file, or the reasons why it has none."""
    if len(source.data) > LARGEST_TOML:
        return None, [Problem(source.path, 0, 0, f"is larger than {LARGEST_TOML:,} bytes")]
    text, problems = decode(source)
    if long := _LONG_KEY.search(text):
        line, column = text.count("\n", 0, long.start()) + 1, long.start() - text.rfind("\n", 0, long.start())
        problems.append(Problem(source.path, line, column, f"has a key of more than {PARTS} parts"))
    if problems:
        return None, problems
    import tomllib  # noqa: PLC0415 - what was read is kept, so that most builds read no TOML

    try:
        return tomllib.loads(text), []
    except tomllib.TOMLDecodeError as error:
        match = _TOML_PLACE.search(str(error))
        line, column = (int(match[1]), int(match[2])) if match and match[1] else (text.count("\n") + 1, 1)
        message = f"is not valid TOML: {_TOML_PLACE.sub('', str(error))}"
        return None, [Problem(source.path, line, column, message)]
    except ValueError as error:  # a number of thousands of digits
        return None, [Problem(source.path, 0, 0, f"is not valid TOML: {str(error).partition(';')[0]}")]
    except RecursionError:
        return None, [Problem(source.path, 0, 0, "is not valid TOML: it is nested too deeply")]


def is_web_address(value: str) -> bool:
    """Whether a page may link to it: ``http:`` or ``https:`` with a host, and nothing that could be something else."""
    if not _ADDRESS.fullmatch(value) or CONTROL.search(value):
        return False
    try:
        parts = urlsplit(value)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:  # a bracket that never closes, a port that is no number
        return False
