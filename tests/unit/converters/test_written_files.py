"""The ending of a file's address says its format; a file is written whole or not at all."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pyio
from pyio.converters.writers import FORMATS, WRITERS, format_of
from pyio.handlers.downloads import DownloadsHandler
from pyio.handlers.files.folder import Folder
from tests.support.models import artifacts, run, same

if TYPE_CHECKING:
    from pathlib import Path

ARRAYS = {"a": np.arange(3.0), "b": np.ones((2, 2), np.int64)}


def small() -> pyio.Sequential:
    """A model with an optimizer."""
    model = pyio.Sequential([pyio.layers.Dense(3, input_shape=(2,), name="d")], name="small")
    model.compile("adam", "mean_squared_error", ["accuracy"])
    return model


def test_the_ending_decides() -> None:
    """Endings in any case; an option says another format."""
    names = ["m", "m.keras", "M.H5", "x.weights.h5", "a.b.npz", "m.zip", "m.keras/m"]
    found = [format_of(name, None) for name in names]
    assert found == ["tfjs", "keras", "h5", "weights.h5", "npz", "zip", "tfjs"]
    assert format_of("m.keras", "npz") == "npz"
    with pytest.raises(pyio.HandlerError, match="expected one of tfjs, zip, keras"):
        format_of("m", "onnx")
    assert len(set(FORMATS)) == len(WRITERS) + 2


def test_an_archive(tmp_path: Path) -> None:
    """A .zip holds TensorFlow.js's files, and loads as they do."""
    run(pyio.save_artifacts(artifacts(), f"file://{tmp_path}/new/m.zip"))
    with zipfile.ZipFile(tmp_path / "new/m.zip") as archive:
        assert archive.namelist() == ["model.json", "weights.bin"]
    assert same(run(pyio.load_artifacts(f"file://{tmp_path}/new/m.zip")), artifacts())
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["m.zip"]


def test_a_directory_stays_one(tmp_path: Path) -> None:
    """A directory that exists gets TensorFlow.js's files whatever it is called."""
    (tmp_path / "m.keras").mkdir()
    run(small().save(f"file://{tmp_path}/m.keras"))
    assert {path.name for path in (tmp_path / "m.keras").iterdir()} == {"model.json", "weights.bin"}
    with pytest.raises(pyio.InvalidURLError, match="it is a directory, and keras is one file"):
        run(small().save(f"file://{tmp_path}/m.keras", format="keras"))


def test_the_option(tmp_path: Path) -> None:
    """`format` writes under any name; media that hold models have no such option."""
    run(pyio.save_arrays(ARRAYS, f"file://{tmp_path}/data", format="npz"))
    assert list(np.load(tmp_path / "data")) == ["a", "b"]
    run(pyio.save_arrays(ARRAYS, pyio.file_system(tmp_path / "b.npz", format="safetensors")))
    assert (tmp_path / "b.npz").read_bytes()[8:9] == b"{"
    with pytest.raises(pyio.HandlerError, match="no option 'format'"):
        run(pyio.save_arrays(ARRAYS, "memory://m.npz", cast=True, format="npz"))


def test_downloads(monkeypatch: pytest.MonkeyPatch) -> None:
    """A download is one file with the ending of its format."""
    offered: dict[str, int] = {}

    async def download(name: str, pieces: Any, _media_type: str) -> None:
        offered[name] = sum(piece.nbytes for piece in pieces)

    monkeypatch.setattr("pyio.handlers.downloads.download", download)
    for handler in (
        DownloadsHandler("m.keras"),
        DownloadsHandler("n", format="h5"),
        DownloadsHandler("o.zip"),
        DownloadsHandler("p", single_file=True),
    ):
        run(small().save(handler))
    run(pyio.save_arrays(ARRAYS, DownloadsHandler("q.safetensors")))
    assert list(offered) == ["m.keras", "n.h5", "o.zip", "p.zip", "q.safetensors"]
    offered.clear()
    monkeypatch.setattr("pyio.handlers.downloads._PAUSE", 0)
    run(small().save(DownloadsHandler("r.json")))
    assert list(offered) == ["r.json", "r.weights.bin"]


@pytest.mark.parametrize("name", ["m.keras", "m.h5", "m.npz", "m.zip"])
def test_all_or_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A save that fails in the middle, or when it is renamed, leaves the old file and no other."""
    (tmp_path / name).write_bytes(b"old")
    url = f"file://{tmp_path}/{name}"

    async def save(**options: Any) -> None:
        if name == "m.npz":
            await pyio.save_arrays(ARRAYS, url, **options)
        else:
            await small().save(url, **options)

    def fail(progress: pyio.Progress) -> None:
        if progress.bytes_done:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(save(on_progress=fail))

    def full(_self: Folder) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Folder, "_remove_stale", lambda _self: None)
        patched.setattr("pyio.handlers.files.folder._flush", full)
        with pytest.raises(pyio.QuotaExceededError):
            run(save())
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(name, b"old")]
    run(save())
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_bytes() != b"old"


def test_copies_convert(tmp_path: Path) -> None:
    """A copy converts; a move into a format that does not keep everything is refused."""
    run(pyio.save_arrays(ARRAYS, f"file://{tmp_path}/a.npz"))
    run(pyio.copy_model(f"file://{tmp_path}/a.npz", f"file://{tmp_path}/a.safetensors"))
    found = run(pyio.load_arrays(f"file://{tmp_path}/a.safetensors"))
    assert {name: array.tolist() for name, array in found.items()} == {
        name: array.tolist() for name, array in ARRAYS.items()
    }
    with pytest.raises(pyio.ModelExistsError):
        run(pyio.copy_model(f"file://{tmp_path}/a.npz", f"file://{tmp_path}/a.safetensors"))
    run(small().save("memory://written-files"))
    run(pyio.copy_model("memory://written-files", f"file://{tmp_path}/m.keras"))
    with pytest.raises(pyio.UnsupportedOperationError, match="does not keep all of a model"):
        run(pyio.move_model("memory://written-files", f"file://{tmp_path}/n.keras"))
    run(pyio.move_model("memory://written-files", f"file://{tmp_path}/n.zip"))
    assert not run(pyio.exists("memory://written-files"))
    with pytest.raises(pyio.InvalidModelError, match="these are arrays alone"):
        run(pyio.save_arrays(ARRAYS, f"file://{tmp_path}/b.keras"))


def test_metadata_without_a_place(tmp_path: Path) -> None:
    """Metadata that a format cannot hold is named in a warning; safetensors keeps texts."""
    with pytest.warns(pyio.CompatibilityWarning, match=r"\.npz file has no place"):
        run(pyio.save_arrays(ARRAYS, f"file://{tmp_path}/a.npz", metadata={"a": "b"}))
    run(pyio.save_arrays(ARRAYS, f"file://{tmp_path}/a.safetensors", metadata={"a": "b"}))
    found = run(pyio.inspect(f"file://{tmp_path}/a.safetensors"))
    assert found.user_defined_metadata == {"a": "b"}


def test_no_warning_of_tensorflow_js(tmp_path: Path) -> None:
    """What TensorFlow.js cannot open is no matter where it is not meant to: warnings are errors."""
    model = pyio.Sequential([pyio.layers.GRU(2, reset_after=True, input_shape=(3, 2))])
    run(model.save(f"file://{tmp_path}/m.keras"))
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        config = json.loads(archive.read("config.json"))
    assert config["config"]["layers"][1]["config"]["reset_after"] is True
