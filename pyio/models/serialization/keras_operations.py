"""Operations between layers in topologies of Keras -> entries of the layer `KerasOp`.

Keras 3 writes an operation of ``keras.ops`` among the layers, with the module that it is from: some
have the names of layers. Keras 2 writes ``TFOpLambda`` and ``SlicingOpLambda``. Here all are one
layer class, with Keras 3's name of the operation, its literal arguments, and ``{"ref": i}`` for
the input `i`.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from itertools import count
from typing import Any

from pyio.errors import OPERATIONS, InvalidModelError
from pyio.models.serialization.keras_arguments import Arguments, arguments_of, is_place

CLASS_NAME = "KerasOp"

_OF_KERAS_2 = ("TFOpLambda", "SlicingOpLambda")
_NO_ARGUMENTS = ("name", "trainable")

_FUNCTIONS: Mapping[str, str] = {
    **{
        f"math.{name.lower()}": name
        for name in [
            "Add",
            "Subtract",
            "Multiply",
            "Maximum",
            "Minimum",
            "Exp",
            "Log",
            "Sqrt",
            "Square",
            "Sin",
            "Cos",
            "Tan",
            "Tanh",
            "Sigmoid",
            "Sign",
            "Floor",
            "Ceil",
            "Round",
            "Rsqrt",
            "Log1p",
            "Expm1",
            "Erf",
            "Softplus",
            "Argmax",
            "Argmin",
            "Reciprocal",
            "Sinh",
            "Cosh",
        ]
    },
    **{
        f"nn.{name.lower()}": name
        for name in [
            "Relu",
            "Relu6",
            "Elu",
            "Selu",
            "Sigmoid",
            "Tanh",
            "Softmax",
            "Softplus",
            "Softsign",
            "Gelu",
            "Silu",
        ]
    },
    "math.abs": "Absolute",
    "math.truediv": "TrueDivide",
    "math.divide": "TrueDivide",
    "math.divide_no_nan": "DivideNoNan",
    "math.floordiv": "FloorDivide",
    "math.floormod": "Mod",
    "math.mod": "Mod",
    "math.pow": "Power",
    "math.negative": "Negative",
    "math.reduce_mean": "Mean",
    "math.reduce_sum": "Sum",
    "math.reduce_max": "Max",
    "math.reduce_min": "Min",
    "math.reduce_prod": "Prod",
    "math.reduce_any": "Any",
    "math.reduce_all": "All",
    "math.reduce_std": "Std",
    "math.reduce_variance": "Var",
    "math.reduce_logsumexp": "Logsumexp",
    "math.ceil": "Ceil",
    "math.squared_difference": "SquaredDifference",
    "math.l2_normalize": "L2Normalize",
    "math.cumsum": "Cumsum",
    "math.greater": "Greater",
    "math.greater_equal": "GreaterEqual",
    "math.less": "Less",
    "math.less_equal": "LessEqual",
    "math.equal": "Equal",
    "math.not_equal": "NotEqual",
    "math.logical_and": "LogicalAnd",
    "math.logical_or": "LogicalOr",
    "math.logical_not": "LogicalNot",
    "math.is_nan": "Isnan",
    "math.is_finite": "Isfinite",
    "nn.swish": "Silu",
    "nn.silu": "Silu",
    "nn.gelu": "GeluOfTensorFlow",
    "nn.leaky_relu": "LeakyReluOfTensorFlow",
    "nn.log_softmax": "LogSoftmax",
    "nn.l2_normalize": "L2Normalize",
    "__operators__.add": "Add",
    "__operators__.getitem": "GetItem",
    "concat": "Concatenate",
    "stack": "Stack",
    "expand_dims": "ExpandDims",
    "squeeze": "Squeeze",
    "reshape": "Reshape",
    "transpose": "Transpose",
    "cast": "Cast",
    "clip_by_value": "Clip",
    "compat.v1.transpose": "Transpose",
    "compat.v1.squeeze": "Squeeze",
    "compat.v1.gather": "Take",
    "compat.v1.pad": "Pad",
    "pad": "Pad",
    "split": "SplitOfTensorFlow",
    "unstack": "Unstack",
    "linalg.matmul": "MatmulOfTensorFlow",
    "where": "Where",
    "tile": "Tile",
    "identity": "Identity",
    "reverse": "Flip",
    "roll": "Roll",
    "norm": "Norm",
    "compat.v1.norm": "Norm",
    "one_hot": "OneHot",
    "zeros_like": "ZerosLike",
    "ones_like": "OnesLike",
    "gather": "Take",
    "einsum": "Einsum",
    "stop_gradient": "StopGradient",
}
"""The functions of TensorFlow that Keras 2 writes, and the operations of Keras 3 that they are."""

_KEYWORDS: Mapping[str, str] = {
    "perm": "axes",
    "shape": "newshape",
    "clip_value_min": "x_min",
    "clip_value_max": "x_max",
    "multiples": "repeats",
    "input_tensor": "x",
    "input": "x",
    "tensor": "x",
    "a": "x1",
    "b": "x2",
    "depth": "num_classes",
    "paddings": "pad_width",
    "x": "x1",
    "y": "x2",
}
"""TensorFlow's names of arguments, and Keras 3's."""

_SECOND = ("y", "slice_spec", "b", "x2", "indices")
"""Names of the second argument, which is passed by its place here."""

_SAYING_NOTHING: Mapping[str, Any] = {"conjugate": False, "batch_dims": 0, "ord": "euclidean"}
"""Arguments of TensorFlow that are left out if they have these values."""


def is_operation(entry: Mapping[str, Any]) -> bool:
    """Whether an entry among the layers is an operation on tensors, which is no layer."""
    return (
        ".ops" in str(entry.get("module") or "")
        or entry.get("class_name", entry.get("className")) in _OF_KERAS_2
    )


def operation(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry of an operation as `KerasOp`, without its connections.

    An operation that is not known keeps its name, behind ``keras.ops.``, so that it is reported.
    Raises InvalidModelError for calls with different literal arguments.
    """
    config = entry.get("config")
    if not isinstance(config, Mapping):
        raise InvalidModelError(f"the config of an operation is {config!r:.80}")
    name = str(entry.get("name") or config.get("name"))
    of_keras_2 = entry.get("class_name", entry.get("className")) in _OF_KERAS_2
    function = _function(entry, config) if of_keras_2 else str(entry["class_name"])
    if function not in _known():
        return {"class_name": f"{OPERATIONS}{function}", "config": {**config, "name": name}}
    nodes = entry.get("inbound_nodes", entry.get("inboundNodes")) or []
    if nodes and not isinstance(nodes[0], Mapping) and nodes[0] and not _is_call(nodes[0]):
        nodes = [nodes]
    made = [_arguments(config, arguments_of(node), of_keras_2) for node in nodes]
    if any(other != made[0] for other in made):
        raise InvalidModelError(f"the operation {name!r} is called with different arguments")
    given = made[0] if made else {"op_args": [], "op_kwargs": {}}
    return {"class_name": CLASS_NAME, "config": {"name": name, "op_name": function, **given}}


