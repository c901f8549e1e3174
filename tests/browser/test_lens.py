"""The paste lens: what it reads out of transcripts and logs, and that it never freezes or leaks."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .conftest import Watched
from .test_search import paste

pytestmark = pytest.mark.browser


def test_an_access_log_is_counted_by_code_and_class(desk: Watched) -> None:
    page = desk.open("search/")
    page.locator("form.search input").focus()
    lens = page.locator(".lens")
    expect(lens).to_be_visible()
    lines = [
        f'10.0.0.{i} - - [12/Mar/2026:10:15:32 +0800] "GET /500 HTTP/1.1" {code} 301 "-" "curl"'
        for i, code in enumerate([200, 200, 404, 502])
    ]
    lens.locator("textarea").fill("\n".join(lines))
    expect(lens.locator(".tally li")).to_have_count(3)
    expect(lens.locator(".report .row").first).to_contain_text("200")
    expect(lens.locator(".report a[href$='/404/']")).to_be_visible()


def test_what_is_pasted_is_never_markup(desk: Watched) -> None:
    page = desk.open("en/search/")
    page.locator("form.search input").focus()
    page.locator(".lens textarea").fill("< HTTP/1.1 404 <img src=x onerror=alert(1)>\n< Location: <b>x</b>")
    expect(page.locator(".lens .report")).to_contain_text("<img src=x")
    assert page.locator(".lens .report :is(img, script, dd b)").count() == 0


def test_ten_megabytes_do_not_freeze_the_page(desk: Watched) -> None:
    page = desk.open("search/")
    page.locator("form.search input").focus()
    expect(page.locator(".lens")).to_be_visible()
    line = '203.0.113.9 - - [12/Mar/2026:10:15:32 +0800] "GET /api/item HTTP/1.1" 503 1234 "-" "Mozilla/5.0 (X11)"\n'
    text = line * (10_000_000 // len(line))
    paste(page, ".lens textarea", text)
    expect(page.locator(".lens .outcome")).to_contain_text(str(text.count("\n")))


def test_nothing_recognised_is_said(desk: Watched) -> None:
    page = desk.open("en/search/")
    page.locator("form.search input").focus()
    page.locator(".lens textarea").fill("hello\nworld")
    expect(page.locator(".lens .outcome")).to_contain_text("No status code")
