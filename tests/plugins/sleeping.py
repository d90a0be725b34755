"""Tests that take too long; `test_limit` runs them in a process of their own."""

from __future__ import annotations

import ctypes
import os
import time

import pytest


def test_quick() -> None:
    assert True


@pytest.mark.parametrize("number", range(400))
def test_slow(number: int) -> None:
    assert number >= 0
    time.sleep(1)


@pytest.mark.skipif("PYIO_STUCK" not in os.environ, reason="ends by SIGKILL alone")
def test_stuck() -> None:
    ctypes.PyDLL(None).sleep(1000)  # holds the interpreter's lock
