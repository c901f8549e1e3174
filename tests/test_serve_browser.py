"""``serve`` as its user sees it: a real browser beside an editor."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, WebSocket, expect

from .book import code_page, prose_page, write_project
from .test_serve import CODE, PATIENCE, Served

pytestmark = pytest.mark.browser

LONG = "## 含义\n\n" + "很长的一段。\n\n" * 200
LINKS = "[410, gone-or-missing]"
CLIENT = "script[src^='/_live/']"


@dataclass
class Desk:
    """The page of 404 in a browser, its server, and what went wrong in the page."""

    page: Page
    served: Served
    errors: list[str]

    def mark(self) -> None:
        """Leave a mark that is gone when the page has been loaded again."""
        self.page.evaluate("window.mark = true")

    def marked(self) -> bool:
        return bool(self.page.evaluate("window.mark === true"))

    def write(self, body: str, **fields: str) -> None:
        self.served.write(CODE, code_page(404, see=LINKS, body=body, **fields))

    def wait_for_loading(self) -> None:
        """Wait until the page has been loaded again."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(Error):  # it is being loaded just now
                if not self.marked():
                    return
            time.sleep(0.02)
        raise AssertionError("the page has not been loaded again")


@pytest.fixture
def desk(browser: Browser, tmp_path: Path) -> Iterator[Desk]:
    write_project(tmp_path, {CODE: code_page(404, see=LINKS, body=LONG)})
    served = Served(tmp_path)
    context = browser.new_context(viewport={"width": 900, "height": 600})
    context.set_default_timeout(PATIENCE * 1000)
    expect.set_options(PATIENCE * 1000)
    errors: list[str] = []
    try:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        _open(page, f"{served.ready().url}404/")
        yield Desk(page, served, errors)
    finally:
        context.close()
        served.stop()
    assert errors == []


def _open(page: Page, url: str) -> None:
    """Load ``url`` and wait until the server has greeted the page's socket."""
    frames: list[str | bytes] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: frames.append(frame))  # noqa: PLW0108 - Playwright wants a function

    page.on("websocket", listen)
    page.goto(url)
    deadline = time.monotonic() + PATIENCE
    while not frames and time.monotonic() < deadline:
        page.wait_for_timeout(10)  # lets events come in
    page.wait_for_selector("button.theme:not([hidden])", state="attached")  # the page's own script has begun


def test_an_edit_is_shown_where_the_reader_was(desk: Desk) -> None:
    desk.page.evaluate("scrollTo(0, 1500)")
    desk.mark()
    desk.write(LONG + "新的一段。")
    expect(desk.page.get_by_text("新的一段。")).to_be_attached()
    assert desk.marked(), "in place"
    assert desk.page.evaluate("scrollY") == 1500


CODE_BLOCK = "```http\nHTTP/1.1 404 Not Found\nServer: {}\n```"
RICH = f"""## 含义

看 [[410]]，还有 `Age: 1`。

### 细节 {{#details}}

{CODE_BLOCK.format("nginx")}

- 一
- 二

## 该不该用它

| 甲 | 乙 |
| --- | --- |
| 丙 | 丁 |

终了。
"""


EDITS = [
    ("终了。", "终了。新的。"),
    ("终了。", "终了。\n\n> 引用[[410|新的]]。\n\n1. 甲\n2. 乙"),
    ("看 [[410]]，", "新的[[410#meaning]]，"),
    ("### 细节 {#details}", "### 新的 `细节` {#details}"),
    ("### 细节 {#details}", "### 新的 {#others}"),
    ("### 细节 {#details}\n", ""),
    ("## 该不该用它", "## 常见原因与解决\n\n新的。\n\n### 再分 {#more}\n\n一。\n\n## 该不该用它"),
    ("nginx", "新的 nginx"),
    (CODE_BLOCK.format("nginx"), ""),
    ("- 一\n", CODE_BLOCK.format("caddy") + "\n\n- 一\n"),
    ("| 丙 | 丁 |", "| 丙 | 新的 |\n| 戊 | 己 |"),
    ("title: 未找到", "title: 新的"),
    ("see: [410, gone-or-missing]", "see: [gone-or-missing, 410]"),
]


