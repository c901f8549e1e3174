"""Which folder a build may replace: one that a build has made, and nothing of which belongs to somebody else."""

from __future__ import annotations

import json
import os
from collections.abc import Container, Iterable, Mapping
from pathlib import Path

from .output import canonical_json
from .problems import BadInput, Problem
from .sources import FOLDERS

#: Published with the site: the SHA-256 of every other file. It also marks the folder as one we made.
MANIFEST = "manifest.json"
_FORMAT = "statusbook-manifest-1"
#: Nothing in these folders of a project is ever replaced.
_SOURCES = (*FOLDERS, "statusbook", "tests", "lab", ".git")
#: Files that file managers make in any folder that is looked at.
_LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
#: How many files of somebody else a problem names.
_NAMED = 3


def manifest_of(digests: Mapping[str, str]) -> bytes:
    """The manifest of a site, from the SHA-256 of each other file, in hexadecimal, by its path."""
    return canonical_json({"format": _FORMAT, "sha256": dict(sorted(digests.items()))})


def published(site: Path) -> dict[str, str] | None:
    """The SHA-256 of each file that stands in ``site`` by its manifest; None when it has none of ours."""
    try:
        data = json.loads((site / MANIFEST).read_bytes())
        if data["format"] != _FORMAT:
            return None
        return {str(path): str(digest) for path, digest in data["sha256"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def check_target(site: Path, root: Path) -> Path:
    """Refuse to replace a folder that is not ours to replace. Returns the folder, with links followed.

    Raises :class:`BadInput` for the project itself, a folder above it, anything in its folders of sources, a file,
    a mount point, or a folder that holds something else than a site made by this program.
    """
    target, project = Path(os.path.realpath(site)), root.resolve()
    if target == project or target in project.parents:
        raise refused(site, "holds the project and cannot be the output", "Name a folder of its own: --output site")
    for folder in _SOURCES:
        if target.is_relative_to((project / folder).resolve()):
            what = "is a folder of sources" if target.parent == project else f"is in {folder}, a folder of sources,"
            raise refused(site, f"{what} and cannot be the output", "Name another: --output site")
    if os.path.lexists(target) and not target.is_dir():
        raise refused(site, "is not a folder", "Name another: --output site")
    if os.path.ismount(target):
        raise mounted(site)
    if target.is_dir() and any(target.iterdir()) and published(target) is None:
        hint = "Name an empty folder, or delete this one yourself."
        raise refused(site, "holds files that this program did not make", hint)
    return target


def check_foreign(site: Path, files: Iterable[str], ours: Container[str]) -> None:
    """Refuse to replace a site to whose ``files`` somebody has added some, such as a ``.git``: they would be lost.

    Those that the manifest names are ``ours`` whatever their bytes are. What file managers leave behind may go.
    """
    others = (path for path in files if path not in ours and path != MANIFEST)
    foreign = sorted(path for path in others if path.rpartition("/")[2] not in _LITTER)
    if foreign:
        more = f" and {len(foreign) - _NAMED} more" if len(foreign) > _NAMED else ""
        message = f"holds files that this program did not make: {', '.join(foreign[:_NAMED])}{more}"
        hint = "A build replaces the whole folder: move them out of it, or to static/ if they belong to the site."
        raise refused(site, message, hint)


def refused(site: Path, message: str, hint: str) -> BadInput:
    """The problem of a folder that is not replaced."""
    return BadInput([Problem(str(site), 0, 0, message, hint)])


def mounted(site: Path) -> BadInput:
    """The problem of a mount point."""
    hint = f"Name a folder in it: --output {site / 'site'}"
    return refused(site, "is a mount point, which cannot change places with another folder", hint)
