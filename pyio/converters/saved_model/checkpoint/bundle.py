"""Reads the variables of a SavedModel: ``variables.index`` and the files of bytes beside it.

The key "" of the index has a BundleHeader, all others a BundleEntry (``tensor_bundle.proto``).
Numbers are little-endian and row-major. Texts are a varint for each length, a checksum of the
lengths, then the bytes. The checksums take each length as uint32, or uint64 from 2**32 on
(``WriteStringTensor`` in ``tensor_bundle.cc``).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio import limits
from pyio.converters.files import present
from pyio.converters.saved_model.checkpoint.crc32c import matches, uint32
from pyio.converters.saved_model.checkpoint.slices import Part, indices, part_key, part_of
from pyio.converters.saved_model.checkpoint.sorted_table import entries
from pyio.converters.saved_model.protobuf import Message, parse, varint
from pyio.converters.saved_model.tensors import (
    STRING,
    elements_from,
    shape_of,
    zero_of,
)
from pyio.errors import InvalidModelError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from pyio.converters.files import Files

GAP_BYTES = 256 * 1024
"""Two variables that lie this close are read at once: a request costs more than such a gap."""

PIECE_BYTES = 64 * 1024 * 1024
"""Bytes that are read at once, unless a single variable is larger."""


class Checkpoint:
    """The variables of one checkpoint, which are read when they are needed."""

    def __init__(self, files: Files, prefix: str, index: memoryview) -> None:
        """Read the index of the checkpoint whose files begin with `prefix`."""
        self._files, self._prefix = files, prefix
        self._entries: dict[bytes, memoryview] = dict(entries(index))
        header = parse("BundleHeader", self._entries.pop(b"", b""))
        self._shards = header.get("num_shards", 0)
        if header.get("endianness", 0) != 0:
            raise InvalidModelError("the variables are big-endian, which no browser's Python reads")
        if not 0 <= self._shards <= limits.FILES:
            raise InvalidModelError(f"the variables are in {self._shards:,} files")

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key.encode() in self._entries

    @property
    def keys(self) -> list[str]:
        """The names of all variables."""
        return [key.decode(errors="replace") for key in self._entries if not key.startswith(b"\0")]

    async def read(self, keys: Iterable[str]) -> dict[str, NDArray[Any]]:
        """Return variables by key; texts are object arrays of bytes.

        Raises InvalidModelError for one that is not there, or whose checksum is wrong.
        """
        wanted = {key: self._entry(key.encode(), key) for key in keys}
        pieces: dict[bytes, Message] = {}
        for key, entry in wanted.items():
            if entry["slices"]:
                for each in entry["slices"]:
                    code = part_key(key, part_of(each))
                    pieces[code] = self._entry(code, f"a part of {key}")
            else:
                pieces[key.encode()] = entry
        stored = await self._read_entries(pieces)
        return {
            key: _joined(key, entry, stored) if entry["slices"] else stored[key.encode()]
            for key, entry in wanted.items()
        }

    async def outlines(self, keys: Iterable[str]) -> dict[str, NDArray[Any]]:
        """Return zeros in place of variables, which take no memory. Texts are read.

        Raises InvalidModelError for one that is not there.
        """
        entries = {key: self._entry(key.encode(), key) for key in keys}
        texts = [key for key, entry in entries.items() if entry.get("dtype", 0) == STRING]
        zeros = {key: _zeros(entry, key) for key, entry in entries.items() if key not in texts}
        return zeros | await self.read(texts)

    def _entry(self, code: bytes, key: str) -> Message:
        if code not in self._entries:
            raise InvalidModelError(f"the checkpoint has no variable {key!r:.120}")
        return parse("BundleEntry", self._entries[code])

    async def _read_entries(self, wanted: dict[bytes, Message]) -> dict[bytes, NDArray[Any]]:
        """Read entries in the order of the files, neighbours at once."""
        ordered = sorted(
            (entry.get("shard_id", 0), entry.get("offset", 0), entry.get("size", 0), code)
            for code, entry in wanted.items()
        )
        found: dict[bytes, NDArray[Any]] = {}
        for group in _neighbours(ordered):
            shard, start = group[0][:2]
            stop = max(offset + size for _, offset, size, _ in group)
            data = await self._range(shard, start, stop)
            for _, offset, size, code in group:
                piece = data[offset - start : offset - start + size]
                found[code] = _value(wanted[code], piece, code.decode(errors="replace"))
        return found

    async def _range(self, shard: int, start: int, stop: int) -> memoryview:
        name = f"{self._prefix}.data-{shard:05d}-of-{self._shards:05d}"
        if not 0 <= shard < self._shards or not await present(self._files, name):
            raise InvalidModelError(f"the file {name!r:.120} with variables is missing")
        size = self._files.size(name)
        if not 0 <= start <= stop <= size:
            raise InvalidModelError(
                f"variables are to lie at {start:,} to {stop:,} of {name!r:.120}, which has "
                f"{size:,} bytes"
            )
        return await self._files.read(name, start, stop)


def _neighbours(
    ordered: list[tuple[int, int, int, bytes]],
) -> Iterable[list[tuple[int, int, int, bytes]]]:
    """Divide places (file, offset, size, key) into runs that are read at once."""
    group: list[tuple[int, int, int, bytes]] = []
    end = 0
    for place in ordered:
        shard, offset, size, _ = place
        if group and (
            shard != group[0][0]
            or offset - end > GAP_BYTES
            or offset + size - group[0][1] > PIECE_BYTES
        ):
            yield group
            group = []
        end = max(end, offset + size) if group else offset + size
        group.append(place)
    if group:
        yield group


def _zeros(entry: Message, key: str) -> NDArray[Any]:
    what = f"the variable {key!r:.120}"
    shape = shape_of(entry.get("shape", {}), what)
    if math.prod(shape) > limits.SIDE:
        raise InvalidModelError(f"{what} has an impossible shape: {list(shape)!r:.80}")
    return np.broadcast_to(zero_of(entry.get("dtype", 0), what), shape)


def _value(entry: Message, data: memoryview, key: str) -> NDArray[Any]:
    shape = shape_of(entry.get("shape", {}), f"the variable {key!r:.120}")
    what = f"the variable {key!r:.120}"
    if entry.get("dtype", 0) == STRING:
        return _texts(entry, data, shape, what)
    value = elements_from(data, entry.get("dtype", 0), shape, what)
    if not matches(entry.get("crc32c", 0), data):
        raise _wrong(what)
    return value


def _texts(entry: Message, data: memoryview, shape: tuple[int, ...], what: str) -> NDArray[Any]:
    size = math.prod(shape)
    if size > len(data):
        raise InvalidModelError(f"{what} has {size:,} texts in {len(data):,} bytes")
    place, lengths = 0, []
    for _ in range(size):
        length, place = varint(data, place)
        lengths.append(length)
    told = b"".join(each.to_bytes(4 if each < 1 << 32 else 8, "little") for each in lengths)
    start = place + 4
    if sum(lengths) != len(data) - start:
        raise InvalidModelError(f"{what} has texts of another length than the file says")
    whole = matches(entry.get("crc32c", 0), told, data[place:])
    if not (whole and matches(uint32(data[place:start]), told)):
        raise _wrong(what)
    texts = np.empty(size, object)
    for index, length in enumerate(lengths):
        texts[index] = bytes(data[start : start + length])
        start += length
    return texts.reshape(shape)


def _wrong(what: str) -> InvalidModelError:
    return InvalidModelError(f"{what} does not have its checksum; its bytes have changed")


def _joined(key: str, entry: Message, stored: dict[bytes, NDArray[Any]]) -> NDArray[Any]:
    """Put the parts of a partitioned variable together; they must cover it exactly."""
    what = f"the variable {key!r:.120}"
    shape = shape_of(entry.get("shape", {}), what)
    parts: list[tuple[Part, NDArray[Any]]] = [
        (part_of(each), stored[part_key(key, part_of(each))]) for each in entry["slices"]
    ]
    held = sum(array.size for _, array in parts)
    if held != math.prod(shape):
        raise InvalidModelError(f"the parts of {key!r:.120} do not make up its shape {list(shape)}")
    whole = np.zeros(shape, parts[0][1].dtype)
    for part, array in parts:
        place = whole[indices(part)]
        if len(part) != len(shape) or place.shape != array.shape:
            raise InvalidModelError(f"a part of {key!r:.120} has the shape {list(array.shape)}")
        place[...] = array
    return whole
