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


@pytest.mark.repetition("a hung engine: minutes of waiting for timeouts")
@pytest.mark.parametrize("name", ["chromium", "firefox", "webkit"])
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


def test_a_failure_is_repeated_once_with_all(tmp_path: Path) -> None:
    """With --all a failure by chance is shown and costs nothing; further failures stay failures."""
    said = pytest_in_a_process("failing.py", "--all", PYIO_SEEN=str(tmp_path))
    assert re.search("6 failed, 1 passed, 5 rerun", said), said[-6000:]
    assert "RERUN tests/plugins/failing.py::test_fails_once because --all repeats" in said
    assert re.search("^E +Failed: by chance", said, re.MULTILINE), said[-6000:]
    assert (tmp_path / "calls").read_text() == "x" * (6 + 4), "the limit is 5 repeats"


def test_a_failure_is_not_repeated_without_all(tmp_path: Path) -> None:
    """People who run the tests see each failure at once."""
    said = pytest_in_a_process("failing.py", PYIO_SEEN=str(tmp_path))
    assert "7 failed" in said, said[-6000:]
    assert "rerun" not in said
