"""Where everything comes from: pins with hashes, workflows that can do little, a release that can be made again."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from .book import ROOT

PINS = sorted((ROOT / "requirements").glob("*.txt"))
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


@pytest.mark.parametrize("path", PINS, ids=lambda path: path.name)
def test_every_dependency_is_pinned_with_hashes(path: Path) -> None:
    lines = re.sub(r"\\\n", " ", path.read_text("utf-8")).splitlines()
    packages = [line for line in lines if line.strip() and not line.strip().startswith("#")]
    assert packages
    for line in packages:
        assert re.match(r"[A-Za-z0-9._-]+==[0-9][^ ]* ", line), line
        assert re.findall(r"--hash=sha256:[0-9a-f]{64}\b", line), line
        assert "://" not in line, line


def test_the_pins_cover_what_the_project_asks_for() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for name, wanted in {"build": project["dependencies"], **project["optional-dependencies"]}.items():
        text = (ROOT / f"requirements/{name}.txt").read_text("utf-8").lower()
        for requirement in wanted:
            package = re.match(r"[A-Za-z0-9._-]+", requirement)
            assert package
            pinned = re.sub(r"[-_.]+", "-", package[0].lower())
            assert re.search(rf"^{re.escape(pinned)}==", re.sub(r"[_.](?=[a-z])", "-", text), re.M), (name, package[0])


def test_make_installs_only_what_is_pinned() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert "--require-hashes" in makefile
    assert re.findall(r"pip\b.* install (?!--quiet(?: --require-hashes| pip-tools))", makefile) == []


def test_there_are_workflows() -> None:
    assert {path.stem for path in WORKFLOWS} >= {"ci", "pages", "release"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_is_pinned_and_may_do_little(path: Path) -> None:
    text = path.read_text("utf-8")
    workflow: Any = yaml.safe_load(text)
    triggers = workflow[True]  # YAML 1.1 reads the key `on` so
    assert workflow["permissions"] == {}, "nothing unless a job asks for it"
    assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(triggers)
    for name, job in workflow["jobs"].items():
        assert "permissions" in job, name
        assert job["timeout-minutes"] <= 60, name
        writes = {scope for scope, right in job["permissions"].items() if right == "write"}
        runs_our_code = any("uses" in step and step["uses"].startswith("actions/checkout@") for step in job["steps"])
        assert not (writes and runs_our_code), f"{name}: what may write runs nothing of the repository"
        for step in job["steps"]:
            if "uses" in step:
                assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", step["uses"]), step
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False
            assert "${{" not in step.get("run", ""), "values come through the environment, never into a script"
    for line in re.findall(r"uses: .*", text):
        assert re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


# --- a release --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def release() -> ModuleType:
    spec = importlib.util.spec_from_file_location("release", ROOT / ".ci/release.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_zip_has_every_file_and_no_time(release: ModuleType, tmp_path: Path) -> None:
    site = tmp_path / "site"
    for path in ("index.html", "404/index.html", "static/x.js"):
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(path)
    release.pack(site, tmp_path / "a.zip")
    (site / "index.html").touch()
    shutil.copytree(site, tmp_path / "elsewhere")
    release.pack(tmp_path / "elsewhere", tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as bundle:
        assert bundle.namelist() == ["statusbook/404/index.html", "statusbook/index.html", "statusbook/static/x.js"]
        assert bundle.read("statusbook/404/index.html") == b"404/index.html"


def test_the_licence_of_every_package_is_listed(release: ModuleType) -> None:
    text = release.licences()
    pinned = re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements/build.txt").read_text("utf-8"), re.M)
    assert len(pinned) > 5
    for name in pinned:
        assert re.search(rf"^\| {re.escape(name)} \| \d[^|]* \| [A-Za-z][^|]+ \|$", text, re.M), name


def test_the_bill_of_materials_is_cyclonedx_and_the_same_each_time(release: ModuleType, tmp_path: Path) -> None:
    if not Path(sys.executable).with_name("cyclonedx-py").exists():
        pytest.skip("cyclonedx-bom is not installed: make release installs it")
    for name in ("a", "b"):
        release.bill_of_materials(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    bill = json.loads((tmp_path / "a").read_text("utf-8"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert "serialNumber" not in bill
    assert "timestamp" not in bill["metadata"]
    pinned = re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements/build.txt").read_text("utf-8"), re.M)
    assert {component["name"].lower() for component in bill["components"]} == {name.lower() for name in pinned}
    assert bill["metadata"]["component"]["name"] == "statusbook"


def test_digests_are_as_sha256sum_reads_them(release: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes(b"x")
    release.sums(tmp_path)
    digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    assert (tmp_path / "SHA256SUMS").read_text() == f"{digest}  x.txt\n"
