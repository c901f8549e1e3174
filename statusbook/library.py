"""The whole book: every page in every language, checked against each other, then never changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from . import exhibits, frontmatter, generator, headerfields, measurements, settings, strings, tables
from .exhibits import Exhibits
from .headerfields import HeaderField
from .kept import Kept
from .keys import key_of
from .measurements import Measurements
from .model import CLASSES, MEASURED, OTHER, Kind, Page, Product, Settings, Text, class_of
from .pagefile import PageFile
from .pagefiles import GUIDES, PageFiles
from .problems import Problem
from .references import References
from .sources import SETTINGS, Snapshot, Source, decode
from .strings import Catalogue
from .tables import Tables

if TYPE_CHECKING:
    from .workers import Crew

T = TypeVar("T")

#: What ``lab/`` holds: the exchanges, the measurements, and what is wrong with the rest.
Lab = tuple[Exhibits, Measurements, tuple[Problem, ...]]


@dataclass(frozen=True)
class Library:
    """Everything there is to print.

    ``files`` holds the texts of included files by their path, ``fields`` the header fields by name in lower case,
    ``exhibits`` the exchanges of the lab whose code has a page, ``measurements`` what clients did. ``faces`` are
    digests of what other pages can show of a file, by its path; ``world`` is one of all that a page can show besides
    its own text and guides. ``sources`` has at least those of the pages.
    """

    settings: Settings
    strings: Mapping[str, Catalogue]
    pages: Mapping[str, Page]
    tables: Tables
    files: Mapping[str, str]
    fields: Mapping[str, HeaderField]
    exhibits: Exhibits = field(default_factory=Exhibits)
    measurements: Measurements = field(default_factory=dict)
    faces: Mapping[str, str] = field(default_factory=dict)
    world: str = ""
    sources: Mapping[str, Source] = field(default_factory=dict)

    def body(self, text: Text) -> str:
        """The Markdown of a text. Raises :class:`Changed` when its source has to be read and is not what it was."""
        return frontmatter.body_of(self.sources[text.path], text.line)

    def references(self, texts: Iterable[Text], sources: Mapping[str, Source]) -> References | None:
        """What checks edited ``texts`` of the book, whose included files are in ``sources``.

        None where they include a file that no page did before.
        """
        included = {path for text in texts for path, *_ in text.plain.inclusions if not path.startswith(MEASURED)}
        if not included <= self.files.keys():
            return None
        files = {path: sources[f"content/{GUIDES}/{path}"] for path in included}
        return References(self.settings, self.pages, self.pages, frozenset(), files)

    def alike(self, **changes: Any) -> Library:
        """The book with ``changes`` that neither add nor remove a page, nor change what other pages show of one.

        What has been worked out of that stays right, and is taken over.
        """
        book = dataclasses.replace(self, **changes)
        own = {field.name for field in dataclasses.fields(self)}
        vars(book).update({name: value for name, value in vars(self).items() if name not in own})
        return book

    def of_kind(self, kind: Kind) -> tuple[Page, ...]:
        return tuple(page for page in self.pages.values() if page.kind is kind)

    @cached_property
    def places(self) -> Mapping[str, tuple[str, str]]:
        """The name of the page and the key of the language that a content file is of, by the file's path."""
        return {text.path: (page.name, key) for page in self.pages.values() for key, text in page.texts.items()}

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
    def all_guides(self) -> str:
        """A digest of what other pages can show of guides."""
        guides = [(page.name, [self.faces[text.path] for text in page.texts.values()]) for page in self.guides]
        return key_of(guides)

    @cached_property
    def about(self) -> tuple[Page, ...]:
        """The pages about the handbook itself."""
        return tuple(sorted(self.of_kind(Kind.PAGE), key=lambda page: page.name))

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
    snapshot: Snapshot,
    *,
    base_url: str | None = None,
    drafts: bool = False,
    kept: Kept[PageFile] | None = None,
    kept_lab: Kept[Lab] | None = None,
    kept_facts: Kept[Any] | None = None,
    crew: Crew | None = None,
) -> tuple[Library | None, list[Problem]]:
    """Read the book from its sources; of each kind only what is not kept; a ``crew`` helps where nothing is.

    The library is None only when the settings or the interface's texts cannot be read; with any problem
    at all it is not to be published.
    """
    problems = list(snapshot.problems)
    facts = Facts(kept_facts or Kept())
    site, found = facts.of(settings.read, [snapshot[SETTINGS]] if SETTINGS in snapshot else [], base_url)
    problems += found
    if site is None:
        return None, problems
    paths = [strings.path_of(language.suffix) for language in site.languages]
    catalogues, found = facts.of(strings.read, (snapshot[path] for path in paths if path in snapshot), site)
    problems += found
    if len(catalogues) < len(site.languages):
        return None, problems
    kept = kept or Kept()
    kept.begin()
    reader = PageFiles(site, catalogues, kept)
    reader.add(snapshot.below("content"), crew)
    pages = reader.finish()
    kept.end()
    problems += reader.problems
    if not reader.has(Kind.CODE):
        problems.append(Problem("content", 0, 0, "has no status code", "Write the first: python build.py new 404"))
    data = tuple(snapshot.below("data"))
    shown_tables, found = facts.of(tables.read, data)
    problems += found
    fields, found = facts.of(headerfields.read, data)
    problems += found
    shown = {name: page for name, page in pages.items() if drafts or not page.draft}
    files = {source.path.removeprefix(f"content/{GUIDES}/"): source for source in snapshot.below(f"content/{GUIDES}")}
    problems += References(site, pages, shown, reader.broken - pages.keys(), files).problems()
    included, found = _included(shown, files, facts)
    problems += found
    all_exhibits, measured, wrong = _lab(snapshot, tuple(language.key for language in site.languages), kept_lab)
    problems += wrong
    shown_exhibits = all_exhibits.of({number_of(page) for page in shown.values() if page.code})
    world = _world(snapshot, site, shown, reader.faces)
    book = Library(
        site, catalogues, shown, shown_tables, included, fields, shown_exhibits, measured, reader.faces, world, snapshot
    )
    return book, problems


