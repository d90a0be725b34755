"""Topologies of Keras 3 (recorded by scripts/generate/keras_models.py) and of Keras 2 (by hand)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pyio

KERAS_3 = json.loads(Path(__file__).with_name("keras3.json").read_text())


@pytest.mark.parametrize("name", KERAS_3)
def test_a_model_of_keras_3(name: str) -> None:
    """Keras 3's topology and weights make a model that predicts what Keras predicted."""
    recorded = KERAS_3[name]
    model = pyio.model_from_json(recorded["topology"])
    weights = {path: np.array(value) for path, value in recorded["weights"].items()}
    # The cells of a stack have no names in common with TensorFlow.js's: they match by order.
    report = model.load_weights(weights, strict=name != "recurrent")
    assert not report.missing
    assert not report.extra
    outputs = model.predict([np.array(value) for value in recorded["inputs"]])
    for ours, theirs in zip(
        outputs if isinstance(outputs, list) else [outputs], recorded["outputs"], strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", KERAS_3)
@pytest.mark.filterwarnings("ignore::pyio.CompatibilityWarning")
def test_what_was_read_is_written_as_tensorflow_does(name: str) -> None:
    """Saved again, the topology has TensorFlow.js's form, and reads back to the same text."""
    model = pyio.model_from_json(KERAS_3[name]["topology"])
    text = model.to_json()
    for foreign in ("batch_shape", "module", "registered_name", "DTypePolicy", "keras_history"):
        assert foreign not in text
    assert '"keras_version":"tfjs-layers 4.22.0"' in text
    assert pyio.model_from_json(text).to_json() == text
    pyio.model_to_artifacts(model)


def dense(name: str, **options: Any) -> dict[str, Any]:
    return {"class_name": "Dense", "config": {"units": 2, "name": name, **options}}


def start(name: str) -> dict[str, Any]:
    config = {"batch_input_shape": [None, 2], "dtype": "float32", "sparse": False, "name": name}
    return {"name": name, "class_name": "InputLayer", "config": config, "inbound_nodes": []}


def functional(nodes: Any, **ends: Any) -> dict[str, Any]:
    config = {
        "name": "f",
        "layers": [start("x"), {**dense("d"), "name": "d", "inbound_nodes": nodes}],
        "input_layers": [["x", 0, 0]],
        "output_layers": [["d", 0, 0]],
        **ends,
    }
    return {"class_name": "Functional", "config": config, "keras_version": "2.15.0"}


TENSOR = {"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}}


@pytest.mark.parametrize(
    "topology",
    [
        functional([[["x", 0, 0, {}]]]),
        functional([["x", 0, 0, {}]]),
        functional([[["x", 0, 0]]]),
        functional([{"args": [TENSOR], "kwargs": {"training": False}}]),
        functional([{"args": [], "kwargs": {"inputs": TENSOR}}]),
        functional([[["x", 0, 0, {}]]], input_layers=["x", 0, 0], output_layers=["d", 0, 0]),
        functional([[["x", 0, 0, {}]]], input_layers={"x": ["x", 0, 0]}),
    ],
)
def test_forms_of_calls(topology: Any) -> None:
    """Every form in which Keras writes the same call makes the same model."""
    text = pyio.model_from_json(topology).to_json()
    assert text == pyio.model_from_json(functional([[["x", 0, 0, {}]]])).to_json()
    assert '"inbound_nodes":[[["x",0,0,{}]]]' in text
    assert '"input_layers":[["x",0,0]],"output_layers":[["d",0,0]]' in text


def test_a_stack_that_is_a_list() -> None:
    """Old Keras wrote a Sequential's config as the bare list of its layers."""
    topology = {"class_name": "Sequential", "config": [dense("d", batch_input_shape=[None, 3])]}
    model = pyio.model_from_json(topology)
    assert model.predict([[1.0, 2.0, 3.0]]).shape == (1, 2)


def test_a_whole_file_is_unwrapped() -> None:
    """A model.json, and the model_config that Keras puts around topologies, are looked into."""
    stack = {
        "class_name": "Sequential",
        "config": {"name": "s", "layers": [dense("d", batch_input_shape=[None, 3])]},
    }
    wrapped = {"modelTopology": {"keras_version": "2.1.6", "model_config": stack}}
    assert pyio.model_from_json(json.dumps(wrapped)).name == "s"


def test_numbers_in_boxes_and_names_in_camel_case() -> None:
    """{"type": "ndarray", "value": n} is n, and camelCase keys are understood."""
    config = {
        "name": "t",
        "theta": {"type": "ndarray", "value": 0.25},
        "batchInputShape": [None, 2],
    }
    topology = {
        "className": "Sequential",
        "config": {"layers": [{"className": "ThresholdedReLU", "config": config}]},
    }
    model = pyio.model_from_json(topology)
    np.testing.assert_array_equal(model.predict([[0.2, 0.3]]), np.array([[0, 0.3]], np.float32))


def test_dtypes_of_later_layers_are_dropped() -> None:
    """A dtype counts for the first layer only; TensorFlow.js writes it nowhere else."""
    policy = {"class_name": "DTypePolicy", "config": {"name": "float32"}}
    layers = [
        dense("a", batch_input_shape=[None, 3], dtype=policy),
        dense("b", dtype="float32"),
    ]
    topology = {"class_name": "Sequential", "config": {"name": "s", "layers": layers}}
    assert pyio.model_from_json(topology).to_json().count('"dtype":"float32"') == 1


@pytest.mark.parametrize(
    ("class_name", "option"),
    [
        ("Resizing", {"pad_to_aspect_ratio": True}),
        ("Resizing", {"antialias": True}),
        ("Dense", {"quantization_config": {"class_name": "Int4QuantizationConfig"}}),
        ("BatchNormalization", {"renorm": True}),
    ],
)
def test_settings_that_nothing_here_can_compute(class_name: str, option: dict[str, Any]) -> None:
    """They are refused by name instead of being left out."""
    layer = {"class_name": class_name, "config": {"name": "it", **option}}
    topology = {"class_name": "Sequential", "config": {"name": "s", "layers": [layer]}}
    key = next(iter(option))
    with pytest.raises(pyio.InvalidModelError, match=f"the {class_name} 'it' has {key}="):
        pyio.model_from_json(topology)


def test_settings_of_keras_that_are_kept() -> None:
    """reset_after and zero_output_for_mask are saved, with a warning, and read again."""
    rnn = pyio.layers.GRU(
        2, reset_after=True, zero_output_for_mask=True, return_sequences=True, name="g"
    )
    model = pyio.Sequential([pyio.layers.Masking(0, input_shape=(3, 2)), rnn])
    with pytest.warns(pyio.CompatibilityWarning, match="reset_after.*|zero_output_for_mask"):
        artifacts = pyio.model_to_artifacts(model)
    again = pyio.model_from_artifacts(artifacts)
    assert again.to_json() == model.to_json()
    x = np.ones((1, 3, 2), np.float32) * np.array([[[1], [0], [1]]], np.float32)
    np.testing.assert_allclose(again.predict(x), model.predict(x), rtol=1e-6)
    assert (model.predict(x)[0, 1] == 0).all()
    assert (model.predict(x)[0, 2] != 0).any()
