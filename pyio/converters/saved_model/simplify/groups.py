"""Convolutions in groups, of which TensorFlow.js has none: one convolution for each group.

A Conv2D has groups if its input has more channels than its kernel takes. So the channels of the
input are followed back to something that says them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.converters.saved_model.graph import Node, Ref
from pyio.converters.saved_model.simplify.flat import channels_last
from pyio.converters.saved_model.simplify.walk import in_order

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pyio.converters.saved_model.simplify.flat import Flat

_SAME_TEXT = """
Identity Relu Relu6 Elu LeakyRelu Sigmoid Tanh Softplus Selu Neg Abs Exp Sqrt Square MaxPool
AvgPool Pad PadV2 MirrorPad ResizeBilinear ResizeNearestNeighbor Snapshot StopGradient
"""
_SAME = frozenset(_SAME_TEXT.split())
"""Ops whose result has the channels of their first input."""

_ADDS = frozenset(["Add", "AddV2", "Sub", "Mul", "RealDiv", "Maximum", "Minimum", "SelectV2"])
_NORMS = frozenset(("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3", "BiasAdd"))
_STEPS = 200
_CHANNEL = 3


def split_groups(flat: Flat, fresh: Callable[[str], str]) -> int:
    """Write convolutions in groups as several; return how many there were."""
    count = 0
    for node in in_order(flat.graph):
        if node.op != "Conv2D" or len(node.inputs) != 2 or not channels_last(node):
            continue
        kernel = flat.value(node.inputs[1])
        if kernel is None or kernel.ndim != 4 or not kernel.shape[2]:
            continue
        channels = _channels(flat, node.inputs[0], _STEPS)
        if channels is None or channels == kernel.shape[2] or channels % kernel.shape[2]:
            continue
        groups = channels // kernel.shape[2]
        if kernel.shape[3] % groups == 0:
            _split(flat, node, groups, fresh)
            count += 1
    return count


def _channels(flat: Flat, ref: Ref, steps: int) -> int | None:
    """Return the length of the last axis, or None if nothing tells."""
    node = flat.graph.get(ref.name)
    if node is None or steps < 1:
        return None
    if node.op == "ConcatV2":
        return _joined(flat, node, steps // 2)
    if node.op in _ADDS:
        found = [_channels(flat, each, steps // 2) for each in node.inputs]
        return max((each for each in found if each is not None), default=None)
    constants = [flat.value(each) for each in node.inputs]
    if node.op in _SAME or _keeps_last(node, constants):
        return _channels(flat, node.inputs[0], steps - 1)
    return _told(node, constants, flat.value(ref))


def _told(
    node: Node, constants: list[NDArray[Any] | None], value: NDArray[Any] | None
) -> int | None:
    """Return the last side of a node that says it itself: by a shape, or by its weights."""
    if node.op == "Placeholder":
        sides = node.attr.get("shape", {}).get("shape", {}).get("dim", ())
        return _known(sides[-1].get("size", 0)) if sides else None
    second = constants[1] if len(constants) > 1 else None
    if node.op == "Reshape":
        return _known(int(second.ravel()[-1])) if second is not None and second.size else None
    if node.op in _NORMS:
        return second.size if second is not None else None
    if node.op in ("Conv2D", "DepthwiseConv2dNative") and second is not None and second.ndim == 4:
        return int(second.shape[3] * (1 if node.op == "Conv2D" else second.shape[2]))
    return None if value is None or not value.ndim else int(value.shape[-1])


def _joined(flat: Flat, node: Node, steps: int) -> int | None:
    """Return the channels of a concatenation along them."""
    axis = flat.value(node.inputs[-1])
    if axis is None or axis.size != 1 or int(axis.item()) not in (-1, _CHANNEL):
        return None
    parts = [_channels(flat, each, steps) for each in node.inputs[:-1]]
    known = [each for each in parts if each is not None]
    return sum(known) if len(known) == len(parts) else None


def _keeps_last(node: Node, constants: list[NDArray[Any] | None]) -> bool:
    """Whether an op adds or removes sides and leaves the last one where it is.

    A 1-D convolution is one in 2-D between such a pair.
    """
    if node.op not in ("ExpandDims", "Squeeze"):
        return False
    if node.op == "Squeeze":
        axes = node.attr.get("squeeze_dims", {}).get("list", {}).get("i", ())
        return bool(axes) and all(axis in (1, 2, -2, -3) for axis in axes)
    axis = constants[1] if len(constants) > 1 else None
    return axis is not None and axis.size == 1 and int(axis.item()) in (1, 2, -2, -3)


def _known(size: int) -> int | None:
    return size if size > 0 else None


def _split(flat: Flat, node: Node, groups: int, fresh: Callable[[str], str]) -> None:
    axis = flat.constant(f"{node.name}/axis", np.int32(_CHANNEL))

    def add(part: str, op: str, inputs: list[Ref], attr: dict[str, object]) -> str:
        name = fresh(f"{node.name}/{part}")
        flat.graph[name] = Node(
            name, op, inputs, attr={"T": node.attr.get("T", {"type": 1}), **attr}
        )
        return name

    divided = {"num_split": {"i": groups}}
    inputs, kernels = (
        add(part, "Split", [axis, ref], dict(divided))
        for part, ref in zip(("inputs", "kernels"), node.inputs, strict=True)
    )
    parts = [
        Ref(add(f"group_{i}", "Conv2D", [Ref(inputs, i), Ref(kernels, i)], dict(node.attr)))
        for i in range(groups)
    ]
    attr = {"T": node.attr.get("T", {"type": 1}), "N": {"i": groups}, "Tidx": {"type": 3}}
    flat.graph[node.name] = Node(node.name, "ConcatV2", [*parts, axis], node.controls, attr)
