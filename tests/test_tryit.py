"""What the button “send the request” loads: the table, the service worker, the commands."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import pytest

from statusbook.lexicon import lexicon
from statusbook.responses import PATH, asked, respond
from statusbook.strings import TRY
from statusbook.teaching import LESSONS, Ask, lesson
from statusbook.tryit import WORKER, curl

from .book import ROOT, book, code_page, plan, translation

CHANGES = {
    "content/4xx/405.md": code_page(405, phrase="Method Not Allowed"),
    "content/4xx/405.en.md": translation("Method not allowed"),
    "content/4xx/499.md": code_page(499, phrase="客户端走了"),
    "content/4xx/499.en.md": translation("Client left"),
}


@pytest.fixture(scope="module")
def tables() -> dict[str, Any]:
    outputs = plan(CHANGES).outputs
    return {tag: json.loads(outputs[f"lab/try.{tag}.json"].make()) for tag in ("zh-CN", "en")}


def test_a_table_holds_the_codes_of_the_book_and_what_the_script_says(tables: dict[str, Any]) -> None:
    for table in tables.values():
        assert list(table["codes"]) == ["404", "405", "410", "499"]
        assert set(table["texts"]) == set(TRY)
    assert tables["zh-CN"]["texts"] != tables["en"]["texts"]


@pytest.mark.parametrize("tag", ["zh-CN", "en"])
def test_an_entry_is_what_the_server_answers(tables: dict[str, Any], tag: str) -> None:
    entry = tables[tag]["codes"]["405"]
    assert entry["method"] == "DELETE"
    made = respond(405, asked(405, f"{PATH}405", tag), lexicon(book(CHANGES)), "now")
    assert made.final
    assert entry["answer"]["content"] == made.content.decode()
    same = [list(field) for field in made.final.fields if field[0] not in ("Connection", "Date")]
    assert entry["answer"]["fields"] == same
    assert ["Allow", "GET, HEAD, POST, PUT"] in same


def test_a_phrase_that_no_status_line_can_hold_is_left_out(tables: dict[str, Any]) -> None:
    assert tables["en"]["codes"]["499"]["answer"]["reason"] == ""


def test_fields_that_scripts_must_not_set_are_named(handbook: dict[str, bytes]) -> None:
    codes = json.loads(handbook["lab/try.en.json"])["codes"]
    assert codes["100"]["unsent"] == ["Expect"]
    assert "answer" not in codes["100"]  # no service worker can send it
    assert codes["101"]["unsent"] == ["Connection", "Upgrade", "Sec-WebSocket-Version", "Sec-WebSocket-Key"]
    assert codes["206"] == {**codes["206"], "fields": [["Range", "bytes=0-9"]], "unsent": []}


def test_the_script_says_nothing_that_the_table_does_not_hold() -> None:
    script = (ROOT / "static/js/try.js").read_text("utf-8")
    assert set(re.findall(r"\btexts\.(\w+)", script)) == set(TRY)


def test_the_worker_is_at_the_root_of_the_site_and_follows_the_names_of_the_table() -> None:
    worker = plan().outputs[WORKER].make().decode()
    assert "/" not in WORKER
    assert f'"{PATH}"' in worker
    assert "lab/try.${language}.json" in worker


@pytest.mark.parametrize("code", sorted(LESSONS))
def test_a_command_says_exactly_the_request(code: int) -> None:
    ask = lesson(code).ask
    words = shlex.split(curl(ask))
    assert words[:2] == ["curl", "-i"]
    assert words[-1] == "{url}"
    told = dict(zip(words[2:-1:2], words[3:-1:2], strict=True))
    fields = [value for flag, value in zip(words[2:-1:2], words[3:-1:2], strict=True) if flag == "-H"]
    assert fields == [f"{name}: {value}" for name, value in ask.fields]
    assert told.get("-d", "") == ask.content
    assert told.get("-X", "POST" if ask.content else "GET") == ask.method


def test_a_plain_request_is_a_plain_command() -> None:
    assert curl(Ask()) == "curl -i '{url}'"
