"""One connection to an IndexedDB database, kept open, and closed when another tab needs it.

A database that is being deleted or upgraded by another tab waits until all connections to it are
closed, so this one closes itself when ``versionchange`` asks for that (a transaction that is under
way finishes first). The next transaction then opens it again, once, as it does when the browser
has closed the connection.

A database of a newer version was upgraded by another program. Its records can be read, and nothing
is written to it.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from pyio.browser.ffi import (
    JsException,
    JSObject,
    array_of,
    create_once_callable,
    create_proxy,
    js,
    options,
    storage_error,
    translated,
)
from pyio.errors import ForeignDatabaseError, StorageError

if TYPE_CHECKING:
    from collections.abc import Sequence

OPEN_TIMEOUT = 10.0
"""Seconds after which an open that neither succeeds nor fails is taken to be blocked."""


class Connection:
    """Opens a database of a known layout; the arguments are those of `indexed_db.Database`."""

    def __init__(self, name: str, version: int, stores: Sequence[str], key_path: str) -> None:
        self._name = name
        self._version = version
        self._stores = stores
        self._key_path = key_path
        self._opening: asyncio.Future[JSObject] | None = None
        self._newer = 0

    async def transaction(self, stores: Sequence[str], mode: str, what: str) -> JSObject:
        """Return a new transaction, to be used before the next ``await``.

        Raises ForeignDatabaseError if the layout is another, and StorageError.
        """
        for again in (True, False):
            database_js = await self._opened(what)
            if self._newer and mode != "readonly":
                raise self._is_newer(what)
            # Reading writes nothing; to make the options would cost calls of JavaScript.
            how = () if mode == "readonly" else (options(durability="strict"),)
            try:
                return database_js.transaction(array_of(stores), mode, *how)
            except JsException as error:
                self._opening = None
                failure = storage_error(error, what)
                if not again or failure.reason != "InvalidStateError":
                    raise failure from error
        raise AssertionError("unreachable")

    def is_open(self) -> bool:
        """Whether the database is open, and so exists."""
        if self._opening is None or not self._opening.done():
            return False
        # A closed connection shows itself by this alone; an empty transaction ends by itself.
        with suppress(JsException, StorageError):
            self._opening.result().transaction(array_of(self._stores), "readonly")
            return True
        return False

    async def _opened(self, what: str) -> JSObject:
        if self._opening is None:
            self._opening = asyncio.ensure_future(self._open(what))
            self._opening.add_done_callback(self._forget_failure)
        if self._opening.done():
            return self._opening.result()
        # Opening goes on when its caller is cancelled: a database that is being made would
        # otherwise be left without stores.
        try:
            return await asyncio.wait_for(asyncio.shield(self._opening), OPEN_TIMEOUT)
        except TimeoutError as error:
            raise blocked(self._name, what) from error

    def _forget_failure(self, opening: asyncio.Future[JSObject]) -> None:
        if (opening.cancelled() or opening.exception()) and self._opening is opening:
            self._opening = None

    async def _open(self, what: str) -> JSObject:
        try:
            database_js = await self._request(what, self._version)
        except _NewerVersionError:
            database_js = await self._request(what)
        # A JavaScript function: a Python one would need a proxy as long as the page exists.
        database_js.onversionchange = database_js.close.bind(database_js)
        self._check_layout(database_js)
        version = int(database_js.version)
        self._newer = version if version > self._version else 0
        return database_js

    async def _request(self, what: str, *version: int) -> JSObject:
        with translated(what):
            request_js = js.indexedDB.open(self._name, *version)
        create = create_proxy(self._create_stores)
        request_js.onupgradeneeded = create
        try:
            if await first_event(request_js, "success", "error") == "error":
                if request_js.error.name == "VersionError":
                    raise _NewerVersionError
                raise storage_error(request_js.error, what)
        finally:
            request_js.onupgradeneeded = None
            create.destroy()
        return request_js.result

    def _is_newer(self, what: str) -> ForeignDatabaseError:
        return ForeignDatabaseError(
            f"{what} failed: the database {self._name!r} has version {self._newer} and not "
            f"{self._version}, so another program changed it and TensorFlow.js cannot use it. Its "
            "models can be listed, loaded and copied to another medium. Once they are copied, "
            "delete it with indexedDB.deleteDatabase"
        )

    def _create_stores(self, event_js: JSObject) -> None:
        database_js = event_js.target.result
        for store in self._stores:
            if not database_js.objectStoreNames.contains(store):
                database_js.createObjectStore(store, options(keyPath=self._key_path))

    def _check_layout(self, database_js: JSObject) -> None:
        names_js = database_js.objectStoreNames
        missing = [store for store in self._stores if not names_js.contains(store)]
        if missing:
            database_js.close()
            newer = int(database_js.version) > self._version
            raise ForeignDatabaseError(
                f"the database {self._name!r} has {'a newer version and ' if newer else ''}"
                f"no store {' and no '.join(map(repr, missing))}: "
                "another program made it, and every save of TensorFlow.js hangs on it; delete it "
                "with indexedDB.deleteDatabase"
            )


class _NewerVersionError(Exception):
    """The database has a newer version than was asked for."""


def blocked(name: str, what: str) -> StorageError:
    """Return the error of a database that neither opens nor refuses to."""
    return StorageError(
        f"{what} failed: the database {name!r} did not answer within {OPEN_TIMEOUT:.0f} seconds; "
        "another tab holds it, close that tab and try again",
        "blocked",
    )


def first_event(target_js: JSObject, *names: str) -> asyncio.Future[str]:
    """Return a future of the first of the events `names` that is fired at `target_js`.

    One of them must come, even if the caller no longer waits: that frees the listener.
    """
    first: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def fired(event_js: JSObject) -> None:
        if not first.done():
            first.set_result(event_js.type)

    listener_js = create_once_callable(fired)
    for name in names:
        setattr(target_js, f"on{name}", listener_js)
    return first
