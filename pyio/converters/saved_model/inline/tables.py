"""The graph that fills the tables of a model: ``modelInitializer``.

TensorFlow.js runs it once. Both graphs share a table by the name of its node. What a table holds is
in ops that initialise it, in text files, or, if it can change, in the checkpoint.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.converters.saved_model.graph import Graph, Node, Ref, called, type_attr
from pyio.converters.saved_model.inline.scope import Scope, Value, Variable, require_ref
from pyio.converters.saved_model.tensors import FLOAT, INT64, STORED, STRING, tensor_value
from pyio.errors import InvalidModelError, UnsupportedModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pyio.converters.saved_model.inline.scope import Inliner

_FILLS = ("InitializeTable", "LookupTableImport")
_CALLS = ("PartitionedCall", "StatefulPartitionedCall")
_WHOLE_LINE, _LINE_NUMBER = -2, -1


def table_initializer(inliner: Inliner) -> Graph:
    """Return the graph that fills the tables of the flat graph; empty if it has none.

    Raises InvalidModelError for a table whose content is not in the model.
    """
    if not inliner.tables:
        return {}
    if inliner.source.frozen:
        raise UnsupportedModelError(
            f"the table {next(iter(inliner.tables))!r:.120} has no content: a frozen graph does "
            "not hold it; import the SavedModel instead"
        )
    filling = _Filling(inliner)
    filling.walk(filling.main, inliner.source.initializers)
    for name, (keys, values) in inliner.source.tables.items():
        if name in inliner.tables:
            node = inliner.source.nodes[name]
            if "Dense" in node.op:
                keys, values = _occupied(node, inliner.source.nodes, keys, values)
            filling.fill(inliner.tables[name], keys, values)
    empty = set(inliner.tables.values()) - set(filling.filled)
    if empty:
        raise InvalidModelError(
            f"the model does not say what is in the tables {sorted(empty)!r:.200}"
        )
    return filling.graph()


@dataclass(slots=True)
class _Filling:
    """Looks for the ops that fill tables, from the initializers on."""

    inliner: Inliner
    out: Graph = field(default_factory=dict)
    filled: dict[str, tuple[Ref, Ref]] = field(default_factory=dict)
    seen: set[tuple[str, str]] = field(default_factory=set)

    @property
    def main(self) -> Scope:
        """A scope of the main graph in which the tables are those of the flat graph."""
        tables: dict[str, Value] = {
            name: Ref(target) for name, target in self.inliner.tables.items()
        }
        nodes = self.inliner.source.nodes
        return Scope(nodes, self.out, tables, prefix="initializer/", is_main=True)

    def walk(self, scope: Scope, names: Sequence[str]) -> None:
        """Visit nodes, their control inputs and the functions that they call."""
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            node = scope.nodes.get(name)
            if node is None or (scope.prefix, name) in self.seen:
                continue
            self.seen.add((scope.prefix, name))
            waiting += node.controls
            if node.op in _CALLS:
                self._call(scope, node)
            elif node.op.startswith(_FILLS):
                self._table(scope, node)
            elif node.op in ("Identity", "NoOp"):
                waiting += [ref.name for ref in node.inputs]

    def _call(self, scope: Scope, node: Node) -> None:
        inliner = self.inliner
        for name in called(node):
            values = inliner.flatten(scope, node.inputs)
            inner = inliner.inner(scope, name, values, f"{scope.prefix}{node.name}/")
            fills = [
                each.name
                for each in inner.nodes.values()
                if each.op.startswith(_FILLS) or each.op in _CALLS
            ]
            self.walk(inner, fills)

    def _table(self, scope: Scope, node: Node) -> None:
        values = self.inliner.flatten(scope, node.inputs)
        table = values[0] if values else None
        if isinstance(table, Variable) or table is None:
            return
        if table.name not in self.inliner.tables.values():
            return  # a table that the outputs do not need
        if "FromTextFile" in node.op:
            content = self._file(require_ref(values[1], node.op))
            keys, texts = _columns(content, node, self.inliner.out[table.name])
            self.fill(table.name, keys, texts)
        elif len(values) > 2:
            pair = require_ref(values[1], node.op), require_ref(values[2], node.op)
            self.filled[table.name] = pair

    def fill(self, table: str, keys: NDArray[Any], values: NDArray[Any]) -> None:
        """Fill a table with constants."""
        scope = self.main
        self.filled[table] = (
            self.inliner.constant(scope, f"initializer/{table}/keys", keys),
            self.inliner.constant(scope, f"initializer/{table}/values", values),
        )

    def _file(self, ref: Ref) -> memoryview:
        """Return the content of an asset; the constant is the name of the asset's node."""
        value = self.inliner.weights.get(ref.name)
        name = value.item().decode() if value is not None and value.size == 1 else ""
        content = self.inliner.source.assets.get(name)
        if content is None:
            raise InvalidModelError(
                f"the text file of a table is missing (asset {name!r:.120}); it belongs into the "
                "folder assets/ of the model"
            )
        return content

    def graph(self) -> Graph:
        """Return the tables, the ops that fill them and what those need."""
        result: Graph = {}
        for table, pair in self.filled.items():
            node = self.inliner.out[table]
            result[table] = Node(table, node.op, attr=dict(node.attr))
            name = self.inliner.fresh(f"initializer/{table}/fill")
            attr = {"Tkey": node.attr["key_dtype"], "Tval": node.attr["value_dtype"]}
            result[name] = Node(name, "InitializeTableV2", [Ref(table), *pair], attr=attr)
        waiting = [ref.name for node in result.values() for ref in node.inputs]
        while waiting:
            name = waiting.pop()
            if name not in result and name in self.out:
                result[name] = self.out[name]
                waiting += [ref.name for ref in result[name].inputs]
        return result


