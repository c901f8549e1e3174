"""The published policy in a real browser: nothing of ours breaks it, and what strangers write runs nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from ..trust.hostile import PIECES
from .conftest import Watched, _watched
from .test_search import paste

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

#: Kept on every page: what broke the policy, and whether a script of a stranger ran.
LISTEN = """
  window.violations = []; window.ran = [];
  window.alert = (text) => ran.push(String(text));
  addEventListener("securitypolicyviolation",
    (event) => violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample} ${event.sourceFile}`));
"""
#: Elements and addresses that our scripts write around what a reader typed.
SHOWN = """() => {
  const places = [...document.querySelectorAll("form.search, .found, .lens, #status, dialog")];
  const all = places.flatMap((place) => [...place.querySelectorAll("*")]);
  return {
    names: [...new Set(all.map((element) => element.localName))],
    attributes: [...new Set(all.flatMap((element) => element.getAttributeNames()))],
    outside: all.filter((element) => element.href?.startsWith && !element.href.startsWith(location.origin)).length,
  };
}"""
NAMES = set(
    "a b button circle code dd div dl dt h2 input kbd li mark ol p path q section small span svg textarea ul".split()
)


@pytest.fixture
def guarded(browser: Browser, site: str) -> Iterator[Watched]:
    """A window that listens for violations. The console is listened to as everywhere."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    context.add_init_script(LISTEN)
    yield from _watched(context, site)


def kinds(folder: Path, language: str) -> dict[str, str]:
    """An address of every kind of page in the language."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*.html")):
        address = path.relative_to(folder).as_posix().removesuffix("index.html")
        kind = re.search(r'<body class="page-(\w+)', path.read_text("utf-8"))
        assert kind, address
        if address.startswith("en/") == (language == "en"):
            found.setdefault(kind[1], address)
    return found


def press_everything(page: Page) -> None:
    """Every button that sends no form, as a reader of the page might: with a click."""
    page.evaluate(
        """async () => {
          for (const button of document.querySelectorAll("button[type=button]")) {
            if (!button.checkVisibility()) continue;
            button.click();
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
        }"""
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_of_page_keeps_to_the_policy(guarded: Watched, site_folder: Path, language: str) -> None:
    pages = kinds(site_folder, language)
    assert {"home", "class", "code", "guide", "vendor", "search", "notfound"} <= pages.keys()
    for address in pages.values():
        page = guarded.open(address)
        assert page.evaluate("!!document.querySelector('meta[http-equiv=Content-Security-Policy]')"), address
        press_everything(page)
        page.goto(guarded.site + address, wait_until="load")
        reference = page.locator("main a.ref:visible")
        if reference.count():
            reference.first.focus()
        page.keyboard.press("?")
        assert page.evaluate("violations") == [], address
    assert guarded.complaints == []


def test_search_lens_theme_and_copy_keep_to_the_policy(guarded: Watched) -> None:
    page = guarded.open("404/")
    page.locator("button.theme").click()
    page.locator("button.copy").first.click()
    page.keyboard.press("/")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("网关超时")
    expect(page.get_by_role("option").first).to_be_visible()
    page.get_by_role("combobox").fill("")
    paste(page, "form.search input", "> GET / HTTP/1.1\n< HTTP/1.1 503 Service Unavailable\n< Retry-After: 9")
    page.locator("form.search .read").click()
    expect(page.locator("dialog .report a").first).to_be_visible()
    assert page.evaluate("violations") == []
    page = guarded.open("en/search/?q=gateway+timeout")
    expect(page.locator(".found a").first).to_be_visible()
    assert page.evaluate("violations") == []


def test_the_policy_is_not_idle(guarded: Watched) -> None:
    """What it is there for: each of these would run without it."""
    page = guarded.open("404/")
    page.evaluate(
        """() => {
          const script = document.createElement("script");
          try { script.text = "alert(1)"; document.head.append(script); } catch { /* Trusted Types */ }
          const image = "<img src=x onerror=alert(2)>";
          try { document.body.insertAdjacentHTML("beforeend", image); } catch { /* likewise */ }
          try { setTimeout("alert(3)"); } catch { /* likewise */ }
          setTimeout(() => { new Function("alert(4)")(); });
          const link = document.createElement("a");
          link.href = "javascript:alert(5)";
          link.click();
          document.body.setAttribute("style", "color: red");
          const frame = document.createElement("iframe");
          frame.src = "https://example.org/";
          document.body.append(frame);
        }"""
    )
    page.wait_for_timeout(200)
    assert page.evaluate("ran") == []
    broken = {violation.split()[0] for violation in page.evaluate("violations")}
    assert {"require-trusted-types-for", "style-src-attr", "frame-src"} <= broken
    guarded.complaints.clear()  # they are the point


# --- what strangers write ---------------------------------------------------------------------------

_SHAPES = (
    "{}",
    "404 {}",
    "</q></p></li></ol>{}",
    "&lt;{}",
    "HTTP/1.1 502 {}",
    "Location: {}",
)


def attacks() -> list[str]:
    """A few hundred: every piece, in the shapes that the search and the lens treat differently."""
    pieces = [piece.replace("\ud800", "\\ud800") for piece in PIECES if len(piece) < 400]
    return [shape.format(piece) for piece in pieces for shape in _SHAPES]


def innocent(page: Page) -> None:
    seen: Any = page.evaluate(SHOWN)
    assert set(seen["names"]) <= NAMES, seen["names"]
    assert not [name for name in seen["attributes"] if name.startswith("on") or name in ("style", "srcdoc")]
    assert seen["outside"] == 0
    assert page.evaluate("ran") == []
    assert page.evaluate("violations") == []


def test_what_is_typed_into_the_search_is_text(guarded: Watched) -> None:
    texts = attacks()
    assert len(texts) >= 300
    page = guarded.open("en/404/")
    page.keyboard.press("/")
    page.keyboard.type("404")
    expect(page.get_by_role("option").first).to_be_visible()
    for start in range(0, len(texts), 40):
        page.evaluate(
            """async (texts) => {
              const input = document.querySelector("form.search input");
              for (const text of texts) {
                input.value = text;
                input.dispatchEvent(new InputEvent("input", { bubbles: true }));
                await new Promise((resolve) => setTimeout(resolve, 8));
              }
            }""",
            texts[start : start + 40],
        )
        innocent(page)


def test_what_stands_in_the_address_is_text(guarded: Watched) -> None:
    """Twelve attacks an address, so that hundreds are tried in seconds."""
    texts = attacks()
    page = guarded.page
    for start in range(0, len(texts), 12):
        query = quote(" ".join(texts[start : start + 12]))
        page.goto(f"{guarded.site}search/?q={query}#{query}", wait_until="load")
        expect(page.locator(".found h2")).not_to_have_text("")
        innocent(page)


def test_what_is_pasted_into_the_lens_is_text(guarded: Watched) -> None:
    texts = attacks()
    page = guarded.open("search/")
    page.locator("form.search input").focus()
    expect(page.locator(".lens")).to_be_visible()
    for start in range(0, len(texts), 30):
        lines = [f"< HTTP/1.1 404 {text}\n< Location: {text}\n* error: {text}" for text in texts[start : start + 30]]
        page.locator(".lens textarea").fill("\n".join(lines))
        expect(page.locator(".lens .outcome")).not_to_have_text("")
        innocent(page)
