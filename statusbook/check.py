"""``check``: mistakes that would not stop a build but that a reader would notice.

Each rule is a function from what there is to the problems in it; ``RULES`` and ``TEXT_RULES`` list them.
"""

from __future__ import annotations

import html.parser
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from . import outline, pipeline, sources, strings
from .library import Library
from .model import Kind, Page, Standing, Text
from .output import Output
from .problems import BadInput, Problem
from .sources import Snapshot


def check(root: Path, *, base_url: str | None = None, drafts: bool = False) -> tuple[Problem, ...]:
    """Every problem of the project at ``root``: those that stop a build, or else those the rules find."""
    snapshot = sources.read_tree(root)
    try:
        plan = pipeline.plan(snapshot, base_url=base_url, drafts=drafts)
        problems = [problem for rule in RULES for problem in rule(plan.library)]
        problems += _unused_strings(plan.library, snapshot)
        problems += _dead_links(plan.outputs)
    except BadInput as error:
        return error.problems
    return tuple(sorted(set(problems)))


# --- the book ---------------------------------------------------------------------------------------


def registry_parity(book: Library) -> Iterator[Problem]:
    """A page says what the IANA registry says: phrase, standing, defining section."""
    for page in book.codes:
        code = page.code
        assert code is not None
        path = page.texts[book.settings.default.key].path
        entry = book.tables.registry.get(code.number)
        if entry is None:
            if code.standing is not Standing.VENDOR:
                yield Problem(path, 2, 1, f"{code.number} is not in the registry", "Write standing: vendor.")
            continue
        if code.standing is not entry.standing:
            yield Problem(
                path, 2, 1, f"`standing` is {code.standing.value}", f"The registry says {entry.standing.value}."
            )
        if code.phrase != entry.phrase:
            yield Problem(path, 2, 1, f"`phrase` is {code.phrase!r}", f"The registry says {entry.phrase!r}.")
        if entry.spec and entry.spec not in code.spec:
            yield Problem(path, 2, 1, "`spec` lacks the defining section", f"The registry says {entry.spec.label}.")


def translation_parity(book: Library) -> Iterator[Problem]:
    """Every language has the same headings (by anchor), inclusions and amount of code."""
    default = book.settings.default.key
    for page in book.pages.values():
        first = page.texts[default]
        for key, text in page.texts.items():
            if key == default:
                continue
            ours, theirs = _shape(book, first), _shape(book, text)
            for what in ours:
                if ours[what] != theirs[what]:
                    missing = [item for item in ours[what] if item not in theirs[what]]
                    extra = [item for item in theirs[what] if item not in ours[what]]
                    hint = "; ".join(
                        [f"missing: {', '.join(missing)}"] * bool(missing)
                        + [f"only here: {', '.join(extra)}"] * bool(extra)
                    )
                    yield Problem(text.path, 0, 0, f"has other {what} than {first.path}", hint or "The order differs.")


def lab_evidence(book: Library) -> Iterator[Problem]:
    """Every recipe has a capture of its present state, and stands at a cause that its page has."""
    for recipe in book.exhibits.waiting:
        yield Problem(recipe.path, 0, 0, "has no capture of what it is now", f"python build.py lab {recipe.name}")
    for exhibit in book.exhibits:
        recipe = exhibit.recipe
        text = book.pages[str(recipe.code)].texts[book.settings.default.key]
        anchors = {heading.anchor for heading in text.outline.headings}
        if recipe.cause and recipe.cause not in anchors:
            yield Problem(recipe.path, 0, 0, f"names the cause `{recipe.cause}`", f"{text.path} has no such anchor.")


def _shape(book: Library, text: Text) -> Mapping[str, list[str]]:
    fences = [segment.language or "text" for segment in outline.segments(book.body(text)) if segment.fence]
    return {
        "headings": [f"{'#' * heading.level} {heading.anchor}" for heading in text.outline.headings if heading.anchor],
        "included files": [_untranslated(item.path) for item in text.outline.inclusions],
        "code blocks": [f"{language} ({fences[:i].count(language) + 1})" for i, language in enumerate(fences)],
    }


