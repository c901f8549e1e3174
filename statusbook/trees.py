"""What stands in a folder on the disk, all the way down."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Tree:
    """``files`` has size, times of modification and of change (ns), and inode of every file by its path.

    The time of modification can be put back after an edit; that of change cannot. A link is a file, whatever it
    leads to. ``folders`` has the paths of those that hold them.
    """

    files: dict[str, tuple[int, ...]] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)


def scan(folder: Path) -> Tree:
    """Everything below ``folder``. Raises OSError when any of it cannot be read."""
    tree = Tree()
    waiting = [(os.fspath(folder), "")]
    while waiting:
        place, prefix = waiting.pop()
        with os.scandir(place) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    tree.folders.add(prefix + entry.name)
                    waiting.append((entry.path, f"{prefix}{entry.name}/"))
                else:
                    stat = entry.stat(follow_symlinks=False)
                    tree.files[prefix + entry.name] = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
    return tree
