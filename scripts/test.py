"""Install what the tests need and run them: ``python3 scripts/test.py [pytest arguments]``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.environment import prepare, run

if __name__ == "__main__":
    run(prepare(browser=True), "-m", "pytest", *sys.argv[1:])
