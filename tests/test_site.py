"""The whole published handbook: conforming HTML, nothing a strict policy would refuse, within its bytes."""

from __future__ import annotations

import gzip
import itertools
import json
import re
import statistics
import tomllib
from collections.abc import Iterator, Mapping

import html5lib
import pytest
from bs4 import BeautifulSoup
from html5lib.html5parser import ParseError

from .book import ROOT

#: Codes of the notes that the handbook grew from: they have to be there.
ORIGINAL = "100 101 200 201 202 203 204 205 300 301 302 303 304 305 307 400 401 402 403 404 405 406 407 409"
ORIGINAL += " 500 501 502 503 504"

#: Bytes, gzip level 6: what a page may cost before the reader acts.
BUDGETS = tomllib.loads((ROOT / "tests/budgets.toml").read_text("utf-8"))


def pages(handbook: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    return ((path, data.decode()) for path, data in handbook.items() if path.endswith(".html"))


@pytest.mark.parametrize("prefix", ["", "en/"])
def test_every_code_of_the_original_notes_has_its_page(handbook: Mapping[str, bytes], prefix: str) -> None:
    for code in ORIGINAL.split():
        assert f"{prefix}{code}/index.html" in handbook
    for number in range(1, 6):
        assert f"{prefix}{number}xx/index.html" in handbook


def test_every_page_conforms(handbook: Mapping[str, bytes]) -> None:
    parser = html5lib.HTMLParser(strict=True)
    broken = []
    for path, text in pages(handbook):
        try:
            parser.parse(text)
        except ParseError as error:
            broken.append(f"{path}: {error}")
    assert broken == []


def test_ids_are_unique_and_headings_descend_one_by_one(handbook: Mapping[str, bytes]) -> None:
    for path, text in pages(handbook):
        ids = re.findall(r'\sid="([^"]+)"', text)
        assert len(ids) == len(set(ids)), (path, [i for i in ids if ids.count(i) > 1])
        levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", text)]
        assert levels.count(1) == 1, path
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), (path, levels)


def test_nothing_needs_an_unsafe_policy(handbook: Mapping[str, bytes]) -> None:
    """No style attribute, no event attribute, no script of the page but the one constant line."""
    inline = set()
    for path, text in pages(handbook):
        soup = BeautifulSoup(text, "html.parser")
        for tag in soup.find_all(True):
            bad = [name for name in tag.attrs if name == "style" or name.startswith("on")]
            assert not bad, (path, tag.name, bad)
        for script in soup.find_all("script"):
            if not script.get("src") and script.get("type") != "application/ld+json":
                inline.add(script.text)
    assert len(inline) == 1


def test_nothing_comes_from_another_host(handbook: Mapping[str, bytes]) -> None:
    for path, text in pages(handbook):
        soup = BeautifulSoup(text, "html.parser")
        loaded = [tag.get("src") for tag in soup.find_all(src=True)]
        loaded += [
            link.get("href") for link in soup.find_all("link") if "stylesheet" in link["rel"] or "icon" in link["rel"]
        ]
        assert not [url for url in loaded if re.match(r"(https?:)?//", str(url))], path


def test_every_control_has_a_name(handbook: Mapping[str, bytes]) -> None:
    for path, text in pages(handbook):
        soup = BeautifulSoup(text, "html.parser")
        for tag in soup.find_all(["a", "button", "input", "nav", "svg"]):
            named = tag.get("aria-label") or tag.get("data-system") or tag.get("aria-hidden") or tag.text.strip()
            assert named or tag.find_parent("label"), (path, str(tag)[:200])


def test_structured_data_is_json(handbook: Mapping[str, bytes]) -> None:
    for path, text in pages(handbook):
        for script in BeautifulSoup(text, "html.parser").find_all("script", type="application/ld+json"):
            assert json.loads(script.text)["@context"] == "https://schema.org", path


def test_pages_keep_to_their_bytes(handbook: Mapping[str, bytes]) -> None:
    """A page carries its styles: what is weighed here is all that its first paint needs."""
    budget = BUDGETS["flight"]
    sizes = {path: weight(text.encode()) for path, text in pages(handbook)}
    assert {path: size for path, size in sizes.items() if size > budget["largest"]} == {}
    codes = [size for path, size in sizes.items() if re.fullmatch(r"(en/)?\d{3}/index\.html", path)]
    assert statistics.median(codes) <= budget["bytes"]
    assert sum(size <= budget["bytes"] for size in codes) / len(codes) >= budget["codes"]
    heavy = {path: size for path, most in BUDGETS["files"].items() if (size := weight(handbook[path])) > most}
    assert heavy == {}


def test_nothing_but_the_page_stands_before_its_first_paint(handbook: Mapping[str, bytes]) -> None:
    for path, text in pages(handbook):
        soup = BeautifulSoup(text, "html.parser")
        assert not soup.find_all("link", rel="stylesheet"), path
        assert not soup.find_all("script", src=True), path
        assert len(soup.find_all("link", rel="modulepreload")) == 1, path


@pytest.mark.parametrize("prefix", ["", "en/"])
def test_what_scripts_load_later_is_there(handbook: Mapping[str, bytes], prefix: str) -> None:
    files = json.loads(handbook[f"{prefix}search/texts.json"])["files"]
    assert {name: path for name, path in files.items() if path.partition("?")[0] not in handbook} == {}


def weight(data: bytes) -> int:
    return len(gzip.compress(data, 6))


def test_both_languages_have_the_same_pages(handbook: Mapping[str, bytes]) -> None:
    chinese = {path for path, _ in pages(handbook) if not path.startswith("en/")}
    english = {path.removeprefix("en/") for path, _ in pages(handbook) if path.startswith("en/")}
    assert chinese == english
