"""``make bench``: what a build, an edit and a page cost. Prints a table; writes nothing to the project.

``SIZE=1000,10000 make bench`` adds generated handbooks of those sizes (pages, both languages counted).
"""

from __future__ import annotations

import gzip
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ..book import ROOT
from . import corpus, search

RUNS = 5


def run(project: Path, *arguments: str) -> tuple[float, float]:
    """Seconds a build takes as a process of its own, and its memory at most (MiB)."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "build.py", "build", "--quiet", *arguments], cwd=project)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"the build of {project} failed")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def median(measure: Callable[[], float], runs: int = RUNS) -> float:
    return statistics.median(measure() for _ in range(runs))


def measure(project: Path, label: str, page: str) -> None:
    """Cold, unchanged and one-edit builds of ``project``; ``page`` is the source that is edited."""
    source = project / page
    text = source.read_text("utf-8")
    edits = iter(range(1000))

    def cold() -> float:
        shutil.rmtree(project / "site", ignore_errors=True)
        shutil.rmtree(project / ".cache", ignore_errors=True)
        return run(project)[0]

    def edited() -> float:
        source.write_text(f"{text}\n\n{next(edits)}\n", "utf-8")
        return run(project)[0]

    runs = RUNS if len(list(project.glob("content/**/*.md"))) < 3000 else 3
    times = [median(cold, runs), median(lambda: run(project)[0], runs), median(edited, runs)]
    source.write_text(text, "utf-8")
    memory = run(project, "--no-cache", "--jobs", "1")[1]
    files = [path for path in (project / "site").rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    print(
        f"{label:<16} {len(files):>7} {times[0]:>9.2f} {times[1]:>11.3f} {times[2]:>10.3f} {memory:>9.0f} {size:>9.1f}"
    )


def page_weights(site: Path) -> None:
    """Bytes of typical pages, gzip level 6 as servers send them."""
    style = len(gzip.compress((site / "static/css/site.css").read_bytes(), 6))
    print(f"\n{'page':<34} {'HTML':>8} {'+ style':>8}   (bytes, gzip 6)")
    for path in ("index.html", "4xx/index.html", "404/index.html", "502/index.html", "en/404/index.html"):
        if (site / path).exists():
            html = len(gzip.compress((site / path).read_bytes(), 6))
            print(f"{path:<34} {html:>8} {html + style:>8}")
    for path in ("search/index.json", "en/search/index.json"):
        if (site / path).exists():
            print(f"{path:<34} {len(gzip.compress((site / path).read_bytes(), 9)):>8}")


def main() -> None:
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors, medians of {RUNS} runs\n")
    print(f"{'':<16} {'files':>7} {'cold s':>9} {'unchanged s':>11} {'one edit s':>10} {'MiB':>9} {'MB out':>9}")
    with tempfile.TemporaryDirectory(prefix="statusbook-bench-") as folder:
        real = Path(folder) / "real"
        for name in ("content", "templates", "static", "data", "statusbook"):
            shutil.copytree(ROOT / name, real / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("build.py", "site.toml"):
            shutil.copy(ROOT / name, real / name)
        measure(real, "handbook", "content/4xx/404.md")
        for size in filter(None, os.environ.get("SIZE", "").split(",")):
            project = Path(folder) / size
            corpus.make(project, int(size))
            measure(project, f"{int(size):,} pages", "content/guides/generated-000001.md")
        page_weights(real / "site")
    search.main()


if __name__ == "__main__":
    main()
