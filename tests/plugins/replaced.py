"""Repeats a test whose engine crashed or hung, with new fixtures and a new engine.

Chromium 156 crashes once in some thousand tabs: a SIGSEGV in the browser's own code, probably after
a stack switch of JavaScript Promise Integration. Firefox under Playwright has stopped answering on
a busy machine. Neither must affect more than one test. So the fixtures of all scopes are torn down,
the driver included, and the next test starts a new engine.

The program in the page can be at fault as well: JupyterLite's kernel once did not start after a
reload, in Firefox on a busy machine. A test of such a program has the mark `stalls`, and is
repeated as well when a call into its page takes too long.

With ``--all`` thousands of tests run in three engines, and any of them may fail by chance on a
busy machine. Such a run repeats each failed test once. A test that then passes does not fail the
run, but the summary shows its failure, so that its cause can be found. A process repeats a few
tests only: if more fail, the cause is not chance.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from _pytest.runner import runtestprotocol

from tests.engines.contract import ask_all_browsers
from tests.engines.selection import engine_of
from tests.engines.watchdog import SECONDS, WATCHDOG, EngineHungError

if TYPE_CHECKING:
    from collections.abc import Sequence

CRASHES = (
    "Target crashed",
    "Page crashed",
    "RuntimeError: Out of bounds memory access",
    "RuntimeError: memory access out of bounds",
    "RuntimeError: index out of bounds",
)
"""Playwright's messages for a crashed tab, and each engine's message for an invalid access by
WebAssembly. WebKit reported one while Pyodide started. Compiled code of pyio's own repeats its
fault, and the test then fails."""

STALLED = "it has not ended after"
"""The message of a call of JavaScript that took too long; see `tests.engines.driven`."""

TEST_SECONDS = float(os.environ.get("PYIO_TEST_SECONDS", "240"))
"""The time limit of a test with an engine, in setup, call and teardown together. It is less than
the `timeout` of pytest-timeout, whose signal would break Playwright's event loop."""

TEARDOWN_SECONDS = 60

REPEATED = 5
"""How many tests that failed by chance a process repeats, with ``--all``."""

BY_CHANCE = pytest.StashKey[int]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Run a test, and repeat it if its engine or chance is at fault.

    The summary counts that as "rerun".
    """
    where = {"nodeid": item.nodeid, "location": item.location}
    item.ihook.pytest_runtest_logstart(**where)
    reports = _run(item, nextitem)
    engine = _at_fault(item, reports)
    if engine or _by_chance(item, reports):
        blamed = next((report for report in reports if report.failed), reports[-1])
        if WATCHDOG.hung and WATCHDOG.hung not in blamed.longreprtext:
            blamed.sections.append(("engine", WATCHDOG.hung))
        blamed.outcome = "rerun"  # type: ignore[assignment]  # the hook below knows the word
        if not engine:
            blamed.sections.append(("chance", blamed.longreprtext))
        item.ihook.pytest_runtest_logreport(report=blamed)
        if engine_of(item) is not None:
            _replace_engine(item)
        reports = _run(item, nextitem)
        if _at_fault(item, reports):  # the test is at fault; the next one gets a new engine
            _replace_engine(item)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(**where)
    return True


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Show "rerun" in the summary for a repeated test."""
    rerun: str = "rerun"
    return ("rerun", "R", "RERUN") if report.outcome == rerun else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List the repeated tests with the reason, or with the whole failure if it was by chance."""
    for report in terminalreporter.stats.get("rerun", ()):
        lines = [line for line in report.longreprtext.splitlines() if line.startswith("E ")]
        said = [text for title, text in report.sections if title == "engine"]
        reason = (said or [line.removeprefix("E ").strip() for line in lines[-1:]] or ["?"])[0]
        chance = next((text for title, text in report.sections if title == "chance"), None)
        why = "on a new engine" if chance is None else "because --all repeats a failure once"
        terminalreporter.write_line(f"RERUN {report.nodeid} {why}: {reason}")
        if chance is not None:
            terminalreporter.write_line(chance)


def _run(item: pytest.Item, nextitem: pytest.Item | None) -> list[pytest.TestReport]:
    WATCHDOG.hung = None
    if engine_of(item) is None:
        return runtestprotocol(item, log=False, nextitem=nextitem)
    reports: list[pytest.TestReport] = []
    with suppress(EngineHungError), WATCHDOG.watch(item.nodeid, TEST_SECONDS):
        reports += runtestprotocol(item, log=False, nextitem=nextitem)
    return reports


def _at_fault(item: pytest.Item, reports: Sequence[pytest.TestReport]) -> bool:
    """Whether the engine, and not the test, is why the test failed."""
    if engine_of(item) is None:
        return False
    failed = [report.longreprtext for report in reports if report.failed]
    if any(words in text for text in failed for words in CRASHES):
        return True
    if item.get_closest_marker("stalls") and any(STALLED in text for text in failed):
        return True
    seconds = sum(report.duration for report in reports)
    if failed and WATCHDOG.hung is None and seconds > SECONDS / 2:
        # A test may call Playwright directly; its timeouts do not show whether the engine hangs.
        ask_all_browsers(SECONDS / 4)
    return WATCHDOG.hung is not None


def _by_chance(item: pytest.Item, reports: Sequence[pytest.TestReport]) -> bool:
    """Whether a failure is to be repeated because it may be due to chance."""
    if not item.config.getoption("--all") or not any(report.failed for report in reports):
        return False
    before = item.session.stash.get(BY_CHANCE, 0)
    item.session.stash[BY_CHANCE] = before + 1
    return before < REPEATED


def _replace_engine(item: pytest.Item) -> None:
    """Tear down every fixture, the driver's included; kill processes that hang meanwhile."""
    if WATCHDOG.hung:
        WATCHDOG.kill(drivers=False)
    # Other tests share the closed fixtures, and closing may fail now.
    failures = (Exception, pytest.fail.Exception, pytest.skip.Exception)
    with suppress(*failures), WATCHDOG.watch("closing the engine", TEARDOWN_SECONDS):
        item.session._setupstate.teardown_exact(None)  # pytest has no public way
    WATCHDOG.kill(drivers=True)
