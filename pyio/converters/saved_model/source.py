"""Opens the files of a model: the graph that is wanted, its variables and its assets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyio import limits
from pyio.converters.files import present
from pyio.converters.saved_model.calls import Call, call_of
from pyio.converters.saved_model.checkpoint.bundle import Checkpoint
from pyio.converters.saved_model.checkpoint.slices import indices
from pyio.converters.saved_model.choices import (
    choose_graph,
    choose_signature,
    others,
    signatures_of,
)
from pyio.converters.saved_model.graph import Graph, Library, Node, Ref
from pyio.converters.saved_model.protobuf import Message, parse
from pyio.converters.saved_model.recognise import saved_model_file
from pyio.converters.saved_model.restore import (
    VARIABLES,
    Stored,
    by_name,
    object_keys,
    restored_by,
)
from pyio.errors import InvalidModelError, UnsupportedModelError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from pyio.converters.files import Files

_INDEX = "variables/variables.index"
_OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"
_INITIALIZERS = ("saved_model_main_op", "table_initializer", "legacy_init_op")
_NO_OUTPUTS = frozenset(("NoOp", "Const", "Assert", "Placeholder"))


@dataclass(slots=True)
class Source:
    """A graph and what belongs to it, all read.

    `inputs` and `outputs` are TensorInfos by key of the signature. `variables` are values by node
    of the main graph, `tables` keys and values of mutable tables. `assets` are the contents of
    files by the placeholder that stands for their path. `initializers` are nodes that fill tables.
    `notes` say what else the files hold. `without` is the file that should have the variables, if
    it is missing.
    """

    library: Library
    nodes: Graph
    inputs: dict[str, Message]
    outputs: dict[str, Message]
    producer: int = 0
    version: str | None = None
    frozen: bool = False
    assets: dict[str, memoryview | None] = field(default_factory=dict)
    initializers: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    without: str | None = None
    variables: dict[str, NDArray[Any]] = field(default_factory=dict)
    tables: dict[str, tuple[NDArray[Any], NDArray[Any]]] = field(default_factory=dict)


async def read_saved_model(files: Files, name: str) -> list[Message]:
    """Return the graphs in a SavedModel's .pb file. Raises InvalidModelError."""
    data = await _whole(files, name, limits.PROTOBUF_BYTES)
    return list(parse("SavedModel", data)["meta_graphs"])


async def open_saved_model(
    files: Files,
    tags: str | Iterable[str] | None,
    signature: str | None,
    *,
    variables: bool = True,
) -> Source:
    """Read a SavedModel: the graph with `tags` from the outputs of `signature` on.

    Without `variables` their values are not read, and zeros stand for them.
    """
    folder, name = saved_model_file(files.names)
    graphs = await read_saved_model(files, name)
    graph = choose_graph(graphs, tags)
    source = _source(graph.get("graph_def") or parse("GraphDef", b""), graph)
    call = None
    if signature not in graph["signature_def"] and not signatures_of(graph):
        call = call_of(graph, source.library, signature)
    if call is not None:
        call.add_to(source.nodes)
        source.inputs, source.outputs = call.inputs, call.outputs
    else:
        taken, chosen = choose_signature(graph, signature)
        source.notes = others(graphs, graph, taken)
        source.inputs = {key: chosen["inputs"][key] for key in sorted(chosen["inputs"])}
        source.outputs = {key: chosen["outputs"][key] for key in sorted(chosen["outputs"])}
    source.version = graph.get("meta_info", {}).get("tensorflow_version")
    source.initializers = _initializers(graph)
    source.assets = await _assets(files, folder, _asset_files(graph))
    index = f"{folder}{_INDEX}"
    if await present(files, index):
        table = await _whole(files, index, limits.INDEX_BYTES)
        checkpoint = Checkpoint(files, index.removesuffix(".index"), table)
        await _read_variables(source, checkpoint, call, values=variables)
    else:
        source.without = index
    return source


async def open_graph_def(files: Files, name: str, outputs: Sequence[str] | None) -> Source:
    """Read a frozen graph. Without `outputs` they are the nodes that no other one consumes."""
    graph = parse("GraphDef", await _whole(files, name, limits.PROTOBUF_BYTES))
    source = _source(graph, None)
    source.frozen = True
    source.inputs = {
        node.name: _info(Ref(node.name), node)
        for node in source.nodes.values()
        if node.op.startswith("Placeholder")
    }
    refs = [Ref(each) for each in _unused(source.nodes)]
    if outputs is not None:
        refs = [source.library.ref(text, source.nodes) for text in outputs]
    for ref in refs:
        if ref.name not in source.nodes:
            raise UnsupportedModelError(
                f"the graph has no node {ref.name!r:.120} for outputs=; without it they are "
                f"{_unused(source.nodes)!r:.400}"
            )
        key = ref.name if not ref.output else f"{ref.name}:{ref.output}"
        source.outputs[key] = _info(ref, source.nodes[ref.name])
    reached = set(_reached(source))  # freezing may leave placeholders that nothing needs
    source.inputs = {name: info for name, info in source.inputs.items() if name in reached}
    return source


