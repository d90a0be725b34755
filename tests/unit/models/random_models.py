"""Random models of sequences and of images, to compare two ways of computing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import pyio
from tests.unit.models.plan_cases import with_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

layers: Any = pyio.layers

ACTIVATIONS = ("linear", "relu", "relu6", "tanh", "sigmoid", "elu", "gelu", "softplus", "swish")
MERGES = ("Add", "Multiply", "Average", "Maximum", "Minimum", "Subtract")


class Draw:
    """Random choices of a seed."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)

    def size(self, most: int) -> int:
        """A number from 1 to `most`."""
        return int(self.random.integers(1, most + 1))

    def pick(self, values: Sequence[Any]) -> Any:
        return values[int(self.random.integers(len(values)))]

    def chance(self, share: float = 0.5) -> bool:
        return bool(self.random.random() < share)

    def activation(self) -> str:
        return str(self.pick(ACTIVATIONS))


def _attention(draw: Draw, x: Any) -> Any:
    causal = draw.chance(0.4)
    if draw.chance():
        heads = layers.MultiHeadAttention(draw.size(3), draw.size(6), use_bias=draw.chance())
        return heads(draw.pick([x, layers.Dense(x.shape[-1])(x)]), x, use_causal_mask=causal)
    return layers.Attention()([x, x], use_causal_mask=causal)


def _recurrent(draw: Draw, x: Any) -> Any:
    kind = layers.LSTM, layers.GRU, layers.SimpleRNN
    inner = draw.pick(kind)(draw.size(9), return_sequences=True, go_backwards=draw.chance(0.3))
    if draw.chance(0.3):
        modes = "concat", "sum", "ave", "mul"
        both = draw.pick(kind)(draw.size(5), return_sequences=True)
        return layers.Bidirectional(both, merge_mode=draw.pick(modes))(x)
    return inner(x)


def _from_states(draw: Draw, x: Any) -> Any:
    size = draw.size(5)
    y, h, c = layers.LSTM(size, return_sequences=True, return_state=True)(x)
    return layers.LSTM(size, return_sequences=True)(y, initial_state=[h, c])


def _nested(draw: Draw, x: Any) -> Any:
    start = pyio.Input(shape=list(x.shape[1:]))
    inner = layers.Dense(draw.size(6), activation=draw.activation())(start)
    model = pyio.Model(start, layers.BatchNormalization()(inner))
    return model(x, training=False) if draw.chance() else model(x)


def _shared(draw: Draw, x: Any) -> Any:
    dense = layers.Dense(x.shape[-1], activation=draw.activation())
    return dense(dense(x))


def _merged(draw: Draw, x: Any) -> Any:
    other = layers.Dense(x.shape[-1], activation=draw.activation())(x)
    return getattr(layers, draw.pick(MERGES))()([x, other])


def _joined(draw: Draw, x: Any) -> Any:
    return layers.Concatenate()([x, layers.Dense(draw.size(4))(x)])


def _plain(draw: Draw, x: Any) -> Any:
    dense = layers.Dense(draw.size(8), activation=draw.activation())
    each = layers.TimeDistributed(layers.Dense(draw.size(8)))
    last = layers.Activation(draw.pick((*ACTIVATIONS, "softmax")))
    return draw.pick([dense, each, last, layers.PReLU(), layers.Dropout(0.3)])(x)


def _normalized(draw: Draw, x: Any) -> Any:
    kind = draw.pick([layers.LayerNormalization, layers.BatchNormalization])
    return kind(axis=draw.pick([-1, -1, 1]))(x)


def _steps(draw: Draw, x: Any) -> Any:
    length = x.shape[1]
    kinds = [
        layers.Permute([2, 1]),
        layers.MaxPooling1D(2, padding="same"),
        layers.AveragePooling1D(2, strides=1, padding="same"),
        layers.Masking(),
        layers.Reshape([-1, 1]),
    ]
    kinds += [layers.UpSampling1D(2), layers.ZeroPadding1D(1)] if length < 12 else []
    kinds += [layers.Cropping1D([1, 0])] if length > 1 else []
    return draw.pick(kinds)(x)


def _filtered(draw: Draw, x: Any) -> Any:
    if draw.chance(0.3):
        return layers.SeparableConv1D(draw.size(6), 2, padding="same")(x)
    width = min(draw.size(3), x.shape[1])
    padding = draw.pick(["same", "causal", "valid"])
    return layers.Conv1D(draw.size(8), width, padding=padding, activation="relu")(x)


