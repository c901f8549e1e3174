"""What many tests need: the handbook itself, made once, and a browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import Browser, sync_playwright

from statusbook import pipeline
from statusbook.sources import read_tree

from .book import ROOT


@pytest.fixture(scope="session")
def handbook() -> Mapping[str, bytes]:
    """Every file of the handbook by path."""
    plan = pipeline.plan(read_tree(ROOT), base_url="https://example.org/")
    return {output.path: data for output, data in pipeline.make(plan.outputs.values(), jobs=2)}


_SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def installed(name: str, *commands: str) -> str:
    """The path of the first of a program's ``commands`` that is there; without one a test is skipped, CI fails."""
    for command in commands:
        path = shutil.which(command)
        if path:
            return path
    if os.environ.get("CI"):
        pytest.fail(f"{name} is not installed")
    pytest.skip(f"{name} is not installed")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Debian's Chromium."""
    return installed("Chromium", "chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Headless Chromium, for one module at a time: its event loop must not run while other tests use theirs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_SWITCHES)
        yield browser
        browser.close()
