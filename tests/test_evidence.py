"""Exchanges of the lab on pages: what is shown, where, and what is kept out."""

from __future__ import annotations

from dataclasses import replace

from bs4 import BeautifulSoup

from statusbook import captures, check
from statusbook.captures import LogLines, Message
from statusbook.recipes import read_one
from statusbook.sources import Source

from . import book
from .lab.test_captures import capture

RECIPE = """\
code = 404
title = { zh = "没有这个<文件>", en = "No such <file>" }
note = { zh = "日志里有路径。", en = "The log has the path." }
client = "curl -si http://@server@/x"

[server]
use = "nginx"
config = "listen @server@;"

[expect]
"""
RESPONSE = b"HTTP/1.1 404 Not Found\r\nServer: nginx\r\nX-Odd: <b>\r\n\r\n<script>alert(1)</script>"


def sources(recipe: str = RECIPE, **changes: object) -> dict[str, str]:
    """The files of a small lab: one recipe and its capture."""
    read, problems = read_one(Source.of("lab/recipes/nginx-404-file.toml", RECIPE.encode()), ("zh", "en"))
    assert read, problems
    seen = replace(
        capture(Message("client", b"GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n"), Message("server", RESPONSE)),
        recipe="nginx-404-file",
        digest=read.digest,
        logs=(LogLines("error.log", ('open() "/srv/lab/x" failed',)),),
    )
    return {
        "lab/recipes/nginx-404-file.toml": recipe,
        "lab/captures/nginx-404-file.json": captures.dump(replace(seen, **changes)),
    }


def page(files: dict[str, str], path: str) -> BeautifulSoup:
    return BeautifulSoup(book.page(path, files), "html.parser")


def test_a_code_page_shows_its_exchange_and_where_to_repeat_it():
    soup = page(sources(), "404/index.html")
    text = soup.find(id="evidence").find_parent("div").get_text()
    for shown in ("没有这个<文件>", "GET /x HTTP/1.1", "HTTP/1.1 404 Not Found", 'open() "/srv/lab/x" failed'):
        assert shown in text
    assert soup.find("a", href="../lab/nginx-404-file/")


def test_what_came_over_the_wire_is_text_not_markup():
    soup = page(sources(), "404/index.html")
    assert not [script for script in soup.find_all("script") if "alert(1)" in script.text]
    assert "<script>alert(1)</script>" in soup.get_text()


def test_the_page_of_an_exchange_has_everything_to_repeat_it():
    soup = page(sources(), "en/lab/nginx-404-file/index.html")
    text = soup.get_text()
    for shown in ("No such <file>", "The log has the path.", "node server.mjs", "curl -si http://127.0.0.1:8080/"):
        assert shown in text
    assert "python build.py lab nginx-404-file" in text


def test_header_fields_are_explained_below_an_exchange():
    files = {
        **sources(),
        "data/fields.csv": "field,spec,source,zh,en\nServer,RFC 9110 §10.2.4,,谁答的。,Who answered.\n",
    }
    soup = page(files, "en/lab/nginx-404-file/index.html")
    assert "Who answered." in soup.find(id="lab-fields").find_next("dl").get_text()


def test_the_lab_lists_every_exchange_by_code():
    soup = page(sources(), "lab/index.html")
    assert soup.find("a", href="nginx-404-file/")


def test_a_capture_of_another_recipe_is_not_shown_and_the_check_says_so():
    files = sources(RECIPE.replace("listen @server@;", "listen @server@ backlog=1;"))
    made = book.plan(files)
    assert not [path for path in made.outputs if path.startswith("lab/nginx")]
    assert [problem.message for problem in check.lab_evidence(made.library)] == ["has no capture of what it is now"]


def test_a_cause_that_the_page_lacks_is_named():
    files = sources(RECIPE.replace("code = 404", 'code = 404\ncause = "nowhere"'))
    assert [problem.message for problem in check.lab_evidence(book.plan(files).library)] == [
        "names the cause `nowhere`"
    ]


def test_long_and_binary_content_is_counted_not_printed():
    long = Message("server", b"HTTP/1.1 404 Not Found\r\n\r\n" + b"x\n" * 5000)
    binary = Message("server", b"HTTP/1.1 404 Not Found\r\n\r\n\x00\xff\x01")
    assert len(page(sources(messages=(long,)), "lab/nginx-404-file/index.html").get_text()) < 6000
    assert "3" in page(sources(messages=(binary,)), "lab/nginx-404-file/index.html").get_text()


def test_the_book_shows_every_code_that_is_in_use():
    """Issue of the lab: each registered code that is not unused was captured, mostly from common software."""
    from lab import verb

    known, kept = verb.read(book.ROOT)
    shown = {recipe.code for name, recipe in known.items() if name in kept}
    registry = [line.split(",") for line in (book.ROOT / "data/registry.csv").read_text("utf-8").splitlines()[1:]]
    assert {int(row[0]) for row in registry if row[2] != "unused"} <= shown
    own = {recipe.code for recipe in known.values() if recipe.server.use == "teacher"}
    others = {recipe.code for recipe in known.values() if recipe.server.use != "teacher"}
    assert len(others) >= 45
    assert own.isdisjoint(others)
