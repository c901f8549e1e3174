"""A page's text read without rendering it: headings, references, citations, and what may not be there.

The dialect is described in CONTRIBUTING.md. This reader sees the text line by line, for links paragraph by
paragraph, with code masked out, so that it can name line and column of everything it finds;
:mod:`statusbook.markdown` turns the same text into HTML and refuses to pass on what is a problem here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from . import bounds
from .model import Citation, Heading, Inclusion, Outline, Reference, SectionRef
from .problems import Problem

#: ``[[target]]``, ``[[target#fragment]]``, ``[[target|label]]``; in a table the bar is written ``\|``.
REFERENCE = r"\[\[([0-9a-z-]+)(?:#([0-9a-z-]+))?(?:\\?\|([^\[\]|]+))?\]\]"
#: ``RFC 9110 §15.5.5``, ``RFC 7231 附录 B``, ``RFC 7231 Appendix B`` or ``RFC 9110``.
CITATION = r"RFC(?<!\wRFC) (\d{1,5})(?:(?: ?§ ?| 附录 | Appendix )((?:\d+|[A-Z])(?:\.\d+)*))?(?![\d.]*\d)"
#: ``[[file:204-live-events/server.py]]``
INCLUSION = r"\[\[file:([0-9A-Za-z][0-9A-Za-z._/-]*)\]\]"
#: ``[[measured:redirects]]``
MEASURED = r"\[\[(measured:[a-z]+)\]\]"
#: ``[[figure:redirects/flow.svg|what it shows]]``; what it shows is plain text.
FIGURE = r"\[\[figure:([0-9a-z][0-9a-z._/-]*\.svg)\|([^\[\]|`\\\x00-\x1f]+)\]\]"
#: Where a link may lead besides a fragment of its own page.
SAFE_URL = re.compile(r"(?:https?://|mailto:)[^\x00-\x20<>\"'\\^`{|}]+\Z|#[0-9a-z-]+\Z", re.ASCII)
#: Spaces that make a block part of a list item.
LIST_INDENT = bounds.LIST_INDENT
CALLOUTS = ("note", "tip", "warning")
#: ``!!! note "title"``, without the indent that a list gives it.
CALLOUT = rf'!!! ({"|".join(CALLOUTS)}) "([^"\n]+)" *'


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of lines: fenced code (``fence`` is its mark, ``info`` the opening line) or text (both empty).

    ``line`` is the number of the first line, for code that of the opening fence.
    """

    line: int
    fence: str
    info: str
    lines: tuple[str, ...]
    closed: bool

    @property
    def indent(self) -> int:
        """Spaces before the fence."""
        return len(self.info) - len(self.info.lstrip())

    @property
    def language(self) -> str:
        return self.info.strip().lstrip("`~").strip()


