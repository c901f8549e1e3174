"""Every address inside the published site leads somewhere, every page can be reached, nothing comes unencrypted."""

from __future__ import annotations

import base64
import hashlib
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup

BASE = "https://example.org/"
#: Attributes that hold the address of something.
ADDRESSES = ("href", "src", "action", "srcset", "poster", "data-script", "data-engine", "data-index", "data-root")
#: Elements that load something or send something by themselves.
LOADING = ("script", "img", "link", "iframe", "source", "video", "audio", "object", "embed", "use", "form")
#: Elements by which a reader goes to another page.
WAYS = ("a", "form")

Pages = dict[str, BeautifulSoup]


@dataclass(frozen=True)
class Link:
    """A reference of a page: the element's name, and the address it resolves to."""

    element: str
    address: str

    @property
    def inside(self) -> bool:
        return self.address.startswith(BASE)


@cache
def _soup(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "html.parser")


@pytest.fixture(scope="module")
def pages(handbook: Mapping[str, bytes]) -> Pages:
    return {path: _soup(data.decode()) for path, data in handbook.items() if path.endswith(".html")}


def links(path: str, soup: BeautifulSoup) -> Iterator[Link]:
    """What the page at ``path`` refers to."""
    here = BASE + path
    for tag in soup.find_all(True):
        for name in ADDRESSES:
            value = tag.get(name)
            if isinstance(value, str) and value:
                yield Link(tag.name, urljoin(here, value))


def file_of(address: str) -> str:
    """The file of the site that is served at ``address``."""
    path = unquote(urlsplit(address).path).removeprefix("/")
    return path + "index.html" if not path or path.endswith("/") else path


def test_every_internal_address_leads_to_a_file(handbook: Mapping[str, bytes], pages: Pages) -> None:
    dead = {
        (path, link.address)
        for path, soup in pages.items()
        for link in links(path, soup)
        if link.inside and file_of(link.address) not in handbook
    }
    assert sorted(dead)[:10] == []


def test_every_fragment_is_an_id_of_its_page(pages: Pages) -> None:
    ids = {path: {tag["id"] for tag in soup.find_all(id=True)} for path, soup in pages.items()}
    dead = set()
    for path, soup in pages.items():
        for link in links(path, soup):
            address, fragment = urldefrag(link.address)
            target = file_of(address)
            if fragment and address.startswith(BASE) and target in ids and unquote(fragment) not in ids[target]:
                dead.add((path, link.address))
    assert sorted(dead)[:10] == []


def test_what_elements_name_by_id_is_there(pages: Pages) -> None:
    """Labels and descriptions for assistive technology."""
    for path, soup in pages.items():
        ids = {tag["id"] for tag in soup.find_all(id=True)}
        for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls", "list", "popovertarget"):
            for tag in soup.find_all(attrs={name: True}):
                assert set(str(tag[name]).split()) <= ids, (path, str(tag)[:120])


def test_no_page_is_an_orphan(pages: Pages) -> None:
    """From the home pages, by links that a reader can follow, every page is reached."""
    graph = {
        path: {
            file_of(link.address)
            for link in links(path, soup)
            if link.element in WAYS and link.address.startswith(BASE)
        }
        for path, soup in pages.items()
    }
    reached, waiting = set[str](), ["index.html"]
    while waiting:
        path = waiting.pop()
        if path not in reached and path in graph:
            reached.add(path)
            waiting += graph[path]
    not_linked = {path for path in pages if posixpath.basename(path) == "404.html"}
    assert sorted(pages.keys() - reached - not_linked)[:10] == []


def test_every_canonical_and_translation_is_a_page(handbook: Mapping[str, bytes], pages: Pages) -> None:
    for path, soup in pages.items():
        for canonical in soup.find_all("link", rel="canonical"):
            assert file_of(canonical["href"]) == path, (path, canonical["href"])
        for other in soup.find_all("link", rel="alternate", hreflang=True):
            target = pages.get(file_of(urljoin(BASE + path, str(other["href"]))))
            assert target is not None, (path, other["href"])
            back = {urljoin(BASE + path, str(link["href"])) for link in target.find_all("link", rel="alternate")}
            assert BASE + path.removesuffix("index.html") in back, (path, other["href"])


def test_the_sitemap_has_pages_only(handbook: Mapping[str, bytes], pages: Pages) -> None:
    listed: set[str] = set()
    for path in [path for path in handbook if re.fullmatch(r"sitemap[^/]*\.xml", path)]:
        for element in ElementTree.fromstring(handbook[path]).iter():
            if element.tag.endswith("}loc") and not str(element.text).endswith(".xml"):
                listed.add(file_of(str(element.text)))
    assert listed <= pages.keys()
    assert len(listed) > 100


def test_nothing_is_loaded_or_linked_unencrypted(pages: Pages) -> None:
    """Mixed content: what a page loads comes from the page's own host, at whatever scheme that has."""
    for path, soup in pages.items():
        for tag in soup.find_all(LOADING):
            for name in ("src", "href", "action", "data", "srcset"):
                value = str(tag.get(name) or "")
                assert not value.startswith("http://"), (path, str(tag)[:120])
        for style in soup.find_all("style"):
            assert not re.search(r"url\(|@import", style.text), path


def test_script_asks_for_files_that_are_there(handbook: Mapping[str, bytes]) -> None:
    """The addresses in the texts that scripts load: versioned, from the site's root."""
    for path in [path for path in handbook if path.endswith("search/texts.json")]:
        names = re.findall(r'"([^"\s]+\.(?:js|css|json)(?:\?v=[0-9a-f]+)?)"', handbook[path].decode())
        assert names
        for name in names:
            assert name.partition("?")[0].lstrip("/") in handbook, (path, name)


def test_the_policies_name_what_each_page_carries(handbook: Mapping[str, bytes], pages: Pages) -> None:
    """By the digest of the very characters between the tags, in the page's own policy and in that of the host."""
    published = handbook["_headers"].decode()
    for path, soup in pages.items():
        meta = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
        assert meta, path
        carried = soup.find_all("style") + [
            script
            for script in soup.find_all("script")
            if not script.get("src") and script.get("type") != "application/ld+json"
        ]
        assert len(carried) >= 2, path
        for element in carried:
            digest = f"'sha256-{base64.b64encode(hashlib.sha256(element.text.encode()).digest()).decode()}'"
            assert digest in str(meta["content"]), (path, element.name)
            assert digest in published, (path, element.name)
