"""Models that pyio can compute and TensorFlow.js cannot. Runs inside the page."""

from __future__ import annotations

import base64
import warnings
from typing import Any

import numpy as np

import pyio
from pyio import layers
from pyio.format.specs import specs_to_json

MODELS: dict[str, Any] = {
    "causal": lambda: (layers.Conv1D(2, 2, padding="causal", input_shape=(4, 2)), (2, 4, 2)),
    "elu": lambda: (layers.ELU(0.5, input_shape=(3,)), (2, 3)),
    "gelu_new": lambda: (layers.Activation("gelu_new", input_shape=(3,)), (2, 3)),
    "reset_after": lambda: (layers.GRU(2, reset_after=True, input_shape=(3, 2)), (2, 3, 2)),
    "resizing": lambda: (layers.Resizing(2, 3, input_shape=(4, 4, 1)), (2, 4, 4, 1)),
    "random_width": lambda: (layers.RandomWidth(0.5, input_shape=(4, 4, 1)), (2, 4, 4, 1)),
    "one_hot": lambda: (
        layers.CategoryEncoding(3, output_mode="one_hot", input_shape=(2,)),
        (2, 2),
    ),
    "strides_and_dilation": lambda: (
        layers.Conv2D(1, 2, strides=2, dilation_rate=2, input_shape=(6, 6, 1)),
        (2, 6, 6, 1),
    ),
    "softmax_axis": lambda: (layers.Softmax(1, input_shape=(3, 2)), (2, 3, 2)),
    "flat_flatten": lambda: (layers.Flatten(input_shape=(3,)), (2, 3)),
}
"""Layer and shape of the input."""

SILENT = {
    "resizing",
    "random_width",
    "one_hot",
    "strides_and_dilation",
    "softmax_axis",
    "flat_flatten",
}
"""Models that TensorFlow.js opens but cannot predict with: saving does not warn about them."""


def make(name: str) -> dict[str, Any]:
    """The model's artifacts, an input, and the number of values that pyio predicts."""
    layer, shape = MODELS[name]()
    model = pyio.Sequential([layer])
    x = np.zeros(shape, np.float32)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        artifacts = pyio.model_to_artifacts(model)
    return {
        "artifacts": {
            "topology": artifacts.model_topology,
            "specs": specs_to_json(artifacts.weight_specs or ()),
            "data": base64.b64encode(b"".join(artifacts.weight_data or ())).decode(),
        },
        "inputs": [{"shape": list(shape), "dtype": "float32", "data": x.ravel().tolist()}],
        "outputs": int(model.predict(x).size),
        "warned": any(issubclass(each.category, pyio.CompatibilityWarning) for each in caught),
    }
