"""Driver of curl's command: the calls of a case in one run, as only one run keeps its connection.

Its arguments go to curl (``-L``, ``--retry 2``). The method is chosen as a person would, by ``-I``, ``-d`` and ``-T``;
only DELETE needs ``-X``, which curl then says again on every redirect.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from .protocol import PATIENCE, Call, Result, groups, report, wants_version


def arguments(call: Call, upload: Path) -> list[str]:
    chosen = {
        "GET": [],
        "HEAD": ["-I"],
        "POST": ["--data-binary", f"@{upload}"],
        "PUT": ["-T", str(upload)],
        "DELETE": ["-X", "DELETE"],
    }[call.method]
    headers = [part for name, value in call.headers.items() for part in ("-H", f"{name}: {value}")]
    # Not /dev/null: before a retry curl cuts the file short, and fails where that cannot be done.
    said = ["-sS", "-o", f"{upload}.out", "-w", "%{http_code}\\t%{size_download}\\t%{exitcode}\\n"]
    return [*said, *chosen, *headers, "--max-time", str(PATIENCE), call.url]


def run(calls: list[Call], options: list[str], folder: Path) -> list[Result]:
    upload = folder / "body"
    upload.write_bytes(calls[0].body or b"")
    command = ["curl", "-q"]
    for number, call in enumerate(calls):
        command += ["--next"] * bool(number) + options + arguments(call, upload)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    results = []
    for call, line in zip(calls, done.stdout.splitlines(), strict=False):
        status, length, code = line.split("\t")
        error = "" if code == "0" else f"curl: ({code})"
        results.append(Result(call.name, int(status), -1 if call.method == "HEAD" else int(length), error))
    return results + [Result(call.name, error=f"curl: ({done.returncode})") for call in calls[len(results) :]]


if __name__ == "__main__":
    if wants_version():
        print(subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True).stdout.split()[1])
    else:
        with tempfile.TemporaryDirectory() as name:
            for group in groups():
                for result in run(group, sys.argv[1:], Path(name)):
                    report(result)
