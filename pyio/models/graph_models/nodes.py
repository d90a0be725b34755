"""Nodes and references: a GraphDef as proto3 JSON -> graphs that can be planned.

A reference ``a`` is output 0 of node a, ``a:2`` output 2, ``^a`` a control input. In the bodies of
functions ``a:values:1`` is the second tensor of the output argument ``values``
(tensorflow/core/framework/function.proto).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from pyio import limits
from pyio.errors import InvalidModelError
from pyio.models.graph_models.attributes import value_of, whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FRAMES = frozenset({"Switch", "Merge", "Enter", "Exit", "NextIteration", "LoopCond", "_SwitchN"})
"""The control flow of TF 1, which the plan does itself. Their ``Ref`` forms are the same."""

FED = frozenset({"Placeholder", "PlaceholderV2", "_Arg"})
"""The nodes that have their value from outside."""

OUTPUT_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "TopK": ("values", "indices"),
    "TopKV2": ("values", "indices"),
    "Unique": ("y", "idx"),
    "UniqueV2": ("y", "idx"),
    "UniqueWithCounts": ("y", "idx", "count"),
    "Switch": ("output_false", "output_true"),
    "Merge": ("output", "value_index"),
    "FusedBatchNorm": ("y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2"),
    "NonMaxSuppressionV4": ("selected_indices", "valid_outputs"),
    "NonMaxSuppressionV5": ("selected_indices", "selected_scores", "valid_outputs"),
    "StringSplit": ("indices", "values", "shape"),
    "StringSplitV2": ("indices", "values", "shape"),
    "StringNGrams": ("ngrams", "ngrams_splits"),
    "MaxPoolWithArgmax": ("output", "argmax"),
    "ListDiff": ("out", "idx"),
    "TensorArrayV3": ("handle", "flow"),
    "TensorArrayConcatV3": ("value", "lengths"),
    "TensorListPopBack": ("output_handle", "tensor"),
    "TensorListConcat": ("tensor", "lengths"),
    "TensorListConcatV2": ("tensor", "lengths"),
    "RaggedRange": ("rt_nested_splits", "rt_dense_values"),
    "SparseReshape": ("output_indices", "output_shape"),
    "SparseFillEmptyRows": (
        "output_indices",
        "output_values",
        "empty_row_indicator",
        "reverse_index_map",
    ),
}
"""Op -> its output arguments, where it has several and each is one tensor (the OpDefs of TF)."""

_MORE_ARGUMENTS = {
    "UniqueWithCountsV2": "y idx count",
    "CombinedNonMaxSuppression": "nmsed_boxes nmsed_scores nmsed_classes valid_detections",
    "SparseCross": "output_indices output_values output_shape",
    "SparseCrossV2": "output_indices output_values output_shape",
    "SparseCrossHashed": "output_indices output_values output_shape",
    "SparseReorder": "output_indices output_values",
    "RaggedTensorToSparse": "sparse_indices sparse_values sparse_dense_shape",
    "QuantizeV2": "output output_min output_max",
    "BroadcastGradientArgs": "r0 r1",
    "UnicodeDecode": "row_splits char_values",
    "UnicodeDecodeWithOffsets": "row_splits char_values char_to_byte_starts",
    "StatelessRandomGetKeyCounter": "key counter",
    "StatelessRandomGetKeyCounterAlg": "key counter alg",
}
OUTPUT_ARGUMENTS |= {op: tuple(names.split()) for op, names in _MORE_ARGUMENTS.items()}
OUTPUT_ARGUMENTS["FusedBatchNormV2"] = OUTPUT_ARGUMENTS["FusedBatchNorm"]
OUTPUT_ARGUMENTS["FusedBatchNormV3"] = (*OUTPUT_ARGUMENTS["FusedBatchNorm"], "reserve_space_3")
OUTPUT_ARGUMENTS["RefSwitch"] = OUTPUT_ARGUMENTS["Switch"]
OUTPUT_ARGUMENTS["RefMerge"] = OUTPUT_ARGUMENTS["Merge"]


class Reference(NamedTuple):
    """One output of a node."""

    node: str
    output: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """A node as it stands in a file: its op, its inputs in order and its raw attributes."""

    name: str
    op: str
    inputs: tuple[Reference, ...]
    controls: tuple[str, ...]
    attributes: Mapping[str, Any]

    @property
    def where(self) -> str:
        """The node as messages name it."""
        return f"the node {self.name!r} ({self.op})"


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes by name: the main graph, the initializer, or the body of a function.

    `arguments` and `results` are those of a function.
    """

    name: str
    nodes: Mapping[str, Node]
    arguments: tuple[str, ...] = ()
    results: tuple[Reference, ...] = ()
    plans: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def reference(self, text: str) -> Reference:
        """Return what the text of a reference means here. Raises InvalidModelError."""
        return reference(text, self.nodes)

    def consumed(self) -> set[str]:
        """Return the names of nodes that others use."""
        return {
            name
            for node in self.nodes.values()
            for name in (*(source.node for source in node.inputs), *node.controls)
        }


def main_graph(value: Any, name: str) -> Graph:
    """Return the graph of a GraphDef's nodes. Raises InvalidModelError."""
    return Graph(name, read_nodes(_member(value, "node", name), name))


