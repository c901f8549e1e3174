"""``serve`` as a process: requests, the reload socket, edits on the disk, and how it begins and ends."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import queue
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from .book import ROOT, code_page, write_project

#: Seconds until an expected event is given up on: generous, as the machine may be busy.
PATIENCE = 30
CODE = "content/4xx/404.md"
PROGRAM = """
import sys
from pathlib import Path
from statusbook.serve import serve
sys.exit(serve(Path(sys.argv[1]), host=sys.argv[2], port=int(sys.argv[3]), quiet="--quiet" in sys.argv))
"""


class Served:
    """A running server, with the lines it prints."""

    def __init__(self, root: Path, host: str = "127.0.0.1", port: int = 0, *options: str) -> None:
        self.root = root
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(root), host, str(port), *options],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.out = _lines(self.process.stdout)
        self.errors = _lines(self.process.stderr)

    def ready(self) -> Served:
        """Wait for the address."""
        line = self.out.get(timeout=PATIENCE)
        self.url = line.split()[1]
        self.port = int(self.url.split(":")[-1].split("/")[0])
        return self

    def stop(self) -> int:
        """End it as Ctrl-C does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(PATIENCE)
        finally:
            self.process.kill()

    def request(self, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
        status, _, text = self.full_request(path, method, **headers)
        return status, text

    def full_request(self, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request(method, path, headers=headers)
            response = connection.getresponse()
            return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read().decode()

    def tab(self, path: str, version: str = "") -> Tab:
        """Open the reload socket as the page at ``path`` does."""
        tab = Tab(self.port)
        tab.say({"command": "hello", "protocols": ["http://livereload.com/protocols/official-7"]})
        assert tab.hear()["command"] == "hello"
        tab.say({"command": "info", "plugins": {}, "url": f"{self.url}{path[1:]}", "version": version})
        return tab

    def write(self, path: str, text: str) -> None:
        (self.root / path).write_text(text)

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text()
        assert old in text
        self.write(path, text.replace(old, new))


class Tab:
    """A WebSocket (RFC 6455) as small as the tests need it: text out, text in."""

    def __init__(self, port: int, **headers: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        fields = {
            "Host": f"127.0.0.1:{port}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            **headers,
        }
        lines = ["GET /livereload HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
        self.socket.sendall("\r\n".join(lines).encode())
        self.stream = self.socket.makefile("rb")
        self.status = int(self.stream.readline().split()[1])
        while self.stream.readline().strip():
            pass

    def say(self, message: dict[str, Any] | str) -> None:
        data = (message if isinstance(message, str) else json.dumps(message)).encode()
        mask = os.urandom(4)
        length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack("!H", len(data))
        self.socket.sendall(b"\x81" + length + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(data)))

    def hear(self) -> dict[str, Any]:
        """The next message; waits for it."""
        while True:
            head = self.stream.read(2)
            if len(head) < 2:
                raise EOFError
            length = head[1] & 0x7F
            if length == 126:
                (length,) = struct.unpack("!H", self.stream.read(2))
            data = self.stream.read(length)
            if head[0] & 0x0F == 8:
                raise EOFError
            if head[0] & 0x0F == 1:
                message = json.loads(data)
                assert isinstance(message, dict)
                return message

    def settle(self) -> None:
        """Wait until the server has heard all that was said, and show that it had nothing to say to it."""
        self.say({"command": "hello"})
        assert self.hear()["command"] == "hello"

    def close(self) -> None:
        self.stream.close()
        self.socket.close()


def _lines(stream: IO[str] | None) -> queue.Queue[str]:
    """The lines of ``stream`` as they come; an empty one at its end."""
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        assert stream
        for line in stream:
            lines.put(line.rstrip("\n"))
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    return lines


def _rest(lines: queue.Queue[str]) -> list[str]:
    """All lines to the stream's end."""
    return list(iter(lambda: lines.get(timeout=PATIENCE), ""))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_project(tmp_path)
    return tmp_path


Start = Callable[..., Served]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts servers and ends them after the test."""
    running: list[Served] = []

    def begin(root: Path, *arguments: Any) -> Served:
        running.append(Served(root, *arguments))
        return running[-1]

    yield begin
    for server in running:
        server.stop()


@pytest.fixture
def served(start: Start, project: Path) -> Served:
    """A server whose project the test may change."""
    return start(project).ready()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all tests that only ask."""
    root = tmp_path_factory.mktemp("project")
    write_project(root)
    served = Served(root)
    try:
        yield served.ready()
    finally:
        served.stop()


# --- requests ---------------------------------------------------------------------------------------


def test_pages_are_served_and_nothing_is_written(shared: Served) -> None:
    before = sorted(path for path in shared.root.rglob("*"))
    status, headers, text = shared.full_request("/404/")
    assert status == 200
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert "不在这里" in text
    assert shared.request("/en/404/")[0] == 200
    assert shared.full_request("/404")[:2][1]["location"] == "/404/"
    assert shared.request("/nothing")[0] == 404
    assert shared.request("/404/", "HEAD") == (200, "")
    assert shared.request("/404/", "POST")[0] == 405
    assert sorted(path for path in shared.root.rglob("*")) == before


@pytest.mark.parametrize(
    "path",
    ["/../site.toml", "/%2e%2e/site.toml", "/%2E%2E%2Fsite.toml", "/..%5csite.toml", "/static/..%2f..%2fsite.toml",
     "/%252e%252e/site.toml", "/%c0%ae%c0%ae/site.toml", "//site.toml", "/static//../site.toml", "/%00", "/site.toml",
     "/%ff%fe", "/_live/../live.js", "/_live/live.js", "/content/4xx/404.md"],
)  # fmt: skip
def test_no_path_leads_out_of_the_site(shared: Served, path: str) -> None:
    status, text = shared.request(path)
    assert status == 404
    assert "languages =" not in text


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:{port}", 200),
        ("LOCALHOST:{port}", 200),
        ("127.0.0.1:{port}", 200),
        ("127.9.8.7:{port}", 200),
        ("[::1]:{port}", 200),
        ("evil.example:{port}", 421),
        ("localhost.evil.example:{port}", 421),
        ("127.0.0.1.evil.example:{port}", 421),
        ("10.0.0.1:{port}", 421),
        ("[::2]:{port}", 421),
        ("localhost:1", 421),
        ("localhost:abc", 421),
        ("localhost", 421),
        ("127.0.0.1", 421),
    ],
)
def test_only_its_own_names_are_answered(shared: Served, host: str, status: int) -> None:
    assert shared.request("/", Host=host.format(port=shared.port))[0] == status
    assert shared.request("/livereload", Host=host.format(port=shared.port))[0] == (400 if status == 200 else 421)


def test_a_host_of_ones_own(start: Start, project: Path) -> None:
    served = start(project, "0.0.0.0").ready()
    assert served.url == f"http://localhost:{served.port}/"
    assert "can be reached from other machines" in served.errors.get(timeout=PATIENCE)
    assert served.request("/", Host=f"192.0.2.7:{served.port}")[0] == 200
    assert served.request("/", Host=f"evil.example:{served.port}")[0] == 421


def test_slow_and_broken_clients_do_not_hold_up_others(shared: Served) -> None:
    address = ("127.0.0.1", shared.port)
    host = f"Host: 127.0.0.1:{shared.port}\r\n"
    openings = [
        "",
        "GET",
        "GET / HTTP/1.1\r\n" + host,
        f"POST / HTTP/1.1\r\n{host}Content-Length: 1000\r\n\r\nhalf",
        f"GET /404/ HTTP/1.1\r\n{host}\r\n" * 50,  # never reads the answers
        "\x00\x01\x02\r\n\r\n",
        f"GET / HTTP/1.1\r\n{host}Content-Length: -1\r\n\r\n",
    ]
    with contextlib.ExitStack() as stack:
        for _ in range(10):
            for opening in openings:
                client = stack.enter_context(socket.create_connection(address, PATIENCE))
                client.sendall(opening.encode())
        for path in ("/", "/404/", "/410/", "/static/css/late.css"):
            assert shared.request(path)[0] == 200
    assert shared.request("/en/")[0] == 200


def test_many_requests_at_once_are_all_answered(shared: Served) -> None:
    wrong: list[Any] = []

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", shared.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            for _ in range(25):
                connection.request("GET", "/404/")
                response = connection.getresponse()
                if response.status != 200 or len(response.read()) != int(response.headers["Content-Length"]):
                    wrong.append(response.status)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert wrong == []
    assert not any(thread.is_alive() for thread in threads)


# --- the reload socket ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1:{port}", 101),
        ("http://localhost:{port}", 101),
        ("http://evil.example:{port}", 403),
        ("http://localhost:1", 403),
        ("http://localhost", 403),
        ("https://localhost:{port}", 403),
        ("http://localhost:{port}@evil.example", 403),
        ("null", 403),
        ("", 403),
    ],
)
def test_pages_of_others_get_no_socket(shared: Served, origin: str, status: int) -> None:
    with contextlib.closing(Tab(shared.port, Origin=origin.format(port=shared.port))) as tab:
        assert tab.status == status


