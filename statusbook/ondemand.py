"""A plan's outputs where few of them are wanted: each is looked up when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from .output import Output


class OnDemand(Mapping[str, Output]):
    """The outputs at ``paths``: those that are ``given``, and the others as ``find`` makes them up from their paths."""

    __slots__ = ("_find", "_known", "_paths")

    def __init__(self, paths: Collection[str], given: Mapping[str, Output], find: Callable[[str], Output]) -> None:
        self._paths, self._known, self._find = paths, dict(given), find

    def __getitem__(self, path: str) -> Output:
        if path not in self._paths:
            raise KeyError(path)
        output = self._known.get(path)
        if output is None:
            output = self._known[path] = self._find(path)
        return output

    def __contains__(self, path: object) -> bool:
        return path in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def paths(self) -> Collection[str]:
        """The paths, to be those of another plan."""
        return self._paths

    def replaced(self, new: Mapping[str, Output]) -> OnDemand:
        """The same with other outputs for some paths, and perhaps some more."""
        paths = self._paths if all(path in self._paths for path in new) else {*self._paths, *new}
        return OnDemand(paths, {**self._known, **new}, self._find)


def replaced(outputs: Mapping[str, Output], new: Mapping[str, Output]) -> Mapping[str, Output]:
    """``outputs`` with ``new`` ones in place of those at their paths, and none looked up for it."""
    return outputs.replaced(new) if isinstance(outputs, OnDemand) else {**outputs, **new}
