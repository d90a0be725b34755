"""Text: arrays of bytes, nearly always UTF-8."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from pyio.models.graph_models.attributes import flag, ints, kind, raw, text, whole
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.patterns.pattern import Pattern
from pyio.models.graph_models.values import (
    FLOAT,
    INT,
    RUN_TIME,
    Array,
    as_text,
    broadcast_shape,
    scalar,
    sized,
    text_array,
    wholes,
)
from pyio.models.ops.fingerprint import fingerprint, murmur, siphash

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


_WIDEST = 10_000
"""Characters that a number may be filled up to."""


def _each(x: Array, function: Callable[[bytes], bytes]) -> Array:
    """Return what `function` makes of each text."""
    return text_array([function(as_text(each)) for each in x.reshape(-1).tolist()], x.shape)


@op(
    "StaticRegexReplace",
    pattern=raw(),
    rewrite=raw(),
    everywhere=flag(True, "replace_global"),
)
def static_regex_replace(x: Array, *, pattern: bytes, rewrite: bytes, everywhere: bool) -> Array:
    """Texts with what a pattern finds replaced; a rewrite may name groups of the pattern."""
    compiled = Pattern.of(pattern)
    compiled.begin()
    return _each(x, lambda each: compiled.replace(each, rewrite, everywhere))


@op("RegexReplace", everywhere=flag(True, "replace_global"))
def regex_replace(x: Array, pattern: Array, rewrite: Array, *, everywhere: bool) -> Array:
    """`static_regex_replace` with pattern and rewrite as inputs."""
    return static_regex_replace(
        x, pattern=scalar(pattern), rewrite=scalar(rewrite), everywhere=everywhere
    )


@op("RegexFullMatch")
def regex_full_match(x: Array, pattern: Array) -> Array:
    """Whether a pattern matches the whole text."""
    compiled = Pattern.of(scalar(pattern))
    compiled.begin()
    found = [compiled.matches(as_text(each)) for each in x.reshape(-1).tolist()]
    return np.array(found, bool).reshape(x.shape)


@op("StaticRegexFullMatch", pattern=raw())
def static_regex_full_match(x: Array, *, pattern: bytes) -> Array:
    """`regex_full_match` with the pattern as an attribute."""
    return regex_full_match(x, text_array([pattern], ()))


def _table(rows: Sequence[Sequence[bytes]]) -> tuple[Array, Array, Array]:
    """Return rows of different lengths as a sparse tensor: indices, values, shape."""
    indices = [(row, column) for row, parts in enumerate(rows) for column in range(len(parts))]
    longest = max(map(len, rows), default=0)
    return (
        np.array(indices, INT).reshape(-1, 2),
        text_array([part for parts in rows for part in parts]),
        np.array([len(rows), longest], INT),
    )


@op("StringSplit", skip=flag(True, "skip_empty"))
def string_split(x: Array, delimiter: Array, *, skip: bool) -> tuple[Array, Array, Array]:
    """Texts cut at any character of the delimiter; an empty one cuts between all bytes."""
    characters = as_text(scalar(delimiter))
    return _table([_cut(as_text(each), characters, skip) for each in x.reshape(-1).tolist()])


def _cut(value: bytes, characters: bytes, skip: bool) -> list[bytes]:
    if not value:
        return []
    if not characters:
        parts = [value[i : i + 1] for i in range(len(value))]
    else:
        first = characters[:1]
        parts = value.translate(bytes.maketrans(characters, first * len(characters))).split(first)
    return [part for part in parts if part] if skip else parts


@op("StringSplitV2", most=whole(-1, "maxsplit"))
def string_split_v2(x: Array, separator: Array, *, most: int) -> tuple[Array, Array, Array]:
    """Texts cut at a separator; an empty one stands for any white space."""
    by = as_text(scalar(separator))
    return _table([as_text(each).split(by or None, most) for each in x.reshape(-1).tolist()])


@op(
    "StringNGrams",
    separator=raw(b""),
    widths=ints((), "ngram_widths"),
    left=raw(b"", "left_pad"),
    right=raw(b"", "right_pad"),
    pad_width=whole(0),
    preserve_short=flag(False, "preserve_short_sequences"),
)
def string_n_grams(
    data: Array,
    splits: Array,
    *,
    separator: bytes,
    widths: tuple[int, ...],
    left: bytes,
    right: bytes,
    pad_width: int,
    preserve_short: bool,
) -> tuple[Array, Array]:
    """All runs of texts of some widths in each row, joined; pads stand before and after a row."""
    ends = wholes(splits)
    texts = [as_text(each) for each in data.tolist()]
    if ends and (ends[0] != 0 or ends[-1] != len(texts) or ends != sorted(ends)):
        raise ValueError(f"splits from {ends[0]} to {ends[-1]} for {len(texts)} texts")
    found: list[bytes] = []
    counts = [0]
    for start, end in itertools.pairwise(ends):
        row = texts[start:end]
        before = len(found)
        for width in widths:
            pads = _pads(width, pad_width)
            sized([len(row) + 2 * pads, max(width, 1)])
            padded = [left] * pads + row + [right] * pads
            found += [separator.join(padded[i : i + width]) for i in range(len(padded) - width + 1)]
        if preserve_short and len(found) == before and row:
            # The whole row with all of its pads, as wide as that is.
            pads = max(pad_width, 0) if pad_width >= 0 else 0
            found.append(separator.join([left] * pads + row + [right] * pads))
        counts.append(len(found))
    return text_array(found), np.array(counts if ends else [], INT)


def _pads(width: int, pad_width: int) -> int:
    """Return how many pads a row has for runs of a width; never a run of pads alone."""
    return max(min(pad_width if pad_width >= 0 else width - 1, width - 1), 0)


@op("StringToHashBucketFast", buckets=whole(1, "num_buckets"))
def string_to_hash_bucket_fast(x: Array, *, buckets: int) -> Array:
    """The fingerprint of each text, below `num_buckets`."""
    return _in_buckets(x, fingerprint, buckets)


@op("StringToHashBucketStrong", buckets=whole(1, "num_buckets"), key=ints())
def string_to_hash_bucket_strong(x: Array, *, buckets: int, key: tuple[int, ...]) -> Array:
    """A hash of each text with a key, below `num_buckets`."""
    first, second = key
    return _in_buckets(x, lambda each: siphash(each, first, second), buckets)


@op("StringToHashBucket", buckets=whole(1, "num_buckets"))
def string_to_hash_bucket(x: Array, *, buckets: int) -> Array:
    """The hash of TF 1 of each text, below `num_buckets`."""
    return _in_buckets(x, murmur, buckets)


def _in_buckets(x: Array, hashed: Callable[[bytes], int], buckets: int) -> Array:
    if not 1 <= buckets < 2**63:
        raise ValueError(f"num_buckets is {buckets}")
    found = [hashed(as_text(each)) % buckets for each in x.reshape(-1).tolist()]
    if buckets > 2**31 and any(each >= 2**31 for each in found):
        raise OverflowError("a hash is beyond int32")
    return np.array(found, INT).reshape(x.shape)


@op("StringLower", encoding=text(""))
def string_lower(x: Array, *, encoding: str) -> Array:
    """Small letters; without the encoding utf-8, those of ASCII only."""
    return _each(x, lambda each: each.decode().lower().encode() if encoding else each.lower())


@op("StringUpper", encoding=text(""))
def string_upper(x: Array, *, encoding: str) -> Array:
    """Capital letters; without the encoding utf-8, those of ASCII only."""
    return _each(x, lambda each: each.decode().upper().encode() if encoding else each.upper())


@op("StringStrip")
def string_strip(x: Array) -> Array:
    """Without white space at both ends."""
    return _each(x, bytes.strip)


@op("StringLength", unit=text("BYTE"))
def string_length(x: Array, *, unit: str) -> Array:
    """The number of bytes, or of characters."""
    found = [len(_in_units(each, unit)) for each in x.reshape(-1).tolist()]
    return np.array(found, INT).reshape(x.shape)


def _in_units(value: bytes | str, unit: str) -> bytes | str:
    return as_text(value) if unit == "BYTE" else as_text(value).decode()


@op("StringJoin", separator=raw(b""))
def string_join(*arrays: Array, separator: bytes) -> Array:
    """Texts of several arrays put together."""
    shape = broadcast_shape(*(each.shape for each in arrays))
    columns = [np.broadcast_to(each, shape).reshape(-1).tolist() for each in arrays]
    joined = [separator.join(map(as_text, row)) for row in zip(*columns, strict=True)]
    return text_array(joined, shape)


@op("ReduceJoin", keep=flag(False, "keep_dims"), separator=raw(b""))
def reduce_join(x: Array, axes: Array, *, keep: bool, separator: bytes) -> Array:
    """Texts along axes put together; the first axis changes fastest."""
    along = [axis + x.ndim if axis < 0 else axis for axis in wholes(axes)]
    others = [axis for axis in range(x.ndim) if axis not in along]
    rows = x.transpose(*others, *reversed(along)).reshape([*(x.shape[axis] for axis in others), -1])
    shape = rows.shape[:-1]
    joined = text_array(
        [separator.join(map(as_text, row)) for row in rows.reshape(-1, rows.shape[-1]).tolist()],
        shape,
    )
    kept = [1 if axis in along else side for axis, side in enumerate(x.shape)]
    return joined.reshape(kept) if keep else joined


@op("Substr", unit=text("BYTE"))
def substr(x: Array, start: Array, length: Array, *, unit: str) -> Array:
    """Parts of texts by their beginning and length; a beginning below 0 counts from the end."""
    shape = broadcast_shape(x.shape, start.shape, length.shape)
    columns = [np.broadcast_to(each, shape).reshape(-1).tolist() for each in (x, start, length)]
    rows = zip(*columns, strict=True)
    return text_array([_part(value, at, many, unit) for value, at, many in rows], shape)


def _part(value: bytes, start: int, length: int, unit: str) -> bytes:
    units = _in_units(value, unit)
    if not -len(units) <= start <= len(units):
        raise IndexError(f"position {start} of a text of {len(units)}")
    begin = start + len(units) if start < 0 else start
    return as_text(units[begin : begin + max(length, 0)])


@op(
    "AsString",
    precision=whole(-1),
    scientific=flag(),
    shortest=flag(),
    width=whole(-1),
    fill=text(""),
)
def as_string(
    x: Array, *, precision: int, scientific: bool, shortest: bool, width: int, fill: str
) -> Array:
    """Numbers and conditions as text, as ``printf`` writes them."""
    if x.dtype.kind not in "ibf" or fill not in {"", " ", "+", "-", "0", "#"}:
        raise TypeError(f"{x.dtype} as text, filled with {fill!r}, is not supported")
    if max(width, precision) > _WIDEST:
        raise ValueError(f"a width of {width} and a precision of {precision} are too large")
    sized([x.size, max(width, precision, 1)], itemsize=1)
    form = f"%{fill}{width if width > 0 else ''}"
    if x.dtype.kind == "f":
        form += f".{precision}" if precision >= 0 else ""
        form += "e" if scientific else "g" if shortest else "f"
    else:
        form += "d"
    found = [_as_form(each, form) for each in x.reshape(-1).tolist()]
    return text_array(found, x.shape)


def _as_form(value: float, form: str) -> bytes:
    return str(value).lower().encode() if isinstance(value, bool) else (form % value).encode()


@op("StringToNumber", type_=kind("float32", "out_type"))
def string_to_number(x: Array, *, type_: str) -> Array:
    """Numbers that are written as text."""
    if RUN_TIME[type_] not in {FLOAT, INT}:
        raise TypeError(f"text as {type_} is not supported")
    read = float if RUN_TIME[type_] == FLOAT else int
    found = [read(as_text(each)) for each in x.reshape(-1).tolist()]
    return np.array(found, RUN_TIME[type_]).reshape(x.shape)
