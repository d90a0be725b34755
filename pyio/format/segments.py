"""Several buffers that are read as one, without joining them (``CompositeArrayBuffer``)."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from pyio.addresses import shown
from pyio.allocation import allocate
from pyio.format.artifacts import flat_buffers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from typing_extensions import Buffer


class SegmentedBuffer:
    """A read-only sequence of bytes that is spread over any number of buffers of any size.

    Args:
        buffers: One bytes-like object or an iterable of them; empty ones are fine.
    """

    def __init__(self, buffers: Buffer | Iterable[Buffer] = ()) -> None:
        self.segments = tuple([view for view in flat_buffers(buffers) if view.nbytes])
        self._starts = (0, *accumulate([view.nbytes for view in self.segments]))
        self._bounds = tuple(pairwise(self._starts))

    @property
    def byte_length(self) -> int:
        """The number of bytes in all segments together."""
        return self._starts[-1]

    def __len__(self) -> int:
        return self.byte_length

    def pieces(self, start: int, end: int) -> Iterator[memoryview]:
        """Yield views of the bytes from `start` to `end`; nothing is copied."""
        first = max(bisect_right(self._starts, start) - 1, 0)
        for index in range(first, len(self.segments)):
            segment, (low, high) = self.segments[index], self._bounds[index]
            if low >= end:
                return
            yield segment[max(start - low, 0) : min(end, high) - low]

    def slice(self, start: int = 0, end: int | None = None) -> memoryview:
        """Return the bytes from `start` to `end`, clamped to what there is.

        It is a view where one segment holds them all, and a copy where they straddle segments.
        """
        start = max(start, 0)
        end = self.byte_length if end is None else min(end, self.byte_length)
        if start >= end:
            return memoryview(b"")
        parts = list(self.pieces(start, end))
        return parts[0] if len(parts) == 1 else memoryview(b"".join(parts))


def allocate_weights(size: int, paths: Sequence[str], *, zeros: bool = True) -> memoryview:
    """Return memory for the weights in `paths`, as `allocate` does. Raises OutOfMemoryError."""
    return allocate(size, f"the weights in {', '.join(map(shown, paths[:3]))}", zeros=zeros)
