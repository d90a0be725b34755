"""Progress as a value, and its meter."""

from __future__ import annotations

import pytest

import pyio
from pyio.progress import CHUNK, Meter, chunks
from tests.support.models import artifacts, run


def test_fractions() -> None:
    """A fraction is from 0 to 1; 1 for a model without weights, None while the total is unknown."""
    assert [pyio.Progress("load", "m", done, 4).fraction for done in range(5)] == [
        0,
        0.25,
        0.5,
        0.75,
        1,
    ]
    assert pyio.Progress("load", "m", 0, 0).fraction == 1
    assert pyio.Progress("load", "m", 7, None).fraction is None


def test_the_meter_never_falls() -> None:
    """Bytes of a failed attempt are subtracted; the next report comes above the highest so far."""
    reports: list[pyio.Progress] = []
    meter = Meter(reports.append, "load", "url", 10)
    for count in (4, -4, 3, 1, 2):
        meter.advance(count, "file")
    assert [report.bytes_done for report in reports] == [0, 4, 4, 6]
    assert [report.what for report in reports] == ["url", "file", "file", "file"]
    Meter(None, "save", "url", 10).advance(10)


def test_pieces_are_cut_for_reporting() -> None:
    """A large buffer is moved in parts, as views of the same memory."""
    data = memoryview(bytearray(2 * CHUNK + 1))
    parts = list(chunks(data))
    assert [part.nbytes for part in parts] == [CHUNK, CHUNK, 1]
    parts[2][0] = 7
    assert data[-1] == 7


def test_memory_reports() -> None:
    """``memory://`` reports progress like every other medium, with two tensors and with none."""
    reports: list[pyio.Progress] = []
    for model in (artifacts(), artifacts(weight_specs=(), weight_data=())):
        run(pyio.save_artifacts(model, "memory://progress", on_progress=reports.append))
        run(pyio.load_artifacts("memory://progress", on_progress=reports.append))
    run(pyio.remove_model("memory://progress"))
    assert [(r.action, r.bytes_done, r.bytes_total) for r in reports[:4]] == [
        ("save", 0, 104),
        ("save", 104, 104),
        ("load", 0, 104),
        ("load", 104, 104),
    ]
    assert {report.fraction for report in reports[4:]} == {1.0}


def test_a_handler_of_your_own_has_its_own_options() -> None:
    """on_progress needs an address; beside a handler it is refused, with advice."""
    with pytest.raises(pyio.HandlerError, match="give them to it where it is made"):
        run(pyio.load_artifacts(pyio.from_memory(artifacts()), on_progress=print))
