"""The packages of a release: equal bytes from two builds, checked metadata, their contents."""

from __future__ import annotations

import json
import re
import shutil
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

import pyio.bridge
from scripts.support import packages
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The source archive, the wheel and the package of npm."""
    return packages.build(tmp_path_factory.mktemp("dist"))


def test_a_release_is_reproducible_and_complete(made: list[Path]) -> None:
    """Two builds are equal, nothing is wrong with their metadata, and all digests are written."""
    archive, wheel, bridge = made
    assert list(packages.problems(archive, wheel)) == []
    lines = (wheel.parent / "SHA256SUMS").read_text().splitlines()
    assert [line.split("  ")[1] for line in lines] == [archive.name, wheel.name, bridge.name]
    with zipfile.ZipFile(wheel) as file:
        (name,) = (name for name in file.namelist() if name.endswith("entry_points.txt"))
        text = file.read(name).decode()
    assert "pyio = pyio.cli:main" in text
    assert "pyio = pyio.testing.plugin" in text


def test_what_differs_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that gives other bytes the second time raises an error that names the file."""

    def hatch(_sources: Path, folder: Path) -> tuple[Path, Path]:
        folder.mkdir(exist_ok=True)
        with tarfile.open(folder / "pyio.tar.gz", "w:gz") as tar:
            tar.add(ROOT / "LICENSE", "pyio/LICENSE")
        wheel = folder / "pyio.whl"
        wheel.write_text(str(folder))
        return folder / "pyio.tar.gz", wheel

    monkeypatch.setattr(packages, "_hatch", hatch)
    with pytest.raises(packages.ReleaseError, match="not reproducible"):
        packages.build(tmp_path)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"version": "9.9"}, "Version is '0.1.0', not '9.9'"),
        ({"license": "MIT"}, "License-Expression"),
        ({"urls": {}}, "the addresses are"),
        ({"optional-dependencies": {}}, "the extras are not"),
    ],
    ids=str,
)
def test_metadata_that_does_not_fit(
    made: list[Path], change: dict[str, Any], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the wheel says must be what pyproject.toml says."""
    changed = {**packages.project(), **change}
    monkeypatch.setattr(packages, "project", lambda: changed)
    found = list(packages.problems(made[0], made[1]))
    assert any(problem in each for each in found), found


def test_files_that_do_not_belong(made: list[Path], tmp_path: Path) -> None:
    """A further file, and one that RECORD does not know, are named."""
    wheel = tmp_path / made[1].name
    shutil.copy(made[1], wheel)
    with zipfile.ZipFile(wheel, "a") as file:
        file.writestr("tests/secret.txt", "")
    found = list(packages.problems(made[0], wheel))
    assert found == [
        "the wheel has tests/secret.txt",
        "RECORD does not agree with tests/secret.txt",
    ]


def test_an_unfinished_release_is_not_tagged() -> None:
    """Reserved addresses are named as long as pyproject.toml has them."""
    reserved = ".example/" in (ROOT / "pyproject.toml").read_text("utf-8")
    assert reserved == any("reserved addresses" in each for each in packages.untaggable())


def test_the_bridge_as_a_package(made: list[Path]) -> None:
    """The package has the script, types that declare what the script adds, and its metadata."""
    with tarfile.open(made[2]) as tar:
        files = {
            member.name.removeprefix("package/"): (tar.extractfile(member) or _missing()).read()
            for member in tar.getmembers()
        }
    about = json.loads(files["package.json"])
    assert sorted(files) == sorted(["package.json", *about["files"]])
    assert about["version"] == pyio.__version__
    assert {about["main"], about["types"]} <= {f"./{name}" for name in files}
    assert files["pyio-bridge.js"].decode() == pyio.bridge.script()
    (added,) = re.findall(r"globalThis\.pyioBridge = \{(.*?)\}", pyio.bridge.script())
    declared = re.findall(r"readonly (\w+):", files["pyio-bridge.d.ts"].decode())
    assert declared == re.findall(r"(\w+):", added)


def _missing() -> Any:
    raise AssertionError("a member without content")


def test_the_workflow_runs_what_is_there() -> None:
    """The workflow names scripts of the repository, and may prove its identity."""
    text = (ROOT / ".github/workflows/release.yml").read_text("utf-8")
    scripts = re.findall(r"scripts/\S+\.py", text)
    assert "scripts/release.py" in scripts
    assert all((ROOT / script).is_file() for script in scripts)
    assert text.count("id-token: write") == 3
    assert "password" not in re.sub(r"#.*", "", text)
