"""Measurements: what is wrong with a file, what folds together, and what pages show of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from bs4 import BeautifulSoup

from statusbook import findings, library, matrices, measurements
from statusbook.findings import Act, Row
from statusbook.measurements import Cell
from statusbook.sources import Snapshot, Source, read_tree

from .book import ROOT, code_page, page, plan, problems, prose_page, translation

PATH = "lab/measurements/redirects.json"

Cells = Mapping[str, Mapping[str, list[Any]]]


def data(cells: Cells, experiment: str = "redirects", rule: str = "RFC 9110 §15.4.2") -> dict[str, Any]:
    """A measurement of subjects called like their keys."""
    cases = sorted({case for row in cells.values() for case in row})
    subjects = {key: {"name": key, "version": "1.0", "date": "2026-11-23"} for key in cells}
    return {"experiment": experiment, "subjects": subjects, "rules": dict.fromkeys(cases, rule), "cells": cells}


def read(value: object, path: str = PATH) -> tuple[measurements.Measurements, list[str]]:
    text = value if isinstance(value, str) else json.dumps(value)
    found, wrong = measurements.read(Snapshot([Source.of(path, text.encode())]))
    return found, [str(problem).split("\n")[0] for problem in wrong]


REDIRECTED = {
    "301 GET same": ["GET", "200", True],
    "301 HEAD same": ["HEAD", "200", True],
    "301 POST same": ["GET type", "200", True],
    "301 PUT same": ["PUT body", "200", True],
    "301 DELETE same": ["DELETE", "200", True],
}
STAYED = {case: ["", "301", None] for case in REDIRECTED}


# --- the file -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ('{"a": 1,\n  oops}', f"{PATH}:2:3: is not JSON: Expecting property name enclosed in double quotes"),
        ("[" * 100_000, f"{PATH}: is not JSON: RecursionError"),
        ("[]", f"{PATH}: is no measurement: list indices must be integers or slices, not str"),
        ({"experiment": "odd"}, f"{PATH}: is no measurement: it says it is of 'odd'"),
        ({"experiment": "redirects"}, f"{PATH}: is no measurement: it lacks 'subjects'"),
        (data({}) | {"cells": {"x": {}}}, f"{PATH}: is no measurement: cells of 'x', which is not among the subjects"),
        (
            data({"x": REDIRECTED}) | {"rules": {}},
            f"{PATH}: is no measurement: a cell of '301 GET same', which has no rule",
        ),
        (data({"x": REDIRECTED}, rule="9110"), f"{PATH}: is no measurement: '9110' is not a section of an RFC"),
        (data({"x": {"301 GET same": ["", "", 2]}}), f"{PATH}: is no measurement: 2 in place of true, false or null"),
        (data({"x": {"301 GET same": [1, "", None]}}), f"{PATH}: is no measurement: 1 is not a text"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_named(value: object, message: str) -> None:
    found, wrong = read(value)
    assert wrong == [message]
    assert not found["redirects"].subjects


def test_an_unknown_file_is_named() -> None:
    assert read("{}", "lab/measurements/speed.json")[1] == ["lab/measurements/speed.json: is no measurement"]


def test_a_wrong_file_stops_the_build_with_its_place() -> None:
    assert [str(p).split("\n")[0] for p in problems({PATH: "{"})] == [
        f"{PATH}:1:2: is not JSON: Expecting property name enclosed in double quotes"
    ]


# --- folding --------------------------------------------------------------------------------------


def test_clients_that_did_the_same_are_one_row() -> None:
    lost = REDIRECTED | {"301 PUT same": ["PUT", "200", False]}
    raised = STAYED | {case: ["", "301 HTTPError", None] for case in STAYED}
    found, _ = read(data({"a": REDIRECTED, "b": STAYED, "c": REDIRECTED, "d": lost, "e": raised}))
    result = findings.of_code(found, 301)
    assert result is not None
    assert [(finding.key, finding.rule and finding.rule.label) for finding in result.items] == [
        ("redirects", "RFC 9110 §15.4.2")
    ]
    assert result.items[0].rows == (
        Row((Act("kept", ("GET", "HEAD", "PUT", "DELETE")), Act("became", ("POST",))), ("a", "c")),
        Row((Act("stayed"),), ("b",)),
        Row(
            (Act("kept", ("GET", "HEAD", "DELETE")), Act("became", ("POST",)), Act("lost", ("PUT",), agrees=False)),
            ("d",),
        ),
        Row((Act("raised"),), ("e",)),
    )
    assert findings.of_code(found, 404) is None


def test_what_keeps_a_rule_and_what_has_none_are_the_same_deed() -> None:
    """A browser must drop Authorization, others may: on a code's page only the breach is told."""
    host = {"301 GET host": ["GET key", "200", None]}
    found, _ = read(data({"a": REDIRECTED | host, "b": REDIRECTED | {"301 GET host": ["GET key", "200", True]}}))
    result = findings.of_code(found, 301)
    assert result is not None
    assert result.items[1].rows == (Row((Act("carried", ("X-Api-Key",)),), ("a", "b")),)


