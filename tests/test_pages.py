"""Pages as their source: links, languages, metadata; and what each output is made of."""

from __future__ import annotations

import json

import pytest
from bs4 import BeautifulSoup, Tag

from statusbook.addresses import relative
from statusbook.problems import BadInput

from .book import code_page, page, plan, problems, small_book, snapshot, translation

BASE = "https://example.org/status/"


def soup(path: str, changes: dict[str, str | bytes | None] | None = None, **options: object) -> BeautifulSoup:
    return BeautifulSoup(page(path, changes, **options), "html.parser")


def attribute(tag: object, name: str) -> str:
    assert isinstance(tag, Tag), tag
    return str(tag[name])


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("/404/", "/410/", "../410/"),
        ("/", "/404/", "404/"),
        ("/404/", "/", "../"),
        ("/", "/", "./"),
        ("/404/", "/404/", "./"),
        ("/404/", "/404/#see", "#see"),
        ("/en/guides/a/", "/guides/a/", "../../../guides/a/"),
        ("/en/404/", "/static/css/late.css", "../../static/css/late.css"),
        ("/404/", "/410/#causes", "../410/#causes"),
    ],
)
def test_links_are_relative(source: str, target: str, expected: str) -> None:
    assert relative(source, target) == expected


def test_a_code_page_names_itself_in_title_heading_and_data() -> None:
    html = soup("404/index.html")
    assert html.title is not None
    assert "404" in html.title.text
    assert "未找到" in html.title.text
    assert html.h1 is not None
    assert "404" in html.h1.text
    script = html.find("script", type="application/ld+json")
    assert script is not None
    data = json.loads(script.text)
    assert data["@type"] == "TechArticle"
    assert data["about"]["@type"] == "DefinedTerm"
    assert data["about"]["termCode"] == "404"
    assert data["dateModified"] == "2026-11-22"


def test_the_language_switch_stays_on_the_page() -> None:
    html = soup("404/index.html")
    switch = html.find("a", hreflang="en")
    assert attribute(switch, "href") == "../en/404/"
    back = soup("en/404/index.html").find("a", hreflang="zh-CN")
    assert attribute(back, "href") == "../../404/"


def test_each_page_says_its_language() -> None:
    assert attribute(soup("404/index.html").html, "lang") == "zh-CN"
    assert attribute(soup("en/404/index.html").html, "lang") == "en"


def test_the_english_phrase_on_a_chinese_page_is_marked() -> None:
    marked = [tag.text for tag in soup("404/index.html").select('[lang="en"]')]
    assert any("Not Found" in text for text in marked)


def test_without_base_url_nothing_is_absolute() -> None:
    html = soup("404/index.html")
    assert html.find("link", rel="canonical") is None
    assert not [a["href"] for a in html.find_all(href=True) if str(a["href"]).startswith("/")]


def test_with_base_url_canonical_and_alternates_are_absolute() -> None:
    html = soup("404/index.html", base_url=BASE)
    assert attribute(html.find("link", rel="canonical"), "href") == f"{BASE}404/"
    links = {str(link["hreflang"]): str(link["href"]) for link in html.find_all("link", rel="alternate")}
    assert links == {"zh-CN": f"{BASE}404/", "en": f"{BASE}en/404/", "x-default": f"{BASE}404/"}


def test_the_sitemap_lists_every_page_in_every_language() -> None:
    outputs = plan(base_url=BASE).outputs
    sitemap = outputs["sitemap.xml"].make().decode()
    for address in ("", "en/", "404/", "en/404/", "4xx/", "guides/gone-or-missing/", "en/guides/gone-or-missing/"):
        assert f"<loc>{BASE}{address}</loc>" in sitemap
    assert f"Sitemap: {BASE}sitemap.xml" in outputs["robots.txt"].make().decode()


