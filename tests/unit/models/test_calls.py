"""Arguments of calls: each is taken, kept with the call and computed, or it is an error."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import pyio
from tests.support.models import run

layers: Any = pyio.layers
X = np.random.default_rng(0).normal(size=(2, 4, 8)).astype(np.float32)
CAUSAL = np.tri(4, dtype=np.bool_)[None]


class Times(pyio.layers.Layer):
    """Multiplies by an argument of its call."""

    def call(self, x: Any, factor: float = 1.0, *, training: bool | None = None) -> Any:
        return x * factor * (10 if training else 1)


class Anything(pyio.layers.Layer):
    """Takes any arguments."""

    def call(self, x: Any, **given: Any) -> Any:
        return x * given.get("factor", 1)


CUSTOM: dict[str, Any] = {"Times": Times, "Anything": Anything}


def start() -> Any:
    return pyio.Input(shape=(4, 8))


def nested() -> pyio.LayersModel:
    return pyio.Sequential([layers.Dense(2, input_shape=(4, 8))])


KINDS: dict[str, Any] = {
    "dense": lambda: layers.Dense(3),
    "lstm": lambda: layers.LSTM(3),
    "bidirectional": lambda: layers.Bidirectional(layers.GRU(3)),
    "attention": layers.Attention,
    "heads": lambda: layers.MultiHeadAttention(2, 4),
    "model": nested,
    "own": Times,
}


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("symbolic", [True, False])
def test_an_unknown_argument(make: Any, symbolic: bool) -> None:
    """It would be ignored, and the numbers be others than meant; so it is named and refused."""
    layer, x = make(), start() if symbolic else X
    inputs = [x, x] if "Attention" in layer.class_name else x
    expected = rf"{layer.class_name} '{layer.name}' is called with factr=2; .* takes .*training"
    with pytest.raises(pyio.InvalidModelError, match=expected):
        layer(inputs, factr=2)


@pytest.mark.parametrize("symbolic", [True, False])
def test_training(symbolic: bool) -> None:
    """False and None are what a prediction is; true is refused outside of `fit`."""
    for layer in (layers.Dropout(0.5), layers.Dense(3), nested()):
        x = start() if symbolic else X
        for value in (False, None):
            layer(x, training=value)
        with pytest.raises(pyio.InvalidModelError, match="training=True; layers compute as in"):
            layer(x, training=True)


def test_tensors_and_masks_as_arguments() -> None:
    """The errors say where tensors and masks are given."""
    for given in ({"mask": start()}, {"count_weights": start()}):
        with pytest.raises(pyio.InvalidModelError, match=r"as its inputs, as in layer\(\[a, b\]\)"):
            layers.Dense(3)(start(), **given)
    with pytest.raises(pyio.InvalidModelError, match="masks come from Masking"):
        layers.Dense(3)(start(), mask=np.ones((2, 4), np.bool_))
    with pytest.raises(pyio.ModelInputError, match="is called with a mask"):
        nested()(X, mask=np.ones((2, 4), np.bool_))
    layers.Dense(3)(start(), mask=None)
    assert layers.Dense(3)(X, mask=np.ones((2, 4), np.bool_)).shape == (2, 4, 3)


@pytest.mark.parametrize("kind", [Times, Anything])
def test_arguments_of_a_call_are_computed(kind: Any) -> None:
    """Each call of a layer has its own, in a model, in one that was stored, and with arrays."""
    layer, x = kind(), start()
    model = pyio.Model(x, [layer(x, factor=3), layer(x), layer(x, factor=5)])
    run(model.save("memory://calls"))
    again = run(pyio.load_layers_model("memory://calls", custom_objects=CUSTOM))
    for each in (model, again):
        for found, factor in zip(each.predict(X), (3, 1, 5), strict=True):
            np.testing.assert_array_equal(found, X * np.float32(factor))
    np.testing.assert_array_equal(layer(X, factor=2), X * 2)


def test_training_of_an_own_layer() -> None:
    """A `call` that takes `training` is given it."""
    x = start()
    assert pyio.Model(x, Times()(x, training=True)).predict(X)[0, 0, 0] == X[0, 0, 0] * 10
    assert Times()(X, training=True)[0, 0, 0] == X[0, 0, 0] * 10


def test_an_argument_that_json_cannot_hold() -> None:
    """It could not be stored with the model, so the call is refused."""
    with pytest.raises(pyio.InvalidModelError, match=r"cannot be stored with: \$.factor is array"):
        Times()(start(), factor=np.ones(8))
    assert Times()(X, factor=np.full(8, 2))[0, 0, 0] == X[0, 0, 0] * 2


def test_training_false_during_fit() -> None:
    """Normalizations keep their averages and nothing is dropped, as the call says."""
    x = pyio.Input(shape=(3,))
    first = layers.BatchNormalization(input_shape=(3,), center=False, scale=False)
    inner = pyio.Sequential([first, layers.Dropout(0.9), layers.Dense(1)])
    model = pyio.Model(x, inner(x, training=False))
    plain = pyio.Sequential([layers.Dense(1, input_shape=(3,))])
    plain.set_weights([weight.value for weight in inner.layers[2].weights])
    data = np.random.default_rng(1).normal(3, 2, (32, 3)).astype(np.float32)
    goal = data.sum(axis=1, keepdims=True)
    scaled = data / np.sqrt(np.float32(1.001))  # what the normalization does before any training
    text = model.to_json()
    again = pyio.model_from_json(text)
    assert again.to_json() == text
    again.set_weights(model.get_weights())
    wanted = _trained(plain, scaled, goal)
    for each in (model, again):
        kernel, bias, mean, variance = _trained(each, data, goal)
        np.testing.assert_allclose(kernel, wanted[0], rtol=1e-4)
        np.testing.assert_allclose(bias, wanted[1], rtol=1e-4)
        assert (mean.tolist(), variance.tolist()) == ([0, 0, 0], [1, 1, 1])
    assert _trained(pyio.Model(x, inner(x)), data, goal)[2].tolist() != [0, 0, 0]


def _trained(model: pyio.LayersModel, x: Any, y: Any) -> list[Any]:
    """The weights after training, those that training changes first."""
    model.compile(pyio.optimizers.sgd(0.01), "mean_squared_error")
    run(model.fit(x, y, epochs=3, shuffle=False))
    found = [*model.trainable_weights, *model.non_trainable_weights]
    return [weight.value for weight in found]


def attention(**options: Any) -> Any:
    return layers.MultiHeadAttention(2, 4, **options)


def test_attention_is_called_as_in_keras() -> None:
    """Query, value and key in order, by name, or as the list that other layers take."""
    layer, other = attention(), np.flip(X, 1)
    wanted = layer([X, other])
    for found in (layer(X, other), layer(X, other, other), layer(query=X, value=other, key=other)):
        np.testing.assert_array_equal(found, wanted)
    a, b = start(), start()
    for y in (layer(a, b), layer(query=a, value=b), layer([a, b, b])):
        np.testing.assert_allclose(pyio.Model([a, b], y).predict([X, other]), wanted, rtol=1e-5)
    with pytest.raises(pyio.ModelInputError, match="is called without a value"):
        layer(X, key=X)
    with pytest.raises(pyio.ModelInputError, match="a list of 2 tensors, and with a value or key"):
        layer([X, X], X)
    with pytest.raises(pyio.InvalidModelError, match=r"takes \[query, value\] or"):
        layer(start())


@pytest.mark.filterwarnings("ignore::pyio.CompatibilityWarning")  # TensorFlow.js has none
@pytest.mark.parametrize("make", [attention, layers.Attention, layers.AdditiveAttention])
def test_options_of_a_call_of_attention(make: Any) -> None:
    """Keras's options of a call have their effect, and with arrays each call has its own."""
    layer, x = make(), start()
    plain = layer([X, X])
    causal = layer([X, X], use_causal_mask=True)
    assert not np.allclose(plain, causal)
    np.testing.assert_array_equal(layer([X, X]), plain)
    output, shares = layer([X, X], return_attention_scores=True)
    np.testing.assert_array_equal(output, plain)
    assert shares.shape[-2:] == (4, 4)
    model = pyio.Model(x, layer([x, x], use_causal_mask=True))
    run(model.save("memory://causal"))
    for each in (model, run(pyio.load_layers_model("memory://causal"))):
        np.testing.assert_allclose(each.predict(X), causal, rtol=1e-5, atol=1e-6)


