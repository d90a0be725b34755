"""Tables: keys -> values. A model and its initializer share them by the name of the node."""

from __future__ import annotations

import numpy as np

from pyio.models.graph_models.attributes import dtype, text
from pyio.models.graph_models.ops.table import Call, op
from pyio.models.graph_models.values import (
    FLOAT,
    INT,
    TEXT,
    Array,
    Table,
    as_text,
    scalar,
    text_array,
)


@op(
    "HashTable",
    "HashTableV2",
    "MutableHashTable",
    "MutableHashTableV2",
    calls=True,
    keys=dtype(INT, "key_dtype"),
    values=dtype(FLOAT, "value_dtype"),
    shared_name=text(""),
)
def hash_table(
    call: Call, *, keys: np.dtype[np.generic], values: np.dtype[np.generic], shared_name: str
) -> Table:
    """The table of this node; nodes of the same `shared_name` have the same."""
    tables = call.run.tables
    found = tables.get(call.node)
    if found is None and shared_name:
        found = tables.get(f"shared {shared_name}")
    if found is None:
        found = Table(keys, values)
    tables[call.node] = found
    if shared_name:
        tables.setdefault(f"shared {shared_name}", found)
    return found


def _keys(keys: Array) -> list[object]:
    if keys.dtype == TEXT:
        return [as_text(each) for each in keys.reshape(-1).tolist()]
    found: list[object] = keys.reshape(-1).tolist()
    return found


@op(
    "InitializeTable",
    "InitializeTableV2",
    "LookupTableImport",
    "LookupTableImportV2",
    pure=False,
)
def fill_table(table: Table, keys: Array, values: Array) -> Table:
    """Fill a table with keys and values."""
    if keys.size != values.size:
        raise ValueError(f"{keys.size} keys and {values.size} values")
    table.items = dict(zip(_keys(keys), values.reshape(-1).tolist(), strict=True))
    table.value_dtype = values.dtype
    return table


@op("LookupTableFind", "LookupTableFindV2", pure=False)
def look_up(table: Table, keys: Array, default: Array) -> Array:
    """The values of keys; a default for those that the table lacks."""
    other = scalar(default)
    found = [table.items.get(key, other) for key in _keys(keys)]
    if default.dtype == TEXT:
        return text_array([as_text(each) for each in found], keys.shape)
    return np.array(found, default.dtype).reshape(keys.shape)


@op("LookupTableSize", "LookupTableSizeV2", pure=False)
def table_size(table: Table) -> Array:
    """The number of keys."""
    return np.array(len(table.items), INT)
