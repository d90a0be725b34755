"""The work budget of `predict`: a small file cannot make it run for hours."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

import pyio
from pyio import limits
from pyio.models.core.work import volume, work_of

layers = pyio.layers


def refused(model: pyio.LayersModel, *shape: int) -> None:
    """Predicting is refused at once."""
    start = time.monotonic()
    with pytest.raises(pyio.ModelInputError, match=r"about .* multiplications .*PREDICT_WORK"):
        model.predict(np.ones(shape, np.float32))
    assert time.monotonic() - start < 1


@pytest.mark.parametrize(
    "wrap",
    [
        lambda rnn: rnn,
        lambda rnn: layers.Bidirectional(layer=rnn),
        lambda rnn: pyio.Sequential([layers.InputLayer(input_shape=(10**8, 1)), rnn]),
    ],
)
def test_a_hundred_million_steps(wrap: Any) -> None:
    """RepeatVector and a recurrent layer, as such and inside of others."""
    repeat = layers.RepeatVector(10**8, input_shape=(1,))
    refused(pyio.Sequential([repeat, wrap(layers.SimpleRNN(1))]), 1, 1)


def test_a_stateful_layer_for_many_steps() -> None:
    """TimeDistributed goes step by step then."""
    rnn = layers.SimpleRNN(1, stateful=True)
    repeat = layers.RepeatVector(10**8, batch_input_shape=(1, 2))
    reshaped = layers.Reshape([5 * 10**7, 2, 2])
    refused(pyio.Sequential([repeat, reshaped, layers.TimeDistributed(layer=rnn)]), 1, 2)


def test_a_convolution_of_a_huge_image() -> None:
    """A pixel that is made large, and many filters."""
    up = layers.UpSampling2D(size=[30_000, 30_000], input_shape=(1, 1, 1))
    refused(pyio.Sequential([up, layers.Conv2D(2, 30)]), 1, 1, 1, 1)


def test_models_in_models_that_call_each_other_twice() -> None:
    """2**28 calls from 28 models; building them is quick too."""
    start = time.monotonic()
    x = pyio.Input(shape=(1,))
    model = pyio.Model(x, layers.ReLU()(x))
    for _ in range(28):
        x = pyio.Input(shape=(1,))
        model = pyio.Model(x, layers.Add()([model(x), model(model(x))]))
    assert time.monotonic() - start < 5
    refused(model, 1, 1)


def test_the_limit_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes effect at once, and sequences of another length are looked at anew."""
    model = pyio.Sequential([layers.GRU(2, input_shape=(None, 1))])
    model.predict(np.ones((1, 3, 1)))
    monkeypatch.setattr(limits, "PREDICT_WORK", 4 * limits.STEP_WORK)
    model.predict(np.ones((1, 3, 1)))
    refused(model, 1, 5, 1)
    monkeypatch.setattr(limits, "PREDICT_WORK", 2 * limits.STEP_WORK)
    refused(model, 1, 3, 1)


@pytest.mark.parametrize(
    ("layer", "shape", "multiplications"),
    [
        (lambda: layers.Dense(7), (5,), 35),
        (lambda: layers.Dense(7), (3, 5), 105),
        (lambda: layers.Conv2D(8, 3), (10, 10, 4), 64 * 9 * 4 * 8),
        (lambda: layers.Conv2D(8, 3, data_format="channels_first"), (4, 10, 10), 64 * 9 * 4 * 8),
        (lambda: layers.Conv2DTranspose(8, 3, strides=2), (10, 10, 4), 100 * 9 * 4 * 8),
        (lambda: layers.DepthwiseConv2D(3), (10, 10, 4), 64 * 9 * 4),
        (lambda: layers.TimeDistributed(layer=layers.Dense(7)), (3, 5), 105),
        (lambda: layers.PReLU(), (100, 100, 4), 0),
        (lambda: layers.BatchNormalization(), (100, 100, 4), 0),
    ],
)
def test_the_estimate(layer: Any, shape: tuple[int, ...], multiplications: int) -> None:
    """It is the number of multiplications, and the numbers that are read or written once."""
    model = pyio.Sequential([layers.InputLayer(input_shape=shape), layer()])
    work = work_of(model.graph, [(1, *shape)]) - limits.CALL_WORK
    read_or_written = volume(shape) + volume((model.outputs[0].shape or ())[1:])
    assert 0 <= work - multiplications <= read_or_written


def test_too_little_memory_is_an_error_of_pyio() -> None:
    """It says what to do, and the batch size is part of it."""
    up = layers.UpSampling2D(size=[40_000, 40_000], input_shape=(1, 1, 1))
    x = np.ones((10**5, 1, 1, 1), np.float32)
    with pytest.raises(pyio.ModelInputError, match=r"not enough memory.*smaller batch_size"):
        pyio.Sequential([up]).predict(x, batch_size=10**5)
