"""What stands in a folder on the disk, all the way down."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import NamedTuple

#: Size, times of modification and of change (ns), and inode of a file, packed: there are as many as files, several
#: times over. The time of modification can be put back after an edit; that of change cannot.
State = bytes
_STATE = struct.Struct("<qqqQ")
_INODES = (1 << 64) - 1


class Tree(NamedTuple):
    """The state of every file by its path, and the paths of the folders that hold them.

    A link is a file, whatever it leads to.
    """

    files: dict[str, State]
    folders: set[str]


def state_of(stat: os.stat_result) -> State:
    return _STATE.pack(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino & _INODES)


def size_of(state: State) -> int:
    """The size in bytes of a file in ``state``."""
    size: int = _STATE.unpack(state)[0]
    return size


def scan(folder: Path) -> Tree:
    """Everything below ``folder``. Raises OSError when any of it cannot be read."""
    tree = Tree({}, set())
    waiting = [(os.fspath(folder), "")]
    while waiting:
        place, prefix = waiting.pop()
        with os.scandir(place) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    tree.folders.add(prefix + entry.name)
                    waiting.append((entry.path, f"{prefix}{entry.name}/"))
                else:
                    tree.files[prefix + entry.name] = state_of(entry.stat(follow_symlinks=False))
    return tree
