"""Accessibility in a real browser: axe-core's rules, and what no rule sees: keys, zoom, colours, motion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from .conftest import ARTEFACTS, Watched, settle
from .kinds import KINDS

pytestmark = pytest.mark.browser

#: All rules of WCAG 2.2 A and AA, those of good practice, and 7:1 for text.
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"color-contrast-enhanced": {"enabled": True}},
    "resultTypes": ["violations"],
}


@pytest.fixture(scope="module", params=[(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")], ids=str)
def window(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    yield context.new_page()
    context.close()


def violations(page: Page) -> list[str]:
    settle(page)
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [f"{rule['id']}: {node['html'][:200]} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("prefix", ["", "en/"])
@pytest.mark.parametrize("address", KINDS)
def test_axe_finds_nothing(window: Page, site: str, prefix: str, address: str) -> None:
    """And nothing is wider than the window. A picture is kept under artefacts/: not compared, looked at by people."""
    window.goto(site + prefix + address)
    found = violations(window)
    keep(window, prefix + address)
    assert found == []
    assert window.evaluate("document.documentElement.scrollWidth") <= window.evaluate("innerWidth")


def keep(page: Page, address: str) -> None:
    """Keep the whole page as a picture, named after its address, the width of the window and the colours."""
    ARTEFACTS.mkdir(exist_ok=True)
    scheme = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'")
    name = (f"{address}home" if address in ("", "en/") else address).strip("/").replace("/", "-")
    path = ARTEFACTS / f"{name}-{page.evaluate('innerWidth')}-{scheme}.jpg"
    page.screenshot(path=path, type="jpeg", quality=70, full_page=True)
    assert path.stat().st_size > 10_000


def test_axe_finds_nothing_in_what_script_adds(desk: Watched) -> None:
    page = desk.open("search/?q=gateway")
    expect(page.locator(".found a").first).to_be_visible()
    assert violations(page) == []
    page = desk.open("en/404/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("502")
    expect(page.get_by_role("option").first).to_be_visible()
    assert violations(page) == []


def controls(page: Page) -> list[dict[str, Any]]:
    """The accessibility tree's nodes that a reader can act on or finds their way by."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    wanted = {"button", "link", "searchbox", "combobox", "radio", "checkbox", "navigation", "dialog", "textbox"}
    return [node for node in nodes if not node["ignored"] and node["role"]["value"] in wanted]


@pytest.mark.parametrize("address", KINDS)
def test_every_control_landmark_and_table_has_a_name_of_its_own(desk: Watched, address: str) -> None:
    page = desk.open(address)
    named: dict[str, list[str]] = {}
    for node in controls(page):
        name = node.get("name", {}).get("value", "").strip()
        assert name, node
        named.setdefault(node["role"]["value"], []).append(name)
    assert [name for name in set(named["navigation"]) if named["navigation"].count(name) > 1] == []
    boxes = page.locator(".table").evaluate_all("(all) => all.map((each) => each.getAttribute('aria-label'))")
    assert len(boxes) == len(set(boxes)), "each scrolling table says which it is"
    for table in page.locator("table").all():
        assert table.locator("th").count(), "a table has headings"


@pytest.mark.parametrize("address", ["", "404/", "4xx/", "vendors/nginx/", "guides/what-to-retry/"])
def test_text_twice_as_large_loses_nothing(browser: Browser, site: str, address: str) -> None:
    """200 % text in a window of 640 px: no sideways scrolling of the page, nothing cut off in the bar."""
    context = browser.new_context(viewport={"width": 640, "height": 800})
    page = context.new_page()
    page.goto(site + address)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    assert page.locator("form.search input").first.bounding_box()["width"] >= 96  # type: ignore[index]
    context.close()


@pytest.mark.parametrize("address", ["", "502/", "guides/which-code/", "en/422/", "vendors/cloudflare/"])
def test_a_phone_set_to_letters_twice_as_large(browser: Browser, site: str, address: str) -> None:
    """The browser's own setting, which media queries see too: nothing grows wider than the window."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    page.goto(site + address)
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("form.search input").first.bounding_box()["width"] >= 190  # type: ignore[index]
    context.close()


def test_only_a_table_that_scrolls_is_a_stop_for_the_keyboard(desk: Watched) -> None:
    """Whichever it is at the window's width: a reader may turn the phone or widen the window."""
    page = desk.open("502/")
    settle(page)
    stops = "() => [...document.querySelectorAll('.table')].filter((each) => each.tabIndex === 0).length"
    assert page.locator(".table").count() > 4
    page.wait_for_function(f"({stops})() === 1")
    wide = page.evaluate(
        "[...document.querySelectorAll('.table')].filter((each) => each.scrollWidth > each.clientWidth).length"
    )
    assert wide == 1
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator(".constants").scroll_into_view_if_needed()
    page.wait_for_function(f"({stops})() > 1")


@pytest.mark.parametrize("address", ["499/", "vendors/cloudflare/"])
def test_sources_in_a_table_have_names_of_their_own(desk: Watched, address: str) -> None:
    """A screen reader lists a page's links without what stands around them."""
    page = desk.open(address)
    names = [line for line in page.locator(".vendors").first.aria_snapshot().splitlines() if "link " in line]
    sources = [line for line in names if "官方文档" in line]
    assert len(sources) > 3
    assert len(set(sources)) == len(sources)


def test_nothing_moves_for_those_who_asked_for_it(browser: Browser, site: str) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    for address in ("", "404/"):
        page.goto(site + address)
        moving = page.evaluate(
            """[...document.querySelectorAll('*')].filter((each) => {
                 const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(each);
                 return transitionDuration !== '0s' || animationName !== 'none' || scrollBehavior === 'smooth';
               }).length"""
        )
        assert moving == 0
    context.close()


def test_forced_colours_keep_the_number_and_the_place(browser: Browser, site: str) -> None:
    context = browser.new_context(forced_colors="active")
    page = context.new_page()
    page.goto(f"{site}499/")
    number = page.locator(".number")
    colour = number.evaluate("(each) => getComputedStyle(each).color")
    assert colour not in ("rgba(0, 0, 0, 0)", "transparent"), "a hatched number is drawn in the reader's colour"
    assert colour != page.evaluate("getComputedStyle(document.body).backgroundColor")
    here = page.locator(".side .codes [aria-current]")
    assert here.evaluate("(each) => getComputedStyle(each).outlineStyle") == "solid"
    context.close()


def test_everything_is_reached_by_keyboard_and_shows_it(desk: Watched) -> None:
    page = desk.open("404/")
    seen = set()
    for _ in range(100):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.outerHTML.slice(0, 200)"))
        outlined = page.evaluate(
            """(() => {
                 const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
                 const drawn = outlineStyle !== 'none' && outlineWidth !== '0px';
                 return drawn || document.activeElement === document.body;
               })()"""
        )
        assert outlined, page.evaluate("document.activeElement.outerHTML")
    assert any('class="copy"' in each for each in seen), "copy buttons are among them"
