"""The servers of the guide 204-live-events, started for real on loopback: both must behave alike."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

HERE = Path(__file__).resolve().parents[2] / "content" / "guides" / "204-live-events"
TOKEN = "a secret of the tests"
SECONDS = 10  # no single wait may take longer
KEEP = 1000  # what both servers hold; see KEEP in them


class Server(NamedTuple):
    process: subprocess.Popen[str]
    port: int

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)


def needed(program: str) -> str:
    """The path of a program; without it the test is skipped on a laptop and fails in CI."""
    path = shutil.which(program)
    if path is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"{program} is not installed")
    return path


def command(name: str) -> list[str]:
    return [sys.executable if name == "server.py" else needed("node"), str(HERE / name)]


def environment(**changes: str) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if name not in {"HOST", "INGEST_TOKEN", "HEARTBEAT_SECONDS"}
    }
    return kept | {"PORT": "0"} | changes


@contextlib.contextmanager
def running(name: str, **changes: str) -> Iterator[Server]:
    process = subprocess.Popen(
        command(name), env=environment(INGEST_TOKEN=TOKEN, **changes), stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        watchdog = threading.Timer(SECONDS, process.kill)  # a server that never gets ready ends the readline
        watchdog.start()
        ready = process.stdout.readline()
        watchdog.cancel()
        prefix = "Listening on http://127.0.0.1:"
        assert ready.startswith(prefix), f"{name} printed {ready!r}"
        yield Server(process, int(ready.removeprefix(prefix).strip().removesuffix("/")))
    finally:
        process.kill()
        process.communicate(timeout=SECONDS)


@pytest.fixture(scope="module", params=["server.mjs", "server.py"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def shared(name: str) -> Iterator[Server]:
    """One server for all tests that leave nothing behind for each other."""
    with running(name) as server:
        yield server


@pytest.fixture
def fresh(name: str) -> Iterator[Server]:
    with running(name) as server:
        yield server


def record(event_id: str, **changes: Any) -> dict[str, Any]:
    return {"id": event_id, "user": "u-17", "action": "click", "page": "/cart"} | changes


FIELDS = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    content: bytes


def push(connection: http.client.HTTPConnection, body: object, **changes: str | None) -> Answer:
    """POST to /events; a field of ``changes`` that is None is left out."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = FIELDS | {name.replace("_", "-"): value for name, value in changes.items()}
    connection.request("POST", "/events", content, {name: value for name, value in fields.items() if value is not None})
    response = connection.getresponse()
    return Answer(response.status, response.headers, response.read())


def status_of(server: Server, body: object, **changes: str | None) -> int:
    with contextlib.closing(server.connect()) as connection:
        return push(connection, body, **changes).status


class Stream:
    """An open GET /stream, read as the HTML standard's section on interpreting an event stream says."""

    def __init__(self, server: Server, last_id: str | None = None, query: str = "") -> None:
        self.connection = server.connect()
        self.connection.request("GET", f"/stream{query}", headers={} if last_id is None else {"Last-Event-ID": last_id})
        self.response = self.connection.getresponse()
        assert self.response.status == 200
        assert [self.line(), self.line()] == ["retry: 2000", ""]  # from here on nothing is missed

    def line(self) -> str:
        raw = self.response.readline()
        if not raw.endswith(b"\n"):
            raise EOFError(raw)
        return raw.decode().rstrip("\n")

    def event(self) -> tuple[str, dict[str, Any]]:
        """The next event as (id, data), past any comments."""
        fields: dict[str, str] = {}
        while True:
            line = self.line()
            if line.startswith(":"):
                continue
            if line:
                field, _, value = line.partition(": ")
                fields[field] = value
            elif fields:
                assert fields.keys() == {"id", "data"}
                return fields["id"], json.loads(fields["data"])

    def ids(self, count: int) -> list[str]:
        return [self.event()[0] for _ in range(count)]

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *args: object) -> None:
        self.connection.close()
        self.response.close()


def ids_pushed(server: Server, *ids: str) -> None:
    with contextlib.closing(server.connect()) as connection:
        for event_id in ids:
            assert push(connection, record(event_id)).status == 204


# --- The push ---


