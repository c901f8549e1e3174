"""Input from strangers: thousands of damaged and hostile files, none of which hurts a build or a reader."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import html5lib
import pytest
from bs4 import BeautifulSoup
from html5lib.html5parser import ParseError

from statusbook import frontmatter, markdown, pagefile
from statusbook import tables as facts
from statusbook.build import build
from statusbook.model import Kind, Link, Surroundings, packed_keywords
from statusbook.pipeline import plan
from statusbook.problems import BadInput
from statusbook.sources import Source, read_tree

from .book import MEANING_ZH, ROOT, code_page, problems, prose_page, snapshot, write_project
from .trust.hostile import PIECES, mutants

PAGE = "content/4xx/404.md"
SECTIONS = {"含义": "meaning", "常见原因与解决": "causes", "规范与历史": "history"}
AROUND = Surroundings(
    {("404", ""): Link("../404/", "404", "ref c4", "未找到")}, {"a.svg": "<svg></svg>"}, "表格", "zh-CN"
)
BOOK = read_tree(ROOT)


# --- what is refused, and where it says so ----------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("<script>alert(1)</script>", "has raw HTML"),
        ("<img src=x onerror=alert(1)>", "has raw HTML"),
        ("<!-- x -->", "has raw HTML"),
        ("[x](javascript:alert(1))", "links to 'javascript:alert(1"),
        ("[x](JAVASCRIPT:alert)", "links to"),
        ("[x](data:text/html,x)", "links to"),
        ("[x](//evil.example)", "links to"),
        ("[x](../../etc/passwd)", "links to"),
        ('[x](https://e.org/" onmouseover="x)', "links to"),
        ("![x](https://e.org/x.png)", "has an image"),
        ("[x][y]", "has a reference link"),
        ("### t {#a onclick=alert(1)}", "is not an anchor"),
        ("### t {#main}", "which the page itself has"),
        ("[[../../etc/passwd]]", "has [[ that is not a reference"),
        ("[[file:../../site.toml]]", "has [[ that is not a reference"),
        ("[[file:x/../../../site.toml]]", "which does not exist"),
        ("a\x00b", "U+0000"),
        ("a\x1bb", "U+001B"),
        ("a\u202eb", "U+202E"),
        ("a\u2066b", "U+2066"),
        ("a\ufeffb", "U+FEFF"),
        ("x" * 2_001, "is a line of 2,001 characters"),
        ("x\n" * 301, "on 301 lines"),
        ("> " * 9 + "x", "is nested too deeply"),
        ("[" * 9 + "x", "has brackets in brackets"),
        ("x\n\n" * 30_000, "is a page of more than 64,000 bytes"),
    ],
)  # fmt: skip
def test_what_could_do_harm_is_refused_by_line(body: str, message: str) -> None:
    found = [
        problem for problem in problems({PAGE: code_page(404, body=f"{MEANING_ZH}\n\n{body}")}) if problem.path == PAGE
    ]
    assert any(message in problem.message for problem in found), found
    assert all(problem.line > 16 or "bytes" in problem.message for problem in found)


@pytest.mark.parametrize(
    "path",
    [
        *(
            "content/4xx/../../evil.md",
            "content/4xx/404/../../../x.md",
            "content/4xx/404.md/x.md",
            "content/4xx/٤٠٤.md",
        ),
        *("content/guides/..md", "content/guides/a b.md", "content/guides/A.md", "content/guides/-.md"),
        *(
            "content/guides/%2e%2e.md",
            "content/guides/con\u202efdm.md",
            "content/guides/404.md",
            "content/guides/4xx.md",
        ),
        *("content/guides/a.fr.md", "content/evil/404.md", "content/404.md", "content/\ud800.md"),
    ],
)
def test_a_file_whose_name_is_a_path_or_a_trick_is_no_page(path: str) -> None:
    found = [problem for problem in problems({path: code_page()}) if problem.path == path]
    assert found
    assert all("is not where a page belongs" in problem.message or "language" in problem.message for problem in found)


@pytest.mark.parametrize(
    "target", ["content/4xx/411.md", "content/extra", "templates/x.html", "static/js/x.js", "data/x.csv"]
)
@pytest.mark.parametrize("leads_to", ["/etc/passwd", "/etc", "../../outside", "404.md"])
def test_links_among_the_sources_are_not_followed(tmp_path: Path, target: str, leads_to: str) -> None:
    write_project(tmp_path)
    (tmp_path / target).symlink_to(leads_to)
    with pytest.raises(BadInput, match=re.escape(f"{target}: is a symbolic link")):
        build(tmp_path, tmp_path / "site", jobs=1)
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(
    "front",
    [
        "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\ncode: *c",
        "code: !!python/object/apply:os.system [id]",
        "code: !!binary aGk=",
        "<<: {code: 404}",
        "code: " + "[" * 5_000,
        "code: " + "{a: " * 5_000,
        "? " * 3_000 + "code",
        "- " * 3_000,
        "code: 404\n" * 3_000,
        "k" * 60_000 + ": x",
        'code: "' + "\\x41" * 10_000 + '"',
        "code: |\n" + " x\n" * 20_000,
        "code: 404\n...\n---\ncode: 405",
        "%YAML 9.9\n%TAG ! x:\n",
        "\u2028code: 404",
        "code: 404\x85title: x",
    ],
)
def test_front_matter_made_to_grow_or_to_run_is_refused(front: str) -> None:
    found = [problem for problem in problems({PAGE: f"---\n{front}\n---\n\n{MEANING_ZH}\n"}) if problem.path == PAGE]
    assert found
    assert all(problem.line >= 1 for problem in found)


# --- thousands of damaged files ---------------------------------------------------------------------


def _pages() -> list[str]:
    """Real pages, cut so that thousands of them are read in seconds."""
    texts = [BOOK[path].data.decode() for path in BOOK if re.match(r"content/(4xx|5xx|guides)/[^_].*\.md\Z", path)]
    return [text[: text.find("\n---\n") + 1_500] for text in texts[::6]]


@pytest.mark.parametrize("seed", range(8))
def test_no_damaged_page_makes_the_readers_raise_or_the_renderer_write_markup(seed: int) -> None:
    """250 a seed. What the outline refuses is rendered, too: two walls, not one."""
    for number, data in enumerate(mutants(_pages(), 250, seed)):
        source = Source.of(PAGE, data)
        file = pagefile.read(source, Kind.CODE, translated=seed % 2 == 0, sections=SECTIONS)
        assert all(problem.path == PAGE and problem.line >= 0 and problem.message for problem in file.problems)
        if file.text or number % 5 == 0:
            body = frontmatter.body_of(source, file.text.line) if file.text else data.decode("utf-8", "ignore")[-1_500:]
            harmless(body)


#: Where a piece may stand in a text.
FRAMES = (
    *("@", "a @ b", "- @", "> @", "**@**", "`@`", "[@](https://e.org)", "[x](@)", "<@>", "## @ {#a}\n\nx"),
    *("| a |\n| --- |\n| @ |", "```http\n@\n```", "```@\nx\n```", '!!! note "@"\n    @', "[[404|@]]", "### a {#@}"),
)


@pytest.mark.parametrize("piece", PIECES)
def test_no_piece_of_an_attack_becomes_markup(piece: str) -> None:
    for frame in FRAMES:
        harmless(frame.replace("@", piece))


ELEMENTS = set(
    "a blockquote br code div em figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p pre span strong svg table tbody td th "
    "thead tr ul".split()
)
ATTRIBUTES = {"aria-label", "class", "href", "id", "lang", "role", "scope", "start", "tabindex", "title"}
CLASSES = re.compile(
    r"(?:ref|c\d|rfc|long|table|admonition|note|tip|warning|admonition-title|left|right|center|file|diagram|field"
    r"|[a-z]{1,3}|language-[a-z0-9+-]+)\Z"
)


def harmless(body: str) -> None:
    """Render ``body`` as the text of a page and hold it to what our own renderer may write."""
    contents = pagefile.outline.read(PAGE, body, 1)[0]
    text = pagefile.Text(PAGE, "", "t", "s", packed_keywords(()), (), facts.date(2026, 11, 22), 1, contents.packed())
    rendered = markdown.render(text, body, AROUND)
    for html in (rendered.lead, *(part for section in rendered.sections for part in (section.title, section.html))):
        parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
        for element in parser.parseFragment(html).iter():
            tag = element.tag.removeprefix("{http://www.w3.org/2000/svg}")
            if tag == "DOCUMENT_FRAGMENT":
                continue
            assert tag in ELEMENTS, (element.tag, html)
            for name, value in element.attrib.items():
                assert name in ATTRIBUTES, (name, html)
                assert name != "class" or all(map(CLASSES.match, value.split())), (value, html)
                assert name != "href" or value.startswith(("https://", "http://", "mailto:", "#", "../404/")), (
                    value,
                    html,
                )


# --- whole pages ------------------------------------------------------------------------------------


def _shape(html: str) -> Iterator[tuple[str, ...]]:
    """What a policy would have to let pass."""
    for tag in BeautifulSoup(html, "html.parser").find_all(True):
        assert not [name for name in tag.attrs if name.startswith("on") or name in ("style", "srcdoc", "formaction")], (
            tag
        )
        if tag.name in ("script", "style", "iframe", "object", "embed", "form", "base", "link", "meta"):
            yield tag.name, str(tag.get("src") or tag.get("type") or tag.get("rel") or tag.get("name") or "")


def test_values_of_front_matter_are_text_on_every_page_that_shows_them() -> None:
    """A page of attacks in every field that takes free text, printed by every template that shows it."""
    attack = '"<script>alert(1)</script><img src=x onerror=alert(1)> {{ 7 * 7 }}"'
    words = {"summary": attack, "keywords": f"[{attack}]"}
    changes: dict[str, str | bytes | None] = {
        PAGE: code_page(
            404, see="[410, gone-or-missing]", title=attack, phrase=attack, symptoms=f"[{attack}]", **words
        ),
        "content/guides/gone-or-missing.md": prose_page(attack, body="x", see="[404, 410]", **words),
    }
    parser = html5lib.HTMLParser(strict=True)
    clean, hostile = (plan(snapshot(change), base_url="https://example.org/") for change in ({}, changes))
    seen = 0
    for path, output in hostile.outputs.items():
        if not path.endswith(".html"):
            continue
        html = output.make().decode()
        try:
            parser.parse(html)
        except ParseError as error:
            pytest.fail(f"{path}: {error}")
        assert sorted(_shape(html)) == sorted(_shape(clean.outputs[path].make().decode())), path
        assert "onerror=alert(1)>" not in re.sub(r'<script type="application/ld\+json">.*?</script>', "", html), path
        seen += "onerror=alert(1)" in html
    assert seen >= 6, "the attacks have to be on the pages to be found harmless there"


def test_a_captured_exchange_is_text() -> None:
    """What a server sent is shown to readers: a hostile capture is shown, not run."""
    attack = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    name = next(path[13:-5] for path in BOOK if re.fullmatch(r"lab/captures/.*-404-.*\.json", path))
    sources = {path: BOOK[path].data for path in (f"lab/recipes/{name}.toml", f"lab/captures/{name}.json")}
    capture = json.loads(sources[f"lab/captures/{name}.json"])

    def infect(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: infect(item) if key not in ("digest", "recipe") else item for key, item in value.items()}
        if isinstance(value, list):
            return [infect(item) for item in value]
        return value.replace("\r\n", f" {attack}\r\n") + attack if isinstance(value, str) and len(value) > 25 else value

    changes: dict[str, str | bytes | None] = {**sources, f"lab/captures/{name}.json": json.dumps(infect(capture))}
    clean = plan(snapshot({**sources})).outputs["404/index.html"].make().decode()
    html = plan(snapshot(changes)).outputs["404/index.html"].make().decode()
    assert "onerror=alert(1)" in html
    assert sorted(_shape(html)) == sorted(_shape(clean))
    html5lib.HTMLParser(strict=True).parse(html)