def _occupied(
    node: Node, nodes: Graph, keys: NDArray[Any], values: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the entries of a dense table, which stores all its buckets, each key as a row.

    Two keys stand for empty and deleted buckets: the inputs of the op
    (``MutableDenseHashTable`` in ``lookup_table_op.cc``).
    """
    count = len(keys) if keys.ndim else 0
    if keys.size != count or len(values) != count or values.size != count:
        raise UnsupportedModelError(
            f"the table {node.name!r:.120} has vectors as keys or values, which TensorFlow.js lacks"
        )
    keys, values = keys.reshape(count), values.reshape(count)
    occupied = np.ones(count, bool)
    for ref in node.inputs:
        given = nodes.get(ref.name)
        tensor = given.attr.get("value", {}).get("tensor") if given is not None else None
        if tensor is not None:
            occupied &= keys != tensor_value(tensor, ref.name).reshape(-1)[0]
    return keys[occupied], values[occupied]


def _columns(content: memoryview, node: Node, table: Node) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return keys and values from the lines of a file, as InitializeTableFromTextFile reads it.

    An index of -2 is the whole line, -1 its number, and others a column. TensorFlow leaves out
    carriage returns (``InputBuffer::ReadLine``).
    """
    if _number(node, "offset", 0):
        raise InvalidModelError("a table is to skip the begin of its text file, which is not known")
    lines = bytes(content).replace(b"\r", b"").split(b"\n")
    if not lines[-1]:
        lines.pop()
    size = _number(node, "vocab_size", -1)
    if size > len(lines):
        raise InvalidModelError(f"a table is to have {size:,} lines, its file has {len(lines):,}")
    lines = lines if size < 0 else lines[:size]
    delimiter = bytes(node.attr.get("delimiter", {}).get("s", b"\t")) or b"\t"
    first, second = (
        _column(lines, _number(node, index, 0), delimiter, type_attr(table, dtype, STRING))
        for index, dtype in (("key_index", "key_dtype"), ("value_index", "value_dtype"))
    )
    return first, second


def _number(node: Node, attribute: str, default: int) -> int:
    return int(node.attr.get(attribute, {}).get("i", default))


def _column(lines: list[bytes], index: int, delimiter: bytes, dtype: int) -> NDArray[Any]:
    try:
        if index == _LINE_NUMBER:
            texts = [str(number).encode() for number in range(len(lines))]
        elif index == _WHOLE_LINE:
            texts = lines
        else:
            texts = [line.split(delimiter)[index] for line in lines]
        if dtype == STRING:
            array = np.empty(len(texts), object)
            array[:] = texts
            return array
        kind = np.dtype(STORED.get(dtype, STORED[INT64]))
        numbers = [float(text) if dtype == FLOAT else int(text) for text in texts]
        return np.array(numbers, kind)
    except (IndexError, ValueError, OverflowError) as error:
        raise InvalidModelError(
            f"the text file of a table does not fit its columns: {error}"
        ) from error
