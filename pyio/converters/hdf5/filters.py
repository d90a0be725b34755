"""How chunks are packed (message 0x0B), and how to undo it."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from pyio.converters.hdf5.headers import FILTERS, Header
from pyio.converters.hdf5.types import ADVICE
from pyio.errors import InvalidModelError, UnsupportedModelError

if TYPE_CHECKING:
    from pyio.converters.hdf5.content import Content

_DEFLATE, _SHUFFLE, _FLETCHER = 1, 2, 3


def filters_of(content: Content, header: Header, path: str) -> tuple[int, ...]:
    """Return the filters of a dataset in the order of packing."""
    message = header.only(FILTERS)
    if message is None:
        return ()
    version, count = content.number(message.at, 1), content.number(message.at + 1, 1)
    if version not in (1, 2) or count > 32:
        raise InvalidModelError(f"the filters of {path!r} are of no known kind")
    at = message.at + (8 if version == 1 else 2)
    found = []
    for _ in range(count):
        kind = content.number(at, 2)
        named = version == 1 or kind >= 256
        length = content.number(at + 2, 2) if named else 0
        values = content.number(at + (6 if named else 4), 2)
        at += (8 if named else 6) + (-(-length // 8) * 8 if version == 1 else length)
        at += 4 * values + (4 if version == 1 and values % 2 else 0)
        if kind not in (_DEFLATE, _SHUFFLE, _FLETCHER):
            raise UnsupportedModelError(
                f"{path!r} is packed with the filter {kind}, which is not read; {ADVICE}"
            )
        found.append(kind)
    if at > message.at + message.size:
        raise InvalidModelError(f"the filters of {path!r} are cut off")
    return tuple(found)


def undone(kind: int, raw: bytes | memoryview, wanted: int, size: int) -> bytes | memoryview:
    """Return a chunk before a filter packed it: `wanted` bytes, of elements of `size` bytes."""
    if kind == _DEFLATE:
        unpacking = zlib.decompressobj()
        try:
            found = unpacking.decompress(raw, wanted + 8)
        except zlib.error as error:
            raise InvalidModelError(f"a chunk cannot be unpacked: {error}") from error
        if not unpacking.eof:
            raise InvalidModelError("a chunk unpacks to more than its size, or is cut off")
        return found
    if kind == _FLETCHER:
        if len(raw) < 4 or _fletcher(raw[:-4]) != int.from_bytes(raw[-4:], "little"):
            raise InvalidModelError("the checksum of a chunk is wrong")
        return raw[:-4]
    if size < 2 or len(raw) % size:
        return raw
    import numpy as np  # late, as above

    return np.frombuffer(raw, np.uint8).reshape(size, -1).T.tobytes()


def _fletcher(raw: bytes | memoryview) -> int:
    """Return Fletcher's checksum over words of 16 bits in big-endian order (H5checksum.c)."""
    import numpy as np  # late, as above

    even = bytes(raw) + (b"\0" if len(raw) % 2 else b"")
    words = np.frombuffer(even, ">u2").astype(np.uint64)
    low = high = 0
    for start in range(0, len(words), 2**20):
        part = words[start : start + 2**20]
        # The sum of the partial sums: each word counts as often as words are left with it.
        weights = np.arange(len(part), 0, -1, dtype=np.uint64)
        high = (high + len(part) * low + int((part * weights).sum())) % 65535
        low = (low + int(part.sum())) % 65535
    return high << 16 | low
