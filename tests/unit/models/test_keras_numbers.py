"""Layers of Keras compute what Keras computed (recorded by scripts/generate/keras_layers.py)."""

from __future__ import annotations

import base64
import gzip
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pyio
from pyio.models.serialization.registry import FAMILY_OF, KERAS_FAMILY_OF, PASSING

FILE = Path(__file__).parents[2] / "data" / "keras" / "layers.json.gz"
CASES: list[dict[str, Any]] = json.loads(gzip.decompress(FILE.read_bytes()))


def array(recorded: list[Any]) -> Any:
    """An array of the file."""
    kind, shape, values = recorded
    if kind == "text":
        return np.array(values, object).reshape(shape)
    if kind == "float32":
        return np.frombuffer(base64.b64decode(values), "<f4").reshape(shape)
    if kind == "eighths":
        return np.array(values, np.float32).reshape(shape) / 8
    return np.array(values, kind).reshape(shape)


def loaded(case: dict[str, Any]) -> pyio.LayersModel:
    """The model of a case with its weights, layer by layer in the order of Keras's own."""
    model = pyio.model_from_json(case["topology"])
    for name, values in case["weights"].items():
        layer = model.get_layer(name)
        inner = [layer, *layer.inner_layers()]
        own = list(dict.fromkeys(weight for each in inner for weight in each.own_weights))
        if layer.class_name == "SpectralNormalization":  # its own vector comes last in the file
            own = [*own[1:], own[0]]
        for weight, value in zip(own, map(array, values), strict=True):
            weight.assign(value)
    return model


def predicted(model: pyio.LayersModel, case: dict[str, Any]) -> list[Any]:
    inputs = [array(each) for each in case["inputs"]]
    result = model.predict(inputs if len(inputs) > 1 else inputs[0])
    return result if isinstance(result, list) else [result]


def assert_near(ours: Any, theirs: Any, tolerance: float) -> None:
    assert ours.shape == theirs.shape
    if theirs.dtype == object:
        assert ours.tolist() == theirs.tolist()
        return
    scale = max(1, np.abs(theirs).max(initial=0))
    np.testing.assert_allclose(ours / scale, theirs / scale, rtol=0, atol=tolerance)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_numbers_of_keras(case: dict[str, Any]) -> None:
    """Predictions, announced shapes, and a copy by JSON that is equal in everything."""
    model = loaded(case)
    outputs = predicted(model, case)
    expected = [array(each) for each in case["outputs"]]
    assert len(outputs) == len(expected)
    for ours, theirs, tensor in zip(outputs, expected, model.outputs, strict=True):
        assert_near(ours, theirs, 1e-5)
        sides = zip(tensor.shape or (), theirs.shape, strict=True)
        assert all(side is None or side == found for side, found in sides)
    copy = pyio.model_from_json(model.to_json())
    assert copy.to_json() == model.to_json()
    assert copy.writer == model.writer == "Keras 3.15.1"
    copy.set_weights(model.get_weights())
    for ours, again in zip(outputs, predicted(copy, case), strict=True):
        np.testing.assert_array_equal(ours, again)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_saved_copy_computes_the_same(case: dict[str, Any]) -> None:
    """Saved and loaded, the numbers stay; without a warning, TensorFlow.js has every class."""
    model = loaded(case)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        artifacts = pyio.model_to_artifacts(model)
    copy = pyio.model_from_artifacts(artifacts)
    assert copy.writer == model.writer
    for ours, again in zip(predicted(model, case), predicted(copy, case), strict=True):
        assert_near(again, ours, 1e-5)
    foreign = {layer.class_name for layer in copy.all_layers()} - FAMILY_OF.keys() - PASSING
    assert told or foreign <= {"Sequential", "Functional", "Model"}
    for warning in told:
        assert warning.category is pyio.CompatibilityWarning


def test_every_class_of_keras_is_tried() -> None:
    """Those that are not in the file are tried in other tests, or only pass their input."""
    used = {layer.class_name for case in CASES for layer in loaded(case).all_layers()}
    elsewhere = {"LayerScale", "CustomScaleLayer"} | PASSING
    assert KERAS_FAMILY_OF.keys() - used <= elsewhere
