"""Style sheets: minified without changing what they say, mistakes named by line."""

from __future__ import annotations

import re

import pytest

from statusbook.problems import BadInput

from .book import ROOT, plan


def style(text: str) -> str:
    return plan({"static/css/x.css": text}).outputs["static/css/x.css"].make().decode()


def test_a_style_sheet_is_published_without_comments() -> None:
    assert style("/* why */\na {\n  color: #ff0000;\n}\n") == "a{color:red}"


def test_a_space_that_means_something_stays() -> None:
    assert style(".crumbs { :where(ol) { margin: 0 } }") == ".crumbs{& :where(ol){margin:0}}"


def test_a_mistake_is_named_by_its_line() -> None:
    with pytest.raises(BadInput) as caught:
        style("a {\n  color: red;\n}\n\nb } {\n")
    assert str(caught.value).startswith("static/css/x.css:5:")
    assert "is not CSS" in str(caught.value)


def test_a_script_loses_the_comments_that_stand_alone() -> None:
    text = "/** What it\n * does. */\n// why\nexport const x = 'http://a'; // end\n"
    assert plan({"static/js/x.js": text}).outputs["static/js/x.js"].make() == b"export const x = 'http://a'; // end\n"


def test_code_between_comments_stays() -> None:
    text = "/** a */ export const a = 1;\nexport const b = 2;\n/** b\n */\nexport const c = 3;\n"
    made = plan({"static/js/x.js": text}).outputs["static/js/x.js"].make().decode()
    assert made == "/** a */ export const a = 1;\nexport const b = 2;\nexport const c = 3;\n"


def test_no_script_of_ours_has_a_template_literal_over_several_lines() -> None:
    for path in (ROOT / "static/js").glob("*.js"):
        code = re.sub(r"^\s*//.*$|/\*[\s\S]*?\*/", "", path.read_text("utf-8"), flags=re.M)
        assert all(line.count("`") % 2 == 0 for line in code.splitlines()), path.name


def test_other_files_are_published_as_they_are() -> None:
    assert plan({"static/x.svg": "<svg/>"}).outputs["static/x.svg"].make() == b"<svg/>"
