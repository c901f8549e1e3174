"""The whole book: every page in every language, checked against each other, then never changed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from . import frontmatter, outline, settings, strings, svg, tables
from .model import (
    CLASSES,
    OTHER,
    WRITTEN_SECTIONS,
    Kind,
    Language,
    Page,
    Product,
    Settings,
    Standing,
    StatusCode,
    Text,
    Trust,
    VendorUse,
    class_of,
)
from .problems import Problem
from .sources import Snapshot, Source
from .strings import Catalogue
from .tables import Tables

GUIDES = "guides"
#: Folders of pages that are called by their name.
NAMED = {GUIDES: Kind.GUIDE, "vendors": Kind.VENDOR}
_FILE = re.compile(r"content/(?:(?P<folder>[^/]+)/)?(?P<stem>[^/.]+)(?:\.(?P<language>[^/.]+))?\.md\Z")
#: A file of a page in one language: its source, its front matter and its text.
_Entry = tuple[Source, dict[str, Any], Text]
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")


@dataclass(frozen=True)
class Library:
    """Everything there is to print. ``files`` holds the texts of included files by their path."""

    settings: Settings
    strings: Mapping[str, Catalogue]
    pages: Mapping[str, Page]
    tables: Tables
    files: Mapping[str, str]

    def of_kind(self, kind: Kind) -> tuple[Page, ...]:
        return tuple(page for page in self.pages.values() if page.kind is kind)

    @cached_property
    def codes(self) -> tuple[Page, ...]:
        """The code pages by number."""
        return tuple(sorted(self.of_kind(Kind.CODE), key=number_of))

    @cached_property
    def by_class(self) -> Mapping[str, tuple[Page, ...]]:
        """The code pages of each class that has any, in the classes' order."""
        groups: dict[str, list[Page]] = {key: [] for key in (*CLASSES, OTHER)}
        for page in self.codes:
            groups[class_of(number_of(page))].append(page)
        return {key: tuple(pages) for key, pages in groups.items() if pages or key in self.pages}

    @cached_property
    def guides(self) -> tuple[Page, ...]:
        return tuple(sorted(self.of_kind(Kind.GUIDE), key=lambda page: page.name))

    @cached_property
    def vendors(self) -> tuple[Page, ...]:
        return tuple(sorted(self.of_kind(Kind.VENDOR), key=lambda page: page.name))

    @cached_property
    def vendor_of(self) -> Mapping[str, tuple[Page, Product]]:
        """The vendor page and the product behind a name in ``vendors`` of a code page."""
        return {product.vendor: (page, product) for page in self.vendors for product in page.products}

    @cached_property
    def around(self) -> Mapping[str, tuple[Page | None, Page | None]]:
        """The pages before and after a page: codes by number, classes and guides by name."""
        classes = tuple(self.pages[key] for key in self.by_class if key in self.pages)
        return {
            page.name: (row[i - 1] if i else None, row[i + 1] if i + 1 < len(row) else None)
            for row in (self.codes, classes, self.guides, self.vendors)
            for i, page in enumerate(row)
        }

    @cached_property
    def guides_about(self) -> Mapping[str, tuple[Page, ...]]:
        """The guides that name a page in their ``see``, by the page's name."""
        about: dict[str, list[Page]] = {}
        for guide in self.guides:
            for name in guide.see:
                about.setdefault(name, []).append(guide)
        return {name: tuple(guides) for name, guides in about.items()}


def number_of(page: Page) -> int:
    """The status code of a code page."""
    assert page.code is not None
    return page.code.number


def read(
    snapshot: Snapshot, *, base_url: str | None = None, drafts: bool = False
) -> tuple[Library | None, list[Problem]]:
    """Read the book from its sources.

    The library is None only when the settings or the interface's texts cannot be read; with any problem
    at all it is not to be published.
    """
    problems = list(snapshot.problems)
    site, found = settings.read(snapshot, base_url)
    problems += found
    if site is None:
        return None, problems
    catalogues, found = strings.read(snapshot, site)
    problems += found
    if len(catalogues) < len(site.languages):
        return None, problems
    reader = _Reader(site, catalogues)
    for source in snapshot.below("content"):
        reader.add(source)
    pages = reader.finish()
    problems += reader.problems
    if not reader.has(Kind.CODE):
        problems.append(Problem("content", 0, 0, "has no status code", "Write the first: python build.py new 404"))
    facts, found = tables.read(snapshot)
    problems += found
    shown = {name: page for name, page in pages.items() if drafts or not page.draft}
    files = {source.path.removeprefix(f"content/{GUIDES}/"): source for source in snapshot.below(f"content/{GUIDES}")}
    problems += _Links(site, pages, shown, reader.broken - pages.keys(), files).problems()
    included, found = _included(shown, files)
    problems += found
    return Library(site, catalogues, shown, facts, included), problems


