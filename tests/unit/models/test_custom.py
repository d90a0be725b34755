"""Custom layers and activations, and models with layers that are not registered."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pyio
from pyio import layers
from pyio.models.ops import activations
from pyio.models.serialization import registry

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    classes, functions = dict(registry._custom), dict(activations.ACTIVATIONS)
    yield
    registry._custom.clear()
    registry._custom.update(classes)
    activations.ACTIVATIONS.clear()
    activations.ACTIVATIONS.update(functions)


class Scale(layers.Layer):
    """The example of the documentation."""

    start: float = layers.option(1.0)

    def build(self, shape: Any) -> None:
        values = pyio.initializers.constant(self.start)
        self.factor = self.add_weight("factor", (shape[-1],), values)

    def call(self, x: Any, mask: Any = None) -> Any:  # noqa: ARG002
        return x * self.factor.value


class Shift(layers.Layer):
    """A layer written the usual way, with __init__ and get_config."""

    def __init__(self, amount: float, **common: Any) -> None:
        super().__init__(**common)
        self.amount = amount

    def get_config(self) -> dict[str, Any]:
        return {"amount": self.amount, **super().get_config()}

    def call(self, x: Any) -> Any:
        return x + self.amount


def own_model() -> Any:
    return pyio.Sequential(
        [
            layers.Dense(2, input_shape=(2,), kernel_initializer="ones", name="d"),
            Scale(start=3.0, name="scale"),
            Shift(0.5, name="shift"),
        ],
        "own",
    )


X = np.array([[1.0, 2.0]], np.float32)


def test_registered_layers_are_loaded() -> None:
    """After registration, topology and weights make the same model again."""
    layers.register(Scale)
    layers.register(Shift)
    artifacts = pyio.model_to_artifacts(own_model())
    model = pyio.model_from_artifacts(artifacts)
    np.testing.assert_allclose(model.predict(X), [[9.5, 9.5]])
    assert [weight.name for weight in model.weights] == ["d/kernel", "d/bias", "scale/factor"]
    assert model.to_json() == own_model().to_json()


class Blind(layers.Layer):
    """Lets the mask through and does not look at it."""

    supports_masking = True

    def call(self, x: Any) -> Any:
        return x


class Seeing(Blind):
    """Makes steps that do not count -1."""

    def call(self, x: Any, mask: Any = None) -> Any:
        return x if mask is None else np.where(mask[..., None], x, np.float32(-1))


def unchanged(function: Any) -> Any:
    """A decorator as people write it."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


class Decorated(Seeing):
    """The same layer with a decorated `call`."""

    call = unchanged(Seeing.call)


@pytest.mark.parametrize("kind", [Seeing, Decorated])
def test_a_layer_gets_the_mask_if_it_has_an_argument_for_it(kind: Any) -> None:
    """`call` gets the mask where it has an argument `mask`; a layer without one passes it on."""
    model = pyio.Sequential([layers.Masking(0, input_shape=(2, 1)), Blind(), kind()])
    steps = np.array([[[0], [5]]], np.float32)
    assert model.predict(steps).tolist() == [[[-1], [5]]]
    assert kind()(steps, mask=np.array([[True, False]])).tolist() == [[[0], [-1]]]
    assert Blind()(steps, mask=None).tolist() == steps.tolist()


def test_custom_objects_are_for_one_load() -> None:
    """custom_objects are known while that model is loaded, and not afterwards."""
    text = own_model().to_json()
    model = pyio.model_from_json(text, custom_objects={"Scale": Scale, "Shift": Shift})
    np.testing.assert_allclose(model.predict(X), [[9.5, 9.5]], atol=10)
    with pytest.raises(pyio.UnknownLayersError):
        pyio.model_from_json(text)


def test_all_unknown_classes_in_one_error() -> None:
    """The error lists every class and activation that is not known, also inside of wrappers."""
    dense = {"class_name": "Dense", "config": {"units": 1, "name": "d", "activation": "sparkle"}}
    inner = {"class_name": "Sparkler", "config": {"name": "a"}}
    wrapper = {"class_name": "TimeDistributed", "config": {"name": "t", "layer": inner}}
    lambda_ = {"class_name": "Lambda", "config": {"name": "l"}}
    nested = {"class_name": "Sequential", "config": {"name": "n", "layers": [lambda_, dense]}}
    topology = {
        "class_name": "Sequential",
        "config": {"name": "s", "layers": [lambda_, wrapper, nested]},
    }
    with pytest.raises(pyio.UnknownLayersError) as caught:
        pyio.model_from_json(topology)
    assert caught.value.class_names == ["Lambda", "Sparkler", "sparkle"]
    assert "The Lambda 'l' holds Python code, which pyio never runs" in str(caught.value)
    assert "pyio.layers.register" in str(caught.value)
    assert isinstance(caught.value, LookupError)


def test_a_model_with_unknown_layers_is_kept_whole() -> None:
    """It can be inspected and saved again to the byte; only predicting is refused."""
    artifacts = pyio.model_to_artifacts(own_model())
    model = pyio.model_from_artifacts(artifacts, allow_unknown=True)
    assert model.unknown_classes == ["Scale", "Shift"]
    texts: list[str] = []
    model.summary(texts.append)
    assert "scale (Scale)" in texts[0]
    assert "Unknown layers: Scale, Shift" in texts[0]
    assert "Total params: 6 and those of unknown layers" in texts[0]
    assert "Scale" in model._repr_html_()
    again = pyio.model_to_artifacts(model)
    assert again.model_topology == artifacts.model_topology
    assert again.weight_specs == artifacts.weight_specs
    assert b"".join(again.weight_data or ()) == b"".join(artifacts.weight_data or ())
    with pytest.raises(pyio.UnknownLayersError, match="'Scale', 'Shift'"):
        model.predict(X)


