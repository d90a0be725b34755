"""Install what the tests need and run them: ``python3 scripts/test.py [pytest arguments]``.

Without arguments the tests run in three processes, one engine after the other: on two cores, one
of them usually waits for a timeout. Repetitions of a check (more seeds, more engines, more media)
are left out. ``--all`` runs the repetitions as well, as CI does. Then it runs the unit tests with
the oldest NumPy and other versions of Python. The environment variable PYIO_ENGINES
("chromium,firefox") chooses the browsers, which must then be installed. Without it the tests run in
every browser that can be installed.
``--without-kernel`` tests what pages compute where the compiled kernel cannot be opened.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.support import versions
from scripts.support.environment import ENGINES, call, prepare

SHARED = ("--dist=loadscope", "--no-loadscope-reorder", "--numprocesses=3")


def main() -> None:
    """Prepare the environment and run pytest."""
    parser = argparse.ArgumentParser(
        description="Install what the tests need and run them.",
        epilog="All other arguments go to pytest, such as tests/unit or -k quota. "
        "PYIO_ENGINES=chromium,firefox chooses the browsers.",
    )
    parser.add_argument(
        "--all", action="store_true", help="run the repetitions as well, as CI does"
    )
    parser.add_argument(
        "--without-kernel", action="store_true", help="let NumPy compute in pages: PYIO_KERNEL=0"
    )
    options, arguments = parser.parse_known_args()
    if options.without_kernel:
        os.environ["PYIO_KERNEL"] = "0"  # the tabs of the tests take it over into their pages
    chosen = os.environ.get("PYIO_ENGINES")
    engines = [name for name in ENGINES if name in chosen.split(",")] if chosen else ENGINES
    python = prepare(engines, optional=not chosen)
    if not options.all:
        sys.exit(call(python, "-m", "pytest", *(arguments or SHARED)))
    code = call(python, "-m", "pytest", "--all", *(arguments or SHARED))
    sys.exit(code if arguments else versions.run_unit_tests() or code)


if __name__ == "__main__":
    main()
