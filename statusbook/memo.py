"""What a plan remembers for the next: what was read, search terms, style sheets, compiled templates, code in colour."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from .extract import Extract
from .highlight import Runs
from .kept import Kept
from .library import Lab
from .pagefile import PageFile


@dataclass(frozen=True, slots=True)
class Memo:
    """Each kind of result by the name it is kept under. Whatever is in it, plans and pages come out the same."""

    files: Kept[PageFile] = field(default_factory=Kept)
    lab: Kept[Lab] = field(default_factory=Kept)
    facts: Kept[Any] = field(default_factory=Kept)
    sheets: Kept[str] = field(default_factory=Kept)
    extracts: Kept[Extract] = field(default_factory=Kept)
    templates: Kept[bytes] = field(default_factory=Kept)
    tokens: Kept[Runs] = field(default_factory=Kept)

    @classmethod
    def loading(cls, load: Callable[[str, bool], dict[str, Any]]) -> Memo:
        """A memo that has ``load`` bring what is kept under a name, the later part or the other, when asked for it."""
        return cls(*(Kept(partial(load, name, False), partial(load, name, True)) for name in cls.__slots__))

    def take_fresh(self) -> dict[str, dict[str, Any]]:
        """What was learned since this was last asked: what a process of its own has to tell the one of the plan."""
        return {name: fresh for name, kept in self.kept().items() if (fresh := kept.take_fresh())}

    def learn(self, fresh: Mapping[str, Mapping[str, Any]]) -> None:
        """Take over what :meth:`take_fresh` said in another process."""
        kept = self.kept()
        for name, results in fresh.items():
            kept[name].learn(results)

    def kept(self) -> dict[str, Kept[Any]]:
        return {name: getattr(self, name) for name in self.__slots__}