def test_changes_to_known_layers_are_saved_beside_unknown_ones() -> None:
    """Changes to a known layer are saved; unknown layers are saved unchanged."""
    model = pyio.model_from_artifacts(pyio.model_to_artifacts(own_model()), allow_unknown=True)
    model.get_layer("d").set_weights([np.full((2, 2), 7.0), np.zeros(2)])
    again = pyio.model_from_artifacts(
        pyio.model_to_artifacts(model), custom_objects={"Scale": Scale, "Shift": Shift}
    )
    np.testing.assert_allclose(again.predict(X), [[63.5, 63.5]])


def test_unknown_layers_inside_of_a_functional_model() -> None:
    """Layers after an unknown one have no shape and are saved unchanged."""
    tensor = pyio.Input(shape=(2,))
    hidden = Scale(name="scale")(layers.Dense(2, name="d")(tensor))
    model = pyio.Model(
        tensor, [layers.Dense(3, name="e")(hidden), layers.Add(name="s")([hidden, tensor])]
    )
    artifacts = pyio.model_to_artifacts(model)
    copy = pyio.model_from_artifacts(artifacts, allow_unknown=True)
    assert copy.to_json() == model.to_json()
    assert copy.get_layer("e").built is False
    assert pyio.model_to_artifacts(copy).weight_specs == artifacts.weight_specs


def test_an_activation_of_ones_own() -> None:
    """A registered function is found by its name, when built and when loaded."""
    layers.register_activation("double", lambda x: 2 * x)
    model = pyio.Sequential([layers.Dense(1, activation="double", input_shape=(2,))])
    model.set_weights([np.ones((2, 1)), np.zeros(1)])
    copy = pyio.model_from_artifacts(pyio.model_to_artifacts(model))
    np.testing.assert_allclose(copy.predict(X), [[6.0]])


def test_an_activation_in_custom_objects() -> None:
    """A function in custom_objects is an activation of that name."""
    layers.register_activation("triple", lambda x: 3 * x)
    text = pyio.Sequential([layers.Activation("triple", input_shape=(2,))]).to_json()
    del activations.ACTIVATIONS["triple"]
    with pytest.raises(pyio.UnknownLayersError, match="'triple'"):
        pyio.model_from_json(text)
    model = pyio.model_from_json(text, custom_objects={"triple": lambda x: 3 * x})
    np.testing.assert_allclose(model.predict(X), [[3, 6]])


def test_an_activation_that_is_not_there() -> None:
    """A layer with an unknown activation says so when it computes."""
    model = pyio.Sequential([layers.Dense(1, activation="sparkle", input_shape=(2,), name="d")])
    with pytest.raises(pyio.UnknownLayersError, match="compute the activation of the layer 'd'"):
        model.predict(X)


def test_class_names_that_tensorflow_cannot_read() -> None:
    """Saving warns about an underscore in a class name, and about names TensorFlow.js refuses."""

    class My_Layer(Shift):  # noqa: N801
        """A name that TensorFlow.js turns into MyLayer."""

    model = pyio.Sequential(
        [My_Layer(1.0, input_shape=(2,)), layers.Dense(1, name="a layer", activation="gelu_new")]
    )
    with pytest.warns(pyio.CompatibilityWarning) as caught:
        pyio.model_to_artifacts(model)
    text = str(caught[0].message)
    assert "the class name 'My_Layer' has an underscore" in text
    assert "the layer name 'a layer' has characters other than" in text
    assert "'a layer' has the activation 'gelu_new'" in text


@pytest.mark.parametrize(
    ("layer", "problem"),
    [
        (layers.GRU(1, reset_after=True, input_shape=(2, 2)), "reset_after"),
        (layers.ELU(0.5, input_shape=(2,)), "alpha 0.5"),
        (layers.ReLU(negative_slope=0.1, input_shape=(2,)), "negative_slope=0.1"),
        (layers.Dense(2, activation=layers.ReLU(threshold=1), input_shape=(2,)), "threshold=1"),
        (layers.Dense(2, activation=layers.ELU(0.5), input_shape=(2,)), "alpha 0.5"),
        (
            layers.Conv3DTranspose(1, 2, strides=3, padding="same", input_shape=(2, 2, 2, 1)),
            "strides longer",
        ),
        (layers.Conv1D(1, 2, padding="causal", input_shape=(4, 2)), "causal padding"),
        (layers.DepthwiseConv2D(2, dilation_rate=2, input_shape=(4, 4, 2)), "a dilation_rate"),
        (layers.BatchNormalization(axis=1, input_shape=(2, 2)), "axis 1"),
        (layers.Bidirectional(layers.GRU(1, reset_after=True), input_shape=(2, 2)), "reset_after"),
    ],
)
def test_settings_that_tensorflow_refuses_or_gets_wrong(layer: Any, problem: str) -> None:
    """Saving warns by name, wherever the layer is."""
    with pytest.warns(pyio.CompatibilityWarning, match=problem):
        pyio.model_to_artifacts(pyio.Sequential([layer]))
