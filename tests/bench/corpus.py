"""A handbook of any size: the real templates and settings, and generated guide pages of about 5 kB each."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from ..book import ROOT, write_project

_WORDS = "状态码 服务器 客户端 请求 响应 缓存 网关 代理 源站 重试 超时 重定向 报文 字段 资源 表示"
_ENGLISH = "status server client request response cache gateway proxy origin retry redirect field"


def make(root: Path, pages: int, seed: int = 1) -> None:
    """Write the small book and ``pages`` guides in both languages; the same seed gives the same bytes."""
    write_project(root)
    shutil.copytree(ROOT / "statusbook", root / "statusbook", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "build.py", root / "build.py")
    chance = random.Random(seed)
    for number in range(pages // 2):  # two languages make two pages
        name = f"generated-{number:06}"
        neighbour = f"generated-{(number * 7 + 1) % (pages // 2):06}"
        for suffix, words, language in (("", _WORDS.split(), "zh"), (".en", _ENGLISH.split(), "en")):
            text = _page(chance, words, name, neighbour, language)
            (root / f"content/guides/{name}{suffix}.md").write_text(text, "utf-8")


def _page(chance: random.Random, words: list[str], name: str, neighbour: str, language: str) -> str:
    joint = "" if language == "zh" else " "
    lines = [
        "---",
        f"title: {joint.join(chance.choices(words, k=4))} {name[-6:]}",
        f"summary: {joint.join(chance.choices(words, k=8))}",
        f"keywords: [{', '.join(sorted(set(chance.choices(words, k=3))))}]",
        *(["see: [404, 410]"] if language == "zh" else []),
        "updated: 2026-11-22",
        "---",
        "",
    ]
    for section in range(4):
        lines += [f"## {joint.join(chance.choices(words, k=3))} {{#part-{section}}}", ""]
        for _ in range(3):
            sentence = joint.join(chance.choices(words, k=60 if language == "zh" else 70))
            lines += [
                f"{sentence} **{chance.choice(words)}** `Cache-Control: max-age={chance.randrange(999)}` [[404]].",
                "",
            ]
        lines += ["- " + joint.join(chance.choices(words, k=9)) for _ in range(3)]
        lines += ["", "```nginx", f"proxy_read_timeout {chance.randrange(99)}s;", "```", ""]
    return "\n".join([*lines, f"RFC 9110 §15.5.5 [[{neighbour}]]", ""])
