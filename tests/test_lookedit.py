"""The short way to the next plan after an edit of how pages look: the same site as by planning anew, or none."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from jinja2 import Environment

from statusbook import lookedit, pipeline, textedit
from statusbook.memo import Memo
from statusbook.ondemand import OnDemand
from statusbook.sources import Snapshot, Source

from .book import code_page, snapshot

BASE = snapshot()


def added(path: str, text: str) -> dict[str, str | bytes]:
    return {path: BASE[path].data.decode() + text}


def replaced(path: str, old: str, new: str) -> dict[str, str | bytes]:
    text = BASE[path].data.decode()
    assert old in text
    return {path: text.replace(old, new)}


def after(changes: Mapping[str, str | bytes], before: Snapshot = BASE) -> Snapshot:
    sources = {
        path: Source.of(path, text.encode() if isinstance(text, str) else text) for path, text in changes.items()
    }
    return Snapshot({**before, **sources}.values())


def short_way(changes: Mapping[str, str | bytes], **options: str) -> pipeline.Plan | None:
    return lookedit.replan(pipeline.plan(BASE, **options), after(changes), changes.keys(), Memo(), **options)


LOOKS = [
    replaced("templates/base.html", '<footer class="bottom">', '<footer class="bottom other">'),
    replaced("templates/parts/head.html", "summary", "title"),
    added("templates/texts.json", "\n"),
    added("static/css/parts/base.css", "\nb { color: teal }"),
    added("static/css/late.css", "\nb { color: teal }"),
    added("static/css/parts/tokens.css", "\n:root { --x: 1 }"),
    added("static/js/inside/theme.js", "\n;0"),
    added("static/js/site.js", "\n;0"),
    {"static/icons/favicon.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>"},
    replaced("site.toml", 'zh = "', 'zh = "另一本'),
    replaced("site.toml", 'repository = ""', 'repository = "https://example.org/r"'),
    replaced("site.toml", 'edit_url = ""', 'edit_url = "https://example.org/{path}"'),
    {
        **added("templates/code.html", "\n"),
        **added("static/js/keys.js", "\n"),
        **replaced("site.toml", 'zh = "', 'zh = "又'),
    },
]


@pytest.mark.parametrize("options", [{}, {"base_url": "https://example.org/docs/"}], ids=["", "published"])
@pytest.mark.parametrize("changes", LOOKS, ids="+".join)
def test_the_short_way_leads_to_the_same_site(changes: dict[str, str | bytes], options: dict[str, str]) -> None:
    short, long = short_way(changes, **options), pipeline.plan(after(changes), **options)
    assert short is not None
    assert set(short.outputs) == set(long.outputs)
    for path, output in long.outputs.items():
        assert short.outputs[path].key == output.key, path
        assert short.outputs[path].make() == output.make(), path
    assert short.headers == long.headers


def test_equal_stamps_mean_equal_keys() -> None:
    before, (one, two) = pipeline.plan(BASE), (short_way(changes) for changes in LOOKS[:2])
    assert one and two
    for path in ("404/index.html", "en/410/index.html", "index.html", "search/index.html"):
        outputs = [plan.outputs[path] for plan in (before, one, two)]
        assert len({output.key for output in outputs}) == len({output.stamp for output in outputs}) == 3


def test_texts_and_looks_by_turns() -> None:
    memo = Memo()
    now, plan, changes = BASE, pipeline.plan(BASE, memo=memo), dict[str, str | bytes]()
    for number, step in enumerate([*LOOKS[:4], *LOOKS[:4]]):
        text = code_page(404, see="[410, gone-or-missing]", body=f"## 含义\n\n第 {number} 次。")
        for each, replan in ((step, lookedit.replan), ({"content/4xx/404.md": text}, textedit.replan)):
            changes |= each
            now = after(each, now)
            new = replan(plan, now, each.keys(), memo)
            assert new is not None
            plan = new
    long = pipeline.plan(after(changes))
    assert set(plan.outputs) == set(long.outputs)
    assert all(plan.outputs[path].make() == output.make() for path, output in long.outputs.items())


@pytest.mark.parametrize(
    "changes",
    [
        added("templates/base.html", "{{ t('no.such.text') }}"),
        {"templates/base.html": b"\xff"},
        {"templates/new.html": "x"},
        {"static/new.css": ""},
        {"site.toml": "languages"},
        replaced("site.toml", '["zh", "en"]', '["en", "zh"]'),
        replaced("site.toml", 'base_url = ""', 'base_url = "https://example.org/"'),
        {"content/4xx/404.md": code_page(404)},
        {"data/registry.csv": ""},
        {**added("templates/base.html", "\n"), "content/4xx/404.md": code_page(404)},
    ],
    ids="+".join,
)
def test_there_is_no_short_way_after_any_other_edit(changes: dict[str, str | bytes]) -> None:
    before = pipeline.plan(BASE)
    now = after(changes) if changes.keys() <= BASE.keys() else BASE
    assert lookedit.replan(before, now, changes.keys(), Memo()) is None


def test_only_what_is_asked_for_is_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = short_way(LOOKS[0])
    assert plan and isinstance(plan.outputs, OnDemand)
    monkeypatch.setattr(pipeline, "others", None)
    assert len(plan.outputs) > 20
    assert "sitemap.xml" not in plan.outputs and "404/index.html" in plan.outputs
    assert plan.outputs["404/index.html"].make() and plan.outputs["static/js/site.js"].make()
    with pytest.raises(KeyError):
        plan.outputs["sitemap.xml"]


def test_only_the_edited_template_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    memo = Memo()
    before = pipeline.plan(BASE, memo=memo)
    before.outputs["404/index.html"].make()
    compiled, compile_ = [], Environment.compile

    def compile_and_tell(environment: Environment, source: str, name: str, *rest: object) -> object:
        compiled.append(name)
        return compile_(environment, source, name, *rest)  # type: ignore[call-overload]

    monkeypatch.setattr(Environment, "compile", compile_and_tell)
    plan = lookedit.replan(before, after(LOOKS[0]), LOOKS[0].keys(), memo)
    assert plan and b"bottom other" in plan.outputs["404/index.html"].make()
    assert compiled == ["base.html"]
