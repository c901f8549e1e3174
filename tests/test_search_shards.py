"""The search of a book with more guides than its index has room for: every guide is found, and little is read."""

from __future__ import annotations

import gzip
import json
from functools import cache

import pytest

from statusbook import shards
from statusbook.finder import ENGINE, SHARDS, Finder
from statusbook.pipeline import Plan
from statusbook.problems import BadInput

from .book import plan, prose_page

COUNT = 1500
#: Bytes that engine, index and all files of one search weigh at most (gzip -9).
BUDGET = 150_000
SUBJECTS = "缓存 网关 代理 源站 重试 超时 报文 证书 队列 日志 压缩 分块 签名 鉴权 限流 回滚".split()
WORDS = "caching gateways proxies origins retries timeouts messages certificates queues logs compression chunks".split()


def guides(count: int = COUNT, **changed: str) -> dict[str, str]:
    """Guides of which each has a title and a keyword of its own, made of words that many have."""
    pages = {}
    for number in range(count):
        name = f"content/guides/guide-{number:05}"
        subject, other = SUBJECTS[number % 16], SUBJECTS[number // 16 % 16]
        word, second = WORDS[number % 12], WORDS[number // 12 % 12]
        title = changed.get(f"{number}", f"{subject}与{other}之{10000 + number}")
        chinese = prose_page(title, see="[404]").replace("[词]", f"[{other}甲{10000 + number}号, {subject}]")
        english = prose_page(f"{word.title()} and {second}, part {10000 + number}")
        pages[f"{name}.md"], pages[f"{name}.en.md"] = chinese, english.replace("[词]", f"[unit{number}x, {second}]")
    return pages


@cache
def large() -> Plan:
    return plan(guides())


@cache
def finder(key: str) -> Finder:
    languages = {language.key: language for language in large().library.settings.languages}
    return Finder(large(), languages[key])


def names(query: str, key: str = "zh", limit: int = 3) -> list[str]:
    return [str(hit["name"]) for hit in finder(key).search(query, limit)]


NUMBERS = range(1, COUNT, 149)


@pytest.mark.parametrize("number", NUMBERS)
def test_every_guide_is_found_by_its_title(number: int) -> None:
    for language in large().library.settings.languages:
        title = large().library.pages[f"guide-{number:05}"].texts[language.key].title
        assert names(title, language.key)[0] == f"guide-{number:05}", title


@pytest.mark.parametrize("number", NUMBERS)
def test_every_guide_is_found_by_a_keyword(number: int) -> None:
    assert names(f"unit{number}x", "en")[0] == f"guide-{number:05}"
    assert f"guide-{number:05}" in names(f"{SUBJECTS[number // 16 % 16]}甲{10000 + number}号")


@pytest.mark.parametrize(
    ("query", "word"),
    [("certif", "certificates"), ("cer", "certificates"), ("queue", "queues"), ("compress", "compression")],
)
def test_other_forms_and_beginnings_of_a_word_find_it(query: str, word: str) -> None:
    for name in names(query, "en"):
        text = large().library.pages[name].texts["en"]
        assert word in " ".join((text.title.lower(), *text.keywords)), name


def test_one_character_finds_the_words_that_begin_with_it() -> None:
    assert all("签名" in large().library.pages[name].texts["zh"].title for name in names("签"))


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("zhengshu", "证书"),
        ("zheng shu", "证书"),
        ("zengshu", "证书"),  # z for zh
        ("zhengsh", "证书"),  # not typed to its end
        ("yuanzhan", "源站"),
        ("chongshi", "重试"),  # 重 is read zhong more often
        ("政书", "证书"),
        ("限流于", "限流"),
    ],
)
@pytest.mark.parametrize("key", ["zh", "en"])
def test_what_sounds_alike_is_found(query: str, word: str, key: str) -> None:
    found = names(query, key)
    assert found
    for name in found:
        text = large().library.pages[name].texts["zh"]
        assert word in " ".join((text.title, *text.keywords)), (name, text.title)


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("certifcates", "certificates"),
        ("cretificates", "certificates"),
        ("ecrtificates", "certificates"),
        ("xertificates", "certificates"),
        ("certificatse", "certificates"),
        ("compresion", "compression"),
        ("gatway", "gateways"),
        ("timouts", "timeouts"),
    ],
)
def test_a_mistyped_word_is_found(query: str, word: str) -> None:
    found = names(query, "en")
    assert found
    for name in found:
        text = large().library.pages[name].texts["en"]
        assert word in " ".join((text.title.lower(), *text.keywords)), (name, text.title)


