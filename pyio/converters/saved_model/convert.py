"""The import as a whole: files of TensorFlow -> the artifacts of a graph model."""

from __future__ import annotations

import struct
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyio.converters.saved_model.graph_json import graph_json, tensor_info
from pyio.converters.saved_model.inline.flattener import Flattener
from pyio.converters.saved_model.inline.scope import Scope, Value, require_ref, typed
from pyio.converters.saved_model.inline.tables import table_initializer
from pyio.converters.saved_model.simplify.batch_norms import without_batch_norms
from pyio.converters.saved_model.simplify.clean_up import without_passes
from pyio.converters.saved_model.simplify.flat import Flat
from pyio.converters.saved_model.simplify.folding import fold_constants
from pyio.converters.saved_model.simplify.fusing import fuse
from pyio.converters.saved_model.simplify.groups import split_groups
from pyio.converters.saved_model.simplify.scales import without_scales
from pyio.converters.saved_model.simplify.walk import prune, require_sound
from pyio.converters.saved_model.tfjs_ops import ASYNC_OPS, TFJS_DIFFERS, TFJS_RUNS
from pyio.converters.saved_model.weights import encoded, specified
from pyio.errors import (
    InvalidModelError,
    PyioError,
    UnsupportedModelError,
    UnsupportedOpsError,
)
from pyio.format.artifacts import ModelArtifacts
from pyio.format.graph_ops import lacking_in_pyio
from pyio.version import __version__

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from numpy.typing import NDArray

    from pyio.converters.saved_model.graph import Graph, Ref
    from pyio.converters.saved_model.protobuf import Message
    from pyio.converters.saved_model.source import Source
    from pyio.format.artifacts import WeightSpec
    from pyio.format.json_text import JSONValue
    from pyio.tensors.quantization import QuantizationRule

_CONTRADICTIONS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)
"""What Python raises for a file that is well-formed and makes no sense."""


@dataclass(frozen=True, slots=True)
class Steps:
    """Which steps of the import are done; without `weights`, no data is written."""

    clean_up: bool = True
    fold_constants: bool = True
    fold_batch_norms: bool = True
    fuse: bool = True
    pyio_only: bool = False
    quantization: QuantizationRule = None
    weights: bool = True


def outlining(options: Mapping[str, Any]) -> Steps:
    """Return the steps for an outline: of those in `options`, without weights, whichever ops."""
    names = ("clean_up", "fold_constants", "fold_batch_norms", "fuse")
    chosen: dict[str, Any] = {name: options[name] for name in names if name in options}
    return Steps(**chosen, pyio_only=True, weights=False)


@contextmanager
def sound() -> Iterator[None]:
    """Turn what a file without sense leads to into an InvalidModelError."""
    try:
        yield
    except PyioError:
        raise
    except _CONTRADICTIONS as error:
        problem = f"{type(error).__name__}: {error}"
        raise InvalidModelError(f"the model contradicts itself ({problem:.200})") from error


def converted(source: Source, steps: Steps) -> ModelArtifacts:
    """Return the graph model for what was read.

    Raises InvalidModelError for a model that contradicts itself, UnsupportedModelError for one that
    no graph model can express, and UnsupportedOpsError for ops that TensorFlow.js lacks.
    """
    with sound():
        return _Conversion(source, steps).artifacts()


