"""What an experiment is: a table of cases, the calls of each, the origin's answers and what is read from the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lab.clients.protocol import Call, Result

from .origin import Answer, Request


@dataclass(frozen=True, slots=True)
class Case:
    """One question put to every client. ``facets`` say what is asked, the status code first: ``("301", "POST")``."""

    facets: tuple[str, ...]

    @property
    def key(self) -> str:
        """How the stored data calls it."""
        return " ".join(self.facets)

    @property
    def name(self) -> str:
        """How it is called in addresses and in calls."""
        return "-".join(self.facets).lower()

    @property
    def code(self) -> int:
        return int(self.facets[0])


@dataclass(frozen=True, slots=True)
class Cell:
    """What one client did in one case, in the words of the experiment, and the status or error it ended with."""

    seen: str
    end: str

    @classmethod
    def of(cls, seen: str, result: Result) -> Cell:
        return cls(seen, " ".join(filter(None, (str(result.status or ""), result.error))))


#: The origin's addresses by where they lie from the first one: ``same``, ``port`` (another port), ``host``.
Places = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Experiment:
    """``answer`` is given a request, the step it asks for and how often that was asked for before.

    ``see`` is given the requests of a case, each with its step, and the client's results.
    """

    name: str
    cases: Sequence[Case]
    calls: Callable[[Case, Places], Sequence[Call]]
    answer: Callable[[Case, str, Request, int, Places], Answer]
    see: Callable[[Case, Sequence[tuple[str, Request]], Sequence[Result]], Cell]
    #: Whether the standards allow what was seen, and the section that says so; None where they do not say.
    judge: Callable[[Case, Cell, bool], bool | None]
    rule: Callable[[Case], str]
