"""The Markdown dialect: Python-Markdown with only the parts it has, and the directives Markdown lacks.

Raw HTML, images, reference links and indented code have no processors here, so they come out as the text
they are; :mod:`statusbook.outline` reports them with their line before it comes to that.
"""

from __future__ import annotations

import functools
import re
from html import escape
from xml.etree import ElementTree

import markdown
from markdown.blockprocessors import HashHeaderProcessor
from markdown.extensions.admonition import AdmonitionProcessor
from markdown.extensions.tables import TableExtension
from markdown.inlinepatterns import AUTOLINK_RE, LINK_RE, InlineProcessor
from markdown.preprocessors import Preprocessor

from . import outline
from .blocks import Blocks, May
from .highlight import EXTENSIONS, highlight
from .inlines import Inlines
from .model import NO_LINKS, FieldLinks, SectionRef, Surroundings
from .printer import html_of
from .spans import LINKLESS, Autolinks, Links, Match, Result, emphasis


class Engine(markdown.Markdown):
    """Python-Markdown with the dialect's processors, and the surroundings of the page at hand."""

    surroundings: Surroundings
    section = ""  # the title of the section at hand

    def reset(self) -> Engine:
        super().reset()
        return self


def engine_for(around: Surroundings) -> Engine:
    """The engine, set to render a text with these surroundings."""
    engine = _engine()
    engine.surroundings = around
    return engine


@functools.cache
def _engine() -> Engine:
    engine = Engine(extensions=[TableExtension()], output_format="html")
    engine.ESCAPED_CHARS.append("<")
    for name in ("normalize_whitespace", "html_block"):
        engine.preprocessors.deregister(name)
    engine.preprocessors.register(_Lines(engine), "statusbook-lines", 30)
    for name in ("code", "setextheader", "reference"):
        engine.parser.blockprocessors.deregister(name)
    engine.parser.blockprocessors.register(_Headings(engine.parser), "hashheader", 70)
    engine.parser.blockprocessors.register(_Callouts(engine.parser), "admonition", 105)
    engine.parser = Blocks(engine.parser, NEEDS)
    for name in (
        "reference",
        "image_link",
        "image_reference",
        "short_reference",
        "short_image_ref",
        "automail",
        "html",
    ):
        engine.inlinePatterns.deregister(name)
    engine.inlinePatterns.register(_References(outline.REFERENCE, engine), "statusbook-reference", 187)
    engine.inlinePatterns.register(_Inclusions(outline.INCLUSION, engine), "statusbook-inclusion", 186)
    engine.inlinePatterns.register(_Measured(outline.MEASURED, engine), "statusbook-measured", 184)
    engine.inlinePatterns.register(_Figures(outline.FIGURE, engine), "statusbook-figure", 185)
    engine.inlinePatterns.register(emphasis(engine), "em_strong", 60)
    engine.inlinePatterns.register(Links(LINK_RE, engine), "link", 160)
    engine.inlinePatterns.register(Autolinks(AUTOLINK_RE, engine), "autolink", 120)
    engine.inlinePatterns.register(_Citations(outline.CITATION, engine), "statusbook-citation", 100)
    engine.treeprocessors.register(Inlines(engine, MARKS), "inline", 20)
    for name in ("prettify", "unescape"):
        engine.treeprocessors.deregister(name)
    engine.serializer = lambda root: html_of(root, engine.surroundings.table_label, engine.section)
    engine.stripTopLevelTags = False  # they are not printed
    return engine


_RULE = re.compile(r"([-*_]) {0,2}\1 {0,2}\1")


def _may_have_rule(block: str) -> object:
    """Whether a line may be a rule; a block of one line, as most are, begins with it."""
    return ("\n" in block or block.lstrip(" ").startswith(("-", "*", "_"))) and _RULE.search(block)


#: What a block must have for a block processor to want it, by the processor's name.
NEEDS: dict[str, May] = {
    "admonition": None,  # asks by itself
    "empty": None,
    "indent": "    ",
    "table": "|",
    "hashheader": "#",
    "hr": _may_have_rule,
    "olist": ".",
    "ulist": None,
    "quote": ">",
    "paragraph": None,
}

#: What an inline pattern's match begins with, if not with backslashes before it, by the pattern's name.
MARKS: dict[str, tuple[str, ...]] = {
    "backtick": ("`",),
    "statusbook-reference": ("[[",),
    "statusbook-inclusion": ("[[file:",),
    "statusbook-figure": ("[[figure:",),
    "statusbook-measured": ("[[measured:",),
    "escape": ("\\",),
    "link": ("[",),
    "autolink": ("<",),
    "linebreak": ("  \n",),
    "statusbook-citation": ("RFC ",),
    "entity": ("&",),
    "em_strong": ("*", "_"),
}


def code_block(code: str, language: str, fields: FieldLinks = NO_LINKS) -> str:
    """A code block; ``language`` is what follows the fence, ``fields`` is where header fields are explained."""
    known = outline.LANGUAGE.match(language) and language not in ("", "text")
    attribute = f' class="language-{language}"' if known else ""
    return f"<pre><code{attribute}>{highlight(_MARKS.sub('', code), language, fields)}\n</code></pre>"


