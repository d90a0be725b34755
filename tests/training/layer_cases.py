"""Every layer and option whose gradients are compared with differences of losses."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pyio
from pyio.models.ops.activations import BUILT_IN
from tests.training.slopes import behind

L = pyio.layers
Case = Callable[[], Any]
CASES: dict[str, Case] = {}


def bidirectional(kind: str, units: int, mode: str | None = "concat", **options: Any) -> Any:
    """A recurrent layer in both directions."""
    return L.Bidirectional(getattr(L, kind)(units, **options), merge_mode=mode)


def case(name: str, layer: Callable[[], Any], *shapes: tuple[int, ...], **options: Any) -> None:
    """Add a case: a layer behind inputs of `shapes`."""
    CASES[name] = lambda: behind(layer(), *shapes, **options)


for _name in BUILT_IN:
    case(f"activation {_name}", partial(L.Activation, _name), (6,))
    case(f"dense {_name}", partial(L.Dense, 6, activation=_name), (6,))
    case(
        f"dense without bias {_name}",
        partial(L.Dense, 6, activation=_name, use_bias=False),
        (3, 4),
    )
case("ReLU", L.ReLU, (5,))
case("ReLU limits", partial(L.ReLU, 1.0, negative_slope=0.2, threshold=0.3), (5,))
case("LeakyReLU", partial(L.LeakyReLU, 0.2), (5,))
case("PReLU", partial(L.PReLU, alpha_initializer="ones"), (5, 3))
case("PReLU shared", partial(L.PReLU, shared_axes=[1]), (5, 3))
case("ELU", partial(L.ELU, 0.7), (5,))
case("ThresholdedReLU", partial(L.ThresholdedReLU, 0.3), (5,))
case("Softmax", L.Softmax, (5, 3))
case("Softmax axes", partial(L.Softmax, [1, 2]), (5, 3))
case("Softmax last", partial(L.Softmax, -1), (5, 3))

for _first in (False, True):
    _data = "channels_first" if _first else "channels_last"
    _image = (2, 6, 7) if _first else (6, 7, 2)
    for _padding in ("valid", "same"):
        _word = f"{_padding} {_data}"
        _common: dict[str, Any] = {"padding": _padding, "data_format": _data}
        for _strides, _rate in ((1, 1), ([2, 1], 1), (1, [2, 1])):
            _all: dict[str, Any] = {**_common, "strides": _strides, "dilation_rate": _rate}
            _end = f"{_word} {_strides} {_rate}"
            case(f"Conv2D {_end}", partial(L.Conv2D, 3, [3, 2], activation="tanh", **_all), _image)
            case(f"DepthwiseConv2D {_end}", partial(L.DepthwiseConv2D, 2, **_all), _image)
            case(
                f"DepthwiseConv2D multiplied {_end}",
                partial(L.DepthwiseConv2D, [2, 3], depth_multiplier=2, **_all),
                _image,
            )
            case(f"SeparableConv2D {_end}", partial(L.SeparableConv2D, 3, 2, **_all), _image)
            case(f"Conv2DTranspose {_end}", partial(L.Conv2DTranspose, 3, 3, **_all), _image)
        for _kind in ("Max", "Average"):
            for _size, _step in ((2, None), (3, 2), ([2, 3], 1)):
                case(
                    f"{_kind}Pooling2D {_word} {_size} {_step}",
                    partial(getattr(L, f"{_kind}Pooling2D"), _size, strides=_step, **_common),
                    _image,
                )
        _volume = (2, 4, 3, 4) if _first else (4, 3, 4, 2)
        case(f"Conv3D {_word}", partial(L.Conv3D, 3, 2, **_common), _volume)
        case(f"Conv3D strides {_word}", partial(L.Conv3D, 2, 3, strides=2, **_common), _volume)
        case(
            f"Conv3DTranspose {_word}",
            partial(L.Conv3DTranspose, 3, 2, strides=2, **_common),
            _volume,
        )
        case(f"MaxPooling3D {_word}", partial(L.MaxPooling3D, 2, **_common), _volume)
        case(f"AveragePooling3D {_word}", partial(L.AveragePooling3D, 2, **_common), _volume)
        case(
            f"ConvLSTM2D {_word}",
            partial(L.ConvLSTM2D, 2, 3, return_sequences=True, **_common),
            (2, 2, 4, 5) if _first else (2, 4, 5, 2),
        )
    case(f"UpSampling2D {_data}", partial(L.UpSampling2D, [2, 3], data_format=_data), _image)
    case(
        f"UpSampling2D bilinear {_data}",
        partial(L.UpSampling2D, [2, 3], data_format=_data, interpolation="bilinear"),
        _image,
    )
    case(f"Cropping2D {_data}", partial(L.Cropping2D, [[1, 0], [2, 1]], data_format=_data), _image)
    case(f"ZeroPadding2D {_data}", partial(L.ZeroPadding2D, 2, data_format=_data), _image)
    case(f"Flatten {_data}", partial(L.Flatten, data_format=_data), _image)
    for _kind in ("Max", "Average"):
        case(
            f"Global{_kind}Pooling2D {_data}",
            partial(getattr(L, f"Global{_kind}Pooling2D"), data_format=_data),
            _image,
        )
case("Conv2D of softmax", partial(L.Conv2D, 3, 2, activation="softmax"), (4, 5, 2))
case(
    "Conv2D of softmax, channels first",
    partial(L.Conv2D, 3, 2, activation="softmax", data_format="channels_first"),
    (2, 4, 5),
)
case("Conv2D 1x1", partial(L.Conv2D, 3, 1, strides=2, use_bias=False), (4, 5, 2))
case("Conv1D", partial(L.Conv1D, 3, 3, padding="same", activation="relu"), (7, 2))
case("Conv1D causal", partial(L.Conv1D, 3, 3, padding="causal", dilation_rate=2), (7, 2))
case("Conv1D strides", partial(L.Conv1D, 3, 2, strides=2), (7, 2))
case("MaxPooling1D", partial(L.MaxPooling1D, 3, strides=2, padding="same"), (7, 2))
case("AveragePooling1D", partial(L.AveragePooling1D, 3, strides=2, padding="same"), (7, 2))
case("GlobalMaxPooling1D", partial(L.GlobalMaxPooling1D), (7, 2))
case("GlobalAveragePooling1D", partial(L.GlobalAveragePooling1D), (7, 2))
case("GlobalMaxPooling2D kept", partial(L.GlobalMaxPooling2D, keepdims=True), (4, 5, 2))

for _kind in ("LeakyReLU", "ELU", "ReLU"):
    case(f"Dense with {_kind}", partial(L.Dense, 4, activation=getattr(L, _kind)(0.3)), (5,))
case("Conv2D with Softmax", partial(L.Conv2D, 4, 2, activation=L.Softmax(-1)), (4, 4, 2))
for _axis in (-1, 1):
    case(f"BatchNormalization {_axis}", partial(L.BatchNormalization, axis=_axis), (4, 3))
    case(
        f"BatchNormalization bare {_axis}",
        partial(L.BatchNormalization, axis=_axis, center=False, scale=False),
        (4, 5, 3),
    )
case("BatchNormalization 5-D", partial(L.BatchNormalization, scale=False), (2, 3, 2, 3))
case("LayerNormalization", partial(L.LayerNormalization), (4, 3))
case("LayerNormalization axes", partial(L.LayerNormalization, axis=[1, 2]), (4, 3))
case("LayerNormalization bare", partial(L.LayerNormalization, center=False, scale=False), (4,))

for _kind in ("SimpleRNN", "GRU", "LSTM"):
    _options: list[dict[str, Any]] = [
        {},
        {"return_sequences": True},
        {"go_backwards": True, "use_bias": False},
        {"return_state": True},
        {"activation": "softmax", "return_sequences": True},
        {"activation": "relu"},
        {"dropout": 0.3, "recurrent_dropout": 0.4},
    ]
    for _more in _options:
        case(f"{_kind} {_more}", partial(getattr(L, _kind), 3, **_more), (4, 2))
    case(
        f"Bidirectional {_kind}",
        partial(bidirectional, _kind, 3, return_sequences=True),
        (4, 2),
    )
for _kind in ("GRU", "LSTM"):
    for _gate in ("sigmoid", "softmax", "gelu_new"):
        case(
            f"{_kind} gates {_gate}",
            partial(getattr(L, _kind), 3, recurrent_activation=_gate),
            (4, 2),
        )
case("GRU reset_after", partial(L.GRU, 3, reset_after=True), (4, 2))
case("GRU reset_after without bias", partial(L.GRU, 3, reset_after=True, use_bias=False), (4, 2))
case("LSTM of equal activations", partial(L.LSTM, 3, recurrent_activation="tanh"), (4, 2))
case("LSTM from states", partial(L.LSTM, 3), (4, 2), (3,), (3,))
case("GRU from a state", partial(L.GRU, 3, return_state=True), (4, 2), (3,))
case("Bidirectional from states", partial(bidirectional, "GRU", 3), (4, 2), (3,), (3,))
case(
    "ConvLSTM2D dropped",
    partial(L.ConvLSTM2D, 2, 2, dropout=0.3, recurrent_dropout=0.3, strides=2),
    (2, 4, 5, 2),
)
case(
    "RNN of cells",
    lambda: L.RNN(
        [L.LSTMCell(3, dropout=0.2), L.GRUCell(2, recurrent_dropout=0.2), L.SimpleRNNCell(2)]
    ),
    (4, 2),
)
for _mode in ("concat", "sum", "mul", "ave", None):
    case(f"Bidirectional {_mode}", partial(bidirectional, "LSTM", 2, mode=_mode), (4, 2))
case("TimeDistributed", lambda: L.TimeDistributed(L.Conv2D(2, 2)), (2, 3, 4, 2))
case("TimeDistributed norm", lambda: L.TimeDistributed(L.BatchNormalization()), (3, 2))

for _kind in ("Add", "Multiply", "Average", "Maximum", "Minimum"):
    case(_kind, partial(getattr(L, _kind)), (4, 3), (4, 3))
    case(f"{_kind} broadcast", partial(getattr(L, _kind)), (4, 3), (1, 3), (3,))
case("Concatenate", partial(L.Concatenate, 1), (4, 3), (2, 3))
case("Dot", partial(L.Dot, -1), (4,), (4,))
case("Dot matrices", partial(L.Dot, [2, 1]), (4, 3), (3, 2))
case("Dot normalized", partial(L.Dot, 1, normalize=True), (4, 3), (4, 2))
case("RepeatVector", partial(L.RepeatVector, 3), (4,))
case("Reshape", partial(L.Reshape, [3, -1]), (4, 3))
case("Permute", partial(L.Permute, [2, 3, 1]), (4, 3, 2))
case("Masking", partial(L.Masking), (4, 3))
case("Rescaling", partial(L.Rescaling, [2.0, 3.0], 0.5), (4, 2))
for _interpolation in ("nearest", "bilinear"):
    for _crop in (False, True):
        case(
            f"Resizing {_interpolation} {_crop}",
            partial(L.Resizing, 7, 3, interpolation=_interpolation, crop_to_aspect_ratio=_crop),
            (4, 5, 2),
        )
    case(
        f"RandomWidth {_interpolation}",
        partial(L.RandomWidth, 0.4, interpolation=_interpolation),
        (4, 5, 2),
    )
case("CenterCrop", partial(L.CenterCrop, 2, 3), (4, 5, 2))
case("CenterCrop enlarges", partial(L.CenterCrop, 6, 3), (4, 5, 2))
case("Dropout", partial(L.Dropout, 0.4), (5, 4))
case("Dropout of rows", partial(L.Dropout, 0.4, noise_shape=[None, 1, 4]), (5, 4))
case("SpatialDropout1D", partial(L.SpatialDropout1D, 0.4), (5, 4))
case("GaussianNoise", partial(L.GaussianNoise, 0.4), (5, 4))
case("GaussianDropout", partial(L.GaussianDropout, 0.4), (5, 4))
case("AlphaDropout", partial(L.AlphaDropout, 0.4), (5, 4))

# ------------------------------------------------------------ layers that only Keras has

for _more in (
    {},
    {"value_dim": 3, "use_bias": False},
    {"use_causal_mask": True},
    {"return_attention_scores": True},
    {"dropout": 0.4},
    {"output_shape": 5},
):
    _attention: dict[str, Any] = dict(_more)
    case(
        f"MultiHeadAttention {_more}",
        partial(L.MultiHeadAttention, 2, 3, **_attention),
        (4, 5),
        (3, 5),
    )
    if not {"value_dim", "output_shape"} & set(_attention):
        case(
            f"GroupQueryAttention {_more}",
            partial(L.GroupQueryAttention, 3, 4, 2, **_attention),
            (4, 5),
            (3, 5),
        )
case("MultiHeadAttention of keys", partial(L.MultiHeadAttention, 2, 3), (4, 5), (3, 5), (3, 2))
case(
    "MultiHeadAttention along an axis",
    partial(L.MultiHeadAttention, 2, 3, attention_axes=2),
    (2, 4, 5),
    (2, 3, 5),
)
for _more in ({}, {"use_scale": True}, {"dropout": 0.3}, {"use_causal_mask": True}):
    _scored: dict[str, Any] = dict(_more)
    case(f"Attention {_more}", partial(L.Attention, **_scored), (4, 3), (5, 3))
    case(f"AdditiveAttention {_more}", partial(L.AdditiveAttention, **_scored), (4, 3), (5, 3))
case(
    "Attention by concatenation",
    partial(L.Attention, score_mode="concat", use_scale=True),
    (4, 3),
    (5, 3),
    (5, 3),
)
case("GroupNormalization", partial(L.GroupNormalization, 2), (3, 5, 4))
case("GroupNormalization first", partial(L.GroupNormalization, -1, axis=1), (4, 3, 2))
case("GroupNormalization bare", partial(L.GroupNormalization, 1, center=False, scale=False), (6,))
case("RMSNormalization", L.RMSNormalization, (3, 5))
case("RMSNormalization axes", partial(L.RMSNormalization, axis=[1, 2]), (3, 5))
case("UnitNormalization", L.UnitNormalization, (3, 5))
case("Normalization", partial(L.Normalization, mean=0.3, variance=2.0), (3, 5))
case("EinsumDense", partial(L.EinsumDense, "abc,cd->abd", [None, 4], bias_axes="d"), (3, 5))
case(
    "EinsumDense of heads",
    partial(L.EinsumDense, "abc,cde->abde", [None, 2, 3], bias_axes="de", activation="tanh"),
    (3, 5),
)
case(
    "EinsumDense of dots",
    partial(L.EinsumDense, "...x,xy->...y", 4, bias_axes="y", activation="relu"),
    (3, 5),
)
case("LayerScale", partial(L.LayerScale, 0.5, 3), (4, 3))
case("CustomScaleLayer", partial(L.CustomScaleLayer, 0.3), (4, 3), (4, 3))
case("Subtract", L.Subtract, (4, 3), (4, 3))
case("Conv1DTranspose", partial(L.Conv1DTranspose, 3, 3, strides=2, padding="same"), (5, 2))
case(
    "Conv2DTranspose output_padding",
    partial(L.Conv2DTranspose, 3, 3, strides=2, output_padding=1),
    (4, 3, 2),
)
case("Conv2D of groups", partial(L.Conv2D, 6, 2, groups=2, activation="tanh"), (4, 5, 4))
case("Conv2D of single channels", partial(L.Conv2D, 8, 2, groups=4), (4, 5, 4))
case("Conv1D channels first", partial(L.Conv1D, 3, 2, data_format="channels_first"), (2, 6))
case("DepthwiseConv1D", partial(L.DepthwiseConv1D, 3, depth_multiplier=2), (6, 2))
case("SeparableConv1D", partial(L.SeparableConv1D, 3, 2, padding="causal"), (6, 2))
case("ConvLSTM1D", partial(L.ConvLSTM1D, 2, 2, recurrent_dropout=0.3), (3, 5, 2))
case("ConvLSTM3D", partial(L.ConvLSTM3D, 2, 2), (2, 3, 3, 3, 1))
for _rank, _sides in ((1, (6, 2)), (2, (5, 6, 2)), (3, (3, 4, 3, 2))):
    for _kind in ("Average", "Max"):
        case(
            f"Adaptive{_kind}Pooling{_rank}D",
            partial(getattr(L, f"Adaptive{_kind}Pooling{_rank}D"), 2),
            _sides,
        )
case("GlobalMaxPooling3D", L.GlobalMaxPooling3D, (3, 2, 3, 2))
case("GlobalAveragePooling3D", partial(L.GlobalAveragePooling3D, keepdims=True), (3, 2, 3, 2))
case("Cropping1D", partial(L.Cropping1D, 1), (5, 2))
case("Cropping3D", partial(L.Cropping3D, 1), (4, 3, 4, 2))
case("UpSampling1D", partial(L.UpSampling1D, 2), (3, 2))
case("UpSampling3D", partial(L.UpSampling3D, 2), (2, 2, 3, 2))
case("ZeroPadding1D", partial(L.ZeroPadding1D, 2), (3, 2))
case("ZeroPadding3D", partial(L.ZeroPadding3D, 1), (2, 2, 3, 2))
case("ReversibleEmbedding", partial(L.ReversibleEmbedding, 4, 3, reverse=True), (2, 3))
case(
    "ReversibleEmbedding of its own",
    partial(L.ReversibleEmbedding, 4, 3, reverse=True, tie_weights=False, logit_soft_cap=2.0),
    (2, 3),
)
case("Resizing of Keras", partial(L.Resizing, 7, 3, half_pixels=True), (4, 5, 2))
case(
    "Resizing of Keras, nearest",
    partial(L.Resizing, 7, 3, half_pixels=True, interpolation="nearest"),
    (4, 5, 2),
)
_LATER: Any = L
case("SpatialDropout2D", partial(_LATER.SpatialDropout2D, 0.4), (3, 4, 5))
case("SpatialDropout3D", partial(_LATER.SpatialDropout3D, 0.4), (2, 3, 2, 5))
case("Identity", L.Identity, (5,))


def operation(name: str, *arguments: Any, **options: Any) -> Any:
    """An operation on the input."""
    return L.KerasOp(name, op_args=[{"ref": 0}, *arguments], op_kwargs=options)


for _name, _given in {
    "Absolute": (), "Arctan": (), "Celu": (0.7,), "Clip": (-0.5, 0.5), "Cos": (), "Cosh": (),
    "Cumsum": (1,), "Diff": (1, 1), "Elu": (), "Erf": (), "Exp": (), "Exp2": (), "Expm1": (),
    "ExpandDims": (1,), "Flip": (1,), "Gelu": (), "HardSigmoid": (), "HardSilu": (), "HardTanh": (),
    "L2Normalize": (1,), "LeakyRelu": (), "LogSigmoid": (), "LogSoftmax": (), "Logsumexp": (1,),
    "Max": (1,), "Mean": (1,), "Median": (1,), "Min": (1,), "Moveaxis": (1, 2), "Negative": (),
    "Norm": (None, 1), "Normalize": (), "Power": (2,), "Prod": (1,), "Relu": (), "Relu6": (),
    "Repeat": (2, 1), "Reshape": ([-1, 12],), "Roll": (1, 1), "Selu": (), "Sigmoid": (),
    "Silu": (), "Sin": (), "Sinh": (), "Softmax": (), "Softplus": (), "SoftShrink": (),
    "Softsign": (), "Sort": (), "Sparsemax": (), "SparsePlus": (), "SparseSigmoid": (),
    "Split": (2, 1), "Square": (), "Squareplus": (), "Std": (1,), "Subtract": (1.5,), "Sum": (1,),
    "Swapaxes": (1, 2), "Take": ([0, 2], 1), "Tan": (), "Tanh": (), "TanhShrink": (),
    "Threshold": (0.3, 0.1), "Tile": ([1, 2, 1],), "Transpose": ([0, 2, 1],), "Tril": (),
    "Unstack": (None, 1), "Var": (1,),
}.items():  # fmt: skip
    case(f"operation {_name}", partial(operation, _name, *_given), (4, 3))
