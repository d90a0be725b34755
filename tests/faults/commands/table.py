"""Fill the table of faults: ``python3 scripts/faults.py``; arguments go to pytest.

Runs the fault tests in every engine that is installed, and TensorFlow.js through the same faults,
and writes what they found to ``tests/faults/TABLE.md``. Cells that were not run stay as they were.
``scripts/kills.py`` and ``scripts/storm.py`` fill theirs.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

import pytest

from tests.faults import table

PLACES = ["tests/faults", "tests/unit/test_files.py"]


class Notes:
    """Takes down what each test says of its cell of the table."""

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


def main() -> int:
    """Run and write."""
    notes = Notes()
    evidence = ["-o", "python_files=test_*.py tensorflow.py"]
    code = pytest.main([*(sys.argv[1:] or PLACES), *evidence, "-q"], plugins=[notes])
    print(f"{len(notes.found)} cells written to {table.PATH}")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
