"""HTML pages: which there are, what each is made of, and the one renderer that makes them."""

from __future__ import annotations

import json
import posixpath
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FunctionLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError
from markupsafe import Markup

from . import __version__, assets, markdown
from .library import Library
from .model import Kind, Language, Page
from .output import Output, key_of
from .problems import BadInput, Problem
from .sources import Snapshot
from .views import SEARCH, PageView, Views

TEMPLATES = "templates"


@dataclass(frozen=True, slots=True)
class SectionView:
    """A rendered section, as templates get it."""

    anchor: str
    title: Markup
    html: Markup


def relative(source: str, target: str) -> str:
    """The relative address that leads from the page ``source`` to ``target``, both site-absolute.

    >>> relative("/en/404/", "/en/4xx/")
    '../4xx/'
    """
    path, hash_, fragment = target.partition("#")
    if path == source and fragment:
        return f"#{fragment}"
    folder = source if source.endswith("/") else posixpath.dirname(source) + "/"
    result = posixpath.relpath(path, folder)
    if path.endswith("/"):
        result = "./" if result == "." else result + "/"
    return result + hash_ + fragment


class Pages:
    """Every HTML page of a library."""

    def __init__(self, library: Library, snapshot: Snapshot) -> None:
        self.library = library
        self.templates = {
            source.path.removeprefix(f"{TEMPLATES}/"): source.data.decode("utf-8", "replace")
            for source in snapshot.below(TEMPLATES)
        }
        self.versions = assets.versions(snapshot)
        self.views = {language.key: Views(library, language) for language in library.settings.languages}
        self.shared = key_of(
            __version__,
            sorted(self.templates.items()),
            sorted(self.versions.items()),
            library.settings,
        )
        self.catalogue_keys = {
            key: key_of(sorted(catalogue.texts.items())) for key, catalogue in library.strings.items()
        }

    def outputs(self) -> Iterator[Output]:
        for language in self.library.settings.languages:
            for page in self.library.pages.values():
                yield self._content_page(page, language)
            yield self._made_up(language, "search", SEARCH)
            yield self._made_up(language, "notfound", "")

    # --- what a page is made of ---------------------------------------------------------------------

    def _content_page(self, page: Page, language: Language) -> Output:
        views = self.views[language.key]
        view = views.page(page)
        values = {"page": view, **self._extra(page, views)}
        around = self._surroundings(page, view, language)
        text = page.texts[language.key]
        files = [(item.path, self.library.files[item.path]) for item in text.outline.inclusions]
        key = self._key(language, values, text.digest, sorted(around.links.items()), files)
        return Output(file_of(view.address), key, partial(self._make_content_page, page, language, values, around))

    def _make_content_page(
        self, page: Page, language: Language, values: dict[str, Any], around: markdown.Surroundings
    ) -> bytes:
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
            return {"related": views.named(page.see)}
        if page.kind is Kind.VENDOR:
            return {"uses": views.uses(page)}
        return {
            "code": views.code(page),
            "registry": views.registry(page),
            "constants": views.constants(page),
            "neighbours": views.neighbours(page),
            "guides": views.guides(page),
            "siblings": views.siblings(page),
        }

    def _everything(self, views: Views) -> dict[str, Any]:
        """The lists of all pages: for home, search and the not-found page."""
        guides, vendors = views.cards(self.library.guides), views.cards(self.library.vendors)
        return {"classes": views.classes(), "guides": guides, "vendors": vendors}

    def _made_up(self, language: Language, kind: str, slug: str) -> Output:
        views = self.views[language.key]
        t = self.library.strings[language.key]
        view = views.made_up(kind, slug, t(f"{kind}.title"), t(f"{kind}.summary"))
        values = {"page": view, **self._everything(views)}
        key = self._key(language, values)
        return Output(file_of(view.address), key, partial(self._render, f"{kind}.html", language, values))

    def _key(self, language: Language, *parts: object) -> str:
        every_page = (self.catalogue_keys[language.key], self.views[language.key].class_cards())
        return key_of("page", self.shared, language, every_page, *parts)

    def _surroundings(self, page: Page, view: PageView, language: Language) -> markdown.Surroundings:
        views = self.views[language.key]
        outline = page.texts[language.key].outline
        links = {
            (ref.target, ref.fragment): views.link(
                ref.target, ref.fragment, relative(view.address, views.address(self.library.pages[ref.target].slug))
            )
            for ref in outline.references
        }
        files = {item.path: self.library.files[item.path] for item in outline.inclusions}
        return markdown.Surroundings(links, files, self.library.strings[language.key]("table.label"), language.tag)

    # --- making it ----------------------------------------------------------------------------------

    @cached_property
    def _environment(self) -> Environment:
        return Environment(
            loader=FunctionLoader(self._load),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    def _load(self, name: str) -> tuple[str, str, None] | None:
        return (self.templates[name], f"{TEMPLATES}/{name}", None) if name in self.templates else None

    def _render(
        self, template: str, language: Language, values: Mapping[str, Any], lead: str = "", sections: Any = ()
    ) -> bytes:
        page: PageView = values["page"]
        settings = self.library.settings
        views = self.views[language.key]
        context = {
            **values,
            "page": _Page(
                page, Markup(lead), sections, Markup(_json_ld(page, values, language, settings.titles[language.key]))
            ),
            "t": self.library.strings[language.key],
            "href": partial(self._href, page),
            "asset": partial(self._asset, page),
            "lang": language,
            "languages": settings.languages,
            "site": {
                "title": settings.titles[language.key],
                "base_url": settings.base_url,
                "repository": settings.repository,
                "version": __version__,
            },
            "class_cards": views.class_cards(),
            "home": views.address(""),
            "search_address": views.address(SEARCH),
            "index_href": self._href(page, f"/{search_index_path(language)}"),
        }
        try:
            return self._environment.get_template(template).render(context).encode("utf-8")
        except BadInput:
            raise
        except TemplateNotFound as error:
            raise BadInput(
                [Problem(f"{TEMPLATES}/{error.name}", 0, 0, "is missing", "A page or a template asks for it.")]
            ) from None
        except Exception as error:  # whatever a template's expression raises is a mistake in that template
            raise BadInput([_template_problem(template, error)]) from error

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


class _Page:
    """A page view with its rendered text."""

    def __init__(self, view: PageView, lead: Markup, sections: Any, json_ld: Markup) -> None:
        self._view, self.lead, self.sections, self.json_ld = view, lead, sections, json_ld

    def __getattr__(self, name: str) -> Any:
        return getattr(self._view, name)


def file_of(address: str) -> str:
    """The file that a web server sends for a site-absolute address."""
    return address[1:] + "index.html" if address.endswith("/") else address[1:]


def search_index_path(language: Language) -> str:
    return f"{language.prefix}{SEARCH}/index.json"


def _template_problem(template: str, error: Exception) -> Problem:
    """The place in the templates where ``error`` came up."""
    path, line = f"{TEMPLATES}/{template}", 0
    if isinstance(error, TemplateSyntaxError):
        path, line = error.filename or path, error.lineno
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith(f"{TEMPLATES}/"):
            path, line = frame.filename, frame.lineno or 0
    return Problem(path, line, 1, f"cannot be rendered: {type(error).__name__}: {error}")


def _json_ld(page: PageView, values: Mapping[str, Any], language: Language, site: str) -> str:
    """schema.org data: a DefinedTerm for a status code, a TechArticle for what explains it."""
    if page.kind == "notfound":
        return ""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "WebSite"
        if page.kind == "home"
        else "TechArticle"
        if page.kind in ("code", "guide")
        else "CollectionPage",
        "name": page.title,
        "headline": page.title,
        "description": page.summary,
        "inLanguage": language.tag,
    }
    if page.canonical:
        data["url"] = page.canonical
    if page.updated:
        data["dateModified"] = page.updated.isoformat()
    code = values.get("code")
    if code:
        data["headline"] = f"{code.number} {code.phrase} {page.title}".replace("  ", " ")
        data["about"] = {
            "@type": "DefinedTerm",
            "termCode": code.number,
            "name": code.phrase or page.title,
            "description": page.summary,
            "inDefinedTermSet": "https://www.iana.org/assignments/http-status-codes"
            if code.standing != "vendor"
            else site,
        }
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
