"""Cases that TensorFlow.js computes wrongly or refuses, compared with independent computations."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import pyio
from pyio import layers


def floats(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype(np.float32)


def built(layer: Any, x: Any) -> Any:
    """The layer with weights that are not special, built for `x`."""
    layer(x)
    layer.set_weights(
        [
            np.abs(floats(*weight.shape, seed=n)) + 0.5
            if "variance" in weight.name
            else floats(*weight.shape, seed=n)
            for n, weight in enumerate(layer.weights, 1)
        ]
    )
    return layer


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x.astype(np.float64)))


@pytest.mark.parametrize("axis", [1, 2, -2])
def test_batch_normalization_along_another_axis(axis: int) -> None:
    """Each channel is normalized with its own mean and variance, wherever the channels are."""
    x = floats(2, 3, 4, 5)
    layer = built(layers.BatchNormalization(axis=axis), x)
    gamma, beta, mean, variance = layer.get_weights()
    expected = np.empty_like(x)
    for place in itertools.product(*map(range, x.shape)):
        c = place[axis]
        scaled = (x[place] - mean[c]) / np.sqrt(variance[c] + 1e-3)
        expected[place] = scaled * gamma[c] + beta[c]
    np.testing.assert_allclose(layer(x), expected, rtol=1e-5, atol=1e-6)


def test_causal_convolution_looks_back_only() -> None:
    """Step t of the output is the sum over the steps t, t - d, t - 2d of the input."""
    x = floats(2, 7, 3)
    layer = built(layers.Conv1D(4, 3, padding="causal", dilation_rate=2), x)
    kernel, bias = layer.get_weights()
    expected = np.tile(bias, (2, 7, 1))
    for t, k in itertools.product(range(7), range(3)):
        source = t - (2 - k) * 2
        if source >= 0:
            expected[:, t] += x[:, source] @ kernel[k]
    np.testing.assert_allclose(layer(x), expected, rtol=1e-5, atol=1e-6)
    assert layer.compute_output_shape((None, 7, 3)) == (None, 7, 4)


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_depthwise_convolution_with_dilation(padding: str) -> None:
    """DepthwiseConv2D heeds its dilation_rate, as a loop over all positions does."""
    x = floats(2, 7, 8, 2)
    layer = built(
        layers.DepthwiseConv2D(3, padding=padding, dilation_rate=2, depth_multiplier=2), x
    )
    kernel, bias = layer.get_weights()
    border = 2 if padding == "same" else 0
    padded = np.pad(x, [(0, 0), (border, border), (border, border), (0, 0)])
    result = layer(x)
    assert result.shape == layer.compute_output_shape(x.shape)
    for i, j in itertools.product(range(result.shape[1]), range(result.shape[2])):
        window = padded[:, i : i + 5 : 2, j : j + 5 : 2]
        expected = np.einsum("bhwc,hwcm->bcm", window, kernel).reshape(2, 4) + bias
        np.testing.assert_allclose(result[:, i, j], expected, rtol=1e-5, atol=1e-6)


def test_convolution_with_strides_and_dilation() -> None:
    """Both at once, which TensorFlow.js refuses, are a loop over positions too."""
    x = floats(1, 9, 9, 2)
    layer = built(layers.Conv2D(3, 2, strides=2, dilation_rate=3), x)
    kernel, bias = layer.get_weights()
    result = layer(x)
    assert result.shape == (1, 3, 3, 3)
    for i, j in itertools.product(range(3), range(3)):
        window = x[0, 2 * i : 2 * i + 4 : 3, 2 * j : 2 * j + 4 : 3]
        expected = np.tensordot(window, kernel, 3) + bias
        np.testing.assert_allclose(result[0, i, j], expected, rtol=1e-5, atol=1e-6)


def test_separable_convolution_with_channels_first() -> None:
    """The bias goes to the channels, wherever they are."""
    x = floats(2, 3, 6, 5)
    layer = built(layers.SeparableConv2D(4, 2, data_format="channels_first"), x)
    last = layers.SeparableConv2D(4, 2)
    last(np.moveaxis(x, 1, -1))
    last.set_weights(layer.get_weights())
    np.testing.assert_allclose(layer(x), np.moveaxis(last(np.moveaxis(x, 1, -1)), -1, 1), rtol=1e-6)


def test_gru_that_resets_after() -> None:
    """reset_after, Keras's default: the reset gate acts on the product, which has its own bias."""
    x = floats(2, 5, 3)
    layer = built(layers.GRU(4, reset_after=True, recurrent_activation="sigmoid"), x)
    kernel, recurrent, bias = (w.astype(np.float64) for w in layer.get_weights())
    assert bias.shape == (2, 12)
    h = np.zeros((2, 4))
    for t in range(5):
        xz, xr, xh = np.split(x[:, t] @ kernel + bias[0], 3, axis=1)
        hz, hr, hh = np.split(h @ recurrent + bias[1], 3, axis=1)
        z, r = sigmoid(xz + hz), sigmoid(xr + hr)
        h = z * h + (1 - z) * np.tanh(xh + r * hh)
    np.testing.assert_allclose(layer(x), h, rtol=1e-5, atol=1e-6)


