"""What templates are given: plain values, worked out from the library without rendering anything.

A view's ``repr`` names everything that it shows of other pages, so it is also what the cache key of the
page is made of.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from .library import Library, number_of
from .model import SECTIONS, Heading, Kind, Language, Link, Page, SectionRef, StatusCode, VendorUse
from .tables import Constant
from .typography import curly

#: Pages that no content file stands behind, and their slugs (empty: not an address one can link).
SEARCH = "search"
NOT_FOUND = "404.html"


def search_index_path(language: Language) -> str:
    """Where a language's search index is published, relative to the site."""
    return f"{language.prefix}{SEARCH}/index.json"


@dataclass(frozen=True, slots=True)
class Card:
    """How a page is shown on other pages. ``number`` is empty for pages that are not status codes."""

    name: str
    kind: str
    address: str
    title: str
    summary: str
    number: str = ""
    phrase: str = ""
    class_key: str = ""
    standing: str = ""
    deprecated: bool = False


@dataclass(frozen=True, slots=True)
class ClassGroup:
    """A class and its codes; ``card`` is None while the class has no page."""

    class_key: str
    card: Card | None
    codes: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Alternate:
    """The same page in a language; ``absolute`` is empty while the site has no base URL."""

    key: str
    tag: str
    name: str
    address: str
    absolute: str
    current: bool


