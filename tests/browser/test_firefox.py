"""The same site in another browser: Firefox shows every kind of page, and what a reader does most works there, too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from ..conftest import installed
from . import firefox
from .conftest import ARTEFACTS, PUT_OFF
from .firefox import DOWN, ENTER, Tab
from .kinds import KINDS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]  # Firefox takes its time to start

#: Whether the page's script has begun its work.
READY = "!document.querySelector('button.theme').hidden"


@pytest.fixture(scope="module")
def program() -> str:
    return installed("Firefox", "firefox-esr", "firefox")


@dataclass
class Reader:
    """A tab that opens pages of the site."""

    tab: Tab
    site: str

    def open(self, address: str) -> Tab:
        self.tab.open(self.site + address)
        self.tab.wait(READY)
        return self.tab

    def arrives(self, address: str) -> None:
        self.tab.wait("location.href.replace(/#.*/, '')", self.site + address)


@pytest.fixture(scope="module")
def opened(program: str, site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with firefox.running(program, tmp_path_factory.mktemp("firefox")) as tab:
        yield Reader(tab, site)


@pytest.fixture
def reader(opened: Reader) -> Iterator[Reader]:
    """A desktop window. The test fails when the console or a script was heard of, or a file was not there."""
    opened.tab.resize(1280, 900)
    opened.tab.complaints.clear()
    yield opened
    opened.tab.run("1")  # what was reported meanwhile
    assert opened.tab.complaints == []


@pytest.mark.parametrize("prefix", ["", "en/"])
def test_every_kind_of_page_opens_clean_and_fits(reader: Reader, prefix: str) -> None:
    """Pictures are kept under artefacts/: not compared, looked at by people."""
    for address in KINDS:
        tab = reader.open(prefix + address)
        assert tab.run("[document.querySelectorAll('h1').length, document.compatMode]") == [1, "CSS1Compat"], address
        for width, height in ((390, 844), (1280, 900)):
            tab.resize(width, height)
            assert tab.run("document.documentElement.scrollWidth") <= width, address
            if address in ("", "404/", "guides/401-vs-403/"):
                name = (prefix + (address or "home")).strip("/").replace("/", "-")
                tab.picture(ARTEFACTS / f"firefox-{name}-{width}.jpg")
                assert (ARTEFACTS / f"firefox-{name}-{width}.jpg").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("address", "query", "found"),
    [
        ("", "404", "404/"),
        ("502/", "找不到页面", "404/"),
        ("", "zhaobudao yemian", "404/"),
        ("en/", "bad gatewy", "en/502/"),
    ],
)
def test_a_search_leads_to_the_page(reader: Reader, address: str, query: str, found: str) -> None:
    tab = reader.open(address)
    tab.press("/")
    tab.wait("document.activeElement.matches('form.search input')")
    tab.press(query)
    number = found.strip("/").rpartition("/")[2]
    tab.wait("document.querySelector('[role=option]')?.textContent.match(/[0-9]+/)?.[0]", number)
    tab.press(DOWN + ENTER)
    reader.arrives(found)


def test_numbers_and_keys_turn_pages(reader: Reader) -> None:
    tab = reader.open("401/")
    tab.press("g404")
    reader.arrives("404/")
    for key, address in (("n", "405/"), ("p", "404/")):
        tab.wait(READY)
        tab.press(key)
        reader.arrives(address)


def test_the_theme_is_switched_and_remembered(reader: Reader) -> None:
    colour = "getComputedStyle(document.documentElement).backgroundColor"
    tab = reader.open("404/")
    seen = {}
    for theme in ("light", "dark"):
        tab.click("button.theme")
        tab.wait("document.documentElement.dataset.theme", theme)
        seen[theme] = tab.run(colour)
    assert seen["light"] != seen["dark"]
    reader.open("502/")
    assert tab.run(colour) == seen["dark"]
    tab.click("button.theme")
    tab.wait("document.documentElement.dataset.theme", "")


def test_copying_says_so(reader: Reader) -> None:
    tab = reader.open("404/#causes")
    tab.wait("document.querySelectorAll('pre > .copy').length > 0")
    tab.click("pre > .copy")
    tab.wait("document.querySelector('pre > .copy').textContent", "已复制")
    tab.wait("document.querySelector('#status').textContent", "已复制")


def test_a_message_leads_to_its_cause(reader: Reader) -> None:
    tab = reader.open("502/")
    tab.wait(PUT_OFF, False)
    tab.click(".symptoms a[href='#upstream-closed']")
    tab.wait("location.hash", "#upstream-closed")
    top = "document.querySelector('#upstream-closed').getBoundingClientRect().top"
    tab.wait(f"0 <= {top} && {top} < innerHeight / 2")


def test_pages_read_without_script(program: str, site: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    with firefox.running(program, tmp_path_factory.mktemp("firefox"), **{"javascript.enabled": False}) as tab:
        tab.open(f"{site}404/")
        assert tab.run(READY) is False
        for anchor in ("meaning", "causes", "history", "see"):
            assert tab.run(f"document.querySelector('#{anchor}').checkVisibility()"), anchor
        tab.click("form.search input")
        tab.press(f"409{ENTER}")
        tab.wait("location.href", f"{site}search/?q=409")
        assert tab.run("!!document.querySelector(\"a[href$='409/']\")")
        assert tab.complaints == []