def library(value: Any) -> dict[str, Graph]:
    """Return the functions of a GraphDef by name. Raises InvalidModelError."""
    found = value.get("library") or {}
    listed = _member(found, "function", "the library")
    if len(listed) > limits.GRAPH_FUNCTIONS:
        raise InvalidModelError(
            f"the graph has {len(listed):,} functions; the most is {limits.GRAPH_FUNCTIONS:,}"
        )
    functions: dict[str, Graph] = {}
    for entry in listed:
        graph = _function(entry)
        if graph.name in functions:
            raise InvalidModelError(f"two functions are called {graph.name!r}")
        functions[graph.name] = graph
    return functions


def _function(entry: Any) -> Graph:
    signature = _object(_object(entry, "a function").get("signature"), "a function's signature")
    name = _text(signature.get("name"), "the name of a function")
    what = f"the function {name!r}"
    arguments = [
        _text(_object(each, f"an argument of {what}").get("name"), f"an argument of {what}")
        for each in _member(signature, "inputArg", what)
    ]
    nodes = read_nodes(_member(entry, "nodeDef", what), what, arguments)
    returned = _object(entry.get("ret") or {}, f"the results of {what}")
    results = []
    for each in _member(signature, "outputArg", what):
        key = _text(_object(each, f"a result of {what}").get("name"), f"a result of {what}")
        if key not in returned:
            raise InvalidModelError(f"{what} does not say what its result {key!r} is")
        results.append(reference(_text(returned[key], f"a result of {what}"), nodes))
    return Graph(name, nodes, tuple(arguments), tuple(results))


def read_nodes(listed: list[Any], what: str, arguments: list[str] | None = None) -> dict[str, Node]:
    """Return nodes by name; `arguments` of a function become nodes as well.

    Raises InvalidModelError for two of one name, and for references to absent ones.
    """
    if len(listed) > limits.GRAPH_NODES:
        raise InvalidModelError(
            f"{what} has {len(listed):,} nodes; the most is {limits.GRAPH_NODES:,}"
        )
    nodes: dict[str, Node] = {}
    texts: dict[str, list[str]] = {}
    entries = [{"name": name, "op": "_Arg"} for name in arguments or ()] + listed
    for entry in entries:
        name = _text(
            _object(entry, f"a node of {what}").get("name"), f"the name of a node of {what}"
        )
        if name in nodes:
            raise InvalidModelError(f"two nodes of {what} are called {name!r}; names are unique")
        op = _text(entry.get("op"), f"the op of the node {name!r}")
        attributes = _object(entry.get("attr") or {}, f"the attributes of the node {name!r}")
        texts[name] = _inputs(entry, name)
        nodes[name] = Node(name, op, (), (), attributes)
    return {name: _connected(node, texts[name], nodes) for name, node in nodes.items()}


def _inputs(entry: Mapping[str, Any], name: str) -> list[str]:
    listed = _member(entry, "input", f"the node {name!r}")
    if len(listed) > limits.GRAPH_LIST:
        raise InvalidModelError(
            f"the node {name!r} has {len(listed):,} inputs; the most is {limits.GRAPH_LIST:,}"
        )
    return [_text(each, f"an input of the node {name!r}") for each in listed]


def _connected(node: Node, texts: list[str], nodes: Mapping[str, Node]) -> Node:
    inputs = [reference(each, nodes) for each in texts if not each.startswith("^")]
    controls = [each[1:].partition(":")[0] for each in texts if each.startswith("^")]
    for name in (*(each.node for each in inputs), *controls):
        if name not in nodes:
            raise InvalidModelError(
                f"{node.where} has the input {name!r:.120}, which does not exist"
            )
    return Node(node.name, node.op, tuple(inputs), tuple(controls), node.attributes)


def reference(text: str, nodes: Mapping[str, Node]) -> Reference:
    """Return what the text of a reference means among `nodes`. Raises InvalidModelError."""
    parts = text.split(":")
    number = parts[-1] if len(parts) > 1 else "0"
    if len(parts) > 3 or not (number.isdecimal() and number.isascii() and len(number) < 7):
        raise InvalidModelError(
            f"{text!r:.120} is no reference to an output; expected a node's name, or name:number"
        )
    if len(parts) < 3:
        return Reference(parts[0], int(number))
    node = nodes.get(parts[0])
    before = 0 if node is None else _outputs_before(node, parts[1])
    return Reference(parts[0], before + int(number))


def _outputs_before(node: Node, argument: str) -> int:
    """Return how many outputs a node has before those of an output argument."""
    if node.op == "RaggedGather" and argument == "output_dense_values":
        rank = value_of(whole(1), "OUTPUT_RAGGED_RANK", node.attributes, node.where)
        return int(rank)
    arguments = OUTPUT_ARGUMENTS.get(node.op, ())
    return arguments.index(argument) if argument in arguments else 0


def _member(value: Any, key: str, what: str) -> list[Any]:
    found = _object(value, what).get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise InvalidModelError(f"{key!r} of {what} is {found!r:.80}; expected a list")
    return found


def _object(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidModelError(f"{what} is {value!r:.80}; expected a JSON object")
    return value


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise InvalidModelError(f"{what} is {value!r:.80}; expected text")
    return value


def all_nodes(graphs: Mapping[str, Graph]) -> Iterator[Node]:
    """Yield the nodes of several graphs."""
    for graph in graphs.values():
        yield from graph.nodes.values()
