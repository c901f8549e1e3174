"""The site before the one that stands is the beginning of the next: faster, and never believed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from statusbook import record, target
from statusbook.build import build

from .book import write_project
from .test_build import tree

PAGE = "content/4xx/410.md"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small book whose site has been built, and built again after an edit: there is a spare."""
    write_project(tmp_path)
    build(tmp_path, tmp_path / "site", jobs=1)
    edit(tmp_path, "第一次")
    return tmp_path


def edit(project: Path, words: str) -> None:
    page = project / PAGE
    page.write_text(f"{page.read_text()}\n{words}。\n")
    build(project, project / "site", jobs=1)


def spare(project: Path) -> Path:
    return record.spare_of(record.path_of(project, project / "site"))


def fresh(project: Path, folder: Path) -> dict[str, bytes]:
    """The site as somebody else builds it who has nothing but the sources."""
    shutil.rmtree(folder, ignore_errors=True)
    build(project, folder, cache=False, jobs=1)
    return tree(folder)


def test_two_folders_take_turns_and_the_spare_keeps_the_older_bytes(project: Path) -> None:
    first, older = (project / "site").stat().st_ino, tree(project / "site")
    edit(project, "第二次")
    assert (project / "site").stat().st_ino != first
    assert tree(spare(project)) == older
    edit(project, "第三次")
    assert (project / "site").stat().st_ino == first
    assert "第三次" in (project / "site/410/index.html").read_text()
    assert tree(project / "site") == fresh(project, project / "other")


def test_what_left_the_book_leaves_with_its_folders(project: Path) -> None:
    for path in (project / "content/guides").iterdir():
        path.unlink()
    source = project / "content/4xx/404.md"
    source.write_text(source.read_text().replace("[410, gone-or-missing]", "[410]"))
    build(project, project / "site", jobs=1)
    edit(project, "没有指南了")  # with a spare that still has them
    assert tree(project / "site") == fresh(project, project / "other")
    assert {path.name for path in (project / "site").iterdir()} == {p.name for p in (project / "other").iterdir()}


def foreign_file(folder: Path, _: Path) -> None:
    (folder / "404/evil.js").write_text("evil")
    (folder / "evil/deep").mkdir(parents=True)


def other_bytes(folder: Path, _: Path) -> None:
    page = folder / "404/index.html"
    data = page.read_bytes()
    page.unlink()  # it is the site's file too
    page.write_bytes(data.replace(b"<main", b"<mean"))


def link_for_a_folder(folder: Path, precious: Path) -> None:
    shutil.rmtree(folder / "410")
    (folder / "410").symlink_to(precious)


def link_for_a_file(folder: Path, precious: Path) -> None:
    (folder / "410/index.html").unlink()
    (folder / "410/index.html").symlink_to(precious / "index.html")


def link_for_the_spare(folder: Path, precious: Path) -> None:
    shutil.rmtree(folder)
    folder.symlink_to(precious)


def file_for_the_spare(folder: Path, _: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("no folder")


FORGERIES = [foreign_file, other_bytes, link_for_a_folder, link_for_a_file, link_for_the_spare, file_for_the_spare]


@pytest.mark.parametrize("forge", FORGERIES)
def test_nothing_of_a_forged_spare_gets_into_the_site(
    project: Path, tmp_path_factory: pytest.TempPathFactory, forge: Callable[[Path, Path], None]
) -> None:
    precious = tmp_path_factory.mktemp("precious")
    (precious / "index.html").write_text("precious")
    forge(spare(project), precious)
    edit(project, "第二次")
    assert tree(project / "site") == fresh(project, project / "other")
    assert tree(precious) == {"index.html": b"precious"}
    assert not any(path.is_symlink() for path in (project / "site").rglob("*"))
    assert not os.path.lexists(project / "site/evil")


def test_where_nothing_can_be_put_aside_builds_succeed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = Path.rename

    def elsewhere(path: Path, target: Path) -> Path:
        if record.FOLDER in (path.parent.name, target.parent.name):
            raise OSError(18, "Invalid cross-device link")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", elsewhere)
    edit(project, "第二次")
    assert tree(project / "site") == fresh(project, project / "other")
    assert not list(project.glob(".site.new-*"))


def test_a_build_without_a_cache_leaves_no_spare(project: Path) -> None:
    other = project / "other"
    build(project, other, cache=False, jobs=1)
    (project / PAGE).write_text((project / PAGE).read_text() + "\n改了。\n")
    build(project, other, cache=False, jobs=1)
    assert not record.spare_of(record.path_of(project, other)).exists()
    assert target.published(other)
