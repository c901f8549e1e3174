"""The handbook itself, made once for all tests that read it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from statusbook import pipeline
from statusbook.sources import read_tree

from .book import ROOT


@pytest.fixture(scope="session")
def handbook() -> Mapping[str, bytes]:
    """Every file of the handbook by path."""
    plan = pipeline.plan(read_tree(ROOT), base_url="https://example.org/")
    return {output.path: data for output, data in pipeline.make(plan.outputs.values(), jobs=2)}
