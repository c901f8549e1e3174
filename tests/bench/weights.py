"""What typical pages cost a reader: bytes by type, requests, the first flight, beside what is allowed."""

from __future__ import annotations

import gzip
import re
import tomllib
from pathlib import Path

from ..book import ROOT
from .results import Figures, median

PAGES = ("index.html", "4xx/index.html", "404/index.html", "502/index.html", "guides/502-vs-503-vs-504/index.html",
         "en/404/index.html", "search/index.html")  # fmt: skip
_INLINE = {
    "style": re.compile(rb"<style[^>]*>(.*?)</style>", re.S),
    "script": re.compile(rb"<script>(.*?)</script>", re.S),
}
_FETCHED = re.compile(rb'<(?:script[^>]* src|link[^>]* rel="?(?:stylesheet|icon|modulepreload)"?[^>]* href)="([^"]+)"')


def pages(site: Path) -> Figures:
    """Print a row a page; gzip level 6, as servers send them."""
    budget = tomllib.loads((ROOT / "tests/budgets.toml").read_text("utf-8"))
    figures: Figures = {}
    print(
        f"\n{'page (bytes, gzip 6)':<40} {'all':>7} {'style':>7} {'script':>7} {'text':>7} {'requests':>9} {'visit':>7}"
    )
    for path in (path for path in PAGES if (site / path).exists()):
        html = (site / path).read_bytes()
        inside = {name: b"".join(pattern.findall(html)) for name, pattern in _INLINE.items()}
        rest = html
        for pattern in _INLINE.values():
            rest = pattern.sub(b"", rest)
        addresses = {address.decode().partition("?")[0] for address in _FETCHED.findall(html)}
        fetched = [place for place in ((site / path).parent / address for address in addresses) if place.is_file()]
        visit = _size(html) + sum(_size(place.read_bytes()) for place in fetched)
        figures |= {f"page/{path}/flight bytes": _size(html), f"page/{path}/visit bytes": visit}
        figures[f"page/{path}/visit requests"] = 1 + len(fetched)
        row = f"{_size(inside['style']):>7} {_size(inside['script']):>7} {_size(rest):>7} {1 + len(fetched):>9}"
        print(f"{path:<40} {_size(html):>7} {row} {visit:>7}")
    codes = [_size(page.read_bytes()) for page in site.glob("[0-9][0-9][0-9]/index.html")]
    allowed = budget["flight"]["bytes"]
    within = sum(size <= allowed for size in codes) / len(codes)
    print(f"first flight of code pages: median {median(codes):.0f} bytes, {within:.0%} within {allowed}")
    figures["page/codes/median flight bytes"] = median(codes)
    for path in ("search/index.json", "en/search/index.json", "static/js/engine.js", "static/js/site.js"):
        if (site / path).exists():
            figures[f"page/{path}/bytes"] = _size((site / path).read_bytes())
            print(f"{path:<40} {figures[f'page/{path}/bytes']:>7.0f}")
    return figures


def _size(data: bytes) -> int:
    return len(gzip.compress(data, 6)) if data else 0
