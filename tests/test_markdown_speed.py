"""What stands for parts of Python-Markdown because it is faster makes of every text what those parts make of it."""

from __future__ import annotations

import functools
import re
from xml.etree.ElementTree import Element

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from markdown.blockparser import BlockParser
from markdown.extensions.admonition import AdmonitionProcessor
from markdown.inlinepatterns import DelimiterProcessor
from markdown.serializers import to_html_string
from markdown.treeprocessors import InlineProcessor, PrettifyTreeprocessor, Treeprocessor, UnescapeTreeprocessor

from statusbook import dialect, outline, pipeline, spans
from statusbook.dialect import Engine
from statusbook.model import Link, Surroundings
from statusbook.printer import LONG_CODE
from statusbook.sources import read_tree

from .book import ROOT

LINKS = {("404", ""): Link("../404/", "404", "ref c4", "未找到"), ("4xx", ""): Link("../4xx/", "4xx", "ref c4", "")}
AROUND = Surroundings(LINKS, {"g/f.svg": "<svg></svg>", "g/s.py": "print(1)"}, "表格", "zh-CN")


class Finish(Treeprocessor):
    """What the printer puts right, done to the tree after Python-Markdown's own steps."""

    def run(self, root: Element) -> None:
        for parent in list(root.iter()):
            for i, element in enumerate(parent):
                if element.tag == "table":
                    attributes = {"class": "table", "role": "group", "tabindex": "0", "aria-label": AROUND.table_label}
                    parent[i] = box = Element("div", attributes)
                    box.tail, element.tail = element.tail, None
                    box.append(element)
                elif element.tag in ("th", "td"):
                    self.cell(element)
                elif element.tag == "code" and len(element.text or "") > LONG_CODE:
                    element.set("class", "long")
                elif element.tag == "a" and not (
                    element.get("class") or outline.SAFE_URL.match(element.get("href", ""))
                ):
                    element.attrib.clear()
                elif element.tag == "tbody":
                    for first in (row[0] for row in element if len(row) > 1):
                        first.tag = "th"
                        first.set("scope", "row")

    @staticmethod
    def cell(cell: Element) -> None:
        align = cell.attrib.pop("style", "").removeprefix("text-align: ").rstrip(";")
        if align:
            cell.set("class", align)
        if cell.tag == "th" and not (cell.text or len(cell)):
            cell.tag = "td"
            cell.attrib.pop("scope", None)
        elif cell.tag == "th":
            cell.set("scope", cell.get("scope", "col"))


class SoundEmphasis(spans.Emphasis):
    """Python-Markdown's emphasis, but for what our tests of any text would find wrong with it."""

    search = DelimiterProcessor.search


@functools.cache
def slow(emphasis: type[DelimiterProcessor] = DelimiterProcessor) -> Engine:
    """The dialect with Python-Markdown's own block parser, patterns, tree processors and serializer."""
    engine = dialect._engine.__wrapped__()
    parser = BlockParser(engine)
    parser.blockprocessors = engine.parser.blockprocessors
    for processor in parser.blockprocessors:
        processor.parser = parser
        if isinstance(processor, AdmonitionProcessor):
            processor.test = functools.partial(AdmonitionProcessor.test, processor)  # type: ignore[method-assign]
    engine.parser = parser
    engine.inlinePatterns.register(spans.emphasis(engine, emphasis), "em_strong", 60)
    engine.treeprocessors.register(InlineProcessor(engine), "inline", 20)
    engine.treeprocessors.register(PrettifyTreeprocessor(engine), "prettify", 10)
    engine.treeprocessors.register(UnescapeTreeprocessor(engine), "unescape", 0)
    engine.treeprocessors.register(Finish(engine), "finish", -10)
    engine.serializer = to_html_string
    engine.stripTopLevelTags = True
    engine.surroundings = AROUND
    return engine


def both(text: str, emphasis: type[DelimiterProcessor] = DelimiterProcessor) -> tuple[str, str]:
    fast = dialect.engine_for(AROUND)
    return fast.reset().convert(text), slow(emphasis).reset().convert(text)


def test_every_text_of_the_handbook_comes_out_the_same() -> None:
    """With few links known, so that references come out as links and as text."""
    book = pipeline.plan(read_tree(ROOT)).library
    texts = [text for page in book.pages.values() for text in page.texts.values()]
    sections = [section for text in texts for section in re.split(r"(?m)^(?=## )", book.body(text)) if section.strip()]
    assert len(sections) > 1000
    different = [section for section in sections if len(set(both(section))) > 1]
    assert different == []


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "a **b *c `d` e* f** g",
        "*a **b*** __c__ _d_ snake_case_word",
        "`` a`b `` and `c\\`",
        "\\*not\\* \\\\ \\[[404]] \\`",
        "[[404]] [[404|**bold** label]] [[nothing]] [[404#x]]",
        "RFC 9110 §15.5.5 and RFC 7231 附录 B",
        '[text](https://example.org "t") [bad](javascript:x) [**b** `c`](#a) <https://example.org/?a=1&b=2>',
        "two  \nlines &amp; &copy; & < > \" '",
        "### Title `code` [[404]] {#anchor}",
        "| a | b |\n|:--|--:|\n| `x|y` | **z** [[404]] |\n|  | [l](https://example.org) |",
        "| | b |\n|---|---|\n| 1 | 2 |",
        "- a\n- b `c`\n\n    d **e**\n\n        deep\n1. x\n2. y",
        "> quoted *text* [[404]]\n> more\n\n---\n\nafter",
        '!!! note "A *title*"\n\n    Text [[404]].\n\n    - list',
        "```http\nHTTP/1.1 200 OK\n```\n\n[[figure:g/f.svg|图]]\n\n[[file:g/s.py]]",
        "[a [[404]] b](https://example.org)",
        "**RFC 9110 [[404]] `a`**, *[x](#y)*",
        "`a very long piece of inline code that may break`",
    ],
)
def test_every_construct_comes_out_the_same(text: str) -> None:
    fast, reference = both(text)
    assert fast == reference


_PIECES = ["a", "字", " ", "\n", "\n\n", "*", "**", "_", "`", "``", "\\", "[", "]", "(", ")", "[[404]]", "[[4xx|x]]",
           "[[", "<", ">", "&", "&amp;", "RFC 9110", " §15.1", "https://e.org", "<https://e.org>", "  \n", "- ", "1. ",
           "> ", "| ", "|---|\n", "#", "### ", "{#a}", "    ", "!", '"', "'", "~", "```\n", "![", "](#x)",
           '!!! note "t"\n', "---", "* * *", "_ _", "#### x", "a | b\n"]  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=30).map("".join))
@settings(max_examples=600, deadline=None)
def test_any_text_comes_out_the_same(text: str) -> None:
    fast, reference = both(text, SoundEmphasis)
    assume("klzzwxh" not in reference)  # Python-Markdown puts nothing in its place where emphasis is nested three deep
    assert fast == reference


@given(st.lists(st.sampled_from(["*", "**", "***", "_", "a", "b", "`c`", " ", ". "]), max_size=14).map("".join))
@settings(max_examples=600, deadline=None)
def test_no_letter_is_lost_among_marks(text: str) -> None:
    """As Python-Markdown 3.11 loses the last letter of ``*a**b*c``."""
    html = dialect.engine_for(AROUND).reset().convert(f"x{text}y")
    assert re.sub("[^a-z]", "", re.sub("<.*?>", "", html)) == re.sub("[^a-z]", "", f"x{text}y")
