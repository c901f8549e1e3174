"""Two folders change places, so that there is no moment without a site."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from .target import mounted


def exchange(new: Path, old: Path) -> None:
    """Have two folders change places: in one step where the system can, else with two renames, of which the first is
    taken back if the second fails.

    Raises :class:`BadInput` for a mount point, OSError when nothing has changed place.
    """
    try:
        _swap(new, old)
    except OSError as error:
        if error.errno in (errno.EBUSY, errno.EXDEV):  # a mount within one file system does not look like one
            raise mounted(old) from error
        if error.errno not in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
            raise
        import shutil  # noqa: PLC0415 - hardly ever needed
        import tempfile  # noqa: PLC0415

        aside = Path(tempfile.mkdtemp(prefix=f".{old.name}.old-", dir=old.parent)) / "old"
        old.rename(aside)
        try:
            new.rename(old)
        except OSError:
            aside.rename(old)
            raise
        shutil.rmtree(aside.parent, ignore_errors=True)


def _swap(a: Path, b: Path) -> None:
    """Exchange two folders in one step. Raises OSError with ENOSYS where the system cannot."""
    import ctypes  # noqa: PLC0415

    try:
        libc = ctypes.CDLL(None, use_errno=True)
    except TypeError as error:  # Windows has no such thing as the program's own library
        raise OSError(errno.ENOSYS, "no exchange of folders here") from error
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
