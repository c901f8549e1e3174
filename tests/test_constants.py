"""The table of constants says what the installed languages and frameworks say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from statusbook import constants
from statusbook.problems import BadInput

from .book import ROOT


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
