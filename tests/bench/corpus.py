"""A handbook of any size: the real templates and settings, and generated guide pages of about 5 kB each."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from ..book import write_project

_WORDS = "状态码 服务器 客户端 请求 响应 缓存 网关 代理 源站 重试 超时 重定向 报文 字段 资源 表示"
_ENGLISH = "status server client request response cache gateway proxy origin retry redirect field"


def make(root: Path, pages: int, seed: int = 1, *, plain: bool = False) -> None:
    """Write the small book and ``pages`` guides, both languages counted; the same seed gives the same bytes.

    With ``plain`` the guides have nothing that only our dialect knows.
    """
    write_project(root)
    folder = root / "content/guides"
    folder.mkdir(parents=True, exist_ok=True)
    for name, suffix, text in _texts(pages, seed, plain=plain):
        (folder / f"{name}{suffix}.md").write_text(text, "utf-8")


def plain(folder: Path, pages: int, seed: int = 1) -> None:
    """The guides of a plain book alone, as any generator reads them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, suffix, text in _texts(pages, seed, plain=True):
        dated = text.replace("updated: ", "date: ", 1)
        (folder / f"{name}{suffix.replace('.', '-')}.md").write_text(dated, "utf-8")


def _texts(pages: int, seed: int, *, plain: bool) -> Iterator[tuple[str, str, str]]:
    """Name, suffix and text of each file; two languages make two pages."""
    chance = random.Random(seed)
    for number in range(pages // 2):
        name = f"generated-{number:06}"
        neighbour = f"generated-{(number * 7 + 1) % (pages // 2):06}"
        for suffix, words, language in (("", _WORDS.split(), "zh"), (".en", _ENGLISH.split(), "en")):
            yield name, suffix, _page(chance, words, name, neighbour, language, plain=plain)


def _page(chance: random.Random, words: list[str], name: str, neighbour: str, language: str, *, plain: bool) -> str:
    joint = "" if language == "zh" else " "
    see = [f"see: [{chance.choice((404, 410))}, {neighbour}]"] if neighbour != name else ["see: [404]"]
    link = "" if plain else " [[404]]"
    lines = [
        "---",
        f"title: {joint.join(chance.choices(words, k=4))} {name[-6:]}",
        f"summary: {joint.join(chance.choices(words, k=8))}",
        f"keywords: [{', '.join(sorted(set(chance.choices(words, k=3))))}]",
        *(see if language == "zh" else []),
        "updated: 2026-11-22",
        "---",
        "",
    ]
    for section in range(4):
        lines += [f"## {joint.join(chance.choices(words, k=3))} {{#part-{section}}}", ""]
        for _ in range(3):
            sentence = joint.join(chance.choices(words, k=60 if language == "zh" else 70))
            lines += [
                f"{sentence} **{chance.choice(words)}** `Cache-Control: max-age={chance.randrange(999)}`{link}.",
                "",
            ]
        lines += ["- " + joint.join(chance.choices(words, k=9)) for _ in range(3)]
        lines += ["", "```nginx", f"proxy_read_timeout {chance.randrange(99)}s;", "```", ""]
    end = "the end" if plain else f"RFC 9110 §15.5.5 [[{neighbour}]]"
    return "\n".join([*lines, end, ""])
