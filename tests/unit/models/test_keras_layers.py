"""What files of Keras say and TensorFlow.js does not: computed, or refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pyio
from pyio.models.serialization.registry import PASSING, layer_from_json

layers = pyio.layers

KERAS = {"keras_version": "2.12.0", "backend": "tensorflow"}


def copy_of(model: pyio.LayersModel, warned: bool = True) -> pyio.LayersModel:
    """The model after it was saved and loaded, with a warning about TensorFlow.js or none."""
    if not warned:  # a warning is an error then
        return pyio.model_from_artifacts(pyio.model_to_artifacts(model))
    with pytest.warns(pyio.CompatibilityWarning):
        return pyio.model_from_artifacts(pyio.model_to_artifacts(model))


def test_the_mean_of_masked_steps() -> None:
    """Keras leaves masked steps out and TensorFlow.js does not; a copy keeps what was meant."""
    embedding = layers.Embedding(5, 2, mask_zero=True, input_shape=(None,))
    ours = pyio.Sequential([embedding, layers.GlobalAveragePooling1D()])
    keras = pyio.model_from_json(ours.topology() | KERAS)
    keras.set_weights(ours.get_weights())
    table = ours.get_weights()[0]
    x = [[1, 4, 0, 0], [2, 0, 3, 0]]
    np.testing.assert_allclose(ours.predict(x), table[x].mean(axis=1), rtol=1e-6)
    expected = [table[[1, 4]].mean(axis=0), table[[2, 3]].mean(axis=0)]
    np.testing.assert_allclose(keras.predict(x), expected, rtol=1e-6)
    np.testing.assert_allclose(copy_of(keras).predict(x), expected, rtol=1e-6)


def test_a_bidirectional_with_a_backward_layer_of_its_own() -> None:
    """Both directions have their own size and settings, also after a copy."""
    ahead = layers.GRU(3, return_sequences=True)
    back = layers.GRU(2, return_sequences=True, go_backwards=True, activation="relu")
    both = layers.Bidirectional(layer=ahead, backward_layer=back)
    model = pyio.Sequential([layers.InputLayer(input_shape=(4, 2)), both])
    x = np.random.default_rng(1).normal(size=(2, 4, 2))
    parts = [pyio.Sequential([layers.InputLayer(input_shape=(4, 2)), a]) for a in (ahead, back)]
    weights = model.get_weights()
    parts[0].set_weights(weights[:3])
    parts[1].set_weights(weights[3:])
    expected = np.concatenate([parts[0].predict(x), parts[1].predict(x)[:, ::-1]], axis=-1)
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-5)
    copy = copy_of(model)
    assert copy.to_json() == model.to_json()
    np.testing.assert_array_equal(copy.predict(x), model.predict(x))


@pytest.mark.parametrize("options", [{"go_backwards": False}, {"return_sequences": True}])
def test_a_backward_layer_that_does_not_fit(options: Any) -> None:
    """It has the other direction and the same outputs."""
    back = layers.GRU(2, **{"go_backwards": True} | options)
    with pytest.raises(pyio.InvalidModelError, match=r"backward_layer .* does not fit"):
        layers.Bidirectional(layer=layers.GRU(2), backward_layer=back)


def test_outputs_of_two_sizes_cannot_be_added() -> None:
    """The two directions can only be joined then."""
    back = layers.GRU(3, go_backwards=True)
    both = layers.Bidirectional(layer=layers.GRU(2), backward_layer=back, merge_mode="sum")
    with pytest.raises(pyio.InvalidModelError, match="cannot merge"):
        both(pyio.Input(shape=(4, 2)))


@pytest.mark.parametrize("keras_3", [True, False])
def test_a_mask_from_an_input(keras_3: bool) -> None:
    """It is used, whichever way Keras writes it, and a copy has it too."""
    x, steps = pyio.Input(shape=(4, 2), name="x"), pyio.Input(shape=(4,), name="steps")
    topology = pyio.Model([x, steps], layers.GRU(2, name="gru")(x)).topology()
    (gru,) = (each for each in topology["config"]["layers"] if each["name"] == "gru")
    if keras_3:

        def tensor(name: str) -> Any:
            history = {"keras_history": [name, 0, 0]}
            return {"class_name": "__keras_tensor__", "config": history}

        gru["inbound_nodes"] = [{"args": [tensor("x")], "kwargs": {"mask": tensor("steps")}}]
    else:
        gru["inbound_nodes"] = [[["x", 0, 0, {"mask": ["steps", 0, 0]}]]]
    model = pyio.model_from_json(topology)
    values = np.random.default_rng(1).normal(size=(1, 4, 2))
    masked = model.predict([values, [[1.0, 0.0, 1.0, 0.0]]])
    whole = model.predict([values[:, [0, 2, 2, 2]], [[1.0, 1.0, 0.0, 0.0]]])
    np.testing.assert_allclose(masked, whole, rtol=1e-6)
    assert not np.allclose(masked, model.predict([values, np.ones((1, 4))]))
    copy = copy_of(model)
    again = copy.predict([values, [[1.0, 0.0, 1.0, 0.0]]])
    np.testing.assert_allclose(again, masked, rtol=1e-6)  # BLAS may round otherwise elsewhere


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("strides", [1, 2])
def test_a_dilated_transposed_convolution(padding: str, strides: int) -> None:
    """It is the one with a kernel that has zeros between its values."""
    options: Any = {"strides": strides, "padding": padding, "input_shape": (5, 4, 2)}
    dilated = pyio.Sequential([layers.Conv2DTranspose(3, [2, 3], dilation_rate=[3, 2], **options)])
    plain = pyio.Sequential([layers.Conv2DTranspose(3, [4, 5], **options)])
    kernel, bias = dilated.get_weights()
    spread = np.zeros((4, 5, *kernel.shape[2:]), np.float32)
    spread[::3, ::2] = kernel
    plain.set_weights([spread, bias])
    x = np.random.default_rng(1).normal(size=(2, 5, 4, 2))
    np.testing.assert_allclose(dilated.predict(x), plain.predict(x), rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(copy_of(dilated).predict(x), dilated.predict(x))


@pytest.mark.parametrize("kind", ["Max", "Average"])
@pytest.mark.parametrize("rank", [1, 2])
def test_pooling_that_keeps_its_sides(kind: str, rank: int) -> None:
    """`keepdims` leaves sides of 1, in the shape that is announced too."""
    layer = getattr(layers, f"Global{kind}Pooling{rank}D")(keepdims=True)
    shape = (4, 3) if rank == 1 else (2, 5, 3)
    model = pyio.Sequential([layers.InputLayer(input_shape=shape), layer])
    x = np.random.default_rng(1).normal(size=(2, *shape)).astype(np.float32)
    reduced = (np.max if kind == "Max" else np.mean)(x, axis=(1, 2)[:rank], keepdims=True)
    np.testing.assert_allclose(model.predict(x), reduced, rtol=1e-5)
    assert model.outputs[0].shape == (None, *reduced.shape[1:])
    copy = copy_of(model, warned=False)
    np.testing.assert_array_equal(copy.predict(x), model.predict(x))
    assert [each.class_name for each in copy.layers][-1] == "Reshape"


@pytest.mark.parametrize("class_name", sorted(PASSING))
def test_layers_that_act_in_training_only(class_name: str) -> None:
    """They pass their input, and a copy has all their settings."""
    config = {"name": "it", "trainable": True, "factor": [0.1, 0.2], "seed": None}
    layer = layer_from_json({"class_name": class_name, "config": config})
    model = pyio.Sequential([layers.InputLayer(input_shape=(2, 2, 3)), layer])
    x = np.ones((1, 2, 2, 3), np.float32)
    np.testing.assert_array_equal(model.predict(x), x)
    artifacts = pyio.model_to_artifacts(model)
    topology: Any = artifacts.model_topology
    assert topology["config"]["layers"][-1]["class_name"] == "Activation"
    copy = copy_of(model, warned=False)
    assert copy.to_json() == model.to_json()
    assert copy.layers[-1].get_config() == config


def normalization(**config: Any) -> pyio.LayersModel:
    entry = {"class_name": "Normalization", "config": {"name": "n", **config}}
    return pyio.Sequential([layers.InputLayer(input_shape=(2, 3)), layer_from_json(entry)])


X = np.arange(12, dtype=np.float32).reshape(2, 2, 3)


def test_normalization_by_weights() -> None:
    """Mean and variance of each channel; files without the count load too."""
    model = normalization(axis=[-1])
    mean, variance = np.array([1, 2, 3.0]), np.array([4, 9, 16.0])
    for names in (["mean", "variance", "count"], ["mean", "variance"]):
        model = normalization(axis=[-1])
        values = {"mean": mean, "variance": variance, "count": np.array(7)}
        model.load_weights({f"n/{name}": values[name] for name in names})
        np.testing.assert_allclose(model.predict(X), (X - mean) / np.sqrt(variance), rtol=1e-6)
        copy = copy_of(model, warned=False)
        assert copy.layers[-1].class_name == "BatchNormalization"
        np.testing.assert_allclose(copy.predict(X), model.predict(X), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("axis", [None, -1, [1, 2]])
def test_normalization_by_settings(axis: Any) -> None:
    """Mean and variance in the config, and the way back."""
    size = {None: 1, -1: 3}.get(axis if not isinstance(axis, list) else 0, 6)
    mean, variance = np.arange(size) + 1.0, np.arange(size) + 4.0
    options = {"axis": axis, "mean": mean.tolist(), "variance": variance.tolist()}
    shape = (2, 3) if axis == [1, 2] else (-1,)
    expected = (X - mean.reshape(shape)) / np.sqrt(variance.reshape(shape))
    model = normalization(**options)
    assert not model.weights
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-6)
    back = normalization(**options, invert=True)
    np.testing.assert_allclose(back.predict(model.predict(X)), X, rtol=1e-5, atol=1e-5)


def test_both_directions_of_keras_2_behind_a_mask() -> None:
    """Masked steps of sequences are 0 there, and repeat the last output in TensorFlow.js."""
    embedding = layers.Embedding(5, 2, mask_zero=True, input_shape=(3,))
    both = layers.Bidirectional(layers.GRU(2, return_sequences=True))
    ours = pyio.Sequential([embedding, both])
    keras = pyio.model_from_json(ours.topology() | KERAS)
    keras.set_weights(ours.get_weights())
    x = [[1, 2, 0]]
    np.testing.assert_allclose(keras.predict(x)[:, :2], ours.predict(x)[:, :2], rtol=1e-6)
    assert (keras.predict(x)[0, 2] == 0).all()
    assert (ours.predict(x)[0, 2, :2] != 0).all()


def test_a_mask_that_ends_is_warned_of() -> None:
    """TensorFlow.js would give it to the recurrent layers that follow, and Keras does not."""
    embedding = layers.Embedding(5, 2, mask_zero=True, input_shape=(4,))
    ours = pyio.Sequential([embedding, layers.Conv1D(2, 1), layers.LSTM(2, name="after")])
    keras = pyio.model_from_json(ours.topology() | KERAS)
    assert keras.writer == "Keras 2.12.0"
    with pytest.warns(pyio.CompatibilityWarning, match="'after' would get a mask"):
        artifacts = pyio.model_to_artifacts(keras)
    assert pyio.model_from_artifacts(artifacts).writer == "Keras 2.12.0"
    pyio.model_to_artifacts(ours)


def test_writers() -> None:
    """The version decides, without one the forms that only one writer uses."""
    dense: dict[str, Any] = {"class_name": "Dense", "config": {"name": "d", "units": 1}}

    def written(start: dict[str, Any], **around: Any) -> pyio.LayersModel:
        entry = {"class_name": "InputLayer", "config": {"name": "x", **start}}
        config = {"name": "s", "layers": [entry, dense]}
        return pyio.model_from_json({"class_name": "Sequential", "config": config, **around})

    plain = {"batch_input_shape": [None, 2]}
    assert written(plain).writer == "TensorFlow.js"
    assert written(plain, keras_version="tfjs-layers 4.22.0").writer == "TensorFlow.js 4.22.0"
    assert written(plain, keras_version="2.15.0").writer == "Keras 2.15.0"
    assert written(plain, module="keras").writer == "Keras 2"
    assert written({"batch_shape": [None, 2]}).writer == "Keras 3"
    assert pyio.Sequential([layers.Dense(1, input_shape=(2,))]).writer == "TensorFlow.js"


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("OneHot", [{"ref": 0}, 10**8]),
        ("Pad", [{"ref": 0}, [[0, 0], [10**12, 0]]]),
        ("Diff", [{"ref": 0}, 10**9]),
        ("Add", [{"ref": 0}, {"ref": 7}]),
        ("Add", [{"ref": 0}, {"class_name": "__lambda__", "config": {}}]),
        ("Reshape", [{"ref": 0}, [7, 7]]),
        ("Mean", [{"ref": 0}, "axis"]),
        ("Nothing", [{"ref": 0}]),
    ],
)
def test_operations_that_cannot_be(operation: str, arguments: Any) -> None:
    """They are refused when the model is built, before they take memory."""
    with pytest.raises(pyio.InvalidModelError):
        layers.KerasOp(operation, op_args=arguments)(pyio.Input(shape=(3,)))


def test_text_goes_into_layers_that_take_text() -> None:
    """Bytes are read as UTF-8; numbers, and layers that take numbers, are refused by name."""
    words = pyio.Input(shape=(1,), dtype="string", name="words")
    model = pyio.Model(words, layers.StringLookup(vocabulary=["ä", "b"])(words))
    np.testing.assert_array_equal(model.predict(np.array([["b"], ["c"], ["ä"]])), [[2], [0], [1]])
    np.testing.assert_array_equal(model.predict(np.array([["ä".encode()]], object)), [[1]])
    with pytest.raises(pyio.ModelInputError, match="'words' is declared as 'string'"):
        model.predict([[1]])


def test_layers_of_keras_applications() -> None:
    """ConvNeXt's and Inception-ResNet's own layers."""
    scale = layers.LayerScale(0.5, 2)
    np.testing.assert_array_equal(scale(np.ones((1, 3, 2), np.float32)), np.full((1, 3, 2), 0.5))
    a, b = pyio.Input(shape=(2,)), pyio.Input(shape=(2,))
    model = pyio.Model([a, b], layers.CustomScaleLayer(0.25)([a, b]))
    np.testing.assert_array_equal(model.predict([[[1.0, 2]], [[4.0, 8]]]), [[2, 4]])


@pytest.mark.parametrize(
    ("kind", "masked", "expected"),
    [
        ("Minimum", "both", [11, 8, 5, 10, 3]),
        ("Minimum", "first", [11, 8, 5, 10, 3]),
        ("Minimum", "second", [11, 8, 5, 10, 3]),
        ("Maximum", "both", [13, 8, 5, 10, 8]),
        ("Maximum", "first", [13, 8, 10, 10, 8]),
        ("Maximum", "second", [13, 10, 5, 10, 8]),
        ("Multiply", "both", [143, 8, 5, 0, 24]),
        ("Multiply", "first", [143, 8, 50, 10, 24]),
        ("Multiply", "second", [143, 80, 5, 10, 24]),
    ],
)
def test_merges_of_steps_that_do_not_count(kind: str, masked: str, expected: list[int]) -> None:
    """The numbers are those of Keras 3.15: an input takes no part where its mask leaves it out."""
    inputs = pyio.Input(shape=(5, 1)), pyio.Input(shape=(5, 1))
    plus: Any = {"kernel_initializer": "ones", "bias_initializer": pyio.initializers.constant(10)}
    shifted = [  # so that a step that does not count is not 0
        layers.Dense(1, **plus)(layers.Masking()(x) if masked in (place, "both") else x)
        for place, x in zip(("first", "second"), inputs, strict=True)
    ]
    model = pyio.Model([*inputs], getattr(layers, kind)(any_mask=True)(shifted))
    one, two = [1, 0, -5, 0, -2], [3, -2, 0, 0, -7]
    found = model.predict([np.reshape(each, (1, 5, 1)) for each in (one, two)])
    assert found.ravel().tolist() == expected
