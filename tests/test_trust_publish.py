"""Nothing half-published: killed builds, full disks, folders and files that cannot be used, two builds at once."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from statusbook import cli, pipeline, publish, record, sources
from statusbook.build import build
from statusbook.output import Output
from statusbook.problems import BadInput

from .book import ROOT, write_project
from .test_build import tree

PAGE = "content/4xx/410.md"
#: A user that owns nothing; the superuser is not bound by permissions.
NOBODY = 65534


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small book with a site."""
    write_project(tmp_path)
    build(tmp_path, tmp_path / "site", jobs=1)
    return tmp_path


def edit(project: Path, words: str = "资源已经移走") -> None:
    page = project / PAGE
    page.write_text(page.read_text().replace("资源不在这里", words))


def leftovers(project: Path) -> list[str]:
    beside = [path.name for path in project.iterdir() if path.name.startswith((".site.new", ".site.old"))]
    return beside + [path.name for path in (project / record.FOLDER).iterdir() if path.suffix == ".new"]


def run(project: Path, *options: str, **how: object) -> subprocess.CompletedProcess[str]:
    """The command line in ``project``."""
    command = [sys.executable, "build.py", "build", "--quiet", *options]
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        command, cwd=project, capture_output=True, text=True, timeout=60, check=False, **how
    )


def add_program(project: Path) -> None:
    shutil.copytree(ROOT / "statusbook", project / "statusbook", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "build.py", project / "build.py")


