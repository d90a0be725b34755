"""What is stored under an address, without loading its weights: inspect and exists."""

from __future__ import annotations

from dataclasses import dataclass, field
from inspect import isawaitable
from typing import TYPE_CHECKING

from pyio.display.tables import html_lines, html_table
from pyio.errors import InvalidModelError, ModelNotFoundError
from pyio.format.words import size_text
from pyio.handlers.contract import Loader
from pyio.handlers.registry import load_handler
from pyio.operations.transfer import divided, load_artifacts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Unpack

    from pyio.format.artifacts import ModelArtifacts, WeightSpec
    from pyio.format.card import ModelCard
    from pyio.format.json_text import JSONValue
    from pyio.handlers.contract import LoadHandler
    from pyio.handlers.keywords import LoadOptions

_SHOWN = 200
"""How many layers and tensors a notebook shows."""


@dataclass(frozen=True, slots=True)
class LayerSummary:
    """A layer of a layers model, or a node of a graph model: its name and its class (or op)."""

    name: str
    class_name: str


@dataclass(frozen=True, slots=True, repr=False)
class Inspection:
    """What `inspect` found.

    Attributes:
        source: The address that was looked at, or the handler as text.
        format: "layers-model" or "graph-model", or None where the writer did not say.
        generated_by: The program that made the model.
        converted_by: The program that converted it.
        layers: The layers in order; those of models inside models have ``outer/inner`` names.
        tensors: Name, shape, dtype and bytes of every tensor. A spec with ``group`` "optimizer" is
            optimizer state.
        user_defined_metadata: The user's own JSON object.
        signature: Inputs and outputs of a graph model.
        has_training_config: Whether loss and optimizer are stored too.
        has_checksum: Whether a load verifies digests that were stored with the model.
        ops: How often each op of a graph model occurs, the most frequent first.
        lacking_in_pyio: The ops of a graph model that pyio cannot run.
        lacking_in_tfjs: The ops of a graph model that TensorFlow.js 4.22 does not know.
        import_notes: What a load of these files changes, and what else could be chosen in them.
        card: What the metadata says of labels, input and licence, or None if it says nothing.
        origin: The server from which a cached copy came, or None.
    """

    source: str
    format: str | None
    generated_by: str | None
    converted_by: str | None
    layers: tuple[LayerSummary, ...]
    tensors: tuple[WeightSpec, ...]
    user_defined_metadata: JSONValue
    signature: JSONValue
    has_training_config: bool
    has_checksum: bool
    ops: Mapping[str, int] = field(default_factory=dict)
    lacking_in_pyio: tuple[str, ...] = ()
    lacking_in_tfjs: tuple[str, ...] = ()
    import_notes: tuple[str, ...] = ()
    card: ModelCard | None = None
    origin: str | None = None

    def __repr__(self) -> str:
        return f"<Inspection of {self._line()}>"

    def _line(self) -> str:
        size = "unknown size" if self.weight_bytes is None else size_text(self.weight_bytes)
        return (
            f"{self.source!r}: {self.format or 'unknown format'}, "
            f"{len(self.layers)} {'nodes' if self.ops else 'layers'}, "
            f"{len(self.tensors)} tensors, {self.parameters:,} parameters, {size}"
        )

    def _repr_html_(self) -> str:
        layers = [(layer.name, layer.class_name) for layer in self.layers]
        tensors = [
            (spec.name, str(list(spec.shape)), spec.dtype, spec.byte_length)
            for spec in self.tensors
        ]
        heads = ("op", "nodes") if self.ops else ("layer", "class")
        tables = [
            html_table(head, rows[:_SHOWN])
            + html_lines([f"and {len(rows) - _SHOWN:,} more"] if len(rows) > _SHOWN else [])
            for head, rows in (
                (("", "key", "tensor", "dtype", "shape"), signature_rows(self.signature)),
                (heads, list(self.ops.items()) if self.ops else layers),
                (("tensor", "shape", "dtype", "bytes"), tensors),
            )
            if rows
        ]
        about = [self.card.line] if self.card else []
        lines = [self._line(), *about, *self.lacking, *self.import_notes]
        return "".join([html_lines(lines), *tables])

    @property
    def lacking(self) -> list[str]:
        """Sentences about the ops that pyio or TensorFlow.js lack."""
        pairs = (("pyio", self.lacking_in_pyio), ("TensorFlow.js", self.lacking_in_tfjs))
        return [f"{name} lacks the ops {', '.join(ops)}" for name, ops in pairs if ops]

    @property
    def weight_bytes(self) -> int | None:
        """Bytes of all tensors as they are stored; None where strings make that unknown."""
        lengths = [spec.byte_length for spec in self.tensors]
        known = [length for length in lengths if length is not None]
        return sum(known) if len(known) == len(lengths) else None

    @property
    def parameters(self) -> int:
        """The number of elements of all tensors but optimizer state."""
        return sum(spec.size for spec in self.tensors if spec.group != "optimizer")


