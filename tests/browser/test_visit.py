"""What a first visit met: each test is something that annoyed a person once."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from .conftest import Watched

pytestmark = pytest.mark.browser

_LOG = '10.0.0.1 - - [23/Nov/2026:00:37:34 +0000] "GET /a/rather/long/path?of=letters HTTP/1.1" 502 157 "-" "curl/7"'


def test_the_choice_of_codes_works_on_the_not_found_page(desk: Watched) -> None:
    page = desk.open("404.html")
    expect(page.locator(".tile.vendor").first).to_be_visible()
    page.get_by_label("已注册").check()
    expect(page.locator(".tile.vendor").first).to_be_hidden()
    expect(page.locator(".tile:not(.vendor)").first).to_be_visible()


def test_a_number_beyond_the_classes_is_called_invalid(phone: Watched) -> None:
    page = phone.open("")
    page.locator("form.search input").tap()
    page.locator("form.search input").fill("777")
    note = page.locator("p.options")
    expect(note).to_contain_text("不是合法的状态码")
    assert note.evaluate("(each) => each.scrollWidth <= each.clientWidth"), "told in full, not cut off"
    above, below = note.bounding_box(), page.locator("#options").bounding_box()
    assert above is not None
    assert below is not None
    assert 0 <= below["y"] - (above["y"] + above["height"]) + 1 < 4, "one box: neither over the other nor apart"


def test_the_lens_keeps_long_lines_inside_on_a_phone(phone: Watched) -> None:
    page = phone.open("search/?q=502")
    page.locator("main .lens textarea").fill(f"{_LOG}\n{_LOG}")
    line = page.locator("main .lens .report code").first
    expect(line).to_contain_text("GET /a")
    assert line.evaluate("(each) => each.getBoundingClientRect().right <= innerWidth")


def test_results_stand_clear_of_the_field(phone: Watched) -> None:
    page = phone.open("search/?q=502")
    heading = page.locator("#found")
    expect(heading).to_be_visible()
    box, field = heading.bounding_box(), page.locator("form.search").bounding_box()
    assert box is not None
    assert field is not None
    assert box["y"] - (field["y"] + field["height"]) >= 16


def test_the_last_class_has_a_name_in_the_language_of_the_page(desk: Watched) -> None:
    for address in ("", "search/", "404.html"):
        assert desk.open(address).locator("main").get_by_text("other", exact=True).count() == 0, address


def test_paper_has_every_message(browser: Browser, site: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{site}502/")
    page.emulate_media(media="print")
    assert page.locator(".symptoms li").evaluate_all("(all) => all.every((each) => each.checkVisibility())")
    context.close()


@pytest.mark.parametrize("address", ["style/", "poster/", "lab/clients/"])
def test_small_windows_hold_the_page(browser: Browser, site: str, address: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(site + address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()
