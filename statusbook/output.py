"""What a plan is made of: files still to be made, each with a key that stands for everything it is made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Output:
    """One file of the site.

    ``path`` is relative to the site's folder. ``key`` is the digest of everything that ``make`` depends on:
    equal keys mean equal bytes.
    """

    path: str
    key: str
    make: Callable[[], bytes]


def key_of(*parts: object) -> str:
    """A digest of ``parts`` by their ``repr``: strings, numbers, tuples and frozen dataclasses of them."""
    digest = hashlib.sha256()
    for part in parts:
        data = repr(part).encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()


def canonical_json(value: object) -> bytes:
    """JSON with nothing left to chance, one line, UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n"