def test_204_ends_with_its_header_section(shared: Server) -> None:
    body = json.dumps(record("raw-1")).encode()
    head = f"POST /events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\n"
    request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    with socket.create_connection(("127.0.0.1", shared.port), timeout=SECONDS) as connection:
        connection.sendall(request + request)  # two on one connection: the second answer shows where the first ended
        received = b""
        while received.count(b"\r\n\r\n") < 2:
            data = connection.recv(65536)
            assert data, "the server closed the connection"
            received += data
    *heads, rest = received.split(b"\r\n\r\n")
    assert rest == b""
    assert len(heads) == 2
    for answer in heads:
        status, *fields = answer.decode().split("\r\n")
        assert status == "HTTP/1.1 204 No Content"
        names = {field.partition(":")[0].lower() for field in fields}
        assert not names & {"content-length", "transfer-encoding", "content-type"}


def test_connection_stays_usable(shared: Server) -> None:
    with contextlib.closing(shared.connect()) as connection:
        connection.connect()
        first = connection.sock
        for number in range(3):
            answer = push(connection, record(f"same-connection-{number}"))
            assert (answer.status, answer.content) == (204, b"")
            assert connection.sock is first  # http.client drops it when the server closes


def test_event_reaches_every_open_page(shared: Server) -> None:
    with Stream(shared) as one, Stream(shared) as two:
        ids_pushed(shared, "both-1", "both-2")
        for page in (one, two):
            event_id, data = page.event()
            assert event_id == "both-1"
            assert data.pop("time").endswith("Z")
            assert data == record("both-1")
            assert page.event()[0] == "both-2"


def test_stream_fields(shared: Server) -> None:
    with Stream(shared) as page:
        assert page.response.headers["Content-Type"] == "text/event-stream"
        assert page.response.headers["Cache-Control"] == "no-store"
        assert page.response.headers["X-Accel-Buffering"] == "no"
        assert page.response.headers["Content-Length"] is None


def test_stream_for_http_1_0(shared: Server) -> None:
    """What nginx speaks to its upstream unless told otherwise: no chunks there (RFC 9112 section 6.1)."""
    with socket.create_connection(("127.0.0.1", shared.port), timeout=SECONDS) as connection:
        connection.sendall(b"GET /stream HTTP/1.0\r\nHost: x\r\n\r\n")
        received = b""
        while not received.endswith(b"retry: 2000\n\n"):
            data = connection.recv(65536)
            assert data, received
            received += data
    head, _, content = received.partition(b"\r\n\r\n")
    assert b"transfer-encoding" not in head.lower()
    assert content == b"retry: 2000\n\n"


@pytest.mark.parametrize("user", ["王小明", '<b>&"', "x\n\nid: evil\ndata: {}\n\n", "\u2028", "\ud800", "😀"])
def test_any_text_arrives_as_it_was_sent(shared: Server, user: str) -> None:
    event_id = "text-" + "-".join(f"{ord(character):x}" for character in user)[:50]
    with Stream(shared) as page:
        assert status_of(shared, record(event_id, user=user)) == 204
        assert page.event()[1]["user"] == user


def test_only_known_fields_are_forwarded(shared: Server) -> None:
    with Stream(shared) as page:
        assert status_of(shared, record("extra", password="hunter2")) == 204
        assert page.event()[1].keys() == {"id", "user", "action", "page", "time"}


def test_many_pushes_at_once(shared: Server) -> None:
    lists = [[f"crowd-{thread}-{number}" for number in range(50)] for thread in range(8)]
    with Stream(shared) as page:
        threads = [threading.Thread(target=ids_pushed, args=(shared, *ids)) for ids in lists]
        for thread in threads:
            thread.start()
        arrived = page.ids(sum(map(len, lists)))
        for thread in threads:
            thread.join(SECONDS)
    assert sorted(arrived) == sorted(event_id for ids in lists for event_id in ids)
    for ids in lists:  # what one connection sent stays in its order
        assert [event_id for event_id in arrived if event_id in set(ids)] == ids


# --- Retries, reconnections, slow pages ---


def test_retry_of_a_push_is_forwarded_once(shared: Server) -> None:
    with Stream(shared) as page:
        ids_pushed(shared, "retry-1", "retry-1", "retry-2", "retry-1", "retry-3")
        assert page.ids(3) == ["retry-1", "retry-2", "retry-3"]