def test_a_browsers_word_for_the_same_origin_does_not_replace_the_check(shared: Served) -> None:
    headers = {"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"}
    assert Tab(shared.port, **headers).status == 403
    assert Tab(shared.port, Host=f"evil.example:{shared.port}").status == 421


@pytest.mark.parametrize("nonsense", ["", "{", "[]", "7", '{"command": 7}', '{"command": "info"}', "[" * 10_000])
def test_nonsense_on_the_socket_is_passed_over(shared: Served, nonsense: str) -> None:
    with contextlib.closing(shared.tab("/404/")) as tab:
        tab.say(nonsense)
        tab.settle()
    with contextlib.closing(shared.tab("/404/")) as tab:
        tab.say({"command": "info", "url": "http://[", "version": {}})
        tab.settle()


def test_an_edit_reloads_the_page(served: Served) -> None:
    tab = served.tab("/404/")
    tab.settle()
    served.edit(CODE, "不在这里", "搬走了")
    message = tab.hear()
    assert (message["command"], message["path"]) == ("reload", "*")
    assert "搬走了" in served.request("/404/")[1]
    assert served.out.get(timeout=PATIENCE).startswith(f"{CODE}: ")


@pytest.mark.parametrize("path", ["templates/base.html", "static/js/site.js", "site.toml", "content/_strings.toml"])
def test_every_kind_of_source_is_watched(served: Served, path: str) -> None:
    tab = served.tab("/404/")
    tab.settle()
    served.write(path, (served.root / path).read_text() + "\n")
    assert tab.hear()["command"] == "reload"


