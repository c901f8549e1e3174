"""A small book for tests: two codes, their class, a guide and a home page in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from statusbook import library, pipeline
from statusbook.library import Library
from statusbook.pipeline import Plan
from statusbook.problems import Problem
from statusbook.sources import Snapshot, Source, read_tree

ROOT = Path(__file__).resolve().parent.parent


MEANING_ZH = "## 含义\n\n资源不在这里。"
MEANING_EN = "## Meaning\n\nThe resource is not here."


def code_page(number: int = 404, *, body: str = MEANING_ZH, see: str = "[]", **fields: str) -> str:
    """A Chinese code page; ``fields`` replaces or adds front matter lines, an empty one takes a line out."""
    lines = {
        "code": str(number),
        "phrase": {404: "Not Found", 410: "Gone"}.get(number, "Some Phrase"),
        "title": {404: "未找到", 410: "已消失"}.get(number, "某个状态"),
        "summary": "服务器没有找到目标资源。",
        "standing": "registered",
        "spec": "[{rfc: 9110, section: 15.5.5}]",
        "since": "{rfc: 1945, year: 1996}",
        "cacheable": "heuristic",
        "body": "allowed",
        "retry": "pointless",
        "senders": "[origin]",
        "keywords": "[找不到页面, 页面不存在]",
        "see": see,
        "updated": "2026-11-22",
    }
    lines.update(fields)
    front = "\n".join(f"{key}: {value}" for key, value in lines.items() if value)
    return f"---\n{front}\n---\n\n{body}\n"


def translation(title: str = "Not found", *, body: str = MEANING_EN, **fields: str) -> str:
    """The English page beside it."""
    lines = {
        "title": title,
        "summary": "The server did not find it.",
        "keywords": "[missing page]",
        "updated": "2026-11-22",
    }
    lines.update(fields)
    front = "\n".join(f"{key}: {value}" for key, value in lines.items() if value)
    return f"---\n{front}\n---\n\n{body}\n"


def prose_page(title: str, *, body: str = "正文。", see: str | None = None, **fields: str) -> str:
    """A home, class or guide page (Chinese when ``see`` is given for guides)."""
    lines = {"title": title, "summary": "一句话。", "keywords": "[词]", "updated": "2026-11-22"}
    if see is not None:
        lines["see"] = see
    lines.update(fields)
    front = "\n".join(f"{key}: {value}" for key, value in lines.items() if value)
    return f"---\n{front}\n---\n\n{body}\n"


def small_book() -> dict[str, str]:
    """The content of the small book, by path."""
    return {
        "content/_index.md": prose_page("状态码手册"),
        "content/_index.en.md": prose_page("Statusbook", body="Text."),
        "content/4xx/_index.md": prose_page("客户端错误"),
        "content/4xx/_index.en.md": prose_page("Client errors", body="Text."),
        "content/4xx/404.md": code_page(
            404, see="[410, gone-or-missing]", body="## 含义\n\n不在这里，也许是 [[410]]。"
        ),
        "content/4xx/404.en.md": translation("Not found", body="## Meaning\n\nNot here, perhaps [[410]]."),
        "content/4xx/410.md": code_page(410, see="[404]", spec="[{rfc: 9110, section: 15.5.11}]"),
        "content/4xx/410.en.md": translation("Gone"),
        "content/guides/gone-or-missing.md": prose_page(
            "404 还是 410", see="[404, 410]", body="## 答案 {#answer}\n\n看 [[404]]。"
        ),
        "content/guides/gone-or-missing.en.md": prose_page("404 or 410", body="## Answer {#answer}\n\nSee [[404]]."),
    }


def shared_sources() -> list[Source]:
    """The project's own templates, assets, settings, tables and interface texts."""
    tree = read_tree(ROOT)
    wanted = [*tree.below("templates"), *tree.below("static"), *tree.below("data"), tree["site.toml"]]
    return [*wanted, *(tree[path] for path in tree if path.startswith("content/_strings"))]


def snapshot(changes: Mapping[str, str | bytes | None] | None = None) -> Snapshot:
    """The small book with ``changes``: texts or bytes by path, None to take a file out."""
    files: dict[str, str | bytes | None] = {**small_book(), **(changes or {})}
    own = [
        Source.of(path, data.encode() if isinstance(data, str) else data)
        for path, data in files.items()
        if data is not None
    ]
    changed = set(files)
    return Snapshot([*own, *(source for source in shared_sources() if source.path not in changed)])


def problems(changes: Mapping[str, str | bytes | None] | None = None) -> list[Problem]:
    """What is wrong with the small book after ``changes``."""
    return sorted(library.read(snapshot(changes))[1])


def book(changes: Mapping[str, str | bytes | None] | None = None) -> Library:
    """The library of the small book after ``changes``, which must be right."""
    result, found = library.read(snapshot(changes))
    assert result is not None and not found, found
    return result


def plan(changes: Mapping[str, str | bytes | None] | None = None, **options: object) -> Plan:
    return pipeline.plan(snapshot(changes), **options)  # type: ignore[arg-type]


def page(path: str, changes: Mapping[str, str | bytes | None] | None = None, **options: object) -> str:
    """One output of the small book as text."""
    return plan(changes, **options).outputs[path].make().decode()


def write_project(root: Path, changes: Mapping[str, str | bytes | None] | None = None) -> None:
    """The small book as a project on the disk."""
    for source in snapshot(changes).values():
        target = root / source.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.data)
