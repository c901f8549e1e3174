"""Markdown as readers see it."""

from __future__ import annotations

import re
from datetime import date

import html5lib
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from statusbook import markdown, outline
from statusbook.model import Link, Surroundings, Text, packed_keywords

AROUND = Surroundings(
    links={
        ("404", ""): Link("../404/", "404", "ref c4", "未找到 Not Found"),
        ("404", "causes"): Link("../404/#causes", "404", "ref c4"),
    },
    files={"g/server.py": 'print("<hi>")\n', "g/f.svg": "<svg></svg>"},
    table_label="表格：{title}",
    language="zh-CN",
)


def render(body: str, around: Surroundings = AROUND) -> markdown.Rendered:
    contents = outline.read("x.md", body, 1)[0]
    return markdown.render(
        Text("x.md", "", "t", "s", packed_keywords(()), (), date(2026, 11, 22), 1, contents.packed()), body, around
    )


def lead(body: str, around: Surroundings = AROUND) -> str:
    return render(body, around).lead


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("**粗体（括号）**后", "<strong>粗体（括号）</strong>后"),
        ("这是**“强调”**，好", "这是<strong>“强调”</strong>，好"),
        ("`Cache-Control: no-store`。", "<code>Cache-Control: no-store</code>。"),
        (f"`{'x' * 30}`", f'<code class="long">{"x" * 30}</code>'),
        ("[[404]]", '<a class="ref c4" href="../404/" title="未找到 Not Found">404</a>'),
        ("[[404#causes|原因]]", '<a class="ref" href="../404/#causes">原因</a>'),
        ("`[[404]]`", "<code>[[404]]</code>"),
        (
            "RFC 9110 §15.5.5",
            '<a class="rfc" href="https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.5">RFC 9110 §15.5.5</a>',
        ),
        ("RFC 4918 §B.2", 'href="https://www.rfc-editor.org/rfc/rfc4918.html#appendix-B.2"'),
        ("RFC 9110", '<a class="rfc" href="https://www.rfc-editor.org/rfc/rfc9110.html">RFC 9110</a>'),
        ("1 < 2 & 3", "1 &lt; 2 &amp; 3"),
        ("原文写 Not Found 二字", '<span lang="en">Not Found</span>'),
        ("### 原因 {#why}", '<h3 id="why">原因</h3>'),
        ('!!! warning "小心"\n    正文', '<div class="admonition warning">'),
        ("```nginx\nroot a;\n```", '<pre><code class="language-nginx"><span class="k">root</span> a;\n</code></pre>'),
        ("1. 甲\n\n    ```\n    a\n      b\n    ```\n\n2. 乙", "<pre><code>a\n  b\n</code></pre>\n</li>\n<li>\n<p>乙"),
        ("```\na < b\n```", "<pre><code>a &lt; b\n</code></pre>"),
        ("\\<b> \\[[404]] \\\\", "<p>&lt;b&gt; [[404]] \\</p>"),
        ("\\\\[[404]]", '<p>\\<a class="ref c4" href="../404/"'),
        ("- # 大", "<li># 大</li>"),
        ("> ## 引", "<p>## 引</p>"),
        ("### [[404]] RFC 9110 <https://example.org> {#a}", "[[404]] RFC 9110 &lt;https://example.org&gt;</h3>"),
        ("```text\nall:\n\tcc \\\n\t\tx\n```", "<pre><code>all:\n\tcc \\\n\t\tx\n</code></pre>"),
        ("1. 甲\n\n    ```\n    \ta\n    ```", "<pre><code>\ta\n</code></pre>"),
        ("1. 甲\n\n\t乙", "<li>\n<p>甲</p>\n<p>乙</p>\n</li>"),
        ('!!!  note "x"', '<p>!!!  note "x"</p>'),
        ("!!! note", "<p>!!! note</p>"),
        ('1. 甲\n\n    !!! tip "乙"\n        丙', '<div class="admonition tip">\n<p class="admonition-title">乙</p>'),
        ("[[figure:g/f.svg|`x`]]", "[[figure:g/f.svg|<code>x</code>]]"),
        ("[[figure:g/f.svg|图]]", '<figure class="diagram"><svg role="img" aria-label="图"></svg></figure>'),
        ("[[file:g/server.py]]", "<figcaption><code>server.py</code></figcaption>"),
        ("[[file:g/server.py]]", 'print(<span class="s">"&lt;hi&gt;"</span>)'),
    ],
)
def test_what_is_written_is_what_is_read(body: str, html: str) -> None:
    assert html in lead(body)


def test_a_link_inside_a_table_cell_keeps_its_text() -> None:
    html = lead("| a | b |\n| --- | --- |\n| [[404\\|找不到]] | x |")
    assert '<a class="ref" href="../404/" title="未找到 Not Found">找不到</a>' in html
    assert '<th scope="col">a</th>' in html


def test_tables_are_named_by_their_heading_and_rows_by_their_first_cell() -> None:
    table = "| a | b |\n| --- | --- |\n| 一 | x |\n"
    rendered = render(f"## 甲 {{#a}}\n\n{table}\n\n{table}\n\n### 乙 `x` {{#b}}\n\n{table}")
    soup = BeautifulSoup(rendered.sections[0].html, "html.parser")
    assert [box["aria-label"] for box in soup.select(".table")] == ["表格：甲", "表格：甲 2", "表格：乙 x"]
    assert [cell.text for cell in soup.select("tbody th[scope=row]")] == ["一"] * 3