def test_retries_are_told_by_method_and_by_patience() -> None:
    def asked(get: str, after: str, post: str) -> dict[str, list[object]]:
        return {
            "503 GET plain": [get, "200", None],
            "503 GET after": [after, "200", after != "again"],
            "503 POST plain": [post, "200", post != "again"],
        }

    rows = {
        "never": asked("once", "once", "once"),
        "patient": asked("again", "waited", "once"),
        "asked": asked("once", "waited", "once"),
        "rash": asked("again", "again", "again"),
    }
    found, _ = read(data(rows, "retries", "RFC 9110 §9.2.2"), "lab/measurements/retries.json")
    result = findings.of_code(found, 503)
    assert result is not None
    assert {row.names[0]: row.acts for row in result.items[0].rows} == {
        "never": (Act("once"),),
        "patient": (Act("again", ("GET",)), Act("waited")),
        "asked": (Act("waited"),),
        "rash": (Act("again", ("GET", "POST"), agrees=False), Act("hasty", agrees=False)),
    }


@pytest.mark.parametrize(
    ("kind", "cell", "key"),
    [
        ("body", Cell("none kept", "204", True), "ignored"),
        ("body", Cell("content new", "204", False), "read"),
        ("body", Cell("none broken", "204", False), "broke"),
        ("body", Cell("none new", "IOException", None), "refused"),
        ("interim", Cell("as-is", "200", True), "skipped"),
        ("interim", Cell("error", "103 HTTPError", False), "final"),
        ("interim", Cell("error", "UND_ERR_SOCKET", False), "refused"),
        ("unknown", Cell("as-is", "499", True), "passed"),
        ("unknown", Cell("as-is", "499 HTTPError", True), "failed"),
    ],
)
def test_odd_answers_have_their_words(kind: str, cell: Cell, key: str) -> None:
    assert findings.odd(kind, cell).key == key


def test_how_far_secrets_go() -> None:
    def followed(port: str, host: str) -> dict[str, list[object]]:
        same = "GET authorization cookie key"
        return {
            f"302 GET {place}": [seen, "200", None] for place, seen in (("same", same), ("port", port), ("host", host))
        }

    rows = {"a": followed("GET key", "GET key"), "b": followed("GET cookie key", "GET authorization key")}
    found, _ = read(data(rows))
    (table,) = matrices.of_name(found, "credentials")
    assert table.columns == ("Authorization", "Cookie", "X-Api-Key")
    assert [(names, [act.key for act in acts if act]) for names, acts in table.rows] == [
        (("a",), ["to-same", "to-same", "to-host"]),
        (("b",), ["to-host", "to-port", "to-host"]),
    ]


# --- pages ----------------------------------------------------------------------------------------


def a_301(**files: object) -> dict[str, str | bytes | None]:
    """The small book with a page for 301."""
    return {
        "content/3xx/_index.md": prose_page("重定向"),
        "content/3xx/_index.en.md": prose_page("Redirects", body="Text."),
        "content/3xx/301.md": code_page(301, title="永久移动", phrase="Moved Permanently"),
        "content/3xx/301.en.md": translation("Moved permanently"),
        PATH: json.dumps(data({"curl": STAYED, "fetch": REDIRECTED | {"301 PUT same": ["GET", "200", False]}})),
        **{f"content/guides/{name}": str(text) for name, text in files.items()},
    }


