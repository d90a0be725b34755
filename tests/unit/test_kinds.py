"""A file of another kind in the place of a model.json or of weights is told by name."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import pickle
import zipfile
from typing import TYPE_CHECKING

import pytest

import pyio
from tests.support.models import artifacts, run

if TYPE_CHECKING:
    from pathlib import Path

WEIGHTS = b"".join(artifacts().weight_data or ())


def _zip() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("config.json", "{}")
    return sink.getvalue()


SOUND = {
    "a zip archive": _zip(),
    "a TensorFlow Lite model": b"\x1c\0\0\0TFL3" + bytes(50),
    "a pickle of Python": pickle.dumps({"a": 1}),
    "a weights manifest alone": json.dumps([{"paths": ["a"], "weights": []}]).encode(),
}
HARMED = {
    "compressed with gzip": gzip.compress(b"{}"),
    "compressed with bzip2": bz2.compress(b"{}"),
    "compressed with xz": lzma.compress(b"{}"),
    "a pointer of git-lfs": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 104\n",
    "a web page": b"\xef\xbb\xbf\n<!DOCTYPE html><title>Sign in</title>",
    "XML": b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    "base64 text": base64.b64encode(WEIGHTS),
}


@pytest.mark.parametrize("kind", SOUND)
def test_files_of_other_programs(tmp_path: Path, kind: str) -> None:
    """A sound file of another program is not called damaged; the message has its real name."""
    file = tmp_path / "My Model.h5"
    file.write_bytes(SOUND[kind])
    with pytest.raises(pyio.OtherFormatError, match=rf"^My Model\.h5 is {kind}") as error:
        run(pyio.load_artifacts(f"file://{file}"))
    assert error.value.name == "My Model.h5"
    assert "damaged" not in str(error.value)
    with pytest.raises(pyio.OtherFormatError):
        run(pyio.inspect(f"file://{file}"))
    assert run(pyio.exists(f"file://{file}"))


@pytest.mark.parametrize("kind", HARMED)
def test_what_became_of_a_json(tmp_path: Path, kind: str) -> None:
    """What a download or an upload made of a json is said, under the name that it has."""
    file = tmp_path / "net.json"
    file.write_bytes(HARMED[kind])
    with pytest.raises(pyio.DamagedModelError, match=rf"net\.json is not JSON but {kind}"):
        run(pyio.load_artifacts(f"file://{file}"))


HDF5 = {"an HDF5 file, such as Keras writes as .h5": b"\x89HDF\r\n\x1a\n" + bytes(100)}


@pytest.mark.parametrize("kind", [*HARMED, *HDF5, *list(SOUND)[:-1]])
def test_what_became_of_weights(tmp_path: Path, kind: str) -> None:
    """The file whose size is wrong is named with what it is."""
    run(pyio.save_artifacts(artifacts(), f"file://{tmp_path}"))
    (tmp_path / "weights.bin").write_bytes((SOUND | HARMED | HDF5)[kind])
    with pytest.raises(pyio.DamagedModelError, match=rf"'weights\.bin' has .* \(it is {kind}"):
        run(pyio.load_artifacts(f"file://{tmp_path}"))


def test_any_weights_are_weights(tmp_path: Path) -> None:
    """Weights that begin as another kind of file does load, because their size is right."""
    model = artifacts(weight_data=(b"\x89HDF\r\n\x1a\n" + bytes(96),))
    run(pyio.save_artifacts(model, f"file://{tmp_path}"))
    run(pyio.load_artifacts(f"file://{tmp_path}"))


def test_a_saved_model(tmp_path: Path) -> None:
    """The directory of a SavedModel is read as one, and damage in it is named."""
    (tmp_path / "saved_model.pb").write_bytes(b"\x08\x01\x12")
    with pytest.raises(pyio.DamagedModelError, match="it ends within a number"):
        run(pyio.load_artifacts(f"file://{tmp_path}"))
