"""A run that differs only in what differs every time is the same; anything else is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lab import compare
from statusbook.captures import LogLines, Message

from .test_captures import capture

RESPONSE = (
    "HTTP/1.1 404 Not Found\r\nServer: nginx/1.22.1\r\nDate: Mon, 23 Nov 2026 00:14:57 GMT\r\n"
    'ETag: "65a-5f"\r\nContent-Type: text/html\r\n\r\n<p>404</p> 127.0.0.1:8080 nginx/1.22.1\n'
)
LINE = "2026/11/23 00:14:57 [error] 29320#29320: *2 open() failed (2: No such file), server: 127.0.0.1:8080"


def seen(text: str = RESPONSE, line: str = LINE, **values: object):
    messages = (Message("client", b"GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n"), Message("server", text.encode()))
    return capture(*messages, logs=(LogLines("error.log", (line,)),), **values)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("00:14:57", "23:59:01"),
        ("nginx/1.22.1", "nginx/1.26.0"),
        ('"65a-5f"', '"abc-1"'),
        ("127.0.0.1:8080", "127.0.0.1:8091"),
    ],
)
def test_what_differs_every_time_is_no_difference(old: str, new: str):
    changed = seen(RESPONSE.replace(old, new), LINE.replace(old, new).replace("29320", "77"))
    assert list(compare.differences(seen(), changed)) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("404 Not Found", "403 Forbidden", "status codes were [404], are [403]"),
        ("Content-Type: text/html\r\n", "", "no longer sends"),
        ("Content-Type", "Allow: GET\r\nContent-Type", "now sends ['Allow: GET']"),
        ("<p>404</p>", "<p>gone</p>", "the content was"),
        ("HTTP/1.1 404", "HTTP/1.0 404", "HTTP/1.0 404"),
    ],
)
def test_every_other_difference_is_said(old: str, new: str, says: str):
    found = list(compare.differences(seen(), seen(RESPONSE.replace(old, new))))
    assert any(says in sentence for sentence in found), found


def test_another_line_in_the_log_is_said():
    found = list(compare.differences(seen(), seen(line=LINE.replace("(2: No such file)", "(13: Permission denied)"))))
    assert len(found) == 1
    assert "Permission denied" in found[0]


def test_the_day_and_the_process_are_no_difference_however_they_are_written():
    one = seen(line="[Mon Nov 23 01:01:07.471032 2026] [ssl:error] [pid 779:tid 10787] AH02032: Hostname")
    other = seen(line="[Tue Dec  1 11:01:07.000032 2026] [ssl:error] [pid 10779:tid 107] AH02032: Hostname")
    assert list(compare.differences(one, other)) == []
    assert list(compare.differences(seen(), seen(line=LINE.replace("29320#29320", "779#779")))) == []


def test_versions_are_reported_on_their_own():
    newer = seen(versions={"nginx": "1.26.0", "curl": "8.0.0"})
    older = seen(versions={"nginx": "1.22.1", "curl": "8.0.0"})
    assert list(compare.differences(older, newer)) == []
    assert list(compare.version_changes(older, newer)) == ["nginx was 1.22.1, is 1.26.0"]


def test_content_that_is_no_text_is_compared_by_its_being_there():
    binary = replace(seen(), messages=(Message("server", b"HTTP/1.1 200 OK\r\n\r\n\x1f\x8b\x00\xff"),))
    other = replace(seen(), messages=(Message("server", b"HTTP/1.1 200 OK\r\n\r\n\x1f\x8b\x01\xfe"),))
    assert list(compare.differences(binary, other)) == []


def test_a_tls_greeting_is_random_and_no_difference():
    one = replace(
        seen(line=r'127.0.0.1 "\x16\x03\x01\xFC a:b" 400'), messages=(Message("client", b"\x16\x03\x01\xfc\na: b"),)
    )
    other = replace(seen(line=r'127.0.0.1 "\x16\x03\x01\x01" 400'), messages=(Message("client", b"\x16\x03\x01\xfe"),))
    assert list(compare.differences(one, other)) == []
