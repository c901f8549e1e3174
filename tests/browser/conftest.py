"""A real browser on the real site: built once, served from its folder by a plain web server."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from statusbook.build import build

from ..book import ROOT

#: Screenshots are kept here, for people to look at after a run.
ARTEFACTS = ROOT / "artefacts"


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The handbook, built to be published below a path."""
    folder = tmp_path_factory.mktemp("handbook") / "docs"
    build(ROOT, folder, base_url="https://example.org/docs/")
    return folder


@pytest.fixture(scope="session")
def site(site_folder: Path) -> Iterator[str]:
    """The address of the served handbook, below a path as on many hosts."""
    handler = functools.partial(_Handler, directory=str(site_folder.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/docs/"
        server.shutdown()


class _Handler(http.server.SimpleHTTPRequestHandler):
    """A static host that reads ``_headers``: all browser tests run under the policy that is published."""

    @functools.cached_property
    def _fields(self) -> list[str]:
        (path,) = Path(self.directory).glob("*/_headers")
        return path.read_text("utf-8").splitlines()[1:]

    def end_headers(self) -> None:
        for line in self._fields:
            self.send_header(*line.strip().split(": ", 1))
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the test's output to the test."""


@dataclass
class Watched:
    """A page with everything that went wrong on it."""

    page: Page
    site: str
    complaints: list[str] = field(default_factory=list)

    def open(self, address: str) -> Page:
        self.page.goto(self.site + address, wait_until="load")
        begun(self.page)
        return self.page


def watch(context: BrowserContext, site: str) -> Watched:
    watched = Watched(context.new_page(), site)
    page, complaints, host = watched.page, watched.complaints, urlsplit(site).netloc
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.extend(_failure(request)))
    page.on("request", lambda request: None if urlsplit(request.url).netloc == host else complaints.append(request.url))
    return watched


def _failure(request: Request) -> list[str]:
    """A failed request, unless the reader went elsewhere before it was done."""
    return [] if request.failure == "net::ERR_ABORTED" else [f"failed: {request.url} {request.failure}"]


def begun(page: Page) -> None:
    """Wait until the page's script has begun, as it does after the first paint."""
    page.wait_for_selector("button.theme:not([hidden])", state="attached")


#: Whether some of the page is still to be laid out, so that what is below it will move.
PUT_OFF = (
    "[...document.querySelectorAll('main *')].some((each) => getComputedStyle(each).contentVisibility !== 'visible')"
)


def settle(page: Page) -> None:
    """Wait until scripts have done what they put off until after the first paint."""
    begun(page)
    page.evaluate(
        """async () => {
             while (PUT_OFF) await new Promise((done) => setTimeout(done, 50));
             const buttons = () => document.querySelectorAll("pre > .copy").length;
             const blocks = document.querySelectorAll("pre:has(> code)").length;
             while (navigator.clipboard && buttons() < blocks) await new Promise((done) => requestIdleCallback(done));
             await new Promise((done) => requestIdleCallback(done));
           }""".replace("PUT_OFF", PUT_OFF)
    )


@pytest.fixture
def desk(browser: Browser, site: str) -> Iterator[Watched]:
    """A desktop window. The test fails when the console, a script or another host was heard of."""
    yield from _watched(browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN"), site)


@pytest.fixture
def phone(browser: Browser, site: str) -> Iterator[Watched]:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, device_scale_factor=2, is_mobile=True, has_touch=True, locale="zh-CN"
    )
    yield from _watched(context, site)


def _watched(context: BrowserContext, site: str) -> Iterator[Watched]:
    context.set_default_timeout(10_000)
    watched = watch(context, site)
    yield watched
    context.close()
    assert watched.complaints == []
