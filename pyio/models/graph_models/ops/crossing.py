"""Crosses of features: each combination of a value of each column, as text or as a hash.

``sparse_cross_op.cc``: columns are sparse tensors first, then dense ones. The last column changes
fastest.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.models.graph_models.attributes import flag, kind, whole
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.values import (
    INT,
    TEXT,
    Array,
    as_text,
    scalar,
    sized,
    text_array,
    wholes,
)
from pyio.models.graph_models.values import whole as whole_in
from pyio.models.ops.fingerprint import concatenated, fingerprint, siphash

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Rows = Sequence[Sequence[Any]]

_SEPARATOR = b"_X_"
_MASK = (1 << 64) - 1
_BYTES = 100
"""What a combination takes in Python."""


def _columns(arrays: Sequence[Array], sparse: int) -> list[Rows]:
    """Return the values of each column by row; `arrays` are indices, values, shapes, dense ones."""
    parts = [arrays[start * sparse : (start + 1) * sparse] for start in range(3)]
    columns: list[Rows] = []
    for indices, values, shape in zip(*parts, strict=True):
        (many,) = sized(wholes(shape)[:1])
        rows: list[list[Any]] = [[] for _ in range(many)]
        for row, value in zip(indices[:, 0].tolist(), values.tolist(), strict=True):
            rows[row].append(value)
        columns.append(rows)
    columns += [dense.tolist() for dense in arrays[3 * sparse :]]
    if len({len(rows) for rows in columns}) > 1:
        raise ValueError(f"columns of {[len(rows) for rows in columns]} rows")
    return columns


def _crossed(
    arrays: Sequence[Array], sparse: int, made: Callable[[tuple[Any, ...]], Any]
) -> tuple[Array, list[Any], Array]:
    """Return the indices, what `made` makes of each combination, and the shape."""
    rows = list(zip(*_columns(arrays, sparse), strict=True))
    counts = [math.prod(map(len, row)) for row in rows]
    sized([sum(counts), _BYTES], itemsize=1)
    indices = [(row, place) for row, count in enumerate(counts) for place in range(count)]
    found = [made(each) for row in rows for each in itertools.product(*row)]
    shape = [len(rows), max(counts, default=0)]
    return np.array(indices, INT).reshape(-1, 2), found, np.array(shape, INT)


def _text(value: Any) -> bytes:
    return str(value).encode() if isinstance(value, int) else as_text(value)


def _number(value: Any) -> int:
    return value & _MASK if isinstance(value, int) else fingerprint(as_text(value))


def _buckets(count: int) -> int:
    if not 1 <= count < 2**31:
        raise ValueError(f"num_buckets is {count}; a hash has to fit int32")
    return count


@op(
    "SparseCross",
    sparse=whole(0, "N"),
    hashed=flag(False, "hashed_output"),
    buckets=whole(0, "num_buckets"),
    start=whole(0, "hash_key"),
    out=kind("string", "out_type"),
)
def sparse_cross(
    *arrays: Array, sparse: int, hashed: bool, buckets: int, start: int, out: str
) -> tuple[Array, Array, Array]:
    """Combinations as text, or as one fingerprint of those of the values."""
    if hashed:
        many = _buckets(buckets)
        indices, found, shape = _crossed(
            arrays, sparse, lambda row: concatenated([start, *map(_number, row)]) % many
        )
        return indices, np.array(found, INT), shape
    if out != "string":
        raise TypeError(f"combinations as {out}")
    return _joined(arrays, sparse, _SEPARATOR)


def _joined(arrays: Sequence[Array], sparse: int, separator: bytes) -> tuple[Array, Array, Array]:
    indices, found, shape = _crossed(arrays, sparse, lambda row: separator.join(map(_text, row)))
    return indices, text_array(found), shape


@op("SparseCrossV2", sparse=whole(0, "N"))
def sparse_cross_v2(*arrays: Array, sparse: int) -> tuple[Array, Array, Array]:
    """Combinations as text, with a separator of one's own."""
    *columns, separator = arrays
    return _joined(columns, sparse, as_text(scalar(separator)))


@op("SparseCrossHashed", sparse=whole(0, "N"))
def sparse_cross_hashed(*arrays: Array, sparse: int) -> tuple[Array, Array, Array]:
    """Combinations as one hash; a strong one has a key."""
    *columns, count, strong, salt = arrays
    many, key = _buckets(whole_in(count)), wholes(salt)
    hashed: Callable[[Any], int] = _number
    if bool(scalar(strong)):
        if any(
            column.dtype != TEXT for column in columns[sparse : 2 * sparse] + columns[3 * sparse :]
        ):
            raise TypeError("strong hashes of whole numbers")
        hashed = lambda value: siphash(as_text(value), key[0], key[1])  # noqa: E731
    indices, found, shape = _crossed(
        columns, sparse, lambda row: concatenated([hashed(each) for each in row]) % many
    )
    return indices, np.array(found, INT), shape