def test_what_is_taken_over_is_what_a_new_page_would_be(desk: Desk) -> None:
    before = code_page(404, see=LINKS, body=RICH)
    for old, new in EDITS:
        assert old in before
        _save(desk, CODE, before.replace(old, new))
        _assert_as_loaded(desk, new)
    desk.mark()
    for old, new in EDITS:
        _save(desk, CODE, before.replace(old, new))
        assert desk.marked(), new
    _assert_as_loaded(desk)


OTHERS = [
    ("templates/base.html", '<footer class="bottom">', '<footer class="bottom other">\n新的。'),
    ("templates/parts/head.html", '<meta property="og:type"', '<meta name="x"><meta property="og:type"'),
    ("templates/code.html", "{% block main %}", "{% block main %}<p>新的</p>"),
    ("site.toml", 'zh = "', 'zh = "新的'),
    ("content/4xx/410.md", "title: ", "title: 新的"),
]


def test_so_it_is_after_edits_of_other_files(desk: Desk) -> None:
    _save(desk, CODE, code_page(404, see=LINKS, body=RICH))
    for path, old, new in OTHERS:
        text = (desk.served.root / path).read_text()
        assert old in text
        desk.mark()
        _save(desk, path, text.replace(old, new, 1))
        assert desk.marked(), path
        _assert_as_loaded(desk, path)


SCRIPTED = [
    ("static/js/site.js", "const root", "// new\nconst root"),
    ("static/js/engine.js", "", "// new\n"),
    ("templates/base.html", '<button class="theme"', '<button class="theme" data-new="x"'),
    ("templates/base.html", "if not other.current", "if false"),
    ("templates/base.html", '<main id="main" tabindex="-1">', '<main id="main" tabindex="-1"><nav>新的</nav>'),
    ("content/_strings.toml", "copy = ", "copy = '新的' #"),
]


def test_what_scripts_depend_on_is_loaded_again(desk: Desk) -> None:
    for path, old, new in SCRIPTED:
        text = (desk.served.root / path).read_text()
        assert old in text
        desk.mark()
        _save(desk, path, text.replace(old, new, 1))
        desk.wait_for_loading()
        _assert_as_loaded(desk, path)


def test_data_that_scripts_have_fetched_is_not_left_behind(desk: Desk) -> None:
    with desk.page.expect_response("**/search/index.json"):
        desk.page.locator("form.search input").focus()
    desk.mark()
    desk.write(LONG, title="换了名字")
    desk.wait_for_loading()
    expect(desk.page.locator("h1")).to_contain_text("换了名字")


def test_what_the_reader_has_open_stays_open(desk: Desk) -> None:
    desk.page.evaluate("document.querySelector('.contents details').open = true")
    _save(desk, CODE, code_page(404, see=LINKS, body=RICH))
    link = desk.page.locator(".text .ref").first
    link.focus()
    _save(desk, CODE, code_page(404, see=LINKS, body=RICH.replace("终了。", "新的。") + "\n看 [[410]]。"))
    expect(link).to_be_focused()
    assert desk.page.evaluate("document.querySelector('.contents details').open")


def test_a_copy_button_copies_what_is_there_now(desk: Desk) -> None:
    desk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for word in ("一", "二"):
        _save(desk, CODE, code_page(404, see=LINKS, body=f"## 含义\n\n```text\n{word}\n```"))
        desk.page.locator("pre .copy").click()
        desk.page.wait_for_function(f"navigator.clipboard.readText().then((text) => text === '{word}')")


def test_every_open_page_follows(desk: Desk) -> None:
    other = desk.page.context.new_page()
    _open(other, f"{desk.served.url}en/410/")
    for page in (desk.page, other):
        page.evaluate("window.mark = true")
    desk.served.edit("templates/base.html", '<footer class="bottom">', '<footer class="bottom">新的')
    for page in (desk.page, other):
        expect(page.locator("footer.bottom")).to_contain_text("新的")
        assert page.evaluate("window.mark")
    desk.write("## 含义\n\n只有这里。")
    expect(desk.page.get_by_text("只有这里。")).to_be_attached()
    assert other.evaluate("window.mark")


