"""Which section of a page explains a symptom, so that who recognises an error message is led to its cause.

A section explains the messages that it quotes: a cause (``###``) before any other section, as it says how to mend it.
For what is told in other words the writer names the section: ``公司里所有人同时 429 {#shared-ip}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from .model import Heading, Symptom

#: Characters that make a quotation: of a symptom its beginning, of a section's code at least so many.
_START, _QUOTED = 30, 14
#: Symptoms stand below the first of these, so nothing is to be led to; the other says what no longer holds.
_UNFIT = ("causes", "history")
_TICKS = re.compile("`+")


def explained(
    symptoms: Iterable[Symptom], headings: Sequence[Heading], body: str, first_line: int
) -> tuple[Symptom, ...]:
    """``symptoms`` with the anchors of the sections of ``body`` that quote them, where they name none.

    ``headings`` are those of the body, which begins at ``first_line`` of its file.
    """
    lines, anchored = body.split("\n"), [heading for heading in headings if heading.anchor]
    bounds = pairwise([*(heading.line - first_line for heading in anchored), len(lines)])
    sections = [
        (heading.level, _Section(heading.anchor, "\n".join(lines[start:end])))
        for heading, (start, end) in zip(anchored, bounds, strict=True)
        if heading.anchor not in _UNFIT
    ]
    causes = [section for level, section in sections if level > 2]
    others = [section for level, section in sections if level == 2]

    def explained_one(symptom: Symptom) -> Symptom:
        message = _plain(symptom.text)
        beginning = _beginning(message, causes)
        cause = symptom.cause or beginning or _quoting(message, causes)
        cause = cause or _beginning(message, others) or _quoting(message, others)
        return Symptom(symptom.text, cause, bool(cause) and cause == beginning)

    return tuple(map(explained_one, symptoms))


class _Section:
    """A section by its anchor: its text and its quotations, as :func:`_plain` leaves them."""

    def __init__(self, anchor: str, source: str) -> None:
        self.anchor, self.text = anchor, _plain(source)
        lines = (line for code in _codes(source) for line in code.split("\n"))
        self.quotations = [text for text in map(_plain, lines) if len(text) >= _QUOTED]


def _codes(source: str) -> Iterator[str]:
    """What stands between as many backticks at its end as at its beginning: spans of code and, fenced, blocks of it."""
    runs = [(run.start(), run.end()) for run in _TICKS.finditer(source)]
    following: dict[int, int] = {}  # by the length of a run the next one of that length
    closing = [0] * len(runs)
    for number in range(len(runs) - 1, -1, -1):
        start, end = runs[number]
        closing[number] = following.get(end - start, 0)
        following[end - start] = number
    number = 0
    while number < len(runs):
        start, end = runs[number]
        last = 0 if source[start - 1 : start] == "\\" else closing[number]
        if last:
            yield source[end : runs[last][0]]
        number = max(number, last) + 1


def _beginning(message: str, sections: Sequence[_Section]) -> str:
    """The anchor of the first section that has the message's beginning."""
    return next((section.anchor for section in sections if message[:_START] in section.text), "")


def _quoting(message: str, sections: Sequence[_Section]) -> str:
    """The anchor of the section that quotes most of the message."""
    quoted = [(len(text), section.anchor) for section in sections for text in section.quotations if text in message]
    return max(quoted, key=lambda each: each[0], default=(0, ""))[1]


def _plain(text: str) -> str:
    """``text`` without what differs between a message and its quotation: case, quotes, marks."""
    return re.sub(r"\W+", " ", text).strip().lower()
