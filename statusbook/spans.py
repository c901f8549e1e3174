"""Inline patterns of Python-Markdown where ours differ: faster, sound among many marks, no link in a link."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import markdown
from markdown.inlinepatterns import (
    AutolinkInlineProcessor,
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


class Emphasis(DelimiterProcessor):
    """Python-Markdown's, which looks for the next mark character by character, and loses letters among many marks.

    Of ``*a**b*c`` it loses the ``c``, as it takes as many characters for the end of an emphasis as there are marks at
    its beginning. And where it has found several at one go it may mistake where the next begins, as the text has
    changed its length since.
    """

    text = ""  # in which the regions were found

    def handleMatch(self, m: Match, data: str) -> Result:  # type: ignore[override]  # noqa: N802 - theirs
        if not self.regions:
            self.text = data
        elif not self._goes_on(data):  # the inside of what was found: its marks are those that mean nothing
            return None, m.start(0), m.end(0)
        return super().handleMatch(m, data)

    def get_cached_result(self, pos: int, data: str) -> tuple[ElementTree.Element, int, int]:
        """The next emphasis of those that were found at one go. Since then only what is before it has changed."""
        start, _, _, end, *_ = self.regions[self.cache_index]
        shift = len(data) - len(self.text)
        element, count = self._build_element(data, self.cache_index, shift)  # type: ignore[attr-defined]
        self.increment_next_position(start, count)
        return element, start + shift, end + shift

    def _goes_on(self, data: str) -> bool:
        return data.endswith(self.text[self.regions[self.cache_index][0] :])

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
