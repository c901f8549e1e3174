"""What a reader does, with keys and eyes, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Watched, settle, watch
from .kinds import KINDS

pytestmark = pytest.mark.browser


def options(page: Page) -> list[str]:
    """The results under the search field, once there are any."""
    first = page.get_by_role("option").first
    expect(first).to_be_visible()
    return page.get_by_role("option").all_inner_texts()


# --- search -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "query", "code"),
    [
        ("", "404", "404"),
        ("", "找不到页面", "404"),
        ("401/", "Bad Gateway", "502"),
        ("", "请求冲突", "409"),
        ("en/", "bad gatewy", "502"),
        ("en/404/", "conflict", "409"),
        ("en/", "HTTP_504_GATEWAY_TIMEOUT", "504"),
    ],
)
def test_search_by_keyboard(desk: Watched, address: str, query: str, code: str) -> None:
    page = desk.open(address)
    page.keyboard.press("/")
    page.keyboard.type(query)
    assert code in options(page)[0]
    page.keyboard.press("ArrowDown")
    field = page.get_by_role("combobox")
    expect(field).to_have_attribute("aria-expanded", "true")
    active = field.get_attribute("aria-activedescendant")
    assert active is not None
    expect(page.locator(f"#{active}")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    prefix = "en/" if address.startswith("en/") else ""
    page.wait_for_url(re.compile(rf"^{re.escape(desk.site)}{prefix}{code}/(#[a-z0-9-]+)?$"))


def test_control_k_opens_the_search_and_escape_closes_it(desk: Watched) -> None:
    page = desk.open("404/")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox")
    expect(field).to_be_focused()
    page.keyboard.type("网关")
    assert options(page)
    page.keyboard.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")


def test_a_code_and_enter_goes_straight_to_its_page(desk: Watched) -> None:
    page = desk.open("")
    page.keyboard.press("/")
    page.keyboard.type("502")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{desk.site}502/")


def test_the_index_is_not_loaded_before_the_reader_searches(desk: Watched) -> None:
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url))
    page = desk.open("404/")
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "index.json" in url or "engine.js" in url]
    page.keyboard.press("/")
    page.keyboard.type("5")
    options(page)
    assert [url for url in asked if "search/index.json" in url]


def test_the_number_of_results_is_announced(desk: Watched) -> None:
    page = desk.open("en/")
    page.keyboard.press("/")
    page.keyboard.type("gateway")
    options(page)
    expect(page.locator("#status")).to_have_text(re.compile(r"\d+ results?"))


def test_a_link_to_a_search_shows_its_results(desk: Watched) -> None:
    page = desk.open("search/?q=504")
    found = page.locator(".found a").first
    expect(found).to_contain_text("504")
    expect(page.locator("form.search input")).to_have_value("504")


def test_a_search_without_result_says_so(desk: Watched) -> None:
    page = desk.open("en/")
    page.keyboard.press("/")
    page.keyboard.type("zzzzqqqq")
    expect(page.locator("#status")).to_contain_text("zzzzqqqq")
    assert "1xx" in options(page)[0]


def test_composition_is_left_alone(desk: Watched) -> None:
    """Nothing is searched while an input method composes; the committed text is."""
    page = desk.open("")
    page.keyboard.press("/")
    page.evaluate(
        """() => {
          const field = document.activeElement;
          field.dispatchEvent(new CompositionEvent('compositionstart'));
          field.value = 'wangguan';
          field.dispatchEvent(new InputEvent('input', {isComposing: true}));
        }"""
    )
    page.wait_for_timeout(200)
    assert page.get_by_role("option").count() == 0
    page.evaluate(
        """() => {
          const field = document.activeElement;
          field.value = '网关';
          field.dispatchEvent(new CompositionEvent('compositionend'));
        }"""
    )
    assert any("50" in option for option in options(page))


def test_strange_queries_break_nothing(desk: Watched) -> None:
    page = desk.open("")
    for query in (
        "<img src=x onerror=alert(1)>",
        "constructor",
        "__proto__",
        "\\",
        "(((",
        "%",
        "x" * 3000,
        "4０4",
        "！？",
    ):
        page.goto(f"{desk.site}search/")
        page.locator("form.search input").fill(query)
        page.wait_for_timeout(50)
        assert page.locator(".found img").count() == 0


# --- languages and colours --------------------------------------------------------------------------


def test_the_language_switch_stays_on_the_code_and_comes_back(desk: Watched) -> None:
    page = desk.open("404/")
    page.get_by_role("link", name="English").click()
    page.wait_for_url(f"{desk.site}en/404/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="简体中文").click()
    page.wait_for_url(f"{desk.site}404/")


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_follow_the_system_without_script(browser: Browser, site: str, scheme: Any) -> None:
    context = browser.new_context(color_scheme=scheme, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}404/")
    page.emulate_media(color_scheme=scheme)
    shot = page.screenshot()
    page.emulate_media(color_scheme="dark" if scheme == "light" else "light")
    assert page.screenshot() != shot
    context.close()


def test_the_chosen_theme_is_remembered_without_a_flash(desk: Watched) -> None:
    page = desk.open("404/")
    system = background(page)
    while background(page) == system:
        page.locator("button.theme").click()
    chosen = background(page)
    theme = page.evaluate("document.documentElement.dataset.theme")
    page.add_init_script(
        """new MutationObserver(() => {
             if (document.body && window.first === undefined) window.first = document.documentElement.dataset.theme;
           }).observe(document, {childList: true, subtree: true});"""
    )
    page.goto(f"{desk.site}502/")
    assert page.evaluate("window.first") == theme
    assert background(page) == chosen


# --- reading ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", KINDS)
@pytest.mark.parametrize("prefix", ["", "en/"])
def test_every_kind_of_page_opens_clean(desk: Watched, prefix: str, address: str) -> None:
    """No console error, no script error, no failed request, no other host (the fixture asserts it)."""
    page = desk.open(prefix + address)
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("main")).to_have_count(1)


@pytest.mark.parametrize("address", ["404/", "en/404/"])
def test_a_page_reads_completely_without_script(browser: Browser, site: str, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site + address)
    for anchor in ("meaning", "causes", "history", "see"):
        expect(page.locator(f"#{anchor}")).to_be_visible()
    expect(page.locator("form.search input")).to_be_visible()
    page.locator("form.search input").fill("409")
    page.locator("form.search input").press("Enter")
    page.wait_for_url(re.compile(r"/search/\?q=409$"))
    prefix = "en/" if address.startswith("en/") else ""
    expect(page.locator("a[href$='409/']").first).to_be_visible()
    assert page.url.startswith(f"{site}{prefix}search/")
    context.close()


def test_nothing_is_wider_than_a_small_phone(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 800})
    page = context.new_page()
    for address in KINDS:
        page.goto(site + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
    context.close()


def test_the_skip_link_comes_first(desk: Watched) -> None:
    page = desk.open("404/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"


def test_code_can_be_copied(browser: Browser, site: str) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    watched = watch(context, site)
    page = watched.open("404/")
    button = page.locator("button.copy").first
    code = button.locator("xpath=preceding-sibling::code").inner_text()
    button.click()
    assert page.evaluate("navigator.clipboard.readText()") == code.rstrip("\n")
    context.close()
    assert watched.complaints == []


@pytest.mark.parametrize("address", ["502/", "guides/204-live-events/", "lab/nginx-502-refused/"])
def test_copy_buttons_cover_nothing_on_a_phone(phone: Watched, address: str) -> None:
    page = phone.open(address)
    settle(page)
    covered = page.locator("pre > .copy").evaluate_all(
        """(buttons) => buttons.filter((button) => {
             const box = button.getBoundingClientRect();
             const text = document.createRange();
             text.selectNodeContents(button.previousElementSibling);
             return [...text.getClientRects()].some((line) => line.right > box.left && line.left < box.right
               && line.bottom - 4 > box.top && line.top + 4 < box.bottom);
           }).map((button) => button.getAttribute('aria-label'))"""
    )
    assert covered == []


def test_what_is_put_off_until_after_the_first_paint_is_done_then(phone: Watched) -> None:
    """Below the window nothing is laid out at first; soon the page is whole, as find, anchors and paper need it."""
    page = phone.open("404/")
    settle(page)
    put_off = """[...document.querySelectorAll('main *')]
        .filter((each) => getComputedStyle(each).contentVisibility !== 'visible').length"""
    assert page.evaluate(put_off) == 0


def test_a_place_in_the_page_is_where_its_link_leads(phone: Watched) -> None:
    top = "(id) => document.getElementById(id).getBoundingClientRect().top"
    page = phone.open("404/#history")
    assert page.evaluate("document.documentElement.dataset.top") is None, "nothing is put off"
    assert 0 <= page.evaluate(top, "history") <= 120
    page = phone.open("502/")
    page.evaluate("location.hash = '#history'")
    settle(page)
    assert 0 <= page.evaluate(top, "history") <= 120


def test_a_page_opened_from_disk_offers_only_what_works(browser: Browser, site_folder: Path) -> None:
    """Browsers load no script modules from a disk."""
    context = browser.new_context()
    page = context.new_page()
    page.goto((site_folder / "404" / "index.html").as_uri())
    expect(page.get_by_role("heading", level=1)).to_contain_text("404")
    expect(page.locator("button.theme")).to_be_hidden()
    expect(page.locator(".search kbd")).to_be_hidden()
    context.close()


def test_the_not_found_page_offers_the_code_in_the_address(browser: Browser, site: str, site_folder: Path) -> None:
    """A host shows 404.html for whatever was asked: here the page is put where the wrong address leads."""
    context = browser.new_context()
    page = context.new_page()
    html = (site_folder / "404.html").read_text("utf-8")
    page.route("**/codes/502.html", lambda route: route.fulfill(body=html, content_type="text/html", status=404))
    page.goto(f"{site}codes/502.html")
    link = page.locator(".guess a")
    expect(link).to_contain_text("502")
    link.click()
    page.wait_for_url(f"{site}502/")
    context.close()
