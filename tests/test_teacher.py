"""The teaching server: every status code over a real socket, read by h11 as a client, held against the standards."""

from __future__ import annotations

import csv
import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.teacher import is_ours, main
from statusbook.lexicon import lexicon
from statusbook.responses import Request, asked, code_of, respond
from statusbook.teacher import LARGEST_HEAD, Teacher
from statusbook.teaching import LARGEST_CONTENT, LESSONS, REPRESENTATION, lesson

from .book import ROOT, book

PATIENCE = 30
DATE = "Sun, 22 Nov 2026 00:00:00 GMT"


#: Pieces of requests, right and wrong.
PARTS = [
    b"GET /lab/status/200 HTTP/1.1\r\n",
    b"POST /lab/status/100 HTTP/1.1\r\n",
    b"GET /lab/status/101 HTTP/1.1\r\n",
    b"HEAD /lab/status/405?lang=\xff HTTP/1.0\r\n",
    b"Host: x\r\n",
    b"Host: x\r\nExpect: 100-continue\r\n",
    b"Content-Length: 5\r\n",
    b"Content-Length: 99999999999999999999\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
    b"Sec-WebSocket-Key: c3RhdHVzYm9vayBsYWIgMQ==\r\n",
    b"Accept: application/http, ;q=, */*;q=9\r\nAccept-Language: *;q=0\r\nRange: bytes=9-1,-\r\n",
    b"\r\n",
    b"5\r\nhello\r\n0\r\n\r\n",
]
#: The words of the small book.
WORDS = lexicon(book())


def registered() -> list[int]:
    """Every code of the registry, the unused and the temporary ones too."""
    with open(ROOT / "data/registry.csv", encoding="utf-8", newline="") as file:
        return [int(row["code"]) for row in csv.DictReader(file)]


CODES = registered()

#: What the standards require of a response with the code, and what its field must look like: written down here anew,
#: from the sections, so that the table cannot agree with itself alone.
REQUIRED: Mapping[int, Mapping[str, str]] = {
    101: {"upgrade": "websocket", "connection": "(?i)upgrade"},  # RFC 9110 §7.8, §15.2.2
    103: {"link": "<[^>]+>; *rel=.*preload.*"},  # RFC 8297 §2
    104: {"location": "/.+", "upload-limit": ".+"},  # the draft: MUST include both
    201: {"location": "/.+"},  # RFC 9110 §15.3.2
    206: {"content-range": r"bytes 0-9/\d+", "etag": '"[^"]+"'},  # §15.3.7, §14.4
    226: {"im": "diffe", "etag": '"[^"]+"', "delta-base": '"[^"]+"'},  # RFC 3229 §10.4.1, §10.5.3
    300: {"link": ".*rel=.*alternate.*"},  # RFC 9110 §15.4.1
    301: {"location": "/.+"},  # §15.4.2
    302: {"location": "/.+"},
    303: {"location": "/.+"},
    304: {"etag": '"[^"]+"', "date": ".+", "cache-control": ".+", "vary": ".+"},  # §15.4.5
    307: {"location": "/.+"},
    308: {"location": "/.+"},
    401: {"www-authenticate": 'Basic realm="[^"]+".*'},  # §15.5.2, RFC 7617 §2
    405: {"allow": "[A-Z]+(, [A-Z]+)*"},  # §15.5.6
    407: {"proxy-authenticate": 'Basic realm="[^"]+".*'},  # §15.5.8
    408: {"connection": "close"},  # §15.5.9, RFC 9112 §9.6
    415: {"accept": ".+"},  # §15.5.16
    416: {"content-range": rf"bytes \*/{len(REPRESENTATION)}"},  # §15.5.17
    426: {"upgrade": ".+", "connection": "(?i).*upgrade.*"},  # §15.5.22, §7.8
    428: {"cache-control": "no-store"},  # RFC 6585 §3
    429: {"retry-after": r"\d+", "cache-control": "no-store"},  # RFC 6585 §4
    431: {"cache-control": "no-store"},  # RFC 6585 §5
    451: {"link": "<[^>]+>; *rel=.?blocked-by.*"},  # RFC 7725 §4
    503: {"retry-after": r"\d+"},  # RFC 9110 §15.6.4
    511: {"cache-control": "no-store"},  # RFC 6585 §6
}
EMPTY = {204, 205, 304}


