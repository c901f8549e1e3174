"""Files of the cache, under a seal: what this account did not write itself is not read.

``.cache/`` lies among the sources, and git lets a commit put files over ignored ones. A contribution that carries
a forged cache could so have pages printed that no source says or, where a cache holds compiled code, run its own.
So every file of the cache begins with a code (HMAC-SHA-256, RFC 2104) under a key that is kept outside the project,
in the folder that the XDG Base Directory Specification names for such things. Without the key (a fresh machine, a
home that cannot be written) there is no cache: that costs time, nothing else.
"""

from __future__ import annotations

import contextlib
import functools
import hmac
import os
from collections.abc import Iterable
from pathlib import Path

#: Bytes of the key, and of the code in front of a file.
LENGTH = 32

#: Environment variables that name a folder of this account, and where below it caches are.
_FOLDERS = (("XDG_CACHE_HOME", ""), ("LOCALAPPDATA", ""), ("HOME", ".cache"), ("USERPROFILE", ".cache"))


def read(path: Path) -> bytes | None:
    """What :func:`write` put at ``path``; None for what it did not, and for nothing."""
    key = _key(_place())
    try:
        sealed = path.read_bytes() if key else b""
    except OSError:
        return None
    code, data = sealed[:LENGTH], sealed[LENGTH:]
    return data if key and hmac.compare_digest(code, _code(key, data)) else None


def write(path: Path, parts: Iterable[bytes]) -> None:
    """Replace the file at ``path`` by ``parts`` and make its folder; where that cannot be done, nothing is kept.

    Each part is written before the next is asked for: the whole need not be in memory. No symbolic link is followed: a
    contribution may have put one there to have us write elsewhere.
    """
    key = _key(_place())
    if key is None or path.parent.is_symlink():
        return
    new = _new(path)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        with new.open("xb") as file:
            code = hmac.new(key, digestmod="sha256")
            file.write(bytes(LENGTH))
            for part in parts:
                code.update(part)
                file.write(part)
            file.seek(0)
            file.write(code.digest())
        new.replace(path)


def tidy(path: Path) -> None:
    """Remove what a killed :func:`write` to ``path`` left."""
    if not path.parent.is_symlink():
        with contextlib.suppress(OSError):
            _new(path).unlink(missing_ok=True)


def _new(path: Path) -> Path:
    return path.with_name(f"{path.name}.new")


def _code(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")


def _place() -> Path | None:
    """The file of the key, outside every project."""
    for variable, below in _FOLDERS:
        folder = os.environ.get(variable, "")
        if os.path.isabs(folder):  # the specification has relative ones ignored
            return Path(folder, below, "statusbook", "key")
    return None


@functools.cache
def _key(place: Path | None) -> bytes | None:
    """The key at ``place``, made when there is none; None where it can be neither read nor made."""
    if place is None:
        return None
    with contextlib.suppress(OSError):
        if not place.exists():
            _make(place)
        key = place.read_bytes()
        return key if len(key) == LENGTH else None
    return None


def _make(place: Path) -> None:
    """Put a new key at ``place``, complete or not at all, for this account's eyes only.

    Of two processes that do so at once the later one wins; what the other seals will not be read.
    """
    import secrets  # noqa: PLC0415 - needed once in an account's life
    import tempfile  # noqa: PLC0415

    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, new = tempfile.mkstemp(dir=place.parent)
    with open(descriptor, "wb") as file:
        file.write(secrets.token_bytes(LENGTH))
    os.replace(new, place)
