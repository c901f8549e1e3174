"""Putting a finished site where the old one stands, in one step.

The new site is made complete in a folder beside the old one; then the two change places. On Linux and macOS
that is one system call (``renameat2`` with ``RENAME_EXCHANGE``, ``renamex_np`` with ``RENAME_SWAP``). Elsewhere, and
on file systems without it, the old folder is renamed away and the new one into its place: between the two
renames, a few microseconds, there is no site.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .output import canonical_json
from .problems import BadInput, Problem

#: Published with the site: the SHA-256 of every other file. It also marks the folder as one we made.
MANIFEST = "manifest.json"
_FORMAT = "statusbook-manifest-1"


def manifest_of(digests: Mapping[str, str]) -> bytes:
    return canonical_json({"format": _FORMAT, "sha256": dict(sorted(digests.items()))})


def published(site: Path) -> dict[str, str]:
    """The SHA-256 of each file that stands in ``site`` by its manifest; empty when there is none."""
    try:
        data = json.loads((site / MANIFEST).read_bytes())
        files = data["sha256"] if data["format"] == _FORMAT else {}
        return {str(path): str(digest) for path, digest in files.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def check_target(site: Path, root: Path) -> None:
    """Refuse to replace a folder that is not ours to replace.

    Raises :class:`BadInput` for the project itself, a folder above it, one of its source folders, a file, or a
    folder that holds something else than a site made by this program.
    """
    target, project = site.resolve(), root.resolve()
    if target == project or target in project.parents:
        raise BadInput(
            [
                Problem(
                    str(site),
                    0,
                    0,
                    "holds the project and cannot be the output",
                    "Name a folder of its own: --output site",
                )
            ]
        )
    if target.parent == project and target.name in (
        "content",
        "templates",
        "static",
        "data",
        "statusbook",
        "tests",
        "lab",
        ".git",
    ):
        raise BadInput(
            [Problem(str(site), 0, 0, "is a folder of sources and cannot be the output", "Name another: --output site")]
        )
    if site.is_symlink() or (site.exists() and not site.is_dir()):
        raise BadInput([Problem(str(site), 0, 0, "is not a folder", "Name another: --output site")])
    if site.is_dir() and any(site.iterdir()) and not (site / MANIFEST).is_file():
        hint = "Name an empty folder, or delete this one yourself."
        raise BadInput([Problem(str(site), 0, 0, "holds files that this program did not make", hint)])


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a publication: bytes in the site, and whether anything changed."""

    size: int
    changed: bool


class Staging:
    """A site being made beside the one that stands.

    Use as a context manager: without :meth:`publish`, nothing of it remains.
    """

    def __init__(self, site: Path) -> None:
        self.site = site
        self.digests: dict[str, str] = {}
        self.size = 0

    def __enter__(self) -> Staging:
        self.site.parent.mkdir(parents=True, exist_ok=True)
        for left in self.site.parent.glob(f".{self.site.name}.new-*"):
            shutil.rmtree(left, ignore_errors=True)
        self.folder = Path(tempfile.mkdtemp(prefix=f".{self.site.name}.new-", dir=self.site.parent))
        self.folder.chmod(0o777 & ~_umask())
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, path: str, data: bytes) -> None:
        """Add a file."""
        target = self._place(path)
        target.write_bytes(data)
        self._count(path, hashlib.sha256(data).hexdigest(), len(data))

    def keep(self, path: str, digest: str) -> bool:
        """Take a file over from the old site if it still has ``digest``."""
        old = self.site / path
        try:
            data = old.read_bytes()
            if hashlib.sha256(data).hexdigest() != digest or old.is_symlink():
                return False
            target = self._place(path)
            try:
                os.link(old, target)
            except OSError:
                target.write_bytes(data)
        except OSError:
            return False
        self._count(path, digest, len(data))
        return True

    def publish(self) -> Published:
        """Let the new site take the old one's place, unless they are the same."""
        self.write(MANIFEST, manifest_of(self.digests))
        if self._same():
            return Published(self.size, False)
        if self.site.exists():
            _exchange(self.folder, self.site)  # the old site is now in our folder, which __exit__ removes
        else:
            self.folder.rename(self.site)
        return Published(self.size, True)

    def _place(self, path: str) -> Path:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def _count(self, path: str, digest: str, size: int) -> None:
        if path != MANIFEST:
            self.digests[path] = digest
        self.size += size

    def _same(self) -> bool:
        if published(self.site) != self.digests:
            return False
        standing = {
            (Path(folder) / name).relative_to(self.site).as_posix()
            for folder, _, names in os.walk(self.site)
            for name in names
        }
        return standing == {*self.digests, MANIFEST} and all(
            (self.site / path).samefile(self.folder / path) for path in self.digests
        )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file ``path``; waits while another build holds it. Without ``fcntl`` (Windows) there is no lock."""
    try:
        import fcntl  # noqa: PLC0415 - not everywhere
    except ImportError:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting for another build to finish …", file=sys.stderr)  # noqa: T201
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _exchange(new: Path, old: Path) -> None:
    try:
        _swap(new, old)
    except OSError as error:
        if error.errno not in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
            raise
        aside = Path(tempfile.mkdtemp(prefix=f".{old.name}.new-", dir=old.parent)) / "old"
        old.rename(aside)
        try:
            new.rename(old)
        except OSError:
            aside.rename(old)
            raise
        shutil.rmtree(aside.parent, ignore_errors=True)


def _swap(a: Path, b: Path) -> None:
    """Exchange two folders in one step. Raises OSError with ENOSYS where the system cannot."""
    libc = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(a), os.fsencode(b)
    at_cwd, rename_exchange, rename_swap = -100, 2, 2
    if hasattr(libc, "renameat2"):
        status = libc.renameat2(at_cwd, first, at_cwd, second, rename_exchange)
    elif hasattr(libc, "renamex_np"):
        status = libc.renamex_np(first, second, rename_swap)
    else:
        raise OSError(errno.ENOSYS, "no exchange of folders here")
    if status:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), str(b))
