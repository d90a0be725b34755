"""Runs the unit tests with other versions of Python and NumPy, each in its own environment."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.support.environment import ROOT, call, group, make

if TYPE_CHECKING:
    from collections.abc import Iterable

OLDEST_NUMPY = "2.0.1"
OLDEST = range(11, 13)
"""Minor versions of Python 3 for which there are wheels of the oldest NumPy, and pyio."""

LATER = range(20, 11, -1)


def run_unit_tests() -> int:
    """Run with the oldest NumPy and with the newest Python; return an exit code.

    The main run uses the newest NumPy; its versions are not run again. Versions of Python that are
    not installed are reported and left out.
    """
    here = sys.version_info.minor
    code = _run_with(_installed(OLDEST), "the oldest NumPy", f"numpy=={OLDEST_NUMPY}")
    if here != 11:
        code = _run_with(_installed([11]), "Python 3.11") or code
    newest = _installed(LATER)
    if newest is None or Path(newest).name == f"python3.{here}":
        print("left out: a newer Python than that of the main run is not installed", flush=True)
        return code
    return _run_with(newest, "the newest Python") or code


def _installed(minors: Iterable[int]) -> str | None:
    """Return the first of these Pythons that runs: on the path, or among those of pyenv."""
    for minor in minors:
        name = f"python3.{minor}"
        of_pyenv = (Path.home() / ".pyenv/versions").glob(f"3.{minor}.*/bin/{name}")
        for python in (shutil.which(name), *map(str, of_pyenv)):
            # pyenv puts a command for each version on the path, even if that version is not active.
            if python and subprocess.run([python, "-c", ""], capture_output=True).returncode == 0:
                return python
    return None


def _run_with(python: str | None, what: str, *requirements: str) -> int:
    if python is None:
        print(f"left out: the unit tests with {what}, for which no Python is installed", flush=True)
        return 0
    print(f"the unit tests with {what}", flush=True)
    folder = ROOT / f".venv-{what.replace(' ', '-').lower()}"
    inside = make(folder, "-e", str(ROOT), *group("test"), *requirements, python=python)
    return call(inside, "-m", "pytest", "tests/unit", "--all", "-q", "--numprocesses=3")