def test_elu_with_alpha() -> None:
    """Far below 0, ELU comes close to -alpha."""
    x = np.array([[-50.0, -1.0, 0.0, 2.0]], np.float32)
    expected = [[-2.5, 2.5 * (np.exp(-1) - 1), 0, 2]]
    np.testing.assert_allclose(layers.ELU(2.5)(x), expected, rtol=1e-6)


def test_relu_with_slope_and_threshold() -> None:
    """Keras's formula: below the threshold, the slope times the distance from it."""
    x = np.array([[-2.0, 0.5, 1.0, 3.0, 9.0]], np.float32)
    layer = layers.ReLU(max_value=6, negative_slope=0.1, threshold=1)
    np.testing.assert_allclose(layer(x), [[-0.3, -0.05, 1, 3, 6]], rtol=1e-6)


def test_centre_of_an_odd_difference() -> None:
    """CenterCrop starts at the whole half of what is cut off, in both directions."""
    x = floats(2, 6, 7, 1)
    np.testing.assert_array_equal(layers.CenterCrop(5, 6)(x), x[:, 0:5, 0:6])
    np.testing.assert_array_equal(layers.CenterCrop(3, 4)(x), x[:, 1:4, 1:5])


def test_resizing_with_the_proportions_kept() -> None:
    """With crop_to_aspect_ratio, the middle is resized: here the middle square of a wide image."""
    x = floats(1, 4, 8, 2)
    cropped = layers.Resizing(2, 2, crop_to_aspect_ratio=True, interpolation="nearest")(x)
    np.testing.assert_array_equal(cropped, x[:, ::2, 2:6:2])


@pytest.mark.parametrize(
    "layer",
    [
        layers.Resizing(4, 5),
        layers.CenterCrop(3, 2),
        layers.CategoryEncoding(9),
        layers.CategoryEncoding(9, output_mode="one_hot"),
    ],
)
def test_shapes_that_tensorflow_loses(layer: Any) -> None:
    """The shape that is announced is the shape that comes out, the batch included."""
    x = np.ones((2, 6, 7, 3) if "Cat" not in layer.class_name else (2, 5), np.float32)
    symbol = layer(pyio.Input(shape=x.shape[1:]))
    assert symbol.shape == (None, *layer(x).shape[1:])


def test_one_vector_for_each_number() -> None:
    """one_hot of several numbers per example gives a vector for each."""
    layer = layers.CategoryEncoding(3, output_mode="one_hot")
    np.testing.assert_array_equal(layer(np.array([[0, 2]])), [[[1, 0, 0], [0, 0, 1]]])


