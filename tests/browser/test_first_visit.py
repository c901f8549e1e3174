"""What a browser fetches before the reader acts: few files, few bytes, and nothing that the first paint waits for."""

from __future__ import annotations

import gzip
import tomllib

import pytest
from playwright.sync_api import Response

from ..book import ROOT
from .conftest import Watched

pytestmark = pytest.mark.browser

BUDGET = tomllib.loads((ROOT / "tests/budgets.toml").read_text("utf-8"))["visit"]


@pytest.mark.parametrize("address", ["", "4xx/", "403/", "guides/401-vs-403/", "vendors/nginx/", "404.html", "en/403/"])
def test_a_first_visit_is_small(desk: Watched, address: str) -> None:
    answers: list[Response] = []
    desk.page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - Playwright wants a function
    desk.open(address)
    desk.page.wait_for_load_state("networkidle")
    files = [answer.url for answer in answers]
    # Headless browsers ask for no icon: it counts all the same.
    icons = [] if any("favicon" in url for url in files) else ["favicon"]
    assert len([*files, *icons]) <= BUDGET["requests"], files
    size = sum(len(gzip.compress(answer.body(), 6)) for answer in answers) + 400 * len(icons)
    assert size <= BUDGET["bytes"], files


def test_nothing_moves_after_the_first_paint(desk: Watched) -> None:
    """Cumulative Layout Shift is nought, also once scripts have added their buttons."""
    page = desk.page
    page.add_init_script(
        """globalThis.shifts = [];
           new PerformanceObserver((list) => shifts.push(...list.getEntries().map((each) => each.value)))
             .observe({ type: "layout-shift", buffered: true });"""
    )
    for address in ("", "4xx/", "404/", "499/", "guides/401-vs-403/", "search/"):
        desk.open(address)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(200)
        assert page.evaluate("shifts.reduce((a, b) => a + b, 0)") < 0.001, address
