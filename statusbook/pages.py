"""HTML pages: which there are, what each is made of, and the one renderer that makes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from markupsafe import Markup

from . import __version__, assets, generator, jsonld, markdown
from .addresses import file_of, relative
from .library import Library
from .model import Kind, Language, Page, Surroundings
from .output import Make, Output, key_of
from .problems import BadInput, Problem
from .sources import Snapshot, decode
from .views import SEARCH, PageView, Views, search_index_path

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

    def __init__(self, library: Library, snapshot: Snapshot) -> None:
        self.library = library
        self.templates = _templates(snapshot)
        self.versions = assets.versions(snapshot)
        self.views = {language.key: Views(library, language) for language in library.settings.languages}
        self.shared = key_of(
            generator.identity(),
            sorted(self.templates.items()),
            sorted(self.versions.items()),
            library.settings,
        )
        self.catalogue_keys = {
            key: key_of(sorted(catalogue.texts.items())) for key, catalogue in library.strings.items()
        }

    def outputs(self) -> Iterator[Output]:
        for language in self.library.settings.languages:
            views = self.views[language.key]
            for page in self.library.pages.values():
                yield Output(file_of(views.address(page.slug)), partial(self._content_page, page, language))
            for kind, slug in (("search", SEARCH), ("notfound", "")):
                view = views.made_up(kind, slug, views.t(f"{kind}.title"), views.t(f"{kind}.summary"))
                yield Output(file_of(view.address), partial(self._made_up, view, language))

    # --- what a page is made of ---------------------------------------------------------------------

    def _content_page(self, page: Page, language: Language) -> tuple[str, Make]:
        views = self.views[language.key]
        view = views.page(page)
        values = {"page": view, **self._extra(page, views)}
        around = self._surroundings(page, view, language)
        text = page.texts[language.key]
        files = [(item.path, self.library.files[item.path]) for item in text.outline.inclusions]
        key = self._key(language, values, text.digest, sorted(around.links.items()), files)
        return key, partial(self._make_content_page, page, language, values, around)

    def _make_content_page(self, page: Page, language: Language, values: dict[str, Any], around: Surroundings) -> bytes:
        text = page.texts[language.key]
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
            return {"related": views.related(page)}
        if page.kind is Kind.VENDOR:
            return {"uses": views.uses(page)}
        return {
            "code": views.code(page),
            "registry": views.registry(page),
            "constants": views.constants(page),
            "related": views.related(page),
            "siblings": views.siblings(page),
        }

    def _everything(self, views: Views) -> dict[str, Any]:
        """The lists of all pages: for home, search and the not-found page."""
        guides, vendors = views.cards(self.library.guides), views.cards(self.library.vendors)
        return {"classes": views.classes(), "guides": guides, "vendors": vendors}

    def _made_up(self, view: PageView, language: Language) -> tuple[str, Make]:
        values = {"page": view, **self._everything(self.views[language.key])}
        return self._key(language, values), partial(self._render, f"{view.kind}.html", language, values)

    def _key(self, language: Language, *parts: object) -> str:
        every_page = (self.catalogue_keys[language.key], self.views[language.key].class_cards())
        return key_of("page", self.shared, language, every_page, *parts)

    def _surroundings(self, page: Page, view: PageView, language: Language) -> Surroundings:
        views = self.views[language.key]
        outline = page.texts[language.key].outline
        links = {
            (ref.target, ref.fragment): views.link(
                ref.target, ref.fragment, relative(view.address, views.address(self.library.pages[ref.target].slug))
            )
            for ref in outline.references
        }
        files = {item.path: self.library.files[item.path] for item in outline.inclusions}
        return Surroundings(links, files, self.library.strings[language.key]("table.label"), language.tag)

    # --- making it ----------------------------------------------------------------------------------

    @cached_property
    def _templates(self) -> Templates:
        from .templates import compiled  # noqa: PLC0415 - Jinja2 is loaded when a page has to be made

        return compiled(tuple(sorted(self.templates.items())))

    def _render(
        self, template: str, language: Language, values: Mapping[str, Any], lead: str = "", sections: Any = ()
    ) -> bytes:
        page: PageView = values["page"]
        settings = self.library.settings
        views = self.views[language.key]
        site = settings.titles[language.key]
        json_ld = jsonld.describe(page, values.get("code"), language, site)
        context = {
            **values,
            "page": _Page(page, Markup(lead), sections, Markup(json_ld)),
            "t": self.library.strings[language.key],
            "href": partial(self._href, page),
            "asset": partial(self._asset, page),
            "lang": language,
            "languages": settings.languages,
            "site": {
                "title": site,
                "base_url": settings.base_url,
                "repository": settings.repository,
                "version": __version__,
            },
            "class_cards": views.class_cards(),
            "home": views.address(""),
            "search_address": views.address(SEARCH),
            "index_href": self._href(page, f"/{search_index_path(language)}"),
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
        if path not in self.versions:
            raise BadInput([Problem(f"{assets.FOLDER}/{path}", 0, 0, "is missing", "A template asks for it.")])
        return f"{self._href(page, f'/{assets.FOLDER}/{path}')}?v={self.versions[path]}"


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