def test_categories_with_weights() -> None:
    """Count adds up the weights that are given; tf_idf needs them."""
    layer = layers.CategoryEncoding(3, output_mode="count")
    np.testing.assert_allclose(
        layer(np.array([[0, 2, 2]]), count_weights=[[0.5, 1, 2]]), [[0.5, 0, 3]]
    )
    with pytest.raises(pyio.InvalidModelError, match="pass count_weights"):
        layers.CategoryEncoding(3, output_mode="tf_idf")(np.array([[0]]))


def test_dot_along_axes_counted_from_the_end() -> None:
    """Negative axes mean the same as positive ones, also when the shape is computed."""
    a, b = floats(2, 4, 3), floats(2, 5, 3, seed=1)
    layer = layers.Dot([-1, -1])
    np.testing.assert_allclose(layer([a, b]), a @ b.swapaxes(1, 2), rtol=1e-5)
    assert layer.compute_output_shape([(None, 4, 3), (None, 5, 3)]) == (None, 4, 5)


def masked_sum(x: Any, weights: list[Any]) -> Any:
    """A SimpleRNN over the steps that count, computed step by step."""
    kernel, recurrent, bias = weights
    states = []
    for sequence in x:
        h = np.zeros(len(bias))
        for step in sequence:
            if step.any():
                h = np.tanh(step @ kernel + h @ recurrent + bias)
        states.append(h)
    return np.array(states)


def sequence_with_gaps(seed: int = 0) -> Any:
    x = floats(3, 5, 2, seed=seed)
    x[0, 1:3] = 0
    x[1, 3:] = 0
    return x


def test_a_mask_ends_where_it_is_used_up() -> None:
    """The mask of the encoder does not reach the decoder behind RepeatVector.

    TensorFlow.js keeps the mask for all recurrent layers that follow.
    """
    x = sequence_with_gaps()
    decoder = layers.SimpleRNN(3)
    model = pyio.Sequential(
        [
            layers.Masking(input_shape=(5, 2)),
            layers.SimpleRNN(3),
            layers.RepeatVector(5),
            decoder,
        ]
    )
    weights = [floats(*weight.shape, seed=n) for n, weight in enumerate(model.weights)]
    model.set_weights(weights)
    code = masked_sum(x, weights[:3])
    expected = masked_sum(np.repeat(code[:, None], 5, axis=1), weights[3:])
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-5, atol=1e-6)


def test_masks_of_merged_branches() -> None:
    """Add: a step counts where it counts in every branch that has a mask."""
    x, y = sequence_with_gaps(), sequence_with_gaps(1)[::-1].copy()
    a, b = pyio.Input(shape=(5, 2)), pyio.Input(shape=(5, 2))
    merged = layers.Add()([layers.Masking()(a), layers.Masking()(b), a])
    rnn = layers.SimpleRNN(3)
    model = pyio.Model([a, b], rnn(merged))
    weights = [floats(*weight.shape, seed=n) for n, weight in enumerate(model.weights)]
    model.set_weights(weights)
    both = (x.any(axis=2) & y.any(axis=2))[..., None]
    total = np.where(both, x + y + x, 0)
    np.testing.assert_allclose(model.predict([x, y]), masked_sum(total, weights), rtol=1e-5)


@pytest.mark.parametrize("axis", [1, 2])
def test_masks_of_joined_branches(axis: int) -> None:
    """Concatenate: along time the masks are joined, along channels both have to count."""
    x, y = sequence_with_gaps(), sequence_with_gaps(1)[::-1].copy()
    a, b = pyio.Input(shape=(5, 2)), pyio.Input(shape=(5, 2))
    joined = layers.Concatenate(axis)([layers.Masking()(a), layers.Masking()(b)])
    model = pyio.Model([a, b], layers.SimpleRNN(3)(joined))
    weights = [floats(*weight.shape, seed=n) for n, weight in enumerate(model.weights)]
    model.set_weights(weights)
    values = np.concatenate([x, y], axis=axis)
    if axis == 2:
        values[~(x.any(axis=2) & y.any(axis=2))] = 0
    np.testing.assert_allclose(model.predict([x, y]), masked_sum(values, weights), rtol=1e-5)