def test_the_not_found_page_links_from_the_root_of_the_site() -> None:
    html = soup("404.html", base_url=BASE)
    assert attribute(html.find("link", rel="modulepreload"), "href").startswith("/status/static/")
    assert attribute(html.find("form", role="search"), "action") == "/status/search/"


def test_previous_and_next_go_by_number() -> None:
    links = [str(a["href"]) for a in soup("404/index.html").find_all("a", rel="next")]
    assert links == ["../410/"]


def test_edit_link_comes_from_the_settings() -> None:
    own = snapshot()["site.toml"].data.decode().replace('edit_url = ""', 'edit_url = "https://example.org/edit/{path}"')
    html = page("en/404/index.html", {"site.toml": own})
    assert "https://example.org/edit/content/4xx/404.en.md" in html
    assert "example.org" not in page("en/404/index.html")


def test_the_guide_is_listed_on_the_codes_it_names() -> None:
    assert soup("410/index.html").find("a", href="../guides/gone-or-missing/") is not None


def test_the_toc_lists_what_is_on_the_page() -> None:
    html = soup("404/index.html")
    anchors = {str(a["href"])[1:] for a in html.find_all("a", href=True) if str(a["href"]).startswith("#")}
    ids = {str(tag["id"]) for tag in html.find_all(id=True)}
    assert anchors <= ids
    assert {"meaning", "code", "history", "see"} <= anchors


def test_a_draft_is_only_shown_on_demand() -> None:
    changes: dict[str, str | bytes | None] = {
        "content/4xx/499.md": code_page(499, draft="true", standing="temporary"),
        "content/4xx/499.en.md": translation("Draft"),
    }
    assert "499/index.html" not in plan(changes).outputs
    assert "499/index.html" in plan(changes, drafts=True).outputs


# --- what an output is made of ----------------------------------------------------------------------


def changed(changes: dict[str, str | bytes | None]) -> set[str]:
    """The outputs whose key differs after ``changes``."""
    before, after = plan().outputs, plan(changes).outputs
    return {
        path
        for path in before.keys() | after.keys()
        if path not in before or path not in after or before[path].key != after[path].key
    }


def test_an_edited_text_changes_its_page_and_the_search_index_of_its_language() -> None:
    """Of another language, an index has titles and keywords."""
    text = small_book()["content/4xx/404.md"].replace("不在这里", "不在那里")
    assert changed({"content/4xx/404.md": text}) == {"404/index.html", "search/index.json"}


def test_an_edited_title_changes_the_pages_that_show_it() -> None:
    text = small_book()["content/4xx/404.en.md"].replace("title: Not found", "title: Missing")
    assert changed({"content/4xx/404.en.md": text}) == {
        "en/404/index.html",
        "en/410/index.html",
        "en/4xx/index.html",
        "en/index.html",
        "en/404.html",
        "en/search/index.html",
        "en/search/cards.json",
        "en/poster/index.html",
        "en/style/index.html",
        "en/search/index.json",
        "lab/try.en.json",
        "search/index.json",
        "en/guides/gone-or-missing/index.html",
    }


def test_a_template_changes_every_page_and_nothing_else() -> None:
    own = snapshot()["templates/base.html"].data + b"\n"
    outputs = plan().outputs
    assert changed({"templates/base.html": own}) == {path for path in outputs if path.endswith(".html")}


def test_keys_do_not_depend_on_the_order_of_files() -> None:
    assert {o.path: o.key for o in plan().outputs.values()} == {
        o.path: o.key for o in plan(dict(reversed(small_book().items()))).outputs.values()
    }


