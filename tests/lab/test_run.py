"""The lab with real servers: a sample of the recipes is run again and compared with the captures kept."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from lab import compare, programs, verb
from lab.run import Failure, run
from lab.tap import Tap
from statusbook import recipes
from statusbook.captures import Capture
from statusbook.recipes import Recipe
from statusbook.sources import Source

from ..book import ROOT

KNOWN, KEPT = verb.read(ROOT)
SAMPLE = sorted(verb.sample(ROOT))
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="session", autouse=True)
def npm_packages() -> None:
    verb.install_npm(ROOT)


def recipe_of(name: str) -> Recipe:
    recipe = KNOWN[name]
    lacking = {package for program in recipe.programs if (package := programs.missing(program.use))}
    if lacking and not os.environ.get("CI"):
        pytest.skip(f"needs {', '.join(sorted(lacking))}")
    assert not lacking
    return recipe


@pytest.mark.timeout(90)
@pytest.mark.parametrize("name", SAMPLE)
def test_software_still_does_what_the_capture_shows(name: str):
    recipe = recipe_of(name)
    new = run(recipe, TODAY)
    assert list(compare.differences(KEPT[name], new)) == []


def test_the_sample_has_every_program_and_class():
    chosen = [KNOWN[name] for name in SAMPLE]
    assert len(chosen) >= 25
    assert {recipe.code // 100 for recipe in chosen} == {1, 2, 3, 4, 5}
    assert {recipe.server.use for recipe in chosen} == {recipe.server.use for recipe in KNOWN.values()}


SERVER = """
import socketserver
class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.recv(65536)
        self.request.sendall(b"HTTP/1.1 404 Not Found\\r\\nContent-Length: 2\\r\\nX-A: b\\r\\n\\r\\nno")
socketserver.TCPServer.allow_reuse_address = True
print("ready", flush=True)
socketserver.ThreadingTCPServer(("@server.host@", @server.port@), Handler).serve_forever()
"""


def small(**changes: str) -> Recipe:
    lines = {
        "code": "404",
        "title": '{ zh = "题", en = "t" }',
        "note": '{ zh = "注", en = "n" }',
        "client": '"curl -s http://@server@/"',
        "timeout": "10",
        **changes,
    }
    expect = lines.pop("expect", "")
    text = "\n".join(f"{key} = {value}" for key, value in lines.items())
    text += f"\n[server]\nuse = \"python\"\nconfig = '''{SERVER}'''\n[expect]\n{expect}\n"
    recipe, problems = recipes.read_one(Source.of("lab/recipes/python-404-small.toml", text.encode()), ("zh", "en"))
    assert not problems, problems
    return recipe


needs_curl = pytest.mark.skipif(not shutil.which("curl") and not os.environ.get("CI"), reason="needs curl")


@needs_curl
def test_a_capture_has_the_bytes_of_both_sides_and_the_way_to_do_it_again():
    capture: Capture = run(small(expect='body = "no"\nfields = { X-A = "b" }\nlog = "ready"'), TODAY)
    assert capture.messages[0].data.startswith(b"GET / HTTP/1.1\r\nHost: 127.0.0.1:")
    assert capture.messages[1].data == b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nX-A: b\r\n\r\nno"
    assert capture.setup.start == ("python3 -u server.py",)
    assert capture.setup.client.startswith("curl -s http://127.0.0.1:")
    assert capture.logs[0].lines == ("ready",)
    assert list(capture.versions) == ["Python", "curl"]


@needs_curl
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"code": "502"}, "no exchange with status 502"),
        ({"expect": 'body = "yes"'}, "the content is"),
        ({"expect": 'fields = { X-A = "c" }'}, "field X-A is"),
        ({"expect": 'absent = ["x-a"]'}, "field x-a is there"),
        ({"expect": 'log = "never written"'}, "no line in a log"),
        ({"client": '"sleep 60"', "timeout": "1"}, "took longer than 1 s"),
        ({"prepare": '"exit 3"'}, "prepare failed with 3"),
    ],
)
def test_what_was_not_seen_fails_and_stops_everything(changes: dict[str, str], says: str):
    before = listening()
    with pytest.raises(Failure, match=says):
        run(small(**changes), TODAY)
    assert wait_until(lambda: listening() <= before), "a server is still listening"


def test_a_lab_that_is_killed_takes_its_servers_with_it(tmp_path: Path):
    if not shutil.which("setpriv"):
        pytest.skip("needs setpriv")
    before = listening()
    script = "from tests.lab.test_run import *; run(small(client='\"sleep 60\"', timeout='60'), TODAY)"
    lab = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    try:
        assert wait_until(lambda: listening() - before), "the server never came"
    finally:
        lab.kill()
        lab.wait()
    assert wait_until(lambda: listening() <= before), "the server outlived the lab"


def listening() -> set[str]:
    """The sockets that wait for connections where the lab's servers do, 127.0.0.2, as Linux lists them."""
    rows = (line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:])
    return {row[1] for row in rows if row[1].startswith("0200007F:") and row[3] == "0A"}


def wait_until(seen: Callable[[], object]) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if seen():
            return True
        time.sleep(0.05)
    return False


def test_the_relay_passes_on_a_reset():
    with socket.create_server(("127.0.0.1", 0)) as server:
        front = socket.create_server(("127.0.0.1", 0))
        address = front.getsockname()
        front.close()
        with Tap(address, server.getsockname()):
            client = socket.create_connection(address)
            inner, _ = server.accept()
            inner.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            client.sendall(b"x")
            assert inner.recv(1) == b"x"
            inner.close()
            client.settimeout(5)
            with pytest.raises(ConnectionResetError):
                client.recv(1)
            client.close()
