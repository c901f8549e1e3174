"""A book of many guides: no page grows with it, and what leads to them is cut into parts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from statusbook import feeds, outline, pipeline, sources
from statusbook.guidelist import LISTED
from statusbook.model import unpacked

from .book import plan, prose_page, write_project

COUNT = 2 * LISTED + 5
#: Bytes that no page passes, however many pages there are.
LARGEST = 100_000


def guides(count: int) -> dict[str, str]:
    pages = {}
    for number in range(count):
        name = f"content/guides/guide-{number:05}"
        pages[f"{name}.md"] = prose_page(f"第 {number} 篇", see="[404]", body="看 [[404]]。")
        pages[f"{name}.en.md"] = prose_page(f"Guide {number}", body="See [[404]].")
    return pages


@pytest.fixture(scope="module")
def big() -> Mapping[str, bytes]:
    made = plan(guides(COUNT), base_url="https://example.org/")
    return {output.path: data for output, data in pipeline.make(made.outputs.values())}


@pytest.mark.parametrize("prefix", ["", "en/"])
def test_every_guide_is_reached_from_home(big: Mapping[str, bytes], prefix: str) -> None:
    home = BeautifulSoup(big[f"{prefix}index.html"], "html.parser")
    (link,) = [a for a in home.select("main a[href]") if str(COUNT + 1) in a.text]
    assert link["href"] == "guides/"
    found: list[str] = []
    path = f"{prefix}guides/"
    while path:
        page = BeautifulSoup(big[f"{path}index.html"], "html.parser")
        found += [str(a["href"]) for a in page.select("main .rows a[href]")]
        following = page.select_one("main a[rel=next]")
        step = str(following["href"]) if following else ""
        path = f"{prefix}guides/{step.removeprefix('../')}" if step else ""
    assert len(found) == len(set(found)) == COUNT + 1


def test_no_page_grows_with_the_book(big: Mapping[str, bytes]) -> None:
    heavy = {path: len(data) for path, data in big.items() if path.endswith(".html") and len(data) > LARGEST}
    assert heavy == {}


def test_a_book_of_usual_size_has_no_list_of_its_own() -> None:
    small = plan()
    assert not {path for path in small.outputs if path.startswith(("guides/index", "guides/2"))}


def test_a_sitemap_of_many_pages_is_split(monkeypatch: pytest.MonkeyPatch) -> None:
    def addresses(name: str) -> list[str]:
        text = plan(guides(3), base_url="https://example.org/").outputs[name].make().decode()
        return re.findall("<loc>(.*?)</loc>", text)

    whole = addresses("sitemap.xml")
    monkeypatch.setattr(feeds, "MAPPED", 4)
    names = [address.removeprefix("https://example.org/") for address in addresses("sitemap.xml")]
    assert len(names) > 1
    assert [address for name in names for address in addresses(name)] == whole


def test_the_texts_of_a_book_are_not_held_in_memory(tmp_path: Path) -> None:
    write_project(tmp_path)
    held, read_again = sources.read_tree(tmp_path), sources.read_tree(tmp_path, hold=False)
    pages = [path for path in held if path.startswith("content/")]
    assert pages
    assert {path: source.digest for path, source in read_again.items()} == {p: s.digest for p, s in held.items()}
    assert all(read_again[path].held is None for path in pages)
    assert all(read_again[path].data == held[path].data for path in pages)


def test_a_text_that_was_edited_or_removed_since_is_never_taken_for_what_it_was(tmp_path: Path) -> None:
    write_project(tmp_path)
    read_again = sources.read_tree(tmp_path, hold=False)
    edited, removed = "content/4xx/404.md", "content/4xx/410.md"
    text = (tmp_path / edited).read_bytes()
    (tmp_path / edited).write_bytes(text + b"\n")
    (tmp_path / removed).unlink()
    for path in (edited, removed):
        with pytest.raises(sources.Changed, match="was changed while the site was being made"):
            _ = read_again[path].data
    (tmp_path / edited).write_bytes(text)
    assert read_again[edited].data == text


def test_an_outline_is_the_same_after_it_was_packed() -> None:
    body = "## 甲 `x` {#a}\n\n看 [[404#causes|那里]]，RFC 9110 §15.5.5。\n\n[[file:g/x.py]]\n"
    contents, _ = outline.read("x.md", body, 1)
    assert all(contents)
    assert unpacked(contents.packed()) == contents