def _included(pages: Mapping[str, Page], files: Mapping[str, Source]) -> tuple[dict[str, str], list[Problem]]:
    """The texts of the files that pages include, by path; diagrams are cleaned."""
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    wanted = {item.path for page in pages.values() for text in page.texts.values() for item in text.outline.inclusions}
    for path in sorted(wanted & files.keys()):
        if path.endswith(".svg"):
            texts[path], found = svg.clean(files[path])
        else:
            texts[path], found = frontmatter.decode(files[path])
        problems += found
    return texts, problems


# --- one file after the other -----------------------------------------------------------------------


class _Reader:
    """Collects the files of a page's languages and puts them together."""

    def __init__(self, site: Settings, catalogues: Mapping[str, Catalogue]) -> None:
        self.site = site
        self.languages = {language.suffix.removeprefix("."): language for language in site.languages}
        self.catalogues = catalogues
        self.problems: list[Problem] = []
        self.broken: set[str] = set()
        self.found: dict[tuple[Kind, str, str], dict[str, _Entry]] = {}

    def add(self, source: Source) -> None:
        """Read one file of ``content/`` if it is a page."""
        if not source.path.endswith(".md"):
            return
        match = _FILE.match(source.path)
        place = match and self._place(match["folder"] or "", match["stem"])
        if not match or not place:
            hint = "Pages are content/4xx/404.md, content/4xx/_index.md, content/guides/some-name.md; in lower case."
            self.problems.append(Problem(source.path, 0, 0, "is not where a page belongs", hint))
            return
        language = self.languages.get(match["language"] or "")
        if language is None:
            endings = [f"{other.suffix}.md" for other in self.site.languages]
            hint = f"Pages end in {' or '.join(endings)}."
            self.problems.append(
                Problem(source.path, 0, 0, f"is in a language the site lacks: {match['language']}", hint)
            )
            return
        kind, name = place
        values_and_text = self._read(source, kind, language)
        entry = self.found.setdefault((kind, name, match["folder"] or ""), {})
        if values_and_text:
            entry[language.key] = (source, *values_and_text)
        else:
            entry.setdefault("", (source, {}, _NO_TEXT))  # present but broken: its translation is not missing
            self.broken.add(name)

    def has(self, kind: Kind) -> bool:
        """Whether any file of that kind of page was found, right or wrong."""
        return any(found is kind for found, _, _ in self.found)

    @staticmethod
    def _place(folder: str, stem: str) -> tuple[Kind, str] | None:
        if not folder:
            return (Kind.HOME, "") if stem == "_index" else None
        if stem == "_index":
            return (Kind.CLASS, folder) if folder in (*CLASSES, OTHER) else None
        if folder in NAMED:
            free = _SLUG.match(stem) and not stem.isdecimal() and stem not in (*CLASSES, OTHER)
            return (NAMED[folder], stem) if free else None
        return (Kind.CODE, stem) if folder in (*CLASSES, OTHER) and stem.isdecimal() and stem.isascii() else None

    def _read(self, source: Source, kind: Kind, language: Language) -> tuple[dict[str, Any], Text] | None:
        document, problems = frontmatter.split(source)
        if document is None:
            self.problems += problems
            return None
        own, translated = frontmatter.FIELDS[kind]
        fields = own if language is self.site.default else translated
        values, problems = frontmatter.read_fields(source.path, document.fields, fields)
        contents, found = outline.read(source.path, document.body, document.line)
        problems += found
        contents, found = self._headings(source.path, kind, language, contents)
        self.problems += problems + found
        if problems:
            return None
        text = Text(
            source.path,
            source.digest,
            values["title"],
            values["summary"],
            values["keywords"],
            values.get("symptoms") or (),
            values["updated"],
            document.body,
            document.line,
            contents,
        )
        return values, text

    def _headings(self, path: str, kind: Kind, language: Language, contents: Any) -> tuple[Any, list[Problem]]:
        """Give the sections of a code page their anchors; ask for anchors where they are missing."""
        problems: list[Problem] = []
        headings = []
        t = self.catalogues[language.key]
        sections = {t(f"section.{section}"): section for section in WRITTEN_SECTIONS}
        seen: list[str] = []
        for found in contents.headings:
            heading = found
            if kind is Kind.CODE and heading.level == 2:
                section = sections.get(heading.text)
                if section is None:
                    near = difflib.get_close_matches(heading.text, sections, 1, 0.4)
                    hint = f"Did you mean “{near[0]}”?" if near else f"Sections: {' / '.join(sections)}."
                    problems.append(
                        Problem(path, heading.line, 1, f"“{heading.text}” is not a section of a code page", hint)
                    )
                elif seen and WRITTEN_SECTIONS.index(section) <= WRITTEN_SECTIONS.index(seen[-1]):
                    hint = f"The order is: {' / '.join(sections)}."
                    problems.append(Problem(path, heading.line, 1, f"“{heading.text}” is not in its place", hint))
                if section:
                    seen.append(section)
                    heading = replace(heading, anchor=section)
            elif heading.level <= 3 and not heading.anchor:
                hint = f"Write {'#' * heading.level} {heading.title} {{#lower-case-words}}."
                problems.append(Problem(path, heading.line, 1, "has a heading without anchor", hint))
            elif kind is Kind.CODE and heading.anchor in WRITTEN_SECTIONS:
                problems.append(
                    Problem(path, heading.line, 1, f"uses the anchor #{heading.anchor} of a section", "Choose another.")
                )
            headings.append(heading)
        return replace(contents, headings=tuple(headings)), problems

    def finish(self) -> dict[str, Page]:
        """The pages by name. Reports missing translations and duplicate names."""
        pages: dict[str, Page] = {}
        for (kind, name, folder), entry in sorted(self.found.items(), key=lambda item: (item[0][1], item[0][2])):
            paths = sorted(source.path for source, _, _ in entry.values())
            if "" in entry:  # a file of this page is broken and has been reported
                continue
            missing = [language for language in self.site.languages if language.key not in entry]
            if missing:
                self.broken.add(name)
                for language in missing:
                    path = re.sub(r"(\.[a-z]+)?\.md\Z", f"{language.suffix}.md", paths[0])
                    self.problems.append(
                        Problem(path, 0, 0, "is missing", f"Every page is in every language; {paths[0]} exists.")
                    )
                continue
            texts = {key: text for key, (_, _, text) in entry.items()}
            source, values, _ = entry[self.site.default.key]
            code = self._code(source, name, folder, values, entry) if kind is Kind.CODE else None
            if kind is Kind.CODE and code is None:
                self.broken.add(name)
                continue
            products = self._products(entry)
            page = Page(name, kind, texts, code, values.get("see", ()), values.get("draft", False), products)
            if name in pages:
                other = pages[name].texts[self.site.default.key].path
                self.problems.append(
                    Problem(source.path, 0, 0, f"is a second page named {name}", f"The first is {other}.")
                )
            pages[name] = page
        return pages

    def _code(
        self,
        source: Source,
        name: str,
        folder: str,
        values: dict[str, Any],
        entry: Mapping[str, _Entry],
    ) -> StatusCode | None:
        number = values["code"]
        document, _ = frontmatter.split(source)
        assert document is not None
        lines = {key.text: (node.line, node.column) for key, node in document.fields.entries}

        def wrong(key: str, message: str, hint: str) -> None:
            line, column = lines.get(key, (2, 1))
            self.problems.append(Problem(source.path, line, column, message, hint))

        if str(number) != name:
            wrong("code", f"`code` is {number} in a file named {name}.md", f"Rename the file or write code: {name}.")
            return None
        if class_of(number) != folder:
            wrong(
                "code",
                f"{number} stands in content/{folder}",
                f"Move the file to content/{class_of(number)}/{name}.md.",
            )
        standing = values["standing"]
        if standing in (Standing.REGISTERED, Standing.UNUSED) and not values["spec"]:
            wrong("standing", "`spec` is missing", "A registered code names the section that defines it.")
        if standing is Standing.REGISTERED and values["since"] is None:
            wrong("standing", "`since` is missing", "A registered code names the RFC that first defined it.")
        if standing is Standing.VENDOR and not values["vendors"]:
            wrong("standing", "`vendors` is missing", "A vendor code says whose it is.")
        for use in values["vendors"]:
            if use["trust"] is not Trust.HEARSAY and not use["source"]:
                wrong("vendors", f"`vendors` has no `source` for {use['vendor']}", "Only hearsay goes without.")
        return StatusCode(
            number,
            values["phrase"],
            standing,
            values["cacheable"],
            values["body"],
            values["retry"],
            values["senders"],
            values["spec"],
            values["since"],
            values["deprecated"],
            self._vendors(values["vendors"], entry),
        )

    def _products(self, entry: Mapping[str, _Entry]) -> tuple[Product, ...]:
        """The products of a vendor page, named in every language."""
        names = {
            key: {product["vendor"]: product["name"] for product in values.get("products", ())}
            for key, (_, values, _) in entry.items()
        }
        own = names[self.site.default.key]
        for key, translated in names.items():
            if list(translated) != list(own):
                hint = f"In this order: {', '.join(own)}."
                path = entry[key][0].path
                self.problems.append(Problem(path, 2, 1, "`products` differ from the default language's", hint))
                return ()
        return tuple(Product(vendor, {key: translated[vendor] for key, translated in names.items()}) for vendor in own)

    def _vendors(self, uses: tuple[dict[str, Any], ...], entry: Mapping[str, _Entry]) -> tuple[VendorUse, ...]:
        default = self.site.default.key
        notes: dict[str, list[dict[str, Any]]] = {key: list(values["vendors"]) for key, (_, values, _) in entry.items()}
        wanted = [use["vendor"] for use in uses]
        for key, translated in notes.items():
            if key != default and [use["vendor"] for use in translated] != wanted:
                path = entry[key][0].path
                hint = f"In this order: {', '.join(wanted) or 'none'}."
                self.problems.append(
                    Problem(path, 2, 1, "`vendors` does not translate those of the default language", hint)
                )
                return ()
        return tuple(
            VendorUse(
                use["vendor"],
                use["name"],
                {key: translated[i]["note"] for key, translated in notes.items()},
                use["seen"],
                use["trust"],
                use["source"],
            )
            for i, use in enumerate(uses)
        )


