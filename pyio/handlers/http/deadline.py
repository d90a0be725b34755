"""A limit for the time that a whole load or save may take, all requests and pauses together."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from pyio.addresses import shown
from pyio.browser import fetch
from pyio.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable


@asynccontextmanager
async def deadline(seconds: float | None, url: str, note: str = "") -> AsyncIterator[None]:
    """Cancel the block after that many seconds, and raise RequestError then; None for no limit."""
    if seconds is None:
        yield
        return
    loop = asyncio.get_running_loop()
    limit = asyncio.timeout(None)
    try:
        async with limit:
            later = fetch.call_later if fetch.available() else _call_later
            stop = later(seconds, lambda: limit.reschedule(loop.time()))
            try:
                yield
            finally:
                stop()
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise RequestError(
            f"{shown(url)!r} took longer than its deadline of {seconds} seconds{note}",
            url,
            lasting=True,
        ) from error


def _call_later(seconds: float, function: Callable[[], None]) -> Callable[[], None]:
    return asyncio.get_running_loop().call_later(seconds, function).cancel
