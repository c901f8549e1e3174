"""``make fuzz``: every target for a share of the seconds; an input that breaks one is kept and named.

``--seconds 60`` in all, ``--target text`` for one of them. Inputs found are kept in ``.cache/fuzz/``, so that the next
run goes on from them; what broke a reader belongs into a test before it is mended.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from ..book import ROOT
from ..trust.hostile import PIECES
from .targets import TARGETS

#: Bytes: longer inputs find the same mistakes later.
LONGEST = 3_000


def main() -> int:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for all targets together (default: 60)")
    parser.add_argument("--target", choices=TARGETS, help="only this one")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options, rest = parser.parse_known_args()
    if options.one:
        return _fuzz(options.target, rest)
    names = [options.target] if options.target else list(TARGETS)
    share = max(1, options.seconds // len(names))
    broken = [name for name in names if not _run(name, share)]
    outcome = f"broken: {', '.join(broken)}" if broken else "all held"
    sys.stdout.write(f"fuzzed {', '.join(names)}: {share} s each; {outcome}\n")
    return 1 if broken else 0


def _run(name: str, seconds: int) -> bool:
    """One target in a process of its own: libFuzzer ends its process."""
    corpus = _seeds(name)
    arguments = [
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST}",
        "-timeout=10",
        f"-artifact_prefix={corpus}-broken-",
    ]
    command = [sys.executable, "-m", "tests.fuzz", "--one", "--target", name, *arguments, "-verbosity=0", str(corpus)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def _seeds(name: str) -> Path:
    """A folder with small inputs to begin with: real files, cut, and pieces of attacks."""
    corpus = ROOT / ".cache/fuzz" / name
    corpus.mkdir(parents=True, exist_ok=True)
    files = sorted(ROOT.glob(TARGETS[name][1]), key=lambda path: path.stat().st_size)[:5]
    for number, data in enumerate([path.read_bytes()[:LONGEST] for path in files]):
        (corpus / f"seed-{number}").write_bytes(data)
    for number, piece in enumerate(PIECES):
        (corpus / f"piece-{number}").write_bytes(piece.encode("utf-8", "surrogatepass")[:LONGEST])
    return corpus


def _fuzz(name: str, arguments: list[str]) -> int:
    import atheris

    atheris.instrument_all()
    atheris.Setup([sys.argv[0], *arguments], TARGETS[name][0])
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