def test_a_file_replaced_by_another_is_seen(served: Served) -> None:
    tab = served.tab("/404/")
    tab.settle()
    for path, old in ((CODE, "不在这里"), ("site.toml", "状态码手册")):
        text = (served.root / path).read_text()
        for new in ("一", "二"):  # a watch on the file itself would be gone by the second time
            (served.root / f"{path}.tmp").write_text(text.replace(old, f"换了{new}"))
            os.replace(served.root / f"{path}.tmp", served.root / path)
            assert tab.hear()["command"] == "reload"
            assert f"换了{new}" in served.request("/404/")[1]


def test_a_folder_that_goes_and_comes_back(served: Served) -> None:
    tab = served.tab("/404/")
    tab.settle()
    (served.root / "content").rename(served.root / "away")
    assert tab.hear()["command"] == "alert"
    (served.root / "away").rename(served.root / "content")
    assert tab.hear()["command"] == "reload"
    served.edit(CODE, "不在这里", "搬走了")
    assert tab.hear()["command"] == "reload"
    assert "搬走了" in served.request("/404/")[1]


def test_what_is_no_source_is_passed_over(served: Served) -> None:
    tab = served.tab("/404/")
    tab.settle()
    for path in ("content/4xx/.404.md.swp", "content/4xx/404.md~", "README.md", "content/4xx/#404.md#"):
        served.write(path, "x")
    (served.root / "site").mkdir()
    served.write(CODE, (served.root / CODE).read_text())
    served.edit(CODE, "不在这里", "搬走了")
    assert tab.hear()["command"] == "reload"
    tab.settle()
    assert served.out.get(timeout=PATIENCE).startswith(f"{CODE}: ")
    served.stop()
    assert _rest(served.out) == []