@pytest.mark.timeout(600)  # it takes half a minute; a busy machine may need longer
def test_a_build_killed_at_any_moment_leaves_the_old_site_or_the_new_one(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.trust.killer", str(tmp_path), "200", "8"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=590, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    outcomes = json.loads(done.stdout)
    assert outcomes["killed"] == 200
    assert 20 <= outcomes["new"] <= outcomes["rounds"] - 20, "both sides of the publication have to be hit"


# --- the disk ---------------------------------------------------------------------------------------


def test_a_disk_that_is_full_at_any_write_publishes_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = tree(project / "site")
    edit(project)
    real, writes, full = Path.write_bytes, 0, 0

    def write_bytes(self: Path, data: bytes) -> int:
        nonlocal writes
        writes += 1
        if writes == full:
            real(self, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(self, data)

    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    for full in range(1, 1_000):
        writes = 0
        try:
            build(project, project / "site", jobs=1, cache=full % 2 == 0)
        except OSError as error:
            assert error.errno == errno.ENOSPC
            assert str(error.filename).startswith(str(project / "site"))
            assert tree(project / "site") == first
            assert leftovers(project) == []
        else:
            break
    assert 3 < full < 1_000, "every write was the one that failed, and then none"
    assert "资源已经移走" in (project / "site/410/index.html").read_text()


def test_a_file_system_without_space(tmp_path: Path) -> None:
    """A real one, where this process may mount it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1200k", "tmpfs", str(disk)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mount is not allowed here")
    try:
        write_project(tmp_path)
        add_program(tmp_path)
        options = ("--output", str(disk / "site"), "--jobs", "1")
        assert run(tmp_path, *options).returncode == 0
        first = tree(disk / "site")
        ballast = disk / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
        edit(tmp_path)
        failed = run(tmp_path, *options, "--no-cache")
        assert failed.returncode == 2
        (line, count) = failed.stderr.splitlines()
        assert line.startswith(str(disk / "site"))
        assert "No space left on device, so nothing was published" in line
        assert count == "1 problem"
        assert tree(disk / "site") == first
        ballast.unlink()
        assert run(tmp_path, *options).returncode == 0
        assert "资源已经移走" in (disk / "site/410/index.html").read_text()
        assert sorted(path.name for path in disk.iterdir()) == [".site.lock", "site"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


# --- permissions ------------------------------------------------------------------------------------


@pytest.fixture
def bound() -> Iterator[tuple[Path, dict[str, object]]]:
    """A project that a user owns whom permissions bind, and how to run as that user."""
    how: dict[str, object] = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="statusbook-"))
    try:
        folder.chmod(0o755)
        write_project(folder)
        add_program(folder)
        how["env"] = {**os.environ, "XDG_CACHE_HOME": str(folder / "home")}
        if os.geteuid() == 0:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
            with contextlib.suppress(OSError):
                if run(folder, **how).returncode == 0:
                    shutil.rmtree(folder / "site")
                    shutil.rmtree(folder / record.FOLDER)
            if not (folder / "home").exists():
                pytest.skip("another user may not run this Python")
        yield folder, how
    finally:
        for path in (folder, *folder.rglob("*")):
            if path.is_dir():
                path.chmod(0o755)
        shutil.rmtree(folder)


def test_a_folder_that_cannot_be_written_and_a_file_that_cannot_be_read(
    bound: tuple[Path, dict[str, object]],
) -> None:
    project, how = bound
    parent = project / "www"
    parent.mkdir()
    os.chown(parent, *(NOBODY, NOBODY) if os.geteuid() == 0 else (-1, -1))
    options = ("--output", str(parent / "site"))
    assert run(project, *options, **how).returncode == 0
    first = tree(parent / "site")

    edit(project)
    parent.chmod(0o555)
    failed = run(project, *options, **how)
    assert failed.returncode == 2
    assert "Permission denied, so nothing was published" in failed.stderr
    assert len(failed.stderr.splitlines()) == 2
    assert tree(parent / "site") == first

    parent.chmod(0o755)
    (project / PAGE).chmod(0)
    failed = run(project, *options, **how)
    assert failed.returncode == 2
    assert f"{PAGE}: cannot be read: Permission denied" in failed.stderr
    assert tree(parent / "site") == first

    (project / PAGE).chmod(0o644)
    assert run(project, *options, **how).returncode == 0
    assert "资源已经移走" in (parent / "site/410/index.html").read_text()
    assert sorted(path.name for path in parent.iterdir()) == [".site.lock", "site"]


def test_a_home_that_cannot_be_written_costs_only_time(bound: tuple[Path, dict[str, object]]) -> None:
    """There the cache has no seal, so there is no cache."""
    project, how = bound
    (project / "home/statusbook/key").unlink()
    (project / "home/statusbook").chmod(0o555)
    for _ in range(2):
        done = run(project, **how)
        assert (done.returncode, done.stderr) == (0, "")
    assert not (project / record.FOLDER).exists()
    assert (project / "site/404/index.html").exists()


# --- sources that go, workers that die --------------------------------------------------------------


@pytest.mark.parametrize("path", [PAGE, "templates/code.html", "content/4xx/_index.md", "site.toml"])
def test_a_source_that_vanishes_while_it_is_read(project: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    first, data = tree(project / "site"), (project / path).read_bytes()
    read = sources._read

    def vanish(root: Path, name: str, problems: list[sources.Problem]) -> sources.Source | None:
        if name == path:
            (root / name).unlink()
        return read(root, name, problems)

    with monkeypatch.context() as patch:
        patch.setattr(sources, "_read", vanish)
        with pytest.raises(BadInput):
            build(project, project / "site", jobs=1)
    assert tree(project / "site") == first
    (project / path).write_bytes(data)
    build(project, project / "site", jobs=1)
    assert tree(project / "site") == first
    assert leftovers(project) == []


def test_a_worker_that_is_killed_ends_the_build_with_one_error(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """As a system short of memory does it."""
    first, ours = tree(project / "site"), os.getpid()
    make = Output.make

    def fall(self: Output) -> bytes:
        if os.getpid() != ours and self.path == "410/index.html":
            os.kill(os.getpid(), signal.SIGKILL)
        return make(self)

    monkeypatch.setattr(pipeline, "WORTH_FORKING", 1)
    monkeypatch.setattr(Output, "make", fall)
    monkeypatch.setattr(cli, "ROOT", project)
    assert cli.main(["build", "--no-cache", "--jobs", "2", "--output", str(project / "site")]) == 2
    (line, count) = capfd.readouterr().err.splitlines()
    assert line == "build.py: a worker process was killed; try --jobs 1, so nothing was published"
    assert count == "1 problem"
    assert tree(project / "site") == first
    assert leftovers(project) == []


# --- what killed builds leave -----------------------------------------------------------------------


def test_a_build_with_nothing_to_do_removes_what_a_killed_one_left(project: Path) -> None:
    (project / ".site.new-abcd1234/4xx").mkdir(parents=True)
    (project / ".site.old-abcd1234").mkdir()
    assert build(project, project / "site").made == 0
    assert leftovers(project) == []


def test_a_build_killed_between_two_renames_is_mended(project: Path) -> None:
    """Where folders cannot be exchanged there is a moment without a site; the old one is put back."""
    aside = project / ".site.old-abcd1234"
    aside.mkdir()
    first = tree(project / "site")
    (project / "site").rename(aside / "old")
    (project / PAGE).write_text("broken")
    with pytest.raises(BadInput):
        build(project, project / "site")
    assert tree(project / "site") == first
    assert leftovers(project) == []


# --- links that a contribution put in our way -------------------------------------------------------


def test_a_link_in_place_of_the_lock_is_not_followed(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    target = tmp_path_factory.mktemp("home") / "new-file"
    lock = publish.lock_of(project / "site")
    lock.unlink()
    lock.symlink_to(target)
    with pytest.raises(OSError, match=r"\.site\.lock"):
        build(project, project / "site")
    assert not target.exists()


def test_a_process_that_outlived_its_build_does_not_hold_the_lock(project: Path) -> None:
    with publish.locked(publish.lock_of(project / "site")):
        child = os.fork()  # as a worker process, it has the open file
        if not child:
            time.sleep(100)
            os._exit(0)
    try:
        edit(project)
        assert build(project, project / "site", jobs=1).changed
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
