"""Keys: digests that stand for everything a result is made of."""

from __future__ import annotations

import hashlib


def key_of(*parts: object) -> str:
    """A digest of ``parts`` by their ``repr``: strings, numbers, tuples and frozen dataclasses of them."""
    digest = hashlib.sha256()
    for part in parts:
        data = repr(part).encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()
