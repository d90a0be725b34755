"""Progress as a value, its meter and its bar."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest

import pyio
from pyio.progress import CHUNK, Meter, chunks
from tests.models import artifacts, run


def test_fractions() -> None:
    """From 0 to 1; 1 for a model without weights, None while the total is unknown."""
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
    """Bytes of a failed attempt are taken back silently, and reports go on above the highest."""
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
    """memory:// reports like every other medium, with two tensors and with none."""
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
    """on_progress goes with an address; given beside a handler it is refused with the way out."""
    with pytest.raises(pyio.HandlerError, match="give them to it where it is made"):
        run(pyio.load_artifacts(pyio.from_memory(artifacts()), on_progress=print))


def test_the_bar_is_tqdms() -> None:
    """Where tqdm is installed the bar is its, with names, bytes and options of the caller's."""
    sink = io.StringIO()
    bar = pyio.progress_bar(file=sink, ascii=True, mininterval=0)
    run(pyio.save_arrays({"w": np.ones(2048, bool)}, "memory://bar", on_progress=bar))
    run(pyio.copy_model("memory://bar", "memory://bar2", on_progress=pyio.progress_bar(file=sink)))
    run(pyio.remove_model("memory://bar"))
    run(pyio.remove_model("memory://bar2"))
    text = sink.getvalue()
    assert "save memory://bar: 100%|##########| 2.00k/2.00k" in text
    assert "load memory://bar: 100%" in text
    assert "save memory://bar2: 100%" in text


def test_lines_cover_each_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without tqdm, nothing of a longer line is left beside a shorter one."""
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    bar = pyio.progress_bar()
    bar(pyio.Progress("load", "a-long-name", 5, 10))
    bar(pyio.Progress("load", "b", 10, 10))
    bar(pyio.Progress("save", "c", 0, 10))
    first, second, third = capsys.readouterr().err.split("\r")[1:]
    assert first == "load a-long-name: 5 bytes (50%)"
    assert second == "load b: 10 bytes (100%)".ljust(len(first)) + "\n"
    assert third == "save c: 0 bytes (0%)"


def test_a_bar_whose_total_comes_late() -> None:
    """An unknown total becomes known on the way, and the bar ends full."""
    sink = io.StringIO()
    bar = pyio.progress_bar(file=sink, ascii=True, mininterval=0)
    bar(pyio.Progress("load", "m", 0, None))
    bar(pyio.Progress("load", "m", 512, 1024))
    bar(pyio.Progress("load", "m", 1024, 1024))
    assert "load m: 100%|##########| 1.00k/1.00k" in sink.getvalue()