class _Lines(Preprocessor):
    """Fenced code, cut by the same rule as the outline reads it, and the text around it with its white space evened.

    One step, not two: Python-Markdown's own expands the tabs of code before it and the marks of stored code after it.
    """

    md: Engine

    def run(self, lines: list[str]) -> list[str]:
        result: list[str] = []
        for segment in outline.segments(_MARKS.sub("", "\n".join(lines))):
            if segment.fence and segment.closed:
                margin = " " * segment.indent
                code = "\n".join(line.removeprefix(margin) for line in segment.lines)
                result += ["", margin + self.md.htmlStash.store(self._block(code, segment.language)), ""]
            else:
                text = [segment.info] * bool(segment.fence) + list(segment.lines)
                text = [line.expandtabs(self.md.tab_length) if "\t" in line else line for line in text]
                result += [line if line.strip(" ") else "" for line in text]
        return [*result, "", ""]

    def _block(self, code: str, language: str) -> str:
        return code_block(code, language, self.md.surroundings.fields)


#: What Python-Markdown marks its placeholders with, and the carriage returns of other systems.
_MARKS = re.compile(f"[{markdown.util.STX}{markdown.util.ETX}\r]")


_INDENT = " " * outline.LIST_INDENT


class _Headings(HashHeaderProcessor):
    """``### Title {#anchor}``, in the first column only: in lists, quotations and callouts a # is text."""

    _ATTRIBUTE = re.compile(r"\s*\{#([a-z0-9-]+)\}\s*\Z")

    def test(self, parent: ElementTree.Element, block: str) -> bool:
        return parent is self.parser.root and super().test(parent, block)

    def run(self, parent: ElementTree.Element, blocks: list[str]) -> None:
        before = len(parent)
        super().run(parent, blocks)
        for element in parent[before:]:
            if re.fullmatch(r"h[1-6]", element.tag) and element.text:
                match = self._ATTRIBUTE.search(element.text)
                if match:
                    element.set("id", match[1])
                    element.text = element.text[: match.start()]


class _Callouts(AdmonitionProcessor):
    """``!!! note "Title"``, by the same rule as the outline reads it."""

    RE = re.compile(rf"(?:^|\n){outline.CALLOUT}(?:\n|$)")

    def test(self, parent: ElementTree.Element, block: str) -> bool:
        # What belongs to a callout is indented; Python-Markdown looks whether there is one before it looks at that.
        return ("!!!" in block or block.startswith(_INDENT)) and super().test(parent, block)


class _Inline(InlineProcessor):
    ANCESTOR_EXCLUDES = LINKLESS

    md: Engine

    def handleMatch(self, m: Match, data: str) -> Result:  # type: ignore[override]  # noqa: N802 - theirs
        before = data[: m.start(0)]
        if (len(before) - len(before.rstrip("\\"))) % 2:  # \[[404]] is text
            return None, None, None
        element = self.make(m)
        return (None, None, None) if element is None else (element, m.start(0), m.end(0))

    def make(self, match: Match) -> ElementTree.Element | str | None:
        raise NotImplementedError


class _References(_Inline):
    def make(self, match: Match) -> ElementTree.Element | str | None:
        link = self.md.surroundings.links.get((match[1], match[2] or ""))
        if link is None:
            return None
        label = (match[3] or "").strip()
        classes = link.classes if label in ("", link.text) else link.classes.split()[0]  # only a number looks like one
        element = ElementTree.Element("a", {"class": classes, "href": link.href})
        if link.title:
            element.set("title", link.title)
        element.text = label or markdown.util.AtomicString(link.text)
        return element


class _Citations(_Inline):
    def make(self, match: Match) -> ElementTree.Element | str | None:
        ref = SectionRef(int(match[1]), match[2] or "")
        element = ElementTree.Element("a", {"class": "rfc", "href": ref.url})
        element.text = markdown.util.AtomicString(match[0])
        return element


class _Inclusions(_Inline):
    def make(self, match: Match) -> ElementTree.Element | str | None:
        code = self.md.surroundings.files.get(match[1])
        if code is None:
            return None
        name = match[1].rpartition("/")[2]
        block = code_block(code.rstrip("\n"), EXTENSIONS.get(name.rpartition(".")[2], ""))
        caption = f"<figcaption><code>{escape(name)}</code></figcaption>"
        return self.md.htmlStash.store(f'<figure class="file">{caption}{block}</figure>')


class _Figures(_Inline):
    def make(self, match: Match) -> ElementTree.Element | str | None:
        drawing = self.md.surroundings.files.get(match[1])
        if drawing is None:
            return None
        label = f'<svg role="img" aria-label="{escape(match[2].strip())}"'
        return self.md.htmlStash.store(f'<figure class="diagram">{drawing.replace("<svg", label, 1)}</figure>')


class _Measured(_Inline):
    def make(self, match: Match) -> ElementTree.Element | str | None:
        tables = self.md.surroundings.files.get(match[1])
        return None if tables is None else self.md.htmlStash.store(f'<div class="measured">{tables}</div>')
