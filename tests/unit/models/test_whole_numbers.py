"""Inputs of whole numbers and booleans: layers compute what they do for the same fractions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pyio
from pyio.models.layers.cells import LSTMCell, SimpleRNNCell, StackedRNNCells
from pyio.models.serialization.registry import FAMILY_OF, layer_class

layers = pyio.layers

_OPTIONS: dict[str, dict[str, Any]] = {
    "Dense": {"units": 2},
    "Activation": {"activation": "tanh"},
    "Dropout": {"rate": 0.5},
    "SpatialDropout1D": {"rate": 0.5},
    "Embedding": {"input_dim": 9, "output_dim": 2},
    "RepeatVector": {"n": 2},
    "Reshape": {"target_shape": [-1]},
    "Permute": {"dims": [1]},
    "Cropping2D": {"cropping": [1, 1]},
    "UpSampling2D": {"interpolation": "bilinear"},
    "GaussianNoise": {"stddev": 0.5},
    "GaussianDropout": {"rate": 0.5},
    "AlphaDropout": {"rate": 0.5},
    "Dot": {"axes": 1},
    "RNN": {"cell": StackedRNNCells([SimpleRNNCell(2), LSTMCell(3)])},
    "TimeDistributed": {"layer": layers.Softmax(axis=-1)},
    "Bidirectional": {"layer": layers.LSTM(2)},
    "Rescaling": {"scale": 0.5},
    "Resizing": {"height": 3, "width": 3, "interpolation": "bilinear"},
    "CenterCrop": {"height": 2, "width": 2},
    "CategoryEncoding": {"num_tokens": 9},
    "RandomWidth": {"factor": 0.5},
}
_OPTIONS |= {
    name: {"filters": 2, "kernel_size": 2}
    for name in FAMILY_OF
    if name.startswith(("Conv", "Separable"))
}
_OPTIONS |= {name: {"units": 2} for name in ("SimpleRNN", "GRU", "LSTM")}
_OPTIONS |= {"DepthwiseConv2D": {"kernel_size": 2}}

_DTYPES = ("int32", "int64", "uint8", "bool", "float64")
_NAMES = sorted(name for name in FAMILY_OF if name != "InputLayer" and "Cell" not in name)
"""The layers that models apply to their inputs; RNN applies cells."""

_MERGES = [name for name, family in FAMILY_OF.items() if family == "merge"]


def _made(name: str) -> pyio.layers.Layer:
    found = layer_class(name)
    assert found is not None
    return found(**_OPTIONS.get(name, {}))


def _shape(name: str, layer: pyio.layers.Layer) -> tuple[int, ...]:
    """Return a shape that the layer takes, with a batch of two."""
    more = {"RNN": 3, "Bidirectional": 3, "UpSampling2D": 4, "SpatialDropout1D": 3}
    more |= dict.fromkeys(("Resizing", "CenterCrop", "RandomWidth"), 4)
    sides = layer.ndim or more.get(name, max(layer.min_ndim, 2))
    return (2, *[4] * (sides - 1))


def _inputs(name: str, layer: pyio.layers.Layer, dtype: str) -> Any:
    shape = _shape(name, layer)
    values = np.random.default_rng(1).integers(0, 2, shape).astype(dtype)
    return [values, values] if name in _MERGES else values


def _as_list(results: Any) -> list[Any]:
    return results if isinstance(results, list) else [results]


@pytest.mark.parametrize("name", _NAMES)
def test_a_layer_computes_whole_numbers_as_the_same_fractions(name: str) -> None:
    """The numbers are those of float32, and so is the dtype wherever the formula has fractions."""
    layer = _made(name)
    wanted = _as_list(layer(_inputs(name, layer, "float32")))
    for dtype in _DTYPES:
        found = _as_list(layer(_inputs(name, layer, dtype)))
        for one, other in zip(found, wanted, strict=True):
            np.testing.assert_allclose(
                np.asarray(one, "float64"), other, rtol=1e-6, err_msg=f"{name} of {dtype}"
            )
            assert one.dtype.name in ("float32", "int32", "bool"), f"{name} of {dtype}"


@pytest.mark.parametrize("name", _NAMES)
def test_a_model_computes_inputs_of_whole_numbers(name: str) -> None:
    """A model whose input is declared as whole numbers predicts as with fractions."""
    layer = _made(name)
    shape = _shape(name, layer)
    wanted: Any = None
    for dtype in ("float32", *_DTYPES):
        given = pyio.Input(shape[1:], dtype=dtype)
        model = pyio.Model(given, layer([given, given] if name in _MERGES else given))
        examples = _inputs(name, layer, dtype)
        found = model.predict(examples[0] if isinstance(examples, list) else examples)
        wanted = found if wanted is None else wanted
        np.testing.assert_allclose(
            np.asarray(found, "float64"), wanted, rtol=1e-6, err_msg=f"{name} of {dtype}"
        )


def test_a_slope_is_not_cut_to_a_whole_number() -> None:
    """The slope of 0.3 stays one: -10 becomes -3, which NumPy's whole numbers would make 0."""
    whole = np.array([[-10, 5]], "int32")
    assert np.allclose(layers.LeakyReLU()(whole), [[-3, 5]])
    assert np.allclose(layers.Activation("elu")(np.array([[-1]])), [[np.expm1(-1)]])


def test_the_sum_of_two_truths_is_two() -> None:
    """NumPy adds booleans as truths; TensorFlow.js adds them as 0 and 1."""
    truths = np.array([[True, False]])
    assert np.array_equal(layers.Add()([truths, truths]), [[2, 0]])


def test_large_whole_numbers_stay_exact_where_nothing_is_computed() -> None:
    """2^24 + 1 is no float32; a layer that only moves numbers keeps it."""
    large = np.array([[2**24 + 1, 0]], "int32")
    moving = [layers.Flatten(), layers.Reshape((2,)), layers.Dropout(0.5), layers.Masking()]
    for layer in moving:
        assert layer(large).tolist() == large.tolist()


def test_a_class_of_the_users_own_gets_the_numbers_as_they_are() -> None:
    """Whole numbers may be indices there."""

    class Look(pyio.layers.Layer):
        def call(self, x: Any) -> Any:
            return np.arange(9, dtype="float32")[x]

    assert Look()(np.array([[3]])).tolist() == [[3.0]]