_REFERENCE, _CITATION = re.compile(REFERENCE), re.compile(CITATION)
#: What stands alone in a paragraph and brings in something from elsewhere.
_INCLUSIONS = tuple(map(re.compile, (INCLUSION, FIGURE, MEASURED)))
_FENCE = re.compile(r"(?P<indent>\s*)(?P<fence>`{3,}|~{3,})(?P<rest>.*)")
LANGUAGE = re.compile(r"[a-z0-9+-]*\Z")
#: A code span. What is before its first backtick is looked at after it: patterns that begin with a character are
#: searched for several times as fast.
CODE_SPAN = re.compile(r"(`(?<!\\`)`*)(?!`)(.+?)(?<!`)\1(?!`)")
_STRAY = re.compile(r"`(?<!\\`)")
#: What a backslash makes literal; a bar is left out, as tables need one before that of a reference.
_ESCAPE = re.compile(r"\\[\\`*_{}\[\]()<>#+.!-]")
_HEADING = re.compile(r"(#{1,6})(?:\s+(?P<title>(?:\\.|[^\\])*?))?(?:\s*\{(?P<attribute>[^{}]*)\})?\s*#*\s*\Z")
#: What a list, a quotation or a callout puts before its text.
_CONTAINED = r"(?P<before>\s*(?:(?:[-*+]|\d+\.|>)\s*)*)"
_CONTAINED_HEADING = re.compile(_CONTAINED + r"(?<!\A)#{1,6}\s")
_ANCHOR = re.compile(r"#[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_RAW_HTML = re.compile(r"<(?!https?://)(?=[A-Za-z/!?])")
_AUTOLINK = re.compile(r"<(https?://[^<>]*)>")
_BRACKET, _OPENING = re.compile(r"[\[\]]"), re.compile(r"\[\[")
#: What makes a link of brackets: an address, maybe with a title, or another pair of brackets.
_TARGET = re.compile(r'\((?P<url>[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+"[^"()]*")?\s*\)')
_ADDRESS = re.compile(r"\(\s*(?P<url>[^()\n]*(?:\([^()\n]*\)[^()\n]*)*)")
#: What any link has one of.
_LINKED = ("](", "][", "] [", "<http")
_LABEL = re.compile(r" ?\[[^\[\]]*\]")
_DEFINITION = re.compile(r"\s{0,3}\[[^\[\]]+\]:\s")
_CALLOUT = re.compile(_CONTAINED + r"!!!")
_CALLOUT_LINE = re.compile(rf"(?:{' ' * LIST_INDENT})*{CALLOUT}\Z")
#: What everything but a heading that this reader looks for has at least one of.
_WORTH_READING = ("`", "[", "]", "<", "#", "RFC", "!!!")
_MARKED = re.compile(r"[`\\*_]")
_EMPHASIS = (re.compile(r"(\*{1,3})(?=\S)(.+?)(?<=\S)\1"), re.compile(r"(?<!\w)(_{1,3})(?=\S)(.+?)(?<=\S)\1(?!\w)"))


def read(path: str, body: str, first_line: int) -> tuple[Outline, list[Problem]]:
    """The outline of ``body``, whose first line is line ``first_line`` of the file ``path``."""
    problems: list[Problem] = []
    headings: list[Heading] = []
    references: list[Reference] = []
    citations: list[Citation] = []
    inclusions: list[Inclusion] = []
    for paragraph in _paragraphs(_prose(path, body, first_line, problems)):
        if oversized := bounds.exceeded(path, paragraph):
            problems.append(oversized)
            continue
        masks: list[str] = []
        for number, line in paragraph:
            if line.startswith("#"):
                heading = _heading(path, number, line, problems)
                if heading:
                    headings.append(heading)
            if not has_any(_WORTH_READING, line):  # most lines are plain text
                masks.append(line)
                continue
            masked = _mask_escapes(_mask_code(path, number, line, problems))
            has_references = "[[" in masked  # few lines have, and looking for each kind costs more than for their mark
            if has_references:
                inclusions += _inclusions(path, number, masked, len(paragraph) == 1, problems)
                references += _references(path, number, line, masked, problems)
            if "RFC" in masked:
                for match in _CITATION.finditer(masked):
                    citations.append(Citation(SectionRef(int(match[1]), match[2] or ""), number, match.start() + 1))
            _forbidden(path, number, masked, problems)
            masks.append(_REFERENCE.sub(_blank, masked) if has_references else masked)
        _links(path, paragraph, masks, problems)
    _unique_anchors(path, headings, problems)
    return Outline(tuple(headings), tuple(references), tuple(citations), tuple(inclusions)), problems


def has_any(marks: tuple[str, ...], text: str) -> bool:
    """Whether ``text`` has one of ``marks``: asked before a pattern is tried, as most texts have none."""
    for mark in marks:  # noqa: SIM110 - any() takes three times as long, a pattern for all of them ten times
        if mark in text:
            return True
    return False


def prose(body: str) -> Iterator[tuple[int, str]]:
    """The lines of ``body`` outside fenced code, counted from 1, with code spans blanked out."""
    for number, line in _prose("", body, 1, []):
        yield number, _mask_code("", number, line, [])


def segments(body: str, first_line: int = 1) -> Iterator[Segment]:
    """``body`` cut into its fenced code blocks and the text between them."""
    fence, info, start = "", "", first_line
    lines: list[str] = []
    for number, line in enumerate(body.split("\n"), first_line):
        match = _FENCE.match(line) if "```" in line or "~~~" in line else None
        if match and (not fence or (match["fence"] == fence and not match["rest"].strip())):
            yield Segment(start, fence, info, tuple(lines), closed=True)
            fence, info = ("", "") if fence else (match["fence"], line)
            start, lines = (number + 1, []) if not fence else (number, [])
        else:
            lines.append(line)
    yield Segment(start, fence, info, tuple(lines), closed=not fence)


def _prose(path: str, body: str, first_line: int, problems: list[Problem]) -> Iterator[tuple[int, str]]:
    for segment in segments(body, first_line):
        if not segment.fence:
            yield from enumerate(segment.lines, segment.line)
            continue
        match = _FENCE.match(segment.info)
        assert match is not None
        if len(match["indent"]) % LIST_INDENT:
            hint = f"Start it in the first column, in a list after {LIST_INDENT} spaces."
            problems.append(Problem(path, segment.line, 1, "has an indented code fence", hint))
        if not LANGUAGE.match(match["rest"].strip()):
            column = match.start("rest") + 1
            problems.append(
                Problem(path, segment.line, column, "has more than a language after the code fence", "Write ```nginx.")
            )
        if not segment.closed:
            hint = f"Add a line {segment.fence} where the code ends."
            problems.append(Problem(path, segment.line, 1, "opens a code fence that never closes", hint))


def _paragraphs(lines: Iterable[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Lines that follow each other, none of them blank."""
    paragraph: list[tuple[int, str]] = []
    for number, line in lines:
        blank = not line.strip(" \t")
        if paragraph and (blank or number != paragraph[-1][0] + 1):
            yield paragraph
            paragraph = []
        if not blank:
            paragraph.append((number, line))
    if paragraph:
        yield paragraph


def _inclusions(path: str, number: int, masked: str, alone: bool, problems: list[Problem]) -> Iterator[Inclusion]:
    """What the line brings in; ``alone`` if it is all of its paragraph."""
    for match in (found for kind in _INCLUSIONS for found in kind.finditer(masked)):
        yield Inclusion(match[1], number, match.start() + 1)
        if not alone or masked.strip() != match[0]:
            hint = "Give it a paragraph of its own, with blank lines around it."
            message = "an inclusion does not stand alone"
            problems.append(Problem(path, number, match.start() + 1, message, hint))


def _references(path: str, number: int, line: str, masked: str, problems: list[Problem]) -> Iterator[Reference]:
    for match in _REFERENCE.finditer(masked):
        label = line[match.start(3) : match.end(3)] if match[3] else ""
        yield Reference(match[1], match[2] or "", label.strip(), number, match.start() + 1)
        if line.startswith("#"):
            problems.append(_linked_heading(path, number, match.start() + 1))


def _blank(match: re.Match[str]) -> str:
    return "\0" * len(match[0])


def _mask_code(path: str, number: int, line: str, problems: list[Problem]) -> str:
    if "`" not in line:
        return line
    masked = CODE_SPAN.sub(_blank, line)
    stray = "`" in masked and _STRAY.search(masked)
    if stray:
        problems.append(
            Problem(
                path,
                number,
                stray.start() + 1,
                "opens `code` that does not close on its line",
                "Write \\` for a backtick of the text.",
            )
        )
    return masked


def _mask_escapes(text: str) -> str:
    return _ESCAPE.sub("\0\0", text) if "\\" in text else text


def _heading(path: str, number: int, line: str, problems: list[Problem]) -> Heading | None:
    match = _HEADING.match(line)
    if not match or not match["title"]:
        problems.append(
            Problem(path, number, 1, "is not a heading", "Write `## Title`; a # of the text is written \\#.")
        )
        return None
    level = len(match[1])
    if level == 1 or level > 4:
        problems.append(
            Problem(
                path, number, 1, f"has a heading of level {level}", "Use ## to ####; the title is in the front matter."
            )
        )
    anchor = ""
    if match["attribute"] is not None:
        if not _ANCHOR.match(match["attribute"]):
            column = match.start("attribute")
            problems.append(
                Problem(
                    path, number, column, f"{{{match['attribute']}}} is not an anchor", "Write {#lower-case-words}."
                )
            )
        anchor = match["attribute"][1:]
    title = match["title"].strip()
    return Heading(level, title, _plain(title), anchor, number)


def _linked_heading(path: str, number: int, column: int) -> Problem:
    return Problem(path, number, column, "has a link in a heading", "Put it into the text below.")


def _plain(title: str) -> str:
    """A heading as it is read: without marks, with the content of its code spans."""
    title = title.replace("\0", "")
    if not _MARKED.search(title):
        return title
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match[2].strip() if match[1] else match[0][1])
        return "\0"

    bare = re.sub(f"{CODE_SPAN.pattern}|{_ESCAPE.pattern}", keep, title)
    for pattern in _EMPHASIS:
        bare = pattern.sub(r"\2", bare)
    literal = iter(kept)
    return re.sub("\0", lambda _: next(literal), bare)


def _forbidden(path: str, number: int, masked: str, problems: list[Problem]) -> None:
    """What may not stand in a line. Each is looked for where there is something of it."""
    for match in _RAW_HTML.finditer(masked) if "<" in masked else ():
        hint = "Write Markdown; for a literal < put the text in `code` or write \\<."
        problems.append(Problem(path, number, match.start() + 1, "has raw HTML", hint))
    if "#" in masked and (contained := _CONTAINED_HEADING.match(masked)):
        hint = "Headings start in the first column; a # of the text is written \\#."
        column = contained.end("before") + 1
        problems.append(Problem(path, number, column, "has a heading inside a list, a quotation or a callout", hint))
    if "]:" in masked and _DEFINITION.match(masked):
        problems.append(
            Problem(path, number, 1, "defines a reference link", "Write [text](https://…) where the link is.")
        )
    for match in _OPENING.finditer(masked) if "[[" in masked else ():
        if not any(pattern.match(masked, match.start()) for pattern in (_REFERENCE, *_INCLUSIONS)):
            hint = (
                "Write [[404]], [[404#causes|text]], [[file:…]], [[measured:…]]"
                " or [[figure:….svg|what it shows, in plain text]]."
            )
            problems.append(Problem(path, number, match.start() + 1, "has [[ that is not a reference", hint))
    callout = "!!!" in masked and _CALLOUT.match(masked)
    if callout and not _CALLOUT_LINE.match(masked):
        hint = f'Write !!! {"|".join(CALLOUTS)} "title", in a list after {LIST_INDENT} spaces.'
        problems.append(Problem(path, number, callout.end("before") + 1, "has a callout of another form", hint))


def _links(path: str, paragraph: list[tuple[int, str]], masks: list[str], problems: list[Problem]) -> None:
    """What links of a paragraph, which may run over its lines, lead to; ``masks`` are its lines without references."""
    masked = "\n".join(masks)
    if masked.count("[") <= bounds.DEEPEST and not has_any(_LINKED, masked):
        return
    text = "\n".join(line for _, line in paragraph)

    def report(offset: int, message: str, hint: str) -> None:
        before = masked[:offset]
        line = paragraph[before.count("\n")][0]
        problems.append(Problem(path, line, offset - before.rfind("\n"), message, hint))

    def check(start: int, address: tuple[int, int], safe: bool) -> None:
        number, line = paragraph[masked.count("\n", 0, start)]
        if line.startswith("#"):
            problems.append(_linked_heading(path, number, start - masked.rfind("\n", 0, start)))
        if not safe or not SAFE_URL.match(masked[slice(*address)]):
            hint = "Link other pages with [[name]], the web with https://…, a section with #anchor."
            # A link over several lines is reported where it starts.
            place = start if "\n" in masked[start : address[0]] else address[0]
            report(place, f"links to {text[slice(*address)]!r}", hint)

    for match in _AUTOLINK.finditer(masked):
        check(match.start(), match.span(1), safe=True)
    opened: list[int] = []
    for bracket in _BRACKET.finditer(masked):
        if bracket[0] == "[":
            opened.append(bracket.start())
            if len(opened) == bounds.DEEPEST + 1:
                report(bracket.start(), "has brackets in brackets in brackets", "A [ of the text is written \\[.")
            continue
        if not opened:
            continue
        start, end = opened.pop(), bracket.end()
        target, address = _TARGET.match(masked, end), _ADDRESS.match(masked, end)
        label = _LABEL.match(masked, end)
        if not address and not label:
            continue
        if masked[:start].endswith("!"):
            report(start - 1, "has an image", "Pictures are not part of the dialect.")
        elif address:
            check(start, (target or address).span("url"), safe=bool(target))
        else:
            report(start, "has a reference link", "Write [text](https://…).")


def _unique_anchors(path: str, headings: list[Heading], problems: list[Problem]) -> None:
    first: dict[str, int] = {}
    for heading in headings:
        if heading.anchor and first.setdefault(heading.anchor, heading.line) != heading.line:
            message = f"repeats the anchor #{heading.anchor} of line {first[heading.anchor]}"
            problems.append(Problem(path, heading.line, 1, message, "Choose another anchor."))
