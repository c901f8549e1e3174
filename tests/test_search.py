"""The search: what the index holds, how text is read, and how well the open query set is answered."""

from __future__ import annotations

import gzip
import itertools
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from statusbook import pipeline
from statusbook.finder import ENGINE, Finder, lines
from statusbook.sources import read_tree

from .book import ROOT, code_page, page, plan
from .search import queries, score

VECTORS: dict[str, list[Any]] = json.loads((Path(__file__).parent / "search_vectors.json").read_text("utf-8"))

#: Shares of each kind that the first result and the first three must answer, on the whole handbook.
FLOORS = {
    "symptom": (0.93, 0.97),
    "header": (0.9, 0.98),
    "constant": (0.93, 0.95),
    "typo": (0.93, 0.98),
    "vendor": (0.9, 0.95),
}
FLOOR = (0.94, 0.97)
#: Bytes of an index with the engine, gzip -9 (issue 4).
BUDGET = 60_000


@cache
def small() -> Finder:
    book = plan()
    return Finder(book, book.library.settings.default)


@cache
def handbook() -> pipeline.Plan:
    return pipeline.plan(read_tree(ROOT))


@cache
def finder(key: str) -> Finder:
    languages = {language.key: language for language in handbook().library.settings.languages}
    return Finder(handbook(), languages[key])


def first(query: str, key: str = "zh") -> str:
    return str(finder(key).search(query, 1)[0]["name"])


# --- reading text -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "terms"), VECTORS["terms"])
def test_text_is_cut_as_the_vectors_say(text: str, terms: list[str]) -> None:
    assert small().terms(text) == terms


@pytest.mark.parametrize(("line", "code"), VECTORS["lines"])
def test_lines_of_logs_say_their_status_code(line: str, code: str) -> None:
    assert small().status_in(line) == code


# --- the index --------------------------------------------------------------------------------------


def index(path: str = "search/index.json", **changes: str) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(page(path, {**changes}))
    return result


def record(data: dict[str, Any], name: str) -> dict[str, Any]:
    records = [dict(zip(data["fields"], each, strict=True)) for each in data["pages"]]
    return next(each for each in records if each["name"] == name)


def test_every_page_but_home_can_be_found() -> None:
    data = index()
    names = [each[data["fields"].index("name")] for each in data["pages"]]
    assert sorted(names) == ["404", "410", "4xx", "gone-or-missing"]


def test_a_page_gives_its_names_and_what_people_say() -> None:
    found = record(index(), "404")
    assert (found["title"], found["phrase"]) == ("未找到", "Not Found")
    assert "找不到页面" in found["keywords"].split("\n")
    assert found["spec"].startswith("9110§15.5.5")


def test_each_language_finds_the_words_of_the_other() -> None:
    assert "找不到页面" in record(index("en/search/index.json"), "404")["other"]
    assert "missing page" in record(index(), "404")["other"]


def test_constants_that_only_say_the_phrase_are_left_out() -> None:
    assert record(index(), "404")["constants"] == ""


def test_a_guide_tells_its_codes() -> None:
    assert record(index(), "gone-or-missing")["codes"] == "404 410"


def test_long_texts_are_clipped() -> None:
    changes = {"content/4xx/404.md": code_page(404, summary="很长" * 50, symptoms="[" + "x" * 200 + "]")}
    found = record(json.loads(page("search/index.json", changes)), "404")
    assert len(found["summary"]) < 40
    assert len(found["symptoms"]) < 90


def test_the_index_is_the_same_every_time() -> None:
    assert plan().outputs["search/index.json"].make() == plan().outputs["search/index.json"].make()


def test_the_key_changes_with_what_the_index_is_made_of() -> None:
    other = plan({"content/4xx/404.md": code_page(404, keywords="[别的词]")})
    assert other.outputs["search/index.json"].key != plan().outputs["search/index.json"].key


@pytest.mark.parametrize("path", ["search/index.json", "en/search/index.json"])
def test_engine_and_index_keep_to_their_budget(path: str) -> None:
    made = handbook().outputs
    assert sum(len(gzip.compress(made[each].make(), 9)) for each in (path, ENGINE)) <= BUDGET


# --- ranking ----------------------------------------------------------------------------------------


def test_the_open_query_set_keeps_its_floors() -> None:
    names = set(handbook().library.pages)
    asked = [query for query in queries() if query.answers & names]
    low = []
    for kind, group in itertools.groupby(asked, key=lambda query: query.kind):
        found = score(list(group), lambda query: [hit["name"] for hit in finder(query.language).search(query.text, 10)])
        least, least_three = FLOORS.get(kind, FLOOR)
        if found.first < least or found.first_three < least_three:
            low.append((kind, found))
    assert low == []


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("404", "404"),
        ("４０４", "404"),
        ("10.0.0.200:502 报 404", "404"),
        ("端口 502 被占用，返回 503", "503"),
        ("rfc 9110 15.5.5", "404"),
        ("5字头", "5xx"),
        ("HTTP_409_CONFLICT", "409"),
    ],
)
def test_rules_come_first(query: str, name: str) -> None:
    assert first(query) == name


def test_an_unknown_number_leads_to_its_class() -> None:
    hits = finder("zh").search("477", 2)
    assert [(hit["name"], hit["rule"]) for hit in hits] == [("4xx", "unknown"), ("400", "unknown")]


def test_nothing_is_found_for_nothing() -> None:
    for query in ("", "   ", "！？", "\\", "((("):
        assert finder("zh").search(query) == []


def test_a_terminal_gets_the_reasons() -> None:
    printed = "\n".join(lines(small().search("404 页面不存在")))
    assert "/404/" in printed
    assert "rule: code" in printed
