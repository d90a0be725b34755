"""The databases of this origin, those of other programs too: what is in them, and deleting them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyio.browser.ffi import (
    JsException,
    JSObject,
    array_of,
    create_proxy,
    is_nothing,
    js,
    storage_error,
    translated,
)
from pyio.browser.indexed_db import connection
from pyio.browser.indexed_db.connection import blocked, first_event
from pyio.browser.indexed_db.turns import limit
from pyio.errors import LockTimeoutError, StorageError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Layout:
    """The version of a database, and the number of records in each of its stores."""

    version: int
    records: Mapping[str, int]


async def names() -> tuple[str, ...] | None:
    """Return the names of all databases, or None if the browser cannot list them."""
    try:
        found_js = await js.indexedDB.databases()
    except (AttributeError, JsException):
        return None
    # Version 0 is a database whose creation was aborted; WebKit lists it until the page is closed.
    return tuple(sorted(str(about_js.name) for about_js in found_js if about_js.version))


async def look(name: str, what: str) -> Layout | None:
    """Return the layout of a database, or None if it does not exist. Never creates it.

    Raises StorageError.
    """
    known = await names()
    if known is not None and name not in known:
        return None
    # The request continues when its caller is cancelled or gives up: it must refuse to create a
    # database, which would otherwise stay without stores.
    looking = asyncio.ensure_future(_look(name, what))
    looking.add_done_callback(lambda done: done.cancelled() or done.exception())
    try:
        return await asyncio.wait_for(asyncio.shield(looking), connection.OPEN_TIMEOUT)
    except LockTimeoutError:
        raise
    except TimeoutError as error:
        raise blocked(name, what) from error


async def erase(name: str, what: str) -> None:
    """Delete a database, if there is one. Raises StorageError."""
    with translated(what):
        request_js = js.indexedDB.deleteDatabase(name)
    ended = first_event(request_js, "success", "error")
    try:
        if await asyncio.wait_for(asyncio.shield(ended), connection.OPEN_TIMEOUT) == "error":
            raise storage_error(request_js.error, what)
    except TimeoutError as error:
        raise blocked(name, what) from error


async def _look(name: str, what: str) -> Layout | None:
    database_js = await _open_if_there(name, what)
    if database_js is None:
        return None
    try:
        stores = [str(store) for store in database_js.objectStoreNames]
        if not stores:
            return Layout(int(database_js.version), {})
        with translated(what):
            transaction_js = database_js.transaction(array_of(stores), "readonly")
            requests = [transaction_js.objectStore(store).count() for store in stores]
        event = first_event(transaction_js, "complete", "abort")
        stop = limit(transaction_js, requests[0], event, name)
        try:
            ended = await event
        finally:
            stop()
        if ended == "abort":
            raise StorageError(f"{what} failed: the browser ended the transaction", "AbortError")
        counts = [int(request_js.result) for request_js in requests]
        return Layout(int(database_js.version), dict(zip(stores, counts, strict=True)))
    finally:
        database_js.close()


async def _open_if_there(name: str, what: str) -> JSObject | None:
    with translated(what):
        request_js = js.indexedDB.open(name)
    # A database that is made is opened to be upgraded first; without that it is not made.
    refuse = create_proxy(lambda event_js: event_js.target.transaction.abort())
    request_js.onupgradeneeded = refuse
    try:
        ended = await first_event(request_js, "success", "error")
    finally:
        request_js.onupgradeneeded = None
        refuse.destroy()
    if ended == "success":
        database_js = request_js.result
        # A JavaScript function: a Python one would need a proxy.
        database_js.onversionchange = database_js.close.bind(database_js)
        return database_js
    if not is_nothing(request_js.error) and request_js.error.name == "AbortError":
        return None
    raise storage_error(request_js.error, what)
