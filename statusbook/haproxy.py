"""A lexer of HAProxy's configuration, which Pygments lacks: sections, keywords, strings, comments.

The form is that of “The configuration file format” in HAProxy's configuration manual: a keyword first on its line,
``#`` to the end of the line, quotation marks and backslashes as in a shell.
"""

from __future__ import annotations

from typing import ClassVar

from pygments.lexer import RegexLexer, bygroups
from pygments.token import Comment, Keyword, Number, String, Text


class HaproxyLexer(RegexLexer):  # type: ignore[misc] # the package has no types
    """Sections begin in the first column; what belongs to them is indented."""

    name = "HAProxy"
    url = "https://docs.haproxy.org/"
    aliases: ClassVar[list[str]] = ["haproxy"]
    tokens: ClassVar = {
        "root": [
            (r"#.*", Comment.Single),
            (r"^([ \t]*)([\w.-]+)", bygroups(Text, Keyword)),
            (r'"(?:\\.|[^"\\\n])*"?', String.Double),
            (r"'[^'\n]*'?", String.Single),
            (r"\\.", Text),
            (r"\b\d+(?:ms|us|s|m|h|d)?\b", Number),
            (r"[^\s#\"'\\]+?(?=[\s#\"'\\]|\Z)", Text),
            (r"[^\S\n]+|.|\n", Text),
        ],
    }
