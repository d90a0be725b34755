"""Building models and layers in Python: options, mistakes, and what is shown of them."""

from __future__ import annotations

import inspect
from typing import Any, cast

import numpy as np
import pytest

import pyio
from pyio import layers
from tests.unit.models.test_api import small

loose: Any = layers
"""The same module for calls that a type checker refuses."""


def _within_itself() -> None:
    model = pyio.Sequential([layers.Dense(2, input_shape=(2,))], name="m")
    model.add(pyio.Sequential([model]))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: loose.Dense(), "units of Dense 'dense_.*' is None; expected a value"),
        (lambda: layers.Dense(0), "is 0; expected a whole number from 1 to"),
        (lambda: loose.Dense(2.5), "is 2.5; expected a whole number from 1"),
        (lambda: loose.Dense(2, 3), "takes 1 arguments without their names, 2 were given"),
        (lambda: loose.Dense(2, unit=3), "Dense has no option 'unit'; it has units, activation"),
        (lambda: loose.Dense(2, use_bias=1), "use_bias .* is 1; expected True or False"),
        (lambda: loose.Dense(2, activation=3), "is 3; expected the name of an activation"),
        (lambda: loose.Dense(2, kernel_initializer="x"), "is 'x'; expected an initializer: one"),
        (lambda: loose.Dense(2, bias_constraint=7), "is 7; expected a constraint: one of MaxNorm"),
        (lambda: layers.Conv2D(1, (2, 3, 4)), "expected a whole number from 1, or a list of 2"),
        (lambda: layers.Conv2D(1, 2, padding="full"), "'full'; expected one of 'valid', 'same'"),
        (lambda: layers.Permute((1, 3)), "expected a permutation of 1, 2"),
        (lambda: layers.Cropping2D("x"), "a whole number from 0, a list of 2, or"),
        (lambda: loose.Dropout("x"), "is 'x'; expected a finite number"),
        (lambda: layers.RNN(layers.Dense(1)), "is a Dense; expected one such as LSTMCell"),
        (lambda: layers.Bidirectional(layers.Dense(1)), "takes a recurrent layer such as LSTM"),
        (lambda: pyio.Input(), "takes either shape or batch_shape"),
        (lambda: pyio.Sequential([layers.Dense(1)]), "needs an input_shape or a batch_input_shape"),
        (lambda: pyio.Sequential([cast("Any", 3)]), "a Sequential is made of layers; got 3"),
        (lambda: pyio.Sequential().predict([[1]]), "is empty; add layers to it first"),
        (lambda: pyio.Model(cast("Any", 3), cast("Any", 4)), "got 3"),
        (
            lambda: pyio.Sequential([layers.Flatten(input_shape=(None, 3))]),
            "needs to know all sides but the batch, got \\[None, None, 3\\]",
        ),
        (
            lambda: pyio.Sequential([layers.Reshape((4, 4), input_shape=(3,))]),
            "cannot make \\[4, 4\\] of \\[None, 3\\]",
        ),
        (
            lambda: layers.Dense(1)(pyio.Input(shape=(None,))),
            "the last side of the input of .* is not known",
        ),
        (
            lambda: layers.Add()([pyio.Input(shape=(2,)), pyio.Input(shape=(3,))]),
            "cannot combine the shapes \\[2\\] and \\[3\\]",
        ),
        (
            lambda: layers.Concatenate()([pyio.Input(shape=(2, 3)), pyio.Input(shape=(3, 3))]),
            "takes inputs of the same shape but for axis 2",
        ),
        (
            lambda: layers.Dot(1)([pyio.Input(shape=(2,)), pyio.Input(shape=(3,))]),
            "sums along sides of 2 and 3",
        ),
        (lambda: layers.Add()([pyio.Input(shape=(2,)), np.ones((1, 2))]), "either all or none"),
        (lambda: layers.Dense(1, input_shape=cast("Any", 3)), "is 3; expected a list of sides"),
        (lambda: loose.TimeDistributed(3), "layer of TimeDistributed .* is 3; expected a layer$"),
        (lambda: layers.Softmax(7)(pyio.Input(shape=(2,))), "has axis 7, but its input has 2 dim"),
        (
            lambda: layers.LSTM(3)(pyio.Input(shape=(4, 2)), [pyio.Input(shape=(3,))]),
            "has states of the shapes \\[\\[3\\], \\[3\\]\\]; those given .* have \\[\\[3\\]\\]",
        ),
        (
            lambda: layers.GRU(3)(pyio.Input(shape=(4, 2)), [pyio.Input(shape=(5,))]),
            "has states of the shapes \\[\\[3\\]\\]; those given .* have \\[\\[5\\]\\]",
        ),
        (_within_itself, "the model 'm' cannot be a part of itself"),
        (
            lambda: pyio.model_from_json(small().to_json(), cast("Any", [layers.Dense])),
            "custom_objects is a list; expected a dict of name -> class",
        ),
        (
            lambda: pyio.Model(layers.Dense(1)(pyio.Input(shape=(1,))), pyio.Input(shape=(1,))),
            "inputs are made by pyio.Input",
        ),
    ],
)
def test_what_cannot_be_built(make: Any, message: str) -> None:
    """Each mistake is named with the value, what was expected, and where."""
    with pytest.raises(pyio.InvalidModelError, match=message):
        make()


