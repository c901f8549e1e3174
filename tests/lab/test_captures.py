"""Captures keep bytes as they were, and pages read messages out of them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusbook import captures
from statusbook.captures import Capture, LogLines, Message, SetUp
from statusbook.sources import Source

HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def capture(*messages: Message, **values: object) -> Capture:
    defaults = {
        "recipe": "node-103-hints",
        "digest": "0123456789abcdef",
        "day": date(2026, 11, 23),
        "versions": {"Node.js": "20.0.0", "curl": "8.0.0"},
        "protocol": "HTTP/1.1",
        "record": "wire",
        "setup": SetUp(
            ("apt-get install nodejs",),
            (("server.mjs", "node", "x\n"),),
            "",
            ("node server.mjs",),
            "curl -si http://127.0.0.1:8080/",
        ),
        "messages": messages or (Message("client", b"GET / HTTP/1.1\r\n\r\n"), Message("server", HINTS)),
        "logs": (LogLines("error.log", ("a line",)),),
    }
    return Capture(**{**defaults, **values})  # type: ignore[arg-type]


def source(text: str, name: str = "node-103-hints") -> Source:
    return Source.of(f"lab/captures/{name}.json", text.encode())


def test_what_is_written_is_read_again():
    seen = capture(exit=28, output="curl: (28) timed out")
    assert captures.read_one(source(captures.dump(seen))) == (seen, [])


@given(st.binary(max_size=200))
def test_every_byte_is_kept(data: bytes):
    seen = capture(Message("client", data or b"x"), Message("server", data or b"y"))
    again, problems = captures.read_one(source(captures.dump(seen)))
    assert not problems
    assert again.messages == seen.messages


def test_text_can_be_read_in_the_file():
    assert "GET / HTTP/1.1" in captures.dump(capture())


def test_interim_responses_are_messages_of_their_own():
    parts = list(Message("server", HINTS).parts())
    assert [part.status for part in parts] == [103, 200]
    assert parts[0].content == b""
    assert parts[1].content == b"ok"
    assert capture().statuses == (103, 200)


def test_switching_protocols_ends_http():
    parts = list(Message("server", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x02hi").parts())
    assert [(part.status, part.content) for part in parts] == [(101, b"\x81\x02hi")]


def test_a_request_in_content_is_content():
    parts = list(Message("client", b"PUT / HTTP/1.1\r\n\r\nHTTP/1.1 200 OK\r\n\r\n").parts())
    assert [part.status for part in parts] == [None]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", '{"recipe": 1}', "\x00", "{" * 5000, '{"messages": [{"from": "nobody", "text": ""}]}'],
)
def test_what_is_no_capture_is_refused_by_name(text: str):
    seen, problems = captures.read_one(source(text))
    assert seen is None
    assert [problem.path for problem in problems] == ["lab/captures/node-103-hints.json"]


def test_a_capture_under_another_name_is_refused():
    seen, problems = captures.read_one(source(captures.dump(capture()), "nginx-502-refused"))
    assert seen is None
    assert "is the capture of node-103-hints" in problems[0].message
