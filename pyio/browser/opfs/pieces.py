"""How weights are cut into pieces that move at once, and what a full disk looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyio.errors import StorageError
from pyio.progress import CHUNK, chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SMALL = 64 * 1024
"""Bytes below which a buffer is copied beside others: a piece costs as much as 64 KB."""

_BLOCK = 1024 * 1024
"""Bytes of small buffers that are joined at most."""

FULL = ("QuotaExceededError", "NS_ERROR_FILE_NO_DEVICE_SPACE")
"""The reasons of a full disk; the second is Firefox's, for a handle that cannot grow."""


def joined(buffers: Iterable[memoryview]) -> Iterator[memoryview]:
    """Yield the same bytes in pieces of at most `CHUNK` bytes, small buffers joined."""
    waiting: list[memoryview] = []
    size = 0
    for buffer in buffers:
        if buffer.nbytes < _SMALL and size + buffer.nbytes <= _BLOCK:
            waiting.append(buffer)
            size += buffer.nbytes
            continue
        yield from _together(waiting)
        waiting, size = [], 0
        if buffer.nbytes < _SMALL:
            waiting, size = [buffer], buffer.nbytes
        else:
            yield from chunks(buffer)
    yield from _together(waiting)


def _together(buffers: list[memoryview]) -> Iterator[memoryview]:
    if len(buffers) == 1:
        yield from chunks(buffers[0])
    elif buffers:
        yield from chunks(memoryview(b"".join(buffers)))


def piece_size(total: int) -> int:
    """Return how many bytes the largest piece of `total` bytes can have."""
    return min(total, CHUNK)


def require_written(count: int, wanted: int) -> None:
    """Raise StorageError unless a handle wrote all bytes.

    Firefox 153 writes fewer when the quota is reached, and gives no error.
    """
    if int(count) != wanted:
        told = (
            f"only {int(count):,} of {wanted:,} bytes were written: the disk or the quota is full"
        )
        raise StorageError(told, FULL[0])


def require_read(count: int, wanted: int) -> None:
    """Raise StorageError unless all bytes were read."""
    if int(count) != wanted:
        told = f"only {int(count):,} of {wanted:,} bytes were read: the file has been cut"
        raise StorageError(told)
