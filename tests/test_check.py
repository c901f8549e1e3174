"""What `build.py check` finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from statusbook.check import check

from .book import ROOT, code_page, snapshot, translation, write_project


def found(root: Path, changes: dict[str, str | bytes | None]) -> list[str]:
    write_project(root, changes)
    return [
        str(problem)
        for problem in check(root)
        if "a page" not in problem.message and "causes apart" not in problem.message
    ]


def test_the_small_book_has_no_other_problem(tmp_path: Path) -> None:
    assert found(tmp_path, {}) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {"content/4xx/404.md": code_page(404, phrase="Missing")},
            "content/4xx/404.md:2:1: `phrase` is 'Missing'\n    The registry says 'Not Found'.",
            id="phrase",
        ),
        pytest.param(
            {"content/4xx/404.md": code_page(404, spec="[{rfc: 9110, section: 15.5.4}]")},
            "content/4xx/404.md:2:1: `spec` lacks the defining section\n    The registry says RFC 9110 §15.5.5.",
            id="section",
        ),
        pytest.param(
            {"content/4xx/404.md": code_page(404, standing="temporary")},
            "content/4xx/404.md:2:1: `standing` is temporary\n    The registry says registered.",
            id="standing",
        ),
        pytest.param(
            {"content/4xx/404.en.md": translation(body="## Meaning\n\nx\n\n## In code\n\ny")},
            "content/4xx/404.en.md: has other headings than content/4xx/404.md\n    only here: ## code",
            id="headings",
        ),
        pytest.param(
            {"content/4xx/404.en.md": translation(body="## Meaning\n\n```nginx\nx\n```")},
            "content/4xx/404.en.md: has other code blocks than content/4xx/404.md",
            id="code blocks",
        ),
        pytest.param(
            {"content/4xx/404.md": code_page(404, body="## 含义\n\n见 §15.5.5。")},
            "content/4xx/404.md:20:3: has a section sign without its RFC",
            id="section sign",
        ),
        pytest.param(
            {"content/4xx/404.md": code_page(404, body="## 含义\n\n服务器返回404。")},
            "content/4xx/404.md:20:6: lacks a space in '回4'",
            id="space",
        ),
        pytest.param(
            {"content/4xx/404.md": code_page(404, body="## 含义\n\n找不到,就是没有。")},
            "content/4xx/404.md:20:4: has ',' in Chinese text",
            id="half-width comma",
        ),
    ],
)
def test_a_mistake_is_found(tmp_path: Path, changes: dict[str, str | bytes | None], expected: str) -> None:
    assert any(line.startswith(expected) for line in found(tmp_path, changes)), found(tmp_path, changes)


def test_a_thin_page_is_found(tmp_path: Path) -> None:
    write_project(tmp_path)
    lines = [str(problem) for problem in check(tmp_path)]
    assert "content/4xx/404.md:17:1: has 20 characters of text; a page like it has at least 1000" in "\n".join(lines)
    assert any(line.startswith("content/4xx/404.md:17:1: tells 0 causes apart") for line in lines)


def test_a_keyword_that_points_nowhere_is_found(tmp_path: Path) -> None:
    changes: dict[str, str | bytes | None] = {}
    for number in range(431, 440):
        changes[f"content/4xx/{number}.md"] = code_page(number, keywords="[出错了]", standing="temporary")
        changes[f"content/4xx/{number}.en.md"] = translation()
    assert any("`keywords` has '出错了', and so have 8 pages" in line for line in found(tmp_path, changes))


def test_links_that_lead_nowhere_are_found(tmp_path: Path) -> None:
    base = snapshot()["templates/base.html"].data.decode()
    changed = base.replace("</body>", '<a href="{{ href(\'/nowhere/\') }}">x</a><a href="#nothing">y</a></body>')
    lines = found(tmp_path, {"templates/base.html": changed})
    assert "404/index.html: links to ../nowhere/, which is not in the site" in lines
    assert "404/index.html: links to #nothing, where nothing has the id 'nothing'" in lines


def test_a_link_that_is_no_address_is_found(tmp_path: Path) -> None:
    base = snapshot()["templates/base.html"].data.decode()
    lines = found(tmp_path, {"templates/base.html": base.replace("</body>", '<a href="https://[x">x</a></body>')})
    assert any(line.startswith("404/index.html: links to https://[x, which is no address") for line in lines)


def test_texts_that_nothing_uses_are_found(tmp_path: Path) -> None:
    changes: dict[str, str | bytes | None] = {
        f"content/_strings{suffix}.toml": snapshot()[f"content/_strings{suffix}.toml"].data
        + b'\n[unused]\ntext = "x"\n'
        for suffix in ("", ".en")
    }
    assert any("has `unused.text`, which nothing uses" in line for line in found(tmp_path, changes))


def test_a_text_missing_in_one_language_is_found(tmp_path: Path) -> None:
    own = snapshot()["content/_strings.toml"].data + b'\n[unused]\ntext = "x"\n'
    assert any(
        "content/_strings.en.toml: lacks `unused.text`" in line
        for line in found(tmp_path, {"content/_strings.toml": own})
    )


def test_the_handbook_itself_has_no_problem() -> None:
    assert [str(problem) for problem in check(ROOT)] == []
