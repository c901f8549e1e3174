"""Code in colour: nothing of the text is lost, few spans, and header fields lead to what they do."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from statusbook import highlight as module
from statusbook import message
from statusbook.highlight import CLASSES, LEXERS, highlight
from statusbook.model import FieldLinks

from .book import ROOT

LINKS = FieldLinks("../guides/glossary/#field-", frozenset({"retry-after", "date"}))


def plain(markup: str) -> str:
    return BeautifulSoup(f"<pre>{markup}</pre>", "html.parser").get_text()


@pytest.mark.parametrize(
    ("language", "text", "colours"),
    [
        ("nginx", "return 308 /new;  # gone", '<span class="k">return</span> <span class="d">308</span> /new;'),
        ("nginx", "add_header A b;", '<span class="k">add_header</span> A b;'),
        ("nginx", "return 301 https://$host;", '<span class="n">$host</span>'),
        ("apache", "Redirect 410 /a", '<span class="k">Redirect</span>'),
        (
            "haproxy",
            "defaults # x\n    timeout client 30s",
            '<span class="k">timeout</span> client <span class="d">30s</span>',
        ),
        ("shell", "curl -i 'https://a' # now", '<span class="s">\'https://a\'</span> <span class="c"># now</span>'),
        ("shell", "sleep 10", "sleep 10"),
        ("python", "if code == 404:  # none", '<span class="k">if</span> code == <span class="d">404</span>'),
        ("js", "const a = `x`; // b", '<span class="k">const</span> a = <span class="s">`x`</span>'),
        ("go", 'http.Error(w, "no", 404)', '<span class="s">"no"</span>, <span class="d">404</span>'),
        ("java", "return null;", '<span class="k">return null</span>;'),
        ("php", "<?php\nhttp_response_code(404); // x", '<span class="d">404</span>'),
        ("php", "echo 'a'; // x", '<span class="k">echo</span> <span class="s">\'a\'</span>'),
        ("ruby", "puts 'a' # b", '<span class="c"># b</span>'),
        ("json", '{"a": 1}', '{<span class="n">"a"</span>: <span class="d">1</span>}'),
        ("yaml", "a: b # c", '<span class="n">a</span>: b <span class="c"># c</span>'),
        ("toml", "a = 'b'", "<span class=\"s\">'b'</span>"),
        ("sql", "SELECT 1", '<span class="k">SELECT</span> <span class="d">1</span>'),
        ("console", "$ ls\nfile", '<span class="c">$</span> ls\nfile'),
        ("text", "if a < b", "if a &lt; b"),
        ("klingon", "<b>", "&lt;b&gt;"),
    ],
)
def test_a_language_is_coloured(language: str, text: str, colours: str) -> None:
    assert colours in highlight(text, language)
    assert plain(highlight(text, language)) == text


def test_equal_neighbours_share_a_span() -> None:
    assert highlight("# one\n# two\nx", "shell") == '<span class="c"># one\n# two</span>\nx'


@pytest.mark.parametrize("language", [*LEXERS, "http", "text"])
@settings(deadline=None)  # the first text of a language loads its lexer
@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=60))
def test_no_character_is_lost_or_becomes_markup(language: str, text: str) -> None:
    markup = highlight(text, language, LINKS)
    tags = re.findall(r"<[^>]*>", markup)
    allowed = (
        r'<span class="[csknd]">|</span>|<b class="c[1-5o]">|</b>|<a href="\.\./guides/glossary/#field-[a-z-]+">|</a>'
    )
    assert all(re.fullmatch(allowed, tag) for tag in tags), tags
    assert re.sub(r"<[^>]*>", "", markup).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text


def test_a_lexer_that_fails_costs_the_colours_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> object:
        raise RuntimeError("lexer")

    monkeypatch.setattr(module, "_lexer", broken)
    assert highlight("return 1 # never seen before", "python") == "return 1 # never seen before"


def test_the_languages_of_the_handbook_are_known() -> None:
    named = set()
    for path in (ROOT / "content").rglob("*.md"):
        named |= set(re.findall(r"^\s*```([a-z+-]+)$", path.read_text("utf-8"), re.M))
    assert named - LEXERS.keys() <= {"http", "text"}


def test_every_class_has_its_colour() -> None:
    sheet = (ROOT / "static/css/parts/syntax.css").read_text("utf-8")
    for name in set(CLASSES.values()) - {""}:
        assert re.search(rf"\.{name}\b", sheet), name


def test_a_build_without_code_loads_no_lexer() -> None:
    script = "import sys, statusbook.highlight as h; h.highlight('a', 'text'); print('pygments' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"


# --- messages ---------------------------------------------------------------------------------------


def roles(text: str) -> list[tuple[str, str]]:
    return [(piece.role, piece.text) for piece in message.pieces(text) if piece.role]


def test_a_response_is_read_by_its_parts() -> None:
    text = "HTTP/1.1 503 Service Unavailable\nRetry-After: 9\n\n<p>later\n"
    assert roles(text) == [("start", "HTTP/1.1"), ("code", "503"), ("field", "Retry-After"), ("content", "<p>later\n")]


def test_interim_responses_are_messages_of_their_own() -> None:
    text = "HTTP/1.1 103 Early Hints\nLink: </a>\n\nHTTP/1.1 200 OK\nDate: now\n\nbody"
    assert [text for role, text in roles(text) if role in ("code", "content")] == ["103", "200", "body"]


def test_what_curl_puts_in_front_is_set_apart() -> None:
    text = "> GET / HTTP/2\n> Host: a\n> \n< HTTP/2 404\n< Date: now\n< \n"
    assert [text for role, text in roles(text) if role == "field"] == ["Host", "Date"]
    assert [text for role, text in roles(text) if role == "code"] == ["404"]


def test_fields_alone_are_fields() -> None:
    assert roles("Retry-After: 120\nAge: 1") == [("field", "Retry-After"), ("field", "Age")]


def test_what_looks_like_a_field_in_content_is_content() -> None:
    assert roles("HTTP/1.1 200 OK\n\nDate: no field\nPUT it here\n")[-1] == ("content", "Date: no field\nPUT it here\n")


def test_content_is_coloured_by_its_type() -> None:
    text = 'HTTP/1.1 400 Bad Request\nContent-Type: application/problem+json; charset=utf-8\n\n{"status": 400}'
    assert '<span class="n">"status"</span>: <span class="d">400</span>' in highlight(text, "http")


def test_a_status_code_wears_its_class_and_a_field_leads_to_its_row() -> None:
    markup = highlight("HTTP/1.1 429 Too Many Requests\nRETRY-after: 1\nX-Own: 2\n", "http", LINKS)
    assert '<b class="c4">429</b>' in markup
    assert '<a href="../guides/glossary/#field-retry-after">RETRY-after</a>: 1' in markup
    assert '<span class="n">X-Own</span>: 2' in markup
    assert '<b class="co">999</b>' in highlight("HTTP/1.1 999 Request denied", "http")
