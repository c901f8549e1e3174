"""``serve`` is for this machine: what strangers may send it, many at once, and what it never reads."""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from statusbook import policy

from .book import write_project
from .test_serve import PATIENCE, Served, Tab

REQUESTS, CONNECTIONS = 10_000, 100


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose project has a secret beside it, and links that lead there."""
    root = tmp_path_factory.mktemp("home") / "project"
    root.mkdir()
    write_project(root)
    (root.parent / "secret.txt").write_text("SECRET")
    (root / "site").symlink_to(root.parent)
    (root / ".git").mkdir()
    (root / ".git/config").write_text("SECRET")
    served = Served(root)
    try:
        yield served.ready()
    finally:
        served.stop()


def raw(port: int, data: bytes) -> bytes:
    """Send bytes as they are; what comes back until the server closes or has answered."""
    with contextlib.closing(socket.create_connection(("127.0.0.1", port), PATIENCE)) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        parts = []
        with contextlib.suppress(ConnectionResetError):
            while part := client.recv(65_536):
                parts.append(part)
        return b"".join(parts)


# --- paths ------------------------------------------------------------------------------------------

_UP = (
    "..",
    "%2e%2e",
    "%2E.",
    ".%2e",
    "%252e%252e",
    "..%00",
    "%c0%ae%c0%ae",
    "%uff0e%uff0e",
    "．．",
    "..;",
    "....//..",
    "%e0%80%ae.",
)
_SLASH = ("/", "%2f", "%5c", "\\", "%c0%af", "%252f", "//", "/./", "%ef%bc%8f")
_FILES = ("secret.txt", "project/site.toml", "project/.git/config", "etc/passwd")


def test_no_way_of_writing_a_path_leads_out_of_the_site(shared: Served) -> None:
    """Hundreds, as bytes on the wire: a client library would have tidied them up."""
    tried = 0
    for up, slash, file, start in itertools.product(_UP, _SLASH, _FILES, ("/", "/static/", "/site/")):
        tried += 1
        if tried % 3:  # each kind with each other, every third of all
            continue
        path = start + (up + slash) * 3 + file.replace("/", slash)
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{shared.port}\r\nConnection: close\r\n\r\n"
        answer = raw(shared.port, request.encode())
        assert b"SECRET" not in answer, path
        assert b"root:" not in answer, path
        assert answer[9:12] in (b"404", b"400", b"301", b""), (path, answer[:60])
    assert tried > 1_200


@pytest.mark.parametrize(
    "path", ["/site/secret.txt", "/site/", "/.git/config", "/.cache/", "/build.py", "/statusbook/cli.py"]
)
def test_links_and_files_beside_the_sources_are_not_there(shared: Served, path: str) -> None:
    assert shared.request(path)[0] == 404


@pytest.mark.parametrize(
    "line",
    [
        b"GET http://evil.example/ HTTP/1.1",
        b"GET //evil.example/404 HTTP/1.1",
        b"GET /\\evil.example/404 HTTP/1.1",
        b"GET /404?x=\r\nSet-Cookie:x HTTP/1.1",
        b"GET /404%0d%0aSet-Cookie:x HTTP/1.1",
        b"GET /404?%0d%0aSet-Cookie:x=1 HTTP/1.1",
    ],
)
def test_no_path_sends_a_reader_elsewhere_or_writes_a_header(shared: Served, line: bytes) -> None:
    answer = raw(shared.port, line + f"\r\nHost: 127.0.0.1:{shared.port}\r\nConnection: close\r\n\r\n".encode())
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert b"\r\nset-cookie:" not in head
    assert b"location: //" not in head
    assert b"location: http" not in head
    assert b"location: /\\" not in head


# --- header fields ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/en/404/", "/nothing", "/static/js/site.js", "/_live/client.js", "/404"])
def test_the_published_header_fields_are_sent_here_too(shared: Served, path: str) -> None:
    """So that what breaks the policy breaks under the writer's eyes."""
    _, fields, _ = shared.full_request(path)
    names = [name for name, _ in policy.headers(policy.Inlined())]
    assert [name for name in names if name.lower() not in fields] == []
    published = shared.request("/_headers")[1]
    assert f"Content-Security-Policy: {fields['content-security-policy']}\n" in published


# --- many and slow ----------------------------------------------------------------------------------


def test_ten_thousand_requests_over_a_hundred_connections_are_all_answered(shared: Served) -> None:
    """Pipelined, so that the client is not what is measured; slow and broken clients hang on meanwhile."""
    request = f"GET /404/ HTTP/1.1\r\nHost: 127.0.0.1:{shared.port}\r\nIf-None-Match: %s\r\n\r\n"
    etag = shared.full_request("/404/")[1]["etag"]
    conditional = (request % etag).encode()
    each = REQUESTS // CONNECTIONS
    answered = [0] * CONNECTIONS

    def ask(number: int) -> None:
        with contextlib.closing(socket.create_connection(("127.0.0.1", shared.port), PATIENCE)) as client:
            stream = client.makefile("rb")
            for _ in range(each // 10):
                client.sendall(conditional * 10)
                for _ in range(10):
                    answered[number] += stream.readline().startswith(b"HTTP/1.1 304 ")
                    while stream.readline().strip():
                        pass

    with contextlib.ExitStack() as stack:
        for _ in range(30):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", shared.port), PATIENCE))
            slow.sendall(b"GET /404/ HTT")
        threads = [threading.Thread(target=ask, args=(number,)) for number in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(3 * PATIENCE)
        assert answered == [each] * CONNECTIONS
        assert shared.request("/en/404/")[0] == 200


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * 100_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"".join(b"X%d: y\r\n" % i for i in range(20_000)) + b"\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(200),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        os.urandom(5_000),
    ],
    ids=lambda data: repr(data[:24]),
)
def test_what_is_no_request_is_refused_and_others_are_served(shared: Served, data: bytes) -> None:
    with contextlib.suppress(ConnectionResetError, BrokenPipeError):
        answer = raw(shared.port, data)
        assert not answer.startswith(b"HTTP/1.1 200"), answer[:100]
    assert shared.request("/404/")[0] == 200


# --- the reload socket ------------------------------------------------------------------------------


def test_the_socket_asks_for_host_and_origin_together(shared: Served) -> None:
    """A rebound name is refused whatever the origin says, a foreign origin whatever the name."""
    ours, theirs = f"127.0.0.1:{shared.port}", f"evil.example:{shared.port}"
    for host, origin, status in ((ours, ours, 101), (theirs, theirs, 421), (theirs, ours, 421), (ours, theirs, 403)):
        with contextlib.closing(Tab(shared.port, Host=host, Origin=f"http://{origin}")) as tab:
            assert tab.status == status, (host, origin)


def test_a_socket_that_floods_is_closed_and_others_go_on(shared: Served) -> None:
    tab = Tab(shared.port)
    with contextlib.suppress(OSError, EOFError):
        tab.say('{"command": "' + "x" * 60_000 + '"}')
        tab.hear()
    tab.close()
    with contextlib.closing(shared.tab("/404/")) as other:
        other.settle()


def test_the_secret_would_be_found_if_it_were_served(shared: Served) -> None:
    """The control of this file: the link is there and leads to it."""
    assert (Path(shared.root) / "site/secret.txt").read_text() == "SECRET"
