"""What may stand in a text, and what is refused with line and column."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statusbook import outline


def found(body: str) -> list[str]:
    return [f"{p.line}:{p.column} {p.message}" for p in outline.read("x.md", body, 1)[1]]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("text <b>bold</b>", "1:6 has raw HTML"),
        ("a\n<script>alert(1)</script>", "2:1 has raw HTML"),
        ("<!-- comment -->", "1:1 has raw HTML"),
        ("[x](javascript:alert(1))", "1:5 links to 'javascript:alert(1)'"),
        ("[x](data:text/html,x)", "1:5 links to 'data:text/html,x'"),
        ("[x](../404/)", "1:5 links to '../404/'"),
        ("![x](https://example.org/x.png)", "1:1 has an image"),
        ("[x][y]", "1:1 has a reference link"),
        ("[x]: https://example.org", "1:1 defines a reference link"),
        ("# 404", "1:1 has a heading of level 1"),
        ("## 题 {#Not-lower}", "1:6 {#Not-lower} is not an anchor"),
        ("## 题 {onclick=x}", "1:6 {onclick=x} is not an anchor"),
        ("## a {#x}\n\n## b {#x}", "3:1 repeats the anchor #x of line 1"),
        ("```nginx\nlocation / {}", "1:1 opens a code fence that never closes"),
        ("  ```\n  x\n  ```", "1:1 has an indented code fence"),
        ("```js title=x\n```", "1:4 has more than a language after the code fence"),
        ("an `open span", "1:4 opens `code` that does not close on its line"),
        ("see [[404", "1:5 has [[ that is not a reference"),
        ("see [[file:../../etc/passwd]]", "1:5 has [[ that is not a reference"),
        ("see [[file:x.py]] there", "1:5 an inclusion does not stand alone"),
        ("[[file:x.py]]\nthere", "1:1 an inclusion does not stand alone"),
        ("## 题 {#a}\n[[file:x.py]]", "2:1 an inclusion does not stand alone"),
        ("[[figure:x.svg|what `x` shows]]", "1:1 has [[ that is not a reference"),
        ("[[figure:x.svg|what \\* shows]]", "1:1 has [[ that is not a reference"),
        ('!!! danger "x"', "1:1 has a callout of another form"),
        ('!!!  note "x"\n    正文', "1:1 has a callout of another form"),
        ("!!! note\n    正文", "1:1 has a callout of another form"),
        ('!!! note ""\n    正文', "1:1 has a callout of another form"),
        ("1. 甲\n\n    !!! note\n        正文", "3:5 has a callout of another form"),
        ('  !!! note "x"', "1:3 has a callout of another form"),
        ('- !!! note "x"', "1:3 has a callout of another form"),
        ("- # big", "1:3 has a heading inside"),
        ("> ## quoted", "1:3 has a heading inside"),
        ("1. 甲\n\n    ## x", "3:5 has a heading inside"),
        ("## [[404]] 与 410 {#a}", "1:4 has a link in a heading"),
        ("## 见 [x](https://example.org) {#a}", "1:6 has a link in a heading"),
        ("### <https://example.org> {#a}", "1:5 has a link in a heading"),
        ("一\n见 [长\n文字](../x)", "2:3 links to '../x'"),
        ("[x](\njavascript:alert(1))", "1:1 links to 'javascript:alert(1)'"),
        ("[a [b [c]]](../x)", "1:13 links to '../x'"),
        ("\\\\[x](../x)", "1:7 links to '../x'"),
        ('[x](../x "t (u)")', "1:5 links to '../x"),
        ("[x](https://example.org/a b)", "1:5 links to 'https://example.org/a b'"),
        ("<https://example.org/`x y`>", "1:2 links to"),
        ("<https://example.org/a b>", "1:2 links to 'https://example.org/a b'"),
    ],
)
def test_what_the_dialect_lacks_is_refused(body: str, expected: str) -> None:
    assert any(line.startswith(expected) for line in found(body)), found(body)


@pytest.mark.parametrize(
    "body",
    [
        "`<b>` in code, a < b, 1 <= 2, \\<escaped>",
        "```html\n<script>alert('[[x]]')</script>\n# not a heading\n```",
        "[text](https://example.org/a_(b)) and <https://example.org> and [here](#causes)",
        "[[404]] [[404#causes]] [[4xx|类]] and `[[x]]`",
        "| a | b |\n| --- | --- |\n| [[404\\|找不到]] | `x` |",
        '!!! note "标题"\n    正文',
        "`` a ` b `` and \\` alone",
        "\\[[404]], \\[x](y), \\<b> and \\\\",
        "- #404 in a list, > 5",
        '1. 甲\n\n    !!! tip "用 `x`"\n        正文',
        '[text](https://example.org "title") and [two\nlines](https://example.org)',
        "## RFC 9110 与 `[[x]]` {#a}",
    ],
)
def test_what_the_dialect_has_is_let_through(body: str) -> None:
    assert not found(body)


def test_the_outline_names_headings_references_and_citations() -> None:
    body = "## 含义\n\n见 [[404#causes|这里]] 与 RFC 9110 §15.5.5。\n\n### 原因 `x` {#why}\n\n[[file:a/b.py]]\n\n"
    body += "RFC 4918 §B.2"
    contents, problems = outline.read("x.md", body, 10)
    assert not problems
    assert [(h.level, h.text, h.anchor, h.line) for h in contents.headings] == [
        (2, "含义", "", 10),
        (3, "原因 x", "why", 14),
    ]
    assert [(r.target, r.fragment, r.label, r.line, r.column) for r in contents.references] == [
        ("404", "causes", "这里", 12, 3)
    ]
    assert [c.ref.label for c in contents.citations] == ["RFC 9110 §15.5.5", "RFC 4918 §B.2"]
    assert [i.path for i in contents.inclusions] == ["a/b.py"]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("`5**` 与 **粗** 和 *斜*", "5** 与 粗 和 斜"),
        ("`[[404]]` 与 snake_case_name", "[[404]] 与 snake_case_name"),
        ("5 * 3 \\* \\<b> _x_", "5 * 3 * <b> x"),
        ("1. C\\#", "1. C#"),
    ],
)
def test_a_heading_is_read_without_its_marks(title: str, expected: str) -> None:
    contents, problems = outline.read("x.md", f"## {title} {{#a}}", 1)
    assert not problems
    assert [heading.text for heading in contents.headings] == [expected]


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab`~#[]()!<>{}|\\*_-\n :§4中。"), max_size=200))
def test_no_text_makes_the_reader_raise(body: str) -> None:
    outline.read("x.md", body, 1)
    assert "".join("\n".join([s.info] * bool(s.fence) + list(s.lines)) for s in outline.segments("a")) == "a"
