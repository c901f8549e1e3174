"""The same sources give the same bytes, whatever is different about the place; and nobody else's cache is believed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from statusbook import record, seal
from statusbook.build import build

from .book import ROOT, snapshot
from .test_build import tree

#: Environments, options, and whether the files are made in the order of their names.
PLACES: tuple[tuple[str, str, bool], ...] = (
    ("TZ=UTC PYTHONHASHSEED=0 LC_ALL=C", "--jobs 1 --no-cache", True),
    ("TZ=Asia/Shanghai PYTHONHASHSEED=1 LC_ALL=C.UTF-8", "--jobs 2", False),
    ("TZ=America/St_Johns PYTHONHASHSEED=random LC_ALL=tr_TR.UTF-8 PYTHONUTF8=0", "--jobs 2 --no-cache", True),
    ("TZ=Pacific/Kiritimati PYTHONHASHSEED=4294967295 LANG=zh_CN.GB18030 LC_ALL=", "--jobs 1", False),
    ("SOURCE_DATE_EPOCH=1 COLUMNS=20 CI=true HOME=/nonexistent PYTHONIOENCODING=ascii", "--jobs 2", True),
)


def clone(folder: Path, in_order: bool) -> Path:
    """The whole handbook's program with a small book, its files made in one order or the other."""
    sources = sorted(snapshot().values(), key=lambda source: source.path, reverse=not in_order)
    for source in sources:
        target = folder / source.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.data)
        os.utime(target, (0, 0) if in_order else (2_000_000_000, 2_000_000_000))
    shutil.copytree(ROOT / "statusbook", folder / "statusbook", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "build.py", folder / "build.py")
    return folder


def digests(site: Path) -> dict[str, str]:
    return {path: hashlib.sha256(data).hexdigest() for path, data in tree(site).items()}


def test_two_clones_anywhere_make_the_same_bytes(tmp_path: Path) -> None:
    """Those with a cache once more with a warm one, after a page was edited and edited back."""
    sites = {}
    for number, (variables, options, in_order) in enumerate(PLACES):
        folder = clone(tmp_path / f"路径 {number}{'/deep' * number}", in_order)
        environment = {**os.environ, **dict(pair.split("=") for pair in variables.split())}
        command = [
            sys.executable,
            "build.py",
            "build",
            "--quiet",
            "--base-url",
            "https://example.org/x/",
            *options.split(),
        ]
        page = folder / "content/4xx/410.md"
        text = page.read_text("utf-8")
        for state, words in (("cold", ""), ("edited", "\n又一段。\n"), ("warm", ""))[
            : 1 if "--no-cache" in options else 3
        ]:
            page.write_text(text + words, "utf-8")
            subprocess.run(command, cwd=folder, env=environment, check=True, timeout=60, capture_output=True)
            sites[variables, state] = digests(folder / "site")
    first, edited = sites[PLACES[0][0], "cold"], sites[PLACES[1][0], "edited"]
    assert first != edited
    for (variables, state), site in sites.items():
        expected = edited if state == "edited" else first
        assert site == expected, (variables, state, sorted(site.items() ^ expected.items())[:4])


# --- nobody else's cache ----------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A clone, and a home of its own."""
    home(tmp_path / "ours", monkeypatch)
    yield clone(tmp_path / "project", in_order=True)


def home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir(exist_ok=True)
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))


def forge(project: Path, site: Path) -> None:
    """What a hostile contribution could carry: a page of its own, and a record that says it is what we would make."""
    build(project, site, jobs=1)
    evil = b"<script>evil</script>"
    (site / "404/index.html").write_bytes(evil)
    known = record.read(record.path_of(project, site))
    assert known.outputs, "the forger's own build must have left a record"
    entry = known.of("404/index.html")
    assert entry
    packed = entry._replace(digest=hashlib.sha256(evil).hexdigest()).packed()
    forged = replace(known, outputs={**known.outputs, "404/index.html": packed}, stats={})
    record.write(record.path_of(project, site), forged)


def test_a_forged_cache_puts_nothing_into_a_page(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = project / "site"
    build(project, site, jobs=1)
    right = tree(site)
    shutil.rmtree(project / record.FOLDER)

    home(tmp_path / "theirs", monkeypatch)
    forge(project, site)
    build(project, site, jobs=1)
    assert b"evil" in (site / "404/index.html").read_bytes(), "under the forger's own key the forgery has to hold"

    home(tmp_path / "ours", monkeypatch)
    build(project, site, jobs=1)
    assert tree(site) == right


def test_every_file_of_the_cache_is_sealed(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new kind of cache has to be, too."""
    build(project, project / "site", jobs=1)
    files = [path for path in (project / record.FOLDER).rglob("*") if path.is_file()]
    assert len(files) >= 2
    assert all(seal.read(path) is not None for path in files)
    home(tmp_path / "theirs", monkeypatch)
    assert all(seal.read(path) is None for path in files)


def test_any_damage_to_the_cache_costs_only_time(project: Path) -> None:
    """Every file of it, cut short and with single bytes changed."""
    site = project / "site"
    page = project / "content/4xx/410.md"
    text = page.read_text("utf-8")
    build(project, site, jobs=1)
    right = tree(site)
    for file in [path for path in (project / record.FOLDER).rglob("*") if path.is_file()]:
        good = file.read_bytes()
        half, last = len(good) // 2, len(good) - 1
        for damaged in (good[:half], bytes([good[0] ^ 1]) + good[1:], good[:last] + bytes([good[last] ^ 1])):
            page.write_text(text + "\n又一段。\n", "utf-8")
            file.write_bytes(damaged)
            build(project, site, jobs=1)
            assert "又一段" in (site / "410/index.html").read_text("utf-8")
            page.write_text(text, "utf-8")
            build(project, site, jobs=1)
            assert tree(site) == right


def test_a_cache_folder_that_is_a_link_is_not_written_to(project: Path, tmp_path: Path) -> None:
    target = tmp_path / "somebody"
    target.mkdir()
    (project / record.FOLDER).symlink_to(target)
    build(project, project / "site", jobs=1)
    assert list(target.iterdir()) == []
    assert (project / "site/404/index.html").exists()


def test_a_link_in_place_of_a_file_of_the_cache_is_not_followed(project: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("years of work")
    build(project, project / "site", jobs=1)
    names = [path.name for path in (project / record.FOLDER).iterdir()]
    shutil.rmtree(project / record.FOLDER)
    (project / record.FOLDER).mkdir()
    for name in names:
        (project / record.FOLDER / f"{name}.new").symlink_to(precious)
        (project / record.FOLDER / name).symlink_to(precious)
    build(project, project / "site", jobs=1, cache=False)
    assert precious.read_text() == "years of work"


def test_the_key_is_for_this_account_only(project: Path, tmp_path: Path) -> None:
    build(project, project / "site", jobs=1)
    key = tmp_path / "ours/statusbook/key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(key.read_bytes()) == seal.LENGTH
    assert not list(project.rglob("key"))
