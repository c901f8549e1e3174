"""What a plan is made of: files still to be made, each with a key that stands for everything it is made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

Make = Callable[[], bytes]


class Output:
    """One file of the site.

    ``path`` is relative to the site's folder. ``key`` is the digest of everything that :meth:`make` depends on: equal
    keys mean equal bytes. Both are worked out when they are first asked for, so that a plan of many files costs
    little where few of them are wanted.
    """

    __slots__ = ("_prepare", "_ready", "path")

    def __init__(self, path: str, prepare: Callable[[], tuple[str, Make]]) -> None:
        self.path, self._prepare = path, prepare
        self._ready: tuple[str, Make] | None = None

    @classmethod
    def of(cls, path: str, key: str, make: Make) -> Output:
        """An output whose key is known already."""
        return cls(path, lambda: (key, make))

    @property
    def key(self) -> str:
        return self._get()[0]

    def make(self) -> bytes:
        """The file's bytes. Raises :class:`BadInput` when a template fails."""
        return self._get()[1]()

    def _get(self) -> tuple[str, Make]:
        if self._ready is None:
            self._ready = self._prepare()
        return self._ready


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
