"""`pyio.verify`, and the checks of what handlers of the caller's own save and load."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import pyio
from pyio import cli
from tests.support.models import artifacts, run

if TYPE_CHECKING:
    from pathlib import Path


def test_a_whole_model() -> None:
    """A whole model is counted; without digests the result says so."""
    run(pyio.save_artifacts(artifacts(), "memory://m"))
    found = run(pyio.verify("memory://m"))
    assert (found.ok, found.tensors, found.weight_bytes) == (True, 3, 104)
    assert (found.damage, found.checksum) == (None, False)
    assert "no digests are stored" in repr(found)


def test_digests_are_compared(tmp_path: Path) -> None:
    """A changed byte is found by the digests that were stored, and only by them."""
    for checksum in (True, False):
        place = tmp_path / str(checksum)
        run(pyio.save_artifacts(artifacts(), f"file://{place}", checksum=checksum))
        assert run(pyio.verify(f"file://{place}")).checksum is checksum
        weights = bytearray((place / "weights.bin").read_bytes())
        weights[7] ^= 1
        (place / "weights.bin").write_bytes(weights)
        found = run(pyio.verify(f"file://{place}"))
        assert found.ok is not checksum
    changed = run(pyio.verify(f"file://{tmp_path}/True"))
    assert "SHA-256" in str(changed.damage)
    assert (changed.tensors, changed.weight_bytes) == (0, 0)


@pytest.mark.parametrize("change", ["cut", "long", "json"])
def test_damage_is_a_result(tmp_path: Path, change: str) -> None:
    """Weights that are cut or too long, and a json that ends early, are described."""
    run(pyio.save_artifacts(artifacts(), f"file://{tmp_path}"))
    name = "model.json" if change == "json" else "weights.bin"
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content + b"x" if change == "long" else content[:-1])
    found = run(pyio.verify(f"file://{tmp_path}"))
    assert not found.ok
    assert found.damage
    assert "damaged" in repr(found)


def test_what_is_no_damage_raises(tmp_path: Path) -> None:
    """An absent model and an address that cannot be used are exceptions."""
    with pytest.raises(pyio.ModelNotFoundError):
        run(pyio.verify("memory://none"))
    with pytest.raises(pyio.InvalidURLError):
        run(pyio.verify("none"))
    (tmp_path / "m").mkdir()
    with pytest.raises(pyio.ModelNotFoundError):
        run(pyio.verify(f"file://{tmp_path}/m"))


def test_the_command_says_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``python -m pyio verify`` prints what `verify` found."""
    run(pyio.save_artifacts(artifacts(), f"file://{tmp_path}", checksum=True))
    assert cli.main(["verify", "--json", str(tmp_path)]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["tensors"], row["bytes"], row["checksum"]) == (3, 104, "verified")
    (tmp_path / "weights.bin").write_bytes(b"")
    assert cli.main(["verify", "--json", str(tmp_path)]) == 1
    (row,) = json.loads(capsys.readouterr().out)
    assert row["tensors"] is None
    assert row["damage"] == run(pyio.verify(f"file://{tmp_path}")).damage


WRONG: dict[str, dict[str, Any]] = {
    "short": {"weight_data": (b"abc",)},
    "long": {"weight_data": (bytes(105),)},
    "no specs": {"weight_specs": None},
    "no data": {"weight_data": None},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG)
def test_handlers_of_the_callers(changes: dict[str, Any]) -> None:
    """A handler of one's own is not given specs that do not fit the bytes, nor believed them."""
    given: list[pyio.ModelArtifacts] = []

    def save(model: pyio.ModelArtifacts) -> Any:
        given.append(model)

    wrong = artifacts(**changes)
    with pytest.raises(pyio.WeightsError):
        run(pyio.save_artifacts(wrong, pyio.with_save_handler(save)))
    assert given == []
    with pytest.raises(pyio.DamagedModelError):
        run(pyio.load_artifacts(pyio.from_memory(wrong)))
    with pytest.raises(pyio.DamagedModelError):
        run(pyio.load_arrays(pyio.from_memory(wrong)))
    assert not run(pyio.verify(pyio.from_memory(wrong))).ok


def test_handlers_of_the_callers_get_what_fits() -> None:
    """What fits goes through unchanged."""
    given: list[pyio.ModelArtifacts] = []
    model = artifacts()
    run(pyio.save_artifacts(model, pyio.with_save_handler(given.append)))  # type: ignore[arg-type]
    assert given == [model]
    assert run(pyio.load_artifacts(pyio.from_memory(model))) is model
    assert run(pyio.verify(pyio.from_memory(model))).tensors == 3
