"""Graphs that TensorFlow's converter wrote, beside what TensorFlow itself computed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import graphs

DATA = Path(__file__).parents[2] / "data" / "graphs"
TOLERANCE = 2e-5


@pytest.mark.parametrize("file", ["cases.zip", "ops.zip"])
def test_like_tensorflow(file: str) -> None:
    """The outputs are TensorFlow's: shapes, texts, places of NaN and numbers.

    cases.zip has 73 graphs of its converter, ops.zip 868 ops that `graph_cases` of
    scripts/generate made.
    """
    count, wrong = graphs.far((DATA / file).read_bytes(), TOLERANCE)
    assert wrong == {}
    assert count == {"cases.zip": 73, "ops.zip": 868}[file]
