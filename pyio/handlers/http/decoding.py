"""The body of an answer, decompressed no further than there is room for it.

httpx would decompress whatever arrives at once, and a few kilobytes may stand for gigabytes. Python
has a bounded decoder for gzip and deflate, so that these are all that pyio accepts.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ACCEPTED = "gzip, deflate"
"""The Accept-Encoding of every request that brings none of its own."""

_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS


class DecodingError(Exception):
    """A body is not coded as its head says, or in a way that was not asked for."""


class Body:
    """A body that is read piece by piece.

    Args:
        coding: The Content-Encoding.
        pieces: What arrives.
    """

    def __init__(self, coding: str, pieces: AsyncIterator[bytes]) -> None:
        self._coding = coding.strip().lower()
        self._window = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": _ZLIB}.get(self._coding)
        self._pieces = pieces
        self._decoder = zlib.decompressobj(self._window) if self._window is not None else None
        self._left: bytes | memoryview = b""  # what has arrived and is not decoded
        self._begun = False

    async def read_into(self, target: memoryview) -> int:
        """Copy the next bytes to the start of `target` and return how many; 0 at the end.

        Raises DecodingError, also if the coding is not one of `ACCEPTED` or if there are several.
        """
        if self._window is None and self._coding not in ("", "identity"):
            raise DecodingError(
                f"it is coded as {self._coding[:80]!r}, which was not asked for; pyio takes one of "
                f"{ACCEPTED}"
            )
        if not target.nbytes:
            return 0
        while True:
            if not self._left:
                try:
                    self._left = await anext(self._pieces)
                except StopAsyncIteration:
                    return self._end(target)
            piece = self._next(target.nbytes)
            if piece:
                target[: len(piece)] = piece
                return len(piece)

    def _next(self, most: int) -> bytes | memoryview:
        """Return some of what has arrived; it may be nothing yet."""
        if self._decoder is None:
            view = memoryview(self._left)
            self._left = view[most:]
            return view[:most]
        if self._decoder.eof:
            # What follows is another member, as gzip allows, or padding.
            if self._window != _GZIP or bytes(self._left[:1]) != b"\x1f":
                self._left = b""
                return b""
            self._decoder = zlib.decompressobj(_GZIP)
        piece = self._decompress(most)
        self._left = self._decoder.unused_data or self._decoder.unconsumed_tail
        return piece

    def _decompress(self, most: int) -> bytes:
        first, self._begun = not self._begun, True
        assert self._decoder is not None
        try:
            return self._decoder.decompress(self._left, most)
        except zlib.error as error:
            if not first or self._window != _ZLIB:
                raise DecodingError(f"it cannot be decompressed: {error}") from error
        # Some servers send deflate without the frame that the standard wants.
        self._window, self._decoder = _RAW, zlib.decompressobj(_RAW)
        return self._decompress(most)

    def _end(self, target: memoryview) -> int:
        """Return what the decoder kept back of a body that has arrived whole."""
        if self._decoder is None or self._decoder.eof or not self._begun:
            return 0
        try:
            piece = self._decoder.decompress(b"", target.nbytes)
        except zlib.error as error:
            raise DecodingError(f"it cannot be decompressed: {error}") from error
        if not piece and not self._decoder.eof:
            raise DecodingError("it ends before its compressed data do")
        target[: len(piece)] = piece
        return len(piece)
