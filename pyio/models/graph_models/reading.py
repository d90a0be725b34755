"""Artifacts -> a GraphModel. Knows no medium."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio import limits
from pyio.errors import InvalidModelError, PyioError, UnknownOpsError
from pyio.format.artifacts import require_artifacts
from pyio.models.graph_models.attributes import function, value_of
from pyio.models.graph_models.graph_model import GraphModel
from pyio.models.graph_models.kernel import Kernel
from pyio.models.graph_models.nodes import FED, Graph, library, main_graph
from pyio.models.graph_models.ops.all import OPS
from pyio.models.graph_models.order import sorted_by_need
from pyio.models.graph_models.run import State
from pyio.models.graph_models.values import as_bytes, settled
from pyio.tensors.encoding import decode_artifacts
from pyio.tracebacks import short

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
    functions = library(topology)
    initializer = None
    if isinstance(artifacts.model_initializer, dict):
        initializer = main_graph(artifacts.model_initializer, "the initializer")
        functions = {**library(artifacts.model_initializer), **functions}
    graphs = [graph, *functions.values(), *([initializer] if initializer else [])]
    _require_known(graphs)
    _require_functions(graphs, functions)
    state = State(_weights(artifacts), functions)
    return GraphModel(artifacts, graph, initializer, state)


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


def _require_known(graphs: Iterable[Graph]) -> None:
    """Raise UnknownOpsError for all unknown ops at once, and look at every attribute."""
    unknown: dict[str, list[str]] = {}
    for graph in graphs:
        for node in graph.nodes.values():
            if node.op in FED or node.op == "Const":
                continue
            if node.op not in OPS:
                unknown.setdefault(node.op, []).append(node.name)
    if unknown:
        raise UnknownOpsError(unknown)
    for graph in graphs:
        for node in graph.nodes.values():
            if node.op in OPS:
                Kernel(node)


def _require_functions(graphs: Iterable[Graph], functions: Mapping[str, Graph]) -> None:
    """Raise InvalidModelError for functions that are absent, call themselves or are too deep."""
    calls: dict[str, list[str]] = {}
    for graph in graphs:
        calls[graph.name] = []
        for node in graph.nodes.values():
            found = OPS.get(node.op)
            for name, attribute in (found.attributes if found else {}).items():
                if attribute.read is not function().read:
                    continue
                called = value_of(attribute, name, node.attributes, node.where)
                if called not in functions:
                    raise InvalidModelError(
                        f"{node.where} calls the function {called!r:.80}, which does not exist"
                    )
                calls[graph.name].append(called)
    depth: dict[str, int] = {}
    for name in sorted_by_need(calls, calls.__getitem__, "the library of functions"):
        depth[name] = 1 + max((depth[each] for each in calls[name]), default=0)
        if depth[name] > limits.GRAPH_DEPTH:
            raise InvalidModelError(
                f"functions call each other more than {limits.GRAPH_DEPTH} deep"
            )