def test_options_have_the_names_of_tensorflow() -> None:
    """Signatures show options and defaults, so that help() and notebooks can."""
    signature = inspect.signature(layers.Conv2D)
    assert list(signature.parameters)[:2] == ["filters", "kernel_size"]
    assert signature.parameters["padding"].default == "valid"
    assert signature.parameters["filters"].default is inspect.Parameter.empty
    assert layers.Conv2D.__doc__
    assert "input_dim" in inspect.signature(layers.Dense).parameters


def test_models_show_what_they_are_made_of() -> None:
    """The signatures of models are those of their constructors."""
    assert list(inspect.signature(pyio.Sequential).parameters) == ["layers", "name"]
    assert list(inspect.signature(pyio.Model).parameters) == ["inputs", "outputs", "name"]
    assert "inputs" in inspect.signature(layers.Dense(1)).parameters


def test_camel_case_values_are_understood() -> None:
    """Names of activations and initializers can be written as in JavaScript."""
    layer = layers.Dense(1, activation="hardSigmoid", kernel_initializer="heNormal")
    assert layer.activation == "hard_sigmoid"
    assert layer.kernel_initializer["config"]["scale"] == 2


def test_taking_layers_off() -> None:
    """Pop takes the last layer off; what is left still predicts."""
    model = small()
    model.pop()
    assert model.predict([[1.0, 2.0]]).shape == (1, 3)
    model.pop()
    model.pop()
    with pytest.raises(pyio.InvalidModelError, match="there are no layers"):
        model.pop()


def test_layers_are_found() -> None:
    """By name and by place; a name that is not there lists those that are."""
    model = small()
    assert model.get_layer("norm") is model.get_layer(index=1) is model.layers[1]
    with pytest.raises(pyio.InvalidModelError, match=r"'none'; it has \['hidden', 'norm', 'out'\]"):
        model.get_layer("none")


def test_a_star_import_brings_every_layer() -> None:
    """``from pyio.layers import *`` imports what is otherwise imported when it is first used."""
    names: dict[str, Any] = {}
    exec("from pyio.layers import *", names)
    assert set(layers.__all__) <= set(names)
    assert names["Dense"] is layers.Dense
    assert len(layers.__all__) == len(set(layers.__all__))


def test_every_layer_is_documented_and_public() -> None:
    """pyio.layers lists its classes, and each has a docstring that names its own options."""
    for name in layers.__all__:
        thing = getattr(layers, name)
        assert thing.__doc__, name
    with pytest.raises(AttributeError, match="no layer 'Nothing'"):
        loose.Nothing  # noqa: B018
    assert "Dense" in dir(layers)
    assert "Sequential" in dir(pyio)


def test_a_part_of_a_model_is_a_model() -> None:
    """From the input of one layer to the output of another, with the same weights."""
    model = small()
    part = pyio.Model(model.inputs, model.get_layer("hidden").output)
    assert part.predict([[1.0, 2.0]]).shape == (1, 3)
    np.testing.assert_array_equal(part.get_weights()[0], model.get_weights()[0])
    assert model.get_layer("norm").input is model.get_layer("hidden").output
    copy = pyio.model_from_artifacts(pyio.model_to_artifacts(part))
    np.testing.assert_allclose(copy.predict([[1.0, 2.0]]), part.predict([[1.0, 2.0]]), rtol=1e-6)


def test_a_shared_layer_has_no_single_output() -> None:
    """A layer that was called twice, or never, says so."""
    layer, tensor = layers.Dense(2, name="twice"), pyio.input(shape=(2,))
    with pytest.raises(pyio.InvalidModelError, match="'twice' was called 0 times"):
        _ = layer.output
    layer(layer(tensor))
    with pytest.raises(pyio.InvalidModelError, match="'twice' was called 2 times"):
        _ = layer.input


def test_states_of_sides_that_are_not_known() -> None:
    """States to start from fit where a side of either is not known."""
    images = pyio.Input(shape=(2, None, None, 1))
    state = pyio.Input(shape=(6, 6, 4))
    output = layers.ConvLSTM2D(4, 3)(images, [state, state])
    model = pyio.Model([images, state], output)
    assert model.predict([np.ones((1, 2, 8, 8, 1)), np.ones((1, 6, 6, 4))]).shape == (1, 6, 6, 4)