class _Conversion:
    def __init__(self, source: Source, steps: Steps) -> None:
        self.source, self.steps = source, steps
        self.flattener = Flattener(source)
        self.graph = self.flattener.out
        self.scope = Scope(source.nodes, self.graph, is_main=True)
        self.inputs: dict[str, str] = {}
        self.outputs: dict[str, str] = {}

    def artifacts(self) -> ModelArtifacts:
        """Do all steps."""
        self._flatten()
        initializer = table_initializer(self.flattener)
        prune(self.graph, self._kept)
        self._simplify(self.graph, self.scope, self._kept)
        for copy in self.flattener.copies:
            results = {name for _, name in copy.outputs}
            prune(copy.nodes, results)
            self._simplify(copy.nodes, Scope({}, copy.nodes), results)
        self._require_sound(initializer)
        graphs = [self.graph, initializer, *(copy.nodes for copy in self._copies())]
        self._require_known(graphs)
        return self._written(graphs, initializer)

    @property
    def _kept(self) -> set[str]:
        return {*self.inputs.values(), *self.outputs.values()}

    def _flatten(self) -> None:
        source, flattener = self.source, self.flattener
        wanted = {key: self._ref(info) for key, info in source.outputs.items()}
        given = {key: self._ref(info) for key, info in source.inputs.items()}
        if not wanted:
            raise InvalidModelError("the signature has no outputs")
        names = {key: self._output_name(key, ref) for key, ref in wanted.items()}
        for key, ref in given.items():
            self._feed(ref, source.inputs[key])
        values = flattener.flatten(self.scope, [*wanted.values(), *given.values()])
        for (key, ref), value in zip(wanted.items(), values, strict=False):
            self.outputs[key] = self._output(names[key], source.outputs[key], ref, value)
        for key, value in zip(given, values[len(wanted) :], strict=True):
            self.inputs[key] = require_ref(value, "the signature").name

    def _ref(self, info: Message) -> Ref:
        if "composite" in info or "coo_sparse" in info:
            raise UnsupportedModelError(
                "the signature has a sparse or ragged tensor, which a graph model cannot take; "
                "export a signature of plain tensors"
            )
        return self.source.library.ref(info.get("name", ""), self.source.nodes)

    def _output_name(self, key: str, ref: Ref) -> str:
        """Reserve the name of an output's node: the key, if no node of the model has it."""
        if self.source.frozen and not ref.output:
            return ""
        taken = key in self.source.nodes
        return self.flattener.fresh(f"output/{key}" if taken else key)

    def _output(self, name: str, info: Message, ref: Ref, value: Value) -> str:
        found = require_ref(value, f"the output {ref.name!r:.120}")
        if not name and not found.output and self.graph[found.name].op != "Const":
            return found.name  # a frozen graph keeps the names of its outputs
        name = name or self.flattener.fresh(f"output/{ref.name}")
        self.flattener.put(self.scope, "Identity", (found,), name, typed(info.get("dtype") or 1))
        return name

    def _feed(self, ref: Ref, info: Message) -> None:
        """Put a placeholder where a signature feeds something else."""
        node = self.source.nodes.get(ref.name)
        if node is None:
            raise InvalidModelError(
                f"the signature names the input {ref.name!r:.120}, which is missing"
            )
        if node.op in ("Placeholder", "PlaceholderWithDefault"):
            return
        if ref.output:
            raise UnsupportedModelError(
                f"the signature feeds output {ref.output} of {ref.name!r:.120}"
            )
        name = self.flattener.fresh(ref.name)
        attr = {
            "dtype": {"type": info.get("dtype") or 1},
            "shape": {"shape": info.get("tensor_shape") or {"unknown_rank": 1}},
        }
        self.scope.arguments[ref.name] = self.flattener.put(
            self.scope, "Placeholder", (), name, attr
        )

    def _simplify(self, graph: Graph, scope: Scope, kept: Collection[str]) -> None:
        flattener, notes = self.flattener, self.flattener.notes
        flat = Flat(
            graph,
            flattener.weights,
            lambda name, value: flattener.constant(scope, name, value),
            kept,
        )
        if self.steps.clean_up:
            without_passes(graph, kept)
        if self.steps.fold_constants and (count := fold_constants(flat)):
            notes[f"{_counted(count, 'node')} with constant inputs computed ahead"] = None
        if not self.steps.pyio_only and (count := split_groups(flat, flattener.fresh)):
            notes[f"{_counted(count, 'grouped convolution')} written as one for each group"] = None
        if self.steps.fold_batch_norms:
            if count := without_batch_norms(flat):
                notes[f"{_counted(count, 'batch normalisation')} put into convolutions"] = None
            if count := without_scales(flat):
                notes[f"{_counted(count, 'factor or summand')} put into weights"] = None
        if self.steps.fuse and (count := fuse(flat)):
            notes[f"{_counted(count, 'product')} joined with bias and activation"] = None
        prune(graph, kept)

    def _require_sound(self, initializer: Graph) -> None:
        require_sound(self.graph, ())
        require_sound(initializer, ())
        for copy in self.flattener.copies:
            require_sound(copy.nodes, {each.name for each in copy.inputs})

    def _copies(self) -> list[Any]:
        """Return the functions that something still calls."""
        by_name = {copy.name: copy for copy in self.flattener.copies}
        found: dict[str, None] = {}
        waiting = [self.graph]
        while waiting:
            for node in waiting.pop().values():
                for value in node.attr.values():
                    name = value.get("func", {}).get("name")
                    if name in by_name and name not in found:
                        found[name] = None
                        waiting.append(by_name[name].nodes)
        return [by_name[name] for name in found]

    def _require_known(self, graphs: list[Graph]) -> None:
        lacking = dict(self.flattener.unknown)
        if lacking:
            raise UnsupportedOpsError(lacking, "no graph model has (they use variables)")
        for graph in graphs:
            for node in graph.values():
                if node.op not in TFJS_RUNS:
                    lacking.setdefault(node.op, node.name)
        if lacking and not self.steps.pyio_only:
            here = lacking_in_pyio(dict.fromkeys(lacking, 1))
            advice = "; pass pyio_only=True to import it for pyio alone"
            if here:
                advice = f"; pyio lacks {', '.join(sorted(here))} as well"
            raise UnsupportedOpsError(lacking, "TensorFlow.js does not have", advice)
        if lacking:
            self.flattener.notes[
                f"TensorFlow.js cannot run it: it lacks {', '.join(sorted(lacking))}"
            ] = None

    def _written(self, graphs: list[Graph], initializer: Graph) -> ModelArtifacts:
        source = self.source
        constants = {
            node.name: self.flattener.weights[node.name]
            for graph in graphs
            for node in graph.values()
            if node.op == "Const"
        }
        specs, data = self._weights(constants)
        signature: dict[str, JSONValue] = {
            side: {key: tensor_info(name, infos[key]) for key, name in names.items()}
            for side, names, infos in (
                ("inputs", self.inputs, source.inputs),
                ("outputs", self.outputs, source.outputs),
            )
        }
        artifacts = ModelArtifacts(
            model_topology=graph_json(self.graph, source.producer, self._copies()),
            weight_specs=specs,
            weight_data=data,
            format="graph-model",
            generated_by=source.version,
            converted_by=f"pyio {__version__}",
            signature=signature,
            model_initializer=graph_json(initializer, source.producer) if initializer else None,
        )
        artifacts.remember_notes(self._notes(graphs))
        return artifacts

    def _weights(
        self, constants: dict[str, NDArray[Any]]
    ) -> tuple[tuple[WeightSpec, ...], tuple[memoryview, ...] | None]:
        if self.steps.weights:
            return encoded(constants, self.steps.quantization)
        return tuple(specified(constants)), None

    def _notes(self, graphs: list[Graph]) -> list[str]:
        notes = [*self.source.notes, *self.flattener.notes]
        operations = {node.op for graph in graphs for node in graph.values()}
        if operations & ASYNC_OPS:
            notes.append("control flow or tables: TensorFlow.js runs it with executeAsync only")
        notes += [
            f"TensorFlow.js 4.22 {TFJS_DIFFERS[op]} in {op}, unlike TensorFlow"
            for op in sorted(operations & TFJS_DIFFERS.keys())
        ]
        return notes


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count:,} {what.replace(' or', 's or')}s"
