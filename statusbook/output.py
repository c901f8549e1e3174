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
    keys, though different ones do not mean different keys. ``share`` prepares what many outputs have in common, before
    processes are forked to make them. With ``here`` the output is made in the process of the plan, which remembers
    what it learns by making it.
    """

    __slots__ = ("_prepare", "_ready", "here", "path", "share", "stamp")

    def __init__(
        self,
        path: str,
        prepare: Callable[[], tuple[str, Make]],
        *,
        stamp: str = "",
        share: Callable[[], None] | None = None,
        here: bool = False,
    ) -> None:
        self.path, self._prepare = path, prepare
        self.stamp, self.share, self.here = stamp, share, here
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


def canonical_json(value: object) -> bytes:
    """JSON with nothing left to chance, one line, UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n"
