"""Kinds of models of Keras that are easily misread, each beside what Keras 3.15 predicts."""

from __future__ import annotations

import io
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pyio
from tests.support.models import run

DATA = Path(__file__).parents[2] / "data/keras/more.zip"
ZEROS: dict[str, Any] = {"class_name": "Zeros", "config": {}}

with zipfile.ZipFile(DATA) as archive:
    STORED = set(archive.namelist())
NUMBERS = sorted(
    name
    for name in STORED
    if not name.endswith(".npz") and f"{name.partition('.')[0]}.npz" in STORED
)


class Block(pyio.layers.Layer):
    """A class that makes other layers in Keras: ``a``, and a list ``b``."""

    units: int = pyio.layers.option(3)

    def build(self, shape: Any) -> None:
        """Add the weights of these layers under their names."""
        sides = {
            "a/kernel": (shape[-1], self.units),
            "a/bias": (self.units,),
            "b/dense/kernel": (self.units, self.units),
            "b/dense/bias": (self.units,),
            "b/layer_normalization/gamma": (self.units,),
            "b/layer_normalization/beta": (self.units,),
        }
        self.parts = [self.add_weight(name, each, ZEROS) for name, each in sides.items()]

    def compute_output_shape(self, shape: Any) -> Any:
        """The last side is that of the units."""
        return (*shape[:-1], self.units)

    def call(self, x: Any) -> Any:
        """Two products and a normalization."""
        first, bias, second, more, gamma, beta = (each.value for each in self.parts)
        y = (x @ first + bias) @ second + more
        y = y - y.mean(-1, keepdims=True)
        return y / np.sqrt((y**2).mean(-1, keepdims=True) + 1e-3) * gamma + beta


class Otherwise(Block):
    """The same with names that say nothing."""

    def build(self, shape: Any) -> None:
        """Add the weights without the names of layers."""
        self.parts = [
            self.add_weight(f"weight_{number}", (shape[-1], self.units), ZEROS)
            for number in range(6)
        ]


def twice(x: Any) -> Any:
    return x * 2


CUSTOM = {"Block": Block, "twice": twice}


def extracted(file: str, folder: Path) -> str:
    with zipfile.ZipFile(DATA) as archive:
        return f"file://{archive.extract(file, folder)}"


def difference(model: Any, file: str) -> float:
    with zipfile.ZipFile(DATA) as archive:
        stored = np.load(io.BytesIO(archive.read(f"{file.partition('.')[0]}.npz")))
    inputs = [stored[f"x{i}"] for i in range(len(stored)) if f"x{i}" in stored]
    expected = [stored[f"y{i}"] for i in range(len(stored)) if f"y{i}" in stored]
    found = model.predict(inputs if len(inputs) > 1 else inputs[0])
    found = found if isinstance(found, list) else [found]
    assert [each.shape for each in found] == [each.shape for each in expected]
    return max(float(np.abs(a - b).max()) for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize("file", NUMBERS)
def test_numbers(file: str, tmp_path: Path) -> None:
    """The file, a copy of it, and what is written as .keras again predict the same."""
    source = extracted(file, tmp_path)
    model = run(pyio.load_layers_model(source, custom_objects=CUSTOM))
    assert difference(model, file) < 1e-5
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pyio.CompatibilityWarning)
        run(model.save("memory://copy"))
    copy = run(pyio.load_layers_model("memory://copy", custom_objects=CUSTOM))
    assert difference(copy, file) < 1e-5
    if not file.startswith("custom"):
        run(model.save(f"file://{tmp_path}/written.keras"))
        again = run(pyio.load_layers_model(f"file://{tmp_path}/written.keras"))
        assert difference(again, file) < 1e-5


REFUSED = {
    "r_slide.keras": (pyio.PyioError, "sliding_window=2"),
    "qint4_mlp.keras": (pyio.UnsupportedModelError, "quantized to 'int4/128'"),
    "qfloat8_mha.keras": (pyio.UnsupportedModelError, "quantized to float8"),
    "custom_block.keras": (pyio.UnknownLayersError, "'Block'"),
}


@pytest.mark.parametrize("file", REFUSED)
def test_what_is_refused(file: str, tmp_path: Path) -> None:
    """The error names what it is about."""
    kind, message = REFUSED[file]
    with pytest.raises(kind, match=message):
        run(pyio.load_layers_model(extracted(file, tmp_path)))


def test_weights_of_layers_inside_a_class(tmp_path: Path) -> None:
    """Names without the layers inside are refused: shapes alone would not tell which is which."""
    source = extracted("custom_block.keras", tmp_path)
    with pytest.raises(pyio.UnsupportedModelError, match=r"'a', 'b/dense', 'b/layer_normalizat"):
        run(pyio.load_layers_model(source, custom_objects={"Block": Otherwise}))
    arrays = run(pyio.load_arrays(source))
    assert "blk/b/layer_normalization/1" in arrays


def test_an_embedding_both_ways() -> None:
    """Calls of one layer with other arguments: for symbolic tensors and for arrays."""
    embedding = pyio.layers.ReversibleEmbedding(9, 4)
    start = pyio.Input((3,))
    model = pyio.Model(start, embedding(embedding(start), reverse=True))
    assert model.outputs[0].shape == (None, 3, 9)
    x = np.array([[1, 2, 8]])
    found = model.predict(x)
    assert np.allclose(found, embedding(embedding(x), reverse=True))
    again = pyio.model_from_json(model.to_json())
    again.set_weights(model.get_weights())
    assert np.allclose(again.predict(x), found)