def _untranslated(path: str) -> str:
    """The path of the default language's diagram: ``flow.svg`` for ``flow.en.svg``."""
    return re.sub(r"\.[a-z]{2}\.svg\Z", ".svg", path)


#: The codes people meet every week: their pages have to go deep.
COMMON = frozenset(
    [
        *(200, 201, 202, 204, 206, 301, 302, 303, 304, 307, 308),
        *(400, 401, *range(403, 407), *range(408, 418), 421, 422, 423, 425, 426, 428, 429, 431, 451),
        *(500, 501, 502, 503, 504, 505, 507, 511),
        *(419, 440, 444, 460, 494, 495, 496, 497, 499, *range(520, 527), 530),
    ]
)
#: Characters of text that a page has at least, in the default language: a common code's, any other's.
SHORTEST_COMMON, SHORTEST = 1000, 200
#: Causes that the page of a common code tells apart at least.
FEWEST_CAUSES = 2


def depth(book: Library) -> Iterator[Problem]:
    """No page is shorter than its subject asks for."""
    for page in book.pages.values():
        if page.kind is Kind.HOME:
            continue
        text = page.texts[book.settings.default.key]
        common = page.code is not None and page.code.number in COMMON
        length = len("".join(book.body(text).split()))
        shortest = SHORTEST_COMMON if common else SHORTEST
        if length < shortest:
            message = f"has {length} characters of text; a page like it has at least {shortest}"
            yield Problem(text.path, text.line, 1, message, "Write it, or mark the page draft: true.")
        causes = _below(text, "causes")
        if common and causes < FEWEST_CAUSES:
            message = f"tells {causes} causes apart; the page of a common code at least {FEWEST_CAUSES}"
            yield Problem(text.path, text.line, 1, message, "Write a ### for each cause: its sign, then its fix.")


def _below(text: Text, anchor: str) -> int:
    """How many headings stand directly below the section ``anchor``."""
    count, inside = 0, False
    for heading in text.outline.headings:
        if heading.level == 2:
            inside = heading.anchor == anchor
        elif heading.level == 3 and inside:
            count += 1
    return count


#: A keyword on more pages than this points nowhere.
MOST_PAGES = 6


def telling_keywords(book: Library) -> Iterator[Problem]:
    """A keyword leads to a few pages, not to half the book."""
    for language in book.settings.languages:
        pages: dict[str, list[Text]] = {}
        for page in book.pages.values():
            text = page.texts[language.key]
            for keyword in text.keywords:
                pages.setdefault(keyword.casefold(), []).append(text)
        for keyword, texts in pages.items():
            if len(texts) > MOST_PAGES:
                hint = f"Also in {', '.join(text.path for text in texts[1:4])} …"
                yield Problem(
                    texts[0].path, 2, 1, f"`keywords` has {keyword!r}, and so have {len(texts) - 1} pages", hint
                )


def cited_sections(book: Library) -> Iterator[Problem]:
    """Every section that is cited exists in its RFC."""
    known = book.tables.sections
    for page, text in _texts(book):
        places = [(item.ref, item.line, item.column) for item in text.outline.citations]
        if page.code and text is page.texts[book.settings.default.key]:
            places += [(ref, 2, 1) for ref in page.code.spec]
        for ref, line, column in places:
            if ref.rfc not in known:
                hint = "Add the RFC and its section numbers to data/rfc-sections.csv."
                yield Problem(text.path, line, column, f"cites RFC {ref.rfc}, which the table of RFCs lacks", hint)
            elif ref.section and ref.section not in known[ref.rfc]:
                yield Problem(
                    text.path, line, column, f"cites {ref.label}, which does not exist", "Look the section up."
                )


#: A section sign after neither an RFC's number nor the name of another document.
_BARE_SECTION = re.compile(r"(?<!RFC \d{3} )(?<!RFC \d{4} )(?<!RFC \d{5} )(?<![A-Za-z\])] )(?<!\d)§")
_HALF_WIDTH = re.compile(
    r"(?<=[\u4e00-\u9fff])[,;:?!](?=\s|[\u4e00-\u9fff]|$)|(?<=[\u4e00-\u9fff])\((?=[\u4e00-\u9fff])"
)
_NO_SPACE = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]")


