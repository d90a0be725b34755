"""Steps: the calls of a model in order, those of models inside it too, joined where they can be.

A normalization or activation behind a product is computed with it, and a border in front of it too.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from pyio.models.core.container import Container
from pyio.models.plans.activations import activation_of, is_linear
from pyio.models.plans.constants import Unplanned
from pyio.models.plans.step import IDENTITIES, Step, own_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyio.models.core.graph import Graph, Node

MOST_STEPS = 4096
"""More calls than that are not planned: models inside models can have exponentially many."""

_CONVOLUTIONS = frozenset(
    ["Conv1D", "Conv2D", "DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D"]
)
_PRODUCTS = _CONVOLUTIONS | {"Dense", "Conv1DTranspose", "Conv2DTranspose"}
"""Products, whose weights can take in a normalization."""

_ACTIVATED = _PRODUCTS | {
    *("BatchNormalization", "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")
}
"""Steps that can end with an activation."""


def steps_of(graph: Graph) -> tuple[list[Step], list[int], list[int]]:
    """Return the steps of a model, and the slots of its inputs and outputs.

    Raises Unplanned for more calls than `MOST_STEPS`.
    """
    slots = iter(range(10**9))
    inputs = [next(slots) for _ in graph.inputs]
    steps: list[Step] = []
    outputs = _walk(graph, inputs, slots, steps, depth=0)
    return _joined(steps, set(outputs)), inputs, outputs


def _walk(
    graph: Graph, inputs: Sequence[int], slots: Iterator[int], steps: list[Step], depth: int
) -> list[int]:
    """Append the steps of `graph` to `steps`, and return the slots of its outputs."""
    places = {id(tensor): slot for tensor, slot in zip(graph.inputs, inputs, strict=True)}
    for node in graph.calls:
        sources = [places[id(tensor)] for tensor in node.inputs]
        if _is_model(node):
            if depth > 16:
                raise Unplanned("models inside models")
            targets = _walk(node.layer.graph, sources, slots, steps, depth + 1)  # type: ignore[attr-defined]
        else:
            targets = [next(slots) for _ in node.outputs]
            shape = node.inputs[0].shape
            layer: Any = node.computes
            steps.append(Step(layer, sources, targets, 0 if shape is None else len(shape)))
        places |= {id(tensor): slot for tensor, slot in zip(node.outputs, targets, strict=True)}
        if len(steps) > MOST_STEPS:
            raise Unplanned("too many calls")
    return [places[id(tensor)] for tensor in graph.outputs]


def _is_model(node: Node) -> bool:
    """Whether a call is that of a model, not of a class of the user's that may compute more."""
    ours = type(node.layer).__module__ in ("pyio.models.model", "pyio.models.sequential")
    return ours and isinstance(node.layer, Container)


def _joined(steps: Sequence[Step], outputs: set[int]) -> list[Step]:
    """Return the steps with those joined that are computed together."""
    users: dict[int, list[Step]] = defaultdict(list)
    for step in steps:
        for slot in step.sources:
            users[slot].append(step)
    gone: set[int] = set()
    makers: dict[int, Step] = {}
    kept = []
    for step in steps:
        if id(step) in gone:
            continue
        _take_in_border(step, makers, users, outputs, gone)
        if own_name(step.layer) in _ACTIVATED and len(step.targets) == 1:
            _take_in_followers(step, users, outputs, gone)
        kept.append(step)
        makers |= dict.fromkeys(step.targets, step)
    return [step for step in kept if id(step) not in gone]


def _take_in_border(
    step: Step,
    makers: dict[int, Step],
    users: dict[int, list[Step]],
    outputs: set[int],
    gone: set[int],
) -> None:
    """Join a convolution with the layer in front of it that puts 0 around its input."""
    layer: Any = step.layer
    if own_name(layer) not in _CONVOLUTIONS or layer.padding != "valid" or layer.channels_first:
        return
    (source,) = step.sources
    maker = makers.get(source)
    if maker is None or own_name(maker.layer) != f"ZeroPadding{layer.rank}D":
        return
    border: Any = maker.layer
    if len(users[source]) == 1 and source not in outputs and border.data_format != "channels_first":
        step.before = border
        step.sources = maker.sources
        gone.add(id(maker))


def _take_in_followers(
    step: Step, users: dict[int, list[Step]], outputs: set[int], gone: set[int]
) -> None:
    """Join a step with the normalization and activation behind it."""
    linear = is_linear(step.layer)
    normalizable = linear and own_name(step.layer) in _PRODUCTS
    while True:
        following = users[step.targets[0]]
        if step.targets[0] in outputs or len(following) != 1 or len(following[0].sources) != 1:
            return
        layer: Any = following[0].layer
        name = own_name(layer)
        if name == "BatchNormalization":
            if not normalizable or layer.axis not in (-1, following[0].ndim - 1):
                return
            normalizable = False
        elif name not in IDENTITIES:
            if not linear or activation_of(layer) is None:
                return
            linear = normalizable = False
        step.after.append(layer)
        step.targets = following[0].targets
        gone.add(id(following[0]))
