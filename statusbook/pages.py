"""HTML pages: which there are, what each is made of, and the one renderer that makes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from markupsafe import Markup

from . import (
    __version__,
    assets,
    generator,
    guidelist,
    headerfields,
    jsonld,
    markdown,
    palette,
    policy,
    poster,
    showcase,
    stylebook,
)
from .addresses import file_of, relative
from .evidence import LAB, by_program
from .exhibits import Exhibit
from .highlight import highlight
from .kept import Kept
from .library import Library
from .matrices import Matrix
from .model import MEASURED, Kind, Language, Page, Surroundings, Text
from .output import Make, Output, key_of
from .problems import BadInput, Problem
from .sources import Snapshot, decode
from .views import (
    CLIENTS,
    POSTER,
    SEARCH,
    STYLE,
    Card,
    Crumb,
    PageView,
    TocEntry,
    Views,
    cards_path,
    lens_path,
    search_index_path,
    texts_path,
)

if TYPE_CHECKING:
    from .templates import Templates

TEMPLATES = "templates"


@dataclass(frozen=True, slots=True)
class SectionView:
    """A rendered section, as templates get it."""

    anchor: str
    title: Markup
    html: Markup


class Pages:
    """Every HTML page of a library."""

    def __init__(self, library: Library, snapshot: Snapshot, compiled: Kept[bytes] | None = None) -> None:
        self.library = library
        self.compiled: Kept[bytes] = compiled or Kept()
        self.templates = _templates(snapshot)
        self.versions = assets.versions(snapshot)
        self.inside = assets.Inside(snapshot)
        self.sheets = _sheet(snapshot, palette.TOKENS), _sheet(snapshot, palette.SYNTAX)
        self.views = {language.key: Views(library, language) for language in library.settings.languages}
        self.shared = key_of(
            generator.identity(),
            sorted(self.templates.items()),
            sorted(self.versions.items()),
            library.settings,
            tuple(library.fields),
        )
        self.catalogue_keys = {
            key: key_of(sorted(catalogue.texts.items())) for key, catalogue in library.strings.items()
        }
        texts = (generator.identity(), self.templates.get("texts.json"), sorted(self.versions.items()))
        self.texts_keys = {key: key_of("texts", texts, catalogue) for key, catalogue in self.catalogue_keys.items()}

    def outputs(self) -> Iterator[Output]:
        for language in self.library.settings.languages:
            views = self.views[language.key]
            for page in self.library.pages.values():
                yield self.output(page, language)
            for kind, slug in (("search", SEARCH), ("notfound", ""), ("poster", POSTER), ("style", STYLE)):
                view = views.made_up(kind, slug, views.t(f"{kind}.title"), views.t(f"{kind}.summary"))
                yield self._output(view.address, partial(self._made_up, view, language))
            for view, guides in guidelist.parts(views):
                yield self._output(view.address, partial(self._guides, view, guides, language))
            yield from self._lab(views, language)
            yield from self._clients(views, language)
            yield Output(texts_path(language), partial(self._texts, language))
            yield Output(lens_path(language), partial(self._lens, language))

    def output(self, page: Page, language: Language) -> Output:
        """The page of a content file."""
        address = self.views[language.key].address(page.slug)
        return self._output(address, partial(self._content_page, page, language), page.texts[language.key].digest)

    def _output(self, address: str, prepare: Callable[[], tuple[str, Make]], digest: str = "") -> Output:
        """The page at ``address``; ``digest`` is that of its own text, all else that it shows is of the library."""
        stamp = key_of(self.library.world, digest)
        return Output(file_of(address), prepare, stamp=stamp, share=self._share)

    # --- what a page is made of ---------------------------------------------------------------------

    def _content_page(self, page: Page, language: Language) -> tuple[str, Make]:
        views = self.views[language.key]
        view = views.page(page)
        values = {"page": view, **self._extra(page, views)}
        around = self._surroundings(page, view, language)
        text = page.texts[language.key]
        asked = {name: views.matrices(name.partition(":")[2]) for name in _measured(text)}
        included = (sorted(around.files.items()), sorted(asked.items()))
        key = self._key(language, view.kind, values, text.digest, sorted(around.links.items()), included)
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
        rendered = markdown.render(text, around)
        sections = [SectionView(s.anchor, Markup(s.title), Markup(s.html)) for s in rendered.sections]
        return self._render(f"{page.kind.value}.html", language, values, lead=rendered.lead, sections=sections)

    def _extra(self, page: Page, views: Views) -> dict[str, Any]:
        """What the kind of page has besides ``page``."""
        if page.kind is Kind.HOME:
            return self._everything(views)
        if page.kind is Kind.CLASS:
            return {"classes": views.classes(), "codes": views.cards(self.library.by_class.get(page.name, ()))}
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
            "exhibits": (exhibits := views.exhibits(page)),
            "more_exhibits": by_program(exhibits[1:]),
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
        return self._key(language, view.kind, values), partial(self._render, f"{view.kind}.html", language, values)

    def _guides(self, view: PageView, guides: tuple[Card, ...], language: Language) -> tuple[str, Make]:
        values = {"page": view, "guides": guides}
        return self._key(language, view.kind, values), partial(self._render, "guides.html", language, values)

    def _poster(self, views: Views) -> dict[str, Any]:
        days = [entry.date.isoformat() for entry in self.library.tables.registry.values()]
        return {"bands": poster.bands(views.classes()), "registry_day": max(days, default="")}

    def _style(self, views: Views) -> dict[str, Any]:
        try:
            return stylebook.values(*self.sheets, self.library, views.language.key, views.classes())
        except (KeyError, ValueError) as error:
            hint = "The style page prints every colour of it: oklch(L C H), in pairs of light-dark()."
            raise BadInput(
                [Problem(f"{assets.FOLDER}/{palette.TOKENS}", 0, 0, f"cannot be read: {error}", hint)]
            ) from None

    def _lab(self, views: Views, language: Language) -> Iterator[Output]:
        """The pages of the lab's exchanges, and the one that lists them."""
        if not self.library.exhibits.by_code:
            return
        view = showcase.index(views)
        yield self._output(view.address, partial(self._lab_page, view, language))
        for view, exhibit in showcase.pages(views):
            yield self._output(view.address, partial(self._exhibit_page, view, exhibit, language))

    def _clients(self, views: Views, language: Language) -> Iterator[Output]:
        """The page of all that was measured of clients."""
        if any(measurement.subjects for measurement in self.library.measurements.values()):
            above = (Crumb(views.t("lab.title"), views.address(LAB)),) if self.library.exhibits.by_code else ()
            view = views.made_up("clients", CLIENTS, views.t("measured.title"), views.t("measured.summary"), above)
            yield Output(file_of(view.address), partial(self._clients_page, view, language))

    def _clients_page(self, view: PageView, language: Language) -> tuple[str, Make]:
        views = self.views[language.key]
        groups, subjects = views.measured()
        names = [*(name for name, _ in groups), "versions"]
        toc = tuple(TocEntry(name, views.t(f"measured.part.{name}")) for name in names)
        values = {"page": replace(view, toc=toc), "groups": groups, "subjects": subjects}
        return self._key(language, view.kind, values), partial(self._render, "clients.html", language, values)

    def _tables(self, page: PageView, language: Language, tables: tuple[Matrix, ...]) -> str:
        """Measurements as the text of ``page`` shows them."""
        context = {
            "t": self.library.strings[language.key],
            "href": partial(self._href, page),
            "tables": tables,
            "address": self.views[language.key].address(CLIENTS),
        }
        return self._templates.render("parts/measured.html", context).decode("utf-8")

    def _lab_page(self, view: PageView, language: Language) -> tuple[str, Make]:
        values = showcase.listed(self.views[language.key])
        return self._key(language, view.kind, values), partial(self._render, "lab.html", language, values)

    def _exhibit_page(self, view: PageView, exhibit: Exhibit, language: Language) -> tuple[str, Make]:
        values = showcase.of_page(self.views[language.key], view, exhibit)
        return self._key(language, view.kind, values), partial(self._render, "exhibit.html", language, values)

    def _texts(self, language: Language) -> tuple[str, Make]:
        """What scripts say in the language, and where they find what they load later, from the site's root."""
        t = self.library.strings[language.key]
        paths = {"cards": cards_path(language), "index": search_index_path(language)}
        context = {"t": t, "asset": self._versioned, **paths}
        return self.texts_keys[language.key], lambda: self._templates.render("texts.json", context)

    def _lens(self, language: Language) -> tuple[str, Make]:
        """The paste lens as scripts put it into a dialog of any page."""
        templates = [self.templates.get(name) for name in ("lens.xml", "parts/lens.html")]
        key = key_of("lens", generator.identity(), templates, self.catalogue_keys[language.key])
        return key, lambda: self._templates.render("lens.xml", {"t": self.library.strings[language.key]})

    def _key(self, language: Language, kind: str, *parts: object) -> str:
        views = self.views[language.key]
        every_page = (
            self.catalogue_keys[language.key],
            views.class_cards(),
            views.about_cards(),
            views.lab_addresses(),
        )
        return key_of("page", self.shared, self.inside.key(kind), language, every_page, *parts)

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

    # --- making it ----------------------------------------------------------------------------------

    def _share(self) -> None:
        """Load what rendering takes."""
        markdown.prepare()
        self._templates.compile()

    @cached_property
    def _templates(self) -> Templates:
        from .templates import compiled  # noqa: PLC0415 - Jinja2 is loaded when a page has to be made

        return compiled(tuple(sorted(self.templates.items())), self.compiled)

    def _render(
        self, template: str, language: Language, values: Mapping[str, Any], lead: str = "", sections: Any = ()
    ) -> bytes:
        page: PageView = values["page"]
        settings = self.library.settings
        views = self.views[language.key]
        site = settings.titles[language.key]
        inside = self.inside.of(page.kind)
        json_ld = jsonld.describe(page, values.get("code"), language, site)
        context = {
            **values,
            "page": _Page(page, Markup(lead), sections, Markup(json_ld)),
            "t": self.library.strings[language.key],
            "href": partial(self._href, page),
            "asset": partial(self._asset, page),
            "csp": Markup(policy.page_policy(inside)),
            "inside": {"style": Markup(inside.styles[0]), "script": Markup(inside.scripts[0])},
            "colour": partial(highlight, links=views.field_links(page.address)),
            "lang": language,
            "languages": settings.languages,
            "site": {
                "title": site,
                "base_url": settings.base_url,
                "repository": settings.repository,
                "version": __version__,
            },
            "class_cards": views.class_cards(),
            "about_cards": views.about_cards(),
            "style_address": views.address(STYLE),
            "home": views.address(""),
            "search_address": views.address(SEARCH),
            "poster_address": views.address(POSTER),
            "lab_addresses": views.lab_addresses(),
            "texts_href": f"{self._href(page, f'/{texts_path(language)}')}?v={self.texts_keys[language.key][:8]}",
        }
        return self._templates.render(template, context)

    def _href(self, page: PageView, address: str) -> str:
        """A link from ``page`` to a site-absolute address.

        The not-found page is shown at any address, so its links start from the site's root.
        """
        if page.kind == "notfound":
            return urlsplit(self.library.settings.base_url).path.rstrip("/") + address
        return relative(page.address, address)

    def _asset(self, page: PageView, path: str) -> str:
        return self._href(page, f"/{self._versioned(path)}")

    def _versioned(self, path: str) -> str:
        """The address of an asset from the site's root."""
        if path not in self.versions:
            raise BadInput([Problem(f"{assets.FOLDER}/{path}", 0, 0, "is missing", "A template asks for it.")])
        return f"{assets.FOLDER}/{path}?v={self.versions[path]}"


def _measured(text: Text) -> tuple[str, ...]:
    """The measurements that a text asks for."""
    return tuple(item.path for item in text.outline.inclusions if item.path.startswith(MEASURED))


def _sheet(snapshot: Snapshot, path: str) -> str:
    source = snapshot.get(f"{assets.FOLDER}/{path}")
    return source.data.decode("utf-8", "replace") if source else ""


def _templates(snapshot: Snapshot) -> dict[str, str]:
    """The templates' texts by name. Raises :class:`BadInput` for those that are not text."""
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for source in snapshot.below(TEMPLATES):
        texts[source.path.removeprefix(f"{TEMPLATES}/")], found = decode(source)
        problems += found
    if problems:
        raise BadInput(problems)
    return texts


class _Page:
    """A page view with its rendered text."""

    def __init__(self, view: PageView, lead: Markup, sections: Any, json_ld: Markup) -> None:
        self._view, self.lead, self.sections, self.json_ld = view, lead, sections, json_ld

    def __getattr__(self, name: str) -> Any:
        return getattr(self._view, name)
