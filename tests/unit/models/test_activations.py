"""Activations: layers with settings, Keras's other names, and what an unknown one is told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pyio
from tests.support.models import run

layers = pyio.layers

X = np.array([[1.0, -2.0, 0.25, 3.0]], np.float32)


def applied(activation: Any) -> np.ndarray[Any, Any]:
    """What a Dense layer with the identity as its kernel gives."""
    model = pyio.Sequential([layers.Dense(4, activation=activation, input_shape=(4,))])
    model.set_weights([np.eye(4, dtype=np.float32), np.zeros(4, np.float32)])
    result: np.ndarray[Any, Any] = model.predict(X)[0]
    return result


LEAKY = np.array([1, -0.2, 0.25, 3])


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        (layers.LeakyReLU(alpha=0.1), LEAKY),
        ({"class_name": "LeakyReLU", "config": {"alpha": 0.1}}, LEAKY),
        (layers.ReLU(max_value=2), [1, 0, 0.25, 2]),
        (layers.ThresholdedReLU(theta=0.5), [1, 0, 0, 3]),
        (layers.Softmax(axis=-1), np.exp(X[0]) / np.exp(X[0]).sum()),
        ("re_lu", [1, 0, 0.25, 3]),
        ("leaky_re_lu", [1, -0.6, 0.25, 3]),
        ("leaky_relu", [1, -0.4, 0.25, 3]),
        ("exponential", np.exp(X[0])),
        ("hard_swish", [2 / 3, -1 / 3, 0.25 * 3.25 / 6, 3]),
        ("hard_tanh", [1, -1, 0.25, 1]),
        ("celu", [1, np.expm1(-2), 0.25, 3]),
        ("log_sigmoid", -np.log1p(np.exp(-X[0]))),
        ("squareplus", (X[0] + np.sqrt(X[0] ** 2 + 4)) / 2),
        ("soft_shrink", [0.5, -1.5, 0, 2.5]),
        ("hard_shrink", [1, -2, 0, 3]),
        ("tanh_shrink", X[0] - np.tanh(X[0])),
        ("sparse_plus", [1, 0, 1.25**2 / 4, 3]),
        ("sparse_sigmoid", [1, 0, 0.625, 1]),
        ("sparsemax", [0, 0, 0, 1]),
        ("glu", np.array([1 / (1 + np.exp(-0.25)), -2 / (1 + np.exp(-3.0))])),
    ],
)
def test_numbers(activation: Any, expected: Any) -> None:
    """Layers with their settings and names of Keras compute what they say."""
    np.testing.assert_allclose(applied(activation), expected, rtol=1e-5, atol=1e-6)


def test_sparsemax_with_several_winners() -> None:
    """The result is the nearest point whose numbers are not negative and sum to 1."""
    model = pyio.Sequential([layers.Activation("sparsemax", input_shape=(3,))])
    np.testing.assert_allclose(model.predict([[0.5, 0.3, -1]]), [[0.6, 0.4, 0]], atol=1e-6)


def test_settings_are_kept() -> None:
    """A copy has the settings of the activation, also one inside of a cell."""
    leaky = layers.LeakyReLU(alpha=0.1)
    lstm = layers.LSTM(2, activation=leaky, recurrent_activation=layers.ReLU(max_value=1))
    model = pyio.Sequential([pyio.layers.InputLayer(input_shape=(3, 2)), lstm])
    copy = pyio.model_from_json(model.to_json())
    copy.set_weights(model.get_weights())
    assert copy.to_json() == model.to_json()
    assert '"alpha":0.1' in model.to_json()
    x = np.random.default_rng(1).normal(size=(2, 3, 2))
    np.testing.assert_array_equal(copy.predict(x), model.predict(x))


def test_the_gates_of_a_cell_are_activated_one_by_one() -> None:
    """A softmax of the gates does not mix them, whatever the activation is."""
    x = np.random.default_rng(1).normal(size=(1, 1, 2))
    model = pyio.Sequential(
        [layers.LSTM(3, activation="softmax", recurrent_activation="softmax", input_shape=(1, 2))]
    )
    kernel, _, bias = model.get_weights()
    i, _, c, o = (
        np.exp(z) / np.exp(z).sum() for z in np.split((x[0] @ kernel + bias)[0], 4, axis=-1)
    )
    memory = np.exp(i * c) / np.exp(i * c).sum()
    np.testing.assert_allclose(model.predict(x)[0], o * memory, rtol=1e-5)


def test_a_layer_with_weights_is_refused() -> None:
    """PReLU has weights, and files have none for activations."""
    with pytest.raises(pyio.InvalidModelError, match="which has weights"):
        applied(layers.PReLU())


def test_an_unknown_activation_points_to_register_activation() -> None:
    """And an unknown layer to register; an error has both."""
    dense = {"class_name": "Dense", "config": {"units": 2, "activation": "sparkle"}}
    other = {"class_name": "Shine", "config": {"name": "s"}}
    for entries, words in (
        ([dense], "activations 'sparkle'.*register_activation"),
        ([other], r"'Shine'.*pyio\.layers\.register \("),
        (
            [dense, other],
            r"'Shine' and the activations 'sparkle'.*register \(.*register_activation",
        ),
    ):
        topology = {"class_name": "Sequential", "config": {"layers": entries}}
        with pytest.raises(pyio.UnknownLayersError, match=words) as caught:
            pyio.model_from_json(topology)
        assert "sparkle" in caught.value.class_names or dense not in entries


def test_an_activation_that_tensorflow_js_lacks_is_warned_about() -> None:
    """TensorFlow.js writes "leaky_re_lu" and cannot read it; others are Keras's alone."""
    for name in ("leaky_re_lu", "hard_silu"):
        model = pyio.Sequential([layers.Dense(2, activation=name, input_shape=(2,))])
        with pytest.warns(pyio.CompatibilityWarning, match=f"the activation '{name}'"):
            run(model.save("memory://m"))


@pytest.mark.parametrize("class_name", ["Fft2", "Nonzero"])
def test_operations_of_keras_are_named(class_name: str) -> None:
    """An operation that is not known keeps its name, which is no layer's."""
    tensor = {
        "class_name": "__keras_tensor__",
        "config": {"shape": [None, 3], "dtype": "float32", "keras_history": ["x", 0, 0]},
    }
    topology = {
        "class_name": "Functional",
        "module": "keras.src.models.functional",
        "config": {
            "name": "m",
            "layers": [
                {
                    "module": "keras.layers",
                    "class_name": "InputLayer",
                    "config": {"batch_shape": [None, 3], "name": "x"},
                    "name": "x",
                    "inbound_nodes": [],
                },
                {
                    "module": "keras.src.ops.numpy",
                    "class_name": class_name,
                    "config": {"name": "op"},
                    "name": "op",
                    "inbound_nodes": [{"args": [tensor, 5.0], "kwargs": {}}],
                },
            ],
            "input_layers": [["x", 0, 0]],
            "output_layers": [["op", 0, 0]],
        },
    }
    with pytest.raises(
        pyio.UnknownLayersError, match=rf"the operations 'keras\.ops\.{class_name}'"
    ):
        pyio.model_from_json(topology)
    assert pyio.model_from_json(topology, allow_unknown=True).unknown_classes == [
        f"keras.ops.{class_name}"
    ]
