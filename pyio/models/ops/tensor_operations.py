"""The operations of ``keras.ops`` that models use between layers, by Keras 3's class names.

Each takes arrays and literal arguments, with Keras's names of arguments (keras 3.15
``src/ops/numpy.py``, ``nn.py``, ``core.py``). An argument that is missing here is refused by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from pyio.models.ops import activations as act
from pyio.models.ops.followed import Followed

Array: TypeAlias = Any
Axes: TypeAlias = "int | Sequence[int] | None"
Operation: TypeAlias = Callable[..., Any]


def _plain(value: Any) -> Any:
    """Return what training follows as a plain array: no gradient goes through it."""
    return getattr(value, "untracked", value)


def _axes(axis: Axes) -> Any:
    return tuple(axis) if isinstance(axis, list | tuple) else axis


def _reduction(function: Callable[..., Any]) -> Operation:
    def reduce(x: Array, axis: Axes = None, keepdims: bool = False) -> Array:
        return function(x, axis=_axes(axis), keepdims=bool(keepdims))

    return reduce


def _sum(x: Array, axis: Axes = None, keepdims: bool = False) -> Array:
    return x.sum(axis=_axes(axis), keepdims=bool(keepdims), dtype=_kept(x))


def _prod(x: Array, axis: Axes = None, keepdims: bool = False, dtype: Any = None) -> Array:
    return x.prod(axis=_axes(axis), keepdims=bool(keepdims), dtype=dtype or _kept(x))


def _kept(x: Array) -> Any:
    return np.int32 if x.dtype == np.bool_ else x.dtype


def _extreme(function: Callable[..., Any], empty: float) -> Operation:
    def reduce(x: Array, axis: Axes = None, keepdims: bool = False, initial: Any = None) -> Array:
        start = {} if initial is None else {"initial": initial}
        if x.size == 0 and initial is None and x.dtype.kind == "f":
            start = {"initial": empty}
        return function(x, axis=_axes(axis), keepdims=bool(keepdims), **start)

    return reduce


def _place(function: Callable[..., Any]) -> Operation:
    def find(x: Array, axis: int | None = None, keepdims: bool = False) -> Array:
        return function(x, axis=axis, keepdims=bool(keepdims)).astype(np.int32)

    return find


def _logsumexp(x: Array, axis: Axes = None, keepdims: bool = False) -> Array:
    top = np.max(x, axis=_axes(axis), keepdims=True)
    total = np.log(np.exp(x - top).sum(axis=_axes(axis), keepdims=True)) + top
    return total if keepdims else np.squeeze(total, axis=_axes(axis))


def _getitem(x: Array, key: Any) -> Array:
    return x[tuple(key) if isinstance(key, list) else key]


def _reshape(x: Array, newshape: Any) -> Array:
    sides = [newshape] if isinstance(newshape, int) else list(newshape)
    return x.reshape([-1 if side is None else int(side) for side in sides])


def _split(x: Array, indices_or_sections: Any, axis: int = 0) -> list[Array]:
    given = indices_or_sections
    return np.split(x, given if isinstance(given, int) else list(given), axis=axis)


def _pad(x: Array, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> Array:
    if any(pad_width[0]) if isinstance(pad_width, list) else pad_width:
        raise ValueError("padding of the batch")
    mode = mode.lower()
    more: Any = {"constant_values": constant_values or 0} if mode == "constant" else {}
    return np.pad(x, pad_width, mode, **more)  # type: ignore[call-overload]


def _cast(x: Array, dtype: Any) -> Array:
    names = {"float64": "float32", "int64": "int32", "bfloat16": "float32", "float16": "float32"}
    return x.astype(names.get(str(dtype), dtype))


def _convert(x: Array, dtype: Any = None, sparse: Any = None, ragged: Any = None) -> Array:
    if sparse or ragged:
        raise ValueError("sparse or ragged")
    return x if dtype is None else _cast(x, dtype)


def _unstack(x: Array, num: int | None = None, axis: int = 0) -> list[Array]:
    parts = list(np.moveaxis(x, axis, 0))
    if num not in (None, len(parts)):
        raise ValueError(f"num={num}")
    return parts


def _matmul(x1: Array, x2: Array) -> Array:
    return np.matmul(x1, x2)


def _matmul_of_tensorflow(
    a: Array, b: Array, transpose_a: bool = False, transpose_b: bool = False
) -> Array:
    left = np.swapaxes(a, -1, -2) if transpose_a else a
    return np.matmul(left, np.swapaxes(b, -1, -2) if transpose_b else b)


def _split_of_tensorflow(x: Array, num_or_size_splits: Any, axis: int = 0) -> list[Array]:
    given = num_or_size_splits
    return np.split(x, given if isinstance(given, int) else np.cumsum(given)[:-1], axis=axis)


def _einsum(*operands: Array, subscripts: str) -> Array:
    return np.einsum(subscripts, *operands)


def _take(x: Array, indices: Any, axis: int | None = None) -> Array:
    return np.take(x, np.asarray(_plain(indices)).astype(np.intp), axis=axis)


def _one_hot(
    x: Array, num_classes: int, axis: int = -1, dtype: Any = None, sparse: bool = False
) -> Array:
    if sparse or dtype not in (None, "float32"):
        raise ValueError("sparse=True")
    hot = (np.asarray(_plain(x))[..., None] == np.arange(num_classes)).astype(np.float32)
    return np.moveaxis(hot, -1, axis)


def _normalize(x: Array, axis: Axes = -1, order: int = 2, epsilon: float | None = None) -> Array:
    if order != 2:
        raise ValueError(f"order={order}")
    small = 1e-7 if epsilon is None else epsilon
    squares = np.square(x).sum(axis=_axes(axis), keepdims=True)
    return x / np.sqrt(np.maximum(squares, np.float32(small) ** 2))


def _l2_normalize(x: Array, axis: Axes = None, epsilon: float = 1e-12) -> Array:
    squares = np.square(x).sum(axis=_axes(axis), keepdims=True)
    return x / np.sqrt(np.maximum(squares, np.float32(epsilon)))


def _top_k(x: Array, k: int, sorted: bool = True) -> list[Array]:  # noqa: A002, ARG001 -- Keras's
    places = np.argsort(-x, axis=-1, kind="stable")[..., :k]
    return [np.take_along_axis(x, places, axis=-1), places.astype(np.int32)]


def _scaled(x: Array, variance: Array, scale: Any, epsilon: float | None) -> Array:
    y = x / np.sqrt(variance + np.float32(epsilon if epsilon is not None else 1e-7))
    return y if scale is None else y * scale


def _rms_norm(x: Array, scale: Any = None, axis: Axes = -1, epsilon: float | None = None) -> Array:
    return _scaled(x, np.square(x).mean(axis=_axes(axis), keepdims=True), scale, epsilon)


def _layer_norm(
    x: Array,
    gamma: Any = None,
    beta: Any = None,
    axis: Axes = -1,
    epsilon: float | None = None,
    rms_scaling: bool = False,
) -> Array:
    if rms_scaling:
        raise ValueError("rms_scaling=True")
    centered = x - x.mean(axis=_axes(axis), keepdims=True)
    variance = np.square(centered).mean(axis=_axes(axis), keepdims=True)
    y = _scaled(centered, variance, gamma, epsilon)
    return y if beta is None else y + beta


def _moments(
    x: Array, axes: Axes, keepdims: bool = False, synchronized: bool = False
) -> list[Array]:
    if synchronized:
        raise ValueError("synchronized=True")
    options: Any = {"axis": _axes(axes), "keepdims": bool(keepdims)}
    return [np.mean(x, **options), np.var(x, **options)]


def _softmax(x: Array, axis: Axes = -1) -> Array:
    return act.softmax(x, _axes(axis))


def _log_softmax(x: Array, axis: Axes = -1) -> Array:
    return x - _logsumexp(x, axis, keepdims=True)


def _gelu(x: Array, approximate: bool = True) -> Array:
    return act.ACTIVATIONS["gelu_new" if approximate else "gelu"](x)


def _leaky_relu(x: Array, negative_slope: float = 0.2) -> Array:
    return np.where(x >= 0, x, np.float32(negative_slope) * x)


def _celu(x: Array, alpha: float = 1.0) -> Array:
    return np.where(x >= 0, x, alpha * np.expm1(np.minimum(x, 0) / np.float32(alpha)))


def _divide_no_nan(x1: Array, x2: Array) -> Array:
    return np.where(x2 == 0, 0, x1 / np.where(x2 == 0, 1, x2))


def _threshold(x: Array, threshold: float, default_value: float) -> Array:
    return np.where(x > threshold, x, np.float32(default_value))


def _hard_sigmoid(x: Array) -> Array:
    return np.clip(x / 6 + 0.5, 0, 1)


def _average(x: Array, axis: Axes = None, weights: Any = None) -> Array:
    return np.average(x, axis=_axes(axis), weights=weights)


def _squeeze(x: Array, axis: Axes = None) -> Array:
    return np.squeeze(x, axis=_axes(axis))


def _norm(x: Array, ord: Any = None, axis: Axes = None, keepdims: bool = False) -> Array:  # noqa: A002 -- Keras's name
    return np.linalg.norm(x, ord, _axes(axis), bool(keepdims))


_UNARY: Mapping[str, Callable[[Array], Array]] = {
    "Absolute": np.abs,
    "Abs": np.abs,
    "Arccos": np.arccos,
    "Arccosh": np.arccosh,
    "Arcsin": np.arcsin,
    "Arcsinh": np.arcsinh,
    "Arctan": np.arctan,
    "Arctanh": np.arctanh,
    "Ceil": np.ceil,
    "Cbrt": np.cbrt,
    "Conj": np.conjugate,
    "Conjugate": np.conjugate,
    "Copy": lambda x: x,
    "Deg2rad": np.deg2rad,
    "Imag": np.zeros_like,
    "Rad2deg": np.rad2deg,
    "Real": lambda x: x,
    "Signbit": np.signbit,
    "Sinc": np.sinc,
    "Cos": np.cos,
    "Cosh": np.cosh,
    "Erf": act.erf,
    "Exp": np.exp,
    "Exp2": np.exp2,
    "Expm1": np.expm1,
    "Floor": np.floor,
    "HardSilu": act.KERAS_ONLY["hard_silu"],
    "HardTanh": act.KERAS_ONLY["hard_tanh"],
    "HardSigmoid": _hard_sigmoid,
    "Identity": lambda x: x,
    "Isfinite": np.isfinite,
    "Isinf": np.isinf,
    "Isnan": np.isnan,
    "Log": np.log,
    "Log10": np.log10,
    "Log1p": np.log1p,
    "Log2": np.log2,
    "LogSigmoid": act.KERAS_ONLY["log_sigmoid"],
    "LogicalNot": np.logical_not,
    "Negative": np.negative,
    "OnesLike": np.ones_like,
    "Ravel": lambda x: x.reshape(-1),
    "Reciprocal": lambda x: 1 / x,
    "Relu": act.ACTIVATIONS["relu"],
    "Relu6": act.ACTIVATIONS["relu6"],
    "Rsqrt": lambda x: 1 / np.sqrt(x),
    "Selu": act.ACTIVATIONS["selu"],
    "Sigmoid": act.sigmoid,
    "Sign": np.sign,
    "Silu": act.ACTIVATIONS["swish"],
    "Sin": np.sin,
    "Sinh": np.sinh,
    "Softplus": act.softplus,
    "Softsign": act.ACTIVATIONS["softsign"],
    "SparsePlus": act.KERAS_ONLY["sparse_plus"],
    "SparseSigmoid": act.KERAS_ONLY["sparse_sigmoid"],
    "Sqrt": np.sqrt,
    "Square": np.square,
    "StopGradient": _plain,
    "Tan": np.tan,
    "Tanh": np.tanh,
    "TanhShrink": act.KERAS_ONLY["tanh_shrink"],
    "Trunc": np.trunc,
    "ZerosLike": np.zeros_like,
}

_BINARY: Mapping[str, Callable[[Array, Array], Array]] = {
    "Add": np.add,
    "Arctan2": np.arctan2,
    "Divide": np.divide,
    "DivideNoNan": _divide_no_nan,
    "Equal": np.equal,
    "FloorDivide": np.floor_divide,
    "Fmod": np.fmod,
    "Greater": np.greater,
    "GreaterEqual": np.greater_equal,
    "Less": np.less,
    "Hypot": np.hypot,
    "LessEqual": np.less_equal,
    "Logaddexp": np.logaddexp,
    "LogicalAnd": np.logical_and,
    "LogicalOr": np.logical_or,
    "LogicalXor": np.logical_xor,
    "Matmul": _matmul,
    "Maximum": np.maximum,
    "Minimum": np.minimum,
    "Mod": np.mod,
    "Multiply": np.multiply,
    "NotEqual": np.not_equal,
    "Power": np.power,
    "SquaredDifference": lambda x1, x2: np.square(x1 - x2),
    "Subtract": np.subtract,
    "TrueDivide": np.true_divide,
}


def _unary(function: Callable[..., Array]) -> Operation:
    return lambda x: function(x)


def _binary(function: Callable[[Array, Array], Array]) -> Operation:
    return lambda x1, x2: function(x1, x2)


_OTHER: Mapping[str, Operation] = {
    "All": _reduction(np.all),
    "Amax": _extreme(np.max, -np.inf),
    "Amin": _extreme(np.min, np.inf),
    "Any": _reduction(np.any),
    "Argmax": _place(np.argmax),
    "Argmin": _place(np.argmin),
    "Argsort": lambda x, axis=-1: np.argsort(x, axis=axis, kind="stable").astype(np.int32),
    "Average": _average,
    "BroadcastTo": lambda x, shape: np.broadcast_to(x, shape),
    "Cast": _cast,
    "Celu": _celu,
    "Clip": lambda x, x_min, x_max: np.clip(x, x_min, x_max),
    "Concatenate": lambda xs, axis=-1: np.concatenate(xs, axis=axis),
    "ConvertToTensor": _convert,
    "CountNonzero": lambda x, axis=None: np.count_nonzero(x, axis=_axes(axis)),
    "Cumprod": lambda x, axis=None, dtype=None: np.cumprod(x, axis=axis, dtype=dtype or x.dtype),
    "Cumsum": lambda x, axis=None, dtype=None: np.cumsum(x, axis=axis, dtype=dtype or x.dtype),
    "Diff": lambda a, n=1, axis=-1: np.diff(a, n, axis),
    "Dot": lambda x1, x2: np.dot(x1, x2),
    "Einsum": _einsum,
    "Elu": lambda x, alpha=1.0: act.elu(x, alpha),
    "ExpandDims": lambda x, axis=-1: np.expand_dims(x, _axes(axis)),
    "Flip": lambda x, axis=None: np.flip(x, _axes(axis)),
    "Gelu": _gelu,
    "FullLike": lambda x, fill_value, dtype=None: np.full_like(x, fill_value, dtype=dtype),
    "GetItem": _getitem,
    "GeluOfTensorFlow": lambda x, approximate=False: _gelu(x, approximate),
    "Glu": lambda x, axis=-1: _glu(x, axis),
    "HardShrink": lambda x, threshold=0.5: np.where(np.abs(x) > threshold, x, np.zeros_like(x)),
    "Hstack": lambda xs: np.hstack(xs),
    "LeakyRelu": _leaky_relu,
    "LeakyReluOfTensorFlow": lambda features, alpha=0.2: _leaky_relu(features, alpha),
    "L2Normalize": _l2_normalize,
    "LayerNorm": _layer_norm,
    "LogSoftmax": _log_softmax,
    "Logsumexp": _logsumexp,
    "MatmulOfTensorFlow": _matmul_of_tensorflow,
    "Max": _extreme(np.max, -np.inf),
    "Mean": _reduction(np.mean),
    "Median": _reduction(np.median),
    "Min": _extreme(np.min, np.inf),
    "Moments": _moments,
    "Moveaxis": lambda x, source, destination: np.moveaxis(x, _axes(source), _axes(destination)),
    "NanToNum": lambda x, nan=0.0, posinf=None, neginf=None: np.nan_to_num(
        x, nan=nan, posinf=posinf, neginf=neginf
    ),
    "Norm": _norm,
    "Normalize": _normalize,
    "OneHot": _one_hot,
    "Outer": lambda x1, x2: np.outer(x1, x2),
    "Pad": _pad,
    "Prod": _prod,
    "RMSNorm": _rms_norm,
    "Repeat": lambda x, repeats, axis=None: np.repeat(x, repeats, axis),
    "Reshape": _reshape,
    "Roll": lambda x, shift, axis=None: np.roll(x, _axes(shift), _axes(axis)),
    "Round": lambda x, decimals=0: np.round(x, decimals),
    "Slice": lambda inputs, start_indices, shape: inputs[
        tuple(slice(at, at + size) for at, size in zip(start_indices, shape, strict=True))
    ],
    "Softmax": _softmax,
    "SoftShrink": lambda x, threshold=0.5: np.sign(x) * np.maximum(np.abs(x) - threshold, 0),
    "Sort": lambda x, axis=-1: np.sort(x, axis=axis),
    "Sparsemax": lambda x, axis=-1: _sparsemax(x, axis),
    "Split": _split,
    "SplitOfTensorFlow": _split_of_tensorflow,
    "Squareplus": lambda x, b=4: (x + np.sqrt(x * x + np.float32(b))) / 2,
    "Squeeze": _squeeze,
    "Stack": lambda x, axis=0: np.stack(x, axis=axis),
    "Std": _reduction(np.std),
    "Sum": _sum,
    "Swapaxes": lambda x, axis1, axis2: np.swapaxes(x, axis1, axis2),
    "Take": _take,
    "TakeAlongAxis": lambda x, indices, axis=None: np.take_along_axis(
        x, np.asarray(_plain(indices)).astype(np.intp), axis
    ),
    "Tensordot": lambda x1, x2, axes=2: np.tensordot(x1, x2, axes),
    "Threshold": _threshold,
    "Tile": lambda x, repeats: np.tile(x, repeats),
    "TopK": _top_k,
    "Transpose": lambda x, axes=None: np.transpose(x, axes),
    "Tril": lambda x, k=0: np.tril(x, k),
    "Triu": lambda x, k=0: np.triu(x, k),
    "Unstack": _unstack,
    "Var": _reduction(np.var),
    "Vstack": lambda xs: np.vstack(xs),
    "Where": lambda condition, x1, x2: np.where(condition, x1, x2),
}


def _glu(x: Array, axis: int) -> Array:
    values, gates = np.split(x, 2, axis=axis)
    return values * act.sigmoid(gates)


def _sparsemax(x: Array, axis: int) -> Array:
    return np.moveaxis(act.KERAS_ONLY["sparsemax"](np.moveaxis(x, axis, -1)), -1, axis)


OPERATIONS: Mapping[str, Operation] = {
    **{name: _unary(function) for name, function in _UNARY.items()},
    **{name: _binary(function) for name, function in _BINARY.items()},
    **_OTHER,
}
"""The operations by the names of their classes in Keras 3."""


def as_computed(value: Any) -> Any:
    """Return the result of an operation in the dtypes of models: float32, int32 and bool."""
    if isinstance(value, list | tuple):
        return [as_computed(each) for each in value]
    if isinstance(value, Followed):
        return value.astype(np.float32, copy=False)  # type: ignore[attr-defined]
    array = np.asarray(value)
    if array.dtype.kind == "f":
        return array.astype(np.float32, copy=False)
    return array.astype(np.int32, copy=False) if array.dtype.kind in "iu" else array
