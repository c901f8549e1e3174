"""Code in colour: what of a text is a comment, a string, a keyword, a name or a number.

Pygments knows the languages; what it tells apart by dozens of kinds is brought down to the few classes of
``static/css/code.css``, equal neighbours become one ``<span>``, and most text has none. HTTP messages are read by
:mod:`statusbook.message`: their header fields link to the handbook's table of fields.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from markupsafe import Markup

from . import message
from .kept import Kept
from .keys import key_of
from .model import NO_LINKS, FieldLinks

#: The classes: a comment, a string, a keyword or directive, a name or key, a number.
COMMENT, STRING, KEYWORD, NAME, NUMBER = "c", "s", "k", "n", "d"

#: Kinds of token by class. The longest name that a kind begins with decides; what is not here is plain.
CLASSES = {
    "Comment": COMMENT,
    "Comment.Preproc": "",
    "Generic.Prompt": COMMENT,
    "Keyword": KEYWORD,
    "Literal.Number": NUMBER,
    "Literal.String": STRING,
    "Name.Attribute": NAME,
    "Name.Decorator": NAME,
    "Name.Tag": NAME,
    "Name.Variable": NAME,
    "Operator.Word": KEYWORD,
}

#: Where a language's lexer uses a kind otherwise: values of configurations are no strings, directives no built-ins.
_VALUES = {"Literal.String": "", "Literal.String.Double": STRING}
_EXCEPTIONS = {
    "apache": {"Name.Builtin": KEYWORD, "Name.Tag": KEYWORD, **_VALUES},
    "ini": _VALUES,
    "nginx": _VALUES,
    "powershell": {"Name.Builtin": KEYWORD},
    "shell": {"Literal.Number": ""},
}

#: The lexer of each language that a fence may name. Others, and ``text``, are shown plain.
LEXERS = {
    "apache": ("pygments.lexers.configs", "ApacheConfLexer"),
    "c": ("pygments.lexers.c_cpp", "CLexer"),
    "caddy": ("pygments.lexers.configs", "CaddyfileLexer"),
    "console": ("pygments.lexers.shell", "BashSessionLexer"),
    "csharp": ("pygments.lexers.dotnet", "CSharpLexer"),
    "css": ("pygments.lexers.css", "CssLexer"),
    "go": ("pygments.lexers.go", "GoLexer"),
    "haproxy": ("statusbook.haproxy", "HaproxyLexer"),
    "html": ("pygments.lexers.html", "HtmlLexer"),
    "ini": ("pygments.lexers.configs", "IniLexer"),
    "java": ("pygments.lexers.jvm", "JavaLexer"),
    "js": ("pygments.lexers.javascript", "JavascriptLexer"),
    "json": ("pygments.lexers.data", "JsonLexer"),
    "kotlin": ("pygments.lexers.jvm", "KotlinLexer"),
    "lua": ("pygments.lexers.scripting", "LuaLexer"),
    "nginx": ("pygments.lexers.configs", "NginxConfLexer"),
    "php": ("pygments.lexers.php", "PhpLexer"),
    "powershell": ("pygments.lexers.shell", "PowerShellLexer"),
    "python": ("pygments.lexers.python", "PythonLexer"),
    "ruby": ("pygments.lexers.ruby", "RubyLexer"),
    "rust": ("pygments.lexers.rust", "RustLexer"),
    "shell": ("pygments.lexers.shell", "BashLexer"),
    "sql": ("pygments.lexers.sql", "SqlLexer"),
    "toml": ("pygments.lexers.configs", "TOMLLexer"),
    "vcl": ("pygments.lexers.varnish", "VCLLexer"),
    "xml": ("pygments.lexers.html", "XmlLexer"),
    "yaml": ("pygments.lexers.data", "YamlLexer"),
}

#: The language of a file, by its extension.
EXTENSIONS = {
    "py": "python",
    "mjs": "js",
    "js": "js",
    "html": "html",
    "conf": "nginx",
    "sh": "shell",
    "json": "json",
    "go": "go",
}

#: The language of a message's content by what its media type ends with (RFC 6839, RFC 9110 §8.3.1).
_MEDIA_TYPES = {"json": "json", "html": "html", "xml": "xml", "javascript": "js", "css": "css"}


def highlight(text: str, language: str, links: FieldLinks = NO_LINKS) -> Markup:
    """``text`` as the content of a ``<code>`` element; a pure function of its arguments.

    ``language`` is what follows a fence: one of ``LEXERS``, or ``http``. In another language, and where a lexer
    fails, the text is plain.
    """
    if language == "http":
        return Markup("".join(_http(text, links)))
    return Markup("".join(_spans(_tokens(text, language))))


def _spans(tokens: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, text in tokens:
        plain = escape(text, quote=False)
        yield f'<span class="{name}">{plain}</span>' if name else plain


def _http(text: str, links: FieldLinks) -> Iterator[str]:
    for piece in message.pieces(text):
        plain = escape(piece.text, quote=False)
        if piece.role == "field" and piece.text.lower() in links.names:
            yield f'<a href="{escape(links.href)}{piece.text.lower()}">{plain}</a>'
        elif piece.role == "field":
            yield from _spans([(NAME, piece.text)])
        elif piece.role in ("start", "mark"):
            yield from _spans([(KEYWORD if piece.role == "start" else COMMENT, piece.text)])
        elif piece.role == "code":
            yield f'<b class="c{piece.text[0] if piece.text < "600" else "o"}">{plain}</b>'
        else:
            ending = piece.media_type.replace("+", "/").rpartition("/")[2]
            yield from _spans(_tokens(piece.text, _MEDIA_TYPES.get(ending, "")))


# --- Pygments ---------------------------------------------------------------------------------------


#: Runs of code with their classes; those of plain text have none.
Runs = tuple[tuple[str, str], ...]
_kept: Kept[Runs] = Kept()


def keep_in(kept: Kept[Runs]) -> None:
    """Look up in ``kept`` what this process has in colour already, and add what it has not."""
    global _kept  # noqa: PLW0603 - as with any cache of a pure function, nobody can tell which one is in use
    _kept = kept


def _tokens(text: str, language: str) -> Runs:
    """The runs of ``text`` with their classes, equal neighbours joined."""
    if language not in LEXERS:
        return (("", text),)
    return _kept.get(key_of(language, text), lambda: _read(text, language))


def _read(text: str, language: str) -> Runs:
    classes = _classes(language)
    whole = f"{text}\n"  # many lexers know a comment by the end of its line
    try:
        tokens = _lexer(language, "<?php" in text).get_tokens_unprocessed(whole)
        found = [(classes[kind], value) for _, kind, value in tokens]
    except Exception:  # a lexer that cannot read it costs the colours only
        found = []
    if "".join(value for _, value in found) != whole:
        return (("", text),)
    *runs, (_, end) = _joined(found)  # white space at the end is always plain
    return (*runs, ("", end[:-1])) if end != "\n" else tuple(runs)


@functools.cache
def _lexer(language: str, has_tag: bool) -> Any:
    """The lexer of a language, loaded when there is code to colour. Only PHP's cares whether a tag opens the code."""
    module, name = LEXERS[language]
    options = {"startinline": True} if language == "php" and not has_tag else {}
    return getattr(importlib.import_module(module), name)(**options)


