"""Reads a sorted table of LevelDB, which is what ``variables.index`` is.

The last 48 bytes are two handles (offset and size as varints: of the meta index and of the index),
padding and a magic number. A block holds entries, the offsets where keys begin anew (uint32 each)
and the count of those. After a block come its kind (0 plain, 1 Snappy) and a checksum of both. An
entry shares the begin of its key with the one before: shared, unshared, length of the value, rest
of the key, value. The index's values are handles (``table_format.md`` of google/leveldb).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyio import limits
from pyio.converters.saved_model.checkpoint.crc32c import matches, uint32
from pyio.converters.saved_model.checkpoint.snappy import unpack
from pyio.converters.saved_model.protobuf import varint
from pyio.errors import InvalidModelError

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOOTER = 48
_MAGIC = 0xDB4775248B80FB57
_TRAILER = 5
_PLAIN, _SNAPPY = 0, 1


def entries(table: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Yield each key and value. Raises InvalidModelError for damage, which checksums find."""
    if len(table) < _FOOTER or uint32(table[-8:]) != _MAGIC:
        raise InvalidModelError("the index of the variables does not end as such an index does")
    footer = table[-_FOOTER:]
    place = 0
    for _ in range(2):
        _, place = varint(footer, place)
    count = 0
    for _, handle in _block(table, footer[place:]):
        for entry in _block(table, handle):
            count += 1
            if count > limits.TENSORS:
                raise InvalidModelError(
                    f"the index lists more than {limits.TENSORS:,} variables (pyio.limits.TENSORS)"
                )
            yield entry


def _block(table: memoryview, handle: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    offset, place = varint(handle, 0)
    size, _ = varint(handle, place)
    end = offset + size
    if end + _TRAILER > len(table) - _FOOTER:
        raise InvalidModelError("a block of the index lies outside of the file")
    if not matches(uint32(table[end + 1 : end + _TRAILER]), table[offset : end + 1]):
        raise InvalidModelError("a block of the index does not have its checksum")
    kind = table[end]
    if kind not in (_PLAIN, _SNAPPY):
        raise InvalidModelError(f"a block of the index is packed in the unknown way {kind}")
    block = table[offset:end]
    yield from _entries(memoryview(unpack(block)) if kind == _SNAPPY else block)


def _entries(block: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    end = len(block) - 4 - 4 * uint32(block[-4:])
    if end < 0:
        raise InvalidModelError("a block of the index is too short")
    place, key = 0, b""
    while place < end:
        shared, place = varint(block, place)
        unshared, place = varint(block, place)
        length, place = varint(block, place)
        start = place + unshared
        if shared > len(key) or start + length > end:
            raise InvalidModelError("an entry of the index is longer than its block")
        key = key[:shared] + bytes(block[place:start])
        place = start + length
        yield key, block[start:place]