def test_time_distributed_over_a_stateful_layer() -> None:
    """Each step sees the state that the step before left."""
    x = floats(2, 3, 4, 2)
    layer = layers.TimeDistributed(layers.SimpleRNN(3, stateful=True))
    model = pyio.Sequential([pyio.layers.InputLayer(batch_input_shape=(2, 3, 4, 2)), layer])
    weights = [floats(*weight.shape, seed=n) for n, weight in enumerate(model.weights)]
    model.set_weights(weights)
    kernel, recurrent, bias = weights
    h, expected = np.zeros((2, 3)), []
    for step in range(3):
        for t in range(4):
            h = np.tanh(x[:, step, t] @ kernel + h @ recurrent + bias)
        expected.append(h)
    np.testing.assert_allclose(model.predict(x), np.stack(expected, axis=1), rtol=1e-5)


def test_convolution_in_pieces() -> None:
    """A batch whose unrolled input is larger than the limit gives the same as one by one."""
    x = floats(3, 300, 300, 4)
    layer = built(layers.Conv2D(2, 3), x)
    one_by_one = np.concatenate([layer(x[i : i + 1]) for i in range(3)])
    np.testing.assert_allclose(layer(x), one_by_one, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", [layers.AveragePooling3D, layers.MaxPooling3D])
def test_volumes_with_a_window_smaller_than_the_stride(kind: Any) -> None:
    """With "same", the first window lies on the first value; TensorFlow.js starts at the second."""
    x = floats(1, 6, 4, 2, 1)
    y = kind(1, strides=2, padding="same")(x)
    np.testing.assert_allclose(y, x[:, ::2, ::2, ::2], rtol=1e-6)
    conv = layers.Conv3D(1, 1, strides=2, padding="same", kernel_initializer="ones")
    np.testing.assert_allclose(conv(x), x[:, ::2, ::2, ::2], rtol=1e-6)


def test_images_that_are_used_up() -> None:
    """A window larger than what is left gives an image without pixels, as in TensorFlow.js."""
    x = floats(2, 3, 3, 2)
    for layer in (
        layers.Conv2D(4, (4, 2)),
        layers.DepthwiseConv2D((4, 2)),
        layers.MaxPooling2D((4, 2), strides=1),
        layers.AveragePooling2D((4, 2), strides=1),
    ):
        assert layer(x).shape == layer.compute_output_shape(x.shape)
        assert layer(x).shape[1:3] == (0, 2)


def test_two_outputs_evaluate_to_a_sum() -> None:
    """The loss is the sum of the losses of the outputs, which follow one by one."""
    x = floats(6, 3)
    tensor = pyio.Input(shape=(3,))
    ends = [layers.Dense(2, name="a")(tensor), layers.Dense(1, name="b")(tensor)]
    model = pyio.Model(tensor, ends)
    model.compile("sgd", {"a": "mse", "b": "mae"}, {"b": "mse"})
    one, two = model.predict(x)
    targets = [floats(6, 2, seed=1), floats(6, 1, seed=2)]
    expected = [np.mean((one - targets[0]) ** 2), np.mean(np.abs(two - targets[1]))]
    values = model.evaluate(x, targets, batch_size=4)
    assert model.metrics_names == ["loss", "a_loss", "b_loss", "b_mse"]
    np.testing.assert_allclose(
        values, [sum(expected), *expected, np.mean((two - targets[1]) ** 2)], rtol=1e-5
    )


def test_weights_that_break_their_constraint_stay_as_they_are() -> None:
    """Loading does not apply constraints: what was saved is what predicts."""
    layer = layers.Dense(2, kernel_constraint=pyio.constraints.non_neg(), input_shape=(2,))
    model = pyio.Sequential([layer])
    kernel = np.array([[-1, 2], [3, -4]], np.float32)
    model.load_weights({f"{layer.name}/kernel": kernel, f"{layer.name}/bias": np.zeros(2)})
    np.testing.assert_array_equal(model.predict(np.eye(2)), kernel)
