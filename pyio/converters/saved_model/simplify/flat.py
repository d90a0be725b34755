"""A flat graph while it is simplified, with its constants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyio.converters.saved_model.graph import Node
from pyio.converters.saved_model.tensors import at_run_time, stored_type

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from numpy.typing import ArrayLike, NDArray

    from pyio.converters.saved_model.graph import Graph, Ref


@dataclass(slots=True)
class Flat:
    """One graph: its nodes, the constants of all graphs, and which nodes must stay.

    `constant` adds a Const to this graph.
    """

    graph: Graph
    weights: dict[str, NDArray[Any]]
    constant: Callable[[str, ArrayLike], Ref]
    kept: Collection[str]

    def value(self, ref: Ref) -> NDArray[Any] | None:
        """Return the value of a constant, or None for anything else."""
        node = self.graph.get(ref.name)
        return self.weights.get(ref.name) if node is not None and node.op == "Const" else None

    def alone(self, name: str, used: dict[str, list[Any]]) -> bool:
        """Whether just one other node needs this one."""
        return name not in self.kept and len(used.get(name, ())) == 1

    def replace(self, name: str, value: NDArray[Any]) -> None:
        """Make a node a Const."""
        array = at_run_time(value)
        self.graph[name] = Node(name, "Const", attr=constant_attributes(array))
        self.weights[name] = array


def constant_attributes(value: NDArray[Any]) -> dict[str, Any]:
    """Return the attributes of a Const; its content is the weight of its name."""
    dtype = stored_type(value)
    shape = {"dim": [{"size": side} for side in value.shape]}
    return {"dtype": {"type": dtype}, "value": {"tensor": {"dtype": dtype, "shape": shape}}}


def channels_last(node: Node) -> bool:
    """Whether the node's data_format is TensorFlow's usual one."""
    return bytes(node.attr.get("data_format", {}).get("s", b"NHWC")) == b"NHWC"
