"""The one renderer of pages: templates, and what every page of a language or of a kind has around its own values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from markupsafe import Markup

from . import __version__, assets, generator, jsonld, policy
from .addresses import relative
from .highlight import highlight
from .kept import Kept
from .library import Library
from .model import Language, Standing
from .output import key_of
from .problems import BadInput, Problem
from .shown import Cards, PageView
from .sources import Snapshot, decode
from .views import POSTER, SEARCH, STYLE, Views, texts_path

if TYPE_CHECKING:
    from .markdown import Rendered
    from .templates import Templates

TEMPLATES = "templates"
VENDOR = Standing.VENDOR.value


@dataclass(frozen=True, slots=True)
class SectionView:
    """A rendered section, as templates get it."""

    anchor: str
    title: Markup
    html: Markup


class _Page:
    """A page view with its rendered text."""

    def __init__(self, view: PageView, text: Rendered | None, json_ld: str) -> None:
        self._view, self.json_ld = view, Markup(json_ld)
        self.lead = Markup(text.lead if text else "")
        parts = text.sections if text else ()
        self.sections = [SectionView(part.anchor, Markup(part.title), Markup(part.html)) for part in parts]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._view, name)


class Renderer:
    """Renders the pages of a library. What pages share is worked out when the first of them asks for it."""

    def __init__(
        self, library: Library, snapshot: Snapshot, views: Mapping[str, Views], compiled: Kept[bytes] | None
    ) -> None:
        self.library, self.views = library, views
        self.compiled: Kept[bytes] = compiled or Kept()
        self.texts = texts_of(snapshot)
        self.versions = assets.versions(snapshot)
        self.inside = assets.Inside(snapshot)
        self._site_key = key_of(
            generator.identity(),
            sorted(self.texts.items()),
            sorted(self.versions.items()),
            library.settings,
            tuple(library.fields),
        )
        self.catalogue_keys = {
            key: key_of(sorted(catalogue.texts.items())) for key, catalogue in library.strings.items()
        }
        texts = (generator.identity(), self.texts.get("texts.json"), sorted(self.versions.items()))
        self.texts_keys = {key: key_of("texts", texts, catalogue) for key, catalogue in self.catalogue_keys.items()}
        self._kind_keys: dict[tuple[str, str], str] = {}
        self._sides: dict[tuple[object, ...], Markup] = {}
        self._shared: dict[tuple[str, str], dict[str, Any]] = {}

    def share(self) -> None:
        """Load what rendering takes."""
        self.templates.compile()

    @cached_property
    def templates(self) -> Templates:
        from .templates import compiled  # noqa: PLC0415 - Jinja2 is loaded when a page has to be made

        return compiled(tuple(sorted(self.texts.items())), self.compiled)

    # --- keys ---------------------------------------------------------------------------------------

    def key(self, language: Language, kind: str, *parts: object) -> str:
        """The key of a page of ``kind`` that is made of ``parts`` and of what all pages have."""
        return key_of("page", self._kind_key(language, kind), *parts)

    def _kind_key(self, language: Language, kind: str) -> str:
        """A key for what all pages of ``kind`` in a language have."""
        key = self._kind_keys.get((language.key, kind))
        if key is None:
            views, catalogue = self.views[language.key], self.catalogue_keys[language.key]
            every_page = (catalogue, views.class_cards(), views.about_cards(), views.lab_addresses())
            key = key_of(self._site_key, self.inside.key(kind), language, every_page)
            self._kind_keys[language.key, kind] = key
        return key

    # --- pages --------------------------------------------------------------------------------------

    def render(self, language: Language, values: Mapping[str, Any], text: Rendered | None = None) -> bytes:
        """The page ``values["page"]``, whose own text is ``text``."""
        page: PageView = values["page"]
        views = self.views[language.key]
        site = self.library.settings.titles[language.key]
        own = {
            **values,
            "page": _Page(page, text, jsonld.describe(page, values.get("code"), language, site)),
            "href": partial(self.href, page),
            "asset": partial(self._asset, page),
            "side": partial(self._side, page, language),
            "colour": partial(highlight, links=views.field_links(page.address)),
            "texts_href": f"{self.href(page, f'/{texts_path(language)}')}?v={self.texts_keys[language.key][:8]}",
        }
        return self.templates.render(f"{page.kind}.html", {**self._of_kind(language, page.kind), **own})

    def _of_kind(self, language: Language, kind: str) -> dict[str, Any]:
        """What all pages of ``kind`` in a language have in their context."""
        known = self._shared.get((language.key, kind))
        if known is not None:
            return known
        settings, views = self.library.settings, self.views[language.key]
        inside = self.inside.of(kind)
        shared = {
            "t": self.library.strings[language.key],
            "csp": Markup(policy.page_policy(inside)),
            "inside": {"style": Markup(inside.styles[0]), "script": Markup(inside.scripts[0])},
            "lang": language,
            "languages": settings.languages,
            "site": {
                "title": settings.titles[language.key],
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
        }
        self._shared[language.key, kind] = shared
        return shared

    def part(self, template: str, page: PageView, language: Language, values: Mapping[str, Any]) -> str:
        """A part of ``page``."""
        context = {"t": self.library.strings[language.key], "href": partial(self.href, page), **values}
        return self.templates.text(template, context)

    def _side(self, page: PageView, language: Language, class_key: str, codes: Cards, standing: str = "") -> Markup:
        """The list of classes and of the ``codes`` of one, with vendors' own numbers or without.

        Pages of one folder that are not in it have the same: most of the lab's.
        """
        cards = self.views[language.key].class_cards()
        listed = page.name in {card.name for card in (*cards, *codes)}
        folder = page.address.rstrip("/").rpartition("/")[0]
        key = (language.key, folder, page.name if listed else "", class_key, codes.digest, standing == VENDOR)
        if key not in self._sides:
            values = {"class_cards": cards, "current": class_key, "codes": codes, "vendor": key[-1], "name": key[2]}
            self._sides[key] = Markup(self.part("parts/side.html", page, language, values))
        return self._sides[key]

    # --- addresses ----------------------------------------------------------------------------------

    def href(self, page: PageView, address: str) -> str:
        """A link from ``page`` to a site-absolute address.

        The not-found page is shown at any address, so its links start from the site's root.
        """
        if page.kind == "notfound":
            return urlsplit(self.library.settings.base_url).path.rstrip("/") + address
        return relative(page.address, address)

    def _asset(self, page: PageView, path: str) -> str:
        return self.href(page, f"/{self.versioned(path)}")

    def versioned(self, path: str) -> str:
        """The address of an asset from the site's root. Raises :class:`BadInput` for one that is missing."""
        if path not in self.versions:
            raise BadInput([Problem(f"{assets.FOLDER}/{path}", 0, 0, "is missing", "A template asks for it.")])
        return f"{assets.FOLDER}/{path}?v={self.versions[path]}"


def texts_of(snapshot: Snapshot) -> dict[str, str]:
    """The templates' texts by name. Raises :class:`BadInput` for those that are not text."""
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for source in snapshot.below(TEMPLATES):
        texts[source.path.removeprefix(f"{TEMPLATES}/")], found = decode(source)
        problems += found
    if problems:
        raise BadInput(problems)
    return texts
