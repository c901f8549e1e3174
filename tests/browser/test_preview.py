"""Previews of linked codes: for the pointer and for the keyboard, never in the way (WCAG 2.2, 1.4.13)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from .conftest import Watched, settle, watch
from .test_accessibility import violations

pytestmark = pytest.mark.browser


def link(page: Page, code: str = "410") -> Locator:
    """A reference to a code in the text, out of every bar's way."""
    found = page.locator(f".text a.ref[href$='/{code}/']").first
    found.evaluate("link => link.scrollIntoView({ block: 'center' })")
    return found


def preview(page: Page) -> Locator:
    return page.get_by_role("tooltip")


@pytest.mark.parametrize(("address", "words"), [("404/", "已消失"), ("en/404/", "Gone")])
def test_pointing_at_a_code_shows_what_it_is(desk: Watched, address: str, words: str) -> None:
    page = desk.open(address)
    link(page).hover()
    box = preview(page)
    expect(box).to_be_visible()
    expect(box).to_contain_text("410")
    expect(box).to_contain_text(words)
    assert len(box.inner_text()) > 20  # the summary too
    expect(link(page)).to_have_attribute("aria-describedby", "preview")
    assert link(page).get_attribute("title") is None  # one tooltip, not two


def test_the_preview_can_be_pointed_at_and_goes_when_the_pointer_leaves(desk: Watched) -> None:
    page = desk.open("404/")
    link(page).hover()
    box = preview(page)
    expect(box).to_be_visible()
    box.hover()
    page.wait_for_timeout(600)
    expect(box).to_be_visible()
    page.mouse.move(2, 2)
    expect(box).to_be_hidden()
    assert link(page).get_attribute("title")


def test_escape_closes_the_preview_and_leaves_the_focus(desk: Watched) -> None:
    page = desk.open("404/")
    first = link(page)
    first.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(preview(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(preview(page)).to_be_hidden()
    expect(first).to_be_focused()


@pytest.mark.parametrize("path", ["en/502/", "en/lab/nginx-502-refused/"])
def test_a_header_field_of_an_exchange_says_what_it_does(desk: Watched, path: str) -> None:
    page = desk.open(path)
    field = page.locator("pre a", has_text="Connection").last
    field.scroll_into_view_if_needed()
    field.hover()
    expect(preview(page)).to_contain_text("RFC 9110 §7.6.1")
    page.keyboard.press("Escape")
    expect(preview(page)).to_be_hidden()
    page.mouse.move(1, 1)
    page.keyboard.press("Tab")  # the keyboard is what asks for the preview of what has the focus
    field.focus()
    expect(preview(page)).to_contain_text("RFC 9110 §7.6.1")


def test_tabbing_on_takes_the_preview_away(desk: Watched) -> None:
    page = desk.open("404/")
    first = link(page)
    first.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(preview(page)).to_contain_text("410")
    first.evaluate(
        "link => { for (const other of document.querySelectorAll('a')) if (other !== link) other.tabIndex = -1 }"
    )
    page.keyboard.press("Tab")
    expect(preview(page)).to_be_hidden()


def test_nothing_moves_and_nothing_is_loaded_before(desk: Watched) -> None:
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url))
    page = desk.open("404/")
    page.wait_for_load_state("networkidle")
    settle(page)
    assert not [url for url in asked if re.search(r"preview|cards\.json", url)]
    where = "[document.documentElement.scrollHeight, document.documentElement.scrollWidth]"
    link(page).evaluate("() => 0")
    before = page.evaluate(where)
    link(page).hover()
    expect(preview(page)).to_be_visible()
    assert page.evaluate(where) == before
    assert [url for url in asked if "cards.json" in url]


def test_a_preview_stays_inside_the_window(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport={"width": 500, "height": 500})
    watched = watch(context, site)
    page = watched.open("en/404/")
    for target in page.locator(".text a.ref:not([href^='#'])").all()[:6]:
        page.mouse.move(1, 1)
        target.evaluate("link => link.scrollIntoView({ block: 'center' })")
        target.hover()
        expect(preview(page)).to_be_visible()
        at = preview(page).bounding_box()
        assert at and at["x"] >= 0 and at["x"] + at["width"] <= 500, at
    context.close()
    assert watched.complaints == []


def test_a_tap_follows_the_link(phone: Watched) -> None:
    page = phone.open("404/")
    link(page).tap()
    page.wait_for_url(f"{phone.site}410/")
    assert preview(page).count() == 0


def test_where_data_is_dear_there_are_no_previews(browser: Browser, site: str) -> None:
    context = browser.new_context()
    context.add_init_script("Object.defineProperty(navigator, 'connection', { value: { saveData: true } })")
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site}404/")
    link(page).hover()
    page.wait_for_timeout(500)
    assert not [url for url in asked if "preview" in url]
    context.close()


def test_without_its_file_a_link_is_a_link(desk: Watched) -> None:
    def gone(route: Any) -> None:
        route.fulfill(status=404, body="")

    desk.page.route("**/cards.json*", gone)
    page = desk.open("404/")
    link(page).hover()
    page.wait_for_timeout(500)
    assert preview(page).count() == 0
    link(page).click()
    page.wait_for_url(f"{desk.site}410/")
    desk.complaints.clear()  # the missing file, which is the point


@pytest.mark.parametrize("address", ["404/", "en/404/"])
def test_axe_finds_nothing_in_a_preview(desk: Watched, address: str) -> None:
    page = desk.open(address)
    link(page).hover()
    expect(preview(page)).to_be_visible()
    assert violations(page) == []