async def inspect(source: str | LoadHandler, **options: Unpack[LoadOptions]) -> Inspection:
    """Return what is stored at `source` without loading the weights.

    Handlers of your own may have a ``describe()`` for this; otherwise the model is loaded.
    Raises what `pyio.load_artifacts` raises, except for damage to the weights, which is not seen.
    """
    # Imported now: a program that inspects nothing need not load the names of all ops.
    from pyio.format.card import ModelCard
    from pyio.format.graph_ops import lacking_in_pyio, lacking_in_tfjs, op_counts

    artifacts = await _describe(source, options)
    ops = op_counts(artifacts.model_topology)
    return Inspection(
        source=source if isinstance(source, str) else repr(source),
        format=artifacts.format,
        generated_by=artifacts.generated_by,
        converted_by=artifacts.converted_by,
        layers=tuple(_layers(artifacts.model_topology)),
        tensors=artifacts.weight_specs or (),
        user_defined_metadata=artifacts.user_defined_metadata,
        signature=artifacts.signature,
        has_training_config=artifacts.training_config is not None,
        has_checksum=artifacts.checksum,
        ops=ops,
        lacking_in_pyio=tuple(lacking_in_pyio(ops)),
        lacking_in_tfjs=tuple(lacking_in_tfjs(ops)),
        import_notes=artifacts.import_notes,
        card=ModelCard.from_metadata(artifacts.user_defined_metadata),
        origin=_url_in(artifacts.origin),
    )


def _url_in(origin: JSONValue) -> str | None:
    url = origin.get("url") if isinstance(origin, dict) else None
    return url if isinstance(url, str) else None


def signature_rows(signature: JSONValue) -> list[tuple[str, str, str, str, str]]:
    """Return the inputs and outputs of a graph model: which, key, tensor, dtype, shape."""
    rows = []
    for kind in ("inputs", "outputs"):
        entries = signature.get(kind) if isinstance(signature, dict) else None
        for key, entry in (entries if isinstance(entries, dict) else {}).items():
            if isinstance(entry, dict):
                dtype = str(entry.get("dtype", "?")).removeprefix("DT_").lower()
                shape = _shape_text(entry.get("tensorShape"))
                rows.append((kind[:-1], str(key), str(entry.get("name", key)), dtype, shape))
    return rows


def _shape_text(shape: JSONValue) -> str:
    """Return a ``TensorShapeProto`` as text; a side of -1 may be any."""
    if not isinstance(shape, dict) or shape.get("unknownRank"):
        return "any"
    sides = shape.get("dim")
    listed = [
        str(side.get("size", 0)) if isinstance(side, dict) else "?"
        for side in (sides if isinstance(sides, list) else [])
    ]
    return f"[{', '.join('any' if side == '-1' else side for side in listed)}]"


async def exists(url: str, **options: Unpack[LoadOptions]) -> bool:
    """Return whether anything is stored at `url`, even if it is damaged.

    Over HTTP the answers 404 and 410 mean no; `options` are those of the medium. Raises
    InvalidURLError for an address that cannot be used and StorageError where the medium fails.
    """
    return await is_stored(load_handler(url, options))


async def is_stored(handler: LoadHandler) -> bool:
    """Return whether a handler has anything to load, damaged or not."""
    if isinstance(handler, Loader):
        return await handler.exists()
    try:
        await _describe(handler, {})
    except ModelNotFoundError:
        return False
    except InvalidModelError:
        return True
    return True


async def _describe(source: str | LoadHandler, options: LoadOptions) -> ModelArtifacts:
    of_medium, importing = divided(options)
    handler = load_handler(source, of_medium)
    describe = getattr(handler, "describe", None)
    if not callable(describe):
        return await load_artifacts(handler)
    result = describe(**importing)
    artifacts: ModelArtifacts = await result if isawaitable(result) else result
    return artifacts


def _layers(topology: JSONValue, prefix: str = "") -> Iterator[LayerSummary]:
    """Yield what a topology lists; one that is laid out in an unknown way has no layers."""
    if not isinstance(topology, dict):
        return
    model = topology.get("model_config", topology)
    config = model.get("config") if isinstance(model, dict) else None
    entries = config.get("layers") if isinstance(config, dict) else config
    if entries is None:
        entries = topology.get("node")
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, dict):
            continue
        inner = entry.get("config")
        named = inner.get("name") if isinstance(inner, dict) else None
        name = f"{prefix}{named or entry.get('name') or ''}"
        yield LayerSummary(name, str(entry.get("class_name") or entry.get("op") or ""))
        if isinstance(inner, dict) and "layers" in inner:
            yield from _layers(entry, f"{name}/")
