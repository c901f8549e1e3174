"""Content files put together to pages: each in its place, with its front matter, in every language."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from . import frontmatter, outline
from .fields import FIELDS
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
from .sources import Source
from .strings import Catalogue

GUIDES = "guides"
#: Folders of pages that are called by their name.
NAMED = {GUIDES: Kind.GUIDE, "vendors": Kind.VENDOR}
_FILE = re.compile(r"content/(?:(?P<folder>[^/]+)/)?(?P<stem>[^/.]+)(?:\.(?P<language>[^/.]+))?\.md\Z")
#: A file of a page in one language: its source, its front matter and its text.
_Entry = tuple[Source, dict[str, Any], Text]
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")


class PageFiles:
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
        own, translated = FIELDS[kind]
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
