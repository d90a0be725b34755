# Written by scripts/generate/layer_stubs.py from the classes in pyio/models/layers. Do not edit.
"""Every layer of TensorFlow.js 4.22 and those of Keras: ``pyio.layers.Dense(10)`` and so on.

Arguments and defaults are those of ``tf.layers``, in snake case. Layers that only Keras has take
Keras's arguments; saving warns of what TensorFlow.js cannot open. `register` makes a layer class of
your own known, `register_activation` an activation; `Layer` shows how to write one. Classes are
imported when they are first used, so that importing this module stays quick in Pyodide.

Type checkers and editors read ``layers.pyi`` instead, which has the constructors in full.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import ArrayLike

import pyio.models.layers.activation as _activation
import pyio.models.layers.adapted as _adapted
import pyio.models.layers.adaptive_pooling as _adaptive_pooling
import pyio.models.layers.attention as _attention
import pyio.models.layers.augmentation as _augmentation
import pyio.models.layers.cells as _cells
import pyio.models.layers.convolutional as _convolutional
import pyio.models.layers.convolutional_recurrent as _convolutional_recurrent
import pyio.models.layers.core as _core
import pyio.models.layers.depthwise as _depthwise
import pyio.models.layers.einsum as _einsum
import pyio.models.layers.embedding as _embedding
import pyio.models.layers.given_mask as _given_mask
import pyio.models.layers.global_pooling as _global_pooling
import pyio.models.layers.group_normalization as _group_normalization
import pyio.models.layers.keras_applications as _keras_applications
import pyio.models.layers.lookup as _lookup
import pyio.models.layers.merge as _merge
import pyio.models.layers.noise as _noise
import pyio.models.layers.normalization as _normalization
import pyio.models.layers.operation as _operation
import pyio.models.layers.pooling as _pooling
import pyio.models.layers.preprocessing as _preprocessing
import pyio.models.layers.recurrent as _recurrent
import pyio.models.layers.reshaping as _reshaping
import pyio.models.layers.scored_attention as _scored_attention
import pyio.models.layers.spatial as _spatial
import pyio.models.layers.text as _text
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
    "ActivityRegularization",
    "AdaptiveAveragePooling1D",
    "AdaptiveAveragePooling2D",
    "AdaptiveAveragePooling3D",
    "AdaptiveMaxPooling1D",
    "AdaptiveMaxPooling2D",
    "AdaptiveMaxPooling3D",
    "Add",
    "AdditiveAttention",
    "AlphaDropout",
    "Attention",
    "AugMix",
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
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM2DCell",
    "ConvLSTM3D",
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "CustomScaleLayer",
    "CutMix",
    "Dense",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "Discretization",
    "Dot",
    "Dropout",
    "ELU",
    "EinsumDense",
    "Embedding",
    "Flatten",
    "GRU",
    "GRUCell",
    "GaussianDropout",
    "GaussianNoise",
    "GivenMask",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
    "GroupNormalization",
    "GroupQueryAttention",
    "Hashing",
    "Identity",
    "Input",
    "InputLayer",
    "IntegerLookup",
    "KerasOp",
    "LSTM",
    "LSTMCell",
    "Layer",
    "LayerNormalization",
    "LayerScale",
    "LeakyReLU",
    "Masking",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
    "Maximum",
    "Minimum",
    "MixUp",
    "MultiHeadAttention",
    "Multiply",
    "Normalization",
    "PReLU",
    "Permute",
    "RMSNormalization",
    "RNN",
    "RandAugment",
    "RandomBrightness",
    "RandomColorDegeneration",
    "RandomColorJitter",
    "RandomContrast",
    "RandomElasticTransform",
    "RandomErasing",
    "RandomFlip",
    "RandomGaussianBlur",
    "RandomGrayscale",
    "RandomHeight",
    "RandomHue",
    "RandomInvert",
    "RandomPerspective",
    "RandomPosterization",
    "RandomRotation",
    "RandomSaturation",
    "RandomSharpness",
    "RandomShear",
    "RandomTranslation",
    "RandomWidth",
    "RandomZoom",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "Resizing",
    "ReversibleEmbedding",
    "SeparableConv1D",
    "SeparableConv2D",
    "SimpleRNN",
    "SimpleRNNCell",
    "Softmax",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "SpectralNormalization",
    "StackedRNNCells",
    "StringLookup",
    "Subtract",
    "TextVectorization",
    "ThresholdedReLU",
    "TimeDistributed",
    "UnitNormalization",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
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
        use_mask: bool | None = False,
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
        use_mask: bool | None = False,
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
        use_mask: bool | None = False,
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

class Normalization(_adapted.Normalization):
    """``(x - mean) / sqrt(variance)`` with fixed values for each position along some axes.

    Keras has it, TensorFlow.js does not.

    Args:
        axis: The axes along which there is a mean each; None for one mean for everything.
        mean: The means, if they are not weights.
        variance: The variances, if they are not weights.
        invert: Whether the input is brought back instead: ``x * sqrt(variance) + mean``.
        ignores_mask: Whether the output has no mask, as in Keras 2.
    """

    def __init__(
        self,
        *,
        axis: int | Sequence[int] | None = None,
        mean: ArrayLike | None = None,
        variance: ArrayLike | None = None,
        invert: bool | None = False,
        ignores_mask: bool | None = False,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Discretization(_adapted.Discretization):
    """The number of the bin of each value: (batch, ...) -> (batch, ...) of int32.

    Args:
        bin_boundaries: The rising boundaries between bins; a value on one is in the bin above it.
        num_bins: How many bins `adapt` of Keras looks for. Stored in the config.
        epsilon: How exactly it does. Stored in the config.
        output_mode: "int" for numbers, "one_hot" for a vector each, "multi_hot" and "count" for
            one vector (batch, bins) per example, in float32.
        sparse: Stored in the config; outputs are dense.
    """

    def __init__(
        self,
        bin_boundaries: Any,
        *,
        num_bins: int | None = None,
        epsilon: ArrayLike | None = 0.01,
        output_mode: str | None = "int",
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

class AdaptiveAveragePooling1D(_adaptive_pooling.AdaptiveAveragePooling1D):
    """The means of `output_size` windows of sequences (batch, steps, channels)."""

    def __init__(
        self,
        output_size: int | Sequence[int],
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

class AdaptiveAveragePooling2D(_adaptive_pooling.AdaptiveAveragePooling2D):
    """The means of `output_size` windows of images (batch, height, width, channels)."""

    def __init__(
        self,
        output_size: int | Sequence[int],
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

class AdaptiveAveragePooling3D(_adaptive_pooling.AdaptiveAveragePooling3D):
    """The means of `output_size` windows of volumes."""

    def __init__(
        self,
        output_size: int | Sequence[int],
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

class AdaptiveMaxPooling1D(_adaptive_pooling.AdaptiveMaxPooling1D):
    """The largest values of `output_size` windows of sequences (batch, steps, channels)."""

    def __init__(
        self,
        output_size: int | Sequence[int],
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

class AdaptiveMaxPooling2D(_adaptive_pooling.AdaptiveMaxPooling2D):
    """The largest values of `output_size` windows of images (batch, height, width, channels)."""

    def __init__(
        self,
        output_size: int | Sequence[int],
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

class AdaptiveMaxPooling3D(_adaptive_pooling.AdaptiveMaxPooling3D):
    """The largest values of `output_size` windows of volumes."""

    def __init__(
        self,
        output_size: int | Sequence[int],
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

class MultiHeadAttention(_attention.MultiHeadAttention):
    """Attention with several heads, called with ``(query, value)`` or ``(query, value, key)``.

    Query (batch, queries, a), value (batch, keys, b) and key (batch, keys, c) give
    (batch, queries, a), in float32. Steps that the masks of the inputs leave out get no share. The
    output has the mask of the query.

    Args:
        num_heads: The number of heads.
        key_dim: The size of queries and keys in a head.
        value_dim: The size of values in a head; `key_dim` unless given.
        output_shape: The last sides of the output; that of the query unless given.
        attention_axes: The axes that attend to one another; all but the first and the last unless
            given.
    """

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        *,
        dropout: float | None = 0,
        use_bias: bool | None = True,
        kernel_initializer: str | Mapping[str, Any] | None = "GlorotUniform",
        bias_initializer: str | Mapping[str, Any] | None = "Zeros",
        kernel_regularizer: str | Mapping[str, Any] | None = None,
        bias_regularizer: str | Mapping[str, Any] | None = None,
        activity_regularizer: str | Mapping[str, Any] | None = None,
        kernel_constraint: str | Mapping[str, Any] | None = None,
        bias_constraint: str | Mapping[str, Any] | None = None,
        seed: int | None = None,
        flash_attention: bool | None = None,
        use_gate: Any = False,
        use_causal_mask: bool | None = False,
        return_attention_scores: bool | None = False,
        takes_attention_mask: bool | None = False,
        zeros_without_keys: bool | None = False,
        value_dim: int | None = None,
        output_shape: Any = None,
        attention_axes: int | Sequence[int] | None = None,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class GroupQueryAttention(_attention.GroupQueryAttention):
    """Attention whose heads share keys and values in groups.

    It is called with ``(query, value)`` or ``(query, value, key)``: (batch, queries, a) and
    (batch, keys, b) give (batch, queries, a), in float32. The output has the mask of the query.

    Args:
        head_dim: The size of queries, keys and values in a head.
        num_query_heads: The number of heads of the query.
        num_key_value_heads: The number of heads of key and value, which divides the other.
        sliding_window: Only None: the distance that a position sees.
    """

    def __init__(
        self,
        head_dim: int,
        num_query_heads: int,
        num_key_value_heads: int,
        *,
        dropout: float | None = 0,
        use_bias: bool | None = True,
        kernel_initializer: str | Mapping[str, Any] | None = "GlorotUniform",
        bias_initializer: str | Mapping[str, Any] | None = "Zeros",
        kernel_regularizer: str | Mapping[str, Any] | None = None,
        bias_regularizer: str | Mapping[str, Any] | None = None,
        activity_regularizer: str | Mapping[str, Any] | None = None,
        kernel_constraint: str | Mapping[str, Any] | None = None,
        bias_constraint: str | Mapping[str, Any] | None = None,
        seed: int | None = None,
        flash_attention: bool | None = None,
        use_gate: Any = False,
        use_causal_mask: bool | None = False,
        return_attention_scores: bool | None = False,
        takes_attention_mask: bool | None = False,
        zeros_without_keys: bool | None = False,
        sliding_window: Any = None,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class ActivityRegularization(_augmentation.ActivityRegularization):
    """Adds a penalty for large values to the loss in training; predictions pass unchanged."""

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

class AugMix(_augmentation.AugMix):
    """Mixes images with changed copies of themselves in training; predictions pass unchanged."""

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

class CutMix(_augmentation.CutMix):
    """Puts parts of images into others in training; predictions pass unchanged."""

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

class Identity(_augmentation.Identity):
    """Passes its input, always."""

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

class MixUp(_augmentation.MixUp):
    """Mixes images with others in training; predictions pass unchanged."""

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

class RandAugment(_augmentation.RandAugment):
    """Changes images in several ways in training; predictions pass unchanged."""

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

class RandomBrightness(_augmentation.RandomBrightness):
    """Changes the brightness of images in training; predictions pass unchanged."""

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

class RandomColorDegeneration(_augmentation.RandomColorDegeneration):
    """Makes images grayer in training; predictions pass unchanged."""

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

class RandomColorJitter(_augmentation.RandomColorJitter):
    """Changes the colours of images in training; predictions pass unchanged."""

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

class RandomContrast(_augmentation.RandomContrast):
    """Changes the contrast of images in training; predictions pass unchanged."""

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

class RandomElasticTransform(_augmentation.RandomElasticTransform):
    """Distorts images in training; predictions pass unchanged."""

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

class RandomErasing(_augmentation.RandomErasing):
    """Erases parts of images in training; predictions pass unchanged."""

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

class RandomFlip(_augmentation.RandomFlip):
    """Mirrors images in training; predictions pass unchanged."""

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

class RandomGaussianBlur(_augmentation.RandomGaussianBlur):
    """Blurs images in training; predictions pass unchanged."""

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

class RandomGrayscale(_augmentation.RandomGrayscale):
    """Makes images gray in training; predictions pass unchanged."""

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

class RandomHeight(_augmentation.RandomHeight):
    """Changes the height of images in training; predictions pass unchanged."""

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

class RandomHue(_augmentation.RandomHue):
    """Changes the hue of images in training; predictions pass unchanged."""

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

class RandomInvert(_augmentation.RandomInvert):
    """Inverts images in training; predictions pass unchanged."""

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

class RandomPerspective(_augmentation.RandomPerspective):
    """Tilts images in training; predictions pass unchanged."""

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

class RandomPosterization(_augmentation.RandomPosterization):
    """Takes colours from images in training; predictions pass unchanged."""

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

class RandomRotation(_augmentation.RandomRotation):
    """Turns images in training; predictions pass unchanged."""

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

class RandomSaturation(_augmentation.RandomSaturation):
    """Changes the saturation of images in training; predictions pass unchanged."""

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

class RandomSharpness(_augmentation.RandomSharpness):
    """Changes the sharpness of images in training; predictions pass unchanged."""

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

class RandomShear(_augmentation.RandomShear):
    """Slants images in training; predictions pass unchanged."""

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

class RandomTranslation(_augmentation.RandomTranslation):
    """Moves images in training; predictions pass unchanged."""

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

class RandomZoom(_augmentation.RandomZoom):
    """Enlarges or shrinks images in training; predictions pass unchanged."""

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

class SpatialDropout2D(_augmentation.SpatialDropout2D):
    """Drops whole channels of images in training; predictions pass unchanged."""

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

class SpatialDropout3D(_augmentation.SpatialDropout3D):
    """Drops whole channels of volumes in training; predictions pass unchanged."""

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
        first_states_first: Whether the states of the first cell come first, as in Keras. It is set
            for models that Keras wrote.
    """

    def __init__(
        self,
        cells: Sequence[Layer | Mapping[str, Any]],
        *,
        first_states_first: bool | None = False,
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
        groups: int | None = 1,
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
        groups: int | None = 1,
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
        groups: int | None = 1,
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
        output_padding: int | Sequence[int] | None = None,
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

class Conv3DTranspose(_convolutional.Conv3DTranspose):
    """A transposed convolution over volumes, which makes them larger."""

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        *,
        output_padding: int | Sequence[int] | None = None,
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

class Conv1DTranspose(_convolutional.Conv1DTranspose):
    """A transposed convolution over sequences (batch, steps, in), which makes them longer.

    Only Keras has it.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        *,
        output_padding: int | Sequence[int] | None = None,
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
        zero_until_seen: bool | None = False,
        ignores_mask: bool | None = False,
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
    """A long short-term memory whose products are convolutions of images."""

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

class ConvLSTM1D(_convolutional_recurrent.ConvLSTM1D):
    """A layer of long short-term memories over sequences: (batch, steps, length, in).

    Only Keras has it. The output is (batch, length, filters), or (batch, steps, length, filters).
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
        return_sequences: bool | None = False,
        return_state: bool | None = False,
        go_backwards: bool | None = False,
        stateful: bool | None = False,
        unroll: bool | None = False,
        zero_output_for_mask: bool | None = False,
        zero_until_seen: bool | None = False,
        ignores_mask: bool | None = False,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class ConvLSTM3D(_convolutional_recurrent.ConvLSTM3D):
    """A layer of long short-term memories over volumes: (batch, steps, depth, height, width, in).

    Only Keras has it.
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
        return_sequences: bool | None = False,
        return_state: bool | None = False,
        go_backwards: bool | None = False,
        stateful: bool | None = False,
        unroll: bool | None = False,
        zero_output_for_mask: bool | None = False,
        zero_until_seen: bool | None = False,
        ignores_mask: bool | None = False,
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
    """A convolution of each channel of images (batch, height, width, in), then one across them."""

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
    """A convolution of each channel of images: (..., in) -> (..., in * depth_multiplier)."""

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

class DepthwiseConv1D(_depthwise.DepthwiseConv1D):
    """A convolution of each channel of sequences: (batch, steps, in) -> (..., in * multiplier).

    Only Keras has it.
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

class SeparableConv1D(_depthwise.SeparableConv1D):
    """A convolution of each channel of sequences (batch, steps, in), then one across channels.

    Only Keras has it.
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

class EinsumDense(_einsum.EinsumDense):
    """``activation(einsum(equation, x, kernel) + bias)``, in float32.

    Args:
        equation: The letters of the sides of input, kernel and output: ``"abc,cd->abd"`` is a
            dense layer on the last axis. ``...`` stands for any sides at the start or the end.
        output_shape: The shape of the output without the batch; None for sides of the input.
        activation: The name of an activation or a layer such as ReLU; "linear" unless given.
        bias_axes: The letters of the output that the bias has; None for no bias.
        kernel_initializer: What the kernel starts from.
        bias_initializer: What the bias starts from.
        kernel_regularizer: Regularizer of the kernel. Stored in the config; used in training only.
        bias_regularizer: The same for the bias.
        activity_regularizer: The same for the output.
        kernel_constraint: Constraint on the kernel. Stored in the config; used in training only.
        bias_constraint: The same for the bias.

    Raises InvalidModelError for an equation that does not fit the input.
    """

    def __init__(
        self,
        equation: str,
        output_shape: Any,
        *,
        activation: str | Layer | Mapping[str, Any] | None = "linear",
        bias_axes: str | None = None,
        kernel_initializer: str | Mapping[str, Any] | None = "GlorotUniform",
        bias_initializer: str | Mapping[str, Any] | None = "Zeros",
        kernel_regularizer: str | Mapping[str, Any] | None = None,
        bias_regularizer: str | Mapping[str, Any] | None = None,
        activity_regularizer: str | Mapping[str, Any] | None = None,
        kernel_constraint: str | Mapping[str, Any] | None = None,
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

class ReversibleEmbedding(_embedding.ReversibleEmbedding):
    """An embedding that also gives back a score for each number. Only Keras has it.

    Whole numbers (batch, ...) become vectors (batch, ..., output_dim). With `reverse`, vectors
    (batch, ..., output_dim) become scores (batch, ..., input_dim).

    Args:
        tie_weights: Whether the way back uses the same table.
        reverse_dtype: Stored in the config.
        logit_soft_cap: The scores are ``tanh(scores / cap) * cap``; None for no cap.
        reverse: Whether it is the way back. A single call is with ``embedding(x, reverse=True)``.
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        *,
        tie_weights: bool | None = True,
        reverse_dtype: str | None = None,
        logit_soft_cap: float | None = None,
        reverse: bool | None = False,
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

class GivenMask(_given_mask.GivenMask):
    """The first input, with the second as its mask: [(batch, steps, ...), (batch, steps)].

    It stands where a model of Keras passes ``mask=`` to a layer. Numbers other than 0, and True,
    are steps that count. Only pyio has it.
    """

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

class GlobalMaxPooling1D(_global_pooling.GlobalMaxPooling1D):
    """The largest value of each channel: (batch, steps, channels) -> (batch, channels)."""

    def __init__(
        self,
        *,
        keepdims: bool | None = False,
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

class GlobalMaxPooling2D(_global_pooling.GlobalMaxPooling2D):
    """The largest value of each channel of images: the output is (batch, channels)."""

    def __init__(
        self,
        *,
        keepdims: bool | None = False,
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

class GlobalAveragePooling1D(_global_pooling.GlobalAveragePooling1D):
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

class GlobalAveragePooling2D(_global_pooling.GlobalAveragePooling2D):
    """The mean of each channel of images: the output is (batch, channels)."""

    def __init__(
        self,
        *,
        keepdims: bool | None = False,
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

class GlobalMaxPooling3D(_global_pooling.GlobalMaxPooling3D):
    """The largest value of each channel of volumes: the output is (batch, channels)."""

    def __init__(
        self,
        *,
        keepdims: bool | None = False,
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

class GlobalAveragePooling3D(_global_pooling.GlobalAveragePooling3D):
    """The mean of each channel of volumes: the output is (batch, channels)."""

    def __init__(
        self,
        *,
        keepdims: bool | None = False,
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

class GroupNormalization(_group_normalization.GroupNormalization):
    """The channels of each group brought to mean 0 and variance 1, then ``gamma * x + beta``.

    Mean and variance are those of all positions and of the channels of a group, example by
    example. The shape stays: (batch, ..., channels), in float32.

    Args:
        groups: The number of groups, which divides the number of channels; -1 for one each.
        axis: The axis of the channels.
        epsilon: Keeps the division away from 0.
        center: Whether there is a beta.
        scale: Whether there is a gamma.
        beta_initializer: What beta starts from.
        gamma_initializer: What gamma starts from.
        beta_regularizer: Regularizer of beta. Stored in the config; used in training only.
        gamma_regularizer: The same for gamma.
        beta_constraint: Constraint on beta. Stored in the config; used in training only.
        gamma_constraint: The same for gamma.
    """

    def __init__(
        self,
        groups: int | None = 32,
        *,
        axis: int | None = -1,
        epsilon: float | None = 0.001,
        center: bool | None = True,
        scale: bool | None = True,
        beta_initializer: str | Mapping[str, Any] | None = "Zeros",
        gamma_initializer: str | Mapping[str, Any] | None = "Ones",
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

class RMSNormalization(_group_normalization.RMSNormalization):
    """``x / sqrt(mean(x * x) + epsilon) * scale``; the shape stays, in float32.

    Args:
        axis: The axis, or axes, along which the mean is taken.
        epsilon: Keeps the division away from 0.
    """

    def __init__(
        self,
        *,
        axis: Any = [-1],
        epsilon: float | None = 1e-06,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class UnitNormalization(_group_normalization.UnitNormalization):
    """Values of length 1 along an axis: ``x / sqrt(sum(x * x))``; the shape stays, in float32.

    Args:
        axis: The axis, or axes, along which the squares are summed.
    """

    def __init__(
        self,
        *,
        axis: int | Sequence[int] | None = -1,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class SpectralNormalization(_group_normalization.SpectralNormalization):
    """A layer whose kernel training divides by its largest singular value.

    Predicting computes the layer inside as it is: Keras stores the divided kernel.

    Args:
        layer: The layer inside, which has a kernel or embeddings.
        power_iterations: How exactly training finds the singular value.
    """

    def __init__(
        self,
        layer: Layer | Mapping[str, Any],
        *,
        power_iterations: int | None = 1,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class LayerScale(_keras_applications.LayerScale):
    """``x * gamma``: (batch, ..., channels), in float32. ConvNeXt has it.

    Args:
        init_values: What gamma starts from.
        projection_dim: The number of channels.
    """

    def __init__(
        self,
        init_values: float,
        projection_dim: int,
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

class CustomScaleLayer(_keras_applications.CustomScaleLayer):
    """``a + b * scale`` for a list of two inputs of one shape. Inception-ResNet has it.

    Args:
        scale: The factor of the second input.
    """

    def __init__(
        self,
        scale: float | None = 1,
        *,
        any_mask: bool | None = False,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class StringLookup(_lookup.StringLookup):
    """Texts -> their numbers in a table (batch, ...), or numbers -> texts with `invert`.

    Args:
        encoding: How bytes among the input are read. Only "utf-8" is computed.
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        *,
        encoding: str | None = "utf-8",
        num_oov_indices: int | None = 1,
        mask_token: Any = None,
        oov_token: str | None = "[UNK]",
        vocabulary: Any = None,
        idf_weights: ArrayLike | None = None,
        invert: bool | None = False,
        output_mode: str | None = "int",
        sparse: bool | None = False,
        pad_to_max_tokens: bool | None = False,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class IntegerLookup(_lookup.IntegerLookup):
    """Whole numbers -> their numbers in a table (batch, ...), or back with `invert`.

    Args:
        vocabulary_dtype: "int64" or "int32". Stored in the config.
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        *,
        vocabulary_dtype: str | None = "int64",
        num_oov_indices: int | None = 1,
        mask_token: int | None = None,
        oov_token: int | None = -1,
        vocabulary: Any = None,
        idf_weights: ArrayLike | None = None,
        invert: bool | None = False,
        output_mode: str | None = "int",
        sparse: bool | None = False,
        pad_to_max_tokens: bool | None = False,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Hashing(_lookup.Hashing):
    """Texts or whole numbers -> numbers below `num_bins` by a hash: (batch, ...) of int32.

    The hashes are those of TensorFlow.

    Args:
        num_bins: How many numbers there are.
        mask_value: The value whose number is 0; all others are from 1 on then.
        salt: The key of another hash, SipHash: two numbers, or one for both. None for FarmHash's.
        output_mode: "int" for numbers, "one_hot" for a vector each, "multi_hot" and "count" for
            one vector per example, in float32.
        sparse: Stored in the config; outputs are dense.
    """

    def __init__(
        self,
        num_bins: int,
        *,
        mask_value: Any = None,
        salt: Any = None,
        output_mode: str | None = "int",
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

class Add(_merge.Add):
    """The sum of the inputs."""

    def __init__(
        self,
        *,
        any_mask: bool | None = False,
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
        any_mask: bool | None = False,
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
        any_mask: bool | None = False,
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
        any_mask: bool | None = False,
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
        any_mask: bool | None = False,
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
        any_mask: bool | None = False,
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
        any_mask: bool | None = False,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class Subtract(_merge.Subtract):
    """The first input without the second: exactly two of them. Only Keras has it."""

    def __init__(
        self,
        *,
        any_mask: bool | None = False,
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
        rms_scaling: Whether the mean stays and there is no beta. Keras has it.
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
        rms_scaling: bool | None = False,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class KerasOp(_operation.KerasOp):
    """An operation of ``keras.ops``, as ``x * 2`` makes one in Keras.

    Args:
        op_name: The operation, by Keras 3's name of its class: "Add", "GetItem", "Mean".
        op_args: Its arguments without names. ``{"ref": i}`` is the input `i`, and a slice is
            ``{"class_name": "__slice__", "config": {"start", "stop", "step"}}``.
        op_kwargs: Its arguments with names.

    Inputs and outputs have any shapes and any of the dtypes float32, int32 and bool. Raises
    InvalidModelError for an operation or an argument that is not known.
    """

    def __init__(
        self,
        op_name: str,
        *,
        op_args: Any = [{'ref': 0}],
        op_kwargs: Any = {},
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
    """Images (..., height, width, channels) in another size; the output is float32.

    TensorFlow.js lets the corners of both images coincide, Keras the middles of pixels.

    Args:
        height: The new height.
        width: The new width.
        interpolation: "bilinear" blends pixels, "nearest" takes one.
        crop_to_aspect_ratio: Whether the image is cut to the new proportions first, instead of
            being distorted.
        half_pixels: Whether it samples as Keras does. It is set for models that Keras wrote.
    """

    def __init__(
        self,
        height: int,
        width: int,
        *,
        half_pixels: bool | None = False,
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
        half_pixels: Whether smaller images are enlarged as Keras does: cut to the new proportions,
            and sampled by the middles of pixels. It is set for models that Keras wrote.
    """

    def __init__(
        self,
        height: int,
        width: int,
        *,
        half_pixels: bool | None = False,
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
        zero_until_seen: bool | None = False,
        ignores_mask: bool | None = False,
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
        zero_until_seen: bool | None = False,
        ignores_mask: bool | None = False,
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
        zero_until_seen: bool | None = False,
        ignores_mask: bool | None = False,
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
        zero_until_seen: bool | None = False,
        ignores_mask: bool | None = False,
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

class Attention(_scored_attention.Attention):
    """Attention by products, called with ``[query, value]`` or ``[query, value, key]``.

    Query (batch, queries, d), value (batch, keys, e) and key (batch, keys, d), which is the value
    unless given, make (batch, queries, e) in float32. Masked steps of the value get no share;
    masked steps of the query are 0.

    Args:
        score_mode: "dot" for the products of query and key, "concat" for the sum of
            ``tanh(query + key)``, which is multiplied by a weight.
    """

    def __init__(
        self,
        *,
        use_scale: bool | None = False,
        dropout: float | None = 0,
        seed: int | None = None,
        use_causal_mask: bool | None = False,
        return_attention_scores: bool | None = False,
        score_mode: str | None = "dot",
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...

class AdditiveAttention(_scored_attention.AdditiveAttention):
    """Attention by sums, called with ``[query, value]`` or ``[query, value, key]``.

    Query (batch, queries, d), value (batch, keys, d) and key (batch, keys, d), which is the value
    unless given, make (batch, queries, d) in float32. The scores are the sums of
    ``scale * tanh(query + key)``. Masks act as in `Attention`.
    """

    def __init__(
        self,
        *,
        use_scale: bool | None = True,
        dropout: float | None = 0,
        seed: int | None = None,
        use_causal_mask: bool | None = False,
        return_attention_scores: bool | None = False,
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
        interpolation: "nearest" repeats pixels, "bilinear" blends them.
        half_pixels: Whether "bilinear" samples from the middle of a pixel, as Keras does, and not
            from its corner, as TensorFlow.js does. It is set for models that Keras wrote.
    """

    def __init__(
        self,
        size: int | Sequence[int] | None = 2,
        *,
        data_format: str | None = "channels_last",
        interpolation: str | None = "nearest",
        half_pixels: bool | None = False,
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

class Cropping1D(_spatial.Cropping1D):
    """Cuts steps off sequences: (batch, steps, channels) -> fewer steps.

    Args:
        cropping: How many: one number, or [before, after].
        data_format: "channels_last" or "channels_first".
    """

    def __init__(
        self,
        cropping: Any = 1,
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

class Cropping3D(_spatial.Cropping3D):
    """Cuts the borders off volumes: (batch, depth, height, width, channels).

    Args:
        cropping: How much: one number, three, or three pairs.
        data_format: "channels_last" or "channels_first".
    """

    def __init__(
        self,
        cropping: Any = 1,
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

class UpSampling1D(_spatial.UpSampling1D):
    """Repeats the steps of sequences: (batch, steps, channels) -> more steps.

    Args:
        size: How often each step is repeated.
    """

    def __init__(
        self,
        size: int | Sequence[int] | None = 2,
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

class UpSampling3D(_spatial.UpSampling3D):
    """Makes volumes larger by whole factors: (batch, depth, height, width, channels).

    Args:
        size: The factors for depth, height and width.
        data_format: "channels_last" or "channels_first".
    """

    def __init__(
        self,
        size: int | Sequence[int] | None = 2,
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

class ZeroPadding1D(_spatial.ZeroPadding1D):
    """Puts steps of 0 around sequences: (batch, steps, channels) -> more steps.

    Args:
        padding: How many: one number, or [before, after].
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

class ZeroPadding3D(_spatial.ZeroPadding3D):
    """Puts borders of 0 around volumes: (batch, depth, height, width, channels).

    Args:
        padding: How much: one number, three, or three pairs.
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

class TextVectorization(_text.TextVectorization):
    """Texts (batch,) or (batch, 1) -> numbers (batch, words) of int32, or a vector each.

    Args:
        max_tokens: The most entries of the table. Stored in the config; see `pad_to_max_tokens`.
        standardize: "lower_and_strip_punctuation", "lower", "strip_punctuation" or "none".
        split: "whitespace", "character" or "none".
        ngrams: Up to how many words in a row are a token too, or a list of how many.
        output_mode: "int" for numbers; "multi_hot", "count" and "tf_idf" for one vector
            (batch, tokens) of float32.
        output_sequence_length: How many numbers there are: longer texts are cut, shorter ones are
            filled with 0.
        pad_to_max_tokens: Whether vectors have `max_tokens` places.
        vocabulary: The tokens, with or without the special ones in front.
        idf_weights: The weights of "tf_idf", one for each token.
        encoding: How bytes among the input are read. Only "utf-8" is computed.
        sparse: Stored in the config; outputs are dense.
        ragged: Only False: rows of different lengths.
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        *,
        standardize: Any = "lower_and_strip_punctuation",
        split: Any = "whitespace",
        ngrams: Any = None,
        output_mode: str | None = "int",
        output_sequence_length: int | None = None,
        pad_to_max_tokens: bool | None = False,
        vocabulary: Any = None,
        idf_weights: ArrayLike | None = None,
        encoding: str | None = "utf-8",
        sparse: bool | None = False,
        ragged: bool | None = False,
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
        ignores_mask: Whether steps that do not count are computed all the same, as Keras 3 does
            where states to start from are given. The mask is passed on.
    """

    def __init__(
        self,
        layer: Layer | Mapping[str, Any],
        merge_mode: str | None = "concat",
        *,
        backward_layer: Layer | Mapping[str, Any] | None = None,
        ignores_mask: bool | None = False,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None: ...
