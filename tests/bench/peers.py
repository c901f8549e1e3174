"""Other generators on the same pages, by turns with ours: first build, nothing changed, one text edited.

All get the same Markdown, and templates as plain as each has them; ours does all that it does for the handbook.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import venv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..book import ROOT
from . import corpus, projects
from .projects import Run, run
from .results import Figures, median

HOME = ROOT / ".lab/peers"
PINS = Path(__file__).with_name("peers.toml")
ROUNDS = 3

_LAYOUT = "<!doctype html><html lang=zh><title>{title}</title><main><h1>{title}</h1>{content}</main>"


@dataclass(frozen=True, slots=True)
class Peer:
    """A generator: its files besides pages, where its pages are, its command, and what its first build removes."""

    files: Mapping[str, str]
    pages: str
    command: tuple[str, ...]
    made: tuple[str, ...]


PEERS = {
    "hugo": Peer(
        {
            "hugo.toml": 'baseURL = "https://example.org/"\ndisableKinds = ["taxonomy", "term", "RSS", "sitemap"]\n',
            "layouts/_default/single.html": _LAYOUT.format(title="{{ .Title }}", content="{{ .Content }}"),
            "layouts/_default/list.html": _LAYOUT.format(title="{{ .Title }}", content="{{ .Content }}"),
        },
        "content",
        ("{home}/bin/hugo", "--quiet"),
        ("public", "resources"),
    ),
    "eleventy": Peer(
        {
            "docs/docs.json": '{"layout": "page.njk"}\n',
            "_includes/page.njk": _LAYOUT.format(title="{{ title }}", content="{{ content | safe }}"),
        },
        "docs",
        ("node", "{home}/node_modules/@11ty/eleventy/cmd.cjs", "--quiet"),
        ("_site",),
    ),
    "pelican": Peer(
        {
            "pelicanconf.py": 'SITEURL = ""\nTHEME = "simple"\nTIMEZONE = "UTC"\nFEED_ALL_ATOM = None\n'
            "CATEGORY_FEED_ATOM = None\nDEFAULT_PAGINATION = 20\nCACHE_CONTENT = True\nLOAD_CONTENT_CACHE = True\n"
        },
        "content",
        ("{home}/bin/pelican", "content", "-o", "output", "-s", "pelicanconf.py", "-q"),
        ("output", "cache", "__pycache__"),
    ),
    "mkdocs": Peer(
        {"mkdocs.yml": "site_name: Pages\ntheme: mkdocs\nplugins: [search]\nmarkdown_extensions: [attr_list]\n"},
        "docs",
        ("{home}/bin/mkdocs", "build", "--quiet"),
        ("site",),
    ),
    "zensical": Peer(
        {"zensical.toml": '[project]\nsite_name = "Pages"\n'},
        "docs",
        ("{home}/bin/zensical", "build"),
        ("site", ".cache"),
    ),
}

#: The least that any generator on Python-Markdown has to do: the texts alone, on two processes.
_BARE = """
import markdown, multiprocessing, pathlib, sys
def render(path):
    text = path.read_text("utf-8").split("---", 2)[2]
    return len(markdown.markdown(text, extensions=["tables", "fenced_code"]))
if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(2) as pool:
        print(sum(pool.map(render, sorted(pathlib.Path("docs").glob("*.md")), chunksize=16)))
"""


def measure(folder: Path, size: int) -> Figures:
    """Install the peers and measure them on ``size`` pages."""
    runners = {"statusbook": _ours(folder / "statusbook", size)}
    for name in tomllib.loads(PINS.read_text("utf-8")):
        try:
            home = install(name)
        except (OSError, subprocess.SubprocessError) as error:
            print(f"{name} was not installed: {error}")
            continue
        runners[name] = _peer(folder / name, PEERS[name], home, size)
    runners["python-markdown"] = _bare(folder / "bare", size)
    found: dict[str, dict[str, list[Run]]] = {name: {} for name in runners}
    for _ in range(ROUNDS):
        for kind in ("cold", "unchanged", "text"):
            for name, runner in runners.items():
                found[name].setdefault(kind, []).append(runner(kind))
    return _table(found, size)


def _table(found: Mapping[str, Mapping[str, list[Run]]], size: int) -> Figures:
    print(
        f"\n{f'{size:,} pages':<18} {'cold s':>8} {'(cpu)':>8} {'unchanged s':>12} {'(cpu)':>8}"
        f" {'text s':>8} {'(cpu)':>8} {'MiB':>7}"
    )
    figures: Figures = {}
    for name, kinds in found.items():
        row = ""
        for kind, runs in kinds.items():
            seconds, processor = median(r.seconds for r in runs), median(r.processor for r in runs)
            figures |= {f"peers/{size}/{name}/{kind} s": seconds, f"peers/{size}/{name}/{kind} processor-s": processor}
            row += f" {seconds:>{12 if kind == 'unchanged' else 8}.2f} {processor:>8.2f}"
        memory = max(r.memory for r in kinds["cold"])
        figures[f"peers/{size}/{name}/memory MiB"] = memory
        print(f"{name:<18}{row} {memory:>7.0f}")
    return figures


def install(name: str) -> Path:
    """The folder of a peer, made as its pins say. Raises OSError or SubprocessError when it cannot be."""
    pins = tomllib.loads(PINS.read_text("utf-8"))[name]
    home, stamp = HOME / name, HOME / name / ".installed"
    if stamp.exists() and stamp.read_text() == repr(pins):
        return home
    shutil.rmtree(home, ignore_errors=True)
    if "pypi" in pins:
        venv.create(home, with_pip=True)
        command = [str(home / "bin/python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        subprocess.run([*command, *pins["pypi"]], check=True, capture_output=True, timeout=600)
    else:
        home.mkdir(parents=True)
        (home / "package.json").write_text('{"private": true}\n')
        command = ["npm", "install", "--no-audit", "--no-fund", "--silent", "--ignore-scripts"]
        subprocess.run([*command, *pins["npm"]], cwd=home, check=True, capture_output=True, timeout=600)
    stamp.write_text(repr(pins))
    return home


Runner = Callable[[str], Run]


def _ours(folder: Path, size: int) -> Runner:
    corpus.make(folder, size, plain=True)
    projects.generator(folder)
    projects.build(folder)
    page = folder / "content/guides/generated-000001.md"
    return _runner(folder, page, ("site", ".cache"), lambda: projects.build(folder))


def _peer(folder: Path, peer: Peer, home: Path, size: int) -> Runner:
    for path, text in peer.files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
    corpus.plain(folder / peer.pages, size)
    command = [part.format(home=home) for part in peer.command]
    page = folder / peer.pages / "generated-000001.md"
    return _runner(folder, page, peer.made, lambda: run(command, folder))


def _bare(folder: Path, size: int) -> Runner:
    corpus.plain(folder / "docs", size)
    (folder / "bare.py").write_text(_BARE)
    return lambda kind: run([sys.executable, "bare.py"], folder)


def _runner(folder: Path, page: Path, made: tuple[str, ...], build: Callable[[], Run]) -> Runner:
    text = page.read_text("utf-8")
    edits = iter(range(1000))

    def measure(kind: str) -> Run:
        if kind == "cold":
            for name in made:
                shutil.rmtree(folder / name, ignore_errors=True)
        if kind == "text":
            page.write_text(f"{text}\n\nedit {next(edits)}\n", "utf-8")
            os.utime(page)
        return build()

    return measure