@dataclass
class Heard:
    """What a client read: interim responses, the final one, its content, and what came after a switch."""

    interim: list[h11.InformationalResponse] = field(default_factory=list)
    final: h11.Response | None = None
    content: bytes = b""
    rest: bytes = b""

    @property
    def head(self) -> h11.Response | h11.InformationalResponse:
        found = self.final or self.interim[-1]
        assert found is not None
        return found

    @property
    def fields(self) -> dict[str, str]:
        return fields_of(self.head)

    @property
    def text(self) -> str:
        return self.content.decode("utf-8")


def fields_of(head: h11.Response | h11.InformationalResponse) -> dict[str, str]:
    return {name.decode(): value.decode("latin-1") for name, value in head.headers}


def exchange(port: int, method: str, target: str, content: bytes = b"", /, **fields: str) -> Heard:
    """One request over a socket, by the book; with ``Expect: 100-continue`` the content waits for the 100."""
    names = {"Host": f"127.0.0.1:{port}", **{name.replace("_", "-"): value for name, value in fields.items()}}
    if content and "Transfer-Encoding" not in names:
        names["Content-Length"] = str(len(content))
    client = h11.Connection(h11.CLIENT)
    heard = Heard()
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:

        def read() -> type[h11.Event] | type[h11.NEED_DATA] | type[h11.PAUSED]:
            """Read on; tells what stopped it."""
            while True:
                event = client.next_event()
                if event is h11.NEED_DATA:
                    data = connection.recv(65_536)
                    client.receive_data(data)
                elif isinstance(event, h11.InformationalResponse):
                    heard.interim.append(event)
                    if event.status_code == 100 and "Expect" in names:
                        return h11.InformationalResponse
                elif isinstance(event, h11.Response):
                    heard.final = event
                elif isinstance(event, h11.Data):
                    heard.content += event.data
                else:
                    return h11.PAUSED if event is h11.PAUSED else type(event)

        request = h11.Request(method=method, target=target, headers=list(names.items()))
        connection.sendall(client.send(request) or b"")
        waits = names.get("Expect") == "100-continue"
        if waits and read() is not h11.InformationalResponse:
            return heard
        if content:
            connection.sendall(client.send(h11.Data(data=content)) or b"")
        connection.sendall(client.send(h11.EndOfMessage()) or b"")
        if read() is h11.PAUSED:  # the protocol has been switched
            heard.rest = client.trailing_data[0]
            while len(heard.rest) < 16 and (data := connection.recv(1024)):
                heard.rest += data
    return heard


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of ``python -m lab.teacher``."""
    process = subprocess.Popen(
        [sys.executable, "-m", "lab.teacher"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    guard = threading.Timer(PATIENCE, process.kill)
    guard.start()
    assert process.stdout and process.stderr
    line = process.stdout.readline()
    guard.cancel()
    try:
        match = re.search(r"http://127\.0\.0\.1:(\d+)/lab/status/", line)
        assert match, process.stderr.read()
        yield int(match[1])
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def ask(port: int, code: int, query: str = "", method: str = "", **fields: str) -> Heard:
    """The request that the code is the right answer to."""
    right = lesson(code).ask
    names = {**dict(right.fields), **{name.replace("_", "-"): value for name, value in fields.items()}}
    return exchange(port, method or right.method, f"/lab/status/{code}{query}", right.content.encode(), **names)


@pytest.mark.parametrize("code", CODES)
def test_every_registered_code_is_sent_as_its_standard_says(port: int, code: int) -> None:
    heard = ask(port, code)
    if code < 200:
        assert [each.status_code for each in heard.interim] == [code]
        assert (heard.final is None) == (code == 101)
        sent: h11.Response | h11.InformationalResponse = heard.interim[0]
    else:
        assert heard.interim == []
        assert heard.final
        sent = heard.final
    assert sent.status_code == code
    fields = fields_of(sent)
    for name, pattern in REQUIRED.get(code, {}).items():
        assert re.fullmatch(pattern, fields.get(name, "")), (name, fields)
    if code in EMPTY:
        assert heard.content == b""
        assert "content-type" not in fields
    elif code >= 200:
        assert len(heard.content) == int(fields["content-length"]) > 0
        assert fields["content-type"]
    assert ("content-length" in fields) == (code >= 200 and code not in (204, 304))  # RFC 9110 §8.6
    if heard.final:
        assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", heard.fields["date"])
        assert "close" in heard.fields["connection"]


@pytest.mark.parametrize("code", CODES)
def test_a_bare_get_is_answered_with_the_code_too(port: int, code: int) -> None:
    heard = exchange(port, "GET", f"/lab/status/{code}")
    statuses = [each.status_code for each in (*heard.interim, heard.final) if each]
    # A switch and a promise of resumption must not come unasked (RFC 9110 §7.8; the draft on resumable uploads).
    assert statuses == {101: [426], 104: [200]}.get(code, [code] if code >= 200 else [code, 200])


@pytest.mark.parametrize("code", [code for code in CODES if code >= 200])
def test_head_has_the_fields_of_get_and_no_content(port: int, code: int) -> None:
    head, get = (exchange(port, method, f"/lab/status/{code}") for method in ("HEAD", "GET"))
    assert head.content == b""
    same = {name: value for name, value in get.fields.items() if name not in ("date", "allow")}
    assert {name: value for name, value in head.fields.items() if name not in ("date", "allow")} == same


def test_every_other_number_of_the_five_classes_is_sent_with_an_explanation(port: int) -> None:
    for code in (199, 299, 399, 432, 499, 599):
        heard = exchange(port, "GET", f"/lab/status/{code}?lang=en")
        assert (heard.interim[0] if code < 200 else heard.head).status_code == code
    assert "400 (RFC 9110 §15)" in exchange(port, "GET", "/lab/status/432?lang=en").text


@pytest.mark.parametrize("target", ["/", "/lab/status/", "/lab/status/99", "/lab/status/600", "/lab/status/4040"])
def test_what_is_no_status_code_is_not_found(port: int, target: str) -> None:
    assert exchange(port, "GET", target).head.status_code == 404


# --- what depends on the request ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "fields", "tag", "word"),
    [
        ("", {}, "zh-CN", "服务器"),
        ("", {"Accept-Language": "en-GB,en;q=0.8"}, "en", "server"),
        ("?lang=en", {"Accept-Language": "zh"}, "en", "server"),
        ("?lang=zh-CN", {"Accept-Language": "en"}, "zh-CN", "服务器"),
        ("?lang=xx", {"Accept-Language": "fr"}, "zh-CN", "服务器"),
    ],
)
def test_the_content_is_in_the_readers_language(
    port: int, query: str, fields: dict[str, str], tag: str, word: str
) -> None:
    heard = exchange(port, "GET", f"/lab/status/404{query}", **fields)
    assert heard.fields["content-language"] == tag
    assert heard.text.startswith("404 Not Found\n")
    assert word in heard.text


def test_an_error_is_a_problem_for_those_who_ask_for_one(port: int) -> None:
    heard = exchange(port, "GET", "/lab/status/428?lang=en", Accept="application/problem+json")
    assert heard.fields["content-type"] == "application/problem+json"
    problem = json.loads(heard.text)
    assert problem["status"] == 428
    assert problem["title"] == "Precondition Required"
    assert problem["hints"] == ['If-Match: "428"']
    assert "problem" not in exchange(port, "GET", "/lab/status/200", Accept="application/problem+json").text


@pytest.mark.parametrize(
    ("method", "allow"),
    [("GET", "POST, PUT, DELETE"), ("HEAD", "POST, PUT, DELETE"), ("POST", "GET, HEAD, PUT, DELETE")],
)
def test_405_never_allows_the_method_it_refuses(port: int, method: str, allow: str) -> None:
    assert exchange(port, method, "/lab/status/405").fields["allow"] == allow


@pytest.mark.parametrize(
    ("field", "status", "content_range", "content"),
    [
        ("bytes=0-4", 206, "bytes 0-4/37", b"01234"),
        ("bytes=35-", 206, "bytes 35-36/37", b"z\n"),
        ("bytes=-3", 206, "bytes 34-36/37", b"yz\n"),
        ("bytes=-1000", 206, "bytes 0-36/37", REPRESENTATION),
        ("bytes=30-1000", 206, "bytes 30-36/37", REPRESENTATION[30:]),
        ("bytes=37-", 416, "bytes */37", None),
        ("bytes=-0", 416, "bytes */37", None),
        ("bytes=5-1", 206, "bytes 0-9/37", b"0123456789"),  # not a range: RFC 9110 §14.1.1 has it ignored
        ("lines=1-2", 206, "bytes 0-9/37", b"0123456789"),
    ],
)
def test_206_honours_the_range(port: int, field: str, status: int, content_range: str, content: bytes | None) -> None:
    heard = exchange(port, "GET", "/lab/status/206", Range=field)
    assert (heard.head.status_code, heard.fields["content-range"]) == (status, content_range)
    assert content is None or heard.content == content


def test_the_content_waits_for_the_100(port: int) -> None:
    heard = ask(port, 100)
    assert [each.status_code for each in heard.interim] == [100]
    assert heard.head.status_code == 200


@pytest.mark.parametrize("code", [200, 401, 413, 417])
def test_a_final_status_instead_of_100_spares_the_content(port: int, code: int) -> None:
    heard = exchange(port, "POST", f"/lab/status/{code}", b"x" * 1000, Expect="100-continue")
    assert heard.interim == []
    assert heard.head.status_code == code


def test_http_1_0_gets_no_interim_response(port: int) -> None:
    for code in (100, 102, 103):
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
            connection.sendall(f"GET /lab/status/{code} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            with connection.makefile("rb") as file:
                assert file.readline() == b"HTTP/1.1 200 OK\r\n"


def test_101_switches_to_a_websocket_that_says_hello_and_goodbye(port: int) -> None:
    heard = ask(port, 101)
    # RFC 6455 §4.2.2, for the key of the request: base64(sha1(key + the GUID of the protocol)).
    assert heard.fields["sec-websocket-accept"] == "s8kqkCmrwAggR038xbsMey0zXIY="
    assert heard.rest == b"\x81\x0aStatusbook\x88\x02\x03\xe8"


@pytest.mark.parametrize(
    "change",
    [{"Upgrade": "h2c"}, {"Sec-WebSocket-Version": "8"}, {"Sec-WebSocket-Key": "short"}, {"Connection": "close"}],
)
def test_what_is_no_handshake_is_told_what_it_takes(port: int, change: dict[str, str]) -> None:
    heard = exchange(port, "GET", "/lab/status/101", **{**dict(lesson(101).ask.fields), **change})
    assert heard.head.status_code == 426
    assert heard.fields["upgrade"] == "websocket"


@pytest.mark.parametrize("code", [207, 208, 423])
def test_webdav_contents_are_wellformed_and_name_the_statuses_within(port: int, code: int) -> None:
    heard = ask(port, code)
    assert heard.fields["content-type"] == "application/xml; charset=utf-8"
    tree = ElementTree.fromstring(heard.content)
    if code == 423:
        assert tree.tag == "{DAV:}error"
        assert tree.findtext("{DAV:}lock-token-submitted/{DAV:}href") == "/lab/status/423"
        return
    assert tree.tag == "{DAV:}multistatus"
    responses = tree.findall("{DAV:}response")
    assert responses
    assert all(response.findtext("{DAV:}href") for response in responses)  # RFC 4918 §13: each has one
    statuses = [(element.text or "").split()[1] for element in tree.iter("{DAV:}status")]
    assert statuses == {207: ["403", "424"], 208: ["200", "208"]}[code]


def test_a_transcript_shows_what_clients_hide(port: int) -> None:
    heard = exchange(port, "GET", "/lab/status/103", Accept="application/http")
    assert heard.fields["content-type"] == "application/http; msgtype=response"
    assert heard.text.startswith("HTTP/1.1 103 Early Hints\r\nLink: <")
    assert "\r\n\r\nHTTP/1.1 200 OK\r\n" in heard.text
    assert "sec-websocket-accept" in exchange(port, "GET", "/lab/status/101", Accept="application/http").text.lower()


# --- what is refused -----------------------------------------------------------------------------------


def raw(port: int, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as file:
            return file.read()


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /lab/status/200 HTTP/1.1\r\n\r\n", 400),  # no Host: RFC 9112 §3.2
        (b"GET /lab/status/200 HTTP/1.1\r\nHost: HOST\r\nbad header\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
        (b"GET /lab/status/200 HTTP/1.1\r\nHost: HOST\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"GET /lab/status/200 HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"GET /lab/status/200 HTTP/1.1\r\nHost: HOST\r\nX: " + b"x" * 2 * LARGEST_HEAD + b"\r\n\r\n", 431),
        (b"POST /lab/status/200 HTTP/1.1\r\nHost: HOST\r\nContent-Length: 70000\r\n\r\n" + b"x" * 70_000, 413),
        (b"GET /lab/status/200 HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421),
        (b"CONNECT /lab/status/200 HTTP/1.1\r\nHost: HOST\r\n\r\n", 501),
        (b"TRACE /lab/status/200 HTTP/1.1\r\nHost: HOST\r\n\r\n", 501),
    ],
)
def test_what_is_not_understood_is_refused(port: int, request_: bytes, status: int) -> None:
    got = raw(port, request_.replace(b"HOST", b"127.0.0.1:%d" % port))
    assert got.startswith(b"HTTP/1.1 %d " % status), got[:200]


@pytest.mark.parametrize(
    ("host", "ours"),
    [("127.0.0.1", True), ("127.9.8.7:80", True), ("localhost:8001", True), ("[::1]:1", True)]
    + [(name, False) for name in ("", "evil.example", "127.0.0.1.evil.example", "10.0.0.1:80", "[::1", "0.0.0.0")],
)
def test_the_names_of_this_machine(host: str, ours: bool) -> None:
    assert is_ours(host) is ours


@pytest.mark.parametrize("arguments", [["--host", "0.0.0.0"], ["--host", "example.org"], ["--port", "70000"]])
def test_the_server_listens_to_this_machine_only(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        status = main(arguments)
    except SystemExit as exit_:
        status = int(exit_.code or 0)
    assert status == 2
    assert arguments[1] in capsys.readouterr().err


def test_a_request_that_never_ends_is_ended() -> None:
    teacher = Teacher(WORDS)
    assert teacher.receive(b"POST /lab/status/200 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe") == b""
    assert teacher.late().startswith(b"HTTP/1.1 408 ")
    assert teacher.ended
    silent = Teacher(WORDS)
    assert silent.late() == b""
    assert silent.ended


@given(st.lists(st.binary(max_size=60) | st.sampled_from(PARTS), max_size=12), st.integers(1, 40))
def test_no_bytes_break_the_conversation(parts: list[bytes], size: int) -> None:
    """Whatever comes in, in pieces of any size: an answer or none, never an exception, and the end is the end."""
    data = b"".join(parts)
    teacher = Teacher(WORDS, clock=lambda: DATE)
    out = b"".join(teacher.receive(data[start : start + size]) for start in range(0, len(data), size))
    out += teacher.receive(b"") + teacher.late()
    assert teacher.ended
    assert teacher.receive(b"GET / HTTP/1.1\r\n\r\n") == b""
    assert not out or re.match(rb"HTTP/1\.1 [1-5]\d\d ", out)


@pytest.mark.parametrize("path", ["//evil.example/lab/status/302", "/<x>/lab/status/207", '/a"b/lab/status/300'])
def test_a_strange_path_is_not_repeated(path: str) -> None:
    code = code_of(path)
    assert code
    text = respond(code, Request("GET", path, {}), WORDS, DATE).encode().decode()
    assert "/lab/status/2" in text
    assert not re.search(r"evil|<x>|a\"b", text)


def test_links_stay_below_the_sites_own_path() -> None:
    made = respond(301, Request("GET", "/docs/lab/status/301", {}), WORDS, DATE)
    assert made.final
    assert dict(made.final.fields)["Location"] == "/docs/lab/status/200"


# --- the table -----------------------------------------------------------------------------------------


def test_the_table_speaks_of_known_codes_and_names_its_sections() -> None:
    assert LESSONS.keys() <= set(CODES)
    for code, rule in LESSONS.items():
        assert re.search(r"RFC \d+ §[\d.]+|draft-[a-z-]+", rule.spec), code
        assert len(rule.content) + len(rule.ask.content) < LARGEST_CONTENT


def test_every_section_of_the_table_is_that_of_the_registry() -> None:
    with open(ROOT / "data/registry.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rule = LESSONS.get(int(row["code"]))
            if rule and row["rfc"]:
                assert rule.spec.startswith(f"RFC {row['rfc']} §{row['section']}"), row["code"]


def test_words_are_those_of_the_pages() -> None:
    english = respond(404, asked(404, "/lab/status/404", "en"), WORDS, DATE)
    assert english.content.decode() == "404 Not Found\n\nThe server did not find it.\n"
