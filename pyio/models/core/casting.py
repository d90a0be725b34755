"""Which layers compute with fractions, so that whole numbers and booleans become float32 there.

A model's input may be declared as int32 or bool. TensorFlow.js then computes some layers in float32
(``matMul`` and others take the wider type), keeps whole numbers in some (``reshape``, ``gather``),
and refuses the rest ("must be float32 tensor, but got int32 tensor", tfjs-core
``tensor_util_env.ts``). Keras casts in the first and keeps in the second likewise. In the rest the
number meant is that of the fraction: NumPy alone would cut a slope of 0.3 to the whole number 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_FRACTIONS = """
Activation Dense EinsumDense
ReLU LeakyReLU PReLU ELU ThresholdedReLU Softmax
Conv1D Conv2D Conv3D Conv1DTranspose Conv2DTranspose Conv3DTranspose
SeparableConv1D SeparableConv2D DepthwiseConv1D DepthwiseConv2D
MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D
GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D
GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D
AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D
AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D
BatchNormalization LayerNormalization GroupNormalization RMSNormalization UnitNormalization
SpectralNormalization Normalization
RNN SimpleRNN GRU LSTM ConvLSTM1D ConvLSTM2D ConvLSTM3D Bidirectional
Attention AdditiveAttention MultiHeadAttention GroupQueryAttention
LayerScale CustomScaleLayer Average Rescaling Resizing UpSampling2D
"""
_SUMS = "Add Subtract Multiply Dot"

_NAMES = dict.fromkeys(_FRACTIONS.split(), "iub") | dict.fromkeys(_SUMS.split(), "b")


def cast_kinds(class_name: str) -> str:
    """Return the kinds of dtypes that pyio's own layers of this name compute as float32.

    The sum of two truths is 2, which no boolean is, so sums cast these alone.
    """
    return _NAMES.get(class_name, "")


def cast_whole(x: Any, kinds: str) -> Any:
    """Return an array or a list of them, those whose dtype is of one of `kinds` as float32."""
    if not kinds:
        return x
    if isinstance(x, list):
        return [cast_whole(each, kinds) for each in x]
    return x.astype(np.float32) if x.dtype.kind in kinds else x