def test_a_code_is_still_the_first_answer() -> None:
    assert names("404")[0] == "404"
    assert names("404 缓存", limit=1) == ["404"]


def test_nothing_is_found_for_nothing() -> None:
    for query in ("", "，。", "zzzzqqqq"):
        assert names(query) == []


@pytest.mark.parametrize("prefix", ["", "en/"])
def test_a_search_reads_little(prefix: str) -> None:
    """Of the most expensive queries: words are of many guides, and of different files, and one is mistyped."""
    sizes = {
        path: len(gzip.compress(output.make(), 9)) for path, output in large().outputs.items() if "search/" in path
    }
    folder = f"{prefix}search/"
    always = [len(gzip.compress(large().outputs[path].make(), 9)) for path in (ENGINE, SHARDS, f"{folder}index.json")]
    terms = sorted(size for path, size in sizes.items() if path.startswith(f"{folder}terms/"))
    records = sorted(size for path, size in sizes.items() if path.startswith(f"{folder}guides/"))
    assert len(terms) > 5
    assert sum(always) + sum(terms[-9:]) + sum(records[-12:]) <= BUDGET


def test_each_remote_guide_has_one_record() -> None:
    kept = json.loads(large().outputs["search/index.json"].make())["pages"]["name"]
    paths = [path for path in large().outputs if path.startswith("search/guides/")]
    told = [name for path in paths for name in json.loads(large().outputs[path].make())["name"]]
    assert sorted([*kept, *told]) == sorted(name for name in large().library.pages if name)
    assert len([name for name in kept if name.startswith("guide-")]) < len(told)


def test_guides_that_others_name_are_in_the_index() -> None:
    named = {"content/guides/guide-00700.md": prose_page("名", see="[guide-00999]")}
    pages = json.loads(plan(guides() | named).outputs["search/index.json"].make())["pages"]
    assert "guide-00999" in pages["name"]


def test_a_book_of_usual_size_has_one_file() -> None:
    small = plan(guides(shards.CORE_GUIDES - 1))
    assert [path for path in small.outputs if path.startswith(("search/terms/", "search/guides/"))] == []
    assert "shards" not in json.loads(small.outputs["search/index.json"].make())


def changed(edit: dict[str, str]) -> set[str]:
    """The files of the Chinese search that are made again."""
    after = plan(guides() | edit)
    return {
        path
        for path, each in after.outputs.items()
        if path.startswith("search/") and each.key != large().outputs[path].key
    }


def test_an_edit_of_a_text_makes_one_file_of_records_again() -> None:
    path = "content/guides/guide-01234.md"
    edited = changed({path: guides()[path].replace("正文。", "别的正文。")})
    assert edited == {f"search/guides/{(1234 - shards.CORE_GUIDES + 1) // shards.BLOCK}.json"}


def test_an_edit_of_a_title_makes_the_terms_again() -> None:
    edited = changed({"content/guides/guide-01234.md": guides(**{"1234": "别的题目"})["content/guides/guide-01234.md"]})
    assert {path for path in edited if "terms" in path} == {p for p in large().outputs if p.startswith("search/terms/")}
    assert len([path for path in edited if "guides" in path]) == 1


def test_the_files_are_the_same_every_time() -> None:
    again = plan(guides())
    for path in ("search/terms/3.json", "search/guides/7.json", "search/index.json"):
        assert again.outputs[path].make() == large().outputs[path].make()


def test_a_book_whose_guides_say_nothing_is_no_trouble() -> None:
    try:
        book = plan({path: text.replace("[词]", "[！]") for path, text in guides(200).items()})
    except BadInput:
        pytest.skip("such keywords are refused")
    assert book.outputs["search/terms/0.json"].make()
