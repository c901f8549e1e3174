"""The command line as a person meets it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from statusbook import cli
from statusbook.model import class_of

from .book import ROOT, code_page, prose_page, write_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_project(tmp_path)
    shutil.copytree(ROOT / "statusbook", tmp_path / "statusbook", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "build.py", tmp_path / "build.py")
    return tmp_path


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "build.py", *arguments]
    return subprocess.run(
        command, cwd=project, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL
    )


def write_vendor(project: Path) -> None:
    (project / "content/vendors").mkdir()
    for suffix in ("", ".en"):
        page = prose_page("Acme", body="", products="[{vendor: acme, name: Acme}]")
        (project / f"content/vendors/acme{suffix}.md").write_text(page)


def test_build_prints_one_line(project: Path) -> None:
    result = run(project, "build")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("site: ")
    assert " files, " in result.stdout
    assert result.stdout.count("\n") == 1
    assert result.stderr == ""
    assert "nothing changed" in run(project, "build").stdout


def test_quiet_prints_nothing(project: Path) -> None:
    result = run(project, "build", "--quiet")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_another_output_folder(project: Path) -> None:
    assert run(project, "build", "--output", "public/docs").returncode == 0
    assert (project / "public/docs/404/index.html").exists()
    assert not (project / "site").exists()


def test_wrong_input_exits_with_2_and_names_every_place(project: Path) -> None:
    (project / "content/4xx/404.md").write_text(code_page(404, title='""', retry="maybe"))
    result = run(project, "build")
    assert result.returncode == 2
    assert "content/4xx/404.md:4:8: `title` is empty" in result.stderr
    assert "content/4xx/404.md:11:8: `retry` is `maybe`" in result.stderr
    assert "2 problems" in result.stderr
    assert "Traceback" not in result.stderr


def test_check_exits_with_1_when_it_finds_something(project: Path) -> None:
    assert "characters of text; a page like it has at least" in run(project, "check").stderr
    assert run(project, "check").returncode == 1


def test_strict_publishes_nothing_that_the_check_objects_to(project: Path) -> None:
    assert run(project, "build", "--strict").returncode == 2
    assert not (project / "site").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["new", "4044"], "not a status code"),
        (["build", "--jobs", "-1"], "it takes 0 to 256"),
        (["serve", "--port", "99999"], "it takes 0 to 65535"),
        (["build", "--jobs", "x"], "'x' is not a number"),
        (["serve", "--port", "http"], "'http' is not a number"),
        (["build", "--base-url", "example.org"], "is not the address of a site"),
        (["build", "--output", "."], "cannot be the output"),
        ([], "VERB"),
    ],
)
def test_wrong_arguments_exit_with_2_and_one_clear_line(project: Path, arguments: list[str], message: str) -> None:
    result = run(project, *arguments)
    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_new_writes_pages_that_build(project: Path) -> None:
    result = run(project, "new", "418")
    assert result.returncode == 0, result.stderr
    assert result.stdout == "wrote content/4xx/418.md\nwrote content/4xx/418.en.md\n"
    built = run(project, "build", "--drafts")
    assert built.returncode == 0, built.stderr
    assert (project / "site/418/index.html").exists()
    again = run(project, "new", "418")
    assert again.returncode == 2
    assert "exists already" in again.stderr


@pytest.mark.parametrize("number", ["404", "599", "999", "103", "104", "306"])
def test_new_knows_registered_and_unregistered_codes(project: Path, number: str) -> None:
    for path in (project / "content/4xx").glob("404*"):
        path.unlink()
    for path in (project / "content/guides").glob("*"):
        path.unlink()
    (project / "content/4xx/410.md").write_text(code_page(410, spec="[{rfc: 9110, section: 15.5.11}]"))
    write_vendor(project)
    assert run(project, "new", number).returncode == 0
    built = run(project, "build", "--drafts")
    assert built.returncode == 0, built.stderr
    assert "TODO" in (project / "content" / class_of(int(number)) / f"{number}.md").read_text()


def test_new_takes_a_vendor_that_there_is(project: Path) -> None:
    assert run(project, "new", "432").returncode == 0
    assert "vendor: todo," in (project / "content/4xx/432.md").read_text()
    for suffix in ("", ".en"):
        (project / f"content/4xx/432{suffix}.md").unlink()
    write_vendor(project)
    assert run(project, "new", "432").returncode == 0
    assert (
        "vendor: acme, note: TODO, seen: client, trust: hearsay}  # TODO"
        in (project / "content/4xx/432.md").read_text()
    )
    assert run(project, "build", "--drafts").returncode == 0


@pytest.mark.parametrize("verb", ["build", "serve", "check", "new"])
def test_every_verb_has_help(project: Path, verb: str) -> None:
    result = run(project, verb, "--help")
    assert result.returncode == 0
    assert "usage:" in result.stdout


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_one_clear_line(project: Path) -> None:
    locked = project / "locked"
    locked.mkdir(mode=0o500)
    result = run(project, "build", "--output", "locked/site")
    assert result.returncode == 2
    assert "Permission denied, so nothing was published" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_folder_that_cannot_be_made_is_one_clear_line(project: Path) -> None:
    (project / "file").write_text("")
    result = run(project, "build", "--output", "file/site")
    assert result.returncode == 2
    assert "so nothing was published" in result.stderr
    assert "Traceback" not in result.stderr


def test_what_other_verbs_cannot_write_says_nothing_of_publishing(project: Path) -> None:
    (project / "content/1xx").write_text("not a folder")
    result = run(project, "new", "104")
    assert result.returncode == 2
    assert "content/1xx" in result.stderr
    assert "published" not in result.stderr
    assert "Traceback" not in result.stderr


def test_a_path_that_the_terminal_has_no_characters_for(project: Path) -> None:
    command = [sys.executable, "build.py", "build", "--output", "网站"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "1"}
    result = subprocess.run(command, cwd=project, env=environment, capture_output=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(rb"\u7f51\u7ad9: ")


def test_without_its_packages_it_says_how_to_run_it(project: Path) -> None:
    command = [sys.executable, "-S", "build.py", "build"]
    result = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 1
    assert "is not installed: run it as `make build`" in result.stderr
    assert result.stderr.count("\n") == 1


def test_serve_is_told_the_base_url(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, object] = {}
    monkeypatch.setattr("statusbook.serve.serve", lambda _, **options: told.update(options) or 0)
    assert cli.main(["serve", "--base-url", "https://example.org/status/"]) == 0
    assert told["base_url"] == "https://example.org/status/"


def test_a_virtual_environment_that_could_not_be_made_is_removed(project: Path) -> None:
    shutil.copy(ROOT / "Makefile", project / "Makefile")
    python = project / "python"
    python.write_text('#!/bin/sh\n[ "$1" = -c ] && exit 0\nmkdir -p .venv/bin && touch .venv/bin/python && exit 1\n')
    python.chmod(0o755)
    command = ["make", f"PYTHON={python}", ".venv/bin/python"]
    result = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 2
    assert "could not be made" in result.stderr
    assert not (project / ".venv").exists()
