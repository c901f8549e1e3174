"""The list of the lab's exchanges: narrowed to one software without script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("family", ["nginx", "apache", "haproxy", "node", "python", "other"])
def test_the_list_is_narrowed_to_one_software_without_script(browser: Browser, site: str, family: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}lab/")
    total = page.locator(".proof li").count()
    page.locator(f'.families [value="{family}"]').check()
    shown = page.locator(".proof li:visible")
    assert 0 < shown.count() < total
    assert page.locator(f'.proof li[data-of="{family}"]').count() == shown.count()
    expect(page.locator(f'.proof:visible:not(:has([data-of="{family}"]))')).to_have_count(0)
    page.locator('.families [value="all"]').check()
    assert page.locator(".proof li:visible").count() == total
    context.close()
