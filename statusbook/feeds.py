"""What programs read: ``sitemap.xml``, ``robots.txt`` and the OpenSearch description of each language."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from .library import Library
from .model import Language
from .output import Output, key_of
from .views import SEARCH

#: The description of a language's search, below its prefix.
OPENSEARCH = "opensearch.xml"


def outputs(library: Library) -> Iterator[Output]:
    """``robots.txt`` always; the sitemap only with a base URL, as its addresses have to be absolute."""
    base = library.settings.base_url
    robots = "User-agent: *\nAllow: /\n" + (f"Sitemap: {base}sitemap.xml\n" if base else "")
    yield Output.of("robots.txt", key_of("robots", robots), robots.encode)
    if base:
        sitemap = _sitemap(library)
        yield Output.of("sitemap.xml", key_of("sitemap", sitemap), sitemap.encode)
        for language in library.settings.languages:
            text = _opensearch(library, language)
            yield Output.of(f"{language.prefix}{OPENSEARCH}", key_of("opensearch", text), text.encode)


def _sitemap(library: Library) -> str:
    """The sitemap protocol 0.9, each address with its translations."""
    settings = library.settings
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">',
    ]
    for page in library.pages.values():
        addresses = {
            language: settings.base_url + settings.address(language, page.slug)[1:] for language in settings.languages
        }
        links = [
            f'<xhtml:link rel="alternate" hreflang="{language.tag}" href="{escape(address)}"/>'
            for language, address in addresses.items()
        ]
        for language, address in addresses.items():
            updated = page.texts[language.key].updated.isoformat()
            lines.append(f"<url><loc>{escape(address)}</loc><lastmod>{updated}</lastmod>{''.join(links)}</url>")
    return "\n".join([*lines, "</urlset>", ""])


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