def _source(graph: Message, saved: Message | None) -> Source:
    operations = (saved or {}).get("meta_info", {}).get("ops", {}).get("op", ())
    library = Library(graph.get("library", {}).get("function", ()), operations)
    producer = graph.get("versions", {}).get("producer", 0)
    return Source(library, library.graph(graph["node"]), {}, {}, producer)


def _unused(nodes: Graph) -> list[str]:
    used = {ref.name for node in nodes.values() for ref in node.inputs}
    used.update(name for node in nodes.values() for name in node.controls)
    return [
        node.name for node in nodes.values() if node.name not in used and node.op not in _NO_OUTPUTS
    ]


def _info(ref: Ref, node: Node) -> Message:
    dtype = node.attr.get("dtype") or node.attr.get("T") or {}
    shape = node.attr.get("shape", {}).get("shape") if node.op.startswith("Placeholder") else None
    return {
        "name": f"{ref.name}:{ref.output}",
        "dtype": dtype.get("type", 0),
        "tensor_shape": shape or {"unknown_rank": 1},
    }


async def _whole(files: Files, name: str, most: int) -> memoryview:
    if not await present(files, name):
        raise InvalidModelError(f"the file {name!r:.120} is missing")
    size = files.size(name)
    if size > most:
        raise InvalidModelError(f"{name!r:.120} has {size:,} bytes; at most {most:,} are read")
    return await files.read(name)


def _initializers(graph: Message) -> list[str]:
    """Return the nodes that fill tables, as three generations of TensorFlow have named them."""
    roots = []
    operation = graph["signature_def"].get("__saved_model_init_op")
    if operation is not None:
        roots += [info.get("name", "") for info in operation["outputs"].values()]
    for collection in _INITIALIZERS:
        listed = graph["collection_def"].get(collection, {}).get("node_list", {})
        roots += listed.get("value", ())
    return [root.split(":")[0] for root in roots]


def _asset_files(graph: Message) -> list[Message]:
    """Return the AssetFileDefs, which TF 1 keeps in a collection."""
    kept = graph["collection_def"].get("saved_model_assets", {}).get("any_list", {})
    older = [parse("AssetFileDef", each.get("value", b"")) for each in kept.get("value", ())]
    return [*graph["asset_file_def"], *older]


async def _assets(
    files: Files, folder: str, listed: Sequence[Message]
) -> dict[str, memoryview | None]:
    """Read the files that the graph may want. Paths of the writer's machine are not followed."""
    found: dict[str, memoryview | None] = {}
    for each in listed:
        place = each.get("tensor_info", {}).get("name", "").split(":")[0]
        name = f"{folder}assets/{each.get('filename', '')}"
        found[place] = None
        if await present(files, name):
            found[place] = await _whole(files, name, limits.JSON_BYTES)
    return found


async def _read_variables(
    source: Source, checkpoint: Checkpoint, call: Call | None, *, values: bool
) -> None:
    restored = restored_by(source.nodes, source.library)
    if call is not None and (objects := await _object_graph(checkpoint)) is not None:
        restored.variables |= call.stored(objects)
    reached = _reached(source)
    variables = {name: restored.variables.get(name) for name in reached}
    lost = [
        name
        for name, stored in variables.items()
        if stored is None and source.nodes[name].op in VARIABLES
    ]
    if lost:
        full_names = await _full_names(checkpoint)
        for name in lost:
            variables[name] = by_name(source.nodes[name], checkpoint, full_names)
    found = {name: stored for name, stored in variables.items() if stored is not None}
    tables = {name: pair for name, pair in restored.tables.items() if name in reached}
    of_tables = {stored.key for pair in tables.values() for stored in pair}
    of_variables = {stored.key for stored in found.values()} - of_tables
    held = await (checkpoint.read if values else checkpoint.outlines)(sorted(of_variables))
    held |= await checkpoint.read(sorted(of_tables))
    source.variables = {name: _part(held, stored) for name, stored in found.items()}
    source.tables = {
        name: (_part(held, first), _part(held, second)) for name, (first, second) in tables.items()
    }


def _part(values: dict[str, NDArray[Any]], stored: Stored) -> NDArray[Any]:
    value = values[stored.key]
    if stored.part is None:
        return value
    if len(stored.part) != value.ndim:
        raise InvalidModelError(f"a part of {stored.key!r:.120} has another rank than the whole")
    return value[indices(stored.part)]


async def _full_names(checkpoint: Checkpoint) -> dict[str, str]:
    graph = await _object_graph(checkpoint)
    return {} if graph is None else object_keys(graph)


async def _object_graph(checkpoint: Checkpoint) -> bytes | None:
    if _OBJECT_GRAPH not in checkpoint:
        return None
    graph = (await checkpoint.read([_OBJECT_GRAPH]))[_OBJECT_GRAPH]
    return bytes(graph.item()) if graph.dtype == object and graph.size == 1 else None


def _reached(source: Source) -> list[str]:
    """Return the nodes of the main graph on which the outputs depend, functions left aside."""
    refs = [each.get("name", "").split(":")[0] for each in source.outputs.values()]
    seen: dict[str, None] = {}
    while refs:
        name = refs.pop()
        node = source.nodes.get(name)
        if node is not None and name not in seen:
            seen[name] = None
            refs += [ref.name for ref in node.inputs]
            refs += node.controls
    return list(seen)
