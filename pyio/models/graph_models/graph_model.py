"""GraphModel: a graph that predicts, as ``tf.loadGraphModel`` returns it in JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.errors import InvalidModelError, ModelInputError
from pyio.models.graph_models import summary
from pyio.models.graph_models.compiled.use import results as results_of
from pyio.models.graph_models.feeding import batches, by_input, checked, joined
from pyio.models.graph_models.nodes import Graph, Reference
from pyio.models.graph_models.run import Run, State
from pyio.models.graph_models.signature import Ends, TensorInfo, ends_of
from pyio.models.graph_models.values import HANDLES, TEXT, Array, as_strings
from pyio.models.pending import Pending
from pyio.operations.transfer import save_artifacts
from pyio.tracebacks import short

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
    from typing import Unpack

    from pyio.format.artifacts import ModelArtifacts, SaveResult
    from pyio.format.json_text import JSONValue
    from pyio.handlers.keywords import AnySaveOptions


class GraphModel:
    """A model that is a graph of ops: what the converter of TensorFlow.js writes.

    `pyio.load_graph_model` makes it. Numbers are those of TensorFlow. float32, int32, bool, string
    and complex64 are computed with; wider types become these, as in TensorFlow.js.

    Attributes:
        inputs: What it takes: key, name, dtype and shape of each input.
        outputs: What `predict` returns, in order.
        graph: The nodes.
        functions: The functions of its library by name.
        artifacts: What it was made from.
    """

    def __init__(
        self,
        artifacts: ModelArtifacts,
        graph: Graph,
        functions: Mapping[str, Graph],
        initializer: Graph | None,
        state: State,
    ) -> None:
        if not isinstance(graph, Graph) or not isinstance(state, State):
            raise InvalidModelError(
                "graph models are made by pyio.load_graph_model and graph_model_from_artifacts"
            )
        self.artifacts = artifacts
        self.graph = graph
        self.functions = functions
        self._initializer = initializer
        self._state = state
        self._captured: dict[Reference, Any] | None = None
        metadata = artifacts.user_defined_metadata
        own = metadata.get("signature") if isinstance(metadata, dict) else None
        # TensorFlow.js prefers the signature in the metadata (graph_model.ts, loadSync).
        self._signature = own if own is not None else artifacts.signature
        self._ends: Ends = ends_of(graph, self._signature)
        keys = metadata.get("structuredOutputKeys") if isinstance(metadata, dict) else None
        self._keys = keys if isinstance(keys, list) else None

    @property
    def inputs(self) -> tuple[TensorInfo, ...]:
        """What the model takes, in the order of the signature."""
        return self._ends.inputs

    @property
    def outputs(self) -> tuple[TensorInfo, ...]:
        """What `predict` returns, in order."""
        return self._ends.outputs

    @property
    def signature(self) -> JSONValue:
        """Inputs and outputs as JSON, as the file has them; None without a signature."""
        return self._signature

    @property
    def user_defined_metadata(self) -> JSONValue:
        """The JSON object that the model was saved with."""
        return self.artifacts.user_defined_metadata

    @property
    def import_notes(self) -> tuple[str, ...]:
        """What an importer changed, in sentences; empty for models of TensorFlow.js."""
        return self.artifacts.import_notes

    @property
    def writer(self) -> str | None:
        """The program that converted the model, or else the one that made it."""
        return self.artifacts.converted_by or self.artifacts.generated_by

    def __repr__(self) -> str:
        return f"<GraphModel: {summary.line(self.graph, self.functions, self.artifacts)}>"

    def _repr_html_(self) -> str:
        return summary.html(self.graph, self.functions, self.artifacts, self._ends)

    def summary(self, print_fn: Callable[[str], Any] = print) -> None:
        """Print the inputs, the outputs and how often each op occurs.

        Args:
            print_fn: Called with the table as text, instead of `print`.
        """
        print_fn(summary.text(self.graph, self.functions, self.artifacts, self._ends))

    @short
    def predict(self, x: Any = None, batch_size: int | None = None) -> Any:
        """Return the outputs of the signature for `x`.

        Args:
            x: An array, a list with one for each input in order, or a dict by key, node name or
                tensor name.
            batch_size: The number of examples that are computed at once, which takes less memory
                than all. It is for models whose inputs and outputs have the examples first, and
                that compute each for itself.

        Returns:
            An array, a list of several in the order of `outputs`, or a dict if the metadata has
            ``structuredOutputKeys``. Text is given as arrays of `str`.

        Raises:
            ModelInputError: The arrays do not fit: their number, keys, shapes or dtypes.
            OpError: A node cannot compute what it gets.
        """
        names = [each.key for each in self.outputs]
        if batch_size is None:
            results = self._results(x, names)
        else:
            given = by_input({} if x is None else x, self.inputs, "the graph model")
            parts = [self._results(part, names) for part in batches(given, batch_size)]
            results = [joined(each) for each in zip(*parts, strict=True)]
        if self._keys is not None and len(self._keys) == len(results):
            return {str(key): result for key, result in zip(self._keys, results, strict=True)}
        return results[0] if len(results) == 1 else results

    @short
    def __call__(self, x: Any = None) -> Any:
        """Return what `predict` returns."""
        return self.predict(x)

    @short
    def execute(self, inputs: Any, outputs: str | Sequence[str] | None = None) -> Any:
        """Return the values of any nodes, with any nodes given.

        Args:
            inputs: As `predict` takes them. A dict may name any node or output of one; then what
                comes before it is not computed.
            outputs: A key of the signature, a node's name or "name:1" for its second output, or a
                list of them. Without it, the outputs of the signature.

        Returns an array for one name, otherwise a list. Raises as `predict` does.
        """
        names = [outputs] if isinstance(outputs, str) else outputs
        names = [each.key for each in self.outputs] if names is None else list(names)
        results = self._results(inputs, names)
        return results[0] if len(results) == 1 else results

    def save(
        self, url_or_handler: Any, **options: Unpack[AnySaveOptions]
    ) -> Coroutine[Any, Any, SaveResult]:
        """Save the model as it was loaded: its topology and weights do not change.

        Args:
            url_or_handler: An address such as "indexeddb://my-model", or any object with `save`.
            options: Options of the medium, and ``checksum`` as in `pyio.save_artifacts`.

        Raises the errors of the medium.
        """
        target = f"{url_or_handler!r:.80}"
        saving = save_artifacts(self.artifacts, url_or_handler, **options)
        return Pending(saving, f"not saved yet: await it, as in `await model.save({target})`")

    def _results(self, x: Any, names: Sequence[str]) -> list[Array]:
        self._initialize()
        fed = self._fed(x)
        wanted = [self._reference(name) for name in names]
        with np.errstate(all="ignore"):
            count = _examples(fed.values())
            results = results_of(self._state, self.graph, fed, wanted, count)
        return _own(results, names, list(fed.values()))

    def _reference(self, name: Any) -> Reference:
        if not isinstance(name, str):
            raise ModelInputError(f"the output {name!r:.80} should be text: a key or a node's name")
        known = self._ends.results.get(name, self._ends.fed.get(name))
        try:
            found = self.graph.reference(name) if known is None else known
        except InvalidModelError as error:
            raise ModelInputError(str(error)) from None
        if found.node not in self.graph.nodes:
            raise ModelInputError(
                f"there is no output {name!r:.80}; the outputs are "
                f"{[each.key for each in self.outputs]}, and any node of the graph may be named"
            )
        return found

    def _fed(self, x: Any) -> dict[Reference, Any]:
        """Return what is given, by the output of a node that it stands for."""
        given = by_input({} if x is None else x, self.inputs, "the graph model")
        declared = {self._ends.fed[each.key]: each for each in self.inputs}
        fed: dict[Reference, Any] = {}
        for key, value in given.items():
            reference = self._ends.fed.get(key)
            if reference is None:
                reference = self._other_input(key)
            info = declared.get(reference)
            if reference in fed:
                raise ModelInputError(f"the input {key!r} is given twice, under different names")
            shape, dtype = (info.shape, info.dtype) if info is not None else (None, None)
            fed[reference] = checked(value, str(key), dtype, shape)
        missing = [
            each.key
            for reference, each in declared.items()
            if reference not in fed
            and self.graph.nodes[reference.node].op != "PlaceholderWithDefault"
        ]
        self._require_inputs(missing, fed, given)
        fed |= self._captured or {}
        return fed

    def _other_input(self, key: Any) -> Reference:
        """Return what a key stands for that is not of the signature: any output of any node."""
        try:
            reference = self.graph.reference(key) if isinstance(key, str) else Reference("")
        except InvalidModelError:
            reference = Reference("")
        if reference.node not in self.graph.nodes:
            raise ModelInputError(
                f"there is no input {key!r:.80}; the inputs are {[e.key for e in self.inputs]}, "
                "and any node of the graph may be given"
            )
        return reference

    def _require_inputs(
        self, missing: list[str], fed: Mapping[Reference, Any], given: Mapping[str, Any]
    ) -> None:
        """Raise ModelInputError for inputs that were not given, unless nodes in between were."""
        declared = {self._ends.fed[each.key] for each in self.inputs}
        if missing and not set(fed) - declared:
            raise ModelInputError(
                f"the inputs {missing} were not given; the model takes "
                f"{[each.key for each in self.inputs]}, and got {list(given)}"
            )

    def _initialize(self) -> None:
        """Run the initializer before the first run: it fills tables, and what is captured."""
        if self._captured is not None:
            return
        captured: dict[Reference, Any] = {}
        if self._initializer is not None and self._initializer.nodes:
            graph = self._initializer
            used = graph.consumed()
            run = Run(self._state)
            wanted = [Reference(name) for name in graph.nodes if name not in used]
            signature = self.artifacts.initializer_signature
            entries = signature.get("outputs") if isinstance(signature, dict) else None
            resources = {}
            for entry in (entries or {}).values():
                if isinstance(entry, dict) and "resourceId" in entry:
                    resources[int(entry["resourceId"])] = graph.reference(str(entry.get("name")))
            with np.errstate(all="ignore"):
                values = run.graph(graph, {}, [*wanted, *resources.values()])[len(wanted) :]
            for resource, value in zip(resources, values, strict=True):
                if resource in self._ends.captured:
                    captured[self._ends.captured[resource]] = value
        self._captured = captured


def _examples(given: Iterable[Any]) -> int:
    """Return the longest first side of what is given, which is nearly always the batch."""
    return max((len(each) for each in given if np.ndim(each)), default=1)


def _own(results: list[Any], names: Sequence[str], given: Sequence[Any]) -> list[Array]:
    """Return results that share no memory with weights, inputs or each other; text as `str`."""
    seen: list[Array] = [each for each in given if isinstance(each, np.ndarray)]
    found: list[Array] = []
    for name, result in zip(names, results, strict=True):
        if isinstance(result, HANDLES):
            raise ModelInputError(
                f"the output {name!r} is a {type(result).__name__}, which is no array"
            )
        if result.dtype == TEXT:
            try:
                array = as_strings(result)
            except TypeError as error:
                raise ModelInputError(f"the output {name!r}: {error}") from None
        elif (
            result.base is not None
            or not result.flags.writeable
            or any(np.may_share_memory(result, other) for other in seen)
        ):
            array = result.copy()
        else:
            array = result
        seen.append(array)
        found.append(array)
    return found
