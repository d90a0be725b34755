"""Repetitions of a check run with ``--all`` only: ``@pytest.mark.repetition("why")``.

A repetition is an existing check with more seeds, in a further engine, in another Pyodide or in
another mode of the same program.
Without ``--all`` each kind of check still runs, and each engine runs its own kinds. With
``further_engines=True`` the mark means a test in all engines but the first of those chosen. A test
that is named on the command line (``file.py::test``) runs in any case.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.engines import selection

LEFT_OUT: Counter[str] = Counter()
"""Reason -> how many tests."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption("--all", action="store_true", help="run repetitions as well")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave repetitions out."""
    if config.getoption("--all") or any("::" in argument for argument in config.args):
        return
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        reason = _repeats(item)
        (kept if reason is None else left).append(item)
        if reason is not None:
            LEFT_OUT[reason] += 1
    items[:] = kept
    config.hook.pytest_deselected(items=left)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Copy the list of left-out tests from an xdist process; all processes have the same list."""
    found = getattr(node, "workeroutput", {}).get("left_out")
    if found:
        LEFT_OUT.update(Counter(found) - LEFT_OUT)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Send the list of left-out tests to the process that prints the summary."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["left_out"] = dict(LEFT_OUT)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Report what was left out and how to run it."""
    if not LEFT_OUT:
        return
    total = LEFT_OUT.total()
    terminalreporter.section(f"{total} repetitions were left out; --all runs them")
    for reason, count in LEFT_OUT.most_common():
        terminalreporter.write_line(f"{count:5} {reason}")


def _repeats(item: pytest.Item) -> str | None:
    """Return why this test is a repetition, or None."""
    first = selection.engine_of(item) in (None, selection.chosen()[0])
    for mark in item.iter_markers("repetition"):
        if not (mark.kwargs.get("further_engines") and first):
            reason: str = mark.args[0]
            return reason
    return None
