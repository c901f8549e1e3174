"""Diagrams: shapes and text get into a page, nothing else does."""

from __future__ import annotations

import pytest

from statusbook import svg
from statusbook.sources import Source

from .book import page, problems, prose_page

GOOD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><g class="c4"><text x="1">不在 &lt;这里</text></g></svg>'
)


def cleaned(text: str) -> tuple[str, list[str]]:
    markup, found = svg.clean(Source.of("content/guides/g/x.svg", text.encode()))
    return markup, [str(problem) for problem in found]


def test_shapes_and_text_are_kept_without_name_spaces() -> None:
    markup, found = cleaned(GOOD)
    assert not found
    assert markup == '<svg viewBox="0 0 9 9"><g class="c4"><text x="1">不在 &lt;这里</text></g></svg>'


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("<g ", '<script>alert(1)</script><g onload="x" '),
        GOOD.replace("<g ", '<g onload="alert(1)" '),
        GOOD.replace("<g ", '<g style="fill:red" '),
        GOOD.replace("<g ", '<g id="x" '),
        GOOD.replace("<text ", '<a href="javascript:alert(1)"/><text '),
        GOOD.replace("<text ", "<foreignObject/><text "),
        GOOD.replace("<text ", '<image href="https://example.org/x.png"/><text '),
        GOOD.replace('class="c4"', 'class="&quot;><script>"'),
        GOOD.replace("<g ", "<!-- x --><g "),
        '<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + GOOD,
        '<?xml version="1.0"?><?php x ?>' + GOOD,
        '<?xml version="1.0" encoding="gbk"?>' + GOOD,
        '<?xml version="1.0" encoding="nonsense"?>' + GOOD,
        '<svg viewBox="0 0 9 9">' + "<g>" * 3000 + "</g>" * 3000 + "</svg>",
        '<svg viewBox="0 0 9 9">' + "<g>" * 100_000 + "</g>" * 100_000 + "</svg>",
        "\ufeff" + GOOD,
        "<svg/>",
        "<html/>",
        "not xml",
        "",
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    markup, found = cleaned(text)
    assert markup == ""
    assert found


def test_a_diagram_is_in_utf8() -> None:
    assert cleaned('<?xml version="1.0" encoding="utf-8"?>\n' + GOOD)[1] == []
    declared = '<?xml version="1.0" encoding="gbk"?>' + GOOD
    markup, found = svg.clean(Source.of("x.svg", declared.encode("gbk")))
    assert markup == ""
    assert [(problem.column, problem.message) for problem in found] == [
        (declared.index("不") + 1, "is not UTF-8: byte 0xB2")
    ]


def test_a_diagram_stands_in_the_page_with_its_name() -> None:
    changes: dict[str, str | bytes | None] = {
        "content/guides/gone-or-missing.md": prose_page("指南", see="[404]", body="[[figure:g/x.svg|一张图]]"),
        "content/guides/gone-or-missing.en.md": prose_page("Guide", body="[[figure:g/x.en.svg|A picture]]"),
        "content/guides/g/x.svg": GOOD,
        "content/guides/g/x.en.svg": GOOD.replace("不在 &lt;这里", "Not Found Here"),
    }
    assert '<figure class="diagram"><svg role="img" aria-label="一张图" viewBox="0 0 9 9">' in page(
        "guides/gone-or-missing/index.html", changes
    )
    english = page("en/guides/gone-or-missing/index.html", changes)
    assert '<text x="1">Not Found Here</text>' in english
    assert not problems(changes)
