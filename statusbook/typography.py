"""Quotation marks and apostrophes as English prints them, so that writers may type the straight ones."""

from __future__ import annotations

import re

_TAG = re.compile(r"(<[^<>]*>)")
#: After these, or at the start of a text, a quotation mark opens.
_OPENS_AFTER = re.compile(r"[\s(\[{“‘—–/-]")
#: Tags that matter: those of code come first, the others are within a line.
_SPECIAL = re.compile(r"</?(?:(code|pre|svg)|a|em|strong|span|small|b|i|q)\b")
_STRAIGHT = re.compile(r"[\"']")


def curly(text: str, before: str = " ") -> str:
    """Plain text with typographic quotation marks; ``before`` is the character in front of it.

    >>> curly('the server\\'s "no"')
    'the server’s “no”'
    """

    def replace(match: re.Match[str]) -> str:
        previous = text[match.start() - 1] if match.start() else before
        opens = bool(_OPENS_AFTER.match(previous))
        if match[0] == '"':
            return "“" if opens else "”"
        return "‘" if opens else "’"

    return _STRAIGHT.sub(replace, text)


def curly_html(html: str) -> str:
    """The same for HTML: tags, code and drawings stay as they are."""
    if '"' not in html and "'" not in html:
        return html
    parts = _TAG.split(html)
    code, before = 0, " "
    for i, part in enumerate(parts):
        if i % 2:
            special = _SPECIAL.match(part)
            if special is None:
                before = " "
            elif special[1]:
                code += -1 if part[1] == "/" else 1
                before = "x"
        elif part and not code:
            if '"' in part or "'" in part:
                parts[i] = curly(part, before)
            before = part[-1]
    return "".join(parts)
