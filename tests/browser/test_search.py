"""The search as a reader meets it: keys, hands and eyes, in a real browser."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from statusbook import pipeline
from statusbook.finder import Finder
from statusbook.sources import read_tree

from ..book import ROOT
from ..search import queries
from .conftest import Watched

pytestmark = pytest.mark.browser

VECTORS: dict[str, list[Any]] = json.loads((Path(__file__).parent.parent / "search_vectors.json").read_text("utf-8"))

#: Where engine and index are is known to the form as soon as the reader turns to it.
_OPEN = """async () => {
  const form = document.querySelector("form.search");
  const { engine, index } = form.dataset;
  window.engine = await import(new URL(engine, document.baseURI));
  window.index = window.engine.prepare(await (await fetch(new URL(index, document.baseURI))).json());
}"""


def open_engine(watched: Watched, address: str = "") -> Page:
    page = watched.open(address)
    page.locator("form.search input").focus()
    page.wait_for_selector("form.search[data-engine][data-index]")
    page.evaluate(_OPEN)
    return page


def options(page: Page) -> list[str]:
    first = page.get_by_role("option").first
    expect(first).to_be_visible()
    return page.get_by_role("option").all_inner_texts()


def paste(page: Page, selector: str, text: str) -> None:
    page.evaluate(
        """([selector, text]) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData('text/plain', text);
          const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
          document.querySelector(selector).dispatchEvent(event);
        }""",
        [selector, text],
    )


@pytest.mark.parametrize("key", ["zh", "en"])
def test_browser_and_terminal_agree_on_every_query(desk: Watched, key: str) -> None:
    plan = pipeline.plan(read_tree(ROOT))
    language = next(language for language in plan.library.settings.languages if language.key == key)
    finder = Finder(plan, language)
    asked = [query.text for query in queries() if query.language == key]
    page = open_engine(desk, language.prefix)
    there = page.evaluate(
        "(texts) => texts.map((text) => engine.search(index, text, 10).map((hit) => hit.name))", asked
    )
    here = [[hit["name"] for hit in finder.search(text, 10)] for text in asked]
    assert dict(zip(asked, there, strict=True)) == dict(zip(asked, here, strict=True))


def test_text_is_read_as_the_vectors_say(desk: Watched) -> None:
    page = open_engine(desk)
    texts, terms = zip(*VECTORS["terms"], strict=True)
    script = "(texts) => texts.map((text) => engine.termsOf(engine.simplify(index, engine.normalise(text))))"
    assert page.evaluate(script, list(texts)) == list(terms)


def test_a_code_and_enter_at_once_goes_to_its_page(desk: Watched) -> None:
    """Nothing has been loaded yet when Enter comes."""
    page = desk.open("en/")
    page.keyboard.press("/")
    page.keyboard.type("502")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{desk.site}en/502/")


def test_full_width_digits_are_a_code(desk: Watched) -> None:
    page = desk.open("")
    page.keyboard.press("/")
    page.keyboard.type("４０４")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{desk.site}404/")


@pytest.mark.parametrize(
    ("query", "address"),
    [("HTTP 502", "502/"), ("5xx", "5xx/"), ("HTTP_409_CONFLICT", "409/"), ("nginx", "vendors/nginx/")],
)
@pytest.mark.parametrize("start", ["404/", "search/"])
def test_a_name_and_enter_goes_to_its_page(desk: Watched, start: str, query: str, address: str) -> None:
    page = desk.open(start)
    field = page.locator("form.search input")
    field.focus()
    expect(page.locator("form.search input[role=combobox], .lens:not([hidden])")).to_have_count(1)  # it has been loaded
    field.fill(query)
    field.press("Enter")
    page.wait_for_url(f"{desk.site}{address}")


def test_a_question_and_enter_goes_to_the_search_page(desk: Watched) -> None:
    page = desk.open("404/")
    page.keyboard.press("/")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("502 怎么办")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search/\?q="))


def test_a_message_leads_to_its_cause(desk: Watched) -> None:
    page = desk.open("en/")
    page.keyboard.press("/")
    page.keyboard.type("connection refused")
    expect(page.get_by_role("option").first).to_contain_text("502")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{desk.site}en/502/#upstream-refused")


def test_nothing_is_looked_for_inside_a_composition(desk: Watched) -> None:
    """What an input method shows on the way to a word is not what the reader asks for."""
    page = desk.open("")
    page.keyboard.press("/")
    expect(page.get_by_role("combobox")).to_be_focused()
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "wang", "selectionStart": 4, "selectionEnd": 4})
    expect(page.locator("form.search input")).to_have_value("wang")
    page.wait_for_timeout(200)
    expect(page.get_by_role("option")).to_have_count(0)
    keyboard.send("Input.insertText", {"text": "网关超时"})
    expect(page.get_by_role("option").first).to_contain_text("504")


def test_why_a_page_was_found_is_marked(desk: Watched) -> None:
    page = desk.open("")
    page.keyboard.press("/")
    page.keyboard.type("附件传不上去")
    expect(page.get_by_role("option").first.locator("mark").first).to_have_text("附件传不上去")


def test_nothing_found_suggests_the_classes(desk: Watched) -> None:
    page = desk.open("search/?q=zzzzqqqq")
    expect(page.locator(".found h2")).to_contain_text("zzzzqqqq")
    expect(page.locator(".found a[href$='4xx/']")).to_be_visible()


def test_a_number_without_a_page_is_explained(desk: Watched) -> None:
    page = desk.open("en/search/?q=477")
    expect(page.locator(".found h2")).to_contain_text(re.compile("477.*4xx.*400"))
    expect(page.locator(".found a").first).to_contain_text("4xx")


def test_an_index_of_another_edition_is_asked_for_anew(desk: Watched) -> None:
    """An old index in a cache, met by the script of a newer page."""
    asked: list[str] = []

    def answer(route: Any) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.fulfill(json={"version": 0})
        else:
            route.continue_()

    desk.page.route("**/search/index.json", answer)
    page = desk.open("")
    page.keyboard.press("/")
    page.keyboard.type("404")
    assert "404" in options(page)[0]


def test_without_its_script_the_form_leads_to_the_search_page(desk: Watched) -> None:
    """The page of an older edition whose modules are gone."""
    desk.page.route("**/search.js*", lambda route: route.fulfill(status=404, body=""))
    page = desk.open("404/")
    page.locator("form.search input").fill("网关超时")
    page.locator("form.search input").press("Enter")
    page.wait_for_url(re.compile(r"/search/\?q="))
    page.wait_for_load_state("networkidle")
    desk.complaints.clear()  # the missing modules, which are the point


def test_several_pasted_lines_can_be_read(desk: Watched) -> None:
    page = desk.open("404/")
    page.keyboard.press("/")
    options_open = page.get_by_role("combobox")
    expect(options_open).to_be_focused()
    paste(
        page, "form.search input", "* Connected\n> GET / HTTP/1.1\n< HTTP/1.1 503 Service Unavailable\n< Retry-After: 9"
    )
    assert "503" in options(page)[0]
    page.locator("form.search .read").click()
    dialog = page.locator("dialog")
    expect(dialog.locator(".report a[href$='/503/']").first).to_be_visible()
    expect(dialog).to_contain_text("Retry-After: 9")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
