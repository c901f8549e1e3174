"""What a writer is told about front matter: file, line, column, what is wrong, what to write instead."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statusbook import frontmatter
from statusbook.fields import FIELDS
from statusbook.model import Kind
from statusbook.sources import Source

from .book import code_page, problems, translation

PATH = "content/4xx/404.md"


def only(changes: dict[str, str | bytes | None]) -> str:
    found = [str(problem) for problem in problems(changes) if problem.path == PATH]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        pytest.param(b"", "1:1", "is empty", id="empty file"),
        pytest.param(b"  \n\n", "1:1", "is empty", id="blank file"),
        pytest.param(b"# 404\n", "1:1", "does not start with front matter", id="none"),
        pytest.param(b"---\ncode: 404\n", "1:1", "never closes", id="never closes"),
        pytest.param(b"\xef\xbb\xbf---\n---\n", "1:1", "byte order mark", id="BOM"),
        pytest.param(b"---\ncode: 404\ntitle: \xff\n---\n", "3:8", "is not UTF-8: byte 0xFF", id="bad UTF-8"),
        pytest.param(b"---\ncode: 404\n\ttitle: x\n---\n", "3:1", "has a tab", id="tab"),
        pytest.param(b"---\ncode: 404\ntitle: a\x00b\n---\n", "3:9", "U+0000", id="NUL"),
        pytest.param("---\ncode: 404\ntitle: a\u202eb\n---\n".encode(), "3:9", "U+202E", id="bidi control"),
        pytest.param(
            "---\ncode: 404\ntitle: 中a\uffffb\n---\n".encode(), "3:10", "does not allow: U+FFFF", id="not a character"
        ),
        pytest.param(b"---\n- code\n---\n", "2:1", "front matter without fields", id="a list"),
        pytest.param(b"---\ncode: 404\ntitle: a: b\n---\n", "3:9", "is not valid YAML", id="colon in value"),
        pytest.param(b"---\ncode: &x 404\ntitle: *x\n---\n", "2:7", "anchor or alias", id="YAML anchor"),
        pytest.param(b"---\ncode: !!int 404\n---\n", "2:7", "YAML tag", id="YAML tag"),
        pytest.param(
            b"---\ncode: 404\n--- \ntitle: x\n", "2:1", "`phrase` is missing", id="closing line may have blanks"
        ),
    ],
)
def test_a_broken_file_is_named_with_its_place(text: bytes, place: str, message: str) -> None:
    found = [str(problem) for problem in problems({PATH: text})]
    assert any(line.startswith(f"{PATH}:{place}: ") and message in line for line in found), found


@pytest.mark.parametrize(
    ("field", "value", "place", "message", "hint"),
    [
        ("code", "'404'", "2:7", "`code` is not a whole number", "without quotes"),
        ("code", "four", "2:7", "`code` is not a whole number", "digits"),
        ("title", '""', "4:8", "`title` is empty", ""),
        ("summary", "x" * 300, "5:10", "300 characters", ""),
        ("standing", "known", "6:11", "`standing` is `known`", "registered, temporary, unused, vendor"),
        ("spec", "RFC 9110", "7:7", "`spec` is not a list", "[a, b]"),
        ("spec", "[{rfc: 9110, sektion: 1}]", "7:20", "`sektion` is not a field here", "Did you mean `section`?"),
        ("spec", "[{rfc: 9110, section: x y}]", "7:29", "not a section number", "15.5.5"),
        ("since", "1996", "8:8", "`since` is not a mapping", "rfc: …"),
        ("retry", "yes", "11:8", "`retry` is `yes`", "unneeded, pointless, later, amended"),
        ("senders", "[]", "12:10", "has 0 items", ""),
        ("senders", "[origin, origin]", "12:19", "twice", ""),
        ("keywords", "找不到", "13:11", "is not a list", ""),
        ("see", "[../../etc]", "14:7", "not the name of a page", "guide's file name"),
        ("updated", "yesterday", "15:10", "is not a day", "2026-11-22"),
        ("updated", "2026-02-30", "15:10", "is not a day", ""),
        ("title", '"a\\0b"', "4:8", "`title` holds the invisible character U+0000", "Delete it."),
        ("title", '"a\\u202ec"', "4:8", "`title` holds the invisible character U+202E", "Delete it."),
        ("title", '"a\\x1fc"', "4:8", "`title` holds the invisible character U+001F", "Delete it."),
        ("keywords", '["a\\ec"]', "13:12", "`keywords` holds the invisible character U+001B", "Delete it."),
    ],
)
def test_a_wrong_value_says_what_to_write(field: str, value: str, place: str, message: str, hint: str) -> None:
    text = only({PATH: code_page(404, **{field: value})})
    assert text.startswith(f"{PATH}:{place}: "), text
    assert message in text
    assert hint in text


@pytest.mark.parametrize("source", ["https://[x", "https:///x", "https://h:99999/", "javascript:x", "https://"])
def test_a_source_that_cannot_be_linked_is_refused(source: str) -> None:
    use = f"[{{vendor: nginx, name: x, note: x, seen: log, trust: documented, source: '{source}'}}]"
    found = [str(problem) for problem in problems({PATH: code_page(404, vendors=use)})]
    assert any("`source` is not a web address" in line for line in found), found


def test_an_unknown_key_suggests_the_right_one() -> None:
    text = only({PATH: code_page(404, keyword="[a]")})
    assert "`keyword` is not a field here" in text
    assert "Did you mean `keywords`?" in text


def test_a_missing_key_is_named() -> None:
    assert "`summary` is missing" in only({PATH: code_page(404, summary="")})


def test_a_key_given_twice_is_named() -> None:
    text = code_page(404).replace("title: 未找到", "title: 未找到\ntitle: 又一个")
    assert "`title` is given twice" in only({PATH: text})


def test_all_problems_of_a_file_are_reported_at_once() -> None:
    found = [p.message for p in problems({PATH: code_page(404, title='""', retry="x", updated="x")}) if p.path == PATH]
    assert len(found) == 3


def test_section_numbers_stay_text() -> None:
    document, _ = frontmatter.split(Source.of(PATH, code_page(404, spec="[{rfc: 9110, section: 15.10}]").encode()))
    assert document is not None
    values, found = frontmatter.read_fields(PATH, document.fields, FIELDS[Kind.CODE][0])
    assert not found
    assert values["spec"][0].section == "15.10"


def test_windows_line_ends_are_read() -> None:
    assert not problems({PATH: code_page(404).replace("\n", "\r\n")})


def test_a_translation_may_not_repeat_the_facts() -> None:
    found = problems({"content/4xx/404.en.md": translation(code="404")})
    assert [p.message for p in found] == ["`code` is not a field here"]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_make_the_reader_raise(data: bytes) -> None:
    frontmatter.split(Source.of(PATH, data))


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet=st.sampled_from("abc: -[]{}&*!|>'\"#%@`\n\t,?404"), max_size=120))
def test_no_yaml_makes_the_reader_raise(text: str) -> None:
    document, found = frontmatter.split(Source.of(PATH, f"---\n{text}\n---\nbody".encode()))
    if document is None:
        assert found
        assert all(problem.line >= 1 for problem in found)
    else:
        frontmatter.read_fields(PATH, document.fields, FIELDS[Kind.CODE][0])
