"""The open query set, and how well an engine answers it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Query:
    """What a person types into the search of a language, and the names of the pages that answer it."""

    kind: str
    language: str
    text: str
    answers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Score:
    """Shares of queries answered by the first result and by the first three; mean reciprocal rank of ten."""

    count: int
    first: float
    first_three: float
    mrr: float


def queries() -> Iterator[Query]:
    data = tomllib.loads((Path(__file__).parent / "queries.toml").read_text("utf-8"))
    for kind, languages in data.items():
        for language, items in languages.items():
            for text, answers in items:
                yield Query(kind, language, text, frozenset(answers.split()))


def score(asked: Sequence[Query], names: Callable[[Query], Sequence[str]]) -> Score:
    """Put ``asked`` to an engine; ``names`` returns the names of the pages found, best first."""
    ranks = [next((i for i, name in enumerate(names(q)[:10], 1) if name in q.answers), 0) for q in asked]
    count = len(ranks)
    return Score(
        count,
        sum(rank == 1 for rank in ranks) / count,
        sum(0 < rank <= 3 for rank in ranks) / count,
        sum(1 / rank for rank in ranks if rank) / count,
    )
