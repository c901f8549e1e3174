"""Markdown to HTML: Python-Markdown with only the parts our dialect has, and the directives it lacks.

Raw HTML, images, reference links and indented code have no processors here, so they come out as the text
they are; :mod:`statusbook.outline` reports them with their line before it comes to that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from xml.etree import ElementTree

import markdown
from markdown.blockprocessors import HashHeaderProcessor
from markdown.extensions.admonition import AdmonitionExtension
from markdown.extensions.tables import TableExtension
from markdown.inlinepatterns import InlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from . import outline
from .model import Link, SectionRef, Text


@dataclass(frozen=True, slots=True)
class Section:
    """A ``##`` section: anchor, heading and the text below it, both as HTML."""

    anchor: str
    title: str
    html: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page's text: what stands before the first ``##``, and the sections."""

    lead: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the text needs to know of the book around it.

    ``links`` answers ``(target, fragment)`` of a reference; ``files`` holds the texts of included files, diagrams
    as cleaned markup;
    ``table_label`` names a scrolling table to a screen reader; ``language`` is the page's BCP 47 tag.
    """

    links: Mapping[tuple[str, str], Link]
    files: Mapping[str, str]
    table_label: str
    language: str


def render(text: Text, around: Surroundings) -> Rendered:
    """Turn a page's text into HTML."""
    engine = _engine()
    engine.surroundings = around
    lines = text.body.split("\n")
    cuts = [heading for heading in text.outline.headings if heading.level == 2]
    starts = [heading.line - text.line for heading in cuts] + [len(lines)]
    sections = tuple(
        Section(heading.anchor, _inline(engine, heading.title), _convert(engine, "\n".join(lines[start + 1 : end])))
        for heading, start, end in zip(cuts, starts, starts[1:], strict=False)
    )
    return Rendered(_convert(engine, "\n".join(lines[: starts[0]])), sections)


def _inline(engine: Engine, source: str) -> str:
    if not re.search(r"[`*\[\\&<]", source):
        return _mark_foreign(escape(source, quote=False), engine.surroundings.language)
    return _convert(engine, source).removeprefix("<p>").removesuffix("</p>")


def _convert(engine: Engine, source: str) -> str:
    if not source.strip():
        return ""
    html = engine.reset().convert(source)
    return _mark_foreign(html, engine.surroundings.language)


# --- text in another language ----------------------------------------------------------------------

_TAG = re.compile(r"(<[^<>]*>)")
#: At least two Latin words with small letters in a row, in a Chinese page: a phrase, not a name.
_LATIN = re.compile(r"[A-Z]?[a-z'’]+(?:[ -][A-Z]?[a-z'’]+)+")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+(?:[\u3000-\u303f\uff00-\uffef“”‘’]*[\u3400-\u9fff\uf900-\ufaff]+)*")


def _mark_foreign(html: str, language: str) -> str:
    """Wrap phrases of the other language in ``<span lang>`` (WCAG 2.2, 3.1.2 Language of Parts)."""
    pattern, tag = (_LATIN, "en") if language.startswith("zh") else (_HAN, "zh-CN")
    if not pattern.search(html):
        return html
    parts = _TAG.split(html)
    code = 0
    for i, part in enumerate(parts):
        if i % 2:
            if part.startswith(("<code", "<pre")):
                code += 1
            elif part.startswith(("</code", "</pre")):
                code -= 1
        elif not code:
            parts[i] = pattern.sub(lambda match: f'<span lang="{tag}">{match[0]}</span>', part)
    return "".join(parts)


# --- the engine -------------------------------------------------------------------------------------


class Engine(markdown.Markdown):
    """Python-Markdown with the dialect's processors, and the surroundings of the page at hand."""

    surroundings: Surroundings

    def reset(self) -> Engine:
        super().reset()
        return self


_cached: list[Engine] = []


def _engine() -> Engine:
    if not _cached:
        engine = Engine(extensions=[TableExtension(), AdmonitionExtension()], output_format="html")
        engine.preprocessors.deregister("html_block")
        engine.preprocessors.register(_Fences(engine), "statusbook-fences", 25)
        for name in ("code", "setextheader", "reference"):
            engine.parser.blockprocessors.deregister(name)
        engine.parser.blockprocessors.register(_Headings(engine.parser), "hashheader", 70)
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
        engine.inlinePatterns.register(_Figures(outline.FIGURE, engine), "statusbook-figure", 185)
        engine.inlinePatterns.register(_Citations(outline.CITATION, engine), "statusbook-citation", 100)
        engine.treeprocessors.register(_Finish(engine), "statusbook-finish", -10)
        _cached.append(engine)
    return _cached[0]