def citations(book: Library) -> Iterator[Problem]:
    """A section sign names its RFC, so that it can be linked and checked."""
    for _, text in _texts(book):
        for number, line in outline.prose(book.body(text)):
            for match in _BARE_SECTION.finditer(line):
                hint = "Write RFC 9110 §15.5.5, with one space."
                yield Problem(
                    text.path, text.line + number - 1, match.start() + 1, "has a section sign without its RFC", hint
                )


def chinese_typography(book: Library) -> Iterator[Problem]:
    """Full-width punctuation after Han, and a space between Han and Latin letters or digits."""
    for language in book.settings.languages:
        if not language.tag.startswith("zh"):
            continue
        for page in book.pages.values():
            text = page.texts[language.key]
            for number, line in outline.prose(book.body(text)):
                at = text.line + number - 1
                plain = _without_directives(line)
                for match in _HALF_WIDTH.finditer(plain):
                    message = f"has {match[0]!r} in Chinese text"
                    yield Problem(
                        text.path, at, match.start() + 1, message, "Use full-width punctuation: ，；：？！（）"
                    )
                for match in _NO_SPACE.finditer(plain):
                    message = f"lacks a space in {match[0]!r}"
                    yield Problem(
                        text.path,
                        at,
                        match.start() + 2,
                        message,
                        "Put a space between Chinese and Latin letters or digits.",
                    )


def _without_directives(line: str) -> str:
    """The line with anchors, link addresses and reference targets blanked out, columns kept."""
    for pattern in (r"\{#[a-z0-9-]+\}", r"\]\([^)]*\)", r"\[\[[^\]|]*"):
        line = re.sub(pattern, lambda match: " " * len(match[0]), line)
    return line


def _texts(book: Library) -> Iterator[tuple[Page, Text]]:
    for page in book.pages.values():
        for text in page.texts.values():
            yield page, text


RULES: tuple[Callable[[Library], Iterator[Problem]], ...] = (
    registry_parity,
    translation_parity,
    lab_evidence,
    depth,
    telling_keywords,
    citations,
    cited_sections,
    chinese_typography,
)


# --- the templates' texts ---------------------------------------------------------------------------


def _unused_strings(book: Library, snapshot: Snapshot) -> Iterator[Problem]:
    default = book.settings.default
    return strings.check_use(snapshot, strings.path_of(default.suffix), book.strings[default.key])


# --- the site ---------------------------------------------------------------------------------------


def _dead_links(outputs: Mapping[str, Output]) -> Iterator[Problem]:
    """Every link, script, style sheet and image of every page leads to a file of the site, every fragment to an id."""
    pages = {
        output.path: _Links.of(data)
        for output, data in pipeline.make(outputs.values())
        if output.path.endswith(".html")
    }
    for path, page in pages.items():
        for url in page.urls:
            try:
                parts = urlsplit(url)
            except ValueError as error:
                yield Problem(path, 0, 0, f"links to {url}, which is no address: {error}")
                continue
            if parts.scheme or parts.netloc:
                continue
            target = (
                posixpath.normpath(posixpath.join("/" + posixpath.dirname(path), unquote(parts.path)))[1:]
                if parts.path
                else path
            )
            if parts.path.endswith("/"):
                target = posixpath.join(target, "index.html")
            if target not in outputs:
                yield Problem(path, 0, 0, f"links to {url}, which is not in the site")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids:
                yield Problem(path, 0, 0, f"links to {url}, where nothing has the id {parts.fragment!r}")


class _Links(html.parser.HTMLParser):
    """The addresses in a page and its ids."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: set[str] = set()
        self.ids: set[str] = set()

    @classmethod
    def of(cls, data: bytes) -> _Links:
        links = cls()
        links.feed(data.decode("utf-8"))
        return links

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            elif name in ("href", "src", "action") and value is not None:
                self.urls.add(value)
