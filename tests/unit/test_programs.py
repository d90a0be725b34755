"""Every program answers ``--help`` on a fresh machine, and creates no files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOT_PROGRAMS = {"tests/unit/bar_in_marimo.py": "a notebook, which marimo runs"}


def programs() -> list[str]:
    """All files of scripts/ and tests/ that can be run as the main module."""
    found = []
    for folder in ("scripts", "tests"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            name = file.relative_to(ROOT).as_posix()
            starts = any(line.startswith('if __name__ == "__main__"') for line in _lines(file))
            if starts and name not in NOT_PROGRAMS:
                found.append(name)
    return found


def _lines(file: Path) -> list[str]:
    return file.read_text("utf-8").splitlines()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository without an environment and without the fetched files."""
    copy = tmp_path_factory.mktemp("checkout")
    for folder in ("scripts", "tests"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def files(folder: Path) -> set[Path]:
    """All files below a folder, without the bytecode cache."""
    return {file for file in folder.rglob("*") if "__pycache__" not in file.parts}


@pytest.mark.parametrize("program", programs())
def test_help(program: str, checkout: Path) -> None:
    """The program prints its usage without any packages, or names what it needs."""
    bare = [os.path.realpath(sys.executable), "-S"]  # not that of the environment
    call = [program]
    if program.endswith("__main__.py"):
        call = ["-m", Path(program).parent.as_posix().replace("/", ".")]
    before = files(checkout)
    done = subprocess.run(
        [*bare, *call, "--help"],
        cwd=checkout,
        env={"PATH": os.environ["PATH"], "PIP_NO_INDEX": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    if done.returncode:
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert "needs" in done.stderr
    else:
        assert done.stdout.startswith("usage: ")
    assert files(checkout) == before


def test_all_are_found() -> None:
    """The list has the five programs for people, and those in the other folders."""
    found = programs()
    top = [name for name in found if name.count("/") == 1]
    assert top == [f"scripts/{name}.py" for name in ("bench", "check", "demo", "release", "test")]
    assert {"tests/faults/__main__.py", "tests/fuzz/__main__.py"} <= set(found)


def test_scripts_import_nothing_of_the_tests() -> None:
    """Tests may import scripts.support and scripts.generate; scripts/ never imports tests."""
    for file in (ROOT / "scripts").rglob("*.py"):
        assert not [
            line for line in _lines(file) if line.strip().startswith(("from tests", "import tests"))
        ], file
    for file in (ROOT / "tests").rglob("*.py"):
        assert not [
            line
            for line in _lines(file)
            if line.strip().startswith(("from scripts", "import scripts"))
            and not {"scripts.support", "scripts.generate"} & set(line.split())
            and not line.strip().startswith(("from scripts.support.", "from scripts.generate."))
        ], file