def test_all_calls_in_a_model_have_the_same_options() -> None:
    """They are stored with the layer, so another call is refused instead of changing the first."""
    x = start()
    layer = attention()
    layer(x, x, use_causal_mask=True)
    layer(x, x, use_causal_mask=True)
    for given in ({}, {"use_causal_mask": False}):
        with pytest.raises(pyio.InvalidModelError, match="has use_causal_mask=True, and is called"):
            layer(x, x, **given)
    plain = attention()
    plain(x, x)
    with pytest.raises(pyio.InvalidModelError, match="return_attention_scores=False, and is call"):
        plain(x, x, return_attention_scores=True)
    made = attention(use_causal_mask=True)
    made(x, x)
    with pytest.raises(pyio.InvalidModelError, match="use_causal_mask=True, and is called with F"):
        made(x, x, use_causal_mask=False)


def test_an_attention_mask() -> None:
    """It says which keys count for which query, as an array or as a tensor of the model."""
    layer, x, mask = attention(), start(), pyio.Input(shape=(4, 4))
    causal = layer(X, X, use_causal_mask=True)
    np.testing.assert_array_equal(layer(X, X, attention_mask=CAUSAL), causal)
    model = pyio.Model([x, mask], layer(x, x, attention_mask=mask))
    given = [X, np.repeat(CAUSAL, 2, 0).astype(np.float32)]
    np.testing.assert_allclose(model.predict(given), causal, rtol=1e-5, atol=1e-6)
    with pytest.raises(pyio.InvalidModelError, match="takes_attention_mask=True, and is called"):
        layer(x, x)