def test_last_event_id_replays_what_was_missed(shared: Server) -> None:
    with Stream(shared) as page:
        ids_pushed(shared, "miss-1", "miss-2")
        last = page.ids(2)[-1]
    ids_pushed(shared, "miss-3", "miss-4")
    with Stream(shared, last_id=last) as page:
        assert page.ids(2) == ["miss-3", "miss-4"]
        ids_pushed(shared, "miss-5")
        assert page.ids(1) == ["miss-5"]


def test_after_replays_too(shared: Server) -> None:
    """The page asks so when the browser gave up, and the field knows better when it reconnected since."""
    ids_pushed(shared, "after-1", "after-2", "after-3")
    with Stream(shared, query="?after=after-1") as page:
        assert page.ids(2) == ["after-2", "after-3"]
    with Stream(shared, query="?after=after-1", last_id="after-2") as page:
        assert page.ids(1) == ["after-3"]


def test_new_page_starts_with_new_events(fresh: Server) -> None:
    ids_pushed(fresh, "old")
    with Stream(fresh) as page:
        ids_pushed(fresh, "new")
        assert page.ids(1) == ["new"]


def test_unknown_last_event_id_replays_what_is_held(fresh: Server) -> None:
    ids_pushed(fresh, "a", "b")
    with Stream(fresh, last_id="of-the-server-before") as page:
        assert page.ids(2) == ["a", "b"]


def system_buffers() -> int:
    """Bytes that the system may hold for a connection whose other end does not read."""
    try:
        return int(Path("/proc/sys/net/ipv4/tcp_wmem").read_text("ascii").split()[2])
    except OSError:
        return 4 * 1024 * 1024


def test_slow_page_holds_up_nobody(fresh: Server) -> None:
    count = 2 * KEEP + system_buffers() // 2000  # more than the buffers of the system take in, by 2 × KEEP
    ids = [f"slow-{number}" for number in range(count)]
    arrived: list[str] = []
    with socket.socket() as slow, Stream(fresh) as fast, contextlib.closing(fresh.connect()) as connection:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.settimeout(SECONDS)
        slow.connect(("127.0.0.1", fresh.port))
        slow.sendall(b"GET /stream HTTP/1.0\r\nHost: x\r\n\r\n")
        assert slow.recv(1)  # it is subscribed; from here on it reads nothing
        reader = threading.Thread(target=lambda: arrived.extend(fast.ids(count)))
        reader.start()
        for event_id in ids:
            assert push(connection, record(event_id, page="/" + "x" * 1999)).status == 204  # within SECONDS, each
        reader.join(2 * SECONDS)
        assert arrived == ids
        left = b""
        with contextlib.suppress(ConnectionResetError):
            while data := slow.recv(65536):  # the server ends it: it is more than KEEP events behind
                left += data
    whole = left[: left.rindex(b"\n\n")]
    seen = [line.removeprefix(b"id: ").decode() for line in whole.split(b"\n") if line.startswith(b"id: ")]
    assert seen == ids[: len(seen)]
    assert len(seen) < count - KEEP
    with Stream(fresh, last_id=seen[-1] if seen else "none") as page:  # and it comes back, to what is held
        assert page.ids(KEEP) == ids[-KEEP:]


def test_heartbeat(name: str) -> None:
    with running(name, HEARTBEAT_SECONDS="0.1") as server, Stream(server) as page:
        assert [page.line() for _ in range(4)] == [":", "", ":", ""]
        ids_pushed(server, "after-silence")
        assert page.ids(1) == ["after-silence"]


# --- Refusals ---


@pytest.mark.parametrize(
    ("authorization", "challenge"),
    [
        (None, 'Bearer realm="events"'),
        ("Bearer wrong", 'Bearer realm="events", error="invalid_token"'),
        (f"Bearer {TOKEN}x", 'Bearer realm="events", error="invalid_token"'),
        ("Bearer", 'Bearer realm="events", error="invalid_token"'),
        ("Bearer \xe9", 'Bearer realm="events", error="invalid_token"'),
        (f"Basic {TOKEN}", 'Bearer realm="events", error="invalid_token"'),
    ],
)
def test_401(shared: Server, authorization: str | None, challenge: str) -> None:
    with Stream(shared) as page, contextlib.closing(shared.connect()) as connection:
        response = push(connection, record("intruder"), Authorization=authorization)
        assert response.status == 401
        assert response.headers["WWW-Authenticate"] == challenge
        guest = f"guest-{os.urandom(4).hex()}"
        ids_pushed(shared, guest)
        assert page.ids(1) == [guest]  # the intruder's event was not forwarded


