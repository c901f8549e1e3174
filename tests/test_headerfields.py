"""The table of header fields: true sections, both languages, and where messages lead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest
from bs4 import BeautifulSoup

from statusbook import headerfields, library
from statusbook.sources import read_tree
from statusbook.views import Views

from .book import ROOT, code_page, page, problems, prose_page, translation

MESSAGE = "```http\nHTTP/1.1 404 Not Found\nRetry-After: 9\nX-Nobody: 1\n```"


@pytest.fixture(scope="module")
def fields() -> Mapping[str, headerfields.HeaderField]:
    found, wrong = headerfields.read(read_tree(ROOT))
    assert wrong == []
    return found


def test_every_section_exists(fields: Mapping[str, headerfields.HeaderField]) -> None:
    book, _ = library.read(read_tree(ROOT))
    assert book is not None
    sections = book.tables.sections
    cited = [field.ref for field in fields.values() if field.ref and field.ref.rfc in sections]
    assert len(cited) > 60
    assert [ref.label for ref in cited if ref.section not in sections[ref.rfc]] == []


def test_what_common_servers_send_is_explained(fields: Mapping[str, headerfields.HeaderField]) -> None:
    usual = """date server connection content-type content-length etag last-modified accept-ranges vary cache-control
        age via x-cache location retry-after allow www-authenticate proxy-authenticate transfer-encoding keep-alive
        set-cookie upgrade link content-range alt-svc x-powered-by strict-transport-security"""
    assert set(usual.split()) <= fields.keys()


def test_fields_that_captures_have_again_and_again_are_explained(
    fields: Mapping[str, headerfields.HeaderField],
) -> None:
    book, _ = library.read(read_tree(ROOT))
    assert book is not None
    views = Views(book, book.settings.default)
    seen = Counter(name.lower() for exhibit in book.exhibits for name in views.exhibit(exhibit).names)
    assert [name for name, times in sorted(seen.items()) if times > 2 and name not in fields] == []


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("Bad Name,,,甲,a", "is not the name of a header field"),
        ("Date,RFC 9110 6.6.1,,甲,a", "names RFC 9110 6.6.1 without an address"),
        ("Date,Fetch,ftp://x,甲,a", "names Fetch without an address"),
        ("Date,,,,a", "does not say in zh what Date is"),
        ("Date,,,甲,a\ndate,,,甲,a", "has date a second time"),
        ("Date,,,甲", "has 4 cells"),
    ],
)
def test_a_wrong_row_is_named(row: str, message: str) -> None:
    found = problems({"data/fields.csv": f"field,spec,source,zh,en\n{row}\n"})
    assert [problem for problem in found if problem.path == "data/fields.csv" and message in problem.message], found


def with_glossary() -> dict[str, str | bytes | None]:
    return {
        "content/4xx/404.md": code_page(404, body=f"## 含义\n\n{MESSAGE}"),
        "content/4xx/404.en.md": translation(body=f"## Meaning\n\n{MESSAGE}"),
        "content/guides/glossary.md": prose_page("术语", see="[404]", body="## 字段 {#fields}\n\n见下。"),
        "content/guides/glossary.en.md": prose_page("Terms", body="## Fields {#fields}\n\nBelow."),
    }


@pytest.mark.parametrize("prefix", ["", "en/"])
def test_a_field_in_a_message_leads_to_its_row(prefix: str) -> None:
    html = BeautifulSoup(page(f"{prefix}404/index.html", with_glossary()), "html.parser")
    links = {a.text: a["href"] for a in html.select("pre a")}
    assert links == {"Retry-After": "../guides/glossary/#field-retry-after"}
    glossary = BeautifulSoup(page(f"{prefix}guides/glossary/index.html", with_glossary()), "html.parser")
    term = glossary.find("dt", id="field-retry-after")
    assert term is not None and term.text == "Retry-After"
    definition = term.find_next_sibling("dd")
    assert definition is not None and definition.text.endswith("RFC 9110 §10.2.3")


def test_without_the_guide_no_field_is_a_link() -> None:
    changes = {path: text for path, text in with_glossary().items() if "glossary" not in path}
    html = BeautifulSoup(page("404/index.html", changes), "html.parser")
    assert html.select("pre a") == []


def test_an_anchor_of_a_row_is_not_to_be_used_in_the_text() -> None:
    changes = with_glossary() | {
        "content/guides/glossary.md": prose_page(
            "术语", see="[404]", body="## 字段 {#fields}\n\n### 甲 {#field-date}\n\n乙。"
        ),
    }
    assert any("#field-date" in problem.message for problem in problems(changes))
