"""What is remembered between builds: it makes exactly what depends on an edit, and shows in nothing else."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from statusbook import pipeline
from statusbook.build import build
from statusbook.pipeline import Plan
from statusbook.sources import Snapshot, Source, read_tree

from .book import ROOT, prose_page, write_project

FOUR = "content/4xx/410.md"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_project(tmp_path)
    build(tmp_path, tmp_path / "site")
    return tmp_path


def files(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_ino, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


def changed_by(project: Path, source: str, old: str, new: str) -> set[str]:
    """The outputs whose bytes an edit changes. Nothing but these and the manifest is written anew."""
    before = files(project / "site")
    path = project / source
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    build(project, project / "site")
    after = files(project / "site")
    anew = {name for name, (inode, _) in after.items() if before.get(name, (0, b""))[0] != inode}
    differ = {name for name, (_, data) in after.items() if before.get(name, (0, b""))[1] != data}
    assert anew >= differ
    return anew - {"manifest.json"}


def test_an_edit_of_a_text_makes_its_page_and_the_search_of_its_language_again(project: Path) -> None:
    made = changed_by(project, FOUR, "资源不在这里", "资源已经移走")
    assert made == {"410/index.html", "search/index.json"}


def test_an_edit_of_a_title_makes_what_shows_it_again(project: Path) -> None:
    made = changed_by(project, FOUR, "title: 已消失", "title: 永远消失")
    # Itself, its neighbour, its class, the guide about it, and the pages that list everything.
    shows = {"410", "404", "4xx", "guides/gone-or-missing", "search"}
    assert {f"{name}/index.html" for name in shows} <= made
    assert {"index.html", "404.html"} <= made
    # English pages show nothing of a Chinese title; their search knows it.
    assert not {name for name in made if name.startswith("en/") and name.endswith(".html")}
    assert "en/search/index.json" in made


def guide(number: int, see: str = "[404]", body: str = "正文。") -> dict[str, str]:
    """The files of a guide."""
    path = f"content/guides/guide-{number}"
    return {
        f"{path}.md": prose_page(f"第 {number} 篇", see=see, body=body),
        f"{path}.en.md": prose_page(f"Guide {number}"),
    }


def test_an_edit_of_a_guides_title_makes_what_shows_it_and_asks_no_other_page_for_its_key(tmp_path: Path) -> None:
    more = [guide(1), guide(2), guide(3, "[410]"), guide(4), guide(5, body="看 [[guide-3]]。"), guide(6, "[guide-3]")]
    write_project(tmp_path, {path: text for files in more for path, text in files.items()})
    build(tmp_path, tmp_path / "site")
    before = pipeline.plan(read_tree(tmp_path))
    made = changed_by(tmp_path, "content/guides/guide-3.md", "title: 第 3 篇", "title: 第三篇")
    # Itself, the guides before and after it, two that name it, the code it is about, and what lists everything.
    shows = {"guides/guide-3", "guides/guide-2", "guides/guide-4", "guides/guide-5", "guides/guide-6", "410", "search"}
    lists = {"index.html", "404.html", "search/index.json", "en/search/index.json"}
    assert made == {f"{name}/index.html" for name in shows} | lists
    alike = set(same_stamps(before, pipeline.plan(read_tree(tmp_path))))
    assert {"guides/guide-1/index.html", "404/index.html", "4xx/index.html", "en/guides/guide-3/index.html"} <= alike


def test_an_edit_of_a_stylesheet_of_one_kind_leaves_other_kinds_alone(project: Path) -> None:
    made = changed_by(project, "templates/guide.html", "{% block main %}", "{% block main %}<!-- edited -->")
    assert "guides/gone-or-missing/index.html" in made
    assert not {name for name in made if name.startswith("static/")}


# --- stamps -----------------------------------------------------------------------------------------


def edited(snapshot: Snapshot, addition: str, every: int, languages: tuple[str, ...] = (".md",)) -> Snapshot:
    """The snapshot with ``addition`` below every so many of its pages."""
    pages = [path for path in snapshot if path.startswith("content/") and path.endswith(languages)]
    chosen = set(pages[::every])
    return Snapshot(
        Source.of(path, source.data + addition.encode() if path in chosen else source.data)
        for path, source in snapshot.items()
    )


def same_stamps(one: Plan, other: Plan) -> Iterator[str]:
    """The paths of the outputs whose stamps are the same in both plans."""
    for path, output in one.outputs.items():
        if output.stamp and path in other.outputs and other.outputs[path].stamp == output.stamp:
            yield path


def test_equal_stamps_mean_equal_keys() -> None:
    """On the whole handbook: a text that gains links, citations, code and bold words changes its own page only."""
    snapshot = read_tree(ROOT)
    plan = pipeline.plan(snapshot)
    addition = "\n再看 [[404]] 和 [[451|这个]]，RFC 9110 §15.5.1，`X-Test: 1`，**粗体**。\n\n```http\nAge: 1\n```\n"
    other = pipeline.plan(edited(snapshot, addition, 7))
    alike = list(same_stamps(plan, other))
    assert len(alike) > len(plan.outputs) / 2
    assert [path for path in alike if plan.outputs[path].key != other.outputs[path].key] == []


def test_equal_stamps_mean_equal_keys_whatever_guides_are_edited() -> None:
    """On the whole handbook: titles and summaries, which cards show, and what guides are about."""
    snapshot = read_tree(ROOT)
    guides = [path for path in snapshot if path.startswith("content/guides/") and path.endswith(".md")]
    chinese = [path for path in guides if not path.endswith(".en.md")]
    edits = dict.fromkeys(guides[::12], (r"^title: \"?", r"\g<0>A"))
    edits |= dict.fromkeys(guides[3::12], (r"^summary: \"?", r"\g<0>A"))
    edits |= dict.fromkeys(chinese[5::6], (r"^see: \[\d+, ", "see: ["))
    sources = {path: source.data.decode() for path, source in snapshot.items() if path in edits}
    texts = {path: re.sub(*edits[path], text, count=1, flags=re.MULTILINE) for path, text in sources.items()}
    assert sum(texts[path] != sources[path] for path in texts) > 10
    plan = pipeline.plan(snapshot)
    other = pipeline.plan(snapshot.replaced({path: Source.of(path, text.encode()) for path, text in texts.items()}))
    alike = list(same_stamps(plan, other))
    assert len(alike) > len(plan.outputs) / 2
    assert [path for path in alike if plan.outputs[path].key != other.outputs[path].key] == []


@pytest.mark.parametrize(
    ("source", "old", "new"),
    [
        (FOUR, "title: 已消失", "title: 永远消失"),
        (FOUR, "summary: ", "summary: 真的，"),
        (FOUR, "see: [404]", "see: []"),
        ("content/_strings.toml", 'label = "', 'label = "我的'),
        ("site.toml", 'zh = "', 'zh = "我的'),
        ("templates/base.html", "<body", "<!-- --><body"),
        ("data/constants.csv", "404,", "410,"),
    ],
)
def test_whatever_else_changes_gives_every_page_another_stamp(project: Path, source: str, old: str, new: str) -> None:
    before = pipeline.plan(read_tree(project))
    path = project / source
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    assert list(same_stamps(before, pipeline.plan(read_tree(project)))) == []


# --- damage -----------------------------------------------------------------------------------------


def damages(data: bytes, chance: random.Random) -> Iterator[bytes]:
    """``data`` cut off, with flipped bits, doubled, and gone."""
    yield data[: chance.randrange(len(data))]
    for _ in range(2):
        at = chance.randrange(len(data))
        yield data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]
    yield data + data
    yield b""


def contents(folder: Path) -> Mapping[str, bytes]:
    return {name: data for name, (_, data) in files(folder).items()}


def test_damage_to_any_file_of_the_cache_changes_no_byte(project: Path) -> None:
    cache = project / ".cache"
    source = project / FOUR
    text = source.read_text("utf-8")
    versions = [text, text + "\n再写一句。\n"]
    expected = []
    for version in reversed(versions):
        source.write_text(version, "utf-8")
        build(project, project / "site", cache=False)
        expected.append(contents(project / "site"))
    expected.reverse()
    build(project, project / "site")
    names = sorted(path.name for path in cache.iterdir())
    assert {"files.pickle", "extracts.pickle", "templates.pickle"} <= set(names)
    chance = random.Random(7)
    turn = 0
    for name in names:
        for damaged in damages((cache / name).read_bytes(), chance):
            (cache / name).write_bytes(damaged)
            turn ^= 1
            source.write_text(versions[turn], "utf-8")
            build(project, project / "site", jobs=1)
            assert contents(project / "site") == expected[turn], name


def test_a_cache_of_another_generator_is_not_read(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from statusbook import generator

    monkeypatch.setattr(generator, "identity", lambda: "another")
    summary = build(project, project / "site")
    assert summary.made > summary.outputs / 2  # copies of assets have nothing to forget
    after = contents(project / "site")
    build(project, project / "site", cache=False)
    assert contents(project / "site") == after
