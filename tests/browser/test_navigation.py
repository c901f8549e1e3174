"""Finding one's way: by keys, by the lists beside and below the text, with a finger on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Watched, begun

pytestmark = pytest.mark.browser


# --- keys -------------------------------------------------------------------------------------------


def test_n_and_p_turn_pages_by_number(desk: Watched) -> None:
    page = desk.open("404/")
    page.keyboard.press("n")
    page.wait_for_url(f"{desk.site}405/")
    begun(page)
    page.keyboard.press("p")
    page.wait_for_url(f"{desk.site}404/")


@pytest.mark.parametrize(("typed", "address"), [("502", "502/"), ("g429", "429/"), ("999", "999/")])
def test_a_number_typed_outside_a_field_leads_to_its_page(desk: Watched, typed: str, address: str) -> None:
    page = desk.open("404/")
    page.keyboard.type(typed)
    page.wait_for_url(desk.site + address)


def test_a_number_without_a_page_leads_to_the_search(desk: Watched) -> None:
    page = desk.open("en/404/")
    page.keyboard.type("299")
    page.wait_for_url(f"{desk.site}en/search/?q=299")


def test_digits_that_were_not_meant_are_forgotten(desk: Watched) -> None:
    page = desk.open("404/")
    page.keyboard.type("50")
    expect(page.locator("form.search input")).to_have_value("50")
    expect(page.locator("form.search input")).to_have_value("")
    page.keyboard.type("2")
    page.wait_for_timeout(300)
    assert page.url == f"{desk.site}404/"


def test_the_sheet_of_keys_keeps_the_focus_and_gives_it_back(desk: Watched) -> None:
    page = desk.open("404/")
    link = page.locator(".crumbs a").first
    link.focus()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="键盘快捷键")
    expect(sheet).to_be_visible()
    for _ in range(4):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(link).to_be_focused()


def test_single_keys_can_be_switched_off(desk: Watched) -> None:
    """WCAG 2.2, 2.1.4: a letter alone must not act on who cannot help typing it."""
    page = desk.open("en/404/")
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_role("checkbox").uncheck()
    page.get_by_role("button", name="Close").click()
    for key in ("n", "5", "0", "2", "?"):
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    assert page.url == f"{desk.site}en/404/"
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.locator("form.search input")).to_be_focused()
    page = desk.open("en/405/")
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(page.get_by_role("checkbox")).not_to_be_checked()


def test_keys_typed_into_a_field_are_text(desk: Watched) -> None:
    page = desk.open("404/")
    page.locator("form.search input").focus()
    page.keyboard.type("np?/500 x")
    expect(page.locator("form.search input")).to_have_value("np?/500 x")
    assert page.url == f"{desk.site}404/"


# --- lists ------------------------------------------------------------------------------------------


def test_the_contents_follow_the_reader(desk: Watched) -> None:
    page = desk.open("404/")
    page.locator("#choosing").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#choosing').scrollIntoView()")
    current = page.locator(".contents [aria-current]")
    expect(current).to_have_attribute("href", "#choosing")


def test_the_choice_of_codes_is_remembered_and_said(desk: Watched) -> None:
    page = desk.open("en/4xx/")
    page.get_by_label("registered").check()
    expect(page.locator("#status")).to_have_text("29 shown")
    assert (
        page.locator(".listed .row").evaluate_all("(all) => all.filter((each) => each.checkVisibility()).length") == 29
    )
    page = desk.open("en/")
    expect(page.get_by_label("registered")).to_be_checked()
    expect(page.locator(".tile.vendor").first).to_be_hidden()


def test_long_lists_of_messages_stand_folded_before_the_causes(desk: Watched) -> None:
    page = desk.open("502/")
    shown = page.locator(".symptoms li").evaluate_all("(all) => all.filter((each) => each.checkVisibility()).length")
    assert shown == 5
    page.locator(".symptoms summary").click()
    assert page.locator(".symptoms li").evaluate_all("(all) => all.every((each) => each.checkVisibility())")


@pytest.mark.parametrize(("prefix", "title"), [("", "上游处理到一半断开"), ("en/", "The upstream breaks off halfway")])
def test_a_message_leads_to_its_cause(desk: Watched, prefix: str, title: str) -> None:
    page = desk.open(f"{prefix}502/")
    page.get_by_role("link", name="upstream prematurely closed connection").click()
    page.wait_for_url(f"{desk.site}{prefix}502/#upstream-closed")
    heading = page.locator("h3#upstream-closed")
    expect(heading).to_contain_text(title)
    expect(heading).to_be_in_viewport()


def test_a_complaint_in_plain_words_leads_to_its_cause(phone: Watched) -> None:
    page = phone.open("429/")
    page.locator(".symptoms summary").tap()
    page.get_by_role("link", name="公司里所有人同时 429").tap()
    page.wait_for_url(f"{phone.site}429/#shared-ip")
    expect(page.locator("#shared-ip")).to_be_in_viewport()


def test_a_code_of_logs_is_not_said_to_have_content(desk: Watched) -> None:
    facts = desk.open("499/").locator(".facts")
    expect(facts).to_contain_text("服务器日志")
    expect(facts).not_to_contain_text("响应内容")


# --- a phone ----------------------------------------------------------------------------------------


def test_the_search_field_of_a_phone_is_wide_enough(phone: Watched) -> None:
    for address in ("", "404/", "en/404/"):
        box = phone.open(address).locator("form.search input").bounding_box()
        assert box is not None
        assert box["width"] >= 190, address


def test_the_bar_of_a_phone_names_the_section_at_the_top_of_the_window(phone: Watched) -> None:
    page = phone.open("404/")
    page.evaluate("document.querySelector('#causes').scrollIntoView()")
    bar = page.locator(".contents summary")
    expect(bar).to_contain_text("常见原因与解决")
    box = bar.bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 20
    bar.tap()
    page.locator(".contents a", has_text="参见").tap()
    page.wait_for_url("**/404/#see")
    expect(page.locator(".contents details")).not_to_have_attribute("open", "")


def test_a_phone_is_one_tap_from_the_fix(phone: Watched) -> None:
    page = phone.open("502/")
    page.locator(".hero").get_by_role("link", name="常见原因与解决").tap()
    page.wait_for_url("**/502/#causes")
    page.wait_for_function("document.querySelector('#causes').getBoundingClientRect().top < innerHeight / 4")
    links = phone.open("301/").locator(".hero p.ahead a")
    assert links.evaluate_all("(all) => all.filter((each) => each.getBoundingClientRect().height < 40)") == []
    assert all(phone.open(f"{code}/").locator(".hero p.ahead a").count() for code in (101, 204, 404, 499, 999))


def test_the_path_leads_to_the_list_that_has_the_page(desk: Watched) -> None:
    page = desk.open("guides/which-code/")
    expect(page.locator(".crumbs li")).to_have_text(["状态码手册", "专题"])  # the title, which is long, stands below
    page.locator(".crumbs").get_by_role("link", name="专题").click()
    page.wait_for_url("**/docs/#guides")
    page = desk.open("en/vendors/nginx/")
    page.locator(".crumbs a").nth(1).click()
    page.wait_for_url("**/docs/en/#vendors")
    expect(desk.open("502/").locator(".crumbs a").nth(1)).to_have_text("5xx")
    expect(desk.open("999/").locator(".crumbs a").nth(1)).to_have_text("其他")


def test_a_designer_finds_the_chart_from_the_top_of_the_home_page(desk: Watched) -> None:
    page = desk.open("")
    page.locator(".hero").get_by_role("link", name="该返回哪个状态码").click()
    page.wait_for_url("**/guides/which-code/")


def test_the_home_page_of_a_phone_has_a_way_to_its_parts(phone: Watched) -> None:
    page = phone.open("")
    page.get_by_role("link", name="5xx", exact=True).first.tap()
    page.wait_for_url("**#class-5xx")
    page.wait_for_function("document.querySelector('.jump').getBoundingClientRect().top === 0")
    top = page.locator("#class-5xx").bounding_box()
    assert top is not None
    assert 30 < top["y"] < 120, "below the bar"


def test_a_phone_shows_what_decides_in_a_table_of_vendors(phone: Watched) -> None:
    for address in ("499/", "vendors/nginx/"):
        page = phone.open(address)
        cells = page.locator(".vendors tbody :is(th, td)").evaluate_all(
            """(all) => all.map((each) => each.getBoundingClientRect())
                 .filter((box) => box.right > innerWidth || box.left < 0).length"""
        )
        assert cells == 0, address


def test_headings_of_a_touch_screen_show_their_links(phone: Watched) -> None:
    link = phone.open("404/").locator(".text h2 > a").first
    opacity = link.evaluate("(each) => getComputedStyle(each, '::after').opacity")
    assert float(opacity) > 0.9


def test_targets_are_large_enough_for_a_finger(phone: Watched) -> None:
    """WCAG 2.2, 2.5.8: 24 px, but for links in a sentence."""
    for address in ("", "404/", "4xx/", "search/"):
        page = phone.open(address)
        small = page.locator("button, summary, input, nav a, .codes a, .tile, .turns a, .help").evaluate_all(
            """(all) => all.filter((each) => each.checkVisibility())
                 .map((each) => [each.outerHTML.slice(0, 90), each.type === 'radio' ? each.closest('label') : each])
                 .map(([html, each]) => [html, each.getBoundingClientRect()])
                 .filter(([, box]) => box.width > 1 && (box.width < 24 || box.height < 24)).map(([html]) => html)"""
        )
        assert small == [], address


def test_a_phone_without_script_reaches_the_codes_and_the_contents(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page: Page = context.new_page()
    page.goto(f"{site}404/")
    page.locator(".side summary").click()
    expect(page.locator(".side .codes a", has_text="410")).to_be_visible()
    page.locator(".contents summary").click()
    expect(page.locator(".contents a", has_text="含义")).to_be_visible()
    context.close()


def test_copying_is_told_to_a_screen_reader(browser: Browser, site: str) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{site}404/")
    page.locator("#causes").scroll_into_view_if_needed()
    button = page.locator("button.copy").first
    assert str(button.get_attribute("aria-label")).startswith("复制 ")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_have_text("已复制")
    expect(button).to_have_text("已复制")
    context.close()