def _save(desk: Desk, path: str, text: str) -> None:
    """Write a file that the page depends on, and wait until the page is the one that is served then."""
    before = desk.page.locator(CLIENT).get_attribute("data-version")
    desk.served.write(path, text)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        served = desk.served.request("/404/")[1].split('data-version="')[1].split('"')[0]
        if served != before:
            expect(desk.page.locator(CLIENT)).to_have_attribute("data-version", served)
            return
        time.sleep(0.01)
    raise AssertionError("nothing has changed")


def _content(page: Page) -> str:
    """All that a page is at the end, but for its policy and its styles, which a page may take over but not restate."""
    expect(page.locator(".try code")).to_be_attached()
    content = page.evaluate("""async () => {
        await new Promise((done) => requestIdleCallback(() => setTimeout(done, 50), { timeout: 2000 }));
        const root = document.documentElement.cloneNode(true);
        for (const each of root.querySelectorAll("head > style, meta[http-equiv]")) each.remove();
        delete root.dataset.top;
        for (const each of root.querySelectorAll(":not(script)")) { // the order of attributes says nothing
            const all = [...each.attributes].sort((a, b) => (a.name < b.name ? -1 : 1));
            for (const { name } of all) each.removeAttribute(name);
            for (const attribute of all) if (attribute.name !== "style") each.setAttributeNode(attribute);
        }
        return root.outerHTML;
    }""")
    return str(content)


def _assert_as_loaded(desk: Desk, edit: str = "") -> None:
    """The page comes to be what a new one is; what scripts put off for pauses may take a while to be there."""
    deadline = time.monotonic() + PATIENCE
    while (content := _content(desk.page)) != (loaded := _content_when_loaded(desk)) and time.monotonic() < deadline:
        pass
    assert content == loaded, edit


def _content_when_loaded(desk: Desk) -> str:
    other = desk.page.context.new_page()
    try:
        _open(other, desk.page.url)
        return _content(other)
    finally:
        other.close()


def test_a_stylesheet_is_taken_over_without_loading_the_page(desk: Desk) -> None:
    desk.mark()
    path = "static/css/parts/base.css"
    old = (desk.served.root / path).read_text()
    for value in ("3", "5"):
        desk.served.write(path, f"{old}\n:root {{ tab-size: {value} }}")
        expect(desk.page.locator("html")).to_have_css("tab-size", value)
    assert desk.marked()


def test_styles_are_seen_before_the_page_is_made(desk: Desk) -> None:
    path = "static/css/parts/base.css"
    old = (desk.served.root / path).read_text()
    desk.mark()
    desk.page.route("**/404/", lambda route: route.abort())
    desk.served.write(path, f"{old}\n:root {{ tab-size: 3 }}")
    expect(desk.page.locator("html")).to_have_css("tab-size", "3")
    desk.page.unroute_all()
    desk.served.write(path, old)
    expect(desk.page.locator("html")).to_have_css("tab-size", "8")
    _save(desk, CODE, code_page(404, see=LINKS, body=RICH))
    expect(desk.page.locator("html")).to_have_css("tab-size", "8")
    assert desk.marked()


def test_home_and_class_pages_follow_in_every_window(desk: Desk) -> None:
    windows = [desk.page, *(desk.page.context.new_page() for _ in range(3))]
    for page, path in zip(windows, ("", "", "4xx/", "4xx/"), strict=True):
        _open(page, f"{desk.served.url}{path}")
        page.evaluate("window.mark = true")
    home, same_home, four, same_four = windows
    desk.served.edit("content/_index.md", "正文。", "家里换了。")
    for page in (home, same_home):
        expect(page.get_by_text("家里换了。")).to_be_attached()
    desk.served.edit("content/4xx/_index.md", "正文。", "类里换了。")
    for page in (four, same_four):
        expect(page.get_by_text("类里换了。")).to_be_attached()
    desk.served.edit(CODE, "title: 未找到", "title: 换了名字")
    for page in windows:
        expect(page.locator("main").get_by_text("换了名字").first).to_be_attached()
        assert page.evaluate("window.mark"), "in place"


