"""Joins a convolution or matrix product with the bias and the activation behind it.

The fused ops are those of TensorFlow's own optimizer: ``fused_ops`` lists BiasAdd and at most one
activation, and the bias is the third input (``_FusedConv2D`` in ``nn_ops.cc``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.converters.saved_model.graph import Node
from pyio.converters.saved_model.simplify.flat import channels_last
from pyio.converters.saved_model.simplify.walk import in_order, users

if TYPE_CHECKING:
    from pyio.converters.saved_model.graph import Ref
    from pyio.converters.saved_model.simplify.flat import Flat

_FUSED = {
    "Conv2D": "_FusedConv2D",
    "DepthwiseConv2dNative": "FusedDepthwiseConv2dNative",
    "MatMul": "_FusedMatMul",
}
_ACTIVATIONS = frozenset(("Relu", "Relu6", "Elu", "LeakyRelu", "Sigmoid"))
"""What TensorFlow.js can compute in a fused op; Tanh fails there on its cpu and webgl backends."""
_ADDITIONS = frozenset(("BiasAdd", "AddV2", "Add"))
_ALPHA = {"f": 0.2}
"""The slope of a LeakyRelu that does not give one (``nn_ops.cc``)."""


def fuse(flat: Flat) -> int:
    """Fuse what can be fused; return how many fused ops there are."""
    used = users(flat.graph)
    count = 0
    for node in in_order(flat.graph):
        if node.op in _ADDITIONS and node.name in flat.graph and _fuse(flat, node, used):
            used = users(flat.graph)
            count += 1
    return count


def _fuse(flat: Flat, addition: Node, used: dict[str, list[Any]]) -> bool:
    found = _operands(flat, addition)
    if found is None:
        return False
    product, bias = found
    if not flat.alone(product.name, used) or product.controls or addition.controls:
        return False
    if not (channels_last(product) and channels_last(addition)):
        return False
    last, operations = addition, [b"BiasAdd"]
    attr = dict(product.attr)
    follower = used[addition.name][0][0] if flat.alone(addition.name, used) else None
    if follower is not None and follower.op in _ACTIVATIONS and not follower.controls:
        last = follower
        operations.append(follower.op.encode())
        if follower.op == "LeakyRelu":
            attr["leakyrelu_alpha"] = follower.attr.get("alpha", _ALPHA)
    attr["fused_ops"] = {"list": {"s": operations}}
    attr["num_args"] = {"i": 1}
    del flat.graph[product.name]
    if last is not addition:
        del flat.graph[addition.name]
    inputs = [*product.inputs, bias]
    flat.graph[last.name] = Node(last.name, _FUSED[product.op], inputs, attr=attr)
    return True


def _operands(flat: Flat, addition: Node) -> tuple[Node, Ref] | None:
    """Return the product and the bias of an addition, in either order, if it adds those."""
    if len(addition.inputs) != 2:
        return None
    pairs = [(addition.inputs[0], addition.inputs[1])]
    if addition.op != "BiasAdd":
        pairs.append((addition.inputs[1], addition.inputs[0]))
    for left, right in pairs:
        product, bias = flat.graph.get(left.name), flat.value(right)
        if product is None or bias is None or product.op not in _FUSED or left.output:
            continue
        if len(product.inputs) == 2 and bias.shape == (_channels(flat, product),):
            return product, right
    return None


def _channels(flat: Flat, product: Node) -> int:
    """Return the channels of a product by a constant, or -1."""
    weights = flat.value(product.inputs[1])
    if weights is None or weights.ndim != (2 if product.op == "MatMul" else 4):
        return -1
    if product.op == "Conv2D":
        return int(weights.shape[3])
    if product.op == "MatMul":
        return int(weights.shape[0 if product.attr.get("transpose_b", {}).get("b") else 1])
    return int(weights.shape[2] * weights.shape[3])
