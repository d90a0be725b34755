"""Weights out of a stream, one tensor after another: ``decodeWeightsStream`` of TensorFlow.js."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from pyio.browser.streams import pieces
from pyio.errors import WeightsError
from pyio.format.artifacts import checked_specs
from pyio.format.specs import require_shape
from pyio.tensors.encoding import decode_tensor, refuse_duplicates
from pyio.tracebacks import short

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Iterable

    from numpy.typing import NDArray

    from pyio.format.artifacts import WeightSpec

_LENGTH = struct.Struct("<I")


@short
async def decode_weights_stream(
    stream: AsyncIterable[Any], specs: Iterable[WeightSpec]
) -> dict[str, NDArray[Any]]:
    """Return the tensors that `specs` describe out of the pieces of a stream.

    Every tensor gets memory of its own, and no more of the stream is held than one piece.

    Args:
        stream: Gives bytes-like objects in pieces of any size, ``httpx``'s ``aiter_bytes()`` for
            instance; or a JavaScript ReadableStream of bytes.
        specs: What the bytes mean.

    Raises:
        WeightsError: The stream ends too early, with the number of bytes that are missing, or it
            goes on after the last tensor; or a name comes twice.
    """
    specs = checked_specs(specs)
    refuse_duplicates([spec.name for spec in specs])
    if not hasattr(stream, "__aiter__") and not hasattr(stream, "getReader"):
        raise WeightsError(f"a stream of bytes is expected, got {stream!r:.80}")
    reader = _Reader(stream)
    arrays: dict[str, NDArray[Any]] = {}
    for spec in specs:
        require_shape(spec)
        length = spec.byte_length
        piece = await (_strings(reader, spec) if length is None else reader.take(length, spec.name))
        arrays[spec.name] = decode_tensor(spec, piece)
    if await reader.more():
        raise WeightsError("the stream goes on after the last weight: specs and data do not agree")
    return arrays


async def _strings(reader: _Reader, spec: WeightSpec) -> memoryview:
    """Return the bytes of a string tensor, whose length shows as it is read."""
    collected = bytearray()
    for _ in range(spec.size):
        head = await reader.take(_LENGTH.size, spec.name)
        (length,) = _LENGTH.unpack(head)
        collected += head
        collected += await reader.take(length, spec.name)
    return memoryview(collected)


class _Reader:
    """Reads the requested number of bytes from a stream."""

    def __init__(self, stream: AsyncIterable[Any]) -> None:
        self._stream = pieces(stream)
        self._piece = memoryview(b"")

    async def take(self, count: int, name: str) -> memoryview:
        """Return the next `count` bytes in memory of their own; `name` is for the error."""
        # A hostile length must not allocate memory before the bytes have arrived.
        taken = bytearray()
        while len(taken) < count:
            if not await self.more():
                raise WeightsError(
                    f"the stream ended inside weight {name!r}: {count - len(taken):,} bytes of it "
                    "are missing"
                )
            part = self._piece[: count - len(taken)]
            taken += part
            self._piece = self._piece[part.nbytes :]
        return memoryview(taken)

    async def more(self) -> bool:
        """Whether there is at least one byte left."""
        while not self._piece.nbytes:
            try:
                self._piece = await anext(self._stream)
            except StopAsyncIteration:
                return False
        return True
