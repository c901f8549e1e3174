"""``constants``: what installed languages and frameworks call the status codes today, against ``data/constants.csv``.

Each reader looks at what is installed and returns the names it finds by code, or None when the software is not
there. What cannot be asked (a newer release elsewhere, a framework nobody installed) stays as the table has it.
"""

from __future__ import annotations

import ast
import csv
import importlib.util
import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from pathlib import Path

from .problems import BadInput, Problem
from .sources import Snapshot, Source
from .tables import CONSTANTS, CONSTANTS_COLUMNS, is_number, rows

Names = dict[int, str]

#: Python 3.13 renamed four members to the phrases of RFC 9110 and kept the old names as aliases.
_PYTHON_RENAMED = {
    413: "CONTENT_TOO_LARGE",
    414: "URI_TOO_LONG",
    416: "RANGE_NOT_SATISFIABLE",
    422: "UNPROCESSABLE_CONTENT",
}
#: Seconds a program may take to answer.
PATIENCE = 20


def python() -> Names:
    """``http.HTTPStatus`` of the running Python, by the names of 3.13."""
    return {status.value: f"HTTPStatus.{_PYTHON_RENAMED.get(status.value, status.name)}" for status in HTTPStatus}


def starlette() -> Names | None:
    return _matches(
        _module("starlette.status"), r"^(HTTP_(\d{3})_[A-Z_]+): Final = \2|^(HTTP_(\d{3})_[A-Z_]+) = \4", "status."
    )


def django() -> Names | None:
    """The response classes whose code is fixed."""
    text = _module("django.http.response")
    if text is None:
        return None
    names = {200: "HttpResponse"}  # inherits its code
    for item in ast.parse(text).body:
        if isinstance(item, ast.ClassDef) and not item.name.endswith("Base"):
            for line in item.body:
                if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "status_code":
                    names[ast.literal_eval(line.value)] = item.name
    return names


def go() -> Names | None:
    root = _answer("go", "env", "GOROOT")
    file = Path(root.strip(), "src/net/http/status.go") if root else Path("/nonexistent")
    if not file.is_file():
        return None
    return {
        int(code): f"http.{name}"
        for name, code in re.findall(r"^\s(Status\w+)\s+= (\d{3})\b", file.read_text("utf-8"), re.M)
    }


def apache() -> Names | None:
    file = Path("/usr/include/apache2/httpd.h")
    if not file.is_file():
        return None
    return {
        int(code): name for name, code in re.findall(r"^#define (HTTP_\w+)\s+(\d{3})\b", file.read_text("utf-8"), re.M)
    }


def java_net() -> Names | None:
    """``java.net.HttpURLConnection``, as javap prints its constants."""
    text = _answer("javap", "-constants", "java.net.HttpURLConnection")
    if text is None:
        return None
    found = re.findall(r"int (HTTP_\w+) = (\d{3});", text)
    return {int(code): f"HttpURLConnection.{name}" for name, code in found}


def ruby() -> Names | None:
    """Rack's symbols, as Rails uses them."""
    script = "require 'rack/utils'; require 'json'; puts Rack::Utils::SYMBOL_TO_STATUS_CODE.to_json"
    text = _answer("ruby", "-e", script)
    if text is None:
        return None
    return {int(code): f":{name}" for name, code in json.loads(text).items()}


def npm() -> Names | None:
    """The package http-status-codes where Node finds it."""
    script = "console.log(JSON.stringify(require('http-status-codes').StatusCodes))"
    text = _answer("node", "-e", script)
    if text is None:
        return None
    return {code: f"StatusCodes.{name}" for name, code in json.loads(text).items() if isinstance(code, int)}


READERS: Mapping[str, Callable[[], Names | None]] = {
    "python": python,
    "starlette": starlette,
    "django": django,
    "go": go,
    "apache": apache,
    "java_net": java_net,
    "ruby": ruby,
    "npm": npm,
}


def _module(name: str) -> str | None:
    """The source of an installed module, without running it; None when it is not installed."""
    try:
        spec = importlib.util.find_spec(name)
    except ModuleNotFoundError:
        return None
    return Path(spec.origin).read_text("utf-8") if spec and spec.origin else None


def _matches(text: str | None, pattern: str, prefix: str) -> Names | None:
    if text is None:
        return None
    found = (tuple(filter(None, groups)) for groups in re.findall(pattern, text, re.M))
    return {int(code): prefix + name for name, code in found}


def _answer(*command: str) -> str | None:
    """What a program prints; None when it is missing or fails."""
    if not shutil.which(command[0]):
        return None
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True).stdout
    except (subprocess.SubprocessError, OSError):
        return None


# --- the table --------------------------------------------------------------------------------------


def read_table(root: Path) -> list[dict[str, str]]:
    """``data/constants.csv`` as rows by column. Raises :class:`BadInput` when it is missing or not that table."""
    try:
        source = Source.of(CONSTANTS, (root / CONSTANTS).read_bytes())
    except OSError as error:
        raise BadInput([Problem(CONSTANTS, 0, 0, f"cannot be read: {error.strerror}")]) from None
    problems: list[Problem] = []
    table = list(rows(Snapshot([source]), CONSTANTS, CONSTANTS_COLUMNS, problems))
    for line, row in table:
        if not is_number(row["code"]):
            problems.append(Problem(CONSTANTS, line, 1, f"{row['code']!r} is not a status code"))
    if problems:
        raise BadInput(problems)
    return [row for _, row in table]


def compare(table: list[dict[str, str]]) -> Iterator[tuple[int, str, str, str]]:
    """Where installed software differs: code, column, the table's name, the software's.

    A name that the table has and the software lacks counts too, and so does an alias: a reader gives one name for
    each code, and the table has to have that one.
    """
    for column, reader in READERS.items():
        names = reader()
        if not names:
            continue
        for row in table:
            code, ours = int(row["code"]), row[column]
            theirs = names.get(code, "")
            if ours != theirs:
                yield code, column, ours, theirs


def write_table(root: Path, table: list[dict[str, str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, CONSTANTS_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    (root / CONSTANTS).write_text(text.getvalue(), "utf-8")


def installed() -> list[str]:
    """The columns whose software is here to be asked."""
    return [column for column, reader in READERS.items() if reader()]