def test_a_stylesheet_is_swapped(served: Served) -> None:
    tab = served.tab("/404/")
    tab.settle()
    served.write("static/css/late.css", "body { color: teal }")
    message = tab.hear()
    assert (message["command"], message["path"], message["liveCSS"]) == ("reload", "/static/css/late.css", True)
    assert "teal" in served.request("/static/css/late.css")[1]


def test_styles_inside_pages_are_taken_over_and_their_mistakes_told(served: Served) -> None:
    tab = served.tab("/404/")
    tab.settle()
    served.write("static/css/parts/text.css", "body { color: teal }")
    message = tab.hear()
    assert message["command"] == "restyle"
    assert f"<style>{message['sheet']}</style>" in served.request("/404/")[1], "what the page is going to carry"
    assert tab.hear()["path"] == "/static/css/parts/text.css"
    assert "teal" in served.request("/404/")[1]
    served.write("static/css/parts/text.css", "body { color")
    message = tab.hear()
    assert (message["command"], message["count"]) == ("alert", 1)
    assert message["problems"][0]["place"].startswith("static/css/parts/text.css:")
    assert "teal" in served.request("/404/")[1], "the page is as it was before"
    served.write("static/css/parts/text.css", "body { color: navy }")
    assert (tab.hear()["path"], "navy" in served.request("/404/")[1]) == ("*", True)


def test_a_page_that_is_out_of_date_when_it_connects_is_reloaded(shared: Served) -> None:
    """The change came between the page's request and its socket, or while the server was away."""
    text = shared.request("/404/")[1]
    version = text.split('data-version="')[1].split('"')[0]
    shared.tab("/404/", version).settle()
    shared.tab("/404/", "").settle()
    assert shared.tab("/404/", "0123456789abcdef").hear()["command"] == "reload"


def test_broken_sources_are_told_and_mended(served: Served) -> None:
    tab, other = served.tab("/404/"), served.tab("/en/410/")
    tab.settle()
    other.settle()
    served.write(CODE, code_page(404, retry="maybe", see="[410, gone-or-missing]"))
    for each in (tab, other):
        message = each.hear()
        assert message["command"] == "alert"
        assert message["count"] == 1
        (problem,) = message["problems"]
        assert problem["place"] == f"{CODE}:11:8"
        assert problem["message"] == "`retry` is `maybe`"
        assert problem["hint"]
        assert f"{CODE}:11:8: `retry` is `maybe`" in message["message"]
    assert served.errors.get(timeout=PATIENCE) == f"{CODE}:11:8: `retry` is `maybe`"
    assert "不在这里" in served.request("/404/")[1]
    assert served.tab("/4xx/").hear()["command"] == "alert", "a page opened meanwhile is told, too"

    served.write(CODE, code_page(404, see="[410, gone-or-missing]", body="## 含义\n\n修好了。"))
    for each in (tab, other):
        assert each.hear()["command"] == "reload"
    assert "修好了" in served.request("/404/")[1]
    served.tab("/4xx/").settle()
    assert served.out.get(timeout=PATIENCE).endswith("all mended")


def test_a_stylesheet_that_mends_reloads_pages_that_were_told_of_problems(served: Served) -> None:
    tab = served.tab("/404/")
    tab.settle()
    served.write("static/css/parts/text.css", "x" * 1_000_001)
    assert tab.hear()["command"] == "alert"
    served.write("static/css/parts/text.css", "")
    message = tab.hear()
    assert (message["command"], message["path"]) == ("reload", "*")