def test_scheme_is_case_insensitive(shared: Server) -> None:
    assert status_of(shared, record("lower-case-scheme"), Authorization=f"bearer {TOKEN}") == 204


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonp"])
def test_415(shared: Server, kind: str | None) -> None:
    with contextlib.closing(shared.connect()) as connection:
        response = push(connection, record("type"), Content_Type=kind)
        assert (response.status, response.headers["Accept"]) == (415, "application/json")


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_with_parameters(shared: Server, kind: str) -> None:
    assert status_of(shared, record("kind"), Content_Type=kind) == 204


def padded(length: int) -> bytes:
    body = json.dumps(record("padded", more="")).encode()
    return body.replace(b'"more": ""', b'"more": "%s"' % (b"x" * (length - len(body))))


def test_413(shared: Server) -> None:
    assert status_of(shared, padded(16 * 1024)) == 204
    assert status_of(shared, padded(16 * 1024 + 1)) == 413
    assert status_of(shared, padded(5_000_000)) == 413  # all of it is sent before http.client reads the answer


def test_411(shared: Server) -> None:
    with contextlib.closing(shared.connect()) as connection:
        connection.request("POST", "/events", iter([json.dumps(record("chunks")).encode()]), FIELDS)  # in chunks
        assert connection.getresponse().status == 411


@pytest.mark.parametrize("length", [b"+5", b"-1", b"5, 6", b"x", b"1_0"])
def test_bad_content_length(shared: Server, length: bytes) -> None:
    with socket.create_connection(("127.0.0.1", shared.port), timeout=SECONDS) as connection:
        head = (
            f"POST /events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\n"
        )
        connection.sendall(head.encode() + b"Content-Length: " + length + b"\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"id=1", b'{"id": NaN}', b"[" * 10_000, '{"id": "é"}'.encode("latin-1"), b"\xef\xbb\xbf{}", b"{} {}"],
    ids=["empty", "cut", "form", "NaN", "deep", "latin-1", "BOM", "two"],
)
def test_400(shared: Server, body: bytes) -> None:
    assert status_of(shared, body) == 400


@pytest.mark.parametrize(
    "body",
    [
        None,
        7,
        [record("list")],
        {"id": "only-id"},
        record(""),
        record("a b"),
        record("line\nbreak"),
        record("trailing\n"),
        record("x" * 65),
        record("user", user=17),
        record("user", user=None),
        record("user", user="x" * 101),
        record("page", page=""),
        record("page", page="x" * 2001),
    ],
)
def test_422(shared: Server, body: object) -> None:
    assert status_of(shared, body) == 422


def ask(server: Server, method: str, path: str) -> Answer:
    with contextlib.closing(server.connect()) as connection:
        connection.request(method, path)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/events", "POST"),
        ("HEAD", "/events", "POST"),
        ("PUT", "/events", "POST"),
        ("DELETE", "/events?x=1", "POST"),
        ("OPTIONS", "/events", "POST"),
        ("POST", "/stream", "GET, HEAD"),
        ("PATCH", "/", "GET, HEAD"),
        ("POST", "/page.js", "GET, HEAD"),
    ],
)
def test_405(shared: Server, method: str, path: str, allow: str) -> None:
    response = ask(shared, method, path)
    assert (response.status, response.headers["Allow"]) == (405, allow)


@pytest.mark.parametrize(
    "path", ["/nothing", "/events/", "/server.py", "/../204-live-events.md", "/page.html", "/constructor"]
)
def test_404(shared: Server, path: str) -> None:
    assert ask(shared, "GET", path).status == 404


def test_server_survives_refusals(shared: Server) -> None:
    """Content that was not read must not be taken for the next request."""
    smuggled = b"POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    for path in ("/nothing", "/events"):
        with socket.create_connection(("127.0.0.1", shared.port), timeout=SECONDS) as connection:
            connection.sendall(
                f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(smuggled)}\r\n\r\n".encode() + smuggled
            )
            connection.shutdown(socket.SHUT_WR)
            received = b""
            while data := connection.recv(65536):
                received += data
        assert received.count(b"HTTP/1.1 ") == 1
    ids_pushed(shared, "still-here")


# --- The page ---


