"""The short way to the next plan: the same site as by planning anew, or no short way at all."""

from __future__ import annotations

import pytest

from statusbook import pipeline, textedit
from statusbook.memo import Memo
from statusbook.sources import Snapshot

from .book import code_page, prose_page, snapshot, translation

FOUR, FOUR_EN = "content/4xx/410.md", "content/4xx/410.en.md"
GUIDE = "content/guides/gone-or-missing.md"
TEXT = "## 含义\n\n看 [[404]]，RFC 9110 §15.5.11，`Age: 1`。\n\n```http\nHTTP/1.1 410 Gone\nAge: 1\n```"


def page(body: str = TEXT, **fields: str) -> str:
    return code_page(410, body=body, **{"see": "[404]", "spec": "[{rfc: 9110, section: 15.5.11}]", **fields})


def short_way(changes: dict[str, str], before: Snapshot | None = None) -> pipeline.Plan | None:
    plan = pipeline.plan(before or snapshot())
    return textedit.replan(plan, snapshot(changes), changes, Memo())


@pytest.mark.parametrize(
    "changes",
    [
        {FOUR: page()},
        {FOUR: page(), FOUR_EN: translation("Gone", body="## Meaning\n\nLook at [[404#meaning]].")},
        {GUIDE: prose_page("404 还是 410", see="[404, 410]", body="## 答案 {#answer}\n\n还是看 [[404|这个]]。")},
        {"content/_index.md": prose_page("状态码手册", body="换了一句。")},
        {"content/4xx/_index.md": prose_page("客户端错误", body="换了一句，[[410]]。")},
    ],
)
def test_the_short_way_leads_to_the_same_site(changes: dict[str, str]) -> None:
    short, long = short_way(changes), pipeline.plan(snapshot(changes))
    assert short is not None
    assert short.outputs.keys() == long.outputs.keys()
    assert {path: output.make() for path, output in short.outputs.items()} == {
        path: output.make() for path, output in long.outputs.items()
    }
    assert {path: output.key for path, output in short.outputs.items()} == {
        path: output.key for path, output in long.outputs.items()
    }


def test_one_short_way_after_another() -> None:
    memo = Memo()
    plan = pipeline.plan(snapshot(), memo=memo)
    changes: dict[str, str] = {}
    for path, text in ((FOUR, page("## 含义\n\n一。")), (FOUR_EN, translation("Gone", body="## Meaning\n\nTwo."))):
        changes[path] = text
        new = textedit.replan(plan, snapshot(changes), [path], memo)
        assert new is not None
        plan = new
    long = pipeline.plan(snapshot(changes))
    assert all(plan.outputs[path].make() == output.make() for path, output in long.outputs.items())


@pytest.mark.parametrize(
    "changes",
    [
        {FOUR: page(title="没了")},
        {FOUR: page(updated="2026-11-23")},
        {FOUR: page(see="[]")},
        {FOUR: page("## 含义\n\n看 [[499]]。")},
        {FOUR: page("## 含义\n\n看 [[404#nowhere]]。")},
        {FOUR: page("## 含义\n\n<b>粗</b>")},
        {FOUR: page("## 含义\n\n[[file:nothing.py]]")},
        {FOUR: page("## 含义\n\n一。\n\n## 常见原因与解决\n\n二。")},
        {FOUR: ""},
        {"content/4xx/411.md": page()},
        {"templates/code.html": "x"},
        {FOUR: page(), "data/registry.csv": ""},
    ],
)
def test_there_is_no_short_way_after_any_other_edit(changes: dict[str, str]) -> None:
    assert short_way(changes) is None
