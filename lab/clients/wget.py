"""Driver of GNU Wget: the calls of a case in one run, which keeps its connection. Its arguments go to wget."""

from __future__ import annotations

import re
import subprocess
import sys

from .protocol import PATIENCE, Call, Result, groups, report, wants_version

#: What --server-response prints of each response, and what starts the report of each address.
_STATUS = re.compile(r"^  HTTP/1\.[01] (\d{3})", re.M)
_ADDRESS = re.compile(r"^--\d{4}-\d\d-\d\d .*--  (\S+)$", re.M)
_LENGTH = re.compile(r"\[(\d+)(?:/\d+)?\]\s*$", re.M)


def command(calls: list[Call], options: list[str]) -> list[str]:
    first = calls[0]
    headers = [f"--header={name}: {value}" for name, value in first.headers.items()]
    method = [] if first.method == "GET" else [f"--method={first.method}"]
    body = [f"--body-data={first.body.decode()}"] if first.body else []
    quiet = ["--no-config", "--no-hsts", "--no-proxy", "--server-response", "-O", "/dev/null", f"--timeout={PATIENCE}"]
    return ["wget", *quiet, *options, *method, *body, *headers, *(call.url for call in calls)]


def run(calls: list[Call], options: list[str]) -> list[Result]:
    done = subprocess.run(command(calls, options), capture_output=True, text=True, check=False)
    # One part for each address given; a redirect's or a retry's belongs to the one before.
    parts: dict[str, str] = {call.url: "" for call in calls}
    at = calls[0].url
    cuts = list(_ADDRESS.finditer(done.stderr))
    for cut, following in zip(cuts, [*cuts[1:], None], strict=True):
        at = cut[1] if cut[1] in parts else at
        parts[at] += done.stderr[cut.start() : following.start() if following else None]
    results = []
    for call in calls:
        statuses, lengths = _STATUS.findall(parts[call.url]), _LENGTH.findall(parts[call.url])
        status = int(statuses[-1]) if statuses else 0
        # Its exit code is of the whole run: it is said of the calls that did not end well.
        error = f"wget: exit {done.returncode}" if done.returncode and status // 100 != 2 else ""
        results.append(Result(call.name, status, int(lengths[-1]) if lengths else -1, error))
    return results


if __name__ == "__main__":
    if wants_version():
        print(subprocess.run(["wget", "--version"], capture_output=True, text=True, check=True).stdout.split()[2])
    else:
        for group in groups():
            for result in run(group, sys.argv[1:]):
                report(result)
