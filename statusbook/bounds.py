"""How much of a text is read: what reads Markdown compares the places of a paragraph with each other.

Without bounds, a file made to keep it busy takes hours for what takes a page of the handbook milliseconds. The longest
line, paragraph and table of the handbook have 700 characters, 3,000 characters and 44 lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .problems import Problem

#: Characters of a line, characters of a paragraph (a table is one, too), lines of a paragraph.
LONGEST_LINE, LONGEST_PARAGRAPH, MOST_LINES = 2_000, 8_000, 300
#: How many lists, quotations and callouts, or pairs of brackets, may stand in each other.
DEEPEST = 8
#: Spaces that make a block part of a list item.
LIST_INDENT = 4

_BEFORE_TEXT = re.compile(r"[\s\-*+>.\d]*")
_MARKER = re.compile(r"[-*+>](?=\s|>|\Z)|\d\.")


def exceeded(path: str, paragraph: Sequence[tuple[int, str]]) -> Problem | None:
    """Why the ``paragraph`` (numbers and texts of its lines) of the file ``path`` is not to be read, if so."""
    hint = "Put a blank line where a thought ends."
    for number, line in paragraph:
        if len(line) > LONGEST_LINE:
            return Problem(path, number, 1, f"is a line of {len(line):,} characters", hint)
        if _depth(line) > DEEPEST:
            return Problem(path, number, 1, "is nested too deeply", f"Lists in lists, {DEEPEST} at most.")
    number, size = paragraph[0][0], sum(len(line) for _, line in paragraph)
    if size > LONGEST_PARAGRAPH or len(paragraph) > MOST_LINES:
        return Problem(path, number, 1, f"is a paragraph of {size:,} characters on {len(paragraph)} lines", hint)
    return None


def _depth(line: str) -> int:
    """Lists and quotations that the beginning of ``line`` may open or continue."""
    before = _BEFORE_TEXT.match(line)
    if not before or not before[0]:  # most lines are plain text
        return 0
    return (len(line) - len(line.lstrip(" \t"))) // LIST_INDENT + len(_MARKER.findall(before[0]))
