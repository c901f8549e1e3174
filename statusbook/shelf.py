"""Files as they were read by the last build, kept on the disk between builds.

The format is pickle with a checksum in front, loaded by an unpickler that knows nothing but the classes in
``ALLOWED``: a damaged or foreign file is an empty shelf, never a wrong page and never code.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import pickle
from pathlib import Path

from . import generator
from .pagefiles import Memo

NAME = "files.pickle"
_MAGIC = b"statusbook-files-1"
#: Bytes of the SHA-256 in front.
_CHECKSUM = 32

#: What a page file is made of, by module.
ALLOWED = {
    "statusbook.model": {
        "Body", "Cacheable", "Citation", "Heading", "Inclusion", "Kind", "Outline", "Reference", "Retry", "SectionRef",
        "Seen", "Sender", "Since", "Standing", "Text", "Trust",
    },
    "statusbook.pagefile": {"PageFile"},
    "statusbook.problems": {"Problem"},
    "datetime": {"date"},
}  # fmt: skip


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> object:
        if name in ALLOWED.get(module, ()):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} does not belong here")


def load(folder: Path) -> Memo:
    """The memo kept in ``folder``; an empty one when there is none to trust."""
    try:
        data = (folder / NAME).read_bytes()
        if data[:_CHECKSUM] != _checksum(data[_CHECKSUM:]):
            return Memo()
        known = _Unpickler(io.BytesIO(data[_CHECKSUM:])).load()
        return Memo(known) if isinstance(known, dict) else Memo()
    except Exception:  # whatever is wrong with a cache costs time only
        return Memo()


def save(folder: Path, memo: Memo) -> None:
    """Keep ``memo`` in ``folder``; where it cannot be written, the next build reads everything again."""
    data = pickle.dumps(memo.known, protocol=5)
    new = folder / f"{NAME}.new"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        new.write_bytes(_checksum(data) + data)
        new.replace(folder / NAME)


def _checksum(data: bytes) -> bytes:
    return hashlib.sha256(_MAGIC + generator.identity().encode() + data).digest()
