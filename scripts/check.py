"""Lint, format, types, the compiled kernel and the wheel's size: ``python3 scripts/check.py``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.support import kernel
from scripts.support.environment import prepare, run


def main() -> None:
    """Run the checks; stop at the first failure."""
    parser = argparse.ArgumentParser(
        description="Run ruff and mypy --strict, and compile the kernel."
    )
    parser.add_argument("--fix", action="store_true", help="let ruff correct and format first")
    options = parser.parse_args()
    python = prepare()
    if options.fix:
        run(python, "-m", "ruff", "check", "--fix")
        run(python, "-m", "ruff", "format")
    run(python, "-m", "ruff", "check")
    run(python, "-m", "ruff", "format", "--check")
    run(python, "-m", "mypy")
    with tempfile.TemporaryDirectory() as folder:
        run(python, "scripts/support/wheel.py", folder)
    kernel.check()


if __name__ == "__main__":
    main()
