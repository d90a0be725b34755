"""Saving a model leaves the model as it is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pyio
from pyio import layers
from pyio.models.serialization.registry import FAMILY_OF
from tests.interop import built

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.filterwarnings("ignore::pyio.CompatibilityWarning")


def every_layer(model: pyio.LayersModel) -> Iterator[Any]:
    """The model, its layers, and the layers inside of those."""
    yield model
    for layer in model.all_layers():
        yield layer
        inner = getattr(layer, "layer", None)
        if inner is not None:
            yield inner


def configs(model: pyio.LayersModel) -> list[tuple[str, Any]]:
    """What the model and each of its layers contain."""
    found = [(layer.class_name, layer.get_config()) for layer in every_layer(model)]
    return [("json", model.to_json()), *found]


def unchanged_by_saving(model: pyio.LayersModel) -> pyio.ModelArtifacts:
    """Save the model, and return what was stored once nothing in the model has changed."""
    before = configs(model)
    asyncio.run(model.save("memory://saved"))
    assert configs(model) == before
    return asyncio.run(pyio.load_artifacts("memory://saved"))


def depthwise(**options: Any) -> layers.DepthwiseConv2D:
    """A depthwise convolution with a regularizer where the constraint should be."""
    penalty = {"class_name": "L1L2", "config": {"l1": 0.1, "l2": 0}}
    return layers.DepthwiseConv2D(2, depthwise_constraint=penalty, **options)


def cells() -> Any:
    """An RNN of each cell that is an object of its own."""
    return layers.RNN(
        layers.StackedRNNCells(
            [layers.SimpleRNNCell(2), layers.GRUCell(3), layers.LSTMCell(2)],
        ),
        input_shape=(3, 2),
    )


@pytest.mark.parametrize("name", sorted(built.MODELS))
def test_saving_changes_no_layer(name: str) -> None:
    """to_json() and the config of every layer are the same before and after a save."""
    unchanged_by_saving(built.MODELS[name]()[0])


def test_saving_changes_no_stacked_cells() -> None:
    """The same for cells inside of a recurrent layer."""
    unchanged_by_saving(pyio.Sequential([cells()]))


def test_every_layer_class_was_saved() -> None:
    """The models of this module contain every layer class; ConvLSTM2D has its cell to itself."""
    models = [built.MODELS[name]()[0] for name in built.MODELS] + [pyio.Sequential([cells()])]
    used = {layer.class_name for model in models for layer in every_layer(model)}
    assert set(FAMILY_OF) <= used


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_regularizer_in_the_constraint_stays_in_the_layer(wrapped: bool) -> None:
    """DepthwiseConv2D: what TensorFlow.js cannot read is left out of the file alone."""
    if wrapped:
        model = pyio.Sequential([layers.TimeDistributed(depthwise(), input_shape=(2, 4, 4, 1))])
    else:
        model = pyio.Sequential([depthwise(input_shape=(4, 4, 1))])
    topology: Any = unchanged_by_saving(model).model_topology
    config = topology["config"]["layers"][0]["config"]
    config = config["layer"]["config"] if wrapped else config
    assert config["depthwise_constraint"] is None
    assert "L1L2" in model.to_json()


def test_a_regularizer_in_a_nested_model_stays_in_the_layer() -> None:
    """The same for a layer of a model inside of the model."""
    inner = pyio.Sequential([depthwise(input_shape=(4, 4, 1))])
    image = pyio.Input(shape=(4, 4, 1))
    model = pyio.Model(image, inner(image))
    topology: Any = unchanged_by_saving(model).model_topology
    stored = topology["config"]["layers"][1]["config"]["layers"][0]["config"]
    assert stored["depthwise_constraint"] is None
    assert "L1L2" in model.to_json()


@pytest.mark.parametrize(("stored", "written"), [(1, None), (3, 3)])
def test_a_depth_multiplier_found_in_weights_stays_in_the_file(
    stored: int, written: int | None
) -> None:
    """SeparableConv2D: the file has the multiplier of the weights, to_json() that of the config."""
    given = pyio.Sequential(
        [layers.SeparableConv2D(2, 2, depth_multiplier=stored, input_shape=(4, 4, 1))]
    )
    model = pyio.Sequential(
        [layers.SeparableConv2D(2, 2, depth_multiplier=2, input_shape=(4, 4, 1))]
    )
    names = [weight.name for weight in model.weights]
    model.load_weights(dict(zip(names, given.get_weights(), strict=True)))
    topology: Any = unchanged_by_saving(model).model_topology
    config = topology["config"]["layers"][0]["config"]
    assert config.get("depth_multiplier") == written
    assert model.layers[0].get_config()["depth_multiplier"] == 2
    again = asyncio.run(pyio.load_layers_model("memory://saved"))
    image = np.ones((1, 4, 4, 1), np.float32)
    np.testing.assert_allclose(again.predict(image), given.predict(image), rtol=1e-6)


def test_an_input_that_nothing_uses() -> None:
    """It is saved, and the copy takes the same inputs."""
    used, unused = pyio.Input(shape=[2], name="used"), pyio.Input(shape=[3], name="unused")
    model = pyio.Model([used, unused], pyio.layers.Dense(1)(used))
    copy = pyio.model_from_artifacts(pyio.model_to_artifacts(model))
    assert copy.to_json() == model.to_json()
    assert copy.input_names == ["used", "unused"]
    x = [np.ones((1, 2)), np.ones((1, 3))]
    np.testing.assert_array_equal(copy.predict(x), model.predict(x))


@pytest.mark.parametrize("name", ["Functional", "Model"])
def test_the_class_name_that_was_read_is_written(name: str) -> None:
    """TensorFlow.js keeps it too, also that of a nested model."""
    x, y = pyio.Input(shape=[2]), pyio.Input(shape=[2])
    inner = pyio.Model(x, pyio.layers.Dense(1)(x))
    topology = pyio.Model(y, inner(y)).topology()
    topology["class_name"] = topology["config"]["layers"][1]["class_name"] = name
    assert pyio.model_from_json(topology).topology() == topology
