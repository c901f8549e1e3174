"""Pages that show what the rest is made of: the living style page, the poster, the accessibility statement."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from statusbook.colour import contrast, parse
from statusbook.palette import SYNTAX, TOKENS, Palette

from ..book import ROOT
from .conftest import ARTEFACTS, Watched

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("address", ["", "404/", "en/404/"])
def test_the_foot_of_every_page_leads_there(desk: Watched, address: str) -> None:
    page = desk.open(address)
    links = page.locator("footer a").evaluate_all("(all) => all.map((each) => each.href)")
    for kind in ("style/", "accessibility/"):
        assert any(link.endswith(kind) for link in links), (kind, links)


def test_home_leads_to_the_poster(desk: Watched) -> None:
    page = desk.open("")
    page.get_by_role("link", name="A3").click()
    page.wait_for_url(f"{desk.site}poster/")


# --- the style page ---------------------------------------------------------------------------------


def test_the_style_page_stays_out_of_search_engines(desk: Watched) -> None:
    page = desk.open("style/")
    expect(page.locator("meta[name=robots]")).to_have_attribute("content", "noindex")
    assert page.locator("a[href*='guides/style']").count() == 0


def test_stated_sizes_are_those_of_the_browser(desk: Watched) -> None:
    page = desk.open("style/")
    rows = page.locator(".scale tbody tr").evaluate_all(
        """(rows) => rows.map((row) => [Number(row.querySelector("[data-px]").dataset.px),
             parseFloat(getComputedStyle(row.querySelector(".specimen")).fontSize)])"""
    )
    assert len(rows) == 6
    assert [pair for pair in rows if pair[0] != round(pair[1])] == []


def test_specimens_are_as_large_as_the_text_of_pages(desk: Watched) -> None:
    size = "(each) => getComputedStyle(each).fontSize"
    page = desk.open("style/")
    stated = {kind: page.locator(f".sp-{kind}").evaluate(size) for kind in ("h2", "h3", "p", "pre", "td", "lead")}
    page = desk.open("404/")
    real = {
        kind: page.locator(where).first.evaluate(size)
        for kind, where in {
            "h2": ".text h2",
            "h3": ".text h3",
            "p": ".text > p",
            "pre": "pre",
            "td": "td",
            "lead": ".summary",
        }.items()
    }
    assert stated == real


def painted(page: Page, selector: str, property_: str) -> str:
    """The colour that the browser makes of a declaration, as eight bits a channel."""
    return str(
        page.locator(selector).first.evaluate(
            """(element, property) => {
                 const canvas = new OffscreenCanvas(1, 1).getContext("2d");
                 canvas.fillStyle = getComputedStyle(element)[property];
                 canvas.fillRect(0, 0, 1, 1);
                 const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
                 return "#" + [red, green, blue].map((byte) => byte.toString(16).padStart(2, "0")).join("");
               }""",
            property_,
        )
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_are_those_of_what_is_painted(browser: Browser, site: str, scheme: Any) -> None:
    """The contrast that the build works out, against the colours that Chromium paints."""
    palette = Palette(*((ROOT / "static" / path).read_text("utf-8") for path in (TOKENS, SYNTAX)))
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{site}style/")
    for swatch in (*palette.tokens(), *(each for group in palette.hues() for each in group)):
        hue = f".{swatch.hue}" if swatch.hue else ":not([class*=' c'])"
        ours = parse(swatch.light if scheme == "light" else swatch.dark)
        theirs = parse(painted(page, f".swatch.s-{swatch.name}{hue}", "backgroundColor"))
        assert contrast(ours, theirs) < 1.06, (swatch, theirs.hex, ours.hex)
    for swatch in palette.syntax():
        ours = parse(swatch.light if scheme == "light" else swatch.dark)
        theirs = parse(painted(page, f".scheme[data-theme={scheme}] pre .{swatch.name}", "color"))
        assert contrast(ours, theirs) < 1.06, (swatch, theirs.hex, ours.hex)
    context.close()


def test_both_schemes_stand_side_by_side(desk: Watched) -> None:
    page = desk.open("en/style/")
    light, dark = (painted(page, f".scheme[data-theme={scheme}]", "backgroundColor") for scheme in ("light", "dark"))
    assert parse(light).luminance > 0.8
    assert parse(dark).luminance < 0.1


# --- the poster -------------------------------------------------------------------------------------

#: A3, landscape, in points, and its inner width in CSS pixels (420 mm without margins of 8 mm).
A3 = (1191, 842)
INNER = round((420 - 16) / 25.4 * 96)


@pytest.mark.parametrize("prefix", ["", "en/"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_poster_is_one_sheet_of_a3(browser: Browser, site: str, prefix: str, scheme: Any, tmp_path: Path) -> None:
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{site}{prefix}poster/")
    ARTEFACTS.mkdir(exist_ok=True)
    path = ARTEFACTS / f"poster-{'en' if prefix else 'zh'}.pdf"
    data = page.pdf(path=path, prefer_css_page_size=True, print_background=True)
    boxes = re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", data)
    assert [(round(float(width)), round(float(height))) for width, height in boxes] == [A3]
    context.close()


@pytest.mark.parametrize("prefix", ["", "en/"])
def test_the_poster_has_every_code_and_cuts_none_off(browser: Browser, site: str, prefix: str) -> None:
    context = browser.new_context(viewport={"width": INNER, "height": 1000})
    page = context.new_page()
    page.goto(f"{site}{prefix}poster/")
    page.emulate_media(media="print")
    codes = {path.stem for path in (ROOT / "content").rglob("[1-9][0-9][0-9].md")}
    shown = page.locator(".wall .tile b").all_inner_texts()
    assert sorted(shown) == sorted(codes)
    cut = page.locator(".wall .tile").evaluate_all(
        """(tiles) => tiles.filter((tile) => {
             const box = tile.getBoundingClientRect();
             return [...tile.children].some((child) => {
               const at = child.getBoundingClientRect();
               return at.top < box.top - 1 || at.bottom > box.bottom + 1 || at.right > box.right + 1;
             });
           }).map((tile) => tile.textContent)"""
    )
    assert cut == []
    context.close()


def test_the_poster_is_a_table_with_headings(desk: Watched) -> None:
    page = desk.open("poster/")
    cell = page.get_by_role("cell", name="404")
    expect(cell).to_be_visible()
    row = cell.locator("xpath=..")
    expect(row.get_by_role("rowheader").last).to_have_text("40")
    assert page.get_by_role("columnheader").all_inner_texts() == list("0123456789")


def test_the_poster_says_who_registered_a_code_without_colour(desk: Watched) -> None:
    page = desk.open("poster/")
    look = """(each) => {
      const { borderTopStyle, backgroundImage } = getComputedStyle(each);
      return [borderTopStyle, backgroundImage.includes('gradient') ? 'hatched' : 'plain'];
    }"""
    looks = {code: page.locator(f".wall a[href$='/{code}/']").evaluate(look) for code in (404, 104, 499, 306)}
    assert looks == {
        404: ["solid", "plain"],
        104: ["solid", "hatched"],
        499: ["dashed", "hatched"],
        306: ["dotted", "plain"],
    }
    assert page.locator(".key .tile").evaluate_all(f"(all) => all.map({look})") == list(looks.values())
    expect(page.locator(".wall a[href$='/499/']")).to_contain_text("厂商自用")
