"""What programs read: ``sitemap.xml`` and ``robots.txt``."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from .library import Library
from .output import Output, key_of


def outputs(library: Library) -> Iterator[Output]:
    """``robots.txt`` always; the sitemap only with a base URL, as its addresses have to be absolute."""
    base = library.settings.base_url
    robots = "User-agent: *\nAllow: /\n" + (f"Sitemap: {base}sitemap.xml\n" if base else "")
    yield Output.of("robots.txt", key_of("robots", robots), robots.encode)
    if base:
        sitemap = _sitemap(library)
        yield Output.of("sitemap.xml", key_of("sitemap", sitemap), sitemap.encode)


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
