"""The older Pyodides as ``scripts/support/generations.py`` lays them out."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from scripts.support import generations, runtime

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def copy(vendor: Path, older_pyodides: None, tmp_path: Path) -> Path:  # noqa: ARG001
    """A copy of the vendor folder, which the test may change."""
    for generation in generations.GENERATIONS:
        (tmp_path / generation.folder).mkdir()
        for file in (vendor / generation.folder).iterdir():
            os.link(file, tmp_path / generation.folder / file.name)
    return tmp_path


def state(folder: Path) -> dict[Path, tuple[int, int]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in files}


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail the test if anything is fetched."""

    def fetch(*_: object) -> None:
        pytest.fail("something was fetched")

    monkeypatch.setattr(runtime._Fetcher, "fetch", fetch)


@pytest.mark.usefixtures("offline")
def test_a_second_run_does_nothing(copy: Path) -> None:
    """Complete files are neither fetched nor written again."""
    before = state(copy)
    generations.ensure_all(copy)
    assert state(copy) == before


@pytest.mark.usefixtures("offline")
def test_what_is_made_is_made_again(copy: Path) -> None:
    """A truncated wheel or lock file is replaced by a complete one; no other file remains."""
    whole = {path: path.read_bytes() for path in state(copy)}
    made = [
        copy / generation.folder / "pyodide-lock.json" for generation in generations.GENERATIONS
    ]
    made += list(copy.glob("*/numpy-2.0.1-*.whl"))
    assert len(made) == 3
    for path in made:
        path.unlink()  # a link to the real file
        path.write_bytes(whole[path][:-1])
    generations.ensure_all(copy)
    assert {path: path.read_bytes() for path in state(copy)} == whole


def test_locks_name_what_is_there(copy: Path) -> None:
    """Every package in a lock file is a file beside it and has the given hash."""
    for generation in generations.GENERATIONS:
        folder = copy / generation.folder
        packages = json.loads((folder / "pyodide-lock.json").read_bytes())["packages"]
        assert set(packages) == {"numpy", "micropip", "packaging"}
        for package in packages.values():
            assert runtime.sha256(folder / package["file_name"]) == package["sha256"]
            assert set(package["depends"]) <= set(packages)


def test_a_file_that_cannot_be_had(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """If the registry cannot be reached, the error names the package, and no file is left."""
    lost = copy / "pyodide-0.27.7/micropip-0.9.0-py3-none-any.whl"
    lost.unlink()
    before = state(copy)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(runtime.FetchError, match=r"micropip==0\.9\.0: pip failed"):
        generations.ensure_all(copy)
    assert state(copy) == before
    assert "micropip==0.9.0: downloading with pip" in capsys.readouterr().out


def test_the_demo_needs_none_of_them() -> None:
    """The demo fetches the default Pyodide only."""
    folders = {source.folder for source in runtime.RUNTIME}
    assert not folders & {generation.folder for generation in generations.GENERATIONS}
