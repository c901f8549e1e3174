"""Building to a disk: complete or not at all, and nothing made twice."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from statusbook import ahead, exchange, pipeline, publish, seal, shelf
from statusbook.build import build
from statusbook.memo import Memo
from statusbook.problems import BadInput
from statusbook.sources import read_tree

from .book import ROOT, code_page, small_book, write_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_project(tmp_path)
    return tmp_path


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_build_writes_the_site_and_its_manifest(project: Path) -> None:
    summary = build(project, project / "site")
    files = tree(project / "site")
    assert summary.changed
    assert summary.outputs == summary.made == len(files) - 1
    manifest = json.loads(files["manifest.json"])
    assert manifest["sha256"] == {
        path: hashlib.sha256(data).hexdigest() for path, data in files.items() if path != "manifest.json"
    }


def test_a_second_build_makes_nothing(project: Path) -> None:
    build(project, project / "site")
    before = {path: path.stat().st_ino for path in (project / "site").rglob("*")}
    summary = build(project, project / "site")
    assert (summary.made, summary.changed) == (0, False)
    assert {path: path.stat().st_ino for path in (project / "site").rglob("*")} == before


def test_an_edit_makes_only_what_depends_on_it(project: Path) -> None:
    build(project, project / "site")
    source = project / "content/4xx/410.md"
    source.write_text(source.read_text().replace("资源不在这里", "资源已经移走"))
    assert build(project, project / "site").made == 2  # the page, and the search index of its language
    assert "资源已经移走" in (project / "site/410/index.html").read_text()


def test_a_removed_page_leaves_the_site(project: Path) -> None:
    build(project, project / "site")
    for path in (project / "content/guides").iterdir():
        path.unlink()
    source = project / "content/4xx/404.md"
    source.write_text(source.read_text().replace("[410, gone-or-missing]", "[410]"))
    build(project, project / "site")
    assert not (project / "site/guides").exists()


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("cache", [True, False])
def test_cache_and_processes_change_no_byte(
    project: Path, tmp_path_factory: pytest.TempPathFactory, jobs: int, cache: bool
) -> None:
    build(project, project / "site")
    first = tree(project / "site")
    other = tmp_path_factory.mktemp("other")
    write_project(other)
    build(other, other / "site", cache=cache, jobs=jobs)
    build(other, other / "site", cache=cache, jobs=jobs)
    assert tree(other / "site") == first


def test_what_is_done_ahead_changes_no_byte_and_is_what_pages_ask_for(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (project / "content/guides/gone-or-missing.md").open("a") as guide:
        guide.write("\n1.  One:\n\n    ```nginx\n    return 410;\n    ```\n")
    snapshot = read_tree(project)
    alone = dict(_made(pipeline.plan(snapshot)))
    monkeypatch.setattr(ahead, "WORTH_FORKING", 1)
    memo = Memo()
    plan = pipeline.plan(snapshot, memo=memo, jobs=2)
    memo.take_fresh()
    page = plan.outputs["guides/gone-or-missing/index.html"]
    assert b'class="language-nginx"' in page.make()
    assert memo.take_fresh().keys().isdisjoint({"templates", "tokens"})
    assert dict(_made(plan)) == alone


def _made(plan: pipeline.Plan) -> Iterator[tuple[str, bytes]]:
    return ((output.path, data) for output, data in pipeline.make(plan.outputs.values()))


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b'{"version": "0", "outputs": {"404/index.html": ["x", "y"]}}',
        b'{"version": null, "outputs": 3}',
    ],
)
def test_a_damaged_cache_costs_only_time(project: Path, damage: bytes) -> None:
    build(project, project / "site")
    first = tree(project / "site")
    (record,) = (project / ".cache").glob("*.record")
    record.write_bytes(damage)
    assert build(project, project / "site").made == len(first) - 1
    assert tree(project / "site") == first


def test_a_file_changed_in_the_site_is_mended(project: Path) -> None:
    build(project, project / "site")
    page = project / "site/404/index.html"
    good = page.read_bytes()
    page.write_bytes(b"<script>evil</script>")
    assert build(project, project / "site").changed
    assert page.read_bytes() == good


def test_an_edit_that_hides_its_time_is_mended(project: Path) -> None:
    build(project, project / "site")
    page = project / "site/404/index.html"
    good, stat = page.read_bytes(), page.stat()
    page.write_bytes(b"x" * len(good))
    os.utime(page, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    build(project, project / "site")
    assert page.read_bytes() == good


def test_files_that_somebody_added_to_the_site_are_not_lost(project: Path) -> None:
    """Nor may anything be published around them: who deploys with git keeps its folder there."""
    build(project, project / "site")
    page = project / "content/4xx/410.md"
    page.write_text(page.read_text().replace("资源不在这里", "资源已经移走"))
    added = {".git/HEAD": b"ref", ".git/config": b"[core]", "CNAME": b"example.org", "stray.html": b"left behind"}
    for path, data in added.items():
        (project / "site" / path).parent.mkdir(exist_ok=True)
        (project / "site" / path).write_bytes(data)
    first = tree(project / "site")
    with pytest.raises(BadInput, match=r"did not make: \.git/HEAD, \.git/config, CNAME and 1 more"):
        build(project, project / "site")
    assert tree(project / "site") == first
    shutil.rmtree(project / "site/.git")
    for name in ("CNAME", "stray.html"):
        (project / "site" / name).unlink()
    (project / "site/.DS_Store").write_text("a file manager was here")
    assert build(project, project / "site").changed
    assert not (project / "site/.DS_Store").exists()


def test_a_link_and_a_file_that_came_during_the_build_are_not_lost(project: Path) -> None:
    build(project, project / "site")
    site = project / "site"
    with publish.Staging(site) as staging:
        staging.write("a.html", b"a")
        (site / "uploads").symlink_to(project / "content")
        with pytest.raises(BadInput, match=r"did not make: uploads\n"):
            staging.publish()
    assert (site / "uploads").is_symlink()


def test_a_broken_source_leaves_the_site_as_it_was(project: Path) -> None:
    build(project, project / "site")
    first = tree(project / "site")
    (project / "content/4xx/404.md").write_text(code_page(404, title=""))
    (project / "content/4xx/410.md").write_text("")
    with pytest.raises(BadInput) as caught:
        build(project, project / "site")
    assert {problem.path for problem in caught.value.problems} == {"content/4xx/404.md", "content/4xx/410.md"}
    assert tree(project / "site") == first
    assert list(project.glob(".site.new-*")) == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_text_edited_during_the_build_is_printed_as_it_is_then(
    project: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    """Texts are not held in memory: they are read when they are printed, and a site is never half old, half new."""
    page = project / "content/4xx/404.md"
    edits = iter(["\n\n第一次。\n", "\n\n第二次。\n"])
    plan = pipeline.plan

    def edited(*args: Any, **options: Any) -> Any:
        made = plan(*args, **options)
        page.write_text(page.read_text("utf-8") + next(edits, ""), "utf-8")
        return made

    monkeypatch.setattr(pipeline, "plan", edited)
    build(project, project / "site", jobs=jobs)
    assert "第二次" in (project / "site/404/index.html").read_text("utf-8")
    monkeypatch.undo()
    build(project, project / "again", cache=False)
    assert tree(project / "again") == tree(project / "site")


def test_a_text_that_never_rests_leaves_the_site_as_it_was(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(project, project / "site")
    before = tree(project / "site")
    page = project / "content/4xx/404.md"
    plan = pipeline.plan

    def edited(*args: Any, **options: Any) -> Any:
        made = plan(*args, **options)
        page.write_text(page.read_text("utf-8") + "\n再来。\n", "utf-8")
        return made

    page.write_text(page.read_text("utf-8") + "\n再来。\n", "utf-8")
    monkeypatch.setattr(pipeline, "plan", edited)
    with pytest.raises(BadInput, match=r"content/4xx/404\.md: was changed while the site was being made"):
        build(project, project / "site")
    assert tree(project / "site") == before


def test_a_template_that_fails_on_the_last_page_publishes_nothing(project: Path) -> None:
    build(project, project / "site")
    first = tree(project / "site")
    template = project / "templates/guide.html"
    failing = "{% if lang.key == 'en' %}{{ 1 // 0 }}{% endif %}{% endblock %}"
    template.write_text(failing.join(template.read_text().rsplit("{% endblock %}", 1)))
    for jobs in (1, 2):
        with pytest.raises(BadInput, match=r"templates/guide\.html:\d+:1: cannot be rendered: ZeroDivisionError"):
            build(project, project / "site", jobs=jobs)
    assert tree(project / "site") == first


def test_leftovers_of_a_killed_build_are_removed(project: Path) -> None:
    left = project / ".site.new-abcd1234"
    left.mkdir()
    (left / "half.html").write_text("half")
    build(project, project / "site")
    assert not left.exists()


def test_a_link_in_the_sources_is_refused(project: Path) -> None:
    (project / "content/4xx/411.md").symlink_to("/etc/passwd")
    with pytest.raises(BadInput, match=r"content/4xx/411\.md: is a symbolic link"):
        build(project, project / "site")


def test_a_cache_that_cannot_be_used_costs_only_time(project: Path) -> None:
    (project / ".cache").write_text("not a folder")
    for _ in range(2):
        assert build(project, project / "site").made
    assert (project / "site/404/index.html").exists()


@pytest.mark.parametrize(
    "target", [".", "..", "content", "templates", "content/4xx/site", "static/site", "lab/site", ".git/site", "tests"]
)
def test_sources_are_never_replaced_by_a_site(project: Path, target: str) -> None:
    with pytest.raises(BadInput, match="cannot be the output"):
        build(project, project / target)


def test_a_folder_of_somebody_else_is_never_replaced(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    precious = tmp_path_factory.mktemp("precious")
    (precious / "thesis.txt").write_text("years of work")
    with pytest.raises(BadInput, match="did not make"):
        build(project, precious)
    assert (precious / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("manifest", ['{"name": "An app", "icons": []}', '{"format": "other", "sha256": {}}', "[]", ""])
def test_a_folder_with_a_manifest_of_another_program_is_never_replaced(project: Path, manifest: str) -> None:
    (project / "app").mkdir()
    (project / "app/manifest.json").write_text(manifest)
    with pytest.raises(BadInput, match="did not make"):
        build(project, project / "app")
    assert tree(project / "app") == {"manifest.json": manifest.encode()}


def test_a_system_without_exchange_gets_two_renames(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_swap(a: Path, b: Path) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(exchange, "_swap", no_swap)
    build(project, project / "site")
    (project / "content/4xx/404.md").write_text(small_book()["content/4xx/404.md"].replace("不在这里", "不在那里"))
    build(project, project / "site")
    assert "不在那里" in (project / "site/404/index.html").read_text()
    assert list(project.glob(".site.new-*")) == []


def test_windows_has_no_library_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def windows(name: str | None, **_: object) -> None:
        raise TypeError("bad argument type for built-in operation")

    monkeypatch.setattr(ctypes, "CDLL", windows)
    for name in ("new", "old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    exchange.exchange(tmp_path / "new", tmp_path / "old")
    assert (tmp_path / "old/new").exists()


def test_a_mount_point_is_refused(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(a: Path, b: Path) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy")

    build(project, project / "site")
    first = tree(project / "site")
    with monkeypatch.context() as patch:  # a bind mount within one file system shows only when it is renamed
        patch.setattr(exchange, "_swap", busy)
        source = project / "content/4xx/410.md"
        source.write_text(source.read_text().replace("资源不在这里", "资源已经移走"))
        with pytest.raises(BadInput, match="is a mount point"):
            build(project, project / "site")
    monkeypatch.setattr(os.path, "ismount", lambda path: Path(path) == project / "site")
    with pytest.raises(BadInput, match=r"is a mount point.*\n.*--output \S+site/site"):
        build(project, project / "site")
    assert tree(project / "site") == first


def test_a_link_to_a_folder_is_followed(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    real = tmp_path_factory.mktemp("www")
    (project / "site").symlink_to(real)
    build(project, project / "site")
    assert build(project, project / "site").made == 0
    assert (project / "site").is_symlink()
    assert (real / "404/index.html").exists()
    (project / "file").write_text("")
    (project / "other").symlink_to(project / "file")
    with pytest.raises(BadInput, match="is not a folder"):
        build(project, project / "other")


def test_builds_of_two_clones_into_one_folder_wait_for_each_other(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    clone, site = tmp_path_factory.mktemp("clone"), tmp_path_factory.mktemp("www") / "site"
    write_project(clone)
    for root in (project, clone):
        shutil.copytree(ROOT / "statusbook", root / "statusbook", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "build.py", root / "build.py")
    command = [sys.executable, "build.py", "build", "--no-cache", "--output", str(site)]
    with publish.locked(publish.lock_of(site)):
        runs = [
            subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for root in (project, clone)
        ]
        for run in runs:
            assert run.stderr
            assert "waiting for another build" in run.stderr.readline()
        assert not site.exists()
    assert [(run.communicate(timeout=60), run.returncode)[1] for run in runs] == [0, 0]
    build(project, project / "site")
    assert tree(site) == tree(project / "site")


def test_a_site_that_another_build_took_apart_is_not_published(tmp_path: Path) -> None:
    """As it happens where there are no locks: the second build takes the first one's folder for a leftover."""
    site = tmp_path / "s[i]te"
    with publish.Staging(site) as first:
        first.write("404/index.html", b"first")
        with publish.Staging(site) as second:
            assert not first.folder.exists()
            with pytest.raises(FileNotFoundError):
                first.write("410/index.html", b"first")
            second.write("404/index.html", b"second")
            (second.folder / "404/index.html").unlink()
            with pytest.raises(OSError, match="another program"):
                second.publish()
    assert not site.exists()


