"""The lab's evidence put together: a recipe with the capture of its last run, by status code."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from . import captures, recipes
from .captures import Capture
from .problems import Problem
from .recipes import Recipe
from .sources import Snapshot


@dataclass(frozen=True, slots=True)
class Exhibit:
    """An exchange that happened: how it was brought about and what was seen."""

    recipe: Recipe
    capture: Capture


@dataclass(frozen=True)
class Exhibits:
    """What may be shown, by status code and in the order of the page; ``waiting`` has the recipes to be run (again).

    A capture of another state of its recipe is no evidence for it and is not shown.
    """

    by_code: Mapping[int, tuple[Exhibit, ...]] = field(default_factory=dict)
    waiting: tuple[Recipe, ...] = ()

    def of(self, codes: Collection[int]) -> Exhibits:
        """Those of ``codes`` only."""
        by_code = {code: exhibits for code, exhibits in self.by_code.items() if code in codes}
        return Exhibits(by_code, tuple(recipe for recipe in self.waiting if recipe.code in codes))

    def __iter__(self) -> Iterator[Exhibit]:
        return (exhibit for exhibits in self.by_code.values() for exhibit in exhibits)


def read(snapshot: Snapshot, languages: tuple[str, ...]) -> tuple[Exhibits, list[Problem]]:
    """Everything in ``lab/``, and what is wrong with the rest."""
    known, problems = recipes.read(snapshot, languages)
    kept, found = captures.read(snapshot)
    problems += found
    by_code: dict[int, list[Exhibit]] = {}
    waiting = []
    for recipe in sorted(known.values(), key=lambda recipe: (recipe.code, recipe.order, recipe.name)):
        capture = kept.get(recipe.name)
        if capture is not None and capture.digest == recipe.digest:
            by_code.setdefault(recipe.code, []).append(Exhibit(recipe, capture))
        else:
            waiting.append(recipe)
    problems += [
        Problem(f"{captures.FOLDER}/{name}.json", 0, 0, "has no recipe", "Delete it.")
        for name in sorted(kept.keys() - known.keys())
        if f"{recipes.FOLDER}/{name}.toml" not in snapshot
    ]
    return Exhibits({code: tuple(items) for code, items in by_code.items()}, tuple(waiting)), problems
