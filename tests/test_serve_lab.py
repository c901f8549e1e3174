"""``/lab/status/…`` under ``serve``: the teacher's own bytes, beside pages and reload sockets on the same port."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator

import pytest

from statusbook.teacher import Teacher
from statusbook.teaching import lesson

from .book import write_project
from .test_serve import CODE, PATIENCE, Served
from .test_teacher import CODES, WORDS, exchange

_DATE = re.compile(rb"Date: [^\r]+")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("lab")
    write_project(root)
    served = Served(root)
    try:
        yield served.ready()
    finally:
        served.stop()


def raw(port: int, data: bytes, expected: int) -> bytes:
    """What comes back for ``data``, until the end or ``expected`` bytes."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        connection.sendall(data)
        got = b""
        while len(got) < expected and (more := connection.recv(65_536)):
            got += more
    return got


def request(port: int, code: int, path: str = "/lab/status/") -> bytes:
    """The request that the code is the right answer to, in bytes."""
    ask = lesson(code).ask
    fields = {"Host": f"127.0.0.1:{port}", **dict(ask.fields)}
    if "Transfer-Encoding" in fields:
        content = b"%x\r\n%s\r\n0\r\n\r\n" % (len(ask.content), ask.content.encode())
    else:
        content = ask.content.encode()
        if content:
            fields["Content-Length"] = str(len(content))
    if fields.get("Expect") == "100-continue":
        content = content if code == 100 else b""
    lines = [f"{ask.method} {path}{code} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode() + content


@pytest.mark.parametrize("code", CODES)
def test_the_same_bytes_as_the_teachers(served: Served, code: int) -> None:
    data = request(served.port, code)
    expected = Teacher(WORDS).receive(data)
    got = raw(served.port, data, len(expected))
    assert _DATE.sub(b"", got) == _DATE.sub(b"", expected)


def test_pages_and_reload_sockets_go_on_beside_it(served: Served) -> None:
    tab = served.tab("/404/")
    for code in (200, 103, 404, 500):
        assert exchange(served.port, "GET", f"/lab/status/{code}").head.status_code in (200, code)
    assert served.request("/404/")[0] == 200
    source = (served.root / CODE).read_text()
    served.write(CODE, source.replace("不在这里", "换了地方"))
    assert tab.hear()["command"] == "reload"
    assert "换了地方" in served.request("/404/")[1]


def test_its_words_follow_the_sources(served: Served) -> None:
    source = (served.root / CODE).read_text()
    tab = served.tab("/404/")
    served.write(CODE, source.replace("服务器没有找到目标资源。", "新写的一句话。"))
    assert tab.hear()["command"] == "reload"
    assert "新写的一句话。" in exchange(served.port, "GET", "/lab/status/404").text


def test_another_host_is_refused(served: Served) -> None:
    assert exchange(served.port, "GET", "/lab/status/200", Host=f"evil.example:{served.port}").head.status_code == 421


def test_a_client_that_says_no_more_does_not_hold_up_others(served: Served) -> None:
    slow = socket.create_connection(("127.0.0.1", served.port), PATIENCE)
    slow.sendall(b"POST /lab/status/200 HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 9\r\n\r\n" % served.port)
    assert exchange(served.port, "GET", "/lab/status/404").head.status_code == 404
    assert served.request("/404/")[0] == 200
    slow.close()


def test_below_the_path_of_the_site(served: Served) -> None:
    heard = exchange(served.port, "GET", "/docs/lab/status/301")
    assert heard.fields["location"] == "/docs/lab/status/200"