class _Classes(dict[object, str]):
    """The classes of the kinds of token that were met, with a language's ``exceptions``."""

    def __init__(self, exceptions: Mapping[str, str]) -> None:
        super().__init__()
        self.tables = (exceptions, CLASSES)

    def __missing__(self, kind: object) -> str:
        name = str(kind).removeprefix("Token.")
        while name and not any(name in table for table in self.tables):
            name = name.rpartition(".")[0]
        self[kind] = next((table[name] for table in self.tables if name in table), "")
        return self[kind]


@functools.cache
def _classes(language: str) -> _Classes:
    return _Classes(_EXCEPTIONS.get(language, {}))


def _joined(tokens: Iterable[tuple[str, str]]) -> Runs:
    """Runs as long as can be: white space belongs to what is on both of its sides, or is plain."""
    runs: list[tuple[str, str]] = []
    space = ""
    for name, text in tokens:
        core = text.strip()
        if not core:
            space += text
            continue
        at = text.index(core)
        space += text[:at]
        last = runs[-1][0] if runs else ""
        if runs and name == last:
            runs[-1] = (name, runs[-1][1] + space + core)
        elif runs and not last:
            runs[-1] = ("", runs[-1][1] + space)
            runs.append((name, core))
        elif not name:
            runs.append(("", space + core))
        else:
            runs += [("", space)] * bool(space)
            runs.append((name, core))
        space = text[at + len(core) :]
    return (*runs, ("", space)) if space else tuple(runs)
