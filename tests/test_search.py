"""The search: what the index holds, how text is read, and how well the open query set is answered."""

from __future__ import annotations

import gzip
import itertools
import json
from functools import cache
from pathlib import Path
from typing import Any

import brotli
import pytest

from statusbook import pipeline
from statusbook.finder import ENGINE, Finder, lines
from statusbook.sources import read_tree

from .book import ROOT, code_page, page, plan
from .search import queries, score

VECTORS: dict[str, list[Any]] = json.loads((Path(__file__).parent / "search_vectors.json").read_text("utf-8"))

#: Shares of each kind that the first result and the first three must answer, on the whole handbook.
FLOORS = {
    "meaning": (0.94, 0.99),
    "symptom": (0.96, 0.985),
    "header": (0.91, 0.98),
    "pinyin": (0.92, 0.97),
    "traditional": (0.93, 0.97),
}
FLOOR = (0.96, 0.985)
#: Bytes of an index with the engine, by what packs them: gzip -9 and Brotli 11.
BUDGETS = {"gzip": 60_000, "brotli": 48_000}


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
    number = data["pages"]["name"].index(name)
    return {field: values[number] for field, values in data["pages"].items()}


def test_every_page_but_home_can_be_found() -> None:
    data = index()
    assert sorted(data["pages"]["name"]) == ["404", "410", "4xx", "gone-or-missing"]


def test_a_page_gives_its_names_and_what_people_say() -> None:
    found = record(index(), "404")
    assert (found["title"], found["phrase"]) == ("未找到", "Not Found")
    assert "找不到页面" in found["keywords"].split("|")
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
    files = [handbook().outputs[each].make() for each in (path, ENGINE)]
    sizes = {
        "gzip": sum(len(gzip.compress(file, 9)) for file in files),
        "brotli": sum(len(brotli.compress(file, quality=11)) for file in files),
    }
    assert {packer: size for packer, size in sizes.items() if size > BUDGETS[packer]} == {}


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
        ("POST 返回 200 还是 201", "success-codes"),
    ],
)
def test_rules_come_first(query: str, name: str) -> None:
    assert first(query) == name


@pytest.mark.parametrize(("query", "key", "name"), [("connection refused", "en", "502"), ("cloudfront", "zh", "aws")])
def test_what_is_said_most_often_leads(query: str, key: str, name: str) -> None:
    assert first(query, key) == name


def test_words_for_one_thing_find_each_other() -> None:
    """No page of the example says 帖子; one speaks of 页面."""
    book = plan({"data/synonyms.csv": "zh,en\n页面|帖子,page|post\n"})
    assert Finder(book, book.library.settings.default).search("帖子", 1)[0]["name"] == "404"
    assert small().search("帖子") == []


@pytest.mark.parametrize(("begun", "name"), [("gat", "504"), ("con", "409"), ("una", "401"), ("prec", "412")])
def test_the_beginning_of_a_word_finds_it(begun: str, name: str) -> None:
    """Three letters might be pinyin, and are none here."""
    assert name in [hit["name"] for hit in finder("en").search(begun, 3)]


def test_a_message_leads_to_its_cause() -> None:
    hit = finder("zh").search("no live upstreams while connecting to upstream", 1)[0]
    assert (hit["name"], hit["anchor"]) == ("502", "no-live-upstreams")
    hit = finder("en").search("connection refused", 1)[0]
    assert (hit["name"], hit["anchor"]) == ("502", "upstream-refused")


def test_a_number_alone_leads_to_no_cause() -> None:
    assert finder("zh").search("404", 1)[0]["anchor"] == ""


def test_an_unknown_number_leads_to_its_class() -> None:
    hits = finder("zh").search("477", 2)
    assert [(hit["name"], hit["rule"]) for hit in hits] == [("4xx", "unknown"), ("400", "unknown")]


def test_who_uses_a_number_is_said_only_where_it_says_what_it_means() -> None:
    """Of a vendor's number; beside a registered one it would read as its meaning: “403 Forbidden · some firewall”."""
    assert "Cloudflare" in finder("zh").search("520", 1)[0]["summary"]
    assert {hit["summary"] for hit in finder("zh").search("没有权限") if hit["name"] == "403"} == {""}


def test_nothing_is_found_for_nothing() -> None:
    for query in ("", "   ", "！？", "\\", "((("):
        assert finder("zh").search(query) == []


def test_a_terminal_gets_the_reasons() -> None:
    printed = "\n".join(lines(small().search("404 页面不存在")))
    assert "/404/" in printed
    assert "rule: code" in printed
