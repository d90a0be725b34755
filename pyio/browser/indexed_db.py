"""Two stores of one IndexedDB database, read and written together.

The rules, each of which was a bug somewhere (W3C Indexed Database API 3.0):

* No ``await`` inside a transaction. Pyodide resumes coroutines on a task, and by then the
  transaction is inactive; so all requests of one are issued in one synchronous stretch.
* A write has happened when the transaction fires ``complete``, not when its requests succeed.
* A quota that is exceeded may show as ``abort`` alone, with the reason in ``transaction.error``.
* An open connection blocks whoever wants to delete or upgrade the database: each operation opens
  its own and closes it, and it closes early when ``versionchange`` asks for that.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyio.browser.javascript import (
    JsException,
    JSObject,
    array_of,
    create_proxy,
    is_nothing,
    js,
    options,
    storage_error,
    translated,
)
from pyio.browser.records import Member, Record, read, to_text
from pyio.errors import ForeignDatabaseError, StorageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

_OPEN_TIMEOUT = 10.0
"""Seconds after which an open that neither succeeds nor fails is taken to be blocked."""


@dataclass(frozen=True, slots=True)
class Database:
    """A database of a known layout: its name, its version, its stores and their key path."""

    name: str
    version: int
    stores: tuple[str, ...]
    key_path: str

    async def erase(self, what: str) -> None:
        """Delete the database. Raises StorageError."""
        with translated(what):
            request_js = js.indexedDB.deleteDatabase(self.name)
        with _events(request_js, "success", "error") as outcome:
            if await outcome == "error":
                raise storage_error(request_js.error, what)

    async def put(self, records: Mapping[str, Record], what: str) -> None:
        """Store one record in each of the stores named, all of them or none.

        They are strictly durable when this returns. `what` says what is being done, for errors.
        Raises StorageError, and then nothing was changed.
        """
        ready = {store: record.to_js() for store, record in records.items()}

        def issue(transaction_js: JSObject) -> list[JSObject]:
            return [
                transaction_js.objectStore(store).put(record_js)
                for store, record_js in ready.items()
            ]

        await self._run("readwrite", issue, what)

    async def get(
        self, store: str, key: str, buffer: Member, what: str
    ) -> tuple[str, tuple[memoryview, ...] | None] | None:
        """Return a record as `pyio.browser.records.read` gives it, or None if there is none."""

        def issue(transaction_js: JSObject) -> list[JSObject]:
            return [transaction_js.objectStore(store).get(key)]

        (record_js,) = await self._run("readonly", issue, what)
        return None if is_nothing(record_js) else await read(record_js, buffer)

    async def overview(self, whole: str, keys: str, what: str) -> tuple[dict[str, str], set[str]]:
        """Return key -> JSON text of all records in the store `whole`, and all keys of `keys`."""

        def issue(transaction_js: JSObject) -> list[JSObject]:
            whole_js = transaction_js.objectStore(whole)
            return [
                whole_js.getAllKeys(),
                whole_js.getAll(),
                transaction_js.objectStore(keys).getAllKeys(),
            ]

        found_js, records_js, keys_js = await self._run("readonly", issue, what)
        texts = {str(key): _text(found) for key, found in zip(found_js, records_js, strict=True)}
        return texts, {str(key) for key in keys_js}

    async def delete(self, key: str, store: str, what: str) -> tuple[bool, str | None]:
        """Delete `key` from all stores; return whether any had it, and its record in `store`."""

        def issue(transaction_js: JSObject) -> list[JSObject]:
            stores = [transaction_js.objectStore(name) for name in self.stores]
            requests = [transaction_js.objectStore(store).get(key)]
            requests += [store_js.getKey(key) for store_js in stores]
            for store_js in stores:
                store_js.delete(key)
            return requests

        record_js, *keys_js = await self._run("readwrite", issue, what)
        text = None if is_nothing(record_js) else _text(record_js)
        return any(not is_nothing(key_js) for key_js in keys_js), text

    async def _run(
        self, mode: str, issue: Callable[[JSObject], list[JSObject]], what: str
    ) -> list[JSObject]:
        """Run one transaction over all stores and return the results of its requests.

        `issue` gets the transaction, issues all requests and returns those whose results are
        wanted; it is no coroutine. A task that is cancelled aborts the transaction.
        """
        async with self._connection(what) as database_js:
            with translated(what):
                transaction_js = database_js.transaction(
                    array_of(self.stores), mode, options(durability="strict")
                )
            with _events(transaction_js, "complete", "abort") as outcome:
                requests = _issue(transaction_js, issue, what)
                await _finish(transaction_js, outcome, what)
            return [request_js.result for request_js in requests]

    @asynccontextmanager
    async def _connection(self, what: str) -> AsyncIterator[JSObject]:
        # Opening goes on when its caller is cancelled: a database that is being made would
        # otherwise be left without stores.
        opening = asyncio.ensure_future(self._open(what))
        try:
            database_js = await asyncio.wait_for(asyncio.shield(opening), _OPEN_TIMEOUT)
        except TimeoutError as error:
            opening.add_done_callback(_close_unwanted)
            raise StorageError(
                f"{what} failed: the database {self.name!r} did not open within "
                f"{_OPEN_TIMEOUT:.0f} seconds; another tab holds it, close that tab and try again"
            ) from error
        except asyncio.CancelledError:
            opening.add_done_callback(_close_unwanted)
            raise
        close = create_proxy(lambda _event: database_js.close())
        database_js.onversionchange = close
        try:
            self._check_layout(database_js)
            yield database_js
        finally:
            database_js.onversionchange = None
            database_js.close()
            close.destroy()

    async def _open(self, what: str) -> JSObject:
        with translated(what):
            request_js = js.indexedDB.open(self.name, self.version)
        create = create_proxy(self._create_stores)
        request_js.onupgradeneeded = create
        try:
            with _events(request_js, "success", "error") as outcome:
                if await outcome == "success":
                    return request_js.result
        finally:
            request_js.onupgradeneeded = None
            create.destroy()
        raise self._open_error(request_js.error, what)

    def _open_error(self, error_js: JSObject, what: str) -> StorageError:
        if error_js.name == "VersionError":
            return ForeignDatabaseError(
                f"{what} failed: the database {self.name!r} has a newer version than "
                f"{self.version}, so another program changed it and TensorFlow.js cannot use it "
                "either; delete it with indexedDB.deleteDatabase once its content is safe"
            )
        return storage_error(error_js, what)

    def _create_stores(self, event_js: JSObject) -> None:
        database_js = event_js.target.result
        for store in self.stores:
            if not database_js.objectStoreNames.contains(store):
                database_js.createObjectStore(store, options(keyPath=self.key_path))

    def _check_layout(self, database_js: JSObject) -> None:
        names_js = database_js.objectStoreNames
        missing = [store for store in self.stores if not names_js.contains(store)]
        if missing:
            raise ForeignDatabaseError(
                f"the database {self.name!r} has no store {' and no '.join(map(repr, missing))}: "
                "another program made it, and every save of TensorFlow.js hangs on it; delete it "
                "with indexedDB.deleteDatabase"
            )


def _text(record_js: JSObject) -> str:
    try:
        return to_text(record_js)
    except ValueError:
        return ""  # no JSON either, so that whoever reads it says that it is damaged


def _close_unwanted(opening: asyncio.Future[JSObject]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


def _issue(
    transaction_js: JSObject, issue: Callable[[JSObject], list[JSObject]], what: str
) -> list[JSObject]:
    try:
        return issue(transaction_js)
    except JsException as error:
        transaction_js.abort()
        raise storage_error(error, what) from error
    except BaseException:
        transaction_js.abort()
        raise


async def _finish(transaction_js: JSObject, outcome: asyncio.Future[str], what: str) -> None:
    try:
        if await outcome == "complete":
            return
    except asyncio.CancelledError:
        with suppress(JsException):  # it may have finished meanwhile
            transaction_js.abort()
        raise
    error_js = transaction_js.error
    if is_nothing(error_js):
        raise StorageError(f"{what} failed: the browser aborted the transaction without a reason")
    raise storage_error(error_js, what)


@contextmanager
def _events(target_js: JSObject, *names: str) -> Iterator[asyncio.Future[str]]:
    """Give a future that holds the first of the events `names` to be fired at `target_js`."""
    first: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def fired(event_js: JSObject) -> None:
        if not first.done():
            first.set_result(event_js.type)

    listener = create_proxy(fired)
    for name in names:
        target_js.addEventListener(name, listener)
    try:
        yield first
    finally:
        for name in names:
            target_js.removeEventListener(name, listener)
        listener.destroy()