def soup(path: str, changes: Mapping[str, str | bytes | None]) -> BeautifulSoup:
    return BeautifulSoup(page(path, changes), "html.parser")


@pytest.mark.parametrize(
    ("prefix", "title", "wrong"),
    [("", "客户端收到它会怎样", "✗ 不合规范"), ("en/", "What clients do with it", "✗ breaks the rule")],
)
def test_a_measured_code_has_the_section(prefix: str, title: str, wrong: str) -> None:
    html = soup(f"{prefix}301/index.html", a_301())
    heading = html.find("h2", id="clients")
    assert heading is not None and heading.text == title
    rows = {row.dd.text: row.dt.text for row in html.select(".did div") if row.dd and row.dt}
    assert wrong in rows["fetch"] and wrong not in rows["curl"]
    assert html.select_one('.contents a[href="#clients"]') is not None
    assert html.select_one('a[href="../lab/clients/"]') is not None
    assert html.find("time", datetime="2026-11-23") is not None


def test_a_code_that_was_not_measured_has_none() -> None:
    assert soup("404/index.html", a_301()).find(id="clients") is None


def test_the_page_of_all_measurements_names_versions_and_is_in_the_sitemap() -> None:
    html = soup("lab/clients/index.html", a_301())
    assert [th.text for th in html.select('#versions ~ div th[scope="row"]')] == ["curl", "fetch"]
    cells = html.select("table.matrix td b.wrong")
    assert cells and all(cell.text == "✗ 不合规范" for cell in cells), "words for whoever does not see the sign"
    sitemap = plan(a_301(), base_url="https://example.org/").outputs["sitemap.xml"].make().decode()
    assert "https://example.org/en/lab/clients/" in sitemap


def test_without_measurements_there_is_no_such_page() -> None:
    assert "lab/clients/index.html" not in plan().outputs


def test_a_guide_shows_the_tables_it_asks_for() -> None:
    guide = prose_page("跳转", see="[301]", body="## 表 {#t}\n\n前。\n\n[[measured:redirects]]\n\n后。")
    english = prose_page("Redirects", body="## Table {#t}\n\nBefore.\n\n[[measured:redirects]]\n\nAfter.")
    changes = a_301() | {"content/guides/jumps.md": guide, "content/guides/jumps.en.md": english}
    html = soup("guides/jumps/index.html", changes)
    assert [caption.text for caption in html.select("table.matrix caption")] == [
        f"{method} 收到重定向之后" for method in ("POST", "PUT", "DELETE")
    ]
    assert html.find("p", string="后。") is not None
    other = changes | {PATH: json.dumps(data({"curl": REDIRECTED}))}
    before, after = (plan(c).outputs["guides/jumps/index.html"].key for c in (changes, other))
    assert before != after, "other measurements make another page"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("## 表 {#t}\n\n[[measured:speed]]", "content/guides/jumps.md:11:1: [[measured:speed]] has not been measured"),
        ("## 表 {#t}\n\n看 [[measured:odd]]。", "content/guides/jumps.md:11:3: an inclusion does not stand alone"),
    ],
)
def test_a_wrong_request_for_tables_is_named(body: str, message: str) -> None:
    changes = {
        "content/guides/jumps.md": prose_page("跳转", see="[404]", body=body),
        "content/guides/jumps.en.md": prose_page("Jumps", body="## Table {#t}\n\nText."),
    }
    assert [str(p).split("\n")[0] for p in problems(changes)] == [message]


def test_the_handbook_has_twelve_clients_and_every_experiment() -> None:
    book, _ = library.read(read_tree(ROOT))
    assert book is not None
    assert all(measurement.subjects for measurement in book.measurements.values())
    programs = {key.partition("-")[0] for key in book.measurements["redirects"].subjects}
    assert len(programs) >= 12
    for name, table in matrices.everything(book.measurements):
        assert table, name


def test_the_cache_keeps_no_page_of_other_measurements() -> None:
    before, after = a_301(), a_301() | {PATH: json.dumps(data({"curl": STAYED}))}
    assert len({plan(changes).outputs["301/index.html"].key for changes in (before, after)}) == 2
