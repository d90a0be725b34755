"""The Python side of ``page.js``: localStorage items, downloads and persistent storage."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyio.browser import locks
from pyio.browser.calls import Manner, PageFunctions
from pyio.browser.javascript import (
    JsException,
    JSObject,
    array_buffer,
    array_of,
    copy_bytes,
    js,
    optional,
    options,
    storage_error,
    to_js,
    translated,
)
from pyio.progress import chunks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

JOURNAL = "pyio_journal"
"""The item under which ``page.js`` says what is being written."""

LOCK = "localstorage"
"""The lock of everything that changes localStorage."""

_PROPAGATION = 0.05
"""Seconds after which what one tab wrote is taken to be known to the others."""

_PATIENCE = 20
"""How often that time is waited for until a journal is taken to be that of somebody dead."""

_URL_LIFETIME = 40_000
"""Milliseconds until the object URL of a download is revoked."""


_READING, _WRITING = "reading localStorage", "writing localStorage"

_PAGE = PageFunctions("page.js", "localstorage:// and downloads://")


async def read(keys: Sequence[str], manner: Manner = Manner.REPEATABLE) -> dict[str, str | None]:
    """Return the localStorage values of `keys`, None where there is none."""
    values_js = await _call("read", array_of(keys), what=_READING, manner=manner)
    return {key: optional(value_js) for key, value_js in zip(keys, values_js, strict=True)}


async def lengths(keys: Sequence[str]) -> dict[str, int]:
    """Return the length of each value in UTF-16 code units, -1 where there is none."""
    lengths_js = await _call("lengths", array_of(keys), what=_READING)
    return dict(zip(keys, lengths_js, strict=True))


@dataclass(frozen=True, slots=True)
class Items:
    """Items as they were at one moment.

    Attributes:
        texts: Values, None where there is none.
        has_base64: Whether the item that is kept as base64 is there.
        bytes_js: What that stands for, or the exception that says why it stands for nothing; None
            where it was not asked for.
    """

    texts: dict[str, str | None]
    has_base64: bool
    bytes_js: JSObject | JsException | None

    def decoded(self) -> memoryview:
        """Return a copy of the bytes. Raises ValueError if the value is no base64."""
        if isinstance(self.bytes_js, JsException):
            raise ValueError(str(self.bytes_js)) from self.bytes_js  # noqa: TRY004 - no wrong type
        return copy_bytes(self.bytes_js)


async def read_together(keys: Sequence[str], base64_key: str, *, decode: bool) -> Items:
    """Return the values of `keys` and, if it is to be decoded, what is kept under `base64_key`."""
    calls = [("read", array_of(keys)), ("lengths", array_of([base64_key]))]
    calls += [("readBase64", base64_key)] if decode else []
    values_js, lengths_js, *bytes_js = await _PAGE.together(*calls, what=_READING)
    for outcome in (values_js, lengths_js):
        if isinstance(outcome, JsException):
            raise storage_error(outcome, _READING) from outcome
    texts = {key: optional(value_js) for key, value_js in zip(keys, values_js, strict=True)}
    return Items(texts, lengths_js[0] >= 0, bytes_js[0] if decode else None)


async def replace(
    items: Mapping[str, str | Sequence[memoryview] | None], granted: locks.Granted | None = None
) -> None:
    """Write all `items` in order or, if the browser refuses one, leave what was there.

    A sequence of buffers is kept as base64, which never enters WebAssembly memory; None removes.
    The last item is the one by which readers know that the others are there. `granted` is that of
    `asked`; without it the caller is `alone` already.
    """
    values = [
        js.Uint8Array.new(array_buffer(value))
        if value is not None and not isinstance(value, str)
        else value
        for value in items.values()
    ]
    if granted is not None:
        await granted()
    await _finish()
    await _call("replace", array_of(list(items)), array_of(values), what=_WRITING)


def asked() -> AbstractContextManager[locks.Granted]:
    """Ask for what `alone` waits for, as `pyio.browser.locks.asked` does."""
    return locks.asked(LOCK, _PROPAGATION)


def alone() -> AbstractAsyncContextManager[None]:
    """Keep other tabs from changing localStorage through pyio inside the block.

    Browsers tell a tab what another has written by another way than that the lock is free, and
    later, so that without a pause this one would see, and write, beside what is there.
    """
    return locks.alone(LOCK, _PROPAGATION)


async def settled() -> None:
    """Wait until no other tab of pyio writes and what the last one wrote has reached this one."""
    async with alone():
        await asyncio.sleep(_PROPAGATION)


async def _finish() -> None:
    """Do what somebody who died has left undone. Only whoever holds the lock may."""
    for _ in range(_PATIENCE):
        if not await _call("unfinished", what=_WRITING):
            return
        await asyncio.sleep(_PROPAGATION)  # it may be done, and this tab has yet to hear of it
    await _call("finish", what=_WRITING)


async def finish() -> None:
    """Do what a tab or a browser that died has left undone."""
    async with alone():
        await _finish()


async def replace_if(seen: Mapping[str, str | None], items: Mapping[str, str | None]) -> bool:
    """Write `items` in order, or none, if all of `seen` is still so; return whether it was."""
    now, new = ((array_of(list(part)), array_of(list(part.values()))) for part in (seen, items))
    async with alone():
        await _finish()
        changed = await _call("replaceIf", *now, *new, what=_WRITING, manner=Manner.ONCE)
    return bool(changed)


async def overview(start: str, end: str) -> dict[str, str | None]:
    """Return the keys of localStorage that start so, with the values of those that end so."""
    what = "listing localStorage"
    pairs_js = await _call("overview", start, end, what=what, manner=Manner.LISTING)
    return {str(key): optional(value_js) for key, value_js in pairs_js}


async def used() -> int:
    """Return how many UTF-16 code units all of this origin's localStorage takes."""
    return int(await _call("used", what="measuring localStorage"))


async def browser_run() -> str | None:
    """Return a name that changes when the browser is started anew, or None where that is not told.

    The first call sets a cookie without a date, which the browser drops when it ends.
    """
    name = optional(await _call("browserRun", what="asking for the run of the browser"))
    return None if name is None else str(name)


async def download(name: str, pieces: Sequence[memoryview], media_type: str) -> None:
    """Offer a file to the person at the page; nobody learns whether it was accepted."""
    # A Blob of Blobs, so that there are never two copies of all the bytes.
    parts_js = [js.Blob.new(array_of([to_js(part)])) for piece in pieces for part in chunks(piece)]
    blob_js = js.Blob.new(array_of(parts_js), options(type=media_type))
    what = f"offering the download {name!r}"
    await _call("download", blob_js, name, _URL_LIFETIME, what=what, manner=Manner.ONCE)


async def persist() -> bool | None:
    """Ask the browser to keep this origin's storage; None where it cannot be asked."""
    kept_js = await _call("persist", what="asking for persistent storage", manner=Manner.PERSON)
    kept = optional(kept_js)
    return None if kept is None else bool(kept)


async def _call(
    name: str, *arguments: Any, what: str, manner: Manner = Manner.REPEATABLE
) -> JSObject:
    with translated(what):
        return await _PAGE.call(name, *arguments, what=what, manner=manner)
