"""What a run of the bench found, as a small JSON file that can be kept and compared.

``artefacts/bench.json`` is the newest run. ``tests/bench/kept.json`` is the one the project keeps; `make bench KEEP=1`
replaces it, `make bench-compare` prints the newest beside it.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from statusbook import __version__

from ..book import ROOT

NEWEST = ROOT / "artefacts/bench.json"
KEPT = Path(__file__).with_name("kept.json")
PACKAGES = ("jinja2", "markdown", "markupsafe", "pygments", "pyyaml", "tornado", "watchfiles")

#: By name, such as ``build/handbook/cold s``; the unit is the last word.
Figures = dict[str, float]


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which ``share`` of the values are (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def machine() -> dict[str, str]:
    """What the figures depend on besides the code."""
    versions = {name: metadata.version(name) for name in PACKAGES}
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "processors": str(os.cpu_count()),
        "load": f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "",
        "python": sys.version.split()[0],
        "statusbook": __version__,
        **versions,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def write(figures: Figures, *, keep: bool) -> None:
    """Put ``figures`` where the newest run is and, if asked, where the kept one is."""
    for place in (NEWEST, KEPT) if keep else (NEWEST,):
        data = {"machine": machine(), "figures": merged(read(place)[1], figures)}
        place.parent.mkdir(exist_ok=True)
        place.write_text(json.dumps(data, indent=1, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")


def merged(known: Figures, found: Figures) -> Figures:
    """``found``, and of ``known`` the subjects that this run did not measure, such as ``build/10000``.

    What a subject once had and has no more, goes.
    """
    subjects = {_subject(name) for name in found}
    stay = {name: value for name, value in known.items() if _subject(name) not in subjects}
    return stay | {name: round(value, 4) for name, value in found.items()}


def _subject(name: str) -> str:
    return "/".join(name.split("/")[:2])


def read(place: Path) -> tuple[dict[str, str], Figures]:
    try:
        data = json.loads(place.read_text("utf-8"))
    except (OSError, ValueError):
        return {}, {}
    return data["machine"], data["figures"]


def compare() -> None:
    """Print the newest run beside the one that is kept."""
    (kept_on, kept), (newest_on, newest) = read(KEPT), read(NEWEST)
    if not kept or not newest:
        raise SystemExit(f"nothing to compare: run make bench{'' if kept else ' KEEP=1'} first")
    for name in sorted(kept_on.keys() | newest_on.keys()):
        if kept_on.get(name) != newest_on.get(name):
            print(f"{name}: {kept_on.get(name, '(none)')} then, {newest_on.get(name, '(none)')} now")
    print(f"\n{'':<52} {'kept':>12} {'now':>12} {'change':>8}")
    for name in sorted(kept.keys() & newest.keys()):
        before, now = kept[name], newest[name]
        change = f"{now / before - 1:+.0%}" if before else ""
        print(f"{name:<52} {before:>12.4g} {now:>12.4g} {change:>8}")
    for name in sorted(kept.keys() ^ newest.keys()):
        print(f"{name:<52} was measured {'then' if name in kept else 'now'} only")