def _known() -> Container[str]:
    """Return the names of the operations, whose module most models do not need."""
    from pyio.models.ops import tensor_operations

    return tensor_operations.OPERATIONS


def _is_call(value: Any) -> bool:
    """Whether a value is a list of places, and not one place."""
    return isinstance(value, list) and isinstance(value[0], list)


def _function(entry: Mapping[str, Any], config: Mapping[str, Any]) -> str:
    """Return the operation that a layer of Keras 2 is, or TensorFlow's name for it."""
    if entry.get("class_name", entry.get("className")) == "SlicingOpLambda":
        return "GetItem"
    return _FUNCTIONS.get(str(config.get("function")), str(config.get("function")))


def _arguments(config: Mapping[str, Any], given: Arguments, of_keras_2: bool) -> dict[str, Any]:
    numbers = count()
    positional = [_literal(value, numbers) for value in given.positional]
    named = {k: _literal(v, numbers) for k, v in given.named.items() if k not in _NO_ARGUMENTS}
    if of_keras_2:
        named = {
            k: v for k, v in named.items() if v is not None and _SAYING_NOTHING.get(k, ...) != v
        }
        if "x" not in named:  # otherwise they are the second and the third
            positional += [named.pop(key) for key in _SECOND if key in named]
        named = {_KEYWORDS.get(key, key): value for key, value in named.items()}
    else:
        own = {k: v for k, v in config.items() if k not in _NO_ARGUMENTS and _is_own(k, v)}
        named = own | named
    return {"op_args": positional, "op_kwargs": named}


def _is_own(key: str, value: Any) -> bool:
    """Whether a member of an operation's config is an argument, and not the policy of dtypes."""
    return value is not None and not (key == "dtype" and isinstance(value, Mapping))


def _literal(value: Any, numbers: Iterator[int]) -> Any:
    """Return `value` with the places of tensors replaced by the numbers of the inputs."""
    if is_place(value):
        return {"ref": next(numbers)}
    if isinstance(value, Mapping):
        kind, config = value.get("class_name"), value.get("config")
        if kind == "__keras_tensor__":
            return {"ref": next(numbers)}
        if kind == "__slice__" or kind == "__ellipsis__":
            return {"class_name": kind, "config": config}
        if value.keys() == {"start", "stop", "step"}:
            return {"class_name": "__slice__", "config": dict(value)}
        return {key: _literal(item, numbers) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_literal(item, numbers) for item in value]
    return value
