"""The book as a whole: pages in their places, in every language, with every reference leading somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from statusbook.model import Kind
from statusbook.pagefile import RESERVED_ANCHORS

from .book import book, code_page, problems, prose_page, translation

ROOT = Path(__file__).parents[1]


def messages(changes: dict[str, str | bytes | None]) -> list[str]:
    return [str(problem) for problem in problems(changes)]


def test_the_small_book_is_right() -> None:
    library = book()
    assert [page.name for page in library.codes] == ["404", "410"]
    assert list(library.by_class) == ["4xx"]
    assert [page.name for page in library.guides_about["410"]] == ["gone-or-missing"]
    assert library.pages["404"].kind is Kind.CODE


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {"content/4xx/404.en.md": None},
            "content/4xx/404.en.md: is missing",
            id="missing translation",
        ),
        pytest.param(
            {"content/4xx/404.md": None},
            "content/4xx/404.md: is missing",
            id="missing original",
        ),
        pytest.param(
            {"content/4xx/404.fr.md": translation()},
            "content/4xx/404.fr.md: is in a language the site lacks: fr",
            id="unknown language",
        ),
        pytest.param(
            {"content/4xx/404.md": code_page(403)},
            "content/4xx/404.md:2:7: `code` is 403 in a file named 404.md",
            id="number and file name differ",
        ),
        pytest.param(
            {"content/5xx/405.md": code_page(405), "content/5xx/405.en.md": translation()},
            "content/5xx/405.md:2:7: 405 stands in content/5xx",
            id="wrong class folder",
        ),
        pytest.param(
            {"content/other/404.md": code_page(404), "content/other/404.en.md": translation()},
            "content/other/404.md: is a second page named 404",
            id="duplicate code",
        ),
        pytest.param(
            {"content/4xx/404.md": code_page(404, see="[411]")},
            "content/4xx/404.md:2:1: `see` names 411, which does not exist",
            id="see without page",
        ),
        pytest.param(
            {"content/4xx/404.md": code_page(404, body="## 含义\n\n看 [[401-or-403]]。")},
            "content/4xx/404.md:20:3: [[401-or-403]] leads to a page that does not exist",
            id="reference without page",
        ),
        pytest.param(
            {"content/4xx/404.md": code_page(404, body="## 含义\n\n看 [[410#reasons]]。")},
            "content/4xx/404.md:20:3: [[410#reasons]] leads to a section that does not exist",
            id="reference without section",
        ),
        pytest.param(
            {"content/4xx/404.md": code_page(404, body="## 意义\n\n正文。")},
            "content/4xx/404.md:18:1: “意义” is not a section of a code page\n    Did you mean “含义”?",
            id="unknown section",
        ),
        pytest.param(
            {"content/4xx/404.md": code_page(404, body="## 规范与历史\n\n一。\n\n## 含义\n\n二。")},
            "content/4xx/404.md:22:1: “含义” is not in its place",
            id="sections out of order",
        ),
        pytest.param(
            {"content/4xx/404.md": code_page(404, body="## 含义\n\n### 为什么\n\n二。")},
            "content/4xx/404.md:20:1: has a heading without anchor",
            id="heading without anchor",
        ),
        pytest.param(
            {"content/4xx/404.md": code_page(404, body="## 含义\n\n### 另见 {#see}\n\n二。")},
            "content/4xx/404.md:20:1: uses the anchor #see of a section",
            id="anchor of a section that the template adds",
        ),
        pytest.param(
            {"content/guides/gone-or-missing.md": prose_page("指南", see="[]", body="## 相关 {#related}\n\n二。")},
            "content/guides/gone-or-missing.md:9:1: uses the anchor #related, which the page itself has",
            id="anchor of the template",
        ),
        pytest.param(
            {"content/guides/gone-or-missing.md": prose_page("指南", see="[]", body="[[file:gone/x.py]]")},
            "content/guides/gone-or-missing.md:9:1: an inclusion names gone/x.py, which does not exist",
            id="inclusion without file",
        ),
        pytest.param(
            {"content/4xx/notes.md": "x"},
            "content/4xx/notes.md: is not where a page belongs",
            id="stray page",
        ),
        pytest.param(
            {"content/guides/Gone.md": "x"},
            "content/guides/Gone.md: is not where a page belongs",
            id="slug with capitals",
        ),
        pytest.param(
            {"content/4xx/404.md": code_page(404, spec="")},
            "content/4xx/404.md:6:11: `spec` is missing",
            id="registered without section",
        ),
        pytest.param(
            {"content/4xx/499.md": code_page(499, standing="vendor"), "content/4xx/499.en.md": translation()},
            "content/4xx/499.md:6:11: `vendors` is missing",
            id="vendor code without vendor",
        ),
        pytest.param({"site.toml": None}, "site.toml: is missing", id="no settings"),
        pytest.param({"site.toml": "title = [\n"}, "site.toml:2:1: is not valid TOML", id="broken settings"),
        pytest.param(
            {"site.toml": 'languages = ["zh", "tlh"]\n[title]\nzh = "x"\n'},
            "site.toml:1:1: `languages` is not a list of languages",
            id="unknown site language",
        ),
        pytest.param(
            {"site.toml": 'languages = ["zh"]\nbase_url = "ftp://x"\n[title]\nzh = "x"\n'},
            "site.toml:2:1: `base_url` is not the address of a site",
            id="bad base URL",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(changes: dict[str, str | bytes | None], expected: str) -> None:
    found = messages(changes)
    assert any(line.startswith(expected) for line in found), found


def test_every_id_of_the_templates_is_reserved() -> None:
    sources = [path.read_text() for path in (ROOT / "templates").rglob("*.html")]
    written = {name for source in sources for name in re.findall(r' id="([^"]+)"', source)} - {"{{ anchor }}"}
    assert {"main", "status", "class-{{ class.class_key }}"} <= written
    for name in written:
        filled = name.replace("{{ field.anchor }}", "field-allow").replace("{{ card.number }}", "404")
        assert RESERVED_ANCHORS.match(re.sub(r"\{\{.*?class_key \}\}", "4xx", filled)), name
    assert not RESERVED_ANCHORS.match("status-code")
    assert not RESERVED_ANCHORS.match("vendor-code")


def test_an_empty_book_says_how_to_begin() -> None:
    gone = dict.fromkeys(("404", "410"))
    changes: dict[str, str | bytes | None] = {f"content/4xx/{n}{s}.md": None for n in gone for s in ("", ".en")}
    assert any("has no status code" in line and "new 404" in line for line in messages(changes))


def test_problems_of_several_files_are_reported_together_and_in_order() -> None:
    found = problems({"content/4xx/410.md": code_page(410, title=""), "content/4xx/404.md": code_page(404, title="")})
    assert [problem.path for problem in found] == ["content/4xx/404.md", "content/4xx/410.md"]


def test_a_broken_page_is_not_reported_as_missing_elsewhere() -> None:
    found = problems({"content/4xx/410.md": b""})
    assert [problem.path for problem in found] == ["content/4xx/410.md"]


def test_a_draft_is_left_out_and_cannot_be_linked() -> None:
    found = messages({"content/4xx/410.md": code_page(410, draft="true", spec="[{rfc: 9110, section: 15.5.11}]")})
    assert any("410]] leads to a page that is a draft" in line for line in found)


def test_vendor_notes_are_translated_one_by_one() -> None:
    use = (
        "[{vendor: nginx, name: Closed, note: 客户端先断开, seen: log, trust: documented, source: https://nginx.org/}]"
    )
    nginx = "[{vendor: nginx, name: nginx}]"
    own = code_page(499, standing="vendor", vendors=use, phrase="Closed")
    changes: dict[str, str | bytes | None] = {
        "content/4xx/499.md": own,
        "content/4xx/499.en.md": translation(vendors="[{vendor: nginx, note: The client left}]"),
        "content/vendors/nginx.md": prose_page("nginx", products=nginx),
        "content/vendors/nginx.en.md": prose_page("nginx", products=nginx),
    }
    code = book(changes).pages["499"].code
    assert code is not None
    assert code.vendors[0].notes == {"zh": "客户端先断开", "en": "The client left"}
    del changes["content/vendors/nginx.md"], changes["content/vendors/nginx.en.md"]
    assert any("`vendors` names nginx, which no vendor page has" in line for line in messages(changes))
    changes["content/4xx/499.en.md"] = translation()
    assert any("does not translate those of the default language" in line for line in messages(changes))
