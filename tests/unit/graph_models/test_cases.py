"""Graphs that TensorFlow's converter wrote, beside what TensorFlow itself computed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import graphs

CASES = Path(__file__).parents[2] / "data" / "graphs" / "cases.zip"
TOLERANCE = 2e-5
FOUND = graphs.worst(CASES.read_bytes())


@pytest.mark.parametrize("name", FOUND)
def test_like_tensorflow(name: str) -> None:
    """The outputs of a graph are TensorFlow's: shapes, texts, places of NaN and numbers."""
    assert FOUND[name] <= TOLERANCE
