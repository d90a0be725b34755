"""Models of layers that only Keras has, and of layers whose files differ from TensorFlow.js's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import pyio
from pyio import layers
from tests.interop.built import Built, floats

if TYPE_CHECKING:
    from collections.abc import Callable

KERAS_MODELS: dict[str, Callable[[], Built]] = {}


def model(function: Callable[[], Built]) -> Callable[[], Built]:
    """Add a function to the models."""
    KERAS_MODELS[function.__name__] = function
    return function


def randomized(made: Any) -> Any:
    """The model with weights that are not zeros and ones."""
    rng = np.random.default_rng(4)
    for weight in made.weights:
        values = np.abs(rng.standard_normal(weight.shape)) / 2 + 0.1
        weight.assign(values.astype(weight.dtype))
    return made


@model
def attention() -> Built:
    """Two tensors called one by one, a causal mask, scores, and a list of tensors."""
    query, value = pyio.Input((5, 4)), pyio.Input((6, 4))
    heads = layers.MultiHeadAttention(2, 3, value_dim=2)([query, value])
    causal = layers.MultiHeadAttention(2, 3, use_causal_mask=True)([heads, heads])
    plain = layers.Attention(use_scale=True, score_mode="concat")([causal, value])
    added = layers.AdditiveAttention()([plain, value])
    scores = layers.MultiHeadAttention(2, 3, return_attention_scores=True)([added, value])
    made = pyio.Model([query, value], scores)
    return randomized(made), [floats(2, 5, 4), floats(2, 6, 4, seed=2)]


@model
def grouped() -> Built:
    """Attention whose heads share keys and values."""
    start = pyio.Input((5, 4))
    made = pyio.Model(start, layers.GroupQueryAttention(4, 4, 2)([start, start]))
    return randomized(made), [floats(2, 5, 4)]


@model
def masked_words() -> Built:
    """Masks that layers pass on, and a layer called as Keras calls what joins masks."""
    start = pyio.Input((5,))
    words = layers.Embedding(9, 4, mask_zero=True)(start)
    joined = layers.Concatenate(name="concatenate")([words, layers.Dense(4)(words)])
    made = pyio.Model(start, layers.Bidirectional(layers.LSTM(3))(joined))
    return randomized(made), [np.array([[1, 2, 3, 0, 0], [4, 5, 0, 0, 0]], np.float32)]


@model
def given_mask() -> Built:
    """A mask that is an input."""
    start, mask = pyio.Input((5, 4)), pyio.Input((5,), dtype="bool")
    made = pyio.Model([start, mask], layers.GRU(3)(layers.GivenMask()([start, mask])))
    return randomized(made), [floats(2, 5, 4), np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 0]], bool)]


@model
def operations() -> Built:
    """Operations with tensors, numbers and slices as arguments."""
    start = pyio.Input((5, 4))
    part = {"class_name": "__slice__", "config": {"start": 1, "stop": 4, "step": None}}
    every = {"class_name": "__slice__", "config": {"start": None, "stop": None, "step": None}}
    doubled = layers.KerasOp("Multiply", op_args=[{"ref": 0}, 2.0])(start)
    cut = layers.KerasOp("GetItem", op_args=[{"ref": 0}, [every, part]])(doubled)
    mean = layers.KerasOp("Mean", op_kwargs={"axis": 1, "keepdims": True})(cut)
    made = pyio.Model(start, layers.KerasOp("Add", op_args=[{"ref": 0}, {"ref": 1}])([cut, mean]))
    return made, [floats(2, 5, 4)]


@model
def one_by_one() -> Built:
    """Layers for signals."""
    made = pyio.Sequential(
        [
            layers.Conv1D(4, 2, padding="causal", groups=2, input_shape=(8, 2)),
            layers.SeparableConv1D(3, 2, activation="hard_sigmoid"),
            layers.Conv1DTranspose(2, 3, strides=2),
            layers.UpSampling1D(2),
            layers.DepthwiseConv1D(2),
            layers.GroupNormalization(1),
            layers.UnitNormalization(),
            layers.EinsumDense("abc,cd->abd", [None, 4], bias_axes="d"),
        ]
    )
    return randomized(made), [floats(2, 8, 2)]


@model
def wrapped() -> Built:
    """Layers with others inside."""
    made = pyio.Sequential(
        [
            layers.SpectralNormalization(layers.Dense(3), input_shape=(4, 3)),
            layers.TimeDistributed(pyio.Sequential([layers.Dense(3, input_shape=(3,))])),
            layers.Bidirectional(layers.GRU(2), backward_layer=layers.GRU(3, go_backwards=True)),
        ]
    )
    return randomized(made), [floats(2, 4, 3)]


@model
def half_pixels() -> Built:
    """Images that are resized as Keras does, and steps of images."""
    made = pyio.Sequential(
        [
            layers.Resizing(5, 9, half_pixels=True, input_shape=(6, 6, 2)),
            layers.UpSampling2D(interpolation="bilinear", half_pixels=True),
            layers.RandomFlip(),
            layers.LayerScale(0.5, 2),
        ]
    )
    return randomized(made), [floats(2, 6, 6, 2)]


@model
def steps_of_signals() -> Built:
    """A recurrent layer over signals, whose gates are another hard_sigmoid in Keras 3."""
    made = pyio.Sequential([layers.ConvLSTM1D(2, 2, input_shape=(3, 5, 2))])
    return randomized(made), [floats(2, 3, 5, 2)]
