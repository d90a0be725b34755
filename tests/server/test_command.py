"""The command ``python -m pyio serve`` and its options."""

from __future__ import annotations

import importlib.util
import re
from typing import TYPE_CHECKING

import httpx
import pytest

import pyio
from pyio import cli
from scripts.support.model_servers import TOKEN, Serving
from tests.support.models import artifacts, run, same

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def serving(tmp_path: Path, *options: str, token: str = TOKEN) -> Serving:
    (tmp_path / "models").mkdir(exist_ok=True)
    env = {"PYIO_TOKEN": token}
    return Serving(str(tmp_path / "models"), tmp_path / "log", env, *options)


def test_a_token_is_made(tmp_path: Path) -> None:
    """Without PYIO_TOKEN a token is made and printed; it is the one that writes need."""
    with serving(tmp_path, token="") as server:
        (token,) = re.findall(r"token for writes: (\S{20,})", server.log.read_text())
        url = f"{server.url}/m/model.json"
        with pytest.raises(pyio.RequestError, match="401"):
            run(pyio.save_artifacts(artifacts(), url, token=TOKEN))
        run(pyio.save_artifacts(artifacts(), url, token=token))
        assert same(run(pyio.load_artifacts(url)), artifacts())


def test_workers_and_reading_only(tmp_path: Path) -> None:
    """Two processes serve one folder. A read-only server shows it and refuses all writes."""
    with serving(tmp_path, "--workers", "2") as server:
        run(pyio.save_artifacts(artifacts(), f"{server.url}/m", token=TOKEN))
        for _ in range(8):  # over connections of their own, so that both may answer
            assert same(run(pyio.load_artifacts(f"{server.url}/m")), artifacts())
        assert TOKEN not in server.log.read_text()
    with serving(tmp_path, "--read-only") as server:
        assert same(run(pyio.load_artifacts(f"{server.url}/m")), artifacts())
        with pytest.raises(pyio.RequestError, match="read-only"):
            run(pyio.save_artifacts(artifacts(), f"{server.url}/m", token=TOKEN))
        assert httpx.delete(f"{server.url}/m").status_code == 403


def test_collecting(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--collect`` removes the weights that no model.json names any more, and ends."""
    weights = tmp_path / "a" / "b" / "weights"
    weights.mkdir(parents=True)
    (weights / f"{'0' * 64}.bin").write_bytes(b"old")
    (tmp_path / "a" / "notes").write_text("of a person")
    assert cli.main(["serve", str(tmp_path), "--collect"]) == 0
    assert capsys.readouterr().out.startswith("0 files")
    assert cli.main(["serve", str(tmp_path), "--collect", "--grace", "0"]) == 0
    assert capsys.readouterr().out.startswith("1 files")
    assert list(weights.iterdir()) == []
    assert (tmp_path / "a" / "notes").exists()


@pytest.mark.parametrize("place", ["nowhere", "tape://bucket", "s3://"])
def test_places_that_are_none(
    place: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that does not exist, and an address of no store, end with one line."""
    monkeypatch.chdir(tmp_path)
    assert cli.main(["serve", place]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert place in line


@pytest.mark.parametrize(
    ("place", "missing"), [("models", ["starlette", "uvicorn"]), ("s3://m", ["obstore"])]
)
def test_without_the_extra(
    place: str,
    missing: Sequence[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The error names what is missing, and how to install it."""
    found = importlib.util.find_spec

    def find_spec(name: str) -> object:
        return None if name in missing else found(name)

    monkeypatch.setattr(importlib.util, "find_spec", find_spec)
    assert cli.main(["serve", place]) == 1
    text = capsys.readouterr().err
    assert f"serving needs {', '.join(missing)}" in text
    assert "pyio-web[server]" in text
