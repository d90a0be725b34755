"""The table beside this file is about the faults of the catalogue, all of them."""

from __future__ import annotations

from tests.faults import table
from tests.faults.catalogue import (
    ALL_BROWSER_MEDIA,
    ENGINES,
    FAULTS,
    NOT_HERE,
    NOT_KEPT,
    cells,
)
from tests.faults.scenarios import SCENARIOS


def test_every_cell_is_filled() -> None:
    """Each fault has what a run found, or a reason, for each medium and engine."""
    found = table.read()
    assert set(found) == set(cells())
    assert [cell for cell, text in found.items() if not text.strip("– ")] == []


def test_reasons_are_those_of_the_catalogue() -> None:
    """A cell without a run has the reason that the catalogue gives, or the engine's own."""
    found = table.read()
    for cell, reason in NOT_HERE.items():
        assert found[cell] == f"– {reason}"


def test_every_fault_is_tested() -> None:
    """Each fault of the browser media has a scenario, or a test that says which cell it fills."""
    own = {"kill", "moved", "overtaken", "many_tabs", "killed_storm"}
    browser = {fault.key for fault in FAULTS if set(fault.media) & set(ALL_BROWSER_MEDIA)}
    assert browser == set(SCENARIOS) | own
    assert all(len(fault.allowed) > 0 for fault in FAULTS)
    assert len(ENGINES) == 3


def test_pyio_keeps_its_promise_in_every_cell() -> None:
    """No cell of pyio reports a failure, except those that the catalogue explains."""
    found = table.read()
    broken = {cell for cell, text in found.items() if "✗" in text and cell[2] != "tfjs"}
    assert broken == set(NOT_KEPT)
