"""The table of constants says what the installed languages and frameworks say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from statusbook import constants
from statusbook.problems import BadInput
from statusbook.tables import CONSTANTS_COLUMNS, STACKS

from .book import ROOT

HEADER = ",".join(CONSTANTS_COLUMNS)
COMMAS = "," * len(STACKS)


@pytest.mark.parametrize("column", constants.READERS)
def test_the_table_agrees_with_what_is_installed(column: str) -> None:
    if not constants.READERS[column]():
        if os.environ.get("CI") and column in ("python", "starlette", "django"):
            pytest.fail(f"{column} cannot be read")
        pytest.skip(f"{column} is not installed")
    assert [row for row in constants.compare(constants.read_table(ROOT)) if row[1] == column] == []


def test_a_difference_is_found_and_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    text = (ROOT / constants.CONSTANTS).read_text("utf-8")
    (tmp_path / constants.CONSTANTS).write_text(text.replace("HTTPStatus.NOT_FOUND", "HTTPStatus.NOT_THERE"), "utf-8")
    table = constants.read_table(tmp_path)
    found = [row for row in constants.compare(table) if row[1] == "python"]
    assert found == [(404, "python", "HTTPStatus.NOT_THERE", "HTTPStatus.NOT_FOUND")]
    next(row for row in table if row["code"] == "404")["python"] = found[0][3]
    constants.write_table(tmp_path, table)
    assert (tmp_path / constants.CONSTANTS).read_text("utf-8") == text


def test_a_table_with_other_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / constants.CONSTANTS).write_text("code,cobol\n404,NOT-FOUND\n", "utf-8")
    with pytest.raises(BadInput, match="has other columns"):
        constants.read_table(tmp_path)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (f"{HEADER}\nfour{COMMAS}\n".encode(), "constants.csv:2:1: 'four' is not a status code"),
        (f"{HEADER}\n{'4' * 5000}{COMMAS}\n".encode(), "is not a status code"),
        (f"{HEADER}\n404\n".encode(), "constants.csv:2:1: has 1 cells"),
        (f"{HEADER}\n{'x' * 200_000}\n".encode(), "constants.csv:2:1: is not CSV"),
        (f"{HEADER}\n404{COMMAS}\n".encode("utf-16"), "constants.csv:1:1: is not UTF-8"),
        (f"{HEADER}\n404{COMMAS}\n".encode("utf-8-sig"), "constants.csv:1:1: starts with a byte order mark"),
    ],
)
def test_a_table_that_cannot_be_read_is_named_with_its_place(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / constants.CONSTANTS).write_bytes(data)
    with pytest.raises(BadInput, match=message):
        constants.read_table(tmp_path)


def test_an_alias_in_the_table_is_a_difference() -> None:
    row = dict.fromkeys(CONSTANTS_COLUMNS, "") | {"code": "413", "python": "HTTPStatus.REQUEST_ENTITY_TOO_LARGE"}
    found = [item for item in constants.compare([row]) if item[1] == "python"]
    assert found == [(413, "python", "HTTPStatus.REQUEST_ENTITY_TOO_LARGE", "HTTPStatus.CONTENT_TOO_LARGE")]
