"""The search index: what it holds, and that it cuts text as the engine in the browser does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from statusbook import search

from .book import code_page, page, plan

VECTORS: dict[str, list[Any]] = json.loads((Path(__file__).parent / "search_vectors.json").read_text("utf-8"))


@pytest.mark.parametrize(("text", "terms"), VECTORS["terms"])
def test_text_is_cut_as_the_shared_vectors_say(text: str, terms: list[str]) -> None:
    assert list(search.terms_of(text)) == terms


def index(path: str = "search/index.json", **changes: str) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(page(path, {**changes}))
    return result


def pages_with(data: dict[str, Any], term: str) -> dict[str, int]:
    """Name and weight of the pages that have ``term``."""
    name = data["fields"].index("name")
    postings = data["terms"].get(term, [])
    return {data["pages"][postings[i]][name]: postings[i + 1] for i in range(0, len(postings), 2)}


def test_every_page_but_home_can_be_found() -> None:
    data = index()
    names = [record[data["fields"].index("name")] for record in data["pages"]]
    assert sorted(names) == ["404", "410", "4xx", "gone-or-missing"]


def test_number_phrase_title_keywords_and_body_are_indexed() -> None:
    data = index()
    for term in ("404", "found", "未找", "页面", "也许"):
        assert "404" in pages_with(data, term), term
    weights = [pages_with(data, term)["404"] for term in ("404", "found", "也许")]
    assert weights == sorted(weights, reverse=True)


def test_each_language_finds_the_words_of_the_other() -> None:
    assert "404" in pages_with(index("en/search/index.json"), "页面")
    assert "404" in pages_with(index(), "missing")


def test_constants_of_languages_are_indexed() -> None:
    data = index()
    assert "404" in pages_with(data, "sc")
    assert "404" in pages_with(data, "status")


def test_code_blocks_do_not_drown_the_text() -> None:
    body = "## 含义\n\n正文。\n\n```nginx\nzzzunique on;\n```"
    data = json.loads(page("search/index.json", {"content/4xx/404.md": code_page(404, body=body)}))
    assert "zzzunique" not in data["terms"]


def test_the_index_is_the_same_every_time() -> None:
    assert plan().outputs["search/index.json"].make() == plan().outputs["search/index.json"].make()
