"""Install what the tests need and run them: ``python3 scripts/test.py [pytest arguments]``.

Without arguments two processes share the tests, an engine at a time.
The environment variable PYIO_ENGINES ("chromium,firefox") chooses the browsers; all of those must
be there then. Without it the tests run in all that can be installed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.support.environment import ENGINES, prepare, run

SHARED = ("--numprocesses=2", "--dist=loadscope", "--no-loadscope-reorder")

if __name__ == "__main__":
    chosen = os.environ.get("PYIO_ENGINES")
    engines = [name for name in ENGINES if name in chosen.split(",")] if chosen else ENGINES
    python = prepare(engines, optional=not chosen)
    run(python, "-m", "pytest", *(sys.argv[1:] or SHARED))
