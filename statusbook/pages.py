"""HTML pages: which there are, and what each is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from . import assets, generator, guidelist, headerfields, markdown, poster, showcase
from .addresses import file_of, relative
from .evidence import LAB, by_program
from .exhibits import Exhibit
from .kept import Kept
from .library import Library
from .matrices import Matrix
from .model import MEASURED, Kind, Language, Page, Surroundings, Text
from .output import Make, Output, key_of
from .problems import BadInput, Problem
from .renderer import Renderer
from .shown import Card, Crumb, PageView, TocEntry
from .sources import Snapshot
from .views import CLIENTS, POSTER, RELATED, SEARCH, STYLE, Views, cards_path, lens_path, texts_path


class Pages:
    """Every HTML page of a library."""

    def __init__(self, library: Library, snapshot: Snapshot, compiled: Kept[bytes] | None = None) -> None:
        self.library = library
        self.snapshot = snapshot
        self.views = {language.key: Views(library, language) for language in library.settings.languages}
        self.renderer = Renderer(library, snapshot, self.views, compiled)
        # Bound once: every output has them.
        self._prepare: Callable[..., tuple[str, Make]] = self._content_page
        self._share = self._load

    def outputs(self) -> Iterator[Output]:
        """All pages. Those that show the same code, a page in its languages, stand side by side: who makes one of them
        has coloured it for the other."""
        languages = self.library.settings.languages
        for page in self.library.pages.values():
            for language in languages:
                yield self.output(page, language)
        yield from self.others()

    def others(self) -> Iterator[Output]:
        """The pages that no content file is behind, and what belongs to all pages."""
        yield from self._lab()
        for language in self.library.settings.languages:
            views = self.views[language.key]
            for kind, slug in (("search", SEARCH), ("notfound", ""), ("poster", POSTER), ("style", STYLE)):
                view = views.made_up(kind, slug, views.t(f"{kind}.title"), views.t(f"{kind}.summary"))
                yield self._output(view.address, self._made_up, view, language, shows=(self.library.all_guides,))
            for view, guides in guidelist.parts(views):
                shows = (self.library.all_guides,)
                yield self._output(view.address, self._guides, view, guides, language, shows=shows)
            yield from self._clients(views, language)
            yield Output(texts_path(language), partial(self._texts, language), stamp=self.library.world)
            yield Output(lens_path(language), partial(self._lens, language), stamp=self.library.world)

    def find(self, path: str) -> Output | None:
        """The page of a content file by the path of its output."""
        address = "/" + path.removesuffix("index.html")
        for language in self.library.settings.languages:
            slug = address.removeprefix(f"/{language.prefix}").removesuffix("/")
            page = self.library.pages.get(slug.rpartition("/")[2])
            if page and self.views[language.key].address(page.slug) == address:
                return self.output(page, language)
        return None

    def output(self, page: Page, language: Language) -> Output:
        """The page of a content file."""
        address = self.views[language.key].address(page.slug)
        text, around = page.texts[language.key], self.library.all_guides
        if page.kind is not Kind.HOME:
            around = key_of(self._faces_around(page, language.key))
        return self._output(address, self._prepare, page, language, shows=(text.digest, around))

    def _output(
        self, address: str, prepare: Callable[..., tuple[str, Make]], *about: object, shows: tuple[str, ...] = ()
    ) -> Output:
        """The page at ``address``. Digests of what it ``shows`` are those of its own text and of guides; all else is
        of the library."""
        stamp = key_of(self.library.world, *shows)
        return Output(file_of(address), prepare, *about, stamp=stamp, share=self._share)

    def _faces_around(self, page: Page, language: str) -> list[list[tuple[str, str]]]:
        """Paths and digests of all that a content page can show of others, by why it shows them."""
        library, pages = self.library, self.library.pages
        named = sorted({name for name, *_ in page.texts[language].plain.references})
        rows: tuple[Iterable[Page | None], ...] = (
            library.around.get(page.name, ()),
            map(pages.get, page.see),
            library.guides_about.get(page.name, ())[:RELATED],
            map(pages.get, named),
        )
        return [[self._face(each, language) for each in row] for row in rows]

    def _face(self, page: Page | None, language: str) -> tuple[str, str]:
        path = page.texts[language].path if page else ""
        return path, self.library.faces.get(path, "")

    # --- what a page is made of ---------------------------------------------------------------------

    def _content_page(self, page: Page, language: Language) -> tuple[str, Make]:
        views = self.views[language.key]
        view = views.page(page)
        values = {"page": view, **self._extra(page, views)}
        around = self._surroundings(page, view, language)
        text = page.texts[language.key]
        asked = {name: views.matrices(name.partition(":")[2]) for name in _measured(text)}
        included = (sorted(around.files.items()), sorted(asked.items()))
        key = self.renderer.key(language, view.kind, values, text.digest, sorted(around.links.items()), included)
        return key, partial(self._make_content_page, page, language, values, around, asked)

    def _make_content_page(
        self,
        page: Page,
        language: Language,
        values: dict[str, Any],
        around: Surroundings,
        asked: Mapping[str, tuple[Matrix, ...]],
    ) -> bytes:
        text = page.texts[language.key]
        if asked:
            tables = {name: self._tables(values["page"], language, found) for name, found in asked.items()}
            around = replace(around, files={**around.files, **tables})
        return self.renderer.render(language, values, markdown.render(text, self.library.body(text), around))

    def _extra(self, page: Page, views: Views) -> dict[str, Any]:
        """What the kind of page has besides ``page``."""
        if page.kind is Kind.HOME:
            return self._everything(views)
        if page.kind is Kind.CLASS:
            return {"classes": views.classes(), "codes": views.codes_of(page.name)}
        if page.kind is Kind.GUIDE:
            fields = views.fields() if page.name == headerfields.GUIDE else ()
            return {"related": views.related(page), "fields": fields}
        if page.kind is Kind.VENDOR:
            return {"uses": views.uses(page)}
        if page.kind is Kind.PAGE:
            return {}
        return {
            "code": views.code(page),
            "registry": views.registry(page),
            "constants": views.constants(page),
            "related": views.related(page),
            "siblings": views.siblings(page),
            "proofs": (proofs := views.proofs(page)),
            "first_exhibit": views.exhibit(views.exhibits(page)[0]) if proofs else None,
            "more_exhibits": by_program(proofs[1:]),
            "lab_address": views.address(LAB),
            "found": views.findings(page),
            "clients_address": views.address(CLIENTS),
        }

    def _everything(self, views: Views) -> dict[str, Any]:
        """The lists of all pages: for home, search and the not-found page."""
        vendors = views.cards(self.library.vendors)
        return {"classes": views.classes(), "vendors": vendors, **guidelist.listed(views)}

    def _made_up(self, view: PageView, language: Language) -> tuple[str, Make]:
        views = self.views[language.key]
        extra = {"poster": self._poster, "style": self._style}.get(view.kind, self._everything)
        values = {"page": view, **extra(views)}
        return self._page(language, values)

    def _guides(self, view: PageView, guides: tuple[Card, ...], language: Language) -> tuple[str, Make]:
        return self._page(language, {"page": view, "guides": guides})

    def _page(self, language: Language, values: dict[str, Any]) -> tuple[str, Make]:
        """A page that has no text of its own."""
        return self.renderer.key(language, values["page"].kind, values), partial(self.renderer.render, language, values)

    def _poster(self, views: Views) -> dict[str, Any]:
        days = [entry.date.isoformat() for entry in self.library.tables.registry.values()]
        return {"bands": poster.bands(views.classes()), "registry_day": max(days, default="")}

    def _style(self, views: Views) -> dict[str, Any]:
        from . import palette, stylebook  # noqa: PLC0415 - for one page in each language

        sheets = _sheet(self.snapshot, palette.TOKENS), _sheet(self.snapshot, palette.SYNTAX)
        try:
            return stylebook.values(*sheets, self.library, views.language.key, views.classes())
        except (KeyError, ValueError) as error:
            hint = "The style page prints every colour of it: oklch(L C H), in pairs of light-dark()."
            raise BadInput(
                [Problem(f"{assets.FOLDER}/{palette.TOKENS}", 0, 0, f"cannot be read: {error}", hint)]
            ) from None

    def _lab(self) -> Iterator[Output]:
        """The pages of the lab's exchanges, and the one that lists them."""
        if not self.library.exhibits.by_code:
            return
        languages = self.library.settings.languages
        for language in languages:
            address = showcase.index(self.views[language.key]).address
            yield self._output(address, partial(self._lab_page, language))
        for exhibit in self.library.exhibits:
            for language in languages:
                view = showcase.page(self.views[language.key], exhibit)
                yield self._output(view.address, partial(self._exhibit_page, view, exhibit, language))

    def _clients(self, views: Views, language: Language) -> Iterator[Output]:
        """The page of all that was measured of clients."""
        if any(measurement.subjects for measurement in self.library.measurements.values()):
            above = (Crumb(views.t("lab.title"), views.address(LAB)),) if self.library.exhibits.by_code else ()
            view = views.made_up("clients", CLIENTS, views.t("measured.title"), views.t("measured.summary"), above)
            yield self._output(view.address, partial(self._clients_page, view, language))

    def _clients_page(self, view: PageView, language: Language) -> tuple[str, Make]:
        views = self.views[language.key]
        groups, subjects = views.measured()
        names = [*(name for name, _ in groups), "versions"]
        toc = tuple(TocEntry(name, views.t(f"measured.part.{name}")) for name in names)
        return self._page(language, {"page": view._replace(toc=toc), "groups": groups, "subjects": subjects})

    def _tables(self, page: PageView, language: Language, tables: tuple[Matrix, ...]) -> str:
        """Measurements as the text of ``page`` shows them."""
        values = {"tables": tables, "address": self.views[language.key].address(CLIENTS)}
        return self.renderer.part("parts/measured.html", page, language, values)

    def _lab_page(self, language: Language) -> tuple[str, Make]:
        return self._page(language, showcase.listed(self.views[language.key]))

    def _exhibit_page(self, view: PageView, exhibit: Exhibit, language: Language) -> tuple[str, Make]:
        return self._page(language, showcase.of_page(self.views[language.key], view, exhibit))

    def _texts(self, language: Language) -> tuple[str, Make]:
        """What scripts say in the language, and where they find what they load later, from the site's root."""
        paths = {"cards": cards_path(language)}
        context = {"t": self.library.strings[language.key], "asset": self.renderer.versioned, **paths}
        return self.renderer.texts_keys[language.key], lambda: self.renderer.templates.render("texts.json", context)

    def _lens(self, language: Language) -> tuple[str, Make]:
        """The paste lens as scripts put it into a dialog of any page."""
        templates = [self.renderer.texts.get(name) for name in ("lens.xml", "parts/lens.html")]
        key = key_of("lens", generator.identity(), templates, self.renderer.catalogue_keys[language.key])
        return key, lambda: self.renderer.templates.render("lens.xml", {"t": self.library.strings[language.key]})

    def _surroundings(self, page: Page, view: PageView, language: Language) -> Surroundings:
        views = self.views[language.key]
        outline = page.texts[language.key].outline
        links = {
            (ref.target, ref.fragment): views.link(
                ref.target, ref.fragment, relative(view.address, views.address(self.library.pages[ref.target].slug))
            )
            for ref in outline.references
        }
        files = {
            item.path: self.library.files[item.path]
            for item in outline.inclusions
            if not item.path.startswith(MEASURED)
        }
        fields = views.field_links(view.address)
        return Surroundings(links, files, self.library.strings[language.key]("table.label"), language.tag, fields)

    def _load(self) -> None:
        """Load what rendering takes."""
        markdown.prepare()
        self.renderer.templates.compile()


def _measured(text: Text) -> tuple[str, ...]:
    """The measurements that a text asks for."""
    return tuple(item.path for item in text.outline.inclusions if item.path.startswith(MEASURED))


def _sheet(snapshot: Snapshot, path: str) -> str:
    source = snapshot.get(f"{assets.FOLDER}/{path}")
    return source.data.decode("utf-8", "replace") if source else ""
