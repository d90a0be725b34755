"""Type checkers accept the arguments of layers and models, and no others."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scripts.generate import layer_stubs

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]

MISTAKES = """
import pyio

pyio.layers.Dense(unts=3, activaton="relu")
pyio.Sequential(layrs=[])
pyio.Model(pyio.Input(shape=(2,)), output=None)
pyio.layers.Conv1D(2, 3, data_fromat="channels_first")
pyio.layers.GRU("4")
pyio.callbacks.Checkpoint("memory://m", chekcsum=True)


async def save(model: pyio.LayersModel) -> None:
    await model.save("memory://m", cheksum=True)
    await pyio.load_arrays("memory://m", tiemout=1.0)
"""

RIGHT = """
import numpy as np
import pyio
from pyio import layers

model = pyio.Sequential(layers=[
    layers.Conv2D(8, 3, activation="relu", input_shape=(28, 28, 1), name="first"),
    layers.Conv2D(filters=8, kernel_size=(3, 3), strides=[2, 2], kernel_initializer="he_normal"),
    layers.DepthwiseConv2D(3, depthwise_constraint=pyio.constraints.max_norm()),
    layers.BatchNormalization(axis=-1, trainable=False),
    layers.ZeroPadding2D(((1, 1), (0, 0))),
    layers.MaxPooling2D(pool_size=2),
    layers.Flatten(),
    layers.Dense(10),
    layers.Dense(units=4, use_bias=False, kernel_regularizer=pyio.regularizers.l2(0.1)),
    layers.Dense(4, input_dim=10, dtype="float32", weights=[np.ones((10, 4)), np.ones(4)]),
    layers.Reshape((2, 2)),
    layers.Bidirectional(layers.LSTM(3, return_sequences=True), merge_mode="sum"),
    layers.RNN([layers.LSTMCell(3), layers.GRUCell(2)]),
    layers.Embedding(10, 4, mask_zero=True, input_length=6),
    layers.Rescaling(1 / 255, offset=[0.5, 0.5]),
    layers.Softmax(axis=[1, 2]),
])
image = pyio.Input(shape=(4,))
both = pyio.Model(inputs=image, outputs=[layers.Dense(1)(image)], name="both")
units: int = layers.Dense(3).units
for layer in model.layers:
    print(layer.name, isinstance(layer, layers.Dense))


class Scale(layers.Layer):
    start: float = layers.option(1.0)

    def call(self, x: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> object:
        return x * self.start


Scale(start=2.0, name="mine")
"""


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[str]]:
    """A function that runs ``mypy --strict`` on code and returns its errors, in order."""
    folder = tmp_path_factory.mktemp("typing")

    def run(code: str) -> list[str]:
        file = folder / "code.py"
        file.write_text(code, encoding="utf-8")
        options = ["--strict", "--config-file=", "--no-error-summary", "--cache-dir", str(folder)]
        done = subprocess.run(
            [sys.executable, "-m", "mypy", *options, str(file)],
            cwd=folder,
            env={**os.environ, "MYPYPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=250,
            check=False,
        )
        assert not done.stderr, done.stderr
        return re.findall(r"code\.py:\d+: error: (.*)", done.stdout)  # not those of pyio itself

    return run


def test_a_wrong_keyword_is_an_error(check: Callable[[str], list[str]]) -> None:
    """A misspelt or misplaced argument of a layer or a model is an error for mypy --strict."""
    found = check(MISTAKES)
    for text in (
        'Unexpected keyword argument "unts" for "Dense"',
        'Unexpected keyword argument "activaton" for "Dense"',
        'Unexpected keyword argument "layrs" for "Sequential"',
        'Unexpected keyword argument "output" for "LayersModel"',
        'Unexpected keyword argument "data_fromat" for "Conv1D"',
        'Unexpected keyword argument "cheksum" for "save"',
        'Unexpected keyword argument "tiemout" for "load_arrays"',
        'Unexpected keyword argument "chekcsum" for "Checkpoint"',
        'Argument 1 to "GRU" has incompatible type "str"; expected "int"',
    ):
        assert any(text in error for error in found), (text, found)


def test_the_constructors_are_those_of_the_classes() -> None:
    """layers.pyi matches the layer classes; if not, run ``scripts/generate/layer_stubs.py``."""
    assert layer_stubs.TARGET.read_text(encoding="utf-8") == layer_stubs.stub()


def test_right_calls_are_no_errors(check: Callable[[str], list[str]]) -> None:
    """Arguments in every form that layers accept pass, and so does a custom layer."""
    assert check(RIGHT) == []
