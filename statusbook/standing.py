"""The site as the last build left it, for as long as the sources are what that was made of.

``serve`` shows it while it plans: the first page of a big book need not wait until the whole book has been read. No
file is believed that has other bytes than the build's record says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from . import assets, policy, record, settings
from .problems import BadInput
from .record import Entry
from .sources import Snapshot

#: Where a build puts the site unless it is told otherwise, below the project's root.
SITE = "site"


@dataclass(frozen=True, slots=True)
class Standing:
    """A published site: its folder, what is on record of its files, and what a server has to know of it."""

    folder: Path
    outputs: Mapping[str, bytes]
    base_url: str
    headers: policy.Headers

    def read(self, path: str) -> bytes | None:
        """The bytes of an output; None when they are not those that were published."""
        try:
            data = (self.folder / path).read_bytes()
        except OSError:
            return None
        digest = Entry.unpacked(self.outputs[path]).digest
        return data if hashlib.sha256(data).hexdigest() == digest else None


def find(root: Path, snapshot: Snapshot, *, base_url: str | None, drafts: bool) -> Standing | None:
    """What a build of this ``snapshot`` with these options has left; None if it was not the last one."""
    known = record.read(record.path_of(root, root / SITE))
    if not known.outputs or known.state != record.state_of(snapshot, base_url, drafts):
        return None
    site, _ = settings.read(snapshot, base_url)
    try:
        headers = policy.headers(assets.Inside(snapshot).all())
    except BadInput:
        return None
    return Standing(root / SITE, known.outputs, site.base_url, headers) if site else None