def test_a_template_that_is_mended_is_taken_over(desk: Desk) -> None:
    path, footer = "templates/base.html", '<footer class="bottom">'
    good = (desk.served.root / path).read_text()
    desk.mark()
    for broken in ("{% nonsense %}", "{{ missing.value }}"):
        desk.served.write(path, good.replace(footer, f"{footer}{broken}"))
        expect(desk.page.get_by_role("alertdialog")).to_be_visible()
        desk.served.write(path, good.replace(footer, f"{footer}没有 {broken[3]} 了"))
        expect(desk.page.locator("footer.bottom")).to_contain_text(f"没有 {broken[3]} 了")
        expect(desk.page.get_by_role("alertdialog")).to_have_count(0)
    assert desk.marked(), "in place"


def test_a_linked_stylesheet_is_taken_over_once_it_is_there(desk: Desk) -> None:
    desk.page.locator("form.search input").focus()
    links = desk.page.locator("link[rel=stylesheet]")
    expect(links).to_have_count(1)
    desk.mark()
    path = "static/css/late.css"
    old = (desk.served.root / path).read_text()
    desk.served.write(path, f"{old}\n:root {{ tab-size: 3 }}")
    expect(desk.page.locator("html")).to_have_css("tab-size", "3")
    expect(links).to_have_count(1)
    assert desk.marked()


def test_problems_are_laid_over_the_page_as_text(desk: Desk) -> None:
    overlay = desk.page.get_by_role("alertdialog", name="1 problem")
    close = overlay.get_by_role("button", name="Close")
    expect(overlay).to_have_count(0)

    desk.write(LONG, retry='"<img src=x onerror=alert(1)>"')
    expect(overlay).to_be_visible()
    expect(overlay).to_contain_text(f"{CODE}:11:8")
    expect(overlay).to_contain_text("<img src=x onerror=alert(1)>")
    expect(overlay.locator("img")).to_have_count(0)
    expect(close).to_be_focused()
    desk.page.keyboard.press("Escape")
    expect(overlay).to_be_hidden()

    desk.write(LONG, retry="sometimes")
    expect(overlay).to_contain_text("sometimes")
    close.click()
    expect(overlay).to_be_hidden()

    desk.write(LONG, retry="maybe")
    expect(overlay).to_contain_text("maybe")
    desk.mark()
    desk.write(LONG)
    expect(overlay).to_have_count(0)
    assert desk.marked(), "the page is as it was before"
    expect(desk.page.locator("h1")).to_contain_text("404")


def test_the_policy_that_is_served_lets_all_of_it_pass(desk: Desk) -> None:
    desk.page.add_init_script("""
        window.violations = [];
        addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
    """)
    response = desk.page.reload()
    assert response
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    desk.write(LONG, title="别的名字")
    expect(desk.page.locator("h1")).to_contain_text("别的名字")
    desk.served.write("content/_index.md", prose_page("", body=""))
    overlay = desk.page.get_by_role("alertdialog")
    expect(overlay).to_be_visible()
    assert overlay.evaluate("dialog => getComputedStyle(dialog).backgroundColor") == "rgb(29, 31, 36)"
    assert desk.page.evaluate("violations") == []


def test_a_server_that_comes_back(desk: Desk) -> None:
    port = desk.served.port
    assert desk.served.stop() == 0
    desk.mark()
    desk.write(LONG + "趁它不在。")
    desk.served = Served(desk.served.root, "127.0.0.1", port)
    try:
        expect(desk.page.get_by_text("趁它不在。")).to_be_attached()
        assert not desk.marked()
    finally:
        desk.served.stop()


def test_a_page_does_without_the_command_that_cannot_be_fetched(desk: Desk) -> None:
    desk.page.route("**/lab/try.*.json", lambda route: route.abort())
    with desk.page.expect_event("requestfailed"):
        desk.page.reload()
    desk.page.wait_for_timeout(100)  # what nobody catches is reported a moment later
    expect(desk.page.locator(".try button").first).to_be_visible()
