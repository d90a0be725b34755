"""Names: case conversion, automatic names, names of weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import pyio
from pyio import layers
from pyio.models.core import names as naming

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def from_one() -> Iterator[None]:
    naming.restart()
    yield
    naming.restart()


@pytest.mark.parametrize(
    ("name", "snake"),
    [
        ("", ""), ("A", "a"), ("AA", "aa"), ("AAA", "aaa"), ("AAa", "a_aa"), ("AA0", "a_a0"),
        ("aB", "a_b"), ("aBC", "a_bc"), ("aBc", "a_bc"), ("_", "private_"), ("a", "a"),
        ("_a", "private_a"), ("batchInputShape", "batch_input_shape"),
        ("ConvLSTM2D", "conv_lst_m2d"),
    ],
)  # fmt: skip
def test_snake_case(name: str, snake: str) -> None:
    """The table of TensorFlow.js's own tests of toSnakeCase holds."""
    assert naming.to_snake_case(name) == snake


def test_automatic_names_of_layers() -> None:
    """The names are those that a freshly loaded page gives (recorded from TensorFlow.js 4.22)."""
    made = [
        layers.Dense(1), layers.Dense(1), layers.Conv2D(1, 1), layers.LSTM(1), layers.PReLU(),
        layers.LeakyReLU(), layers.ReLU(), layers.ConvLSTM2D(1, 1), layers.MaxPooling2D(),
        layers.SeparableConv2D(1, 1), layers.BatchNormalization(), layers.ELU(),
        layers.TimeDistributed(layers.Dense(1)), layers.StackedRNNCells([layers.LSTMCell(1)]),
    ]  # fmt: skip
    assert [layer.name for layer in made] == [
        "dense_Dense1", "dense_Dense2", "conv2d_Conv2D1", "lstm_LSTM1", "p_re_lu_PReLU1",
        "leaky_re_lu_LeakyReLU1", "re_lu_ReLU1", "conv_lst_m2d_ConvLSTM2D1",
        "max_pooling2d_MaxPooling2D1", "separable_conv2d_SeparableConv2D1",
        "batch_normalization_BatchNormalization1", "elu_ELU1",
        "time_distributed_TimeDistributed1", "stacked_rnn_cells_StackedRNNCells1",
    ]  # fmt: skip


def test_automatic_names_of_models() -> None:
    """Inputs, models and stacks are counted apart; a stack's own input is named after its layer."""
    one, two = pyio.Input(shape=(2,)), pyio.Input(shape=(2,))
    model = pyio.Model([one, two], layers.Add()([one, two]))
    stack = pyio.Sequential([layers.Dense(1, input_shape=(2,))])
    assert model.input_names == ["input1", "input2"]
    assert (model.name, stack.name) == ("model1", "sequential_1")
    assert pyio.Sequential().name == "sequential_2"
    assert stack.input_names == ["dense_Dense1_input"]


def test_names_of_weights() -> None:
    """Each kind of container scopes its weights as TensorFlow.js does."""
    inner = pyio.Sequential([layers.Dense(3, input_shape=(4,), name="bare")], "inner")
    model = pyio.Sequential(
        [
            layers.TimeDistributed(inner, input_shape=(5, 4), name="skipped"),
            layers.TimeDistributed(layers.Dense(4, name="lost"), name="each"),
            layers.Bidirectional(layers.LSTM(2, name="memory", return_sequences=True), name="both"),
            layers.RNN([layers.LSTMCell(2), layers.GRUCell(3)], name="stacked"),
            layers.BatchNormalization(name="norm"),
        ]
    )
    gates = ["kernel", "recurrent_kernel", "bias"]
    assert [weight.name for weight in model.weights] == [
        "bare/kernel", "bare/bias", "each/kernel", "each/bias",
        *(f"both/forward_memory/{gate}" for gate in gates),
        *(f"both/backward_memory/{gate}" for gate in gates),
        *(f"stacked/RNNCell_0/{gate}" for gate in gates),
        *(f"stacked/RNNCell_1/{gate}" for gate in gates),
        "norm/gamma", "norm/beta", "norm/moving_mean", "norm/moving_variance",
    ]  # fmt: skip


def test_frozen_layers_come_after_trainable_ones() -> None:
    """A frozen layer's weights move behind all that training changes, before or after building."""
    made = [layers.Dense(2, input_shape=(2,), name=name) for name in ("a", "b")]
    model = pyio.Sequential([made[0], layers.BatchNormalization(name="n"), made[1]])
    made[0].trainable = False
    assert [weight.name for weight in model.weights] == [
        "n/gamma", "n/beta", "b/kernel", "b/bias",
        "a/kernel", "a/bias", "n/moving_mean", "n/moving_variance",
    ]  # fmt: skip
    assert next(name for name, _ in model.named_weights(trainable_only=True)) == "n/gamma"
    assert len(model.named_weights(trainable_only=True)) == 4
