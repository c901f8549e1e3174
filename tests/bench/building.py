"""Builds: the first, one with nothing to do, and those after an edit; how they grow with the book."""

from __future__ import annotations

import itertools
import math
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from . import corpus, projects
from .projects import Run, build, forget
from .results import Figures, median

RUNS = 5
_COLUMNS = ("cold", "unchanged", "text", "title")
_TITLE = re.compile(r"^title: .*$", re.MULTILINE)


def handbook(folder: Path) -> Figures:
    _head()
    return _measure(projects.handbook(folder), "handbook", "content/4xx/404.md", RUNS)


def growth(folder: Path, sizes: list[int]) -> Figures:
    """Generated books of ``sizes`` pages, and the exponent with which each time grows between neighbours."""
    figures: Figures = {}
    for size in sizes:
        project = folder / str(size)
        corpus.make(project, size)
        projects.generator(project)
        runs = RUNS if size < 5000 else 3 if size < 50_000 else 1
        figures |= _measure(project, f"{size} pages", "content/guides/generated-000001.md", runs)
        shutil.rmtree(project)
    for small, big in itertools.pairwise(sizes):
        for what in ("cold s", "unchanged s", "text s", "title s", "memory MiB", "output MB"):
            ratio = figures[f"build/{big} pages/{what}"] / figures[f"build/{small} pages/{what}"]
            figures[f"growth/{small} to {big}/{what.split()[0]} exponent"] = math.log(ratio) / math.log(big / small)
    for name, value in figures.items():
        if name.startswith("growth/"):
            print(f"{name:<44} {value:.2f}")
    return figures


def _head() -> None:
    times = "".join(f"{f'{name} s':>13} {'(cpu)':>7}" for name in _COLUMNS)
    print(f"{'':<16} {'files':>7}{times} {'MiB':>7} {'MB out':>8}")


def _measure(project: Path, label: str, page: str, runs: int) -> Figures:
    """``page`` is the source that is edited."""
    source = project / page
    text = source.read_text("utf-8")
    edits = iter(range(10_000))

    def cold() -> Run:
        forget(project)
        return build(project)

    def edit_text() -> Run:
        source.write_text(f"{text}\n\n{next(edits)}\n", "utf-8")
        return build(project)

    def edit_title() -> Run:
        number = next(edits)
        source.write_text(_TITLE.sub(lambda match: f"{match[0]} {number}", text, count=1), "utf-8")
        return build(project)

    kinds: dict[str, Callable[[], Run]] = {
        "cold": cold,
        "unchanged": lambda: build(project),
        "text": edit_text,
        "title": edit_title,
    }
    build(project)  # bytecode, and what the system keeps of files
    found = {name: [measure() for _ in range(runs)] for name, measure in kinds.items()}
    source.write_text(text, "utf-8")
    forget(project)
    alone = build(project, "--jobs", "1")  # one process does what several share otherwise
    memory = max(run.memory for measured in (*found.values(), [alone]) for run in measured)
    files = [path for path in (project / "site").rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    figures: Figures = {f"build/{label}/memory MiB": memory, f"build/{label}/output MB": size}
    cells = ""
    for name, measured in found.items():
        seconds, processor = median(r.seconds for r in measured), median(r.processor for r in measured)
        figures |= {f"build/{label}/{name} s": seconds, f"build/{label}/{name} processor-s": processor}
        cells += f"{seconds:>13.3f} {processor:>7.2f}"
    print(f"{label:<16} {len(files):>7}{cells} {memory:>7.0f} {size:>8.1f}", flush=True)
    return figures


def instructions(folder: Path) -> Figures:
    """Instructions of a first build, which no other program on the machine can change; with Valgrind only."""
    valgrind = shutil.which("valgrind")
    if not valgrind:
        print("instructions: Valgrind is not installed")
        return {}
    corpus.make(folder, 40)
    projects.generator(folder)
    build(folder, "--jobs", "1")
    forget(folder)
    command = [valgrind, "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    command += [sys.executable, "build.py", "build", "--quiet", "--jobs", "1"]
    output = subprocess.run(command, cwd=folder, env=projects.environment(), capture_output=True, text=True, check=True)
    count = int(next(_numbers(output.stderr)).replace(",", ""))
    print(f"instructions of a first build, 40 pages: {count / 1e9:.3f} billion")
    return {"build/40 pages/cold instructions": float(count)}


def _numbers(text: str) -> Iterator[str]:
    return (match[1] for match in re.finditer(r"I +refs: +([\d,]+)", text))