# --- broken templates -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{% if %}", "templates/guide.html:1:1: cannot be rendered: TemplateSyntaxError"),
        ("\n{{ page.nothing }}", "templates/guide.html:2:1: cannot be rendered"),
        ("{{ nothing.at.all }}", "templates/guide.html:1:1: cannot be rendered: UndefinedError"),
        ("{{ asset('css/none.css') }}", "static/css/none.css: is missing"),
        ("{% extends 'none.html' %}", "templates/none.html: is missing"),
    ],
)
def test_a_broken_template_is_named_with_its_line(template: str, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        page("guides/gone-or-missing/index.html", {"templates/guide.html": template})
    assert str(caught.value).startswith(message)


def test_a_text_that_no_catalogue_has_is_a_problem() -> None:
    with pytest.raises(BadInput) as caught:
        plan({"templates/guide.html": "\n{{ t('no.such.text') }}"})
    assert str(caught.value).startswith("templates/guide.html:2:1: uses the text `no.such.text`")


# --- symptoms ---------------------------------------------------------------------------------------

CAUSES = """## 含义

`resource gone for good` 是页面上的话。

## 常见原因与解决

见 `found nowhere at all`。

### 没有这个文件 {#no-file}

**迹象**：`open() "/srv/x" failed (2: No such file or directory)`。

### 换了名字 {#renamed}

改名之后没有留跳转。

## 规范与历史

旧资料说 `found in old books only`。"""


def leading(symptoms: str, body: str = CAUSES) -> dict[str, str]:
    """The symptoms of a page, and where each leads."""
    html = soup("404/index.html", {"content/4xx/404.md": code_page(404, body=body, symptoms=symptoms)})
    return {
        item.text: str(item.a["href"]) if item.a else ""
        for item in html.select(".symptoms li")
        if isinstance(item, Tag)
    }


def test_a_symptom_leads_to_the_cause_that_quotes_it() -> None:
    quoted = 'open() "/usr/share/x" failed (2: No such file or directory)'
    assert leading(f"['{quoted}']") == {quoted: ""}, "another file is not that message"
    shorter = CAUSES.replace('open() "/srv/x" failed (2: No such file or directory)', "2: No such file or directory")
    assert leading(f"['{quoted}']", shorter) == {quoted: "#no-file"}
    beginning = 'open() "/srv/x" failed (2: No such file or directory), client: 192.0.2.1'
    assert leading(f"['{beginning}']") == {beginning: "#no-file"}


def test_a_symptom_leads_to_a_section_when_no_cause_quotes_it() -> None:
    assert leading("[Resource gone for good]") == {"Resource gone for good": "#meaning"}
    assert leading("[found nowhere at all, found in old books only]") == {
        "found nowhere at all": "",
        "found in old books only": "",
    }


def test_the_writer_says_which_section_explains_a_symptom() -> None:
    assert leading("['昨天还在，今天就 404 {#renamed}']") == {"昨天还在，今天就 404": "#renamed"}
    beats = 'open() "/srv/x" failed (2: No such file or directory)'
    assert leading(f"['{beats} {{#renamed}}']") == {beats: "#renamed"}


def test_a_symptom_cannot_lead_to_a_section_that_is_not_there() -> None:
    page_of = code_page(404, body=CAUSES, symptoms="[找不到, '昨天还在 {#no-such}']")
    (problem,) = problems({"content/4xx/404.md": page_of})
    assert "#no-such" in problem.message
    assert "renamed" in problem.hint
    line = page_of.split("\n")[problem.line - 1]
    assert line[problem.column - 1 :].startswith("'昨天还在")


def test_search_leads_to_the_cause_that_quotes_a_symptom() -> None:
    quoted = CAUSES.replace("改名之后", "改名之后 `renamed yesterday evening by us`，")
    changes = {
        "content/4xx/404.md": code_page(
            404, body=quoted, symptoms="[看不到, '昨天还在 {#renamed}', renamed yesterday evening by us]"
        )
    }
    index = json.loads(page("search/index.json", changes))["pages"]
    at = index["name"].index("404")
    anchors = dict(zip(index["symptoms"][at].split("|"), index["anchors"][at].split("|"), strict=False))
    assert anchors == {"看不到": "", "昨天还在": "", "renamed yesterday evening by us": "renamed"}