class Facts:
    """What is made of a few sources that seldom change, from ``kept`` as long as they stay the same."""

    def __init__(self, kept: Kept[Any]) -> None:
        self.kept = kept
        kept.begin()

    def of(self, read: Callable[..., T], sources: Iterable[Source], *arguments: object) -> T:
        """What ``read`` makes of a snapshot of ``sources`` and of ``arguments``."""
        snapshot = Snapshot(sources)
        digests = [(source.path, source.digest) for source in snapshot.values()]
        key = key_of(read.__module__, read.__name__, digests, *arguments)
        result: T = self.kept.get(key, lambda: read(snapshot, *arguments))
        return result


def _lab(snapshot: Snapshot, languages: tuple[str, ...], kept: Kept[Lab] | None) -> Lab:
    """Everything in ``lab/``, hundreds of files, as one result: they change together or, mostly, not at all."""
    sources = tuple(snapshot.below("lab"))
    kept = kept or Kept()
    kept.begin()
    key = key_of(languages, [(source.path, source.digest) for source in sources])
    return kept.get(key, lambda: _read_lab(Snapshot(sources), languages))


def _read_lab(lab: Snapshot, languages: tuple[str, ...]) -> Lab:
    shown, problems = exhibits.read(lab, languages)
    measured, found = measurements.read(lab)
    return shown, measured, (*problems, *found)


def _world(snapshot: Snapshot, site: Settings, shown: Mapping[str, Page], faces: Mapping[str, str]) -> str:
    """The digest that :class:`Library` has."""
    others = [(source.path, source.digest) for source in snapshot.values() if source.path not in faces]
    pages = sorted((page.name, page.kind.value) for page in shown.values() if page.kind is not Kind.GUIDE)
    seen = sorted((path, face) for path, face in faces.items() if not path.startswith(f"content/{GUIDES}/"))
    return key_of(generator.identity(), site, pages, headerfields.GUIDE in shown, seen, others)


def _included(
    pages: Mapping[str, Page], files: Mapping[str, Source], facts: Facts
) -> tuple[dict[str, str], list[Problem]]:
    """The texts of the files that pages include, by path; diagrams are cleaned."""
    wanted = {path for page in pages.values() for text in page.texts.values() for path, *_ in text.plain.inclusions}
    paths = sorted(wanted & files.keys())
    texts, problems = facts.of(_texts_of, [files[path] for path in paths])
    return dict(zip(paths, texts, strict=True)), problems


def _texts_of(included: Snapshot) -> tuple[tuple[str, ...], list[Problem]]:
    """The texts of included files in the order of their paths."""
    texts, problems = [], list[Problem]()
    for source in included.values():
        text, found = _cleaned(source) if source.path.endswith(".svg") else decode(source)
        texts.append(text)
        problems += found
    return tuple(texts), problems


def _cleaned(source: Source) -> tuple[str, list[Problem]]:
    from . import svg  # noqa: PLC0415 - diagrams seldom change, and it needs a reader of XML

    text, problems = svg.clean(source)
    return text, list(problems)