def code_block(code: str, language: str) -> str:
    """A code block; ``language`` is what follows the fence."""
    known = outline.LANGUAGE.match(language) and language not in ("", "text")
    attribute = f' class="language-{language}"' if known else ""
    return f"<pre><code{attribute}>{escape(code, quote=False)}\n</code></pre>"


class _Fences(Preprocessor):
    """Fenced code, cut by the same rule as the outline reads it."""

    def run(self, lines: list[str]) -> list[str]:
        result: list[str] = []
        for segment in outline.segments("\n".join(lines)):
            if segment.fence and segment.closed:
                html = code_block("\n".join(segment.lines), segment.language)
                result += ["", self.md.htmlStash.store(html), ""]
            else:
                result += [segment.info] * bool(segment.fence) + list(segment.lines)
        return result


class _Headings(HashHeaderProcessor):
    """``### Title {#anchor}``."""

    _ATTRIBUTE = re.compile(r"\s*\{#([a-z0-9-]+)\}\s*\Z")

    def run(self, parent: ElementTree.Element, blocks: list[str]) -> None:
        before = len(parent)
        super().run(parent, blocks)
        for element in parent[before:]:
            if re.fullmatch(r"h[1-6]", element.tag) and element.text:
                match = self._ATTRIBUTE.search(element.text)
                if match:
                    element.set("id", match[1])
                    element.text = element.text[: match.start()]


_Match = re.Match[str]
_Result = tuple[ElementTree.Element | str | None, int | None, int | None]


class _Inline(InlineProcessor):
    ANCESTOR_EXCLUDES = ("a",)

    md: Engine

    def handleMatch(self, m: _Match, data: str) -> _Result:  # type: ignore[override]  # noqa: N802 - theirs
        element = self.make(m)
        return (None, None, None) if element is None else (element, m.start(0), m.end(0))

    def make(self, match: _Match) -> ElementTree.Element | str | None:
        raise NotImplementedError


class _References(_Inline):
    def make(self, match: _Match) -> ElementTree.Element | str | None:
        link = self.md.surroundings.links.get((match[1], match[2] or ""))
        if link is None:
            return None
        element = ElementTree.Element("a", {"class": link.classes, "href": link.href})
        if link.title:
            element.set("title", link.title)
        element.text = (match[3] or "").strip() or markdown.util.AtomicString(link.text)
        return element


class _Citations(_Inline):
    def make(self, match: _Match) -> ElementTree.Element | str | None:
        ref = SectionRef(int(match[1]), match[2] or "")
        element = ElementTree.Element("a", {"class": "rfc", "href": ref.url})
        element.text = markdown.util.AtomicString(match[0])
        return element


class _Inclusions(_Inline):
    def make(self, match: _Match) -> ElementTree.Element | str | None:
        code = self.md.surroundings.files.get(match[1])
        if code is None:
            return None
        name = match[1].rpartition("/")[2]
        block = code_block(code.rstrip("\n"), LANGUAGES.get(name.rpartition(".")[2], ""))
        caption = f"<figcaption><code>{escape(name)}</code></figcaption>"
        return self.md.htmlStash.store(f'<figure class="file">{caption}{block}</figure>')


class _Figures(_Inline):
    def make(self, match: _Match) -> ElementTree.Element | str | None:
        drawing = self.md.surroundings.files.get(match[1])
        if drawing is None:
            return None
        label = f'<svg role="img" aria-label="{escape(match[2].strip())}"'
        return self.md.htmlStash.store(f'<figure class="diagram">{drawing.replace("<svg", label, 1)}</figure>')


#: The language of an included file, by its extension.
LANGUAGES = {
    "py": "python",
    "mjs": "js",
    "js": "js",
    "html": "html",
    "conf": "nginx",
    "sh": "shell",
    "json": "json",
    "go": "go",
}


class _Finish(Treeprocessor):
    """Wrap tables so that they scroll, and let no link lead where the dialect forbids."""

    md: Engine

    def run(self, root: ElementTree.Element) -> None:
        for parent in list(root.iter()):
            for i, element in enumerate(parent):
                if element.tag == "table":
                    label = self.md.surroundings.table_label
                    box = ElementTree.Element(
                        "div", {"class": "table", "role": "region", "tabindex": "0", "aria-label": label}
                    )
                    box.tail, element.tail = element.tail, None
                    box.append(element)
                    parent[i] = box
                elif element.tag in ("th", "td"):
                    self._cell(element)
                elif (
                    element.tag == "a"
                    and not element.get("class")
                    and not outline.SAFE_URL.match(element.get("href", ""))
                ):
                    element.attrib.clear()

    @staticmethod
    def _cell(cell: ElementTree.Element) -> None:
        """Alignment as a class: a strict Content Security Policy has no ``style`` attributes."""
        align = cell.attrib.pop("style", "").removeprefix("text-align: ").rstrip(";")
        if align:
            cell.set("class", align)
        if cell.tag == "th":
            cell.set("scope", "col")
