"""Inline Markdown applied to a tree of blocks, trying only the patterns whose marks a text has.

Python-Markdown's own ``inline`` tree processor tries every pattern on every text. Most texts have no marks at all, and
the others one or two kinds, so most of its time goes into searches that cannot find anything. This one takes its place
under the same name, walks the tree in the same order and asks the same patterns; ``tests/test_markdown_speed.py``
holds both to the same tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from re import Match
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor, Pattern
from markdown.treeprocessors import Treeprocessor
from markdown.util import INLINE_PLACEHOLDER, INLINE_PLACEHOLDER_PREFIX, INLINE_PLACEHOLDER_RE, AtomicString

from .outline import has_any


@dataclass(frozen=True, slots=True)
class _Trial:
    """A pattern, by what it finds and makes of a match; what its matches begin with; the elements inside which it has
    no meaning."""

    find: Callable[[str, int], Iterator[Match[str]]]
    handle: Callable[[Match[str], str], tuple[Any, int | None, int | None]]
    marks: tuple[str, ...]
    excluded: frozenset[str]

    def first(self, text: str, start: int) -> int:
        """Where from ``start`` on the pattern may match first; a negative number if nowhere."""
        at = text.find(self.marks[0], start)
        for mark in self.marks[1:]:
            other = text.find(mark, start)
            at = other if at < 0 or 0 <= other < at else at
        while at > start and text[at - 1] == "\\":
            at -= 1
        return at


class Inlines(Treeprocessor):
    """The inline patterns of ``md``, tried where their marks are.

    ``marks`` has, by a pattern's name, the texts of which one is at the beginning of everything that the pattern
    matches, but for backslashes before it. What the patterns found is in ``stashed_nodes`` under the number in its
    placeholder, where links look for their parts.

    Raises ValueError when ``marks`` lacks a pattern or has one that ``md`` does not have.
    """

    def __init__(self, md: Markdown, marks: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__(md)
        names = sorted(marks, key=md.inlinePatterns.get_index_for_name)
        if len(names) != len(md.inlinePatterns):
            raise ValueError(f"{len(md.inlinePatterns)} inline patterns have {len(names)} sets of marks")
        self.trials = tuple(_trial(_modern(md.inlinePatterns[name]), marks[name]) for name in names)
        self.marks = tuple({mark for trial in self.trials for mark in trial.marks})
        self.stashed_nodes: dict[str, Element | str] = {}
        self.ancestors: list[str] = []

    def run(self, root: Element) -> None:
        self.stashed_nodes = {}
        waiting: list[tuple[Element, list[str]]] = [(root, [])]
        for element, above in waiting:  # grows as it goes
            self.ancestors = [*above, element.tag]
            waiting += self._children(element)

    def _children(self, parent: Element) -> list[tuple[Element, list[str]]]:
        """Replace the texts of the children of ``parent``. Returns the elements that have children to be visited."""
        visit: list[tuple[Element, list[str]]] = []
        made: list[tuple[Element, list[Element]]] = []
        ancestors = self.ancestors
        for i, child in enumerate(parent):  # those that a tail turns into join the loop
            text = child.text
            if text and not isinstance(text, AtomicString) and has_any(self.marks, text):
                ancestors.append(child.tag)
                child.text = None
                inner = self._placed(self._replaced(text), child)
                above = ancestors[:]
                visit += [(node, above) for node in inner]
                made.append((child, inner))
                ancestors.pop()
            if child.tail and has_any(self.marks, child.tail):
                tail, child.tail = self._replaced(child.tail), None
                parent[i + 1 : i + 1] = self._placed(tail, child, is_tail=True)
            if len(child):
                visit.append((child, ancestors[:]))
        for child, inner in made:
            child[0:0] = inner
        return visit

    # --- text to placeholders -----------------------------------------------------------------------

    def _replaced(self, text: str, first: int = 0) -> str:
        """``text`` with placeholders for what the patterns from number ``first`` on find in it."""
        if isinstance(text, AtomicString):
            return text
        for number, trial in enumerate(self.trials[first:], first):
            for mark in trial.marks:
                if mark in text:
                    if trial.excluded.isdisjoint(self.ancestors):
                        text = self._tried(trial, number, text)
                    break
        return text

    def _tried(self, trial: _Trial, number: int, text: str) -> str:
        find, handle, start = trial.find, trial.handle, 0
        while (at := trial.first(text, start)) >= 0:
            for match in find(text, at):
                node, begin, end = handle(match, text)
                if begin is not None and end is not None:
                    break
            else:
                return text
            if node is None:  # a mark that means nothing here
                start = end
                continue
            if not isinstance(node, str) and not isinstance(node.text, AtomicString):
                self._finish_node(node, number)
            key = f"{len(self.stashed_nodes):04}"
            placeholder: str = INLINE_PLACEHOLDER % key
            self.stashed_nodes[key] = node
            text = text[:begin] + placeholder + text[end:]
            start = begin + len(placeholder)
        return text

    def _finish_node(self, node: Element, number: int) -> None:
        """Apply the later patterns to the texts of a new element and its children."""
        for child in (node, *node):
            if child.text:
                self.ancestors.append(child.tag)
                child.text = self._replaced(child.text, number + 1)
                self.ancestors.pop()
            if child.tail:
                child.tail = self._replaced(child.tail, number)

    # --- placeholders to elements -------------------------------------------------------------------

    def _placed(self, text: str, parent: Element, *, is_tail: bool = False) -> list[Element]:
        """The elements that stand in ``text``, each with the text after it as its tail.

        What comes before the first becomes the text of ``parent``, or its tail.
        """
        nodes: list[Element] = []

        def add(part: str) -> None:
            if nodes:
                nodes[-1].tail = (nodes[-1].tail or "") + part
            elif is_tail:
                parent.tail = parent.tail + part if parent.tail else part
            else:
                parent.text = parent.text + part if parent.text else part

        start = 0
        at = text.find(INLINE_PLACEHOLDER_PREFIX)
        while at != -1:
            match = INLINE_PLACEHOLDER_RE.match(text, at)
            node = self.stashed_nodes.get(match[1]) if match else None
            if match is None or node is None:
                at = text.find(INLINE_PLACEHOLDER_PREFIX, at + 1)
                continue
            if at > start:
                add(text[start:at])
            start = match.end()
            if isinstance(node, str):
                add(node)
            else:
                self._place_in(node)
                nodes.append(node)
            at = text.find(INLINE_PLACEHOLDER_PREFIX, start)
        if start < len(text):
            add(text[start:] if start else text)
        return nodes

    def _place_in(self, node: Element) -> None:
        """Put the elements in the texts of ``node`` and of all below it in their places."""
        for child in (node, *node):
            tail, text = child.tail, child.text
            if tail and INLINE_PLACEHOLDER_PREFIX in tail:
                child.tail = None
                at = 0 if child is node else list(node).index(child) + 1
                node[at:at] = self._placed(tail, child, is_tail=True)
            if len(child) and child is not node:
                self._place_in(child)
            elif text and INLINE_PLACEHOLDER_PREFIX in text:
                child.text = None
                child[0:0] = self._placed(text, child)


def _modern(pattern: Pattern) -> InlineProcessor:
    assert isinstance(pattern, InlineProcessor)  # Python-Markdown has no others left
    return pattern


def _trial(pattern: InlineProcessor, marks: tuple[str, ...]) -> _Trial:
    excluded = frozenset(tag.lower() for tag in pattern.ANCESTOR_EXCLUDES)
    return _Trial(pattern.getCompiledRegExp().finditer, pattern.handleMatch, marks, excluded)