def test_a_template_that_fails_is_told_and_mended(served: Served) -> None:
    tab = served.tab("/404/")
    tab.settle()
    served.edit("templates/code.html", "{% block main %}", "{% block main %}{{ missing.value }}")
    message = tab.hear()
    assert message["command"] == "alert"
    assert message["problems"][0]["place"].startswith("templates/code.html:")
    assert served.errors.get(timeout=PATIENCE).startswith("templates/code.html:")
    assert "不在这里" in served.request("/404/")[1]
    served.edit("templates/code.html", "{{ missing.value }}", "mended")
    assert tab.hear()["command"] == "reload"
    assert "mended" in served.request("/404/")[1]


def test_broken_from_the_start(start: Start, project: Path) -> None:
    good = (project / CODE).read_text()
    (project / CODE).write_text("<script>alert(1)</script>")
    served = start(project).ready()
    status, text = served.request("/404/")
    assert status == 500
    assert f"{CODE}:1:1: " in text
    assert served.errors.get(timeout=PATIENCE).startswith(f"{CODE}:1:1: ")
    tab = served.tab("/404/")
    assert tab.hear()["command"] == "alert"
    served.write(CODE, good)
    assert tab.hear()["command"] == "reload"
    assert served.request("/404/")[0] == 200


# --- beginning and ending ---------------------------------------------------------------------------


def test_ctrl_c_ends_it(served: Served) -> None:
    tab = served.tab("/404/")
    tab.settle()
    started = time.monotonic()
    assert served.stop() == 0
    assert time.monotonic() - started < PATIENCE / 2
    assert _rest(served.errors) == []
    assert _rest(served.out) == []
    with pytest.raises((EOFError, OSError)):
        tab.hear()


def test_sigterm_ends_it(served: Served) -> None:
    served.process.terminate()
    assert served.process.wait(PATIENCE) == 0
    assert _rest(served.errors) == []


def test_quiet_says_where_and_what_is_wrong_only(start: Start, project: Path) -> None:
    served = start(project, "127.0.0.1", 0, "--quiet").ready()
    tab = served.tab("/404/")
    tab.settle()
    served.edit(CODE, "不在这里", "搬走了")
    tab.hear()
    served.write(CODE, "")
    assert tab.hear()["command"] == "alert"
    assert served.errors.get(timeout=PATIENCE).startswith(CODE)
    served.stop()
    assert _rest(served.out) == []


def _gives_up(served: Served) -> str:
    """The one line with which a server that cannot begin ends."""
    assert served.process.wait(PATIENCE) == 2
    (line,) = _rest(served.errors)
    assert _rest(served.out) == []
    return line


def test_a_port_in_use(start: Start, project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        line = _gives_up(start(project, "127.0.0.1", port))
    assert line == f"serve: port {port} is in use: end the other server, or choose another port with --port"


def test_no_content(start: Start, tmp_path: Path) -> None:
    assert _gives_up(start(tmp_path)) == f"serve: {tmp_path / 'content'}: there is no such folder"


@pytest.mark.parametrize("host", ["no-such-host.invalid", "http://localhost", "a" * 70, "127.0.0.1:8000", "a..b"])
def test_an_unknown_host(start: Start, project: Path, host: str) -> None:
    assert _gives_up(start(project, host)) == f"serve: {host}: there is no such host"


def test_a_host_that_is_another_machine(start: Start, project: Path) -> None:
    assert _gives_up(start(project, "192.0.2.1")) == "serve: 192.0.2.1 is not an address of this machine"


def test_what_plans_is_not_loaded_before_it_is_needed() -> None:
    script = (
        "import sys, statusbook.serve; print(*sorted(sys.modules.keys() & {'yaml', 'jinja2', 'markdown', 'pygments'}))"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""
