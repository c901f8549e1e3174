"""What strangers may send: real files damaged in many ways, and texts that were made to do harm."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from statusbook.frontmatter import LARGEST

#: Pieces of attacks and of our own syntax, for any kind of file.
PIECES = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "</code></pre><iframe srcdoc='<script>alert(1)</script>'>",
    '"><b onmouseover=alert(1) x="',
    "' onfocus=alert(1) autofocus='",
    "<!--",
    "-->",
    "]]>",
    "<![CDATA[",
    "<?xml version='1.0'?>",
    "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;&a;'>]>",
    "&lt;script&gt;",
    "&#x6a;avascript&colon;alert(1)",
    "[x](javascript:alert(1))",
    "[x](JaVa\tScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "[x](//evil.example/)",
    '[x](https://e.org/"onmouseover="alert(1))',
    "[x](https://e.org 'a' onclick=alert(1))",
    "<javascript:alert(1)>",
    "<https://e.org/\"onclick='alert(1)'>",
    "![x](https://evil.example/pixel.png)",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "### t {#a onclick=alert(1) .x style=y}",
    "{: onclick=alert(1) }",
    "[[../../etc/passwd]]",
    "[[file:../../../etc/passwd]]",
    "[[file:/etc/passwd]]",
    '[[figure:a.svg|"><script>alert(1)</script>]]',
    "[[404|<b>x</b>]]",
    "[[404",
    "{{ 7 * 7 }}{% raw %}",
    "{{ cycler.__init__.__globals__ }}",
    "${7*7}`id`",
    '!!! note "<img src=x onerror=y>"\n    x',
    '```"><script>\n',
    "```",
    "~~~",
    "`" * 7,
    "*" * 40,
    "_" * 40,
    "[" * 40,
    "(" * 40,
    "> " * 40,
    "- " * 40,
    "\\" * 7,
    "\x00",
    "\x02wzxhzdk:0\x03",
    "\x08\x1b[31m",
    "\u202eevil\u2066",
    "\ufeff",
    "\ufffe\uffff",
    "\ud800",
    "\u0085\u2028\u2029",
    "ʼ" * 30,
    "é" * 30 + "\u0301" * 30,
    "𝕏" * 20,
    "---\n",
    "---\nx: &a [*a, *a]\n---\n",
    "a: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]\n",
    "!!python/object/apply:os.system [id]",
    "x: " + "[" * 60 + "]" * 60,
    "{a: {b: {c: {d: {e: {f: {g: {h: {i: {j: k}}}}}}}}}}",
    '"\\u0000\\uD800"',
    "9" * 5_000,
    "-0x1e999",
    "1e999999",
    "\r\r\n\r",
    "\t\t\t",
    " " * 300,
    "\n" * 50,
    "|" * 60,
    "| a |\n| --- |\n| [[404\\|x]] |\n",
    "RFC 99999 §" + "1." * 50,
    "a" * 2_500,
    "中" * 2_500,
    ',,,,"',
    "../",
    "..\\",
    "%2e%2e%2f",
    "CON.md",
)


def mutants(texts: Sequence[str], count: int, seed: int) -> Iterator[bytes]:
    """``count`` damaged copies of ``texts``, the same for the same seed."""
    chance = random.Random(seed)
    for number in range(count):
        text = texts[number % len(texts)]
        for _ in range(chance.randint(1, 4)):
            text = _damage(text, chance)
        data = text.encode("utf-8", "surrogatepass")
        yield _flip(data, chance) if number % 8 == 7 else data


def _damage(text: str, chance: random.Random) -> str:
    """One change: a piece put in (most often), a part taken out, repeated or moved."""
    at, to = sorted(chance.randrange(len(text) + 1) for _ in range(2))
    to = min(to, at + 400)
    what = chance.randrange(8)
    if what < 4:
        return text[:at] + chance.choice(PIECES) + text[at:]
    if what == 4:  # where a value stands: after a colon, an equals sign or a quotation mark
        marks = [i for i, character in enumerate(text) if character in ':="|(,']
        at = chance.choice(marks) + 1 if marks else at
        return text[:at] + chance.choice(PIECES) + text[at:]
    if what == 5:
        return text[:at] + text[to:]
    if what == 6:
        return text[:to] + text[at:to] * 3 + text[to:]
    return text[to:] + text[at:to] + text[:at]


def _flip(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


# --- texts made to take long ------------------------------------------------------------------------

#: What Markdown is made of, and what our own dialect adds.
_UNITS = (
    "*", "_", "*a ", "_a ", "**a", "*a*", "*a_b_", "**a*b", "[", "[]", "[a", "[a](", "![", "[[", "[[404", "[[404|",
    "`", "`a ", "`` ` ", "> ", "> a\nb\n", "- a\n", "- ", "1. a\n", "\\", "\\*", "\\[", "<", "<http://", "<https://a ",
    "&", "&#x", "#", "### a {#a}\n", "# a {#", "```\n", "~~~\n", "|", "a|b\n-|-\n", '!!! note "a"\n', "RFC ", "RFC 1",
    "RFC 9110 §1.1.", "1.", " ", "\t", "\n", " \n", "word ", "'", "a'", '"', "(", "-", "=", "---\n", ":", "{", "{#a",
    "[[file:a/b.py]]", "[[figure:a.svg|", "中", "中，", "a\n\n", "x", "https://a.b/", '[a](b "', "[a](<", "\x02", "!",
)  # fmt: skip
#: Those that took longest before there were bounds.
_HEAVY = (
    "**a", "*a*", "**a*b", "[a", "[[404", "`a ", "`` ` ", "> ", "- a\n", "1. a\n", "\\", "\\*", "\\[", "```\n", "|",
    "a|b\n-|-\n", '!!! note "a"\n', "RFC 9110 §1.1.", "'", "a'", "---\n", "a\n\n", "中", "word ",
)  # fmt: skip


def slow_texts(size: int, line: int = 1_900, paragraph: int = 7_800) -> Iterator[tuple[str, str]]:
    """Markdown of ``size`` characters that keeps parsers busy, with a name.

    Some come in one piece; those that kept ours busiest are cut to lines and paragraphs as long as bounds allow.
    """
    if size > 2 * LARGEST:
        yield from ((f"{unit!r} in one piece", (unit * (size // len(unit) + 1))[:size]) for unit in _UNITS)
    for unit in _HEAVY:
        piece = unit * (paragraph // len(unit))
        lines = [part[i : i + line] for part in piece.split("\n") for i in range(0, max(1, len(part)), line)]
        block = "\n".join(lines)
        yield f"{unit!r} in paragraphs", "\n\n".join([block] * (size // max(1, len(block)) + 1))[:size]
    level = [f"{'    ' * (i % 8)}{('- ', '1. ', '> ', '* ')[i % 4]}a\n\n" for i in range(size // 18)]
    yield "nested lists", "".join(level)[:size]
    yield "backticks of all lengths", "".join(f"{'`' * (i % 900 + 1)} " for i in range(size // 400))[:size]
    row = "|".join("a" * (line // 2))
    yield "a wide table", "\n\n".join([f"{row}\n{row.replace('a', '-')}\n{row}"] * (size // 3 // line))
