"""How a page looks: colours in step, Chinese set as Chinese, paper without furniture."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from ..book import ROOT
from .conftest import Watched

pytestmark = pytest.mark.browser

PAPER = "rgb(255, 255, 255)"


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


# --- colours ----------------------------------------------------------------------------------------


def test_open_tabs_change_colours_together(browser: Browser, site: str) -> None:
    context = browser.new_context()
    one, other = context.new_page(), context.new_page()
    one.goto(f"{site}404/")
    other.goto(f"{site}en/502/")
    for theme in ("light", "dark", ""):
        one.locator("button.theme").click()
        expect(one.locator("html")).to_have_attribute("data-theme", theme)
        expect(other.locator("html")).to_have_attribute("data-theme", theme)
    context.close()


def test_the_system_is_followed_until_the_reader_chooses(browser: Browser, site: str) -> None:
    context = browser.new_context(color_scheme="light")
    page = context.new_page()
    page.goto(f"{site}404/")
    light = background(page)
    page.emulate_media(color_scheme="dark")
    dark = background(page)
    assert light != dark
    page.locator("button.theme").click()
    assert background(page) == light
    assert "浅色" in str(page.locator("button.theme").get_attribute("title"))
    context.close()


# --- Chinese ----------------------------------------------------------------------------------------


def test_a_line_of_text_has_34_to_38_characters(desk: Watched) -> None:
    for address in ("404/", "guides/401-vs-403/", "4xx/"):
        page = desk.open(address)
        ems = page.locator(".text > p").first.evaluate(
            "(each) => each.getBoundingClientRect().width / parseFloat(getComputedStyle(each).fontSize)"
        )
        assert 34 <= ems <= 38, address


def test_sizes_suit_han_characters(desk: Watched) -> None:
    page = desk.open("404/")
    style: dict[str, Any] = page.evaluate(
        """(() => {
             const pixels = (each) => parseFloat(getComputedStyle(each).fontSize);
             const size = (css) => Math.min(...[...document.querySelectorAll(css)].map(pixels));
             const text = document.querySelector('.text > p:not([class])');
             const { lineHeight, textAutospace, fontFamily } = getComputedStyle(text);
             return {
               text: pixels(text), height: parseFloat(lineHeight) / pixels(text),
               space: textAutospace, font: fontFamily,
               code: size('pre code'), inline: size('.text p > code'),
               table: size('.text td, .text th'),
               h1: size('h1 > span'), h2: size('.text h2'), h3: size('.text h3'), least: size('main *:not(svg *)'),
             };
           })()"""
    )
    assert 16 <= style["text"] <= 17
    assert 1.7 <= style["height"] <= 1.8
    assert min(style["code"], style["inline"], style["table"]) >= 14
    assert style["text"] < style["h3"] < style["h2"] < style["h1"] <= 36, "a modest scale: Han headings look larger"
    assert style["least"] >= 12
    assert style["space"] == "normal", "Han and Latin keep their distance"
    assert style["font"].index("PingFang SC") < style["font"].index("Segoe UI"), "Latin letters come from the Han face"
    assert "Noto Sans CJK SC" in style["font"]


def test_no_han_character_is_slanted(desk: Watched) -> None:
    for address in ("", "404/", "guides/glossary/", "vendors/nginx/"):
        page = desk.open(address)
        slanted = page.evaluate(
            """[...document.querySelectorAll('body *')].filter((each) => getComputedStyle(each).fontStyle !== 'normal'
                 && [...each.childNodes].some((node) => node.nodeType === 3 && /\\p{Script=Han}/u.test(node.data)))
                 .map((each) => each.outerHTML.slice(0, 100))"""
        )
        assert slanted == [], address


def test_phrases_of_the_other_language_say_so(desk: Watched) -> None:
    page = desk.open("404/")
    expect(page.locator("h1 small")).to_have_attribute("lang", "en")
    page = desk.open("en/404/")
    expect(page.locator(".languages a")).to_have_attribute("lang", "zh-CN")


@pytest.mark.parametrize("address", ["404/", "guides/401-vs-403/", "guides/what-to-retry/"])
def test_cells_of_a_table_keep_their_words(phone: Watched, address: str) -> None:
    """No cell is so narrow that it is set one character a line; what is wider than the window scrolls in its box."""
    page = phone.open(address)
    narrow = page.locator(".text td, .text tbody th").evaluate_all(
        """(all) => all.filter((each) => [...each.textContent.trim()].length > 3)
             .map((each) => each.getBoundingClientRect().width / parseFloat(getComputedStyle(each).fontSize))
             .filter((ems) => ems < 4).length"""
    )
    assert narrow == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


#: Of each diagram: how large its text is and, by what they say, the texts that are cut off, leave their box or run
#: into another text. The bounds of a text are those of its line: strokes of a few pixels may meet them.
_DIAGRAMS = """(all) => all.map((svg) => {
  const { left, right, width } = svg.getBoundingClientRect();
  const boxes = [...svg.querySelectorAll('.box')].map((each) => each.getBBox());
  const texts = [...svg.querySelectorAll('text')].map((each) => [each.textContent, each.getBBox()]);
  const holds = (box, x, y) => box.x <= x && x <= box.x + box.width && box.y <= y && y <= box.y + box.height;
  const wrong = texts.filter(([, { x, y, width: wide, height }], i) => {
    const [middle, line] = [x + wide / 2, y + height / 2];
    const around = boxes.filter((box) => holds(box, middle, line));
    return x < 0 || x + wide > svg.viewBox.baseVal.width || y + height > svg.viewBox.baseVal.height + 1
      || around.some((box) => x < box.x + 2 || x + wide > box.x + box.width - 2)
      || texts.slice(i + 1).some(([, other]) => x < other.x + other.width && other.x < x + wide
        && Math.abs(line - other.y - other.height / 2) < 14);
  });
  return {
    size: parseFloat(getComputedStyle(svg).fontSize) * width / svg.viewBox.baseVal.width,
    cut: left < 0 || right > document.documentElement.clientWidth,
    wrong: wrong.map(([text]) => text),
  };
})"""


@pytest.mark.parametrize("prefix", ["", "en/"])
def test_diagrams_can_be_read_on_a_phone(phone: Watched, prefix: str) -> None:
    """All of them: text as large as a phone needs, nothing cut off, nothing beside its box."""
    phone.page.set_default_timeout(30_000)
    folders = {path.parent.name for path in (ROOT / "content" / "guides").glob("*/*.svg")}
    for name in sorted(folders):
        page = phone.open(f"{prefix}guides/{name}/")
        for width, least in ((390, 14), (320, 12)):
            page.set_viewport_size({"width": width, "height": 844})
            for diagram in page.locator(".diagram svg").evaluate_all(_DIAGRAMS):
                assert diagram["size"] >= least, name
                assert (diagram["cut"], diagram["wrong"]) == (False, []), name
    assert folders


def test_diagrams_of_a_wide_window_have_the_size_of_its_text(desk: Watched) -> None:
    page = desk.open("guides/401-vs-403/")
    (size, *_) = [each["size"] for each in page.locator(".diagram svg").evaluate_all(_DIAGRAMS)]
    text = page.locator(".text > p").first.evaluate("(each) => parseFloat(getComputedStyle(each).fontSize)")
    assert abs(size - text) < 0.5


def test_bold_and_links_beside_full_width_punctuation_are_set(desk: Watched) -> None:
    for address in ("404/", "502/", "guides/glossary/"):
        starred = (
            desk.open(address)
            .locator(".text :is(p, li)")
            .evaluate_all(
                """(all) => all.map((each) => each.cloneNode(true)).filter((each) => {
                 each.querySelectorAll('code').forEach((code) => code.remove());
                 return each.textContent.includes('**');
               }).map((each) => each.textContent)"""
            )
        )
        assert starred == [], address


def test_headings_have_the_same_ids_in_both_languages(desk: Watched) -> None:
    """So the language switch keeps the place."""
    for address in ("404/", "guides/401-vs-403/"):
        chinese, english = (
            desk.open(prefix + address)
            .locator(".text h2, .text h3")
            .evaluate_all("(all) => all.map((each) => each.id)")
            for prefix in ("", "en/")
        )
        assert chinese == english
        assert all(chinese)
    page = desk.open("404/#choosing")
    page.get_by_role("link", name="English").click()
    page.wait_for_url(f"{desk.site}en/404/#choosing")


# --- paper ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_has_no_furniture_and_black_text(browser: Browser, site: str, scheme: Any) -> None:
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{site}404/")
    page.locator("button.theme").click()
    page.locator("button.theme").click()  # dark, by hand
    page.emulate_media(media="print", color_scheme=scheme)
    for furniture in (".top", ".side", ".contents", ".crumbs", ".turns", ".copy", ".skip", ".try", ".help"):
        shown = page.locator(furniture).evaluate_all("(all) => all.filter((each) => each.checkVisibility()).length")
        assert shown == 0, furniture
    assert background(page) == PAPER
    for text in (".text > p", "pre code", ".text td", ".summary"):
        assert page.locator(text).first.evaluate("(each) => getComputedStyle(each).color") == "rgb(0, 0, 0)", text
    expect(page.locator(".bottom .address")).to_be_visible()
    expect(page.locator(".bottom .address")).to_have_text("https://example.org/docs/404/")
    context.close()


def test_paper_says_where_links_lead_and_keeps_headings_with_their_text(desk: Watched) -> None:
    page = desk.open("vendors/nginx/")
    page.emulate_media(media="print")
    link = page.locator(".text a[href^='http']:not(.rfc)").first
    assert "http" in link.evaluate("(each) => getComputedStyle(each, '::after').content")
    assert page.locator(".text h2").first.evaluate("(each) => getComputedStyle(each).breakAfter") == "avoid"
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    pdf = page.pdf(format="A4")
    assert pdf.startswith(b"%PDF")
