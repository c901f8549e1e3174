"""Inline patterns of Python-Markdown where ours differ: faster, sound among many marks, no link in a link."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import markdown
from markdown.inlinepatterns import (
    AutolinkInlineProcessor,
    BacktickInlineProcessor,
    Delimiter,
    DelimiterProcessor,
    LinkInlineProcessor,
)

#: What a pattern has found, and what it makes of it: an element or text for the characters from, to.
Match = re.Match[str]
Result = tuple[ElementTree.Element | str | None, int | None, int | None]

#: Where there are no links: the template makes links of headings.
LINKLESS = ("a", "h1", "h2", "h3", "h4", "h5", "h6")


class Links(LinkInlineProcessor):
    """Python-Markdown's, outside of what links already."""

    ANCESTOR_EXCLUDES = LINKLESS


class Autolinks(AutolinkInlineProcessor):
    """Python-Markdown's, outside of what links already."""

    ANCESTOR_EXCLUDES = LINKLESS


class CodeSpans(BacktickInlineProcessor):
    """Python-Markdown's, which looks for the end of a span character by character."""

    _TICKS = re.compile("`+")

    def find_code_spans(self, start: int, text: str) -> tuple[int, int | None]:  # type: ignore[override]
        begin = start
        while text.startswith("`", start):
            start += 1
        opening, longest, end = start - begin, 0, 0
        for ticks in self._TICKS.finditer(text, start):
            length = ticks.end() - ticks.start()
            if length == opening:
                return start, ticks.start()
            if length > longest:
                longest, end = length, ticks.end()
        if 0 < longest < opening:
            return begin + longest, end - longest
        return start, None


class Emphasis(DelimiterProcessor):
    """Python-Markdown's, which looks for the next mark character by character, and loses letters among many marks.

    Of ``*a**b*c`` it loses the ``c``, as it takes as many characters for the end of an emphasis as there are marks at
    its beginning; and where emphasis follows on emphasis in an unfinished one, it forgets that the text has shrunk.
    """

    text = ""  # the one at hand

    def handleMatch(self, m: Match, data: str) -> Result:  # type: ignore[override]  # noqa: N802 - theirs
        self.text = data
        found = super().handleMatch(m, data)
        self.reset()  # what it knows of the text behind this
        return found

    def add_region(self, delim: Delimiter, a: int, b: int, c: int, d: int, size: int) -> None:  # noqa: PLR0917 - theirs
        """Note emphasis from the marks in ``[a, b)`` to those in ``[c, d)``, if marks are all that stands there."""
        if size > 0 and not self.text[c:d].strip(delim.token):
            super().add_region(delim, a, b, c, d, size)

    def search(self, data: str, start: int) -> Match | None:
        for mark in self.compiled_re.finditer(data, start):
            delimiter = self.delimiters[mark[0]]
            match = delimiter.boundary.match(data, mark.start())
            if match and match.lastgroup and (delimiter.stack or match.lastgroup != "end"):
                return match
        return None


def emphasis(md: markdown.Markdown, processors: type[DelimiterProcessor] = Emphasis) -> DelimiterProcessor:
    """The pattern for ``*`` and ``_``, as Python-Markdown registers it."""
    processor = processors("*", "strong,em", md)
    processor.add("_", "strong,em", smart=True)
    return processor
