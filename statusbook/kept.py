"""Results of pure functions, kept from one round of work to the next and, by the shelf, between builds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """Results by a key that stands for everything they were made of.

    A round begins with :meth:`begin` and ends with :meth:`end`, which forgets what the round did not ask for; a round
    that failed forgets nothing. ``load`` and ``load_later`` bring what earlier builds kept, most of it and the rest,
    when it is first asked for.
    """

    def __init__(self, load: Callable[[], dict[str, T]] = dict, load_later: Callable[[], dict[str, T]] = dict) -> None:
        self._load: tuple[Callable[[], dict[str, T]], ...] = (load, load_later)
        self._settled: frozenset[str] = frozenset()
        self._known: dict[str, T] = {}
        self._used: dict[str, T] = {}
        self._fresh: dict[str, T] = {}
        self.changed = False

    def begin(self) -> None:
        self._known, self._used = {**self.known, **self._used}, {}

    def end(self) -> None:
        self.changed = self.changed or self.known.keys() != self._used.keys()
        self._known = self._used

    def get(self, key: str, make: Callable[[], T]) -> T:
        """The result under ``key``, made if it is not known."""
        result = self.find(key)
        if result is None:
            result = make()
            self.learn({key: result})
            self._fresh[key] = result
        return result

    def find(self, key: str) -> T | None:
        """The result under ``key`` if it is known, from this round or one before."""
        result = self._used.get(key)
        if result is None:
            result = self.known.get(key)
            if result is not None:
                self._used[key] = result
        return result

    def learn(self, results: Mapping[str, T]) -> None:
        """Keep results that were made elsewhere."""
        self._used.update(results)
        self.changed = True

    def take_fresh(self) -> dict[str, T]:
        """The results that were made since this was last asked."""
        fresh, self._fresh = self._fresh, {}
        return fresh

    def let_go(self) -> None:
        """Hold nothing any more, as what there was is kept elsewhere by now and will not be asked for."""
        self._load, self._known, self._used, self._fresh = (), {}, {}, {}
        self.changed = False

    def all(self) -> dict[str, T]:
        """What there is to be kept for the next build: without the rest, if this one has asked for most."""
        return self._used if 2 * len(self._used) > len(self.known) else {**self.known, **self._used}

    def later(self) -> dict[str, T]:
        """Of :meth:`all`, what the first of the two loads did not bring."""
        return {key: result for key, result in self.all().items() if key not in self._settled}

    @property
    def known(self) -> dict[str, T]:
        if self._load:
            first, later = (load() for load in self._load)
            self._load, self._settled = (), frozenset(first)
            self._known = first | later
        return self._known
