"""Picked files in CPython, where no picker exists."""

from __future__ import annotations

import pytest

import pyio
from tests.support.models import run


def test_picking_needs_a_page() -> None:
    """In CPython both functions raise an error that says what to use instead."""
    with pytest.raises(pyio.UnsupportedEnvironmentError, match="file://"):
        run(pyio.pick_files())
    with pytest.raises(pyio.HandlerError, match="file://"):
        pyio.browser_files(["model.json"])
