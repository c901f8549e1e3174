"""What a site owner and a translator are told about `site.toml`, the catalogues, the tables and file names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from statusbook import library, settings
from statusbook.sources import Snapshot, Source, is_web_address, read_tree

from .book import problems, snapshot

SITE = 'languages = ["zh"]\n{}\n[title]\nzh = "x"\n'
STRINGS = ("content/_strings.toml", "content/_strings.en.toml")


def site(text: str | bytes, base_url: str | None = None) -> tuple[str, list[str]]:
    """The base URL that ``site.toml`` comes to, and what is wrong with the file."""
    data = text.encode() if isinstance(text, str) else text
    result, found = settings.read(Snapshot([Source.of("site.toml", data)]), base_url)
    return result.base_url if result else "", [str(problem) for problem in found]


def messages(changes: dict[str, str | bytes | None]) -> list[str]:
    return [str(problem) for problem in problems(changes)]


# --- site.toml --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('languages = [["zh"]]\n', "site.toml:1:1: `languages` is not a list of languages"),
        ("languages = [{a = 1}]\n", "site.toml:1:1: `languages` is not a list of languages"),
        ('languages = ["zh", "zh"]\n', "site.toml:1:1: `languages` is not a list of languages"),
        ("languages = " + "[" * 3000, "site.toml: is not valid TOML: it is nested too deeply"),
        ("languages = " + "1" * 5000, "site.toml: is not valid TOML: Exceeds the limit"),
        ("a = 1\nb = ?\n", "site.toml:2:5: is not valid TOML: Invalid value"),
        ("title = [\n", "site.toml:2:1: is not valid TOML: Invalid value"),
        (b'a = 1\nb = "\xff"\n', "site.toml:2:6: is not UTF-8: byte 0xFF"),
        (b"\xef\xbb\xbfa = 1\n", "site.toml:1:1: starts with a byte order mark"),
        (
            'languages = ["zh"]\n[title]\nzh = "a\\u202Eb"\n',
            "site.toml:2:1: `title` holds the invisible character U+202E",
        ),
        (SITE.format('repository = "https://[x"'), "site.toml:2:1: `repository` is not a web address"),
        (SITE.format('edit_url = "https:///{path}"'), "site.toml:2:1: `edit_url` is not a web address"),
        (SITE.format('repository = "https://h/\\u0001"'), "site.toml:2:1: `repository` is not a web address"),
    ],
)
def test_a_wrong_setting_is_named_with_its_place(text: str | bytes, expected: str) -> None:
    found = site(text)[1]
    assert any(line.startswith(expected) for line in found), found


WRONG_BASES = [
    "https://[x/",
    "https://[]/",
    "https://[::g]/",
    "https:///",
    "https://",
    "https://h//x//",
    "https://h//",
    "https://u:p@h",
    "https://u@h/",
    "https://h:99999",
    "https://h:0/",
    "https://h:x/",
    "https://h\\x/",
    "https://h/a\\b/",
    "https://a b/",
    "https://a..b/",
    "https://h/../x/",
    "https://h/?q",
    "https://h/#f",
    "ftp://h/",
    "h",
    "https://h/\x00",
]


@pytest.mark.parametrize("base", WRONG_BASES)
def test_what_is_no_base_url_is_refused(base: str) -> None:
    assert any("is not the address of a site" in line for line in site(SITE.format(""), base)[1])


def test_a_wrong_base_url_in_the_file_is_refused() -> None:
    found = site(SITE.format('base_url = "https://[x/"'))[1]
    assert len(found) == 1
    assert found[0].startswith("site.toml:2:1: `base_url` is not the address of a site")


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("", ""),
        ("https://example.org", "https://example.org/"),
        ("HTTPS://Example.ORG/Status", "https://example.org/Status/"),
        ("http://h:8080/x/", "http://h:8080/x/"),
        ("https://h:/", "https://h/"),
        ("http://[::1]:80/", "http://[::1]:80/"),
        ("https://h/@me/", "https://h/@me/"),
        ("https://例子.org/手册", "https://例子.org/手册/"),
    ],
)
def test_a_base_url_is_made_regular(base: str, expected: str) -> None:
    assert site(SITE.format(""), base) == (expected, [])


@pytest.mark.parametrize(
    "value",
    ["javascript:alert(1)", "https://[x", "https:///x", "https://h:99999/", "https://h\\x", "https://h/\u202e", "//h"],
)
def test_what_is_no_web_address_is_not_linked(value: str) -> None:
    assert not is_web_address(value)


# --- the catalogues ---------------------------------------------------------------------------------


def without(line: str, *paths: str) -> dict[str, str | bytes | None]:
    """The catalogues without the texts whose line starts so."""
    changes: dict[str, str | bytes | None] = {}
    for path in paths:
        text = snapshot()[path].data.decode()
        table, _, key = line.partition(".")
        head, mark, rest = text.partition(f"[{table}]\n")
        assert mark
        lines = rest.split("\n")
        del lines[next(i for i, each in enumerate(lines) if each.startswith(f"{key} ="))]
        changes[path] = head + mark + "\n".join(lines)
    return changes


@pytest.mark.parametrize("key", ["section.meaning", "section.see", "table.label", "search.title", "notfound.summary"])
@pytest.mark.parametrize("paths", [STRINGS, STRINGS[:1], STRINGS[1:]])
def test_a_text_that_the_code_needs_is_missed_once(key: str, paths: tuple[str, ...]) -> None:
    changes = without(key, *paths)
    assert [(p.path, p.message) for p in problems(changes)] == [(path, f"lacks `{key}`") for path in sorted(paths)]
    assert library.read(snapshot(changes))[0] is None


@pytest.mark.parametrize(
    ("addition", "expected"),
    [
        (
            '\n[more]\ntext = "a\\u202Eb"\n',
            "content/_strings.toml: holds the invisible character U+202E in `more.text`",
        ),
        ("\n[more]\ntext = 1\n", "content/_strings.toml: is not a catalogue: more.text is not a text"),
        ("\n[more]\ntext = " + "[" * 3000, "content/_strings.toml: is not valid TOML: it is nested too deeply"),
        ("\n[more]\n" + ".".join("a" * 3000) + " = 1", "content/_strings.toml:LINE:1: has a key of more than 16 parts"),
    ],
)
def test_what_is_no_text_is_refused(addition: str, expected: str) -> None:
    data = snapshot()[STRINGS[0]].data
    expected = expected.replace("LINE", str(data.count(b"\n") + 3))
    found = messages({STRINGS[0]: data + addition.encode()})
    assert any(line.startswith(expected) for line in found), found


def test_a_template_that_is_not_utf8_is_named_with_its_place() -> None:
    from statusbook.pipeline import plan
    from statusbook.problems import BadInput

    with pytest.raises(BadInput) as caught:
        plan(snapshot({"templates/guide.html": b"<p>\n\xe4\xb8\xad\xff</p>"}))
    assert str(caught.value).startswith("templates/guide.html:2:2: is not UTF-8: byte 0xFF")


# --- the tables -------------------------------------------------------------------------------------

REGISTRY = "code,phrase,standing,rfc,section,reference,url,date\n"


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            "data/registry.csv",
            REGISTRY + "404,Not Found,registered,9110,15.5.5,RFC 9110,javascript:alert(1),2025-09-15\n",
            "data/registry.csv:2:1: has no web address in `url`",
        ),
        ("data/registry.csv", "\ufeff" + REGISTRY, "data/registry.csv:1:1: starts with a byte order mark"),
        ("data/registry.csv", REGISTRY + "x" * 200_000, "data/registry.csv:2:1: is not CSV: field larger"),
        ("data/rfc-sections.csv", f"rfc,title,sections\n{'1' * 5000},x,1\n", "data/rfc-sections.csv:2:1: '111"),
        ("data/rfc-sections.csv", "rfc,title,sections\n1,x\n", "data/rfc-sections.csv:2:1: has 2 cells, not 3"),
    ],
)
def test_a_wrong_table_is_named_with_its_place(path: str, text: str, expected: str) -> None:
    found = messages({path: text})
    assert any(line.startswith(expected) for line in found), found


# --- file names -------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["static", "content/guides", "static/b\udcff"])
def test_a_file_name_that_is_not_utf8_is_a_problem(tmp_path: Path, folder: str) -> None:
    try:
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / os.fsdecode(b"a\xff.css")).write_text("x")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    tree = read_tree(tmp_path)
    assert not list(tree)
    assert len(tree.problems) == 1
    assert "\\xff" in tree.problems[0].path
    assert str(tree.problems[0]).encode().endswith(b"has a name that is not UTF-8\n    Rename it.")