@pytest.mark.parametrize(
    ("path", "file", "kind"),
    [
        ("/", "page.html", "text/html; charset=utf-8"),
        ("/?from=mail", "page.html", "text/html; charset=utf-8"),
        ("/page.js", "page.js", "text/javascript; charset=utf-8"),
        ("/page.css", "page.css", "text/css; charset=utf-8"),
    ],
)
def test_page_is_served(shared: Server, path: str, file: str, kind: str) -> None:
    response = ask(shared, "GET", path)
    assert (response.status, response.headers["Content-Type"]) == (200, kind)
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    assert response.content == (HERE / file).read_bytes()
    head = ask(shared, "HEAD", path)
    assert (head.status, head.headers["Content-Length"], head.content) == (200, str(len(response.content)), b"")


def test_both_servers_send_one_policy() -> None:
    quoted = [text for text in (HERE / "server.py").read_text("utf-8").split('"') if "-src 'self'" in text]
    assert len(quoted) == 1
    assert quoted[0] in (HERE / "server.mjs").read_text("utf-8")


@pytest.fixture
def page(browser: Browser, fresh: Server) -> Iterator[Page]:
    """The live page of ``fresh`` in a browser, connected."""
    page = browser.new_page()
    page.set_default_timeout(SECONDS * 1000)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"http://127.0.0.1:{fresh.port}/")
    expect(page.get_by_role("status")).to_have_text("Connected")
    yield page
    page.close()
    assert [text for text in complaints if not text.startswith("Failed to load resource")] == []


@pytest.mark.browser
def test_page_shows_text_as_text(page: Page, fresh: Server) -> None:
    user = "<img src=x onerror=alert(1)> 王小明"
    assert status_of(fresh, record("shown", user=user)) == 204
    row = page.get_by_role("log").get_by_role("listitem")
    expect(row).to_contain_text(f"{user} click /cart")
    assert page.locator("img").count() == 0


@pytest.mark.browser
def test_page_pauses(page: Page, fresh: Server) -> None:
    rows = page.get_by_role("log").get_by_role("listitem")
    button = page.get_by_role("button", name="Pause")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    ids_pushed(fresh, "held-1", "held-2")
    page.wait_for_timeout(300)  # milliseconds; time enough for them to be shown
    expect(rows).to_have_count(0)
    button.click()
    expect(rows).to_have_count(2)
    ids_pushed(fresh, "live")
    expect(rows).to_have_count(3)


@pytest.mark.browser
def test_page_comes_back_after_a_crash(page: Page, fresh: Server, name: str) -> None:
    rows = page.get_by_role("log").get_by_role("listitem")
    ids_pushed(fresh, "before")
    expect(rows).to_have_count(1)
    fresh.process.kill()
    expect(page.get_by_role("status")).to_contain_text("reconnecting")
    with running(name, PORT=str(fresh.port)) as again:
        ids_pushed(again, "before", "while-away")  # a retry of what the page has seen, and a new one
        expect(page.get_by_role("status")).to_have_text("Connected")
        expect(rows).to_have_count(2)


@pytest.mark.browser
def test_page_survives_an_error_of_the_proxy(page: Page, fresh: Server, name: str) -> None:
    """A status other than 200 ends an EventSource for good; the script opens another one."""
    rows = page.get_by_role("log").get_by_role("listitem")
    ids_pushed(fresh, "before")
    expect(rows).to_have_count(1)
    page.route("**/stream*", lambda route: route.fulfill(status=502, body="Bad Gateway"))
    with page.expect_response(lambda response: response.status == 502):
        fresh.process.kill()
    page.unroute("**/stream*")
    with running(name, PORT=str(fresh.port)) as again:
        ids_pushed(again, "while-away")
        expect(rows).to_have_count(2)
        expect(page.get_by_role("status")).to_have_text("Connected")


# --- Start and end ---


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stops_cleanly(name: str, number: signal.Signals) -> None:
    with running(name) as server, Stream(server) as page, contextlib.closing(server.connect()) as idle:
        assert push(idle, record("before-the-end")).status == 204
        assert page.ids(1) == ["before-the-end"]
        server.process.send_signal(number)
        with pytest.raises(EOFError):
            page.line()  # the stream ends; no IncompleteRead
        assert server.process.wait(SECONDS) == 0


def test_needs_a_token(name: str) -> None:
    done = subprocess.run(
        command(name), env=environment(), capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Set INGEST_TOKEN ")