_SEQUENCES: tuple[Callable[[Draw, Any], Any], ...] = (
    *(_attention, _recurrent, _from_states, _nested, _shared, _merged),
    *(_joined, _plain, _normalized, _steps, _filtered),
)


def of_sequences(seed: int) -> tuple[pyio.LayersModel, Any]:
    """A model of sequences with weights, and its input; steps are masked in many of them."""
    draw = Draw(seed)
    steps, batch = draw.size(9) + 1, draw.size(4)
    if draw.chance():
        start: Any = pyio.Input(shape=(steps,), dtype="int32")
        data = draw.random.integers(0, 7, (batch, steps))
        data[:, draw.size(steps) :] = 0
        x = layers.Embedding(7, draw.size(8), mask_zero=draw.chance(0.7))(start)
    else:
        x = start = pyio.Input(shape=(steps, draw.size(8)))
        data = draw.random.normal(size=(batch, *start.shape[1:])).astype(np.float32)
        data *= draw.random.random((batch, steps, 1)) < 0.8
        x = layers.Masking()(x) if draw.chance(0.6) else x
    for _ in range(draw.size(6)):
        x = draw.pick(_SEQUENCES)(draw, x)
    ends = [layers.LSTM(5), layers.GRU(4), layers.GlobalAveragePooling1D(), layers.Dense(2)]
    x = layers.Dense(3, activation="softmax")(draw.pick(ends)(x))
    return with_weights(pyio.Model(start, x)), data


def _convolved(draw: Draw, x: Any) -> Any:
    height, width = x.shape[1:3]
    window = [min(draw.size(4), height), min(draw.size(4), width)]
    given: Any = {"padding": draw.pick(["same", "valid"]), "activation": draw.activation()}
    strides, size = draw.size(2), draw.size(20)
    kinds = [
        layers.Conv2D(size, window, strides=strides, use_bias=draw.chance(0.7), **given),
        layers.DepthwiseConv2D(window, strides=strides, depth_multiplier=draw.size(2), **given),
        layers.SeparableConv2D(size, window, **given),
        layers.Conv2DTranspose(size, window, strides=strides, **given),
        layers.Conv2D(size, window, dilation_rate=draw.size(2), padding="same"),
    ]
    return draw.pick(kinds)(x)


def _resized(draw: Draw, x: Any) -> Any:
    height, width = x.shape[1:3]
    window = [min(draw.size(3), height), min(draw.size(3), width)]
    pooling = draw.pick([layers.MaxPooling2D, layers.AveragePooling2D])
    kinds = [pooling(window, strides=draw.size(2), padding=draw.pick(["same", "valid"]))]
    if height * width < 400:
        how = draw.pick(["nearest", "bilinear"])
        kinds += [layers.UpSampling2D([draw.size(2), draw.size(2)], interpolation=how)]
        kinds += [layers.ZeroPadding2D(draw.size(2))]
    return draw.pick(kinds)(x)


def _gated(draw: Draw, x: Any) -> Any:  # noqa: ARG001 - all of them take it
    channels = x.shape[-1]
    gate = layers.Dense(channels, activation="sigmoid")(layers.GlobalAveragePooling2D()(x))
    return layers.Multiply()([x, layers.Reshape([1, 1, channels])(gate)])


_IMAGES: tuple[Callable[[Draw, Any], Any], ...] = (
    *(_convolved, _convolved, _resized, _gated, _merged, _joined),
    *(_plain, _normalized, _shared, _nested),
)


def of_images(seed: int) -> tuple[pyio.LayersModel, Any]:
    """A model of images with weights, and its input."""
    draw = Draw(seed)
    start: Any = pyio.Input(shape=(draw.size(20) + 2, draw.size(20) + 2, draw.size(12)))
    x = start
    for _ in range(draw.size(6)):
        x = draw.pick(_IMAGES)(draw, x)
    ends = [layers.GlobalAveragePooling2D(), layers.GlobalMaxPooling2D(), layers.Flatten()]
    x = layers.Dense(draw.size(12), activation=draw.activation())(draw.pick(ends)(x))
    data = draw.random.normal(size=(draw.size(4), *start.shape[1:])).astype(np.float32)
    return with_weights(pyio.Model(start, x)), data