_NO_TEXT: Any = None


# --- what the pages say of each other ---------------------------------------------------------------


class _Links:
    """Checks that every reference has its page, every fragment its section and every inclusion its file.

    ``broken`` names pages that exist but could not be read, which has been reported already.
    """

    def __init__(
        self,
        site: Settings,
        pages: Mapping[str, Page],
        shown: Mapping[str, Page],
        broken: Set[str],
        files: Mapping[str, Source],
    ) -> None:
        self.site, self.pages, self.shown, self.broken, self.files = site, pages, shown, broken, files
        self.products = {product.vendor for page in shown.values() for product in page.products}

    def problems(self) -> Iterator[Problem]:
        for page in self.shown.values():
            default = page.texts[self.site.default.key]
            for name in page.see:
                if name in self.broken:
                    continue
                if name not in self.shown:
                    yield Problem(
                        default.path, 2, 1, f"`see` names {name}, which {self._why(name)}", self._suggest(name)
                    )
                elif name == page.name:
                    yield Problem(default.path, 2, 1, "`see` names the page itself", "Take it out.")
            for use in page.code.vendors if page.code else ():
                if use.vendor not in self.products:
                    near = difflib.get_close_matches(use.vendor, self.products, 1)
                    hint = f"Did you mean {near[0]}?" if near else "Add it to `products` of a page in content/vendors."
                    yield Problem(default.path, 2, 1, f"`vendors` names {use.vendor}, which no vendor page has", hint)
            for key, text in page.texts.items():
                yield from self._in_text(key, text)

    def _in_text(self, key: str, text: Text) -> Iterator[Problem]:
        for ref in text.outline.references:
            target = self.shown.get(ref.target)
            if ref.target in self.broken:
                continue
            if target is None:
                message = f"[[{ref.target}]] leads to a page that {self._why(ref.target)}"
                yield Problem(text.path, ref.line, ref.column, message, self._suggest(ref.target))
            elif ref.fragment:
                anchors = {heading.anchor for heading in target.texts[key].outline.headings} - {""}
                if target.kind is Kind.CODE:
                    anchors |= {"code", "history", "see"}
                if ref.fragment not in anchors:
                    hint = f"Anchors there: {', '.join(sorted(anchors))}."
                    message = f"[[{ref.target}#{ref.fragment}]] leads to a section that does not exist"
                    yield Problem(text.path, ref.line, ref.column, message, hint)
        for item in text.outline.inclusions:
            if item.path not in self.files or ".." in item.path:
                near = difflib.get_close_matches(
                    item.path, [path for path in self.files if not path.endswith(".md")], 1
                )
                hint = f"Did you mean {near[0]}?" if near else "Paths start below content/guides."
                yield Problem(
                    text.path, item.line, item.column, f"an inclusion names {item.path}, which does not exist", hint
                )

    def _why(self, name: str) -> str:
        return "is a draft" if name in self.pages else "does not exist"

    def _suggest(self, name: str) -> str:
        near = difflib.get_close_matches(name, self.shown, 1)
        return f"Did you mean {near[0]}?" if near else ""
