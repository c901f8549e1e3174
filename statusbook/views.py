"""What templates are given, worked out from the library without rendering anything: :mod:`statusbook.shown`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from . import evidence, findings, headerfields, matrices
from .addresses import relative
from .evidence import LAB, ExhibitView, ProofView
from .exhibits import Exhibit
from .findings import Findings
from .library import Library, number_of
from .matrices import Matrix
from .measurements import Subject
from .model import (
    NO_LINKS,
    OTHER,
    SECTIONS,
    FieldLinks,
    Heading,
    Kind,
    Language,
    Link,
    Page,
    SectionRef,
    StatusCode,
    VendorUse,
)
from .shown import (
    Alternate,
    Card,
    Cards,
    ClassGroup,
    CodeView,
    Crumb,
    FieldView,
    PageView,
    RegistryView,
    SinceLink,
    SpecLink,
    TocEntry,
    VendorView,
)
from .tables import Constant
from .typography import curly

#: Pages that no content file stands behind, and their slugs (empty: not an address one can link).
SEARCH, POSTER, STYLE = "search", "poster", "style"
NOT_FOUND = "404.html"
CLIENTS = "lab/clients"

#: Pages that the home page lists, and the place where it does: they stand below it.
_LISTED_AT_HOME = {Kind.GUIDE: "guides", Kind.VENDOR: "vendors"}

#: Guides that name a page, of which so many at most are shown with it.
RELATED = 24


def search_index_path(language: Language) -> str:
    """Where a language's search index is published, relative to the site."""
    return f"{language.prefix}{SEARCH}/index.json"


def texts_path(language: Language) -> str:
    """Where what scripts say in a language is published, relative to the site."""
    return f"{language.prefix}{SEARCH}/texts.json"


def lens_path(language: Language) -> str:
    """Where the paste lens is published by itself, relative to the site."""
    return f"{language.prefix}{SEARCH}/lens.xml"


def cards_path(language: Language) -> str:
    """Where the previews of a language's codes are published, relative to the site."""
    return f"{language.prefix}{SEARCH}/cards.json"


