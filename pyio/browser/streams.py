"""The pieces of a stream of bytes, JavaScript's or Python's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.browser.ffi import copy_bytes, translated
from pyio.errors import WeightsError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pyio.browser.ffi import JSObject


async def pieces(stream: Any) -> AsyncIterator[memoryview]:
    """Give the pieces of a ReadableStream or of an asynchronous iterable as flat views."""
    async for piece in stream if hasattr(stream, "__aiter__") else _read(stream):
        # A typed array of JavaScript is no buffer for Python, but gives one.
        if hasattr(piece, "to_memoryview"):
            yield copy_bytes(piece)
            continue
        try:
            view = memoryview(piece).cast("B")
        except TypeError as error:
            raise WeightsError(f"a stream should give bytes, got {piece!r:.80}") from error
        yield view


async def _read(stream_js: JSObject) -> AsyncIterator[JSObject]:
    # WebKit 2.50 has no asynchronous iteration over a ReadableStream.
    reader_js = stream_js.getReader()
    while True:
        with translated("reading the stream"):
            step_js = await reader_js.read()
        if step_js.done:
            return
        yield step_js.value
