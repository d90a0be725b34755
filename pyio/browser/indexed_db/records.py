"""Records of IndexedDB: JSON, and the dates and buffers that JSON cannot hold."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, TypeAlias

from pyio import limits
from pyio.browser.ffi import (
    JsException,
    JSObject,
    JsProxy,
    array_buffer,
    copy_bytes,
    copy_in,
    is_bytes,
    is_nothing,
    js,
    object_from_json,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime


Member: TypeAlias = tuple[str, ...]
"""Where a member of a record is: the names that lead to it."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record to be stored: JSON text, with members to be replaced by their real values.

    Args:
        text: A JSON object, with any value where a date or a buffer belongs.
        dates: Where dates belong, as a path of members, and which.
        buffers: Where an ArrayBuffer belongs, and the pieces that make it up.
        moved: Called after each part of a buffer that was copied, with the number of bytes.
    """

    text: str
    dates: Mapping[Member, datetime] = field(default_factory=dict)
    buffers: Mapping[Member, Sequence[memoryview]] = field(default_factory=dict)
    moved: Callable[[int], None] | None = None

    def to_js(self) -> JSObject:
        """Return the JavaScript object."""
        # Built from text because a Python datetime would arrive as a proxy, which cannot be
        # cloned, None as `undefined`, and a large int as a BigInt, on which TensorFlow.js hangs.
        record_js = object_from_json(self.text)
        for (*holders, member), date in self.dates.items():
            _set(record_js, holders, member, js.Date.new(date.timestamp() * 1000))
        for (*holders, member), pieces in self.buffers.items():
            spare_js = _SPARE.take(sum(piece.nbytes for piece in pieces))
            _set(record_js, holders, member, array_buffer(pieces, self.moved, spare_js))
        return record_js

    def done_with(self, record_js: JSObject) -> None:
        """Note that the browser has its own copy of what `to_js` returned."""
        for place in self.buffers:
            _SPARE.give(_get(record_js, place))


class _Spare:
    """The ArrayBuffer of the last record that was stored, for the next one of the same size.

    New memory takes longer to allocate than to copy into (0.6 ms per MB and more). A program that
    saves its model after every epoch would also leave one buffer behind each time. The browser's
    garbage collection may take it at any time.
    """

    def __init__(self) -> None:
        self._reference_js: JSObject | None = None

    def give(self, buffer_js: JSObject) -> None:
        """Keep a buffer for the next record."""
        self._reference_js = js.WeakRef.new(buffer_js)

    def take(self, size: int) -> JSObject | None:
        """Return the kept buffer if it has that size, and forget it."""
        if self._reference_js is None:
            return None
        buffer_js = self._reference_js.deref()
        if is_nothing(buffer_js) or buffer_js.byteLength != size:
            return None
        self._reference_js = None
        return buffer_js


_SPARE = _Spare()


async def read(
    record_js: JSObject, buffer: Member, *, copy: bool = True
) -> tuple[str, tuple[memoryview, ...] | None]:
    """Return the JSON text of a record, with null for its member `buffer`, and that member's bytes.

    The member stays, so that a copy of the model has all members in the same order.
    Programs have stored weights as an ArrayBuffer, as a list of them, as views and as Blobs; each
    is copied once. The bytes are None where there is no such member or no `copy` is wanted.
    Raises ValueError for a member that holds no bytes and for a record that JSON cannot say.
    """
    value_js = _taken_out(record_js, buffer)
    data = None if is_nothing(value_js) or not copy else await _bytes_of(value_js)
    return to_text(record_js), data


def keep(record_js: JSObject, buffer: Member) -> tuple[str, Kept | None]:
    """As `read`, but the bytes stay in the browser's memory, to be read in ranges."""
    value_js = _taken_out(record_js, buffer)
    kept = None if is_nothing(value_js) else Kept(_parts(value_js))
    return to_text(record_js), kept


class Kept:
    """Bytes of a record that are in the browser's memory, or in its files if they are Blobs.

    Raises ValueError for a part that holds no bytes.
    """

    def __init__(self, parts_js: Sequence[JSObject]) -> None:
        self._parts_js = parts_js
        self.ends = tuple(accumulate(map(_length, parts_js)))

    async def read(self, start: int, stop: int, target: memoryview) -> None:
        """Copy the bytes from `start` to `stop` into `target`."""
        moved = 0
        for part_js, low, high in zip(self._parts_js, (0, *self.ends), self.ends, strict=False):
            first, last = max(start, low), min(stop, high)
            if first < last:
                await _copy(part_js, first - low, target[moved : moved + last - first])
                moved += last - first


