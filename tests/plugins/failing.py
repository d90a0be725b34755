"""Tests that fail by chance or always; `test_replaced` runs them in a process of their own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def test_fails_once() -> None:
    seen = Path(os.environ["PYIO_SEEN"]) / "failed"
    if not seen.exists():
        seen.touch()
        pytest.fail("by chance")


@pytest.mark.parametrize("number", range(6))
def test_fails_always(number: int) -> None:
    with (Path(os.environ["PYIO_SEEN"]) / "calls").open("a") as calls:
        calls.write("x")
    assert number < 0
