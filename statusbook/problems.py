"""What is wrong with the input, and where.

Readers never raise for bad input. They collect :class:`Problem` values, so that one build reports
everything there is to mend.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

#: A reader that looks for the place of each problem in the whole file stops to report after this many: a file that was
#: made of nothing else would keep it busy for minutes.
ENOUGH = 50


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """One thing to mend in one place.

    ``line`` and ``column`` count from 1; 0 means the whole file. ``hint`` says what to write instead.
    """

    path: str
    line: int
    column: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        """The form editors and compilers agree on: ``path:line:column: message``."""
        place = self.path
        if self.line:
            place += f":{self.line}:{self.column or 1}"
        return f"{place}: {self.message}" + (f"\n    {self.hint}" if self.hint else "")


class BadInput(Exception):
    """The input cannot be built. Carries every problem found, sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[BadInput], tuple[tuple[Problem, ...]]]:
        """Worker processes hand it to their parent."""
        return type(self), (self.problems,)
