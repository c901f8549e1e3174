"""Style sheets: minified without changing what they say, mistakes named by line."""

from __future__ import annotations

import pytest

from statusbook.problems import BadInput

from .book import plan


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


def test_other_files_are_published_as_they_are() -> None:
    assert plan({"static/x.svg": "<svg/>"}).outputs["static/x.svg"].make() == b"<svg/>"
