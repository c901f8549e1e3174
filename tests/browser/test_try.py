"""The button “send the request”: under ``serve`` with the teaching server, on the published site by service worker."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from statusbook.sources import read_tree

from ..book import ROOT
from ..test_serve import Served
from ..test_teacher import CODES
from .conftest import Watched

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The handbook under ``serve``: a copy, as an edit would load a page again in the middle of a test."""
    root = tmp_path_factory.mktemp("handbook")
    for source in read_tree(ROOT).values():
        path = root / source.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(source.data)
    served = Served(root, "127.0.0.1", 0, "--quiet")
    try:
        yield served.ready().url
    finally:
        served.stop()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="zh-CN")
    context.set_default_timeout(20_000)
    yield context
    context.close()


class Trial:
    """The button of a page and what it brings."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.page: Page = context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(address)
        self.button = self.page.locator(".try button").first

    def press(self) -> Trial:
        self.button.click()
        self.page.locator(".tried").wait_for()
        assert self.errors == []
        return self

    @property
    def labels(self) -> list[str]:
        return self.page.locator(".tried > b").all_inner_texts()

    @property
    def texts(self) -> list[str]:
        return self.page.locator(".tried pre").all_inner_texts()

    @property
    def notes(self) -> str:
        return "\n".join(self.page.locator(".tried li").all_inner_texts())


# --- under serve ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prefix", "got", "wire"),
    [("", "浏览器交给脚本的响应", "线上的报文"), ("en/", "What the browser gave the script", "On the wire")],
)
def test_the_response_is_shown_beside_what_crossed_the_wire(
    context: BrowserContext, served: str, prefix: str, got: str, wire: str
) -> None:
    trial = Trial(context, f"{served}{prefix}405/").press()
    assert trial.labels == [got, wire]
    seen, crossed = trial.texts
    assert seen.startswith("405 Method Not Allowed\n")
    assert "allow: GET, HEAD, POST, PUT\n" in seen
    assert crossed.startswith("HTTP/1.1 405 Method Not Allowed\n")
    assert "Allow: GET, HEAD, POST, PUT\n" in crossed
    summary = trial.page.locator(".summary").inner_text()
    assert summary in seen
    expect(trial.page.locator("#status")).to_have_text("405 Method Not Allowed")


def test_the_command_for_a_terminal_stands_beside_the_button(context: BrowserContext, served: str) -> None:
    trial = Trial(context, f"{served}en/206/")
    command = trial.page.locator(".try code")
    line = f"curl -i -H 'Range: bytes=0-9' '{served}lab/status/206?lang=en'"
    expect(command).to_have_text(line)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    trial.page.get_by_role("button", name="Copy curl", exact=True).click()
    expect(trial.page.locator("#status")).to_have_text("Copied")
    assert trial.page.evaluate("navigator.clipboard.readText()") == line


@pytest.mark.parametrize(
    "case",
    [
        (103, "200 OK", "HTTP/1.1 103 Early Hints\nLink: <", "不交给脚本"),
        (100, "200 OK", "HTTP/1.1 100 Continue\n", "Expect"),
        (307, "200 OK", "HTTP/1.1 307 Temporary Redirect\n", "自己跳到"),
        (304, "304 Not Modified", "HTTP/1.1 304 Not Modified\n", ""),
        (204, "204 No Content", "HTTP/1.1 204 No Content\n", ""),
        (401, "401 Unauthorized", "HTTP/1.1 401 Unauthorized\n", "没有弹出登录框"),
        (101, "WebSocket", "HTTP/1.1 101 Switching Protocols\n", "1000"),
    ],
)
def test_what_the_browser_keeps_to_itself_is_said(
    context: BrowserContext, served: str, case: tuple[int, str, str, str]
) -> None:
    code, seen, crossed, note = case
    trial = Trial(context, f"{served}{code}/").press()
    assert trial.texts[0].startswith(seen)
    assert trial.texts[1].startswith(crossed)
    assert note in trial.notes


def test_a_refusal_of_the_browser_is_shown_as_one(context: BrowserContext, served: str) -> None:
    trial = Trial(context, f"{served}407/").press()
    assert trial.labels == ["线上的报文"]
    assert "没有把响应交给脚本" in trial.notes
    assert trial.texts[0].startswith("HTTP/1.1 407 Proxy Authentication Required\nDate:")


def test_the_keyboard_does_it_all(context: BrowserContext, served: str) -> None:
    trial = Trial(context, f"{served}404/")
    trial.button.focus()
    trial.page.keyboard.press("Enter")
    trial.page.locator(".tried").wait_for()
    expect(trial.button).to_be_focused()
    trial.page.keyboard.press("Tab")  # the button that copies the command
    trial.page.keyboard.press("Tab")
    expect(trial.page.locator(".tried pre").first).to_be_focused()
    trial.button.press("Space")  # again: the new answer takes the old one's place
    expect(trial.page.locator(".tried")).to_have_count(1)


@pytest.mark.parametrize(("prefix", "scheme"), [("", "light"), ("en/", "dark")])
def test_nothing_of_it_is_hard_to_read_or_to_reach(browser: Browser, served: str, prefix: str, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
    trial = Trial(context, f"{served}{prefix}301/")
    trial.page.locator(".try code").wait_for()
    trial.press()
    for part in (".try", ".tried"):
        found = Axe().run(trial.page, part)
        assert found.violations_count == 0, found.generate_report()
    assert trial.page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


# --- published -----------------------------------------------------------------------------------------


def test_every_code_from_200_is_answered_without_a_server(context: BrowserContext, site: str) -> None:
    """One page presses for all: the worker serves them all alike."""
    trial = Trial(context, f"{site}404/").press()
    codes = [code for code in CODES if code >= 200]
    statuses = trial.page.evaluate(
        """codes => Promise.all(codes.map(async (code) => {
            const response = await fetch(`../lab/status/${code}?lang=zh-CN`, { redirect: "manual" });
            return [code, response.type === "opaqueredirect" ? code : response.status, response.type];
        }))""",
        codes,
    )
    redirects = {301, 302, 303, 307, 308}
    assert statuses == [[code, code, "opaqueredirect" if code in redirects else "basic"] for code in codes]


@pytest.mark.parametrize(("prefix", "worker"), [("", "没有离开浏览器"), ("en/", "never left the browser")])
def test_a_redirect_is_followed_within_the_worker(context: BrowserContext, site: str, prefix: str, worker: str) -> None:
    trial = Trial(context, f"{site}{prefix}308/").press()
    seen, model = trial.texts
    assert seen.startswith("200 OK\n")
    assert model.startswith("HTTP/1.1 308 Permanent Redirect\n")
    assert "Location: /docs/lab/status/200\n" in model
    assert f"{site}lab/status/200" in trial.notes
    assert worker in trial.notes


def test_the_lengths_are_those_of_the_contents(context: BrowserContext, site: str) -> None:
    trial = Trial(context, f"{site}207/").press()  # its content names the address, which is longer below /docs/
    head, _, content = trial.texts[0].partition("\n\n")
    assert "/docs/lab/status/207" in content
    assert f"content-length: {len(content.encode()) + content.endswith('>')}" in head.split("\n")


def test_nothing_is_loaded_before_the_press_and_nothing_stays_after_the_page(
    context: BrowserContext, site: str
) -> None:
    requested: list[str] = []
    context.on("request", lambda request: requested.append(request.url))
    trial = Trial(context, f"{site}404/")
    trial.page.wait_for_load_state("networkidle")
    assert not [url for url in requested if "try" in url or "/lab/" in url]
    count = "navigator.serviceWorker.getRegistrations().then((all) => all.length)"
    assert trial.page.evaluate(count) == 0
    trial.press()
    assert any("try-worker.js" in url for url in requested)
    trial.page.goto(f"{site}410/")
    assert trial.page.evaluate(count) == 0
    assert trial.page.evaluate("navigator.serviceWorker.controller") is None


@pytest.mark.parametrize("address", ["100/", "en/103/", "614/", "4xx/"])
def test_there_is_no_button_where_nothing_could_answer(desk: Watched, address: str) -> None:
    page = desk.open(address)
    page.wait_for_load_state("networkidle")
    expect(page.locator(".try button:visible")).to_have_count(0)


def test_without_service_workers_there_is_no_button(browser: Browser, site: str) -> None:
    context = browser.new_context()
    context.add_init_script("delete Navigator.prototype.serviceWorker")
    page = context.new_page()
    page.goto(f"{site}404/")
    page.wait_for_load_state("networkidle")
    expect(page.locator(".try button")).to_be_hidden()
    context.close()


def test_a_worker_that_cannot_be_had_is_said(context: BrowserContext, site: str) -> None:
    context.route("**/try-worker.js*", lambda route: route.abort())
    context.add_init_script(
        "navigator.serviceWorker.register = () => Promise.reject(new TypeError('workers are switched off'))"
    )
    trial = Trial(context, f"{site}en/404/").press()
    assert trial.page.locator(".tried").inner_text() == "Nothing was sent: workers are switched off"


def test_it_works_under_the_published_header_fields(context: BrowserContext, site_folder: Path) -> None:
    """Content Security Policy and Trusted Types as a static host sends them."""
    fields = _published_fields(site_folder / "_headers")
    assert any("trusted-types" in value for _, value in fields)

    class Strict(http.server.SimpleHTTPRequestHandler):
        def end_headers(self) -> None:
            for name, value in fields:
                self.send_header(name, value)
            super().end_headers()

        def log_message(self, *_: object) -> None:
            """Keep the test's output to the test."""

    handler = functools.partial(Strict, directory=str(site_folder.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        trial = Trial(context, f"http://127.0.0.1:{server.server_port}/docs/404/").press()
        assert trial.texts[0].startswith("404 Not Found\n")
        server.shutdown()


def _published_fields(path: Path) -> list[tuple[str, str]]:
    """The fields that the first rule of a ``_headers`` file sets for every address."""
    lines = path.read_text("utf-8").splitlines()[1:]
    rule = lines[: next((i for i, line in enumerate(lines) if not line.startswith(" ")), len(lines))]
    return [(name, value) for name, _, value in (line.strip().partition(": ") for line in rule) if value]
