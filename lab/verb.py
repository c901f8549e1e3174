"""``python build.py lab``: run recipes, keep what they captured, say what changed."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from statusbook import captures, recipes, settings
from statusbook.captures import Capture
from statusbook.problems import BadInput, Problem
from statusbook.recipes import Recipe
from statusbook.sources import Source, read_tree

from . import compare, programs
from .run import Failure, run

#: What runs in CI: at least one recipe of every program and class; the rest is run by ``make lab``.
SAMPLE = "lab/sample.txt"


def main(arguments: argparse.Namespace, root: Path) -> int:
    """Returns the exit status: 0, or 1 when a recipe failed or, with ``--check``, differs from its capture.

    Raises :class:`BadInput` for recipes and captures that cannot be read.
    """
    known, kept = read(root)
    if arguments.packages:
        print(" ".join(sorted(_system_packages(known.values()))))
        return 0
    wanted = _select(known, arguments.what, sample(root) if arguments.sample else None)
    if arguments.list:
        for recipe in wanted:
            capture = kept.get(recipe.name)
            state = "not captured" if capture is None else "out of date" if capture.digest != recipe.digest else ""
            print(f"{recipe.code}  {recipe.name:<40} {programs.SOFTWARE[recipe.server.use].title:<16} {state}".rstrip())
        return 0
    return 1 if _run_all(root, wanted, kept, write=not arguments.check, fresh=arguments.fresh) else 0


def read(root: Path) -> tuple[dict[str, Recipe], dict[str, Capture]]:
    """Every recipe and capture below ``root``. Raises :class:`BadInput`."""
    snapshot = read_tree(root)
    site, problems = settings.read(snapshot)
    languages = tuple(language.key for language in site.languages) if site else ()
    known, found = recipes.read(snapshot, languages)
    problems += found
    kept, found = captures.read(snapshot)
    problems += found
    for recipe in known.values():
        problems += _unknown_software(recipe, snapshot[recipe.path])
    if problems:
        raise BadInput(problems)
    return known, kept


def _unknown_software(recipe: Recipe, source: Source) -> list[Problem]:
    hint = f"Known: {', '.join(sorted(programs.SOFTWARE))}."
    text = source.data.decode("utf-8")
    return [
        Problem(source.path, text[: text.find(f'"{p.use}"')].count("\n") + 1, 1, f"`{p.use}` is no program", hint)
        for p in recipe.programs
        if p.use not in programs.SOFTWARE
    ]


def sample(root: Path) -> set[str]:
    lines = (root / SAMPLE).read_text("utf-8").splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


def _select(known: dict[str, Recipe], what: Sequence[str], sample: set[str] | None) -> list[Recipe]:
    names = set(known) if sample is None else sample
    if lost := sorted(names - set(known)):
        raise BadInput([Problem(SAMPLE, 0, 0, f"names {', '.join(lost)}, which is no recipe")])
    chosen = [recipe for name, recipe in sorted(known.items()) if name in names]
    if what:
        lost = [word for word in what if not any(word in (recipe.name, str(recipe.code)) for recipe in chosen)]
        if lost:
            raise BadInput([Problem(recipes.FOLDER, 0, 0, f"has no recipe for {', '.join(lost)}")])
        chosen = [recipe for recipe in chosen if recipe.name in what or str(recipe.code) in what]
    return sorted(chosen, key=lambda recipe: (recipe.code, recipe.order, recipe.name))


def _run_all(root: Path, wanted: list[Recipe], kept: dict[str, Capture], *, write: bool, fresh: bool) -> int:
    """Run the recipes one after another, say how each went, and return how many failed or differ."""
    wrong = skipped = 0
    today = datetime.now(UTC).date()
    if any(programs.SOFTWARE[p.use].package.startswith("npm:") for recipe in wanted for p in recipe.programs):
        install_npm(root)
    for recipe in wanted:
        lacking = [name for name in (programs.missing(p.use) for p in recipe.programs) if name]
        if lacking:
            skipped += 1
            print(f"{recipe.name}: skipped, needs {', '.join(sorted(set(lacking)))}")
            continue
        old = kept.get(recipe.name)
        try:
            new = run(recipe, today)
        except Failure as failure:
            wrong += 1
            print(f"{recipe.name}: FAILED: {failure}", flush=True)
            continue
        if old is not None and old.digest == recipe.digest:
            changes = list(compare.differences(old, new))
            news = list(compare.version_changes(old, new))
        else:
            changes, news = ["the recipe changed" if old else "first capture"], []
        wrong += bool(changes) and not write
        for change in (*changes, *news):
            print(f"{recipe.name}: {change}")
        if not (changes or news):
            print(f"{recipe.name}: as before", flush=True)
        if write and (changes or news or fresh):
            place = root / captures.FOLDER / f"{recipe.name}.json"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(captures.dump(new), "utf-8", newline="\n")
    print(f"{len(wanted)} recipes: {wrong} wrong, {skipped} skipped")
    return wrong


def _system_packages(known: Iterable[Recipe]) -> set[str]:
    uses = {program.use for recipe in known for program in recipe.programs}
    packages = (programs.missing(use) for use in uses)
    return {name.removeprefix("debian:") for name in packages if name and name.startswith("debian:")}


def install_npm(root: Path) -> None:
    """Install the npm packages of ``lab/package.json`` into ``.lab/``, once for each version of that file."""
    wanted = (root / "lab" / "package.json").read_text("utf-8")
    place = root / ".lab"
    copy = place / "package.json"
    if (copy.exists() and copy.read_text("utf-8") == wanted and programs.NODE_MODULES.is_dir()) or not shutil.which(
        "npm"
    ):
        return
    place.mkdir(exist_ok=True)
    names = ", ".join(sorted(json.loads(wanted)["dependencies"]))
    print(f"installing {names} (once)", flush=True)
    copy.write_text(wanted, "utf-8")
    command = ["npm", "install", "--prefix", str(place), "--no-package-lock", "--no-audit", "--no-fund", "--silent"]
    if subprocess.run(command, check=False).returncode:
        copy.unlink()
