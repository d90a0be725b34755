"""Puts batch normalisation with constant statistics into the convolution before it.

With k = scale / √(variance + epsilon) the result is conv(x, weights · k) + (offset - mean · k), and
a bias between the two becomes (bias - mean) · k + offset. In a depthwise convolution channel
i · multiplier + m is weight [:, :, i, m].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.converters.saved_model.graph import Node, Ref, type_attr
from pyio.converters.saved_model.simplify.flat import channels_last
from pyio.converters.saved_model.simplify.walk import in_order, users
from pyio.converters.saved_model.tensors import FLOAT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pyio.converters.saved_model.simplify.flat import Flat

_NORMS = frozenset(("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"))
_CONVOLUTIONS = frozenset(("Conv2D", "DepthwiseConv2dNative"))
_EPSILON = 1e-4
_STATISTICS = 5


def without_batch_norms(flat: Flat) -> int:
    """Fold what can be folded; return how many normalisations vanished."""
    used = users(flat.graph)
    count = 0
    for node in in_order(flat.graph):
        if node.op in _NORMS and _only_result(node, used) and _fold(flat, node, used):
            used = users(flat.graph)
            count += 1
    return count


def _only_result(node: Node, used: dict[str, list[Any]]) -> bool:
    return all(ref is not None and ref.output == 0 for _, ref in used.get(node.name, ()))


def _fold(flat: Flat, norm: Node, used: dict[str, list[Any]]) -> bool:
    if (
        norm.attr.get("is_training", {"b": 1}).get("b", 0)
        or len(norm.inputs) != _STATISTICS
        or not channels_last(norm)
        or norm.controls
    ):
        return False
    statistics = [flat.value(ref) for ref in norm.inputs[1:]]
    before = flat.graph.get(norm.inputs[0].name)
    bias: NDArray[Any] | None = None
    if before is not None and before.op == "BiasAdd" and len(before.inputs) == 2:
        bias = flat.value(before.inputs[1])
        if bias is None or not flat.alone(before.name, used) or not channels_last(before):
            return False
        before = flat.graph.get(before.inputs[0].name)
    if before is None or before.op not in _CONVOLUTIONS or not channels_last(before):
        return False
    kernel = flat.value(before.inputs[1]) if len(before.inputs) == 2 else None
    known = [each for each in (kernel, *statistics) if each is not None]
    if len(known) != _STATISTICS or not flat.alone(before.name, used) or before.controls:
        return False
    return _replace(flat, norm, before, known, bias)


def _replace(
    flat: Flat, norm: Node, convolution: Node, known: list[NDArray[Any]], bias: NDArray[Any] | None
) -> bool:
    kernel, scale, offset, mean, variance = known
    depthwise = convolution.op != "Conv2D"
    channels = kernel.shape[2:] if depthwise else kernel.shape[3:]
    if kernel.ndim != 4 or any(each.shape != (int(np.prod(channels)),) for each in known[1:]):
        return False
    epsilon = np.float32(norm.attr.get("epsilon", {}).get("f", _EPSILON))
    with np.errstate(all="ignore"):
        k = scale / np.sqrt(variance + epsilon)
        shift = offset + ((0 if bias is None else bias) - mean) * k
        weights = kernel * k.reshape(channels)
    if not (np.isfinite(weights).all() and np.isfinite(shift).all()):
        return False
    convolution.inputs[1] = flat.constant(f"{norm.name}/weights", weights)
    added = flat.constant(f"{norm.name}/bias", shift)
    attr = {
        "T": {"type": type_attr(norm, "T", FLOAT)},
        "data_format": {"s": b"NHWC"},
    }
    flat.graph[norm.name] = Node(norm.name, "BiasAdd", [Ref(convolution.name), added], attr=attr)
    return True
