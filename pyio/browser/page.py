"""The Python side of ``page.js``: localStorage items and downloads."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import TYPE_CHECKING

from pyio.browser import locks
from pyio.browser.javascript import (
    JsException,
    JSObject,
    array_buffer,
    array_of,
    copy_bytes,
    js,
    optional,
    options,
    run_file,
    to_js,
    translated,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

_LOCK = "localstorage"

_PROPAGATION = 0.05
"""Seconds after which what one tab wrote is taken to be known to the others."""

_PATIENCE = 20
"""How often that time is waited for until a journal is taken to be that of somebody dead."""

_URL_LIFETIME = 40_000
"""Milliseconds until the object URL of a download is revoked."""


@cache
def _page() -> JSObject:
    return run_file("page.js", "localstorage:// and downloads://")


async def read(keys: Sequence[str]) -> dict[str, str | None]:
    """Return the localStorage values of `keys`, None where there is none."""
    with translated("reading localStorage"):
        values_js = _page().read(array_of(keys))
    return {key: optional(value_js) for key, value_js in zip(keys, values_js, strict=True)}


async def lengths(keys: Sequence[str]) -> dict[str, int]:
    """Return the length of each value in UTF-16 code units, -1 where there is none."""
    with translated("reading localStorage"):
        return dict(zip(keys, _page().lengths(array_of(keys)), strict=True))


async def read_base64(key: str) -> memoryview:
    """Return the bytes that the value of `key` stands for. Raises ValueError if it is no base64."""
    try:
        bytes_js = _page().readBase64(key)
    except JsException as error:
        raise ValueError(str(error)) from error
    return copy_bytes(bytes_js)


async def replace(items: Mapping[str, str | Sequence[memoryview] | None]) -> None:
    """Write all `items` in order or, if the browser refuses one, leave what was there.

    A sequence of buffers is kept as base64, which never enters WebAssembly memory; None removes.
    The last item is the one by which readers know that the others are there.
    """
    values = [
        js.Uint8Array.new(array_buffer(value))
        if value is not None and not isinstance(value, str)
        else value
        for value in items.values()
    ]
    async with alone():
        with translated("writing localStorage"):
            await _finish()
            _page().replace(array_of(list(items)), array_of(values))


def alone() -> AbstractAsyncContextManager[None]:
    """Keep other tabs from changing localStorage through pyio inside the block.

    Browsers tell a tab what another has written by another way than that the lock is free, and
    later, so that without a pause this one would see, and write, beside what is there.
    """
    return locks.alone(_LOCK, _PROPAGATION)


async def settled() -> None:
    """Wait until no other tab of pyio writes and what the last one wrote has reached this one."""
    async with alone():
        await asyncio.sleep(_PROPAGATION)


async def _finish() -> None:
    """Do what somebody who died has left undone. Only whoever holds the lock may."""
    for _ in range(_PATIENCE):
        if not _page().unfinished():
            return
        await asyncio.sleep(_PROPAGATION)  # it may be done, and this tab has yet to hear of it
    _page().finish()


async def keys(start: str) -> list[str]:
    """Return the keys of localStorage that start so."""
    with translated("listing localStorage"):
        return [str(key) for key in _page().keys(start)]


async def used() -> int:
    """Return how many UTF-16 code units all of this origin's localStorage takes."""
    with translated("measuring localStorage"):
        return int(_page().used())


async def download(name: str, pieces: Sequence[memoryview], media_type: str) -> None:
    """Offer a file to the person at the page; nobody learns whether it was accepted."""
    parts_js = array_of([to_js(piece) for piece in pieces])
    _page().download(js.Blob.new(parts_js, options(type=media_type)), name, _URL_LIFETIME)
