"""The items of localStorage, and the lock of all that changes them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyio.browser import locks
from pyio.browser.bridge.protocol import Retry
from pyio.browser.ffi import (
    JsException,
    JSObject,
    array_buffer,
    array_of,
    copy_bytes,
    is_nothing,
    js,
    optional,
    storage_error,
    translated,
)
from pyio.browser.page.functions import PageFunctions
from pyio.errors import LockTimeoutError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

JOURNAL = "pyio_journal"
"""The item in which ``local_storage.js`` records a write until it is complete."""

LOCK = "localstorage"
"""The lock of everything that changes localStorage."""

_VISIBLE_AFTER = 0.05
"""Seconds after which other tabs see what one tab wrote."""

_CRASHED_AFTER = 20
"""How many of these pauses to wait before a journal counts as left by a crashed tab."""

_READING, _WRITING = "reading localStorage", "writing localStorage"

_PAGE = PageFunctions("page/local_storage.js", "localstorage://")


async def read(keys: Sequence[str], retry: Retry = Retry.REPEATABLE) -> dict[str, str | None]:
    """Return the localStorage values of `keys`, None for those that are absent."""
    values_js = await _PAGE.store("read", array_of(keys), what=_READING, retry=retry)
    return {key: optional(value_js) for key, value_js in zip(keys, values_js, strict=True)}


async def lengths(keys: Sequence[str]) -> dict[str, int]:
    """Return the length of each value in UTF-16 code units, -1 for those that are absent."""
    lengths_js = await _PAGE.store("lengths", array_of(keys), what=_READING)
    return dict(zip(keys, lengths_js, strict=True))


async def read_and_measure(key: str, keys: Sequence[str]) -> tuple[str | None, dict[str, int]]:
    """Return the value of `key` and the lengths of the values of `keys`, as of one moment."""
    calls = [("read", array_of([key])), ("lengths", array_of(keys))]
    values_js, lengths_js = _results(await _PAGE.together(*calls, what=_READING))
    return optional(values_js[0]), dict(zip(keys, lengths_js, strict=True))


@dataclass(frozen=True, slots=True)
class Items:
    """Items as they were at one moment.

    Attributes:
        texts: Values, None for those that are absent.
        has_base64: Whether the item that is kept as base64 is there.
        bytes_js: The bytes that it stands for, or the exception that says why it is no base64;
            None if they were not asked for.
    """

    texts: dict[str, str | None]
    has_base64: bool
    bytes_js: JSObject | JsException | None

    def decoded(self) -> memoryview:
        """Return a copy of the bytes. Raises ValueError if the value is no base64."""
        # What is no exception at all is found out much faster than what is no JsException.
        if isinstance(self.bytes_js, Exception) and isinstance(self.bytes_js, JsException):
            raise ValueError(str(self.bytes_js)) from self.bytes_js  # noqa: TRY004 - no wrong type
        return copy_bytes(self.bytes_js)


async def read_together(keys: Sequence[str], base64_key: str, *, decode: bool) -> Items:
    """Return the values of `keys` and, with `decode`, the bytes kept under `base64_key`."""
    about = ("readBase64", base64_key) if decode else ("lengths", array_of([base64_key]))
    values_js, about_js = await _PAGE.together(("read", array_of(keys)), about, what=_READING)
    _results([values_js] if decode else [values_js, about_js])
    texts = {key: optional(value_js) for key, value_js in zip(keys, values_js, strict=True)}
    if decode:
        return Items(texts, not is_nothing(about_js), about_js)
    return Items(texts, about_js[0] >= 0, None)


def _results(outcomes_js: Sequence[JSObject]) -> Sequence[JSObject]:
    for outcome in outcomes_js:
        if isinstance(outcome, Exception) and isinstance(outcome, JsException):
            raise storage_error(outcome, _READING) from outcome
    return outcomes_js


async def replace(
    items: Mapping[str, str | Sequence[memoryview] | None],
    acquired: locks.Acquired | None = None,
) -> None:
    """Write all `items` in order or, if the browser refuses one, leave what was there.

    A sequence of buffers is kept as base64, which never enters WebAssembly memory; None removes.
    Readers look for the last item, so it is written last. Pass the result of `request_lock` as
    `acquired`, or omit it if you already hold the lock.
    """
    with translated(_WRITING):  # the browser may lack the memory
        values = [
            js.Uint8Array.new(array_buffer(value))
            if value is not None and not isinstance(value, str)
            else value
            for value in items.values()
        ]
    if acquired is not None:
        await acquired()
    await _finish()
    await _PAGE.store("replace", array_of(list(items)), array_of(values), what=_WRITING)


def request_lock() -> AbstractContextManager[locks.Acquired]:
    """Request what `exclusive` waits for, as `pyio.browser.locks.request_lock` does."""
    return locks.request_lock(LOCK, _VISIBLE_AFTER)


def exclusive() -> AbstractAsyncContextManager[None]:
    """Keep other tabs from changing localStorage through pyio inside the block.

    The lock can arrive before the other tab's writes do. Without the pause after it, this tab would
    read old values and overwrite newer ones.
    """
    return locks.exclusive(LOCK, _VISIBLE_AFTER)


async def wait_until_visible() -> None:
    """Wait until no other tab of pyio writes and this tab sees what the last one wrote.

    Reading goes on without that if another tab does not release the lock.
    """
    with suppress(LockTimeoutError):
        async with exclusive():
            await asyncio.sleep(_VISIBLE_AFTER)


async def _finish() -> None:
    """Finish the write that a crashed tab left in the journal. Requires the lock."""
    for _ in range(_CRASHED_AFTER):
        if not await _PAGE.store("unfinished", what=_WRITING):
            return
        await asyncio.sleep(_VISIBLE_AFTER)  # the write may be done, and not visible here yet
    await _PAGE.store("finish", what=_WRITING)


async def keys_to_finish() -> list[str]:
    """Return the keys that `finish` writes or removes.

    None if the journal is no journal, or if another program has changed the items since.
    """
    return [str(key) for key in await _PAGE.store("toFinish", what=_READING)]


async def finish() -> None:
    """Finish the write that a crashed tab or browser left in the journal, and remove that."""
    async with exclusive():
        await _finish()


async def replace_if(seen: Mapping[str, str | None], items: Mapping[str, str | None]) -> bool:
    """Write `items` in order if the values are still those in `seen`; return whether they were."""
    now, new = ((array_of(list(part)), array_of(list(part.values()))) for part in (seen, items))
    async with exclusive():
        await _finish()
        changed = await _PAGE.store("replaceIf", *now, *new, what=_WRITING, retry=Retry.ONCE)
    return bool(changed)


async def overview(start: str, end: str) -> dict[str, str | None]:
    """Return the keys that begin with `start`, with the values of those that end with `end`."""
    what = "listing localStorage"
    pairs_js = await _PAGE.store("overview", start, end, what=what, retry=Retry.LISTING)
    return {str(key): optional(value_js) for key, value_js in pairs_js}


async def used() -> int:
    """Return how many UTF-16 code units all of this origin's localStorage takes."""
    return int(await _PAGE.store("used", what="measuring localStorage"))
