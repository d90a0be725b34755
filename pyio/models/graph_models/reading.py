"""Artifacts -> a GraphModel. Knows no medium."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio import limits
from pyio.errors import InvalidModelError, PyioError, UnknownOpsError
from pyio.format.artifacts import require_artifacts
from pyio.models.graph_models.attributes import function, functions, value_of
from pyio.models.graph_models.graph_model import GraphModel
from pyio.models.graph_models.kernel import Kernel
from pyio.models.graph_models.nodes import FED, Graph, Node, Reference, library, main_graph
from pyio.models.graph_models.ops.all import OPS
from pyio.models.graph_models.order import sorted_by_need
from pyio.models.graph_models.plan import needed_nodes
from pyio.models.graph_models.run import State
from pyio.models.graph_models.values import as_bytes, settled
from pyio.tensors.encoding import decode_artifacts
from pyio.tracebacks import short

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pyio.format.artifacts import ModelArtifacts

_WRONG = (LookupError, TypeError, ValueError, AttributeError, RecursionError, ArithmeticError)
"""What Python raises where JSON is not what is expected; translated into InvalidModelError."""


@short
def graph_model_from_artifacts(artifacts: ModelArtifacts) -> GraphModel:
    """Return the graph model that `artifacts` describe, with their weights.

    Raises:
        UnknownOpsError: The graph has ops that pyio lacks; the error names all of them.
        InvalidModelError: The topology is no graph that can run: names that come twice, references
            to absent nodes, functions that call themselves, attributes without meaning.
        WeightsError: The weights cannot be read.
    """
    require_artifacts(artifacts)
    topology = artifacts.model_topology
    if not isinstance(topology, dict) or not isinstance(topology.get("node"), list):
        raise InvalidModelError(
            "these artifacts have no graph; pyio.load_layers_model loads models of layers, and "
            "pyio.load_arrays reads weights alone"
        )
    try:
        return _read(artifacts, topology)
    except PyioError:
        raise
    except _WRONG as error:
        raise InvalidModelError(
            f"the topology is no graph that pyio can read ({type(error).__name__}: {error}); "
            "expected a GraphDef as the converter of TensorFlow.js writes it"
        ) from error


def _read(artifacts: ModelArtifacts, topology: dict[str, Any]) -> GraphModel:
    graph = main_graph(topology, "the graph")
    library_ = library(topology)
    initializer, more = None, {}
    start = artifacts.model_initializer
    if isinstance(start, dict) and start.get("node"):
        initializer, more = main_graph(start, "the initializer"), library(start)
    state = State(_weights(artifacts), {**more, **library_})
    _require_ends(state.functions)
    model = GraphModel(artifacts, graph, library_, initializer, state)
    results = [(graph, [graph.reference(each.name) for each in model.outputs])]
    if initializer is not None:
        used = initializer.consumed()
        last = [Reference(name) for name in initializer.nodes if name not in used]
        results.append((initializer, last))
    _require_known(results, state)
    return model


def _weights(artifacts: ModelArtifacts) -> dict[str, Any]:
    """Return the weights in run-time dtypes, and read-only: every run uses the same."""
    if artifacts.weight_specs is None or artifacts.weight_data is None:
        return {}
    weights = {}
    for name, array in decode_artifacts(artifacts).items():
        value = as_bytes(array) if array.dtype.kind in "OU" else settled(array)
        value = value.astype(value.dtype.newbyteorder("="), copy=False).view()
        value.flags.writeable = False
        weights[name] = value
    return weights


def _require_known(graphs: Iterable[tuple[Graph, Sequence[Reference]]], state: State) -> None:
    """Look at every node that results need, also those in functions that they call.

    Raises UnknownOpsError for all unknown ops at once, and InvalidModelError for functions and
    weights that do not exist and attributes without meaning. Files have functions that nothing
    calls, with ops for training: those are no obstacle.
    """
    unknown: dict[str, list[str]] = {}
    waiting = list(graphs)
    seen = {graph.name for graph, _ in waiting}
    while waiting:
        graph, wanted = waiting.pop()
        for node in needed_nodes(graph, set(), wanted).values():
            if node.op == "Const":
                state.constant(node)  # raises where there is no weight
            if node.op not in OPS:
                if node.op not in FED and node.op != "Const":
                    unknown.setdefault(node.op, []).append(node.name)
                continue
            Kernel(node)
            for name in _called(node):
                if name not in state.functions:
                    raise InvalidModelError(
                        f"{node.where} calls the function {name!r:.80}, which does not exist"
                    )
                if name not in seen:
                    seen.add(name)
                    waiting.append((state.functions[name], state.functions[name].results))
    if unknown:
        raise UnknownOpsError(unknown)


def _called(node: Node) -> list[str]:
    """Return the functions that a node calls."""
    attributes = OPS[node.op].attributes if node.op in OPS else {}
    called: list[str] = []
    for name, attribute in attributes.items():
        if attribute.read is function().read:
            called.append(value_of(attribute, name, node.attributes, node.where))
        elif attribute.read is functions().read:
            called += value_of(attribute, name, node.attributes, node.where)
    return called


def _require_ends(known: Mapping[str, Graph]) -> None:
    """Raise InvalidModelError for functions that call themselves or are too deep."""
    calls = {
        name: [
            called for node in graph.nodes.values() for called in _called(node) if called in known
        ]
        for name, graph in known.items()
    }
    depth: dict[str, int] = {}
    for name in sorted_by_need(calls, calls.__getitem__, "the library of functions"):
        depth[name] = 1 + max((depth[each] for each in calls[name]), default=0)
        if depth[name] > limits.GRAPH_DEPTH:
            raise InvalidModelError(
                f"functions call each other more than {limits.GRAPH_DEPTH} deep"
            )
