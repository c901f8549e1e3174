"""Content files put together to pages: each in its place, with its front matter, in every language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from . import pagefile
from .kept import Kept
from .keys import key_of
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
    Trust,
    VendorUse,
    class_of,
)
from .pagefile import PageFile
from .problems import Problem
from .sources import Source
from .strings import Catalogue

if TYPE_CHECKING:
    from .workers import Crew

GUIDES = "guides"
#: Folders of pages that are called by their name.
NAMED = {GUIDES: Kind.GUIDE, "vendors": Kind.VENDOR, "pages": Kind.PAGE}
_FILE = re.compile(r"content/(?:(?P<folder>[^/]+)/)?(?P<stem>[^/.]+)(?:\.(?P<language>[^/.]+))?\.md\Z")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")


def sections_of(catalogue: Catalogue) -> dict[str, str]:
    """The sections of a code page by their titles in a language."""
    return {catalogue(f"section.{section}"): section for section in WRITTEN_SECTIONS}


def read_kept(
    kept: Kept[PageFile], source: Source, kind: Kind, *, translated: bool, sections: Mapping[str, str]
) -> PageFile:
    """What :func:`pagefile.read` says of a file, from ``kept`` if it is there."""
    return kept.get(*_reading(source, kind, translated=translated, sections=sections))


def _reading(
    source: Source, kind: Kind, *, translated: bool, sections: Mapping[str, str]
) -> tuple[str, Callable[[], PageFile]]:
    """Key and maker of what there is to read in a file."""
    key = key_of(source.path, source.digest, _rules(kind.value, translated, tuple(sections.items())))
    return key, partial(pagefile.read, source, kind, translated=translated, sections=sections)


_rules = lru_cache(maxsize=64)(key_of)


class _Place(NamedTuple):
    """The page and the language that a file is of."""

    source: Source
    kind: Kind
    name: str
    folder: str
    language: Language


#: The files of a page by language key.
_Entry = Mapping[str, PageFile]


class PageFiles:
    """Collects the files of a page's languages and puts them together."""

    def __init__(self, site: Settings, catalogues: Mapping[str, Catalogue], kept: Kept[PageFile]) -> None:
        self.site, self.kept = site, kept
        self.languages = {language.suffix.removeprefix("."): language for language in site.languages}
        self.sections = {key: sections_of(catalogue) for key, catalogue in catalogues.items()}
        self.problems: list[Problem] = []
        self.broken: set[str] = set()
        self.found: dict[tuple[Kind, str, str], dict[str, PageFile]] = {}
        #: What pages show of each file, as a digest, by its path.
        self.faces: dict[str, str] = {}

    def add(self, sources: Iterable[Source], crew: Crew | None = None) -> None:
        """Read those files of ``content/`` that are pages; a ``crew`` is there for a big book of which none is kept."""
        places = [place for source in sources if source.path.endswith(".md") and (place := self._place_of(source))]
        readings = [self._reading(place) for place in places]
        if crew is not None:
            files = crew.first([read for _, read in readings])
            self.kept.learn({key: file for (key, _), file in zip(readings, files, strict=True)})
        for place, reading in zip(places, readings, strict=True):
            self._add(place, self.kept.get(*reading))

    def _place_of(self, source: Source) -> _Place | None:
        """The page and the language that a file is of, if it is where a page belongs."""
        match = _FILE.match(source.path)
        place = match and self._place(match["folder"] or "", match["stem"])
        if not match or not place:
            hint = "Pages are content/4xx/404.md, content/4xx/_index.md, content/guides/some-name.md; in lower case."
            self.problems.append(Problem(source.path, 0, 0, "is not where a page belongs", hint))
            return None
        language = self.languages.get(match["language"] or "")
        if language is None:
            endings = [f"{other.suffix}.md" for other in self.site.languages]
            message = f"is in a language the site lacks: {match['language']}"
            self.problems.append(Problem(source.path, 0, 0, message, f"Pages end in {' or '.join(endings)}."))
            return None
        return _Place(source, *place, match["folder"] or "", language)

    def _reading(self, place: _Place) -> tuple[str, Callable[[], PageFile]]:
        translated = place.language is not self.site.default
        return _reading(place.source, place.kind, translated=translated, sections=self.sections[place.language.key])

    def _add(self, place: _Place, file: PageFile) -> None:
        self.faces[place.source.path] = file.face
        self.problems += file.problems
        self.found.setdefault((place.kind, place.name, place.folder), {})[place.language.key] = file
        if file.text is None:
            self.broken.add(place.name)

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

    def finish(self) -> dict[str, Page]:
        """The pages by name. Reports missing translations and duplicate names."""
        pages: dict[str, Page] = {}
        for (kind, name, folder), entry in sorted(self.found.items(), key=lambda item: (item[0][1], item[0][2])):
            page = self._page(kind, name, folder, entry)
            if page is None:
                self.broken.add(name)
                continue
            if name in pages:
                path, other = (each.texts[self.site.default.key].path for each in (page, pages[name]))
                self.problems.append(Problem(path, 0, 0, f"is a second page named {name}", f"The first is {other}."))
            pages[name] = page
        return pages

    def _page(self, kind: Kind, name: str, folder: str, entry: _Entry) -> Page | None:
        missing = [language for language in self.site.languages if language.key not in entry]
        path = min(file.path for file in entry.values())
        for language in missing:
            lacking = re.sub(r"(\.[a-z]+)?\.md\Z", f"{language.suffix}.md", path)
            hint = f"Every page is in every language; {path} exists."
            self.problems.append(Problem(lacking, 0, 0, "is missing", hint))
        texts = {key: file.text for key, file in entry.items() if file.text is not None}
        if missing or len(texts) < len(entry):
            return None
        own = entry[self.site.default.key]
        code = self._code(own, name, folder, entry) if kind is Kind.CODE else None
        if kind is Kind.CODE and code is None:
            return None
        values = own.values
        return Page(name, kind, texts, code, values.get("see", ()), values.get("draft", False), self._products(entry))

    def _code(self, own: PageFile, name: str, folder: str, entry: _Entry) -> StatusCode | None:
        """The facts of a code page, from the default language's file."""
        values = own.values
        number = values["code"]

        def wrong(key: str, message: str, hint: str) -> None:
            line, column = own.places.get(key, (2, 1))
            self.problems.append(Problem(own.path, line, column, message, hint))

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

    def _products(self, entry: _Entry) -> tuple[Product, ...]:
        """The products of a vendor page, named in every language."""
        names = {
            key: {product["vendor"]: product["name"] for product in file.values.get("products", ())}
            for key, file in entry.items()
        }
        own = names[self.site.default.key]
        for key, translated in names.items():
            if list(translated) != list(own):
                hint = f"In this order: {', '.join(own)}."
                path = entry[key].path
                self.problems.append(Problem(path, 2, 1, "`products` differ from the default language's", hint))
                return ()
        return tuple(Product(vendor, {key: translated[vendor] for key, translated in names.items()}) for vendor in own)

    def _vendors(self, uses: tuple[dict[str, Any], ...], entry: _Entry) -> tuple[VendorUse, ...]:
        default = self.site.default.key
        notes: dict[str, list[dict[str, Any]]] = {key: list(file.values["vendors"]) for key, file in entry.items()}
        wanted = [use["vendor"] for use in uses]
        for key, translated in notes.items():
            if key != default and [use["vendor"] for use in translated] != wanted:
                path = entry[key].path
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
