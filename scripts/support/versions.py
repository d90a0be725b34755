"""The unit tests with other versions of Python and NumPy, each in an environment of its own."""

from __future__ import annotations

import shutil
import sys

from scripts.support.environment import ROOT, call, make

OLDEST_NUMPY = "2.0.1"
OLDEST = range(11, 13)
"""Minor versions of Python 3 for which there are wheels of the oldest NumPy, and pyio."""

LATER = range(20, 11, -1)


def run_unit_tests() -> int:
    """Run them with the oldest NumPy and with the newest Python; return an exit code.

    Versions that the main run has, which takes the newest NumPy, are not run again; what is not
    installed is named and left out.
    """
    here = sys.version_info.minor
    code = _run_with(_installed(OLDEST), "the oldest NumPy", f"numpy=={OLDEST_NUMPY}")
    if here != 11:
        code = _run_with(_installed([11]), "Python 3.11") or code
    newest = _installed(LATER)
    if newest is None or newest.endswith(f"3.{here}"):
        print("left out: a newer Python than that of the main run is not installed", flush=True)
        return code
    return _run_with(newest, "the newest Python") or code


def _installed(minors: range | list[int]) -> str | None:
    found = (shutil.which(f"python3.{minor}") for minor in minors)
    return next(filter(None, found), None)


def _run_with(python: str | None, what: str, *requirements: str) -> int:
    if python is None:
        print(f"left out: the unit tests with {what}, for which no Python is installed", flush=True)
        return 0
    print(f"the unit tests with {what}", flush=True)
    folder = ROOT / f".venv-{what.replace(' ', '-').lower()}"
    inside = make(folder, "-e", f"{ROOT}[test]", *requirements, python=python)
    return call(inside, "-m", "pytest", "tests/unit", "--all", "-q", "--numprocesses=2")