@dataclass(frozen=True, slots=True)
class Crumb:
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class TocEntry:
    anchor: str
    title: str
    children: tuple[TocEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class SpecLink:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class SinceLink:
    rfc: int
    year: int
    url: str


@dataclass(frozen=True, slots=True)
class VendorView:
    """A vendor's use of a number. ``title`` names the product, ``address`` is its vendor page's."""

    vendor: str
    title: str
    address: str
    name: str
    note: str
    seen: str
    trust: str
    source: str


@dataclass(frozen=True, slots=True)
class RegistryView:
    phrase: str
    reference: str
    url: str
    date: date


@dataclass(frozen=True, slots=True)
class CodeView:
    """The facts of a code page as templates print them: enumerations by their value."""

    number: str
    phrase: str
    class_key: str
    standing: str
    deprecated: bool
    cacheable: str
    body: str
    retry: str
    senders: tuple[str, ...]
    spec: tuple[SpecLink, ...]
    since: SinceLink | None
    vendors: tuple[VendorView, ...]
    keywords: tuple[str, ...]
    symptoms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageView:
    """What every page shows, whatever its kind."""

    kind: str
    name: str
    title: str
    summary: str
    address: str
    canonical: str
    alternates: tuple[Alternate, ...]
    breadcrumbs: tuple[Crumb, ...]
    updated: date | None = None
    edit_url: str = ""
    toc: tuple[TocEntry, ...] = ()
    class_key: str = ""
    previous: Card | None = None
    next: Card | None = None


class Views:
    """The views of a library's pages in one language."""

    def __init__(self, library: Library, language: Language) -> None:
        self.library, self.language = library, language
        self.t = library.strings[language.key]
        self._cards: dict[str, Card] = {}

    def address(self, slug: str) -> str:
        return self.library.settings.address(self.language, slug)

    def print(self, text: str) -> str:
        """Front matter's text with the quotation marks of the language."""
        return text if self.language.tag.startswith("zh") else curly(text)

    def card(self, page: Page) -> Card:
        card = self._cards.get(page.name)
        if card is None:
            card = self._cards[page.name] = self._card(page)
        return card

    def _card(self, page: Page) -> Card:
        text = page.texts[self.language.key]
        code = page.code
        card = Card(
            page.name, page.kind.value, self.address(page.slug), self.print(text.title), self.print(text.summary)
        )
        if page.kind is Kind.CLASS:
            return replace(card, class_key=page.name)
        if code is None:
            return card
        return replace(
            card,
            number=str(code.number),
            phrase=code.phrase,
            class_key=code.class_key,
            standing=code.standing.value,
            deprecated=code.deprecated,
        )

    def cards(self, pages: Iterable[Page]) -> tuple[Card, ...]:
        return tuple(self.card(page) for page in pages)

    def named(self, names: Iterable[str]) -> tuple[Card, ...]:
        return self.cards(self.library.pages[name] for name in names if name in self.library.pages)

    def class_cards(self) -> tuple[Card, ...]:
        """The class pages in their order."""
        return self.named(self.library.by_class)

    def classes(self) -> tuple[ClassGroup, ...]:
        pages = self.library.pages
        return tuple(
            ClassGroup(key, self.card(pages[key]) if key in pages else None, self.cards(codes))
            for key, codes in self.library.by_class.items()
        )

    # --- pages --------------------------------------------------------------------------------------

    def page(self, page: Page) -> PageView:
        text = page.texts[self.language.key]
        previous, following = self._neighbours(page)
        edit_url = self.library.settings.edit_url
        return PageView(
            kind=page.kind.value,
            name=page.name,
            title=self.print(text.title),
            summary=self.print(text.summary),
            address=self.address(page.slug),
            canonical=self._absolute(self.address(page.slug)),
            alternates=self._alternates(page.slug),
            breadcrumbs=self._breadcrumbs(page),
            updated=text.updated,
            edit_url=edit_url.replace("{path}", text.path) if edit_url else "",
            toc=self._toc(page),
            class_key=page.code.class_key if page.code else page.name if page.kind is Kind.CLASS else "",
            previous=previous,
            next=following,
        )

    def made_up(self, kind: str, slug: str, title: str, summary: str) -> PageView:
        """A page without a content file: the search page, the not-found page."""
        linked = kind != "notfound"
        address = self.address(slug) if linked else f"/{self.language.prefix}{NOT_FOUND}"
        return PageView(
            kind=kind,
            name=slug,
            title=title,
            summary=summary,
            address=address,
            canonical=self._absolute(address) if linked else "",
            alternates=self._alternates(slug if linked else ""),
            breadcrumbs=(Crumb(self.library.settings.titles[self.language.key], self.address("")), Crumb(title, "")),
        )

    def code(self, page: Page) -> CodeView:
        code, text = page.code, page.texts[self.language.key]
        assert code is not None
        since = SinceLink(code.since.rfc, code.since.year, SectionRef(code.since.rfc).url) if code.since else None
        return CodeView(
            number=str(code.number),
            phrase=code.phrase,
            class_key=code.class_key,
            standing=code.standing.value,
            deprecated=code.deprecated,
            cacheable=code.cacheable.value,
            body=code.body.value,
            retry=code.retry.value,
            senders=tuple(sender.value for sender in code.senders),
            spec=tuple(SpecLink(ref.label, ref.url) for ref in code.spec),
            since=since,
            vendors=self._vendors(code),
            keywords=text.keywords,
            symptoms=text.symptoms,
        )

    def registry(self, page: Page) -> RegistryView | None:
        entry = page.code and self.library.tables.registry.get(page.code.number)
        return RegistryView(entry.phrase, entry.reference, entry.url, entry.date) if entry else None

    def constants(self, page: Page) -> tuple[Constant, ...]:
        """Names of the code in languages and frameworks."""
        return self.library.tables.constants.get(page.code.number, ()) if page.code else ()

    def siblings(self, page: Page) -> tuple[Card, ...]:
        return self.cards(self.library.by_class[page.code.class_key]) if page.code else ()

    def related(self, page: Page) -> tuple[Card, ...]:
        """The pages that a page names in ``see``, in its order, then the guides that name the page."""
        about = self.cards(self.library.guides_about.get(page.name, ()))
        return tuple(dict.fromkeys([*self.named(page.see), *about]))

    # --- parts --------------------------------------------------------------------------------------

    def _vendors(self, code: StatusCode) -> tuple[VendorView, ...]:
        return tuple(self._vendor(use) for use in code.vendors)

    def _vendor(self, use: VendorUse) -> VendorView:
        page, product = self.library.vendor_of[use.vendor]
        key = self.language.key
        return VendorView(
            use.vendor,
            product.names[key],
            self.address(page.slug),
            use.name,
            self.print(use.notes[key]),
            use.seen.value,
            use.trust.value,
            use.source,
        )

    def uses(self, vendor: Page) -> tuple[tuple[Card, VendorView], ...]:
        """What a vendor's products mean by which codes, by number."""
        products = {product.vendor for product in vendor.products}
        return tuple(
            (self.card(page), self._vendor(use))
            for page in self.library.codes
            for use in (page.code.vendors if page.code else ())
            if use.vendor in products
        )

    def _absolute(self, address: str) -> str:
        base = self.library.settings.base_url
        return base + address[1:] if base else ""

    def _alternates(self, slug: str) -> tuple[Alternate, ...]:
        settings = self.library.settings
        return tuple(
            Alternate(
                language.key,
                language.tag,
                language.name,
                settings.address(language, slug),
                self._absolute(settings.address(language, slug)),
                language is self.language,
            )
            for language in settings.languages
        )

    def _breadcrumbs(self, page: Page) -> tuple[Crumb, ...]:
        title = self.library.settings.titles[self.language.key]
        if page.kind is Kind.HOME:
            return (Crumb(title, ""),)
        crumbs = [Crumb(title, self.address(""))]
        if page.code:
            group = self.library.pages.get(page.code.class_key)
            if group:
                crumbs.append(Crumb(self.card(group).title, self.address(group.slug)))
            crumbs.append(Crumb(str(page.code.number), ""))
        else:
            crumbs.append(Crumb(page.texts[self.language.key].title, ""))
        return tuple(crumbs)

    def _neighbours(self, page: Page) -> tuple[Card | None, Card | None]:
        before, after = self.library.around.get(page.name, (None, None))
        return self.card(before) if before else None, self.card(after) if after else None

    def _toc(self, page: Page) -> tuple[TocEntry, ...]:
        entries: list[tuple[Heading, list[Heading]]] = []
        for heading in page.texts[self.language.key].outline.headings:
            if heading.level == 2:
                entries.append((heading, []))
            elif heading.level == 3 and entries:
                entries[-1][1].append(heading)
        toc = [
            TocEntry(
                heading.anchor,
                self.print(heading.text),
                tuple(TocEntry(child.anchor, self.print(child.text)) for child in children),
            )
            for heading, children in entries
        ]
        return tuple(self._with_added(page, toc)) if page.code else tuple(toc)

    def _with_added(self, page: Page, toc: list[TocEntry]) -> list[TocEntry]:
        """A code page's table of contents with the sections that the template adds from data."""
        added = {"see"} if self.related(page) else set()
        added |= {"code"} if self.constants(page) else set()
        added |= {"history"} if page.code and (page.code.spec or self.registry(page)) else set()
        written = {entry.anchor: entry for entry in toc}
        return [
            written.get(anchor) or TocEntry(anchor, self.t(f"section.{anchor}"))
            for anchor in SECTIONS
            if anchor in written or anchor in added
        ]

    # --- links in the text --------------------------------------------------------------------------

    def link(self, name: str, fragment: str, href: str) -> Link:
        """What ``[[name#fragment]]`` becomes; ``href`` is the relative address of the page."""
        page = self.library.pages[name]
        card = self.card(page)
        target = f"{href}#{fragment}" if fragment else href
        if page.kind is Kind.CODE:
            kind = card.class_key[0] if card.class_key[0].isdigit() else "o"
            title = " ".join(filter(None, (card.title, card.phrase)))
            return Link(target, str(number_of(page)), f"ref c{kind}", title)
        if page.kind is Kind.CLASS:
            return Link(target, page.name, f"ref c{page.name[0]}", card.title)
        return Link(target, card.title, "ref")
