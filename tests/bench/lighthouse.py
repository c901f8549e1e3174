"""Lighthouse on typical pages, as on a mobile phone: ``make bench`` runs it when Node and a browser are there.

It is an npm package, installed below ``.lab/`` on the first run. The site is served with gzip, as hosts do.
"""

from __future__ import annotations

import functools
import gzip
import http.server
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from statusbook.build import build

from ..book import ROOT

VERSION = "13.5.0"
FOLDER = ROOT / ".lab" / f"lighthouse-{VERSION}"
#: A page of every kind, and in English those that most readers come to.
PAGES = (
    "",
    "4xx/",
    "404/",
    "guides/401-vs-403/",
    "search/",
    "404.html",
    "vendors/nginx/",
    "lab/",
    "lab/nginx-502-refused/",
    "guides/glossary/",
    "en/",
    "en/404/",
    "en/guides/401-vs-403/",
)
RUNS = 3
TIMES = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift")
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --disable-component-update"
FLAGS += " --disable-sync --no-first-run"


class _Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        found = path.is_file()
        body = gzip.compress(path.read_bytes(), 6) if found else b""
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=31536000, immutable" if "?v=" in self.path else "max-age=600")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the table clean."""


@contextmanager
def served() -> Iterator[str]:
    """The address of the handbook, built for it."""
    with tempfile.TemporaryDirectory(prefix="statusbook-lighthouse-") as folder:
        handler = functools.partial(_Handler, directory=folder)
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            address = f"http://127.0.0.1:{server.server_port}/"
            build(ROOT, Path(folder) / "site", base_url=f"{address}site/")
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"{address}site/"
            server.shutdown()


def judge(address: str) -> dict[str, Any]:
    """One report on the page at ``address``."""
    with tempfile.TemporaryDirectory(prefix="statusbook-profile-") as profile:
        report = subprocess.run(
            [
                str(FOLDER / "node_modules/.bin/lighthouse"),
                address,
                "--quiet",
                "--output=json",
                f"--chrome-flags={FLAGS} --user-data-dir={profile}",
            ],
            check=True,
            capture_output=True,
            timeout=180,
            env={**os.environ, "CHROME_PATH": shutil.which("chromium") or shutil.which("chromium-browser") or ""},
        )
    return dict(json.loads(report.stdout))


def main() -> None:
    missing = [name for name in ("node", "npm", "chromium") if not shutil.which(name)]
    if missing:
        print(f"\nLighthouse: skipped, there is no {' and no '.join(missing)}")
        return
    if not FOLDER.exists():
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(FOLDER)]
        if subprocess.run([*command, f"lighthouse@{VERSION}"], check=False).returncode:
            shutil.rmtree(FOLDER, ignore_errors=True)
            print(f"\nLighthouse: skipped, lighthouse@{VERSION} could not be installed")
            return
    print(f"\nLighthouse {VERSION}, mobile, medians of {RUNS} runs")
    print(f"{'page':<24} {'scores':<24} {'FCP ms':>7} {'LCP ms':>7} {'TBT ms':>7} {'CLS':>6}   not passed")
    with served() as site:
        for page in PAGES:
            reports = [judge(site + page) for _ in range(RUNS)]
            scores = [
                str(round(100 * statistics.median(report["categories"][key]["score"] or 0 for report in reports)))
                for key in reports[0]["categories"]
            ]
            times = [statistics.median(report["audits"][name]["numericValue"] for report in reports) for name in TIMES]
            audits = reports[-1]["audits"].values()
            failed = sorted(audit["id"] for audit in audits if audit["score"] is not None and audit["score"] < 0.9)
            print(
                f"/{page:<23} {'/'.join(scores):<24} {times[0]:>7.0f} {times[1]:>7.0f} {times[2]:>7.0f}"
                f" {times[3]:>6.3f}   {', '.join(failed)}"
            )


if __name__ == "__main__":
    main()
