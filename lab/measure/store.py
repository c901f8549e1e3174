"""``lab/measurements/<experiment>.json``: deterministic, a cell a line, so that another behaviour is a short diff."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lab.clients.registry import ROOT

from .experiment import Cell, Experiment

FOLDER = ROOT / "lab" / "measurements"


@dataclass
class Measured:
    """What is known of one experiment: subjects with name, version and date, and their cells by case."""

    subjects: dict[str, dict[str, str]] = field(default_factory=dict)
    cells: dict[str, dict[str, list[object]]] = field(default_factory=dict)


def path_of(experiment: str, folder: Path = FOLDER) -> Path:
    return folder / f"{experiment}.json"


def load(experiment: str, folder: Path = FOLDER) -> Measured:
    """What is stored; empty when there is nothing yet."""
    path = path_of(experiment, folder)
    if not path.exists():
        return Measured()
    data = json.loads(path.read_bytes())
    return Measured(data["subjects"], data["cells"])


def row(experiment: Experiment, cells: Mapping[str, Cell], browser: bool) -> dict[str, list[object]]:
    """The cells of one subject as they are stored: what was seen, how it ended, whether the standards agree."""
    cases = {case.key: case for case in experiment.cases}
    return {key: [cell.seen, cell.end, experiment.judge(cases[key], cell, browser)] for key, cell in cells.items()}


def save(experiment: Experiment, measured: Measured, order: Iterable[str], folder: Path = FOLDER) -> None:
    """Write it down, subjects in ``order``, cases in the experiment's."""
    keys = [key for key in order if key in measured.subjects]
    rules = {case.key: experiment.rule(case) for case in experiment.cases}
    lines = ["{", f'"experiment": {_json(experiment.name)},', '"subjects": {']
    lines += _members((key, _json(measured.subjects[key])) for key in keys)
    lines += ["},", '"rules": {', *_members((key, _json(rule)) for key, rule in rules.items()), "},", '"cells": {']
    for key in keys:
        cells = measured.cells[key]
        lines += [f"{_json(key)}: {{", *_members((case, _json(cells[case])) for case in rules if case in cells)]
        lines.append("}" + "," * (key != keys[-1]))
    folder.mkdir(parents=True, exist_ok=True)
    path_of(experiment.name, folder).write_text("\n".join([*lines, "}", "}", ""]), "utf-8")


def _members(pairs: Iterable[tuple[str, str]]) -> list[str]:
    lines = [f"  {_json(key)}: {value}," for key, value in pairs]
    return [*lines[:-1], lines[-1][:-1]] if lines else []


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
