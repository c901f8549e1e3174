"""``python build.py measure``: run experiments, say what changed, write it down."""

from __future__ import annotations

import argparse
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from lab.clients.registry import CLIENTS, ROOT, clients_of
from lab.verb import install_npm

from . import caches, runner, store
from .caching import CACHING_EXPERIMENT
from .experiment import Cell, Experiment
from .odd import ODD_EXPERIMENT
from .redirects import REDIRECTS_EXPERIMENT
from .retries import RETRIES_EXPERIMENT

EXPERIMENTS = {e.name: e for e in (REDIRECTS_EXPERIMENT, RETRIES_EXPERIMENT, CACHING_EXPERIMENT, ODD_EXPERIMENT)}
#: The order in which subjects are stored and shown.
ORDER = (*(client.key for client in CLIENTS), *(cache.key for cache in caches.CACHES))


@dataclass(frozen=True, slots=True)
class Subject:
    """Whoever is measured: a client or a cache."""

    key: str
    name: str
    missing: str
    is_browser: bool
    version: Callable[[], str]
    run: Callable[[], Mapping[str, Cell]]


def main(arguments: Sequence[str]) -> int:
    """Measure. Returns 1 when something that is there could not be run, else 0."""
    options = _parser().parse_args(arguments)
    done = [measure(EXPERIMENTS[name], frozenset(options.client)) for name in options.experiments or EXPERIMENTS]
    return 0 if all(done) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="build.py measure", description=__doc__.splitlines()[0])
    parser.add_argument("experiments", nargs="*", metavar="EXPERIMENT", help=f"of {', '.join(EXPERIMENTS)}; else all")
    parser.add_argument("--client", action="append", default=[], metavar="NAME", help="only this client or cache")
    return parser


def measure(experiment: Experiment, wanted: frozenset[str]) -> bool:
    """Run one experiment with all its subjects, or the ``wanted`` ones, and store what they did."""
    measured, well = store.load(experiment.name), True
    if any(client.packages for client in clients_of(experiment.name, wanted)):
        install_npm(ROOT)
    for subject in subjects_of(experiment, wanted):
        title = f"{experiment.name}: {subject.name}"
        if subject.missing:
            print(f"{title}: skipped, needs {subject.missing}")
            continue
        try:
            version, cells = subject.version(), subject.run()
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            print(f"{title}: failed: {error}")
            well = False
            continue
        row = store.row(experiment, cells, subject.is_browser)
        changed = sum(row[case] != cell for case, cell in measured.cells.get(subject.key, {}).items() if case in row)
        print(f"{title} {version}: {len(row)} cases, {changed} changed")
        date = datetime.now(UTC).date().isoformat()
        measured.subjects[subject.key] = {"name": subject.name, "version": version, "date": date}
        measured.cells[subject.key] = row
        store.save(experiment, measured, ORDER)
    return well


def subjects_of(experiment: Experiment, wanted: frozenset[str]) -> Iterator[Subject]:
    for client in clients_of(experiment.name, wanted):
        yield Subject(
            client.key, client.name, client.missing, client.is_browser,
            partial(runner.version, client), partial(runner.run, client, experiment),
        )  # fmt: skip
    for cache in caches.CACHES if experiment is CACHING_EXPERIMENT else ():
        if not wanted or wanted & {cache.key, cache.name}:
            yield Subject(
                cache.key, cache.name, cache.missing, False,
                partial(caches.version, cache), partial(caches.run, cache),
            )  # fmt: skip
