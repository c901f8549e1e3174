"""The short way to the next plan after an edit of what other pages show of a page: the same site, or no short way."""

from __future__ import annotations

import pytest

from statusbook import faceedit, lookedit, pipeline, textedit
from statusbook.memo import Memo

from .book import code_page, prose_page, snapshot, translation

FOUR, FOUR_EN = "content/4xx/410.md", "content/4xx/410.en.md"
GUIDE, GUIDE_EN = "content/guides/gone-or-missing.md", "content/guides/gone-or-missing.en.md"
VENDOR, VENDOR_EN = "content/vendors/nginx.md", "content/vendors/nginx.en.md"
ANSWER = "## 答案 {#answer}\n\n看 [[404]]。"
BASE: dict[str, str] = {
    VENDOR: prose_page("nginx", products="[{vendor: nginx, name: nginx}]"),
    VENDOR_EN: prose_page("nginx", body="Text.", products="[{vendor: nginx, name: nginx}]"),
}


def page(body: str = "## 含义\n\n资源不在这里。", **fields: str) -> str:
    return code_page(410, body=body, **{"see": "[404]", "spec": "[{rfc: 9110, section: 15.5.11}]", **fields})


def guide(title: str = "404 还是 410", body: str = ANSWER, **fields: str) -> str:
    return prose_page(title, body=body, **{"see": "[404, 410]", **fields})


def short_way(changes: dict[str, str]) -> pipeline.Plan | None:
    return faceedit.replan(pipeline.plan(snapshot(BASE)), snapshot({**BASE, **changes}), changes, Memo())


def assert_same(short: pipeline.Plan | None, changes: dict[str, str]) -> None:
    long = pipeline.plan(snapshot({**BASE, **changes}))
    assert short is not None
    assert set(short.outputs) == set(long.outputs)
    for path, output in long.outputs.items():
        assert short.outputs[path].key == output.key, path
        assert short.outputs[path].make() == output.make(), path


@pytest.mark.parametrize(
    "changes",
    [
        {FOUR: page(title="没了")},
        {FOUR: page(summary="另一句。", updated="2026-11-23", keywords="[没了]")},
        {FOUR: page(phrase="Long Gone", cacheable="never", retry="later", symptoms="[没了]")},
        {FOUR: page(see="[gone-or-missing]"), FOUR_EN: translation("Gone away")},
        {FOUR: page("## 含义\n\n一。\n\n## 常见原因与解决\n\n### 删了 {#deleted}\n\n二。")},
        {GUIDE: guide("还是", see="[410]"), GUIDE_EN: prose_page("Or", body="## Answer {#answer}\n\nSee [[410]].")},
        {"content/_index.md": prose_page("手册", body="换了一句。")},
        {"content/4xx/_index.md": prose_page("错在客户端", body="换了一句，[[410]]。")},
        {VENDOR: BASE[VENDOR].replace("title: nginx", "title: NGINX")},
        {FOUR: page("## 含义\n\n换了一句。")},
    ],
)
def test_the_short_way_leads_to_the_same_site(changes: dict[str, str]) -> None:
    assert_same(short_way(changes), changes)


def test_a_title_shows_wherever_the_page_is_named() -> None:
    plan = short_way({FOUR: page(title="没了个没了")})
    assert plan
    for path in ("410/index.html", "404/index.html", "4xx/index.html", "index.html", "search/index.json", "feed.xml"):
        if path in plan.outputs:
            assert "没了个没了" in plan.outputs[path].make().decode(), path
    assert "没了个没了" not in plan.outputs["en/404/index.html"].make().decode()


def test_all_short_ways_by_turns() -> None:
    memo, changes = Memo(), dict(BASE)
    plan = pipeline.plan(snapshot(changes), memo=memo)
    template = snapshot()["templates/base.html"].data.decode()
    for number in range(3):
        for replan, path, text in (
            (faceedit.replan, FOUR, page(title=f"没了 {number}")),
            (lookedit.replan, "templates/base.html", f"{template}<!-- {number} -->"),
            (textedit.replan, FOUR, page(f"## 含义\n\n第 {number} 次。", title=f"没了 {number}")),
            (faceedit.replan, GUIDE, guide(f"还是 {number}")),
        ):
            changes[path] = text
            new = replan(plan, snapshot(changes), [path], memo)
            assert new is not None
            plan = new
    assert_same(plan, changes)


@pytest.mark.parametrize(
    "changes",
    [
        {FOUR: page(title="")},
        {FOUR: page(draft="true")},
        {FOUR: page(see="[499]")},
        {FOUR: page(see="[410]")},
        {FOUR: page(vendors="[{vendor: caddy, name: x, note: y, seen: no, trust: hearsay}]")},
        {FOUR: page("## 含义\n\n看 [[404#nowhere]]。")},
        {FOUR: page("## 含义\n\n[[file:nothing.py]]")},
        {FOUR: page("资源不在这里。")},
        {GUIDE: guide(body="## 回答 {#reply}\n\n看 [[404]]。")},
        {VENDOR: BASE[VENDOR].replace("vendor: nginx", "vendor: other")},
        {FOUR: ""},
        {"content/4xx/411.md": code_page(411)},
        {"content/_strings.toml": ""},
        {"templates/code.html": "x"},
        {FOUR: page(title="没了"), "data/registry.csv": ""},
    ],
)
def test_there_is_no_short_way_after_any_other_edit(changes: dict[str, str]) -> None:
    assert short_way(changes) is None
