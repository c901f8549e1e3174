"""``make bench``: what a build, an edit and a page cost. Prints tables and writes ``artefacts/bench.json``.

``SIZE=1000,10000`` adds generated books of so many pages, ``PEERS=1`` other generators on 1,000 (or ``PEERS=10000``),
``INSTRUCTIONS=1`` the instructions of a first build. ``ONLY=build,serve,pages,search,lighthouse`` measures only these.
``KEEP=1`` makes this run the one that later ones are compared with.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from statusbook.build import build

from ..book import ROOT
from . import building, lighthouse, peers, results, search, serving, weights
from .results import Figures


def main() -> None:
    if sys.argv[1:] == ["compare"]:
        results.compare()
        return
    only = set(filter(None, os.environ.get("ONLY", "build,serve,pages,search,lighthouse").split(",")))
    sizes = [int(size) for size in filter(None, os.environ.get("SIZE", "").split(","))]
    print(", ".join(f"{name} {value}" for name, value in results.machine().items() if value) + "\n")
    figures: Figures = {}
    with tempfile.TemporaryDirectory(prefix="statusbook-bench-") as name:
        folder = Path(name)
        if "build" in only:
            figures |= building.handbook(folder / "handbook")
            figures |= building.growth(folder / "growth", sizes)
        if os.environ.get("INSTRUCTIONS"):
            figures |= building.instructions(folder / "instructions")
        if "serve" in only:
            figures |= serving.handbook(folder / "serve")
            for size in sizes:
                figures |= serving.generated(folder / f"serve-{size}", size)
        if "pages" in only:
            build(ROOT, folder / "site")
            figures |= weights.pages(folder / "site")
        asked = int(os.environ.get("PEERS") or 0)
        if asked:
            figures |= peers.measure(folder / "peers", 1000 if asked == 1 else asked)
    results.write(figures, keep=bool(os.environ.get("KEEP")))
    if "search" in only:
        search.main()
    if "lighthouse" in only:
        lighthouse.main()


if __name__ == "__main__":
    main()
