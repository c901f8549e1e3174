"""The tables of measurements in a real browser: readable on a phone, and by whoever does not see colours."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from .conftest import Watched, settle
from .test_accessibility import OPTIONS

pytestmark = pytest.mark.browser

PAGES = ["301/", "en/503/", "lab/clients/", "en/guides/redirects/"]


@pytest.mark.parametrize("address", PAGES)
def test_a_phone_scrolls_tables_and_not_the_page(phone: Watched, address: str) -> None:
    page = phone.open(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not phone.complaints


@pytest.mark.parametrize("address", PAGES)
def test_the_tables_are_accessible(phone: Watched, address: str) -> None:
    page = phone.open(address)
    settle(page)
    found = Axe().run(page, options=OPTIONS)
    assert found.violations_count == 0, found.generate_report()


def test_who_it_was_stays_in_sight_while_a_table_is_scrolled(phone: Watched) -> None:
    page = phone.open("lab/clients/")
    name = page.locator("table.matrix th[scope=rowgroup] span").first
    box = page.locator(".table").first
    before = name.bounding_box()
    assert box.evaluate("box => { box.scrollLeft = 200; return box.scrollLeft; }") > 100, "wider than a phone"
    after = name.bounding_box()
    assert before is not None and after is not None
    assert abs(after["x"] - before["x"]) < 2
