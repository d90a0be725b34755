"""The model of the demo page, read with pyio and computed with plain NumPy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pyio.format.model_json import get_model_artifacts_for_json
from pyio.format.serialized import get_model_json
from pyio.tensors.encoding import decode_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pyio.format.artifacts import ModelArtifacts

MODEL = Path(__file__).resolve().parents[2] / "web" / "model"
WEIGHTS = "model.weights.bin"


@pytest.fixture(scope="module")
def artifacts() -> ModelArtifacts:
    model_json = json.loads((MODEL / "model.json").read_text(encoding="utf-8"))
    return get_model_artifacts_for_json(model_json, weight_data=(MODEL / WEIGHTS).read_bytes())


@pytest.fixture(scope="module")
def examples() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads((MODEL / "examples.json").read_text(encoding="utf-8"))
    return loaded


def probabilities(artifacts: ModelArtifacts, images: NDArray[Any]) -> NDArray[Any]:
    """Run the dense layers of the topology one after another."""
    topology: Any = artifacts.model_topology
    assert artifacts.weight_data is not None
    assert artifacts.weight_specs is not None
    weights = decode_weights(artifacts.weight_data, artifacts.weight_specs)
    values = images
    for layer in topology["config"]["layers"]:
        name, activation = layer["config"]["name"], layer["config"]["activation"]
        values = values @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]
        if activation == "relu":
            values = np.maximum(values, 0)
        else:
            assert activation == "softmax"
            values = np.exp(values - values.max(axis=1, keepdims=True))
            values /= values.sum(axis=1, keepdims=True)
    return values


def test_model_json_is_what_pyio_writes(artifacts: ModelArtifacts) -> None:
    """The committed file is the codec's own output, to the byte, and names the weights file."""
    text = (MODEL / "model.json").read_text(encoding="utf-8")
    assert get_model_json(artifacts, [f"./{WEIGHTS}"]) == text


def test_sizes_agree(artifacts: ModelArtifacts) -> None:
    """The specs describe every byte, the layers fit together, and the files stay small."""
    assert artifacts.weight_specs is not None
    assert sum(spec.byte_length or 0 for spec in artifacts.weight_specs) == (
        artifacts.weight_data_bytes
    )
    assert artifacts.weight_data_bytes < 100_000
    shapes = [spec.shape for spec in artifacts.weight_specs]
    assert shapes == [(64, 128), (128,), (128, 64), (64,), (64, 10), (10,)]


def test_metadata_says_what_a_page_needs(artifacts: ModelArtifacts) -> None:
    """The metadata has the ten classes and an accuracy high enough to show."""
    metadata: Any = artifacts.user_defined_metadata
    assert metadata["classes"] == list("0123456789")
    assert 0.97 <= metadata["testAccuracy"] <= 1


def test_examples_are_digits(examples: list[dict[str, Any]]) -> None:
    """There are two examples of each digit, of 64 whole numbers from 0 to 16."""
    assert sorted(example["label"] for example in examples) == sorted([*range(10), *range(10)])
    for example in examples:
        assert len(example["pixels"]) == 64
        assert all(isinstance(pixel, int) and 0 <= pixel <= 16 for pixel in example["pixels"])


def test_model_recognises_examples(
    artifacts: ModelArtifacts, examples: list[dict[str, Any]]
) -> None:
    """At least 18 of the 20 digits that were not used in training are recognised."""
    images = np.array([example["pixels"] for example in examples], np.float32) / 16
    predicted = probabilities(artifacts, images)
    assert predicted.dtype == np.float32
    np.testing.assert_allclose(predicted.sum(axis=1), 1, rtol=1e-5)
    right = predicted.argmax(axis=1) == [example["label"] for example in examples]
    assert right.sum() >= 18, f"only {right.sum()} of {len(right)} are right"
