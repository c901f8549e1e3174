"""What a plan is made of: files still to be made, each with a key that stands for everything it is made of."""

from __future__ import annotations

import json
from collections.abc import Callable

from .keys import key_of

__all__ = ["Make", "Output", "canonical_json", "key_of"]

Make = Callable[[], bytes]


class Output:
    """One file of the site.

    ``path`` is relative to the site's folder. ``key`` is the digest of everything that :meth:`make` depends on: equal
    keys mean equal bytes. Both are worked out when they are first asked for, so that a plan of many files costs
    little where few of them are wanted. ``stamp``, where there is one, is known from the start: equal stamps mean equal
    keys, though different ones do not mean different keys. There are many outputs with a stamp, and what each is made
    of is large, but soon worked out again: it is not kept from the question for the key to that for the bytes.
    ``share`` prepares what many outputs have in common, before processes are forked to make them. With ``here`` the
    output is made in the process of the plan, which remembers what it learns by making it. ``prepare``, which says what
    the key is and how to make the file, is called with ``about``: many outputs share the one, each has only the other.
    """

    __slots__ = ("_about", "_key", "_make", "_prepare", "here", "path", "share", "stamp")

    def __init__(
        self,
        path: str,
        prepare: Callable[..., tuple[str, Make]],
        *about: object,
        stamp: str = "",
        share: Callable[[], None] | None = None,
        here: bool = False,
    ) -> None:
        self.path, self._prepare, self._about = path, prepare, about
        self.stamp, self.share, self.here = stamp, share, here
        self._key = ""
        self._make: Make | None = None

    @classmethod
    def of(cls, path: str, key: str, make: Make) -> Output:
        """An output whose key is known already."""
        return cls(path, lambda: (key, make))

    @property
    def key(self) -> str:
        if not self._key:
            self._key, make = self._prepare(*self._about)
            self._make = None if self.stamp else make
        return self._key

    def make(self) -> bytes:
        """The file's bytes. Raises :class:`BadInput` when a template fails."""
        make, self._make = self._make, None
        if make is None:
            self._key, make = self._prepare(*self._about)
        return make()

    def made_elsewhere(self, key: str) -> None:
        """Learn the key from a process that has worked it out."""
        self._key = key


def canonical_json(value: object) -> bytes:
    """JSON with nothing left to chance, one line, UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n"