def _length(part_js: JSObject) -> int:
    kind = _kind(part_js)
    if kind == "[object Blob]":
        return int(part_js.size)
    if is_bytes(part_js):
        return int(part_js.byteLength)
    raise ValueError(f"its weight data is {kind}, not an ArrayBuffer")


async def _copy(part_js: JSObject, start: int, target: memoryview) -> None:
    if not is_bytes(part_js):
        part_js = await part_js.slice(start, start + target.nbytes).arrayBuffer()
        start = 0
    buffer_js, offset = part_js, start
    if hasattr(part_js, "byteOffset"):  # its elements may be no bytes
        buffer_js, offset = part_js.buffer, part_js.byteOffset + start
    copy_in(js.Uint8Array.new(buffer_js, offset, target.nbytes), target)


def _taken_out(record_js: JSObject, buffer: Member) -> JSObject:
    """Return the member `buffer`, which is null in the record afterwards."""
    *holders, member = buffer
    holder_js = _get(record_js, holders)
    value_js = _get(holder_js, [member])
    if not is_nothing(value_js):
        _assign()(holder_js, _null_member(member))
    return value_js


@cache
def _assign() -> JSObject:
    return js.Object.assign  # kept, because a look-up takes as long as the call


@cache
def _null_member(name: str) -> JSObject:
    return object_from_json(json.dumps({name: None}))


def to_text(value_js: JSObject) -> str:
    """Return a value as JSON text, dates in ISO form. Raises ValueError if JSON cannot say it.

    The value belongs to the caller alone: it may be changed.
    """
    try:
        if str(_stringify()(_sample())) != _SAMPLE:
            _shield(value_js)
        return str(_stringify()(value_js))
    except JsException as error:
        raise ValueError(f"it cannot be written as JSON ({error})") from error


@cache
def _stringify() -> JSObject:
    return js.JSON.stringify


@cache
def _sample() -> JSObject:
    return js.Array.new(js.Object.new(), js.Date.new(0))


_SAMPLE = '[{},"1970-01-01T00:00:00.000Z"]'
"""The text of `_sample`, unless the page has given a prototype a ``toJSON``.

Scripts of some age do that.
"""


def _shield(value_js: JSObject) -> None:
    """Keep ``JSON.stringify`` from what the page has made of the prototypes.

    Each object and each array gets a prototype of its own, each date a ``toJSON``. This may change
    nothing of the page's, so it changes the value.
    """
    plain_js = js.Object.new()
    plain_js.toJSON = None  # undefined, and so no function
    seen_js = js.Set.new()
    left = [value_js]
    while left:
        value_js = left.pop()
        if seen_js.has(value_js):
            continue
        seen_js.add(value_js)
        kind = _kind(value_js)
        if kind == "[object Date]":
            if js.Number.isFinite(js.Date.prototype.getTime.call(value_js)):
                value_js.toJSON = js.Date.prototype.toISOString
        elif kind in ("[object Object]", "[object Array]"):
            left += [part for part in js.Object.values(value_js) if isinstance(part, JsProxy)]
            js.Object.setPrototypeOf(value_js, plain_js)


async def _bytes_of(value_js: JSObject) -> tuple[memoryview, ...]:
    return tuple([await _buffer(part_js) for part_js in _parts(value_js)])


def _parts(value_js: JSObject) -> Sequence[JSObject]:
    if _kind(value_js) != "[object Array]":
        return (value_js,)
    count = int(value_js.length)
    if count > limits.FILES:  # an array without elements may have a length of four billion
        raise ValueError(
            f"its weight data is in {count:,} pieces; at most {limits.FILES:,} are read "
            "(pyio.limits.FILES)"
        )
    return tuple(value_js)


async def _buffer(value_js: JSObject) -> memoryview:
    if is_bytes(value_js):
        return copy_bytes(value_js)
    kind = _kind(value_js)
    if kind == "[object Blob]":
        return copy_bytes(await value_js.arrayBuffer())
    raise ValueError(f"its weight data is {kind}, not an ArrayBuffer")


def _kind(value_js: JSObject) -> str:
    return str(js.Object.prototype.toString.call(value_js))


def _get(value_js: JSObject, members: Sequence[str]) -> JSObject | None:
    """Return the member of a member of a value, or None if it is absent."""
    for name in members:
        value_js = None if is_nothing(value_js) else getattr(value_js, name, None)
    return value_js


def _set(record_js: JSObject, holders: Sequence[str], member: str, value_js: JSObject) -> None:
    for name in holders:
        record_js = getattr(record_js, name)
    setattr(record_js, member, value_js)
