"""The examples of docs/deploy.md, run: real servers send the full set of header fields."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from statusbook import policy
from statusbook.build import build

from .book import ROOT, write_project

DOCUMENT = (ROOT / "docs/deploy.md").read_text("utf-8")
FIELDS = [name for name, _ in policy.headers(policy.Inlined())]


def example(server: str, home: Path) -> str:
    """The configuration that the document gives for ``server``, for the site in ``home``; its command has been run."""
    section = DOCUMENT.split(f"### {server}\n")[1].split("\n### ")[0].split("\n## ")[0]
    blocks: dict[str, str] = dict(re.findall(r"```(\w+)\n(.*?)```", section, re.S))
    subprocess.run(blocks["sh"], cwd=home, shell=True, check=True)
    return blocks[server.lower()].replace("/srv/status", str(home))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the examples have it: a built site in ``site``. Workers of servers run as other users."""
    folder = tmp_path_factory.mktemp("project")
    write_project(folder)
    build(folder, folder / "site", base_url="https://status.example.org/", jobs=1)
    for path in (folder, *folder.parents[:2]):
        path.chmod(0o755)
    return folder


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def program(name: str) -> str:
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if not path:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{name} is not installed")
    assert path
    return path


def running(command: list[str], port: int, home: Path) -> Iterator[int]:
    """The server until the test is done."""
    environment = {**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    with (home / f"{port}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=home, env=environment, stdout=log, stderr=log)
    try:
        for _ in range(200):
            if process.poll() is not None:
                pytest.fail((home / f"{port}.log").read_text())
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def nginx(home: Path) -> Iterator[int]:
    port = free_port()
    text = example("nginx", home).replace("listen 80", f"listen 127.0.0.1:{port}")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    scratch = "".join(f"{kind}_temp_path {home}/tmp-{kind};" for kind in kinds)
    head = f"daemon off; pid {home}/nginx.pid; error_log stderr; events {{}}"
    types = Path("/etc/nginx/mime.types")
    include = f"include {types};" if types.exists() else ""
    (home / "nginx.conf").write_text(f"{head} http {{ {include} access_log off; {scratch}\n{text} }}")
    yield from running([program("nginx"), "-c", str(home / "nginx.conf"), "-p", str(home)], port, home)


@pytest.fixture(scope="module")
def caddy(home: Path) -> Iterator[int]:
    port = free_port()
    text = example("Caddy", home).replace("status.example.org {", f"http://127.0.0.1:{port} {{")
    (home / "Caddyfile").write_text("{\n  admin off\n  auto_https off\n}\n" + text)
    yield from running(
        [program("caddy"), "run", "--config", str(home / "Caddyfile"), "--adapter", "caddyfile"], port, home
    )


@pytest.fixture(scope="module")
def apache(home: Path) -> Iterator[int]:
    port = free_port()
    text = example("Apache", home).replace("*:80", f"127.0.0.1:{port}")
    modules = "mpm_event authz_core mime dir headers alias deflate filter"
    loaded = [f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in modules.split()]
    types = Path("/etc/mime.types")
    head = [
        *(f'ServerRoot "{home}"', f"Listen 127.0.0.1:{port}", "ServerName localhost", f"PidFile {home}/apache.pid"),
        *("ErrorLog /dev/stderr", f"TypesConfig {types if types.exists() else '/dev/null'}"),
        "AddType text/html .html\nAddType text/javascript .js\nAddType application/json .json",
    ]
    (home / "apache.conf").write_text("\n".join([*loaded, *head, text]))
    yield from running([program("apache2"), "-f", str(home / "apache.conf"), "-DFOREGROUND"], port, home)


@pytest.fixture(params=["nginx", "caddy", "apache"])
def port(request: pytest.FixtureRequest) -> int:
    value: int = request.getfixturevalue(request.param)
    return value


def ask(port: int, path: str) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers={"Host": f"127.0.0.1:{port}"})
        response = connection.getresponse()
        return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/404/", 200),
        ("/en/404/", 200),
        ("/search/index.json", 200),
        ("/nothing", 404),
        ("/en/nothing", 404),
    ],
)
def test_every_answer_has_every_field(port: int, home: Path, path: str, status: int) -> None:
    there, fields, body = ask(port, path)
    assert there == status
    published = dict(line.strip().split(": ", 1) for line in (home / "site/_headers").read_text().splitlines()[1:])
    assert {name: fields.get(name.lower()) for name in FIELDS} == published
    if status == 404:
        assert f'lang="{"en" if path.startswith("/en/") else "zh-CN"}"' in body


def test_versioned_files_are_kept_and_pages_are_not(port: int) -> None:
    script = re.search(r'rel="modulepreload" href="([^"]+\.js\?v=[^"]+)"', ask(port, "/")[2])
    assert script
    assert "immutable" in ask(port, f"/{script[1]}")[1]["cache-control"]
    assert ask(port, "/")[1]["cache-control"] == "no-cache"
    assert ask(port, f"/{script[1]}")[1]["content-type"].partition(";")[0] in (
        "text/javascript",
        "application/javascript",
    )


def test_the_list_of_fields_is_no_page(port: int) -> None:
    assert ask(port, "/_headers")[0] == 404


# --- what is published ------------------------------------------------------------------------------


def test_static_hosts_can_read_the_file(home: Path) -> None:
    """Cloudflare Pages takes 100 rules and 2,000 characters a line."""
    first, *lines = (home / "site/_headers").read_text("ascii").splitlines()
    assert first == "/*"
    assert [line.split(":")[0].strip() for line in lines] == FIELDS
    assert all(line.startswith("  ") and len(line) < 2_000 for line in lines)


def test_the_policy_has_no_holes(home: Path) -> None:
    text = (home / "site/_headers").read_text()
    directives = dict(
        directive.strip().split(" ", 1)
        for directive in re.search("Policy: (.*)", text)[1].split(";")  # type: ignore[index]
    )
    assert directives["default-src"] == "'none'"
    assert directives["frame-ancestors"] == directives["base-uri"] == "'none'"
    assert directives["form-action"] == "'self'"
    assert directives["require-trusted-types-for"] == "'script'"
    for name, value in directives.items():
        assert "unsafe" not in value, name
        assert not re.search(r"\*|https?:|data:|blob:", value), name
