"""Input from strangers: readers of data, settings, recipes and captures, and texts that were made to take long."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from statusbook.problems import BadInput, Problem
from statusbook.sources import Source

from .book import ROOT
from .trust.hostile import mutants
from .trust.readers import BOOK, READERS


def test_every_reader_of_files_is_tried() -> None:
    """A new module that reads sources has to be added here."""
    readers = set()
    for path in (ROOT / "statusbook").glob("*.py"):
        if re.search(r"^def (read|read_one|clean|parse)\(\w+: (Source|Snapshot)", path.read_text("utf-8"), re.M):
            readers.add(path.stem)
    known = {
        "settings",
        "strings",
        "tables",
        "headerfields",
        "recipes",
        "captures",
        "measurements",
        "svg",
        "pagefile",
        "library",
        "exhibits",
    }
    assert readers <= known, readers - known


@pytest.mark.parametrize("name", READERS)
def test_no_damaged_file_makes_its_reader_raise(name: str) -> None:
    pattern, read = READERS[name]
    real = [BOOK[path] for path in BOOK if re.fullmatch(pattern, path)]
    assert real, f"no file of the book is read by {name}"
    real = sorted(real, key=lambda source: len(source.data))[:12]
    texts = [source.data.decode()[:6_000] for source in real]
    texts += [source.data.decode() for source in real[:3] if len(source.data) < 20_000]
    for number, data in enumerate(mutants(texts, 120, len(name))):
        source = Source.of(real[number % len(texts) % len(real)].path, data)
        try:
            result = read(source)
        except BadInput as error:
            assert error.problems
        else:
            found = result[1] if isinstance(result, tuple) else ()
            assert all(isinstance(problem, Problem) for problem in found)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("recipes", b"a" + b".a" * 300_000 + b" = 1"),
        ("recipes", b"a = " + b"[" * 400_000),
        ("recipes", b"a = " + b"{b=" * 200_000),
        ("recipes", b"[a" + b".a" * 200_000 + b"]\n"),
        ("recipes", b"[[a]]\n" * 100_000),
        ("recipes", b"[a]\nb=1\n[a]\n" * 50_000),
        ("recipes", b"a = " + b"9" * 900_000),
        ("recipes", b'a = """' + b'"' * 2 + b"x" * 900_000),
        ("recipes", b"a" + b".a" * 49_900 + b" = 1"),
        ("recipes", b"[a" + b".a" * 49_900 + b"]"),
        ("recipes", b"\"a b\"" + b" . 'a'" * 15_000 + b" = 1"),
        ("recipes", b"a = 1 # " + b"a" * 90_000),
        ("recipes", b"a = '" + b"'a" * 40_000),
        ("recipes", b"".join(b"a%d.b = 1\n" % i for i in range(8_000))),
        ("recipes", b"[[a]]\n" * 16_000),
        ("captures", b"[" * 900_000),
        ("captures", b'{"a":' * 180_000),
        ("captures", b"9" * 900_000),
        ("captures", b'"' + b"\\u0000" * 150_000 + b'"'),
        ("measurements", b"[" * 900_000),
        ("measurements", b"-" + b"1" * 900_000),
        ("diagrams", b'<svg viewBox="0 0 1 1">' + b"<g>" * 300_000),
        ("diagrams", b'<svg viewBox="0 0 1 1">' + b"<g/>" * 200_000 + b"</svg>"),
        ("diagrams", b'<svg viewBox="0 0 1 1"><path d="' + b"M0 0" * 200_000 + b'"/></svg>'),
        ("diagrams", b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><svg>&b;</svg>'),
        ("registry", b"Value,Description,Reference\n" + b'"' * 900_000),
        ("tables", b"code,phrase\n" + b"," * 900_000),
        ("settings", b"title" + b".x" * 300_000 + b" = 1"),
        ("settings", b"".join(b"a%d = 1\n" % i for i in range(9_000))),
        ("strings", b"".join(b"[a%d]\nb = 1\n" % i for i in range(6_000))),
        ("strings", b"a" + b".x" * 300_000 + b" = 1"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value[:12]!r}…",
)  # fmt: skip
def test_a_file_of_a_megabyte_made_to_take_long_is_refused_in_time(name: str, data: bytes) -> None:
    """In a process with two seconds of processor time, its start included."""
    pattern, _ = READERS[name]
    path = next(path for path in BOOK if re.fullmatch(pattern, path))
    _in_time("reader", name, path, data=data)


# --- time -------------------------------------------------------------------------------------------


@pytest.mark.timeout(600)
@pytest.mark.parametrize("size", [1_000_000, 63_000])
def test_markdown_made_to_take_long_is_refused_or_done_in_time(size: int) -> None:
    """Every pattern has two seconds of processor time for itself: at a megabyte, and at the most that is read."""
    _in_time("markdown", str(size))


def _in_time(*arguments: str, data: bytes = b"") -> None:
    command = [sys.executable, "-m", "tests.trust.slow", *arguments]
    done = subprocess.run(command, cwd=ROOT, input=data, capture_output=True, timeout=590, check=False)
    assert done.returncode == 0, (done.returncode, done.stdout.decode()[-500:], done.stderr.decode()[-500:])
