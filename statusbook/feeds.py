"""What programs read: ``sitemap.xml``, ``robots.txt`` and the OpenSearch description of each language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from html import escape

from .evidence import slug_of
from .library import Library
from .model import Language
from .output import Make, Output, key_of
from .views import CLIENTS, POSTER, SEARCH

#: The description of a language's search, below its prefix.
OPENSEARCH = "opensearch.xml"
SITEMAP = "sitemap.xml"
#: Pages in one sitemap, each in every language; the protocol takes 50,000 addresses and 50 MB.
MAPPED = 5000

#: A page's slug, and the day of its last change by language key.
_Dated = tuple[str, Mapping[str, date]]


def outputs(library: Library) -> Iterator[Output]:
    """``robots.txt`` always; the sitemap only with a base URL, as its addresses have to be absolute."""
    base = library.settings.base_url
    robots = "User-agent: *\nAllow: /\n" + (f"Sitemap: {base}sitemap.xml\n" if base else "")
    yield Output.of("robots.txt", key_of("robots", robots), robots.encode)
    if base:
        yield from _sitemaps(library)
        for language in library.settings.languages:
            text = _opensearch(library, language)
            yield Output.of(f"{language.prefix}{OPENSEARCH}", key_of("opensearch", text), text.encode)


def _sitemaps(library: Library) -> Iterator[Output]:
    """One sitemap; for a book of more pages than it takes, an index of several."""
    pages = list(_pages(library))
    if len(pages) <= MAPPED:
        yield Output(SITEMAP, partial(_prepare, partial(_sitemap, library, pages)))
        return
    starts = range(0, len(pages), MAPPED)
    names = [f"sitemap-{number}.xml" for number in range(1, len(starts) + 1)]
    yield Output(SITEMAP, partial(_prepare, partial(_sitemap_index, library.settings.base_url, names)))
    for name, start in zip(names, starts, strict=True):
        yield Output(name, partial(_prepare, partial(_sitemap, library, pages[start : start + MAPPED])))


def _prepare(text: Callable[[], str]) -> tuple[str, Make]:
    """Key and maker of a text that is its own key."""
    made = text()
    return key_of("sitemap", made), made.encode


def _sitemap_index(base: str, names: list[str]) -> str:
    """The sitemap protocol's index file."""
    entries = [f"<sitemap><loc>{escape(base + name)}</loc></sitemap>" for name in names]
    head = '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *entries, "</sitemapindex>", ""])


def _sitemap(library: Library, pages: Iterable[_Dated]) -> str:
    """The sitemap protocol 0.9, each address with its translations."""
    settings = library.settings
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">',
    ]
    for slug, updated in pages:
        addresses = {
            language: settings.base_url + settings.address(language, slug)[1:] for language in settings.languages
        }
        links = [
            f'<xhtml:link rel="alternate" hreflang="{language.tag}" href="{escape(address)}"/>'
            for language, address in addresses.items()
        ]
        for language, address in addresses.items():
            day = updated[language.key].isoformat()
            lines.append(f"<url><loc>{escape(address)}</loc><lastmod>{day}</lastmod>{''.join(links)}</url>")
    return "\n".join([*lines, "</urlset>", ""])


def _pages(library: Library) -> Iterator[_Dated]:
    """Every page worth finding: its slug, and the day of its last change by language key."""
    for page in library.pages.values():
        yield page.slug, {key: text.updated for key, text in page.texts.items()}
    languages = library.settings.languages
    yield POSTER, {each.key: max(page.texts[each.key].updated for page in library.codes) for each in languages}
    days = [subject.day for measured in library.measurements.values() for subject in measured.subjects.values()]
    if days:
        yield CLIENTS, {language.key: max(days) for language in library.settings.languages}
    for exhibit in library.exhibits:
        yield slug_of(exhibit), {language.key: exhibit.capture.day for language in library.settings.languages}


def _opensearch(library: Library, language: Language) -> str:
    """OpenSearch 1.1: lets a browser search the handbook from its address bar. Short names have 16 characters."""
    base, t = library.settings.base_url, library.strings[language.key]
    search = base + library.settings.address(language, SEARCH)[1:]
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">',
            f"<ShortName>{escape(library.settings.titles[language.key][:16])}</ShortName>",
            f"<Description>{escape(t('search.summary'))}</Description>",
            f"<Language>{language.tag}</Language>",
            "<InputEncoding>UTF-8</InputEncoding>",
            f'<Image width="16" height="16" type="image/svg+xml">{escape(base)}static/icons/favicon.svg</Image>',
            f'<Url type="text/html" template="{escape(search)}?q={{searchTerms}}"/>',
            "</OpenSearchDescription>",
            "",
        ]
    )
