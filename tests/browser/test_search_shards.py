"""The search of a large book in a real browser: the index answers at once, files of the rest follow."""

from __future__ import annotations

import functools
import http.server
import re
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from statusbook.build import build

from ..book import write_project
from ..test_search_shards import guides
from .conftest import Watched, _Handler, watch

pytestmark = pytest.mark.browser

COUNT = 150
#: The name of a guide that the index has no room for.
NAME = "证书链不全怎么补"
#: Bytes, not compressed, that one search may fetch besides engine and index.
REST = 60_000


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a served book of many guides."""
    root = tmp_path_factory.mktemp("large")
    write_project(root / "book", dict(guides(COUNT, **{"140": NAME})))
    build(root / "book", root / "site" / "docs")
    handler = functools.partial(_Handler, directory=str(root / "site"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/docs/"
        server.shutdown()


@pytest.fixture
def reader(browser: Browser, large: str) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    watched = watch(context, large)
    yield watched
    context.close()
    assert watched.complaints == []


def test_a_guide_beyond_the_index_is_found_and_little_is_fetched(reader: Watched) -> None:
    fetched: dict[str, int] = {}
    reader.page.on("response", lambda response: fetched.update({response.url: len(response.body())}))
    page = reader.open("en/404/")
    page.keyboard.press("/")
    page.get_by_role("combobox").press_sequentially("unit140x", delay=20)
    expect(page.get_by_role("option").first).to_contain_text("10140")
    rest = {url: size for url, size in fetched.items() if re.search(r"/(terms|guides)/\d+\.json", url)}
    assert rest
    assert sum(rest.values()) <= REST
    page.keyboard.press("Enter")
    expect(page.locator(".found a").first).to_have_attribute("href", re.compile("guides/guide-00140/$"))


@pytest.mark.parametrize("address", ["404/", "search/"])
def test_the_name_of_a_guide_beyond_the_index_leads_to_it(reader: Watched, address: str) -> None:
    page = reader.open(address)
    field = page.locator("form.search input")
    field.fill(NAME)
    expect(page.get_by_text(NAME).first).to_be_visible()
    field.press("Enter")
    page.wait_for_url("**/guides/guide-00140/")


def test_a_word_of_a_name_leads_to_what_it_finds(reader: Watched) -> None:
    page = reader.open("404/")
    page.keyboard.press("/")
    page.keyboard.type("证书链")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=*")
    expect(page.locator(".found a").first).to_contain_text(NAME)


def test_what_the_index_found_stands_when_the_rest_cannot_be_read(reader: Watched) -> None:
    reader.page.route(re.compile(r"/(terms|guides)/\d+\.json"), lambda route: route.fulfill(status=404, body=""))
    page = reader.open("en/search/?q=404")
    expect(page.locator(".found a").first).to_have_attribute("href", re.compile("/404/$"))
    page.wait_for_load_state("networkidle")
    expect(page.locator(".found a").first).to_have_attribute("href", re.compile("/404/$"))
    reader.complaints.clear()  # the missing files, which are the point