def test_sections_are_cut_at_their_headings() -> None:
    rendered = render("前言。\n\n## 甲 `x` {#a}\n\n一\n\n```\n## 不是\n```\n\n## 乙 {#b}\n")
    assert rendered.lead == "<p>前言。</p>"
    assert [(s.anchor, s.title) for s in rendered.sections] == [("a", "甲 <code>x</code>"), ("b", "乙")]
    assert "## 不是" in rendered.sections[0].html


@pytest.mark.parametrize(
    ("title", "html"),
    [
        ("1. 用 `curl` 看", "1. 用 <code>curl</code> 看"),
        ("- *一*", "- <em>一</em>"),
        ("> `x`", "&gt; <code>x</code>"),
        ("[[404]] 与 `x` RFC 9110", "[[404]] 与 <code>x</code> RFC 9110"),
        ("[x](https://example.org)", "[x](https://example.org)"),
        ("[[file:g/server.py]]", "[[file:g/server.py]]"),
        ("# `x` \\#", "# <code>x</code> #"),
    ],
)
def test_a_section_title_is_one_line_without_links(title: str, html: str) -> None:
    (section,) = render(f"## {title} {{#a}}\n\n正文").sections
    assert section.title == html


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("The server's \"no\" isn't final.", "The server’s “no” isn’t final."),
        ("`it's` code's (\"a\")", "<code>it's</code> code’s (“a”)"),
        (
            '**"bold"** and ["link"](https://example.org)',
            '<strong>“bold”</strong> and <a href="https://example.org">“link”</a>',
        ),
        ("'quoted'", "‘quoted’"),
    ],
)
def test_straight_quotes_are_printed_curly_in_english(body: str, html: str) -> None:
    assert html in lead(body, Surroundings({}, {}, "Table", "en"))
    assert "’" not in lead("it's")


def test_han_in_an_english_page_is_marked() -> None:
    around = Surroundings({}, {}, "Table", "en")
    assert '<span lang="zh-CN">找不到页面</span>' in lead("People say 找不到页面 for it.", around)


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](\x01javascript:alert(1))",
        "[x](data:text/html;base64,xx)",
        '[x](https://example.org/" onmouseover="alert(1))',
        "<javascript:alert(1)>",
        "### t {#a onclick=alert(1)}",
        "    <b>indented</b>",
        '![x](https://example.org/x.png "t")',
        "[x][y]\n\n[y]: javascript:alert(1)",
        '!!! "><script>alert(1)</script>"',
        '```"><script>\nx\n```',
        "&#106;avascript:",
    ],
)
def test_what_slips_past_the_outline_is_harmless(body: str) -> None:
    harmless(lead(body))


@settings(max_examples=700, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<script>",
                "<img src=x onerror=y>",
                "[a](",
                "javascript:x",
                "data:x",
                ")",
                "**",
                "`",
                "```",
                "\n",
                "\n\n",
                "    ",
                "| a | b |\n",
                "|---|---|\n",
                "[[404]]",
                "[[404|",
                "]]",
                "[[file:g/server.py]]",
                "RFC 9110 §1",
                "### h {#x}",
                '!!! note "t"\n',
                "&lt;",
                "\\",
                "中文",
                "<https://e.org>",
                "<!--",
                "-->",
                "- ",
                "1. ",
                "> ",
                "\x02",
                "\x03",
            ]
        ),
        max_size=30,
    ).map("".join)
)
def test_any_text_becomes_harmless_conforming_html(body: str) -> None:
    harmless(lead(body))


@settings(max_examples=700, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "[a](https://e.org)",
                "[a",
                "[",
                "]",
                "](#x)",
                "](../x)",
                '](#x "t")',
                "(b)",
                "<https://e.org",
                ">",
                "a b",
                "\\",
                "!",
                "*",
                "_",
                "`x`",
                "[[404]]",
                "\n",
                "\n\n",
                "    ",
                "- ",
                "1. ",
                "> ",
                "# ",
                "### h {#x}",
                "\t",
                '!!! note "t"\n',
                "```\n",
                "[[figure:g/f.svg|a]]",
                "[[file:g/server.py]]",
                "RFC 9110",
                "'",
                '"',
            ]
        ),
        min_size=1,
        max_size=12,
    ).map("".join)
)
def test_what_the_outline_lets_through_is_not_changed_by_the_renderer(body: str) -> None:
    contents, problems = outline.read("x.md", body, 1)
    if problems:
        return
    html = lead(body)
    assert "<a>" not in html, html
    assert html.count("<h3") == len(contents.headings), html
    assert not re.search("<h[12]|[\0-\x08]", html), html
    assert html.count("<figure") == len(contents.inclusions), html
    assert html.count('class="ref') == len(contents.references), html


ALLOWED = {"class", "href", "id", "lang", "role", "scope", "start", "tabindex", "title", "aria-label"}


def harmless(html: str) -> None:
    """Only elements and attributes that our own processors write, and no address that runs script."""
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    fragment = parser.parseFragment(html)
    for element in fragment.iter():
        tag = element.tag
        if not isinstance(tag, str) or tag == "DOCUMENT_FRAGMENT":
            continue
        assert tag not in ("script", "style", "img", "iframe", "object", "embed", "form", "input", "svg", "math"), html
        for name, value in element.attrib.items():
            assert name in ALLOWED, (name, html)
            if name == "href":
                assert value.startswith(("https://", "http://", "mailto:", "#", "../")), html