class Views:
    """The views of a library's pages in one language."""

    def __init__(self, library: Library, language: Language) -> None:
        self.library, self.language = library, language
        self.t = library.strings[language.key]
        self._cards: dict[str, Card] = {}
        self._codes: dict[str, Cards] = {}
        self._proofs: dict[int, tuple[ProofView, ...]] = {}
        self._findings: dict[int, Findings | None] = {}

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
            return card._replace(class_key=page.name)
        if code is None:
            return card
        return card._replace(
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

    def about_cards(self) -> tuple[Card, ...]:
        """The pages about the handbook itself."""
        return self.cards(self.library.about)

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

    def made_up(self, kind: str, slug: str, title: str, summary: str, above: tuple[Crumb, ...] = ()) -> PageView:
        """A page without a content file: the search page, the not-found page, those of the lab.

        ``above`` are the pages between home and it.
        """
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
            breadcrumbs=(
                Crumb(self.library.settings.titles[self.language.key], self.address("")),
                *above,
                Crumb(title, ""),
            ),
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

    def siblings(self, page: Page) -> Cards:
        """The codes of the class of a code page, itself included."""
        return self.codes_of(page.code.class_key) if page.code else Cards()

    def codes_of(self, class_key: str) -> Cards:
        """The codes of a class."""
        if class_key not in self._codes:
            self._codes[class_key] = Cards(self.cards(self.library.by_class.get(class_key, ())))
        return self._codes[class_key]

    def related(self, page: Page) -> tuple[Card, ...]:
        """The pages that a page names in ``see``, in its order, then the guides that name the page."""
        about = self.cards(self.library.guides_about.get(page.name, ())[:RELATED])
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
                # Its key says more in less room than its title: “5xx” and not “server errors”.
                key = self.t("class.short") if group.name == OTHER else group.name
                crumbs.append(Crumb(key, self.address(group.slug)))
            crumbs.append(Crumb(str(page.code.number), ""))
        elif page.kind in _LISTED_AT_HOME:
            # The title stands below in large, and is long: it would take two lines of a phone.
            name = _LISTED_AT_HOME[page.kind]
            crumbs.append(Crumb(self.t(f"page.{name}"), f"{self.address('')}#{name}"))
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
        if page.kind is Kind.CLASS:
            toc.append(TocEntry("codes", self.t("class.codes")))
        return tuple(self._with_added(page, toc)) if page.code else tuple(toc)

    def _with_added(self, page: Page, toc: list[TocEntry]) -> list[TocEntry]:
        """A code page's table of contents with the sections that the template adds from data."""
        added = {"see"} if self.related(page) else set()
        added |= {"code"} if self.constants(page) else set()
        added |= {"clients"} if self.findings(page) else set()
        added |= {"evidence"} if page.code and page.code.number in self.library.exhibits.by_code else set()
        added |= {"history"} if page.code and (page.code.spec or self.registry(page)) else set()
        written = {entry.anchor: entry for entry in toc}
        return [
            written.get(anchor) or TocEntry(anchor, self.t(f"section.{anchor}"))
            for anchor in SECTIONS
            if anchor in written or anchor in added
        ]

    def lab_addresses(self) -> Mapping[str, str]:
        """The lab's pages of overview that there are: by the kind of page, their addresses."""
        there = {
            LAB: bool(self.library.exhibits.by_code),
            "clients": any(measurement.subjects for measurement in self.library.measurements.values()),
        }
        slugs = {LAB: LAB, "clients": CLIENTS}
        return {kind: self.address(slugs[kind]) for kind, exists in there.items() if exists}

    # --- the lab ------------------------------------------------------------------------------------

    def exhibits(self, page: Page) -> tuple[Exhibit, ...]:
        """The exchanges of the lab that show a code."""
        return self.library.exhibits.by_code.get(page.code.number, ()) if page.code else ()

    def proofs(self, page: Page) -> tuple[ProofView, ...]:
        """Those exchanges as they are named on their code's page, on each other's and in the list of all."""
        exhibits = self.exhibits(page)
        if not exhibits:
            return ()
        number = exhibits[0].recipe.code
        if number not in self._proofs:
            self._proofs[number] = tuple(
                evidence.proof(exhibit, self._address_of(exhibit), self.language.key, self.print)
                for exhibit in exhibits
            )
        return self._proofs[number]

    def exhibit(self, exhibit: Exhibit) -> ExhibitView:
        return evidence.view(exhibit, self._address_of(exhibit), self.language.key, self.print)

    def _address_of(self, exhibit: Exhibit) -> str:
        return self.address(evidence.slug_of(exhibit))

    def cause(self, exhibit: Exhibit) -> TocEntry | None:
        """The cause that an exchange shows, where the page of its code tells of it."""
        text = self.library.pages[str(exhibit.recipe.code)].texts[self.language.key]
        heading = next((h for h in text.outline.headings if h.anchor == exhibit.recipe.cause), None)
        return TocEntry(heading.anchor, self.print(heading.text)) if heading else None

    def findings(self, page: Page) -> Findings | None:
        """What clients and caches did with a code."""
        if page.code is None:
            return None
        number = page.code.number
        if number not in self._findings:
            self._findings[number] = findings.of_code(self.library.measurements, number)
        return self._findings[number]

    def matrices(self, name: str) -> tuple[Matrix, ...]:
        """The tables that ``[[measured:name]]`` asks for."""
        return matrices.of_name(self.library.measurements, name)

    def measured(self) -> tuple[tuple[tuple[str, tuple[Matrix, ...]], ...], tuple[Subject, ...]]:
        """All tables by name, and who was measured."""
        everybody = {s.key: s for m in self.library.measurements.values() for s in m.subjects.values()}
        return matrices.everything(self.library.measurements), tuple(everybody.values())

    # --- header fields ------------------------------------------------------------------------------

    def fields(self) -> tuple[FieldView, ...]:
        """Every header field that the handbook explains, by name."""
        found = (self.field(name) for name in self.library.fields)
        return tuple(view for view in found if view)

    def field(self, name: str) -> FieldView | None:
        """A header field by its name, whatever its case; None when the handbook does not explain it."""
        known = self.library.fields.get(name.lower())
        if known is None:
            return None
        address = f"{self.address(f'guides/{headerfields.GUIDE}')}#{known.anchor}"
        note = self.print(known.notes[self.language.key])
        return FieldView(known.name, known.anchor, address, note, known.label, known.url)

    def field_links(self, address: str) -> FieldLinks:
        """Where the header fields in messages of the page at ``address`` lead."""
        guide = self.library.pages.get(headerfields.GUIDE)
        if guide is None or guide.kind is not Kind.GUIDE:
            return NO_LINKS
        href = relative(address, f"{self.address(guide.slug)}#{headerfields.ANCHOR}")
        return FieldLinks(href, frozenset(self.library.fields))

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
