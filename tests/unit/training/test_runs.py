"""Runs that TensorFlow.js recorded, and the gradients of every layer and loss."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import pyio
from pyio.models.serialization.registry import FAMILY_OF, KERAS_FAMILY_OF, PASSING
from pyio.models.training.losses import LOSSES
from tests.support.models import run
from tests.training.layer_cases import CASES
from tests.training.runs import RIGHT_HERE, Runs, check, trained
from tests.training.slopes import wrong
from tests.unit.training.test_tape import slope_is_right

RUNS = Runs((Path(__file__).parents[2] / "data" / "training" / "runs.zip").read_bytes())
TOLERANCE = 1e-5


@pytest.mark.parametrize("name", [name for name in RUNS.names if name not in RIGHT_HERE])
def test_a_recorded_run(name: str) -> None:
    """Weights, state, losses of batches and history are TensorFlow.js's, resumed runs included."""
    found = run(check(RUNS, name))
    assert {key: value for key, value in found.items() if not value < TOLERANCE} == {}


def test_constraints_hold() -> None:
    """TensorFlow.js does not apply constraints after a step. pyio does, and so differs."""
    recorded = RUNS.run("constraints_not_applied")
    model = RUNS.model("constraints_not_applied", "init")
    run(trained(model, recorded, recorded["fit"]))
    for weight in model.weights:
        if weight.constraint is None:
            continue
        kind, config = weight.constraint["class_name"], weight.constraint["config"]
        lengths = np.linalg.norm(weight.value, axis=config.get("axis", 0))
        if kind == "NonNeg":
            assert (weight.value >= 0).all()
        elif kind == "UnitNorm":
            np.testing.assert_allclose(lengths, 1, rtol=1e-5)
        else:
            assert (lengths <= config["max_value"] + 1e-5).all()
    assert max(run(check(RUNS, "constraints_not_applied")).values()) > TOLERANCE


@pytest.mark.parametrize("name", CASES)
def test_gradients_of_a_layer(name: str) -> None:
    """The gradients of all weights and of the input are the slopes of the loss."""
    model = CASES[name]()
    random = np.random.default_rng(5)
    inputs = [
        random.normal(size=(3, *tensor.shape[1:])).astype(np.float32) for tensor in model.inputs
    ]
    assert wrong(model, inputs) == {}


def test_every_layer_has_a_case() -> None:
    """No layer class of TensorFlow.js is missing, but those through which no gradient goes."""
    used = {layer.class_name for make in CASES.values() for layer in make().all_layers()}
    without = {"Embedding", "CategoryEncoding", "StackedRNNCells", "ConvLSTM2DCell", "RNN"}
    inner = {"SimpleRNNCell", "GRUCell", "LSTMCell"}
    text = {"StringLookup", "IntegerLookup", "Hashing", "TextVectorization", "Discretization"}
    assert set(FAMILY_OF) - used <= without | inner
    alone = {"GivenMask", "SpectralNormalization", "ActivityRegularization"}
    assert set(KERAS_FAMILY_OF) - used - PASSING <= text | alone


@pytest.mark.parametrize("mask_zero", [False, True])
def test_gradients_of_a_table(mask_zero: bool) -> None:
    """The gradient of an Embedding adds up what each of its rows is used for."""
    sequence = pyio.Input(shape=(4,), dtype="int32")
    vectors = pyio.layers.Embedding(5, 3, mask_zero=mask_zero)(sequence)
    masked = pyio.layers.LSTM(2, return_sequences=True)(vectors)
    model = pyio.Model(sequence, [vectors, masked])
    x = np.array([[1, 2, 2, 0], [4, 1, 0, 0]], np.int32)
    assert wrong(model, [x]) == {}


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_of_a_loss(name: str) -> None:
    """The gradient of each loss by its predictions."""
    random = np.random.default_rng(2)
    predicted = (random.random((5, 3)) * 0.8 + 0.1).astype(np.float32)
    true = np.eye(3, dtype=np.float32)[[0, 1, 2, 1, 0]]
    if name.startswith("sparse"):
        true = np.array([[0], [1], [2], [1], [0]], np.float32)
    if "logarithmic" in name or "squared" in name or "absolute" in name or name == "logcosh":
        true = random.random((5, 3)).astype(np.float32) + np.float32(0.2)
    slope_is_right(lambda p: LOSSES[name](true, p), predicted)
