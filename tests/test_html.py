"""The Nu HTML checker's verdict on the built pages: no error, no warning.

The checker is a Java program from npm, kept below ``.lab/``. All pages are checked in CI, one of each kind elsewhere.
"""

from __future__ import annotations

import http.server
import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from .book import ROOT

VERSION = "26.9.27"
FOLDER = ROOT / ".lab" / f"vnu-{VERSION}"
JAR = FOLDER / "node_modules/vnu-jar/build/dist/vnu.jar"
#: Structured data is a data block, which is never run and no policy speaks of (HTML, “prepare the script element”);
#: the checker takes it for a script. Inline scripts are those of tests/test_site.py.
DATA_BLOCK = re.compile(r"Inline script violates Content Security Policy \(meta tag\)")
CI = bool(os.environ.get("CI"))


@pytest.fixture(scope="module")
def checker() -> Path:
    """The checker, installed if need be; without Java or npm the test is skipped, in CI it fails."""
    missing = [name for name in ("java", "npm") if not shutil.which(name)]
    if not missing and not JAR.exists():
        command = [
            "npm",
            "install",
            "--prefix",
            str(FOLDER),
            "--no-package-lock",
            "--no-audit",
            "--no-fund",
            "--silent",
        ]
        subprocess.run([*command, "--ignore-scripts", f"vnu-jar@{VERSION}"], check=CI, capture_output=True, timeout=100)
    if missing or not JAR.exists():
        (pytest.fail if CI else pytest.skip)(f"the Nu HTML checker needs {' and '.join(missing) or 'a network once'}")
    return JAR


@pytest.fixture
def served(handbook: Mapping[str, bytes]) -> Iterator[str]:
    """The handbook's address: the policies of its pages speak of their own host, which a file has not."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = handbook.get(self.path[1:])
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            """Keep the test's output to the test."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def some_of_each(paths: list[str]) -> list[str]:
    """Few pages that differ in kind: of those whose paths differ in numbers and names only, the first."""
    kinds = {re.sub(r"\d+|(?<=/)[^/]+(?=/index)", "", path): path for path in reversed(paths)}
    return [*kinds.values(), "404/index.html", "en/502/index.html", "499/index.html", "guides/glossary/index.html"]


@pytest.mark.timeout(600)
def test_the_nu_checker_has_nothing_to_say(checker: Path, served: str, handbook: Mapping[str, bytes]) -> None:
    pages = sorted(path for path in handbook if path.endswith(".html"))
    addresses = [served + path for path in (pages if CI else some_of_each(pages))]
    command = ["java", "-Xss8m", "-Dnu.validator.servlet.allow-forbidden-hosts=true", "-jar", str(checker)]
    # No guess at the language: text on software is full of English names, and said to be what it is.
    command += ["--no-langdetect", "--format", "json", "--stdout", "--exit-zero-always", *addresses]
    report = subprocess.run(command, capture_output=True, text=True, timeout=590, check=True)
    said = [f"{each['url']}: {each['type']}: {each['message']}" for each in json.loads(report.stdout)["messages"]]
    assert [each for each in said if not DATA_BLOCK.search(each)] == []
