"""Every layer of TensorFlow.js 4.22: ``pyio.layers.Dense(units=10)`` and so on.

Arguments and defaults are those of ``tf.layers``, in snake case. `register` makes a layer class of
one's own known, `register_activation` an activation; `Layer` shows how to write one. Classes are
imported when they are first used, so that importing this module stays quick in Pyodide.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pyio.models.core.layer import Layer
from pyio.models.core.options import option
from pyio.models.core.parts import register_activation
from pyio.models.serialization.registry import FAMILY_OF, register

if TYPE_CHECKING:
    from pyio.models.layers.activation import (
        ELU,
        LeakyReLU,
        PReLU,
        ReLU,
        Softmax,
        ThresholdedReLU,
    )
    from pyio.models.layers.cells import (
        GRUCell,
        LSTMCell,
        SimpleRNNCell,
        StackedRNNCells,
    )
    from pyio.models.layers.convolutional import (
        Conv1D,
        Conv2D,
        Conv2DTranspose,
        Conv3D,
        Conv3DTranspose,
    )
    from pyio.models.layers.convolutional_recurrent import (
        ConvLSTM2D,
        ConvLSTM2DCell,
    )
    from pyio.models.layers.core import (
        Activation,
        Dense,
        Dropout,
        Input,
        InputLayer,
        SpatialDropout1D,
    )
    from pyio.models.layers.depthwise import (
        DepthwiseConv2D,
        SeparableConv2D,
    )
    from pyio.models.layers.embedding import (
        Embedding,
        Masking,
    )
    from pyio.models.layers.merge import (
        Add,
        Average,
        Concatenate,
        Dot,
        Maximum,
        Minimum,
        Multiply,
    )
    from pyio.models.layers.noise import (
        AlphaDropout,
        GaussianDropout,
        GaussianNoise,
    )
    from pyio.models.layers.normalization import (
        BatchNormalization,
        LayerNormalization,
    )
    from pyio.models.layers.pooling import (
        AveragePooling1D,
        AveragePooling2D,
        AveragePooling3D,
        GlobalAveragePooling1D,
        GlobalAveragePooling2D,
        GlobalMaxPooling1D,
        GlobalMaxPooling2D,
        MaxPooling1D,
        MaxPooling2D,
        MaxPooling3D,
    )
    from pyio.models.layers.preprocessing import (
        CategoryEncoding,
        CenterCrop,
        RandomWidth,
        Rescaling,
        Resizing,
    )
    from pyio.models.layers.recurrent import (
        GRU,
        LSTM,
        RNN,
        SimpleRNN,
    )
    from pyio.models.layers.reshaping import (
        Flatten,
        Permute,
        RepeatVector,
        Reshape,
    )
    from pyio.models.layers.spatial import (
        Cropping2D,
        UpSampling2D,
        ZeroPadding2D,
    )
    from pyio.models.layers.wrappers import (
        Bidirectional,
        TimeDistributed,
    )

__all__ = [
    "ELU",
    "GRU",
    "LSTM",
    "RNN",
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
    "Embedding",
    "Flatten",
    "GRUCell",
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "Input",
    "InputLayer",
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
    "register",
    "register_activation",
]


def __getattr__(name: str) -> Any:
    family = "core" if name == "Input" else FAMILY_OF.get(name)
    if family is None:
        raise AttributeError(f"module 'pyio.layers' has no layer {name!r}")
    return getattr(import_module(f"pyio.models.layers.{family}"), name)


def __dir__() -> list[str]:
    return __all__
