"""Fill the table of faults: ``python3 -m tests.faults table``; arguments go to pytest.

Runs the fault tests in every engine that is installed, and TensorFlow.js through the same faults,
and writes what they found to ``tests/faults/TABLE.md``. Cells that were not run stay as they were.
The other commands fill theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults import table

if TYPE_CHECKING:
    import argparse

PLACES = ["tests/faults", "tests/unit/test_files.py"]


class Notes:
    """Records the result that each test reports for its cell of the table."""

    def __init__(self) -> None:
        self.found: dict[table.Cell, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the outcomes of a test; its report has them after the call."""
        if report.when != "call":
            return
        cell: table.Cell | None = None
        for name, value in report.user_properties:
            if name == "cell":
                assert isinstance(value, list)
                cell = (value[0], value[1], value[2])
                self.found[cell] = f"✗ {report.longreprtext[-200:]}"
            elif name == "outcome" and cell is not None:
                sign = "" if cell[2] == "tfjs" else "✓ " if report.passed else "✗ "
                self.found[cell] = f"{sign}{value}"
        if report.skipped and cell is not None and isinstance(report.longrepr, tuple):
            self.found[cell] = f"– {report.longrepr[2].removeprefix('Skipped: ')}"
        table.update(self.found)


def main(options: argparse.Namespace) -> int:
    """Run and write."""
    notes = Notes()
    evidence = ["-o", "python_files=test_*.py tensorflow.py"]
    code = pytest.main([*(options.arguments or PLACES), *evidence, "-q"], plugins=[notes])
    print(f"{len(notes.found)} cells written to {table.PATH}")
    return int(code)
