"""Blocks of Markdown parsed by Python-Markdown's processors, each asked only about blocks it may have to do with.

Python-Markdown's own parser asks every processor about every block, and most look through all of it. Ours asks the
same processors in the same order, but first whether the block has what the processor looks for;
``tests/test_markdown_speed.py`` holds both to the same tree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from xml.etree.ElementTree import Element

from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockProcessor

#: Whether a block may be one for a processor: what it has in it then, or a function; for None, any may. A yes that
#: turns out wrong costs time only.
May = str | Callable[[str], object] | None


class Blocks(BlockParser):
    """The processors of ``parser``, in its place.

    ``needs`` has, by a processor's name, what holds for every block that the processor wants.
    Raises ValueError when it lacks a processor or has one that there is not.
    """

    def __init__(self, parser: BlockParser, needs: Mapping[str, May]) -> None:
        super().__init__(parser.md)
        self.blockprocessors = parser.blockprocessors
        names = sorted(needs, key=self.blockprocessors.get_index_for_name)
        if len(names) != len(self.blockprocessors):
            raise ValueError(f"{len(self.blockprocessors)} block processors have {len(names)} needs")
        self.trials = tuple(_trial(needs[name], self.blockprocessors[name]) for name in names)
        for processor in self.blockprocessors:
            processor.parser = self

    def parseBlocks(self, parent: Element, blocks: list[str]) -> None:  # noqa: N802 - theirs
        """Put the ``blocks``, which are used up, into ``parent``."""
        while blocks:
            block = blocks[0]
            for part, may, processor in self.trials:
                if part not in block or (may and not may(block)) or not processor.test(parent, block):
                    continue
                if processor.run(parent, blocks) is not False:  # None is a yes
                    break


def _trial(may: May, processor: BlockProcessor) -> tuple[str, Callable[[str], object] | None, BlockProcessor]:
    """What a block needs for the processor: a part, which is empty where any will do, and what a function says."""
    return (may, None, processor) if isinstance(may, str) else ("", may, processor)
