"""What builds learn, kept on the disk between them: one file for each part of the memo, read when it is asked for.

The format is pickle under a seal, loaded by an unpickler that knows nothing but the classes in ``ALLOWED``: a
damaged or foreign file is an empty shelf, never a wrong page and never code.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from . import generator, seal
from .kept import Kept
from .memo import Memo

_MAGIC = b"statusbook-shelf-4"
#: Results that are pickled as one: what they have in common is written once, and what a pickler has to remember of all
#: that it has met stays little.
_TOGETHER = 256

#: What the results are made of, by module.
ALLOWED = {
    "statusbook.model": {
        "Body", "Cacheable", "Citation", "Heading", "Inclusion", "Kind", "Language", "Outline", "Reference", "Retry",
        "SectionRef", "Seen", "Sender", "Settings", "Since", "Standing", "Symptom", "Text",
        "Trust",
    },
    "statusbook.captures": {"Capture", "LogLines", "Message", "SetUp"},
    "statusbook.exhibits": {"Exhibit", "Exhibits"},
    "statusbook.extract": {"Extract"},
    "statusbook.headerfields": {"HeaderField"},
    "statusbook.measurements": {"Cell", "Measurement", "Subject"},
    "statusbook.pagefile": {"PageFile"},
    "statusbook.problems": {"Problem"},
    "statusbook.recipes": {"Expectation", "Program", "Recipe"},
    "statusbook.strings": {"Catalogue"},
    "statusbook.tables": {"Constant", "RegistryEntry", "Tables"},
    "datetime": {"date"},
}  # fmt: skip


class _Pickler(pickle.Pickler):
    """Writes a dataclass as a call of it: that is read faster than the state of a frozen one with slots."""

    def reducer_override(self, value: object) -> Any:
        if is_dataclass(value) and not isinstance(value, type):
            return type(value), tuple(getattr(value, name) for name in _names(type(value)))
        return NotImplemented


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> object:
        if name in ALLOWED.get(module, ()):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} does not belong here")


#: What is learned after a file was written goes into another beside it, while that one has less than this share.
_SMALL = 0.25


def open_memo(folder: Path) -> Memo:
    """The memo kept in ``folder``."""
    return Memo.loading(lambda name, later: _load(place_of(folder, name, later=later)))


def save(folder: Path, memo: Memo) -> None:
    """Keep in ``folder`` what is new in ``memo``; where it cannot be written, the next build learns it again."""
    for name, kept in memo.kept().items():
        _save(folder, name, kept)


def save_files(folder: Path, memo: Memo) -> None:
    """Keep in ``folder`` what was read of pages, and hold it no longer: of a big book, that is much."""
    _save(folder, "files", memo.files)
    memo.files.let_go()


def _save(folder: Path, name: str, kept: Kept[Any]) -> None:
    if not kept.changed:
        seal.tidy(place_of(folder, name))
        seal.tidy(place_of(folder, name, later=True))
        return
    later, everything = kept.later(), kept.all()
    if len(later) < _SMALL * len(everything):
        _write(place_of(folder, name, later=True), later)
    else:
        _write(place_of(folder, name), everything)
        _write(place_of(folder, name, later=True), {})


def place_of(folder: Path, name: str, *, later: bool = False) -> Path:
    return folder / f"{name}{'.later' if later else ''}.pickle"


def _write(place: Path, results: Mapping[str, Any]) -> None:
    seal.write(place, _parts(results))


def _parts(results: Mapping[str, Any]) -> Iterator[bytes]:
    yield _head()
    items = iter(results.items())
    while some := dict(islice(items, _TOGETHER)):
        data = io.BytesIO()
        _Pickler(data, protocol=5).dump(some)
        yield data.getvalue()


def _load(place: Path) -> dict[str, Any]:
    """What is kept at ``place``; nothing when there is nothing to trust."""
    known: dict[str, Any] = {}
    try:
        data, head = seal.read(place), _head()
        if data is None or not data.startswith(head):
            return {}
        file = io.BytesIO(data)
        file.seek(len(head))
        while file.tell() < len(data):
            known.update(_Unpickler(file).load())
        return known
    except Exception:  # whatever is wrong with a cache costs time only
        return {}


def _head() -> bytes:
    """What a file begins with: whose format it is, of which generator."""
    return _MAGIC + generator.identity().encode()
