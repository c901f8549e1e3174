"""``serve`` as its user sees it: a real browser beside an editor."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, WebSocket, expect

from .book import code_page, prose_page, write_project
from .test_serve import CODE, PATIENCE, Served

pytestmark = pytest.mark.browser

LONG = "## 含义\n\n" + "很长的一段。\n\n" * 200
LINKS = "[410, gone-or-missing]"


@dataclass
class Desk:
    """The page of 404 in a browser, its server, and what went wrong in the page."""

    page: Page
    served: Served
    errors: list[str]

    def mark(self) -> None:
        """Leave a mark that is gone when the page has been loaded again."""
        self.page.evaluate("window.mark = true")

    def marked(self) -> bool:
        return bool(self.page.evaluate("window.mark === true"))

    def write(self, body: str, **fields: str) -> None:
        self.served.write(CODE, code_page(404, see=LINKS, body=body, **fields))


@pytest.fixture
def desk(browser: Browser, tmp_path: Path) -> Iterator[Desk]:
    write_project(tmp_path, {CODE: code_page(404, see=LINKS, body=LONG)})
    served = Served(tmp_path)
    context = browser.new_context(viewport={"width": 900, "height": 600})
    context.set_default_timeout(PATIENCE * 1000)
    expect.set_options(PATIENCE * 1000)
    errors: list[str] = []
    try:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        _open(page, f"{served.ready().url}404/")
        yield Desk(page, served, errors)
    finally:
        context.close()
        served.stop()
    assert errors == []


def _open(page: Page, url: str) -> None:
    """Load ``url`` and wait until the server has greeted the page's socket."""
    frames: list[str | bytes] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: frames.append(frame))  # noqa: PLW0108 - Playwright wants a function

    page.on("websocket", listen)
    page.goto(url)
    deadline = time.monotonic() + PATIENCE
    while not frames and time.monotonic() < deadline:
        page.wait_for_timeout(10)  # lets events come in


def test_an_edit_is_shown_where_the_reader_was(desk: Desk) -> None:
    desk.page.evaluate("scrollTo(0, 1500)")
    desk.mark()
    desk.write(LONG + "新的一段。")
    expect(desk.page.get_by_text("新的一段。")).to_be_attached()
    assert not desk.marked()
    desk.page.wait_for_function("scrollY === 1500")


def test_a_stylesheet_is_taken_over_without_loading_the_page(desk: Desk) -> None:
    desk.mark()
    path = "static/css/parts/base.css"
    old = (desk.served.root / path).read_text()
    for value in ("3", "5"):
        desk.served.write(path, f"{old}\n:root {{ tab-size: {value} }}")
        expect(desk.page.locator("html")).to_have_css("tab-size", value)
    assert desk.marked()


def test_a_linked_stylesheet_is_taken_over_once_it_is_there(desk: Desk) -> None:
    desk.page.locator("form.search input").focus()
    links = desk.page.locator("link[rel=stylesheet]")
    expect(links).to_have_count(1)
    desk.mark()
    path = "static/css/late.css"
    old = (desk.served.root / path).read_text()
    desk.served.write(path, f"{old}\n:root {{ tab-size: 3 }}")
    expect(desk.page.locator("html")).to_have_css("tab-size", "3")
    expect(links).to_have_count(1)
    assert desk.marked()


def test_problems_are_laid_over_the_page_as_text(desk: Desk) -> None:
    overlay = desk.page.get_by_role("alertdialog", name="1 problem")
    close = overlay.get_by_role("button", name="Close")
    expect(overlay).to_have_count(0)

    desk.write(LONG, retry='"<img src=x onerror=alert(1)>"')
    expect(overlay).to_be_visible()
    expect(overlay).to_contain_text(f"{CODE}:11:8")
    expect(overlay).to_contain_text("<img src=x onerror=alert(1)>")
    expect(overlay.locator("img")).to_have_count(0)
    expect(close).to_be_focused()
    desk.page.keyboard.press("Escape")
    expect(overlay).to_be_hidden()

    desk.write(LONG, retry="sometimes")
    expect(overlay).to_contain_text("sometimes")
    close.click()
    expect(overlay).to_be_hidden()

    desk.write(LONG, retry="maybe")
    expect(overlay).to_contain_text("maybe")
    desk.mark()
    desk.write(LONG)
    expect(overlay).to_have_count(0)
    desk.page.wait_for_function("window.mark !== true")
    expect(desk.page.locator("h1")).to_contain_text("404")


def test_the_policy_that_is_served_lets_all_of_it_pass(desk: Desk) -> None:
    desk.page.add_init_script("""
        window.violations = [];
        addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
    """)
    response = desk.page.reload()
    assert response
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    desk.served.write("content/_index.md", prose_page("", body=""))
    overlay = desk.page.get_by_role("alertdialog")
    expect(overlay).to_be_visible()
    assert overlay.evaluate("dialog => getComputedStyle(dialog).backgroundColor") == "rgb(29, 31, 36)"
    assert desk.page.evaluate("violations") == []


def test_a_server_that_comes_back(desk: Desk) -> None:
    port = desk.served.port
    assert desk.served.stop() == 0
    desk.mark()
    desk.write(LONG + "趁它不在。")
    desk.served = Served(desk.served.root, "127.0.0.1", port)
    try:
        expect(desk.page.get_by_text("趁它不在。")).to_be_attached()
        assert not desk.marked()
    finally:
        desk.served.stop()


def test_a_page_does_without_the_command_that_cannot_be_fetched(desk: Desk) -> None:
    desk.page.route("**/lab/try.*.json", lambda route: route.abort())
    with desk.page.expect_event("requestfailed"):
        desk.page.reload()
    desk.page.wait_for_timeout(100)  # what nobody catches is reported a moment later
    expect(desk.page.locator(".try button").first).to_be_visible()
