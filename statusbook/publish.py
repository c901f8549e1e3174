"""Putting a finished site where the old one stands, in one step.

The new site is made complete in a folder beside the old one; then the two change places (:mod:`statusbook.exchange`).
On Linux and macOS that is one system call (``renameat2`` with ``RENAME_EXCHANGE``, ``renamex_np`` with
``RENAME_SWAP``). Elsewhere, and on file systems without it, the old folder is renamed away and the new one into its
place: between the two renames, a few microseconds, there is no site. A build that is killed just then is mended by the
next one.

A process that is killed cannot clean up, so every build begins by removing what killed ones left (:func:`tidy`).

After most edits nearly all files stay what they were. So the old site is not thrown away but put aside as a spare, and
the next build begins with it: what is in it under the inode of the standing site's file *is* that file, and needs no
folder made and no link. Everything else in it is removed first, so nothing in a spare is ever believed.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from . import trees
from .exchange import exchange
from .target import MANIFEST, check_foreign, manifest_of, published

if TYPE_CHECKING:
    import threading


def _files(folder: Path) -> set[str]:
    """Every file below ``folder`` by its path; a link is a file, whatever it leads to."""
    found: set[str] = set()
    waiting = [(os.fspath(folder), "")]
    while waiting:
        place, prefix = waiting.pop()
        with contextlib.suppress(OSError), os.scandir(place) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, f"{prefix}{entry.name}/"))
                else:
                    found.add(prefix + entry.name)
    return found


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a publication: bytes in the site, and whether anything changed.

    ``files`` has what :func:`trees.scan` says of the site where it is known. It is not where the old site goes: its
    files that are the new one's, too, change when they have one name less.
    """

    size: int
    changed: bool
    files: dict[str, trees.State] = field(default_factory=dict)


class Written(NamedTuple):
    """A file that has been written: the SHA-256 of its bytes and how many there are."""

    digest: str
    size: int


class Staging:
    """A site being made beside the one that stands.

    Use as a context manager: without :meth:`publish`, nothing of it remains. Only for who holds the lock of the site:
    what another build has half done beside it is taken for the leftovers of a killed one. ``spare`` is where the site
    that is replaced goes, and where the one that was replaced last is found. ``before`` is the state of the site's
    files as of the beginning, of a build that has looked already.
    """

    def __init__(self, site: Path, spare: Path | None = None, before: Mapping[str, trees.State] | None = None) -> None:
        self.site, self.spare = site, spare
        self.before: Mapping[str, trees.State] = before or {}
        self.digests: dict[str, str] = {}
        self.size = 0
        self._made: set[str] = set()  # the folders that are there
        self._came: set[str] = set()  # those that came with the spare
        self._here: dict[str, trees.State] = {}  # what came with the spare and is the site's own file
        self._published: Mapping[str, str] | None = None  # what the standing site's manifest says
        self._shared = 0  # how many files are the site's own
        self._removal: threading.Thread | None = None

    def __enter__(self) -> Staging:
        self.site.parent.mkdir(parents=True, exist_ok=True)
        if not self.before:
            with contextlib.suppress(OSError):
                self.before = trees.scan(self.site).files
        self._published = published(self.site)
        check_foreign(self.site, self.before, self._published or ())
        tidy(self.site)
        import tempfile  # noqa: PLC0415 - only a build with something to do pays for it

        self.folder = Path(tempfile.mkdtemp(prefix=f".{self.site.name}.new-", dir=self.site.parent))
        self._take_spare()
        self.folder.chmod(0o777 & ~_umask())
        return self

    def __exit__(self, *_: object) -> None:
        if self._removal:
            self._removal.join()
        else:
            self._remove()

    def _remove(self) -> None:
        _remove(self.folder)

    def _take_spare(self) -> None:
        """Begin with what the spare has of the site's own files, if there is a spare."""
        try:
            if self.spare is None or not _is_folder(self.spare):
                return
            self.spare.rename(self.folder)
        except OSError:
            return
        try:
            found = trees.scan(self.folder)
            self._here = {path: state for path, state in self.before.items() if found.files.get(path) == state}
            for path in found.files.keys() - self._here.keys():
                os.unlink(f"{self.folder}/{path}")
            self._came = found.folders
            self._made = set(found.folders)
        except OSError:  # whatever is wrong with it, it is only a spare
            self._here, self._came, self._made = {}, set(), set()
            self._remove()
            self.folder.mkdir()

    def _leave_spare(self) -> bool:
        """Put the folder, which is not the site, aside for the next build if that will find most of its files in it."""
        if self.spare is None or 2 * self._shared < len(self.digests):
            return False
        try:
            if _is_folder(self.spare):
                _remove(self.spare, quietly=False)
            if self.spare.parent.is_symlink():
                return False
            self.folder.rename(self.spare)
        except OSError:  # such as another file system
            return False
        return True

    def write(self, path: str, data: bytes) -> None:
        """Add a file. Raises OSError that names the file when the disk is full or refuses it."""
        self.count(path, self.put(path, data))

    def put(self, path: str, data: bytes) -> Written:
        """Write a file, which :meth:`count` then adds: a worker process can do the one, only this one the other."""
        target = self._place(path)
        try:
            if self._here.pop(path, None):
                target.unlink()  # to write into it would be to write into the site
            target.write_bytes(data)
        except OSError as error:  # of a write, the system does not say to which file
            raise OSError(error.errno, error.strerror, str(self.site / path)) from error
        return Written(hashlib.sha256(data).hexdigest(), len(data))

    def count(self, path: str, written: Written) -> None:
        """Add a file that was :meth:`put` where it belongs."""
        self._made.update(_folders(path))
        self._here.pop(path, None)  # another process may have put it
        self._count(path, *written)

    def keep(self, path: str, digest: str) -> bool:
        """Take a file over from the old site if it still has ``digest``."""
        old = self.site / path
        try:
            data = old.read_bytes()
            if hashlib.sha256(data).hexdigest() != digest or old.is_symlink():
                return False
            target = self._place(path)
            if path not in self._here:
                try:
                    os.link(old, target)
                except OSError:
                    target.write_bytes(data)
        except OSError:
            return False
        self._share(path, digest, len(data))
        return True

    def take(self, path: str, digest: str, size: int) -> bool:
        """Take a file over from the old site that is known to be untouched: to have ``digest`` and ``size`` (bytes)."""
        if path not in self._here:
            try:
                os.link(f"{self.site}/{path}", self._place(path), follow_symlinks=False)
            except OSError:
                return self.keep(path, digest)
        self._share(path, digest, size)
        return True

    def publish(self) -> Published:
        """Let the new site take the old one's place, unless they are the same."""
        self.write(MANIFEST, manifest_of(self.digests))
        self._drop_rest()
        files = self._complete()
        stands = _files(self.site)
        if self._same(stands):
            self._leave_spare()
            return Published(self.size, False)
        check_foreign(self.site, stands, self._published or ())  # somebody may have put one there in the meantime
        if self.site.exists():
            exchange(self.folder, self.site)  # the old site is now in our folder, which goes
            if not self._leave_spare():
                import threading  # noqa: PLC0415

                self._removal = threading.Thread(target=self._remove)
                self._removal.start()
                files = {}
        else:
            self.folder.rename(self.site)
        return Published(self.size, True, files)

    def _place(self, path: str) -> Path:
        """Where ``path`` goes, its folders made. The staging folder itself is not: if it is gone, all in it is."""
        for folder in _folders(path):
            if folder not in self._made:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(f"{self.folder}/{folder}")
                self._made.add(folder)
        return Path(f"{self.folder}/{path}")

    def _drop_rest(self) -> None:
        """Remove what came with the spare and is in the site no more."""
        for path in self._here.keys() - self.digests.keys():
            os.unlink(f"{self.folder}/{path}")
            del self._here[path]
        used = {folder for path in self.digests for folder in _folders(path)} if self._came else set()
        for folder in sorted(self._came - used, reverse=True):  # what is below a folder comes after it
            os.rmdir(f"{self.folder}/{folder}")

    def _share(self, path: str, digest: str, size: int) -> None:
        self._shared += 1
        self._count(path, digest, size)

    def _count(self, path: str, digest: str, size: int) -> None:
        if path != MANIFEST:
            self.digests[path] = digest
        self.size += size

    def _complete(self) -> dict[str, trees.State]:
        """The state of all that was added. Raises OSError unless it is still there: without a lock (Windows) another
        build may have removed it."""
        files = self._here
        try:
            for path in (*self.digests, MANIFEST):
                if path not in files:
                    files[path] = trees.state_of(os.lstat(f"{self.folder}/{path}"))
        except FileNotFoundError:
            raise OSError(errno.EBUSY, "was changed by another program", str(self.folder)) from None
        return files

    def _same(self, stands: set[str]) -> bool:
        if self._published != self.digests:
            return False
        return stands == {*self.digests, MANIFEST} and all(
            (self.site / path).samefile(self.folder / path) for path in self.digests
        )


