"""Copies of the handbook to be measured, and one build of them as a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from ..book import ROOT

PARTS = ("content", "templates", "static", "data", "lab", "statusbook")


@dataclass(frozen=True, slots=True)
class Run:
    """A process: seconds by the clock, seconds of all processors, and memory at most.

    That is the resident set (MiB) of the largest process, whatever of it is shared with the others.
    """

    seconds: float
    processor: float
    memory: float


def environment() -> dict[str, str]:
    """That of a user: Python keeps its bytecode, and hashes the same in every run."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**own, "PYTHONHASHSEED": "0"}


def handbook(folder: Path) -> Path:
    """A copy of the handbook."""
    for name in PARTS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("build.py", "site.toml"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def generator(folder: Path) -> None:
    """The generator's code beside content that is there already."""
    shutil.copytree(ROOT / "statusbook", folder / "statusbook", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "build.py", folder / "build.py")


def build(project: Path, *arguments: str) -> Run:
    return run([sys.executable, "build.py", "build", "--quiet", *arguments], project)


def run(command: list[str], folder: Path) -> Run:
    """Run ``command`` in ``folder``. Raises SystemExit with what it printed when it fails."""
    started = time.perf_counter()
    log = folder / ".bench.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, env=environment(), stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        raise SystemExit(f"{' '.join(command)} failed:\n{log.read_text('utf-8', 'replace')[-2000:]}")
    log.unlink()
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def forget(project: Path) -> None:
    """Have the next build be the first."""
    for name in ("site", ".cache"):
        shutil.rmtree(project / name, ignore_errors=True)
