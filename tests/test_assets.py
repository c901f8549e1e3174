"""Style sheets: minified without changing what they say, mistakes named by line."""

from __future__ import annotations

import base64
import hashlib
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


IMPORTING = 'import looks from "../css/parts/x.css" with { type: "css" };\nuse(looks);\n'


def test_a_script_carries_the_sheet_that_it_imports_and_is_made_anew_when_that_changes() -> None:
    scripts = [
        plan({"static/js/x.js": IMPORTING, "static/css/parts/x.css": f'a::after {{ content: "{each}" }}\n'}).outputs[
            "static/js/x.js"
        ]
        for each in "ab"
    ]
    made = [script.make().decode() for script in scripts]
    assert made[0] == (
        'const looks = new CSSStyleSheet();\nlooks.replaceSync("a:after{content:\\"a\\"}");\nuse(looks);\n'
    )
    assert made[1] == made[0].replace('\\"a', '\\"b')
    assert scripts[0].key != scripts[1].key


def test_a_sheet_that_a_script_imports_and_nobody_has_is_named() -> None:
    with pytest.raises(BadInput, match=r"static/css/parts/x\.css: is missing\n +static/js/x\.js imports it"):
        plan({"static/js/x.js": IMPORTING})


def test_other_files_are_published_as_they_are() -> None:
    assert plan({"static/x.svg": "<svg/>"}).outputs["static/x.svg"].make() == b"<svg/>"


# --- what pages carry inside ------------------------------------------------------------------------


def test_a_page_carries_the_parts_of_its_sheet_and_nothing_links_to_them() -> None:
    changes = {
        "static/css/pages/code.css": '@import "../parts/x.css";\n',
        "static/css/parts/x.css": "/* why */\na { color: red }\n",
    }
    outputs = plan(changes).outputs
    html = outputs["404/index.html"].make().decode()
    assert "<style>a{color:red}</style>" in html
    assert "a{color:red}" not in outputs["index.html"].make().decode()
    assert not [
        path for path in outputs if path.startswith(("static/css/pages", "static/css/parts", "static/js/inside"))
    ]


def test_an_edited_part_changes_the_pages_that_carry_it() -> None:
    before = plan().outputs
    after = plan({"static/css/parts/periodic.css": "@layer parts { .tile { color: red } }\n"}).outputs
    changed = {path for path in before if before[path].key != after[path].key}
    assert {"index.html", "404.html", "_headers"} <= changed
    assert not {"404/index.html", "guides/gone-or-missing/index.html"} & changed


def test_the_policy_names_what_stands_in_the_page() -> None:
    html = plan().outputs["404/index.html"].make().decode()
    for element in ("style", "script"):
        inside = html.split(f"<{element}>")[1].split(f"</{element}>")[0]
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in html.split('Content-Security-Policy" content="')[1].split('"')[0]


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("static/css/pages/code.css", '@import "../parts/none.css";\n', "static/css/parts/none.css: is missing"),
        ("static/css/pages/code.css", "a { color: red }\n", "static/css/pages/code.css:1:1: is not an import"),
        ("static/css/parts/text.css", "a {\n  color", "static/css/parts/text.css:"),
        ("static/css/pages/code.css", None, "static/css/pages/code.css: is missing"),
        ("static/js/inside/theme.js", None, "static/js/inside/theme.js: is missing"),
    ],
)
def test_mistakes_in_what_pages_carry_are_named(path: str, text: str | None, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        plan({path: text}).outputs["404/index.html"].make()
    assert str(caught.value).startswith(said)
