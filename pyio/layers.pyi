# Written by scripts/generate/layer_stubs.py from the classes in pyio/models/layers. Do not edit.
"""Every layer of TensorFlow.js 4.22: ``pyio.layers.Dense(units=10)`` and so on.

Arguments and defaults are those of ``tf.layers``, in snake case. `register` makes a layer class of
your own known, `register_activation` an activation; `Layer` shows how to write one. Classes are
imported when they are first used, so that importing this module stays quick in Pyodide.

Type checkers and editors read ``layers.pyi`` instead, which has the constructors in full.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import ArrayLike

import pyio.models.layers.activation as _activation
import pyio.models.layers.cells as _cells
import pyio.models.layers.convolutional as _convolutional
import pyio.models.layers.convolutional_recurrent as _convolutional_recurrent
import pyio.models.layers.core as _core
import pyio.models.layers.depthwise as _depthwise
import pyio.models.layers.embedding as _embedding
import pyio.models.layers.merge as _merge
import pyio.models.layers.noise as _noise
import pyio.models.layers.normalization as _normalization
import pyio.models.layers.pooling as _pooling
import pyio.models.layers.preprocessing as _preprocessing
import pyio.models.layers.recurrent as _recurrent
import pyio.models.layers.reshaping as _reshaping
import pyio.models.layers.spatial as _spatial
import pyio.models.layers.wrappers as _wrappers
from pyio.models.core.layer import Layer as Layer
from pyio.models.core.options import option as option
from pyio.models.core.parts import register_activation as register_activation
from pyio.models.core.phase import plain as plain
from pyio.models.core.phase import training_phase as training_phase
from pyio.models.layers.core import Input as Input
from pyio.models.serialization.registry import register as register

__all__ = [
    "Activation",
    "Add",
    "AlphaDropout",
    "Average",
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "BatchNormalization",
    "Bidirectional",
    "CategoryEncoding",
    "CenterCrop",
    "Concatenate",
    "Conv1D",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "ConvLSTM2D",
    "ConvLSTM2DCell",
    "Cropping2D",
    "Dense",
    "DepthwiseConv2D",
    "Dot",
    "Dropout",
    "ELU",
    "Embedding",
    "Flatten",
    "GRU",
    "GRUCell",
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "Input",
    "InputLayer",
    "LSTM",
    "LSTMCell",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Masking",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
    "Maximum",
    "Minimum",
    "Multiply",
    "PReLU",
    "Permute",
    "RNN",
    "RandomWidth",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "Resizing",
    "SeparableConv2D",
    "SimpleRNN",
    "SimpleRNNCell",
    "Softmax",
    "SpatialDropout1D",
    "StackedRNNCells",
    "ThresholdedReLU",
    "TimeDistributed",
    "UpSampling2D",
    "ZeroPadding2D",
    "option",
    "plain",
    "register",
    "register_activation",
    "training_phase",
]

class ReLU(_activation.ReLU):
    """``x`` above 0, 0 below.

    Args:
        max_value: The largest output; None for no limit.
        negative_slope: The slope below the threshold. Keras has it, TensorFlow.js ignores it.
        threshold: Where the positive part begins. Keras has it, TensorFlow.js ignores it.
    """

    def __init__(
        self,
        max_value: float | None = None,
        *,
        negative_slope: float | None = 0,
        threshold: float | None = 0,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class LeakyReLU(_activation.LeakyReLU):
    """``x`` above 0, ``alpha * x`` below.

    Args:
        alpha: The slope below 0.
    """

    def __init__(
        self,
        alpha: float | None = 0.3,
        *,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class PReLU(_activation.PReLU):
    """``x`` above 0, ``alpha * x`` below, with a learned alpha for each position.

    Args:
        alpha_initializer: What alpha starts from.
        alpha_regularizer: Regularizer of alpha. Stored in the config; used in training only.
        alpha_constraint: Constraint on alpha. Stored in the config; used in training only.
        shared_axes: Axes along which alpha is the same, counted from 1.
    """

    def __init__(
        self,
        *,
        alpha_initializer: str | Mapping[str, Any] | None = "Zeros",
        alpha_regularizer: str | Mapping[str, Any] | None = None,
        alpha_constraint: str | Mapping[str, Any] | None = None,
        shared_axes: Any = None,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class ELU(_activation.ELU):
    """``x`` above 0, ``alpha * (exp(x) - 1)`` below.

    Args:
        alpha: The limit far below 0, negated. TensorFlow.js accepts only 1.
    """

    def __init__(
        self,
        alpha: float | None = 1,
        *,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class ThresholdedReLU(_activation.ThresholdedReLU):
    """``x`` above `theta`, 0 below.

    Args:
        theta: The threshold.
    """

    def __init__(
        self,
        theta: float | None = 1,
        *,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Softmax(_activation.Softmax):
    """exp(x), scaled so that it sums to 1.

    Args:
        axis: The axis, or axes, along which it sums to 1. The default is 1, as in TensorFlow.js.
    """

    def __init__(
        self,
        axis: int | Sequence[int] | None = 1,
        *,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class SimpleRNNCell(_cells.SimpleRNNCell):
    """``activation(x @ kernel + state @ recurrent_kernel + bias)``."""

    def __init__(
        self,
        units: int,
        *,
        activation: str | Layer | Mapping[str, Any] | None = "tanh",
        use_bias: bool | None = True,
        kernel_initializer: str | Mapping[str, Any] | None = "GlorotNormal",
        recurrent_initializer: str | Mapping[str, Any] | None = "Orthogonal",
        bias_initializer: str | Mapping[str, Any] | None = "Zeros",
        kernel_regularizer: str | Mapping[str, Any] | None = None,
        recurrent_regularizer: str | Mapping[str, Any] | None = None,
        bias_regularizer: str | Mapping[str, Any] | None = None,
        activity_regularizer: str | Mapping[str, Any] | None = None,
        kernel_constraint: str | Mapping[str, Any] | None = None,
        recurrent_constraint: str | Mapping[str, Any] | None = None,
        bias_constraint: str | Mapping[str, Any] | None = None,
        dropout: float | None = 0,
        recurrent_dropout: float | None = 0,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class GRUCell(_cells.GRUCell):
    """A gated recurrent unit: gates z, r and h, in this order.

    Args:
        reset_after: Whether the reset gate acts after the product with the recurrent kernel, as
            Keras does by default. TensorFlow.js cannot.
    """

    def __init__(
        self,
        units: int,
        *,
        activation: str | Layer | Mapping[str, Any] | None = "tanh",
        recurrent_activation: str | Layer | Mapping[str, Any] | None = "hard_sigmoid",
        use_bias: bool | None = True,
        kernel_initializer: str | Mapping[str, Any] | None = "GlorotNormal",
        recurrent_initializer: str | Mapping[str, Any] | None = "Orthogonal",
        bias_initializer: str | Mapping[str, Any] | None = "Zeros",
        kernel_regularizer: str | Mapping[str, Any] | None = None,
        recurrent_regularizer: str | Mapping[str, Any] | None = None,
        bias_regularizer: str | Mapping[str, Any] | None = None,
        activity_regularizer: str | Mapping[str, Any] | None = None,
        kernel_constraint: str | Mapping[str, Any] | None = None,
        recurrent_constraint: str | Mapping[str, Any] | None = None,
        bias_constraint: str | Mapping[str, Any] | None = None,
        dropout: float | None = 0,
        recurrent_dropout: float | None = 0,
        implementation: int | None = None,
        reset_after: bool | None = False,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class LSTMCell(_cells.LSTMCell):
    """A long short-term memory: gates i, f, c and o, in this order.

    Args:
        unit_forget_bias: Whether the bias of the forget gate starts from 1.
    """

    def __init__(
        self,
        units: int,
        *,
        activation: str | Layer | Mapping[str, Any] | None = "tanh",
        recurrent_activation: str | Layer | Mapping[str, Any] | None = "hard_sigmoid",
        use_bias: bool | None = True,
        kernel_initializer: str | Mapping[str, Any] | None = "GlorotNormal",
        recurrent_initializer: str | Mapping[str, Any] | None = "Orthogonal",
        bias_initializer: str | Mapping[str, Any] | None = "Zeros",
        unit_forget_bias: bool | None = None,
        kernel_regularizer: str | Mapping[str, Any] | None = None,
        recurrent_regularizer: str | Mapping[str, Any] | None = None,
        bias_regularizer: str | Mapping[str, Any] | None = None,
        activity_regularizer: str | Mapping[str, Any] | None = None,
        kernel_constraint: str | Mapping[str, Any] | None = None,
        recurrent_constraint: str | Mapping[str, Any] | None = None,
        bias_constraint: str | Mapping[str, Any] | None = None,
        dropout: float | None = 0,
        recurrent_dropout: float | None = 0,
        implementation: int | None = None,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class StackedRNNCells(_cells.StackedRNNCells):
    """Cells on top of one another. The states of the last come first, as in TensorFlow.js.

    Args:
        cells: The cells, from the bottom up.
    """

    def __init__(
        self,
        cells: Sequence[Layer | Mapping[str, Any]],
        *,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Conv1D(_convolutional.Conv1D):
    """A convolution over sequences: (batch, steps, in) -> (batch, steps, filters).

    Args:
        padding: "valid", "same" or "causal", which takes earlier steps only. TensorFlow.js
            accepts "causal" in a topology and cannot compute it.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        *,
        kernel_initializer: str | Mapping[str, Any] | None = "GlorotNormal",
        kernel_regularizer: str | Mapping[str, Any] | None = None,
        kernel_constraint: str | Mapping[str, Any] | None = None,
        strides: int | Sequence[int] | None = 1,
        padding: str | None = "valid",
        dilation_rate: int | Sequence[int] | None = 1,
        activation: str | Layer | Mapping[str, Any] | None = "linear",
        use_bias: bool | None = True,
        bias_initializer: str | Mapping[str, Any] | None = "Zeros",
        bias_regularizer: str | Mapping[str, Any] | None = None,
        activity_regularizer: str | Mapping[str, Any] | None = None,
        bias_constraint: str | Mapping[str, Any] | None = None,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Conv2D(_convolutional.Conv2D):
    """A convolution over images: (batch, height, width, in) -> (batch, height, width, filters)."""

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        *,
        kernel_initializer: str | Mapping[str, Any] | None = "GlorotNormal",
        kernel_regularizer: str | Mapping[str, Any] | None = None,
        kernel_constraint: str | Mapping[str, Any] | None = None,
        strides: int | Sequence[int] | None = 1,
        padding: str | None = "valid",
        data_format: str | None = "channels_last",
        dilation_rate: int | Sequence[int] | None = 1,
        activation: str | Layer | Mapping[str, Any] | None = "linear",
        use_bias: bool | None = True,
        bias_initializer: str | Mapping[str, Any] | None = "Zeros",
        bias_regularizer: str | Mapping[str, Any] | None = None,
        activity_regularizer: str | Mapping[str, Any] | None = None,
        bias_constraint: str | Mapping[str, Any] | None = None,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Conv3D(_convolutional.Conv3D):
    """A convolution over volumes: (batch, depth, height, width, in) -> (..., filters)."""

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        *,
        kernel_initializer: str | Mapping[str, Any] | None = "GlorotNormal",
        kernel_regularizer: str | Mapping[str, Any] | None = None,
        kernel_constraint: str | Mapping[str, Any] | None = None,
        strides: int | Sequence[int] | None = 1,
        padding: str | None = "valid",
        data_format: str | None = "channels_last",
        dilation_rate: int | Sequence[int] | None = 1,
        activation: str | Layer | Mapping[str, Any] | None = "linear",
        use_bias: bool | None = True,
        bias_initializer: str | Mapping[str, Any] | None = "Zeros",
        bias_regularizer: str | Mapping[str, Any] | None = None,
        activity_regularizer: str | Mapping[str, Any] | None = None,
        bias_constraint: str | Mapping[str, Any] | None = None,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Conv2DTranspose(_convolutional.Conv2DTranspose):
    """A transposed convolution over images, which makes them larger."""

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        *,
        kernel_initializer: str | Mapping[str, Any] | None = "GlorotNormal",
        kernel_regularizer: str | Mapping[str, Any] | None = None,
        kernel_constraint: str | Mapping[str, Any] | None = None,
        strides: int | Sequence[int] | None = 1,
        padding: str | None = "valid",
        data_format: str | None = "channels_last",
        dilation_rate: int | Sequence[int] | None = [1, 1],
        activation: str | Layer | Mapping[str, Any] | None = "linear",
        use_bias: bool | None = True,
        bias_initializer: str | Mapping[str, Any] | None = "Zeros",
        bias_regularizer: str | Mapping[str, Any] | None = None,
        activity_regularizer: str | Mapping[str, Any] | None = None,
        bias_constraint: str | Mapping[str, Any] | None = None,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Conv3DTranspose(_convolutional.Conv3DTranspose):
    """A transposed convolution over volumes, which makes them larger."""

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        *,
        kernel_initializer: str | Mapping[str, Any] | None = "GlorotNormal",
        kernel_regularizer: str | Mapping[str, Any] | None = None,
        kernel_constraint: str | Mapping[str, Any] | None = None,
        strides: int | Sequence[int] | None = 1,
        padding: str | None = "valid",
        data_format: str | None = "channels_last",
        dilation_rate: int | Sequence[int] | None = [1, 1, 1],
        activation: str | Layer | Mapping[str, Any] | None = "linear",
        use_bias: bool | None = True,
        bias_initializer: str | Mapping[str, Any] | None = "Zeros",
        bias_regularizer: str | Mapping[str, Any] | None = None,
        activity_regularizer: str | Mapping[str, Any] | None = None,
        bias_constraint: str | Mapping[str, Any] | None = None,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class ConvLSTM2D(_convolutional_recurrent.ConvLSTM2D):
    """A layer of long short-term memories over images: (batch, steps, height, width, in)."""

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        *,
        activation: str | Layer | Mapping[str, Any] | None = "tanh",
        recurrent_activation: str | Layer | Mapping[str, Any] | None = "hard_sigmoid",
        use_bias: bool | None = True,
        kernel_initializer: str | Mapping[str, Any] | None = "GlorotNormal",
        recurrent_initializer: str | Mapping[str, Any] | None = "Orthogonal",
        bias_initializer: str | Mapping[str, Any] | None = "Zeros",
        unit_forget_bias: bool | None = None,
        kernel_regularizer: str | Mapping[str, Any] | None = None,
        recurrent_regularizer: str | Mapping[str, Any] | None = None,
        bias_regularizer: str | Mapping[str, Any] | None = None,
        activity_regularizer: str | Mapping[str, Any] | None = None,
        kernel_constraint: str | Mapping[str, Any] | None = None,
        recurrent_constraint: str | Mapping[str, Any] | None = None,
        bias_constraint: str | Mapping[str, Any] | None = None,
        dropout: float | None = 0,
        recurrent_dropout: float | None = 0,
        implementation: int | None = None,
        padding: str | None = "valid",
        data_format: str | None = "channels_last",
        dilation_rate: int | Sequence[int] | None = 1,
        strides: int | Sequence[int] | None = 1,
        return_sequences: bool | None = False,
        return_state: bool | None = False,
        go_backwards: bool | None = False,
        stateful: bool | None = False,
        unroll: bool | None = False,
        zero_output_for_mask: bool | None = False,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class ConvLSTM2DCell(_convolutional_recurrent.ConvLSTM2DCell):
    """A long short-term memory whose products are convolutions.

    Args:
        filters: The number of channels of the output.
        kernel_size: The sides of the window.
        padding: "valid" or "same", for the input; the state is always padded.
        data_format: "channels_last" or "channels_first".
        dilation_rate: The distance between the values that a window takes.
        strides: How far the window moves over the input.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        *,
        activation: str | Layer | Mapping[str, Any] | None = "tanh",
        recurrent_activation: str | Layer | Mapping[str, Any] | None = "hard_sigmoid",
        use_bias: bool | None = True,
        kernel_initializer: str | Mapping[str, Any] | None = "GlorotNormal",
        recurrent_initializer: str | Mapping[str, Any] | None = "Orthogonal",
        bias_initializer: str | Mapping[str, Any] | None = "Zeros",
        unit_forget_bias: bool | None = None,
        kernel_regularizer: str | Mapping[str, Any] | None = None,
        recurrent_regularizer: str | Mapping[str, Any] | None = None,
        bias_regularizer: str | Mapping[str, Any] | None = None,
        activity_regularizer: str | Mapping[str, Any] | None = None,
        kernel_constraint: str | Mapping[str, Any] | None = None,
        recurrent_constraint: str | Mapping[str, Any] | None = None,
        bias_constraint: str | Mapping[str, Any] | None = None,
        dropout: float | None = 0,
        recurrent_dropout: float | None = 0,
        implementation: int | None = None,
        padding: str | None = "valid",
        data_format: str | None = "channels_last",
        dilation_rate: int | Sequence[int] | None = 1,
        strides: int | Sequence[int] | None = 1,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class InputLayer(_core.InputLayer):
    """The entry of data into a model; `pyio.Input` makes one.

    Args:
        input_shape: The shape of one example; or `batch_input_shape`, with the batch in front.
        dtype: "float32" (the default), "int32" or "bool".
        sparse: Stored in the config; tensors are always dense, as in TensorFlow.js.
    """

    def __init__(
        self,
        *,
        sparse: bool | None = False,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Dense(_core.Dense):
    """``activation(x @ kernel + bias)`` on the last axis: (..., in) -> (..., units).

    Args:
        units: The size of the output.
        activation: The name of an activation or a layer such as ReLU; "linear" unless given.
        use_bias: Whether a bias is added.
        kernel_initializer: What the kernel (in, units) starts from.
        bias_initializer: What the bias (units,) starts from.
        kernel_regularizer: Regularizer of the kernel. Stored in the config; used in training only.
        bias_regularizer: The same for the bias.
        activity_regularizer: The same for the output.
        kernel_constraint: Constraint on the kernel. Stored in the config; used in training only.
        bias_constraint: The same for the bias.
        input_dim: Short for ``input_shape=(input_dim,)``.
    """

    def __init__(
        self,
        units: int,
        *,
        activation: str | Layer | Mapping[str, Any] | None = "linear",
        use_bias: bool | None = True,
        kernel_initializer: str | Mapping[str, Any] | None = "GlorotNormal",
        bias_initializer: str | Mapping[str, Any] | None = "Zeros",
        kernel_regularizer: str | Mapping[str, Any] | None = None,
        bias_regularizer: str | Mapping[str, Any] | None = None,
        activity_regularizer: str | Mapping[str, Any] | None = None,
        kernel_constraint: str | Mapping[str, Any] | None = None,
        bias_constraint: str | Mapping[str, Any] | None = None,
        input_dim: int | None = None,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Activation(_core.Activation):
    """An activation as a layer of its own.

    Args:
        activation: The name of the activation.
    """

    def __init__(
        self,
        activation: str | Layer | Mapping[str, Any] | None = "linear",
        *,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Dropout(_core.Dropout):
    """Drops values in training; predictions pass unchanged.

    Args:
        rate: The share that is dropped, 0 to 1.
        noise_shape: The shape of the mask; values that share an element are dropped together.
        seed: Makes training repeatable.
    """

    def __init__(
        self,
        rate: float,
        *,
        noise_shape: Sequence[int | None] | None = None,
        seed: float | None = None,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class SpatialDropout1D(_core.SpatialDropout1D):
    """Drops whole channels of sequences in training; predictions pass unchanged.

    Args:
        rate: The share that is dropped, 0 to 1.
        noise_shape: Stored in the config.
        seed: Makes training repeatable.
    """

    def __init__(
        self,
        rate: float,
        *,
        noise_shape: Sequence[int | None] | None = None,
        seed: float | None = None,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class SeparableConv2D(_depthwise.SeparableConv2D):
    """A convolution of each channel on its own, then one across channels at each position.

    Args:
        depth_multiplier: The number of outputs per channel of the first step.
        depthwise_initializer: What the kernel (*kernel_size, in, depth_multiplier) starts from.
        pointwise_initializer: What the kernel (1, 1, in * depth_multiplier, filters) starts from.
        depthwise_regularizer: Regularizer of the first kernel. Stored in the config; used in
            training only.
        pointwise_regularizer: The same for the second kernel.
        depthwise_constraint: Constraint on the first kernel. Stored in the config; used in training
            only.
        pointwise_constraint: The same for the second kernel.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        *,
        strides: int | Sequence[int] | None = 1,
        padding: str | None = "valid",
        data_format: str | None = "channels_last",
        dilation_rate: int | Sequence[int] | None = 1,
        activation: str | Layer | Mapping[str, Any] | None = "linear",
        use_bias: bool | None = True,
        bias_initializer: str | Mapping[str, Any] | None = "Zeros",
        bias_regularizer: str | Mapping[str, Any] | None = None,
        activity_regularizer: str | Mapping[str, Any] | None = None,
        bias_constraint: str | Mapping[str, Any] | None = None,
        depthwise_initializer: str | Mapping[str, Any] | None = "GlorotUniform",
        pointwise_initializer: str | Mapping[str, Any] | None = "GlorotUniform",
        depthwise_regularizer: str | Mapping[str, Any] | None = None,
        pointwise_regularizer: str | Mapping[str, Any] | None = None,
        depthwise_constraint: str | Mapping[str, Any] | None = None,
        pointwise_constraint: str | Mapping[str, Any] | None = None,
        depth_multiplier: int | None = 1,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class DepthwiseConv2D(_depthwise.DepthwiseConv2D):
    """A convolution of each channel on its own: (..., in) -> (..., in * depth_multiplier).

    Args:
        depth_multiplier: The number of outputs per channel.
        depthwise_initializer: What the kernel (*kernel_size, in, depth_multiplier) starts from.
        depthwise_regularizer: Regularizer of the kernel. Stored in the config; used in training
            only.
        depthwise_constraint: Constraint on the kernel. Stored in the config; used in training only.
    """

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        *,
        strides: int | Sequence[int] | None = 1,
        padding: str | None = "valid",
        data_format: str | None = "channels_last",
        dilation_rate: int | Sequence[int] | None = 1,
        activation: str | Layer | Mapping[str, Any] | None = "linear",
        use_bias: bool | None = True,
        bias_initializer: str | Mapping[str, Any] | None = "Zeros",
        bias_regularizer: str | Mapping[str, Any] | None = None,
        activity_regularizer: str | Mapping[str, Any] | None = None,
        bias_constraint: str | Mapping[str, Any] | None = None,
        depth_multiplier: int | None = 1,
        depthwise_initializer: str | Mapping[str, Any] | None = "GlorotNormal",
        depthwise_regularizer: str | Mapping[str, Any] | None = None,
        depthwise_constraint: str | Mapping[str, Any] | None = None,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Masking(_embedding.Masking):
    """Masks the steps of a sequence whose values are all `mask_value`, and sets them to 0.

    Args:
        mask_value: The value that marks a step that does not count.
    """

    def __init__(
        self,
        mask_value: float | None = 0,
        *,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Embedding(_embedding.Embedding):
    """A vector for each whole number: (batch, ...) -> (batch, ..., output_dim).

    Args:
        input_dim: The number of vectors: the input has numbers from 0 to ``input_dim - 1``.
        output_dim: The size of a vector.
        embeddings_initializer: What the table (input_dim, output_dim) starts from.
        embeddings_regularizer: Regularizer of the table. Stored in the config; used in training
            only.
        activity_regularizer: The same for the output.
        embeddings_constraint: Constraint on the table. Stored in the config; used in training only.
        mask_zero: Whether the number 0 masks its step.
        input_length: The length of the sequences, if all have the same.
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        *,
        embeddings_initializer: str | Mapping[str, Any] | None = "RandomUniform",
        embeddings_regularizer: str | Mapping[str, Any] | None = None,
        activity_regularizer: str | Mapping[str, Any] | None = None,
        embeddings_constraint: str | Mapping[str, Any] | None = None,
        mask_zero: bool | None = None,
        input_length: Any = None,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Add(_merge.Add):
    """The sum of the inputs."""

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Multiply(_merge.Multiply):
    """The product of the inputs."""

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Average(_merge.Average):
    """The mean of the inputs."""

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Maximum(_merge.Maximum):
    """The largest of the inputs at each position."""

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Minimum(_merge.Minimum):
    """The smallest of the inputs at each position."""

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Concatenate(_merge.Concatenate):
    """The inputs one after another along an axis.

    Args:
        axis: The axis; the last unless given.
    """

    def __init__(
        self,
        axis: int | None = -1,
        *,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Dot(_merge.Dot):
    """The products of two inputs, summed along one axis of each, example by example.

    Args:
        axes: The axis of both, or one for each; the batch is axis 0 and cannot be summed.
        normalize: Whether both are scaled to length 1 along their axis first; the results are
            cosines then.
    """

    def __init__(
        self,
        axes: int | Sequence[int],
        *,
        normalize: bool | None = False,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class GaussianNoise(_noise.GaussianNoise):
    """Adds normally distributed noise in training; predictions pass unchanged.

    Args:
        stddev: The standard deviation of the noise.
    """

    def __init__(
        self,
        stddev: float,
        *,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class GaussianDropout(_noise.GaussianDropout):
    """Multiplies with normally distributed noise in training; predictions pass unchanged.

    Args:
        rate: How much: the standard deviation is ``sqrt(rate / (1 - rate))``.
    """

    def __init__(
        self,
        rate: float,
        *,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class AlphaDropout(_noise.AlphaDropout):
    """Drops values and keeps mean and variance in training; predictions pass unchanged.

    Args:
        rate: The share that is dropped.
    """

    def __init__(
        self,
        rate: float,
        *,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class BatchNormalization(_normalization.BatchNormalization):
    """``gamma * (x - moving_mean) / sqrt(moving_variance + epsilon) + beta`` along one axis.

    Args:
        axis: The axis of the channels. TensorFlow.js computes wrong numbers unless it is the last.
        momentum: How slowly training moves mean and variance.
        epsilon: Keeps the division away from 0.
        center: Whether there is a beta.
        scale: Whether there is a gamma.
        beta_initializer: What beta starts from.
        gamma_initializer: What gamma starts from.
        moving_mean_initializer: What the mean starts from.
        moving_variance_initializer: What the variance starts from.
        beta_regularizer: Regularizer of beta. Stored in the config; used in training only.
        gamma_regularizer: The same for gamma.
        beta_constraint: Constraint on beta. Stored in the config; used in training only.
        gamma_constraint: The same for gamma.
    """

    def __init__(
        self,
        *,
        axis: Any = -1,
        momentum: float | None = 0.99,
        epsilon: float | None = 0.001,
        center: bool | None = True,
        scale: bool | None = True,
        beta_initializer: str | Mapping[str, Any] | None = "Zeros",
        gamma_initializer: str | Mapping[str, Any] | None = "Ones",
        moving_mean_initializer: str | Mapping[str, Any] | None = "Zeros",
        moving_variance_initializer: str | Mapping[str, Any] | None = "Ones",
        beta_regularizer: str | Mapping[str, Any] | None = None,
        gamma_regularizer: str | Mapping[str, Any] | None = None,
        beta_constraint: str | Mapping[str, Any] | None = None,
        gamma_constraint: str | Mapping[str, Any] | None = None,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class LayerNormalization(_normalization.LayerNormalization):
    """Each example brought to mean 0 and variance 1, then ``gamma * x + beta``.

    Args:
        axis: The axis, or axes, along which mean and variance are taken.
        epsilon: Keeps the division away from 0.
        center: Whether there is a beta.
        scale: Whether there is a gamma.
        beta_initializer: What beta starts from.
        gamma_initializer: What gamma starts from.
        beta_regularizer: Regularizer of beta. Stored in the config; used in training only.
        gamma_regularizer: The same for gamma.
    """

    def __init__(
        self,
        *,
        axis: int | Sequence[int] | None = -1,
        epsilon: float | None = 0.001,
        center: bool | None = True,
        scale: bool | None = True,
        beta_initializer: str | Mapping[str, Any] | None = "Zeros",
        gamma_initializer: str | Mapping[str, Any] | None = "Ones",
        beta_regularizer: str | Mapping[str, Any] | None = None,
        gamma_regularizer: str | Mapping[str, Any] | None = None,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class MaxPooling1D(_pooling.MaxPooling1D):
    """The largest value of each window of sequences."""

    def __init__(
        self,
        pool_size: int | Sequence[int] | None = 2,
        *,
        padding: str | None = "valid",
        strides: int | Sequence[int] | None = None,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class MaxPooling2D(_pooling.MaxPooling2D):
    """The largest value of each window of images."""

    def __init__(
        self,
        pool_size: int | Sequence[int] | None = 2,
        *,
        padding: str | None = "valid",
        strides: int | Sequence[int] | None = None,
        data_format: str | None = "channels_last",
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class MaxPooling3D(_pooling.MaxPooling3D):
    """The largest value of each window of volumes."""

    def __init__(
        self,
        pool_size: int | Sequence[int] | None = 2,
        *,
        padding: str | None = "valid",
        strides: int | Sequence[int] | None = None,
        data_format: str | None = "channels_last",
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class AveragePooling1D(_pooling.AveragePooling1D):
    """The mean of each window of sequences."""

    def __init__(
        self,
        pool_size: int | Sequence[int] | None = 2,
        *,
        padding: str | None = "valid",
        strides: int | Sequence[int] | None = None,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class AveragePooling2D(_pooling.AveragePooling2D):
    """The mean of each window of images."""

    def __init__(
        self,
        pool_size: int | Sequence[int] | None = 2,
        *,
        padding: str | None = "valid",
        strides: int | Sequence[int] | None = None,
        data_format: str | None = "channels_last",
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class AveragePooling3D(_pooling.AveragePooling3D):
    """The mean of each window of volumes."""

    def __init__(
        self,
        pool_size: int | Sequence[int] | None = 2,
        *,
        padding: str | None = "valid",
        strides: int | Sequence[int] | None = None,
        data_format: str | None = "channels_last",
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class GlobalMaxPooling1D(_pooling.GlobalMaxPooling1D):
    """The largest value of each channel: (batch, steps, channels) -> (batch, channels)."""

    def __init__(
        self,
        *,
        keepdims: bool | None = False,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class GlobalMaxPooling2D(_pooling.GlobalMaxPooling2D):
    """The largest value of each channel of images: the output is (batch, channels)."""

    def __init__(
        self,
        *,
        data_format: str | None = "channels_last",
        keepdims: bool | None = False,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class GlobalAveragePooling1D(_pooling.GlobalAveragePooling1D):
    """The mean of each channel: (batch, steps, channels) -> (batch, channels).

    Args:
        use_mask: Whether masked steps are left out of the mean, as Keras does. TensorFlow.js
            counts them. It is set for models that Keras wrote.
    """

    def __init__(
        self,
        *,
        use_mask: bool | None = False,
        keepdims: bool | None = False,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class GlobalAveragePooling2D(_pooling.GlobalAveragePooling2D):
    """The mean of each channel of images: the output is (batch, channels)."""

    def __init__(
        self,
        *,
        data_format: str | None = "channels_last",
        keepdims: bool | None = False,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Rescaling(_preprocessing.Rescaling):
    """``x * scale + offset``.

    Args:
        scale: A number, or one for each channel.
        offset: A number, or one for each channel.
    """

    def __init__(
        self,
        scale: ArrayLike,
        offset: ArrayLike | None = 0,
        *,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Resizing(_preprocessing.Resizing):
    """Images in another size, sampled as TensorFlow.js does: the corners of both coincide.

    Args:
        height: The new height.
        width: The new width.
        interpolation: "bilinear" blends pixels, "nearest" takes one.
        crop_to_aspect_ratio: Whether the image is cut to the new proportions first, instead of
            being distorted.
    """

    def __init__(
        self,
        height: int,
        width: int,
        *,
        interpolation: str | None = "bilinear",
        crop_to_aspect_ratio: bool | None = False,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class CenterCrop(_preprocessing.CenterCrop):
    """The middle of images; smaller images are enlarged instead.

    Args:
        height: The height that is left.
        width: The width that is left.
    """

    def __init__(
        self,
        height: int,
        width: int,
        *,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class CategoryEncoding(_preprocessing.CategoryEncoding):
    """Whole numbers as vectors with one place for each category.

    Args:
        num_tokens: The number of categories: the input has numbers from 0 to ``num_tokens - 1``.
        output_mode: "multi_hot" marks the categories of an example, "count" counts them,
            "one_hot" gives a vector for each number, "tf_idf" counts with weights, "int" changes
            nothing.
    """

    def __init__(
        self,
        num_tokens: int,
        *,
        output_mode: str | None = "multi_hot",
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class RandomWidth(_preprocessing.RandomWidth):
    """Images of random width in training; predictions pass unchanged, as in Keras.

    Args:
        factor: The largest relative change of the width: a number, or [lower, upper].
        interpolation: "bilinear" or "nearest".
        seed: Makes training repeatable.
    """

    def __init__(
        self,
        factor: Any,
        *,
        interpolation: str | None = "bilinear",
        seed: int | None = None,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class RNN(_recurrent.RNN):
    """A recurrent layer of any cell.

    Args:
        cell: The cell, or a list of cells to stack.
    """

    def __init__(
        self,
        cell: Any,
        *,
        return_sequences: bool | None = False,
        return_state: bool | None = False,
        go_backwards: bool | None = False,
        stateful: bool | None = False,
        unroll: bool | None = False,
        zero_output_for_mask: bool | None = False,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class SimpleRNN(_recurrent.SimpleRNN):
    """A recurrent layer: ``activation(x @ kernel + state @ recurrent_kernel + bias)``."""

    def __init__(
        self,
        units: int,
        *,
        activation: str | Layer | Mapping[str, Any] | None = "tanh",
        use_bias: bool | None = True,
        kernel_initializer: str | Mapping[str, Any] | None = "GlorotNormal",
        recurrent_initializer: str | Mapping[str, Any] | None = "Orthogonal",
        bias_initializer: str | Mapping[str, Any] | None = "Zeros",
        kernel_regularizer: str | Mapping[str, Any] | None = None,
        recurrent_regularizer: str | Mapping[str, Any] | None = None,
        bias_regularizer: str | Mapping[str, Any] | None = None,
        activity_regularizer: str | Mapping[str, Any] | None = None,
        kernel_constraint: str | Mapping[str, Any] | None = None,
        recurrent_constraint: str | Mapping[str, Any] | None = None,
        bias_constraint: str | Mapping[str, Any] | None = None,
        dropout: float | None = 0,
        recurrent_dropout: float | None = 0,
        return_sequences: bool | None = False,
        return_state: bool | None = False,
        go_backwards: bool | None = False,
        stateful: bool | None = False,
        unroll: bool | None = False,
        zero_output_for_mask: bool | None = False,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class GRU(_recurrent.GRU):
    """A layer of gated recurrent units."""

    def __init__(
        self,
        units: int,
        *,
        activation: str | Layer | Mapping[str, Any] | None = "tanh",
        recurrent_activation: str | Layer | Mapping[str, Any] | None = "hard_sigmoid",
        use_bias: bool | None = True,
        kernel_initializer: str | Mapping[str, Any] | None = "GlorotNormal",
        recurrent_initializer: str | Mapping[str, Any] | None = "Orthogonal",
        bias_initializer: str | Mapping[str, Any] | None = "Zeros",
        kernel_regularizer: str | Mapping[str, Any] | None = None,
        recurrent_regularizer: str | Mapping[str, Any] | None = None,
        bias_regularizer: str | Mapping[str, Any] | None = None,
        activity_regularizer: str | Mapping[str, Any] | None = None,
        kernel_constraint: str | Mapping[str, Any] | None = None,
        recurrent_constraint: str | Mapping[str, Any] | None = None,
        bias_constraint: str | Mapping[str, Any] | None = None,
        dropout: float | None = 0,
        recurrent_dropout: float | None = 0,
        implementation: int | None = None,
        reset_after: bool | None = False,
        return_sequences: bool | None = False,
        return_state: bool | None = False,
        go_backwards: bool | None = False,
        stateful: bool | None = False,
        unroll: bool | None = False,
        zero_output_for_mask: bool | None = False,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class LSTM(_recurrent.LSTM):
    """A layer of long short-term memories."""

    def __init__(
        self,
        units: int,
        *,
        activation: str | Layer | Mapping[str, Any] | None = "tanh",
        recurrent_activation: str | Layer | Mapping[str, Any] | None = "hard_sigmoid",
        use_bias: bool | None = True,
        kernel_initializer: str | Mapping[str, Any] | None = "GlorotNormal",
        recurrent_initializer: str | Mapping[str, Any] | None = "Orthogonal",
        bias_initializer: str | Mapping[str, Any] | None = "Zeros",
        unit_forget_bias: bool | None = None,
        kernel_regularizer: str | Mapping[str, Any] | None = None,
        recurrent_regularizer: str | Mapping[str, Any] | None = None,
        bias_regularizer: str | Mapping[str, Any] | None = None,
        activity_regularizer: str | Mapping[str, Any] | None = None,
        kernel_constraint: str | Mapping[str, Any] | None = None,
        recurrent_constraint: str | Mapping[str, Any] | None = None,
        bias_constraint: str | Mapping[str, Any] | None = None,
        dropout: float | None = 0,
        recurrent_dropout: float | None = 0,
        implementation: int | None = None,
        return_sequences: bool | None = False,
        return_state: bool | None = False,
        go_backwards: bool | None = False,
        stateful: bool | None = False,
        unroll: bool | None = False,
        zero_output_for_mask: bool | None = False,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Flatten(_reshaping.Flatten):
    """All but the batch in one axis: (batch, a, b, ...) -> (batch, a * b * ...).

    Args:
        data_format: "channels_first" moves the channels last before flattening.
    """

    def __init__(
        self,
        *,
        data_format: str | None = None,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class RepeatVector(_reshaping.RepeatVector):
    """The input `n` times as a sequence: (batch, size) -> (batch, n, size).

    Args:
        n: How many times.
    """

    def __init__(
        self,
        n: int,
        *,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Reshape(_reshaping.Reshape):
    """Another shape for the same values: (batch, ...) -> (batch, *target_shape).

    Args:
        target_shape: The shape of one example. One side may be None or negative; it is computed
            from the others.
    """

    def __init__(
        self,
        target_shape: Any,
        *,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Permute(_reshaping.Permute):
    """The axes in another order.

    Args:
        dims: For each axis of the output, the axis of the input, counted from 1.
    """

    def __init__(
        self,
        dims: Any,
        *,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Cropping2D(_spatial.Cropping2D):
    """Cuts rows and columns off images.

    Args:
        cropping: How many: one number, two, or [[top, bottom], [left, right]].
        data_format: "channels_last" or "channels_first".
    """

    def __init__(
        self,
        cropping: Any,
        *,
        data_format: str | None = "channels_last",
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class UpSampling2D(_spatial.UpSampling2D):
    """Makes images larger by whole factors.

    Args:
        size: The factors for height and width.
        data_format: "channels_last" or "channels_first".
        interpolation: "nearest" repeats pixels, "bilinear" blends them. "bilinear" samples from
            the corner of a pixel, as TensorFlow.js does; Keras samples from its middle.
    """

    def __init__(
        self,
        size: int | Sequence[int] | None = 2,
        *,
        data_format: str | None = "channels_last",
        interpolation: str | None = "nearest",
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class ZeroPadding2D(_spatial.ZeroPadding2D):
    """Puts rows and columns of 0 around images.

    Args:
        padding: How many: one number, two, or [[top, bottom], [left, right]].
        data_format: "channels_last" or "channels_first".
    """

    def __init__(
        self,
        padding: Any = 1,
        *,
        data_format: str | None = "channels_last",
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class TimeDistributed(_wrappers.TimeDistributed):
    """Applies a layer to every step: (batch, steps, ...) -> (batch, steps, ...).

    Args:
        layer: The layer for one step.
    """

    def __init__(
        self,
        layer: Layer | Mapping[str, Any],
        *,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Bidirectional(_wrappers.Bidirectional):
    """Runs a recurrent layer forwards and another of its kind backwards.

    Args:
        merge_mode: How the two outputs are merged: "concat", "sum", "mul", "ave", or "none" for
            two outputs.
        layer: The recurrent layer; two copies of it are made.
        backward_layer: Another layer for the way back, in place of the second copy. Keras has it,
            TensorFlow.js does not.
    """

    def __init__(
        self,
        layer: Layer | Mapping[str, Any],
        merge_mode: str | None = "concat",
        *,
        backward_layer: Layer | Mapping[str, Any] | None = None,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...
