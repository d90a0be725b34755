"""The compiled copies from which tabs of the tests start Python."""

from __future__ import annotations

import json
import shutil
import zipfile
from typing import TYPE_CHECKING

import pytest

from scripts.support.compiled import FILES, FOLDER, ensure_compiled

if TYPE_CHECKING:
    from pathlib import Path

node = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")


@node
def test_same_modules(vendor: Path) -> None:
    """The copy of the standard library has the same modules, all compiled; it is made once."""
    folder = vendor / FOLDER / "pyodide"
    before = (folder / FILES).stat().st_mtime_ns
    ensure_compiled(vendor, "pyodide")
    assert (folder / FILES).stat().st_mtime_ns == before
    name = json.loads((folder / FILES).read_text())["stdlib"]
    with zipfile.ZipFile(vendor / "pyodide" / name) as old, zipfile.ZipFile(folder / name) as new:
        modules = {each for each in old.namelist() if each.endswith(".py")}
        assert {f"{each}c" for each in modules} == {
            each for each in new.namelist() if each.endswith(".pyc")
        }
        assert not modules & set(new.namelist())


def broken(folder: Path) -> Path:
    """Make a vendor folder with a Pyodide that has no program."""
    (folder / "p").mkdir()
    for name in ("python_stdlib.zip", "numpy-1.whl"):
        zipfile.ZipFile(folder / "p" / name, "w").close()
    return folder


@node
def test_a_pyodide_that_does_not_start(tmp_path: Path) -> None:
    """Tabs start from the files as they are, and the file says what Node said."""
    ensure_compiled(broken(tmp_path), "p")
    said = json.loads((tmp_path / FOLDER / "p" / FILES).read_text())
    assert list(said) == ["missing"]
    assert "pyodide.mjs" in said["missing"]


def test_without_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tabs then start from the files as they are."""
    monkeypatch.setenv("PATH", "")
    ensure_compiled(broken(tmp_path), "p")
    assert json.loads((tmp_path / FOLDER / "p" / FILES).read_text()) == {
        "missing": "Node is not installed"
    }
