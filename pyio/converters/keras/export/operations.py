"""Operations on tensors as Keras 3 writes them among the layers (keras ``src/ops/*.py``)."""

from __future__ import annotations

from typing import Any

_NN = (
    "HardSilu HardTanh HardSigmoid LogSigmoid Relu Relu6 Selu Sigmoid Silu Softplus Softsign "
    "SparsePlus SparseSigmoid Squareplus TanhShrink Celu Elu Gelu Glu HardShrink LeakyRelu "
    "LogSoftmax Moments Normalize OneHot Softmax SoftShrink Sparsemax Threshold"
)
_MODULES = {
    **dict.fromkeys(_NN.split(), "nn"),
    **dict.fromkeys(("Erf", "Rsqrt", "Logsumexp"), "math"),
    **dict.fromkeys(("StopGradient", "Cast", "Unstack"), "core"),
    "Norm": "linalg",
}
"""Operation -> where Keras has it; the others are in ``keras.src.ops.numpy``."""

MISSING = frozenset(("SquaredDifference", "LeakyReluOfTensorFlow", "L2Normalize"))
"""Operations of Keras 2 that Keras 3 has none like."""

_CALLED_WITH = frozenset(
    (
        *("x", "x1", "x2", "xs", "key", "indices", "weights", "condition"),
        *("constant_values", "fill_value", "start_indices"),
    )
)
"""Named arguments of calls. All others belong to the operation itself, and so to its config."""


def entry(layer: Any) -> dict[str, Any]:
    """Return the entry of an operation, without its calls."""
    name = layer.op_name
    if name == "Identity":  # Keras has a layer for it
        config = {"name": layer.name}
        return {"module": "keras.layers", "class_name": name, "config": config} | _UNREGISTERED
    own = {key: value for key, value in layer.op_kwargs.items() if not _of_call(key, value)}
    return {
        "module": f"keras.src.ops.{_MODULES.get(name, 'numpy')}",
        "class_name": name,
        "config": {"name": layer.name, **own},
        "registered_name": name,
    }


_UNREGISTERED = {"registered_name": None}


def call(layer: Any, tensors: list[Any]) -> dict[str, Any]:
    """Return a call of an operation with `tensors` in the places of its inputs."""
    named = {key: value for key, value in layer.op_kwargs.items() if _of_call(key, value)}
    return {"args": _filled(layer.op_args, tensors), "kwargs": _filled(named, tensors)}


def _of_call(key: str, value: Any) -> bool:
    return key in _CALLED_WITH or _has_input(value)


def _has_input(value: Any) -> bool:
    if isinstance(value, dict):
        return "ref" in value or any(map(_has_input, value.values()))
    return isinstance(value, list) and any(map(_has_input, value))


def _filled(value: Any, tensors: list[Any]) -> Any:
    if isinstance(value, dict):
        if "ref" in value:
            return tensors[value["ref"]]
        return {key: _filled(item, tensors) for key, item in value.items()}
    return [_filled(item, tensors) for item in value] if isinstance(value, list) else value