def keras(call: Any, class_name: str = "Times") -> str:
    """The topology of a model of Keras with one call of a class of the user's."""
    start = {"batch_input_shape": [None, 4, 8], "dtype": "float32", "name": "x"}
    entries = [
        {"name": "x", "class_name": "InputLayer", "config": start, "inbound_nodes": []},
        {
            "name": "own",
            "class_name": f"Custom>{class_name}",
            "registered_name": f"Custom>{class_name}",
            "config": {"name": "own", "trainable": True, "dtype": "float32"},
            "inbound_nodes": [call],
        },
    ]
    ends = {"input_layers": [["x", 0, 0]], "output_layers": [["own", 0, 0]]}
    config = {"name": "f", "layers": entries, **ends}
    version = "3.15.0" if isinstance(call, dict) else "2.15.0"
    return json.dumps({"class_name": "Functional", "config": config, "keras_version": version})


TENSOR = {"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}}


@pytest.mark.parametrize(
    ("call", "factor"),
    [
        ({"args": [TENSOR], "kwargs": {}}, 1),
        ({"args": [TENSOR], "kwargs": {"factor": 4.0}}, 4),
        ({"args": [TENSOR, 4.0], "kwargs": {"mask": None}}, 4),
        ({"args": [TENSOR], "kwargs": {"factor": 4.0, "training": True}}, 4),  # overridden
        ([["x", 0, 0, {"factor": 4.0}]], 4),
        ([["x", 0, 0, {"factor": 4.0, "training": True}]], 40),
        ([["x", 0, 0, {"factor": 4.0, "training": False, "mask": None}]], 4),
    ],
)
def test_arguments_in_files_of_keras(call: Any, factor: float) -> None:
    """What Keras calls a class of the user's with is computed, also after it is stored."""
    model = pyio.model_from_json(keras(call), custom_objects=CUSTOM)
    again = pyio.model_from_json(model.to_json(), custom_objects=CUSTOM)
    for each in (model, again):
        np.testing.assert_array_equal(each.predict(X), X * np.float32(factor))


@pytest.mark.parametrize(
    "call",
    [
        {"args": [TENSOR], "kwargs": {"factr": 3.0}},
        {"args": [TENSOR, 1.0, True, 5], "kwargs": {}},
        [["x", 0, 0, {"factr": 3.0}]],
    ],
)
def test_unknown_arguments_in_files_of_keras(call: Any) -> None:
    """The class that is given lacks what Keras's class takes, so its numbers would be others."""
    with pytest.raises(pyio.InvalidModelError, match=r"'own' is called with .* takes factor"):
        pyio.model_from_json(keras(call), custom_objects=CUSTOM)