def _folders(path: str) -> Iterator[str]:
    """The folders that ``path`` is in, from the outermost."""
    at = path.find("/")
    while at >= 0:
        yield path[:at]
        at = path.find("/", at + 1)


def tidy(site: Path) -> None:
    """Remove what killed builds left beside ``site``. Only for who holds its lock.

    Where folders cannot be exchanged, a build killed between its two renames has left the old site aside: it is
    put back.
    """
    old, new = f".{site.name}.old-", f".{site.name}.new-"
    names = sorted(os.listdir(site.parent)) if site.parent.is_dir() else []
    for left in (site.parent / name for name in names if name.startswith(old)):
        if not os.path.lexists(site) and published(left / "old") is not None:
            (left / "old").rename(site)
        _remove(left)
    for left in (site.parent / name for name in names if name.startswith(new)):
        _remove(left)


def _remove(folder: Path, *, quietly: bool = True) -> None:
    """Remove a folder with all that is in it. Raises OSError, unless ``quietly``, when something cannot be removed."""
    import shutil  # noqa: PLC0415 - only a build with something to do pays for it

    shutil.rmtree(folder, ignore_errors=quietly)


def _is_folder(path: Path) -> bool:
    """Whether ``path`` is a folder and no link, in a folder that is no link: no one else's place."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode) and not path.parent.is_symlink()
    except OSError:
        return False


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def lock_of(site: Path) -> Path:
    """The lock file of ``site``: beside it, because two clones of a project may share one output."""
    return site.parent / f".{site.name}.lock"


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file ``path``; waits while another build holds it. Without ``fcntl`` (Windows) there is no lock."""
    try:
        import fcntl  # noqa: PLC0415 - not everywhere
    except ImportError:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    # A lock of the process (POSIX), not of the open file (BSD): that one would be inherited by worker processes and
    # still be held by those that outlive a killed build. No link is followed: a contribution may have put one there.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    with open(descriptor, "rb+", buffering=0) as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):  # POSIX lets systems choose between the two
            print("waiting for another build to finish …", file=sys.stderr)  # noqa: T201
            fcntl.lockf(file, fcntl.LOCK_EX)
        yield