def test_leftovers_of_a_site_with_a_similar_name_stay(tmp_path: Path) -> None:
    (tmp_path / ".site.new-abcd1234").mkdir()
    with publish.Staging(tmp_path / "s[i]te"), publish.Staging(tmp_path / "*"):
        assert (tmp_path / ".site.new-abcd1234").exists()


def test_two_builds_at_once_both_succeed(project: Path) -> None:
    shutil.copytree(ROOT / "statusbook", project / "statusbook", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "build.py", project / "build.py")
    command = [sys.executable, "build.py", "build", "--no-cache"]
    runs = [subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    results = [run.communicate(timeout=60) for run in runs]
    assert [run.returncode for run in runs] == [0, 0], results
    assert (project / "site/404/index.html").exists()


def test_the_environment_changes_no_byte(project: Path) -> None:
    shutil.copytree(ROOT / "statusbook", project / "statusbook", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "build.py", project / "build.py")
    trees = []
    for environment in (
        {"TZ": "UTC", "PYTHONHASHSEED": "1", "LC_ALL": "C"},
        {"TZ": "Asia/Shanghai", "PYTHONHASHSEED": "2", "LC_ALL": "C.UTF-8"},
    ):
        command = [sys.executable, "build.py", "build", "--no-cache", "--quiet"]
        subprocess.run(command, cwd=project, env={**os.environ, **environment}, check=True, timeout=60)
        trees.append(tree(project / "site"))
    assert trees[0] == trees[1]


def test_what_was_read_is_kept_and_a_damaged_shelf_costs_only_time(project: Path) -> None:
    build(project, project / "site")
    first = tree(project / "site")
    shelf = project / ".cache/files.pickle"
    good = shelf.read_bytes()
    source = project / "content/4xx/410.md"
    text = source.read_text()
    for damaged in (b"", good[:-9], good[:40] + b"x" + good[41:], b"cos\nsystem\n(S'touch evil'\ntR.", good):
        shelf.write_bytes(damaged)
        source.write_text(text + "\n再写一句。\n")
        build(project, project / "site")
        assert "再写一句" in (project / "site/410/index.html").read_text()
        source.write_text(text)
        build(project, project / "site")
        assert tree(project / "site") == first
    assert not (project / "evil").exists()


def test_the_shelf_runs_no_code(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even with a right seal: a pickle that names any other class than a page file's is refused."""
    folder = project / ".cache"
    folder.mkdir()
    data = b"cos\nsystem\n(S'touch evil'\ntR."
    place = shelf.place_of(folder, "files")
    seal.write(place, [shelf._head() + data])
    assert seal.read(place)
    monkeypatch.chdir(project)
    assert shelf.open_memo(folder).files.known == {}
    assert not (project / "evil").exists()
