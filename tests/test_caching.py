"""What is remembered between builds: it makes exactly what depends on an edit, and shows in nothing else."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from statusbook import pipeline
from statusbook.build import build
from statusbook.pipeline import Plan
from statusbook.sources import Snapshot, Source, read_tree

from .book import ROOT, write_project

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


@pytest.mark.parametrize(
    ("source", "old", "new"),
    [
        (FOUR, "title: 已消失", "title: 永远消失"),
        (FOUR, "summary: ", "summary: 真的，"),
        (FOUR, "see: [404]", "see: []"),
        ("content/guides/gone-or-missing.md", "## 答案 {#answer}", "## 回答 {#answer}"),
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
