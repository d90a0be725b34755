"""An engine that stops answering costs one test, and the run ends in bounded time."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

from tests.engines import selection
from tests.plugins.inner import pytest_in_a_process

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = {"chromium": 8, "firefox": 16, "webkit": 16}
"""The timeout of a call: longer than the start of the engine on a busy machine."""

OUTCOMES = r"1 failed, 7 passed, [5-8] rerun|1 failed, 5 passed, 2 skipped, [3-6] rerun"
"""WebKitGTK, which Playwright does not drive, skips two. On a busy machine an engine may also take
longer than `SECONDS` to start; that is one more test that is repeated."""


@pytest.mark.parametrize(
    "name",
    [
        "chromium",
        *(
            pytest.param(name, marks=pytest.mark.repetition("a hung engine, in a further engine"))
            for name in ("firefox", "webkit")
        ),
    ],
)
def test_a_hung_engine_is_replaced(name: str, tmp_path: Path) -> None:
    """Stopped processes cost one retry each; a test that always hangs fails by name, no other."""
    if name not in selection.chosen():
        pytest.skip(f"{selection.VARIABLE} leaves {name} out")
    begin = time.monotonic()
    said = pytest_in_a_process(
        "hanging.py",
        PYIO_ENGINES=name,
        PYIO_ENGINE_SECONDS=str(SECONDS[name]),
        PYIO_SEEN=str(tmp_path),
    )
    if "is not installed" in said:
        pytest.skip(f"{name} is not installed")
    assert re.search(OUTCOMES, said), said[-6000:]
    assert f"RERUN tests/plugins/hanging.py::test_stops_once[{name}-browser]" in said, said[-6000:]
    assert re.search(r"FAILED tests/plugins/hanging.py::test_stops_always.*\n", said), said[-6000:]
    assert f"did not answer within {SECONDS[name]} s" in said
    assert time.monotonic() - begin < 270
