"""The run ends within its time limit, and the summary reports the reason."""

from __future__ import annotations

import time

import pytest

from tests.plugins.inner import pytest_in_a_process

LIMIT = "--total-minutes=0.2"
ENOUGH = 180
"""Seconds, most of them for starting the processes on a busy machine; the tests take 200."""


def test_a_run_ends_in_its_time() -> None:
    """In one process the run ends after the current test; the summary counts those before."""
    begin = time.monotonic()
    said = pytest_in_a_process("sleeping.py", "-p", "no:xdist", LIMIT)
    assert time.monotonic() - begin < ENOUGH
    assert "the run has taken its 0.2 minutes" in said
    assert " passed" in said.splitlines()[-1]


@pytest.mark.repetition("the end of a run, in several processes")
def test_a_shared_run_ends_in_its_time() -> None:
    """A run in several processes ends within its time limit as well."""
    begin = time.monotonic()
    said = pytest_in_a_process("sleeping.py", "-n2", "--dist=load", LIMIT)
    assert time.monotonic() - begin < ENOUGH
    assert "the run has taken its 0.2 minutes" in said
    assert " passed" in said.splitlines()[-1]


@pytest.mark.repetition("the end of a run, in several processes")
def test_a_process_that_is_stuck_is_killed() -> None:
    """A process that is stuck is killed, and the summary appears."""
    begin = time.monotonic()
    # The two processes take half a minute to start on a busy machine.
    stuck = {"PYIO_STUCK": "1", "PYIO_GRACE_MINUTES": "0.7"}
    said = pytest_in_a_process("sleeping.py", "-n2", "-k", "stuck or quick", LIMIT, **stuck)
    assert time.monotonic() - begin < ENOUGH
    assert "FAILED tests/plugins/sleeping.py::test_stuck" in said, said
    assert "1 failed, 1 passed" in said.splitlines()[-1], said
