"""Puts factors and summands behind a product into its weights and its bias.

Keras writes a batch normalisation as a product and a sum with constants. Both have one number for
each channel, or one for all. Then conv(x, w) · k + b is conv(x, w · k) + b.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.converters.saved_model.graph import Node, Ref
from pyio.converters.saved_model.simplify.flat import channels_last
from pyio.converters.saved_model.simplify.walk import in_order, users

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pyio.converters.saved_model.simplify.flat import Flat

_PRODUCTS = {"Conv2D": 4, "DepthwiseConv2dNative": 4, "MatMul": 2}
"""Op -> sides of its weights."""

_SUMS = frozenset(("BiasAdd", "Add", "AddV2"))


def without_scales(flat: Flat) -> int:
    """Fold factors and summands; return how many."""
    used = users(flat.graph)
    count = 0
    for node in in_order(flat.graph):
        if node.name not in flat.graph or len(node.inputs) != 2 or node.controls:
            continue
        done = False
        if node.op == "Mul":
            done = _factor(flat, node, used)
        elif node.op in _SUMS or node.op == "Sub":
            done = _summand(flat, node, used)
        if done:
            used = users(flat.graph)
            count += 1
    return count


def _factor(flat: Flat, node: Node, used: dict[str, list[Any]]) -> bool:
    """Fold ``product · k``, or ``(product + bias) · k``."""
    before, k = _operands(flat, node, used)
    if before is None or k is None:
        return False
    bias: NDArray[Any] | None = None
    between = before.name
    if before.op in _SUMS:
        before, bias = _operands(flat, before, used)
    product = _product(flat, before)
    if before is None or product is None:
        return False
    weights, channels = product
    scales = _by_channel(k, channels, weights.ndim)
    shift = None if bias is None else _by_channel(bias, channels, 1)
    if scales is None or (bias is not None and shift is None):
        return False
    scaled = _scaled(before, weights, scales)
    if not np.isfinite(scaled).all():
        return False
    before.inputs[1] = flat.constant(f"{node.name}/weights", scaled)
    if shift is None:
        _rename(flat, before, node.name)
        return True
    added = flat.constant(f"{node.name}/bias", shift * scales)
    del flat.graph[between]
    _become_bias(flat, node, Ref(before.name), added)
    return True


def _summand(flat: Flat, node: Node, used: dict[str, list[Any]]) -> bool:
    """Fold ``(product + bias) + b`` and ``product - b``."""
    if node.op == "Sub" and flat.value(node.inputs[1]) is None:
        return False
    before, summand = _operands(flat, node, used)
    if before is None or summand is None:
        return False
    bias: NDArray[Any] | None = None
    target = before
    if before.op in _SUMS:
        inner, bias = _operands(flat, before, used)
        if inner is None or bias is None:
            return False
        target = inner
    elif node.op != "Sub":
        return False  # that is a bias already
    product = _product(flat, target)
    if product is None:
        return False
    weights, channels = product
    added = _by_channel(summand, channels, weights.ndim)
    first: NDArray[Any] | None = np.zeros(channels, np.float32)
    if bias is not None:
        first = _by_channel(bias, channels, weights.ndim)
    if added is None or first is None:
        return False
    total = first - added if node.op == "Sub" else first + added
    if target is not before:
        del flat.graph[before.name]
    _become_bias(flat, node, Ref(target.name), flat.constant(f"{node.name}/bias", total))
    return True


def _operands(
    flat: Flat, node: Node, used: dict[str, list[Any]]
) -> tuple[Node | None, NDArray[Any] | None]:
    """Return the node and the constant that `node` joins; None if nothing else needs the node."""
    for left, right in ((0, 1), (1, 0)):
        value = flat.value(node.inputs[right])
        before = flat.graph.get(node.inputs[left].name)
        if value is None or value.dtype != np.float32 or before is None or before.op == "Const":
            continue
        if len(before.inputs) == 2 and flat.alone(before.name, used) and channels_last(before):
            return (None, None) if before.controls or not channels_last(node) else (before, value)
    return None, None


def _product(flat: Flat, node: Node | None) -> tuple[NDArray[Any], int] | None:
    """Return the weights of a product and how many channels it makes."""
    if node is None or node.op not in _PRODUCTS or node.controls:
        return None
    weights = flat.value(node.inputs[1])
    if weights is None or weights.ndim != _PRODUCTS[node.op] or weights.dtype != np.float32:
        return None
    if node.op == "MatMul":
        return weights, int(weights.shape[0 if _turned(node) else 1])
    sides = weights.shape[2:] if node.op == "DepthwiseConv2dNative" else weights.shape[3:]
    return weights, int(np.prod(sides))


def _turned(node: Node) -> bool:
    return bool(node.attr.get("transpose_b", {}).get("b"))


def _by_channel(value: NDArray[Any], channels: int, rank: int) -> NDArray[Any] | None:
    """Return one number for each channel, or None if the constant has others."""
    if value.size == 1 and value.ndim <= 1:
        return np.full(channels, value.reshape(-1)[0], np.float32)
    along_last = value.size == channels and value.ndim and value.shape[-1] == channels
    return value.reshape(channels) if along_last and value.ndim <= rank else None


def _scaled(node: Node, weights: NDArray[Any], scales: NDArray[Any]) -> NDArray[Any]:
    with np.errstate(all="ignore"):
        if node.op == "DepthwiseConv2dNative":
            return np.asarray(weights * scales.reshape(weights.shape[2:]))
        if node.op == "MatMul" and _turned(node):
            return np.asarray(weights * scales[:, None])
        return np.asarray(weights * scales)


def _rename(flat: Flat, node: Node, name: str) -> None:
    """Let a node take the place of one that needed nothing else."""
    del flat.graph[node.name]
    flat.graph[name] = Node(name, node.op, node.inputs, node.controls, node.attr)


def _become_bias(flat: Flat, node: Node, product: Ref, bias: Ref) -> None:
    attr = {"T": node.attr.get("T", {"type": 1}), "data_format": {"s": b"NHWC"}}
    flat.graph[node.name] = Node(node.name, "BiasAdd", [product, bias], attr=attr)
