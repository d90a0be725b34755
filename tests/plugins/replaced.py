"""A test whose tab the browser has crashed is run once more, with everything it uses made anew.

Once in some thousand tabs Chromium 156 crashes one. The dump that was looked at tells of SIGSEGV in
the browser's own code, right after a stack of, it seems, JavaScript Promise Integration.
"""

from __future__ import annotations

from contextlib import suppress

import pytest
from _pytest.runner import runtestprotocol
from playwright.sync_api import Error

CRASHES = ("Target crashed", "Page crashed")
"""What Playwright says of a tab that has crashed, and of nothing else."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Run a test, and if its tab crashed once more; the summary counts that as "rerun"."""
    where = {"nodeid": item.nodeid, "location": item.location}
    item.ihook.pytest_runtest_logstart(**where)
    reports = runtestprotocol(item, log=False, nextitem=nextitem)
    crashed = [report for report in reports if _tells_of_crash(report)]
    if crashed:
        crashed[0].outcome = "rerun"  # type: ignore[assignment]  # the hook below knows the word
        item.ihook.pytest_runtest_logreport(report=crashed[0])
        # Other tests share the tab, so every fixture goes, up to the browser; closing may fail now.
        with suppress(Error, ExceptionGroup):
            item.session._setupstate.teardown_exact(None)  # pytest has no public way
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(**where)
    return True


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Say in the summary what was run once more."""
    rerun: str = "rerun"
    return ("rerun", "R", "RERUN") if report.outcome == rerun else None


def _tells_of_crash(report: pytest.TestReport) -> bool:
    return report.failed and any(words in report.longreprtext for words in CRASHES)
