"""Two stores of one IndexedDB database, read and written together.

The rules, each of which was a bug somewhere (W3C Indexed Database API 3.0):

* No ``await`` inside a transaction. Pyodide resumes coroutines on a task, and by then the
  transaction is inactive; so all requests of one are issued in one synchronous stretch.
* A write has happened when the transaction fires ``complete``, not when its requests succeed.
* A quota that is exceeded may show as ``abort`` alone, with the reason in ``transaction.error``.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from pyio.browser.ffi import (
    JsException,
    JSObject,
    create_proxy,
    is_nothing,
    optional,
    storage_error,
    translated,
)
from pyio.browser.indexed_db.connection import Connection, first_event
from pyio.browser.indexed_db.layout import look
from pyio.browser.indexed_db.records import Kept, Member, Record, keep, read, to_text
from pyio.browser.indexed_db.turns import first_request, limit
from pyio.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pyio.browser.locks import Acquired


class Database:
    """The operations on the records of a database with a known layout.

    Args:
        name: Its name.
        version: Its version; a database of another version is another program's.
        stores: Its stores, in the order in which they are made.
        key_path: The member of every record that is its key.
    """

    def __init__(self, name: str, version: int, stores: Sequence[str], key_path: str) -> None:
        self.connection = Connection(name, version, stores, key_path)
        self._name = name
        self._stores = stores

    async def put(
        self,
        records: Mapping[str, Record],
        what: str,
        *,
        at_once: bool = False,
        acquired: Acquired | None = None,
    ) -> None:
        """Store one record in each of the stores named, all of them or none.

        They are strictly durable when this returns. Raises StorageError, and then nothing was
        changed.

        Args:
            records: Store -> record.
            what: What is being done, for errors.
            at_once: Tell the browser to commit before the requests have succeeded, which it does
                by itself otherwise. For small records that saves a tenth of the time; the commit
                can then no longer be stopped.
            acquired: Awaited before the transaction begins. Small records are made before that.
        """
        made_js: dict[str, JSObject] = {}
        if at_once:
            with translated(what):
                made_js = {store: record.to_js() for store, record in records.items()}
        if acquired is not None:
            await acquired()

        def issue(transaction_js: JSObject) -> list[JSObject]:
            requests = []
            for store, record in records.items():
                # Large weights are copied while the browser starts the transaction.
                record_js = made_js[store] if at_once else record.to_js()
                requests.append(transaction_js.objectStore(store).put(record_js))
                record.done_with(record_js)
            if at_once:
                transaction_js.commit()
            return requests

        await self._run(tuple(records), "readwrite", issue, what)

    async def get(
        self, store: str, key: str, buffer: Member, what: str, *, copy: bool = True
    ) -> tuple[str, tuple[memoryview, ...] | None] | None:
        """Return a record as `records.read` gives it, or None without a record."""
        record_js = await self._record(store, key, what)
        if is_nothing(record_js):
            return None
        try:
            return await read(record_js, buffer, copy=copy)
        except JsException as error:  # a Blob may have lost its file
            raise storage_error(error, what) from error

    async def keep(
        self, store: str, key: str, buffer: Member, what: str
    ) -> tuple[str, Kept | None] | None:
        """Return a record as `records.keep` gives it, or None without a record."""
        record_js = await self._record(store, key, what)
        return None if is_nothing(record_js) else keep(record_js, buffer)

    async def _record(self, store: str, key: str, what: str) -> JSObject:
        def issue(transaction_js: JSObject) -> list[JSObject]:
            return [transaction_js.objectStore(store).get(key)]

        (record_js,) = await self._run([store], "readonly", issue, what)
        return record_js

    async def overview(self, whole: str, keys: str, what: str) -> tuple[dict[str, str], set[str]]:
        """Return key -> JSON text of all records in the store `whole`, and all keys of `keys`.

        Does not create the database.
        """
        if not await self._exists(what):
            return {}, set()

        def issue(transaction_js: JSObject) -> list[JSObject]:
            whole_js = transaction_js.objectStore(whole)
            return [
                whole_js.getAllKeys(),
                whole_js.getAll(),
                transaction_js.objectStore(keys).getAllKeys(),
            ]

        found_js, records_js, keys_js = await self._run(self._stores, "readonly", issue, what)
        texts = {str(key): _text(found) for key, found in zip(found_js, records_js, strict=True)}
        return texts, {str(key) for key in keys_js}

    async def look_up(self, key: str, whole: str, keys: str, what: str) -> tuple[str | None, bool]:
        """Return what `overview` says of one key: its JSON text in `whole`, and if it is in `keys`.

        Does not create the database.
        """
        if not await self._exists(what):
            return None, False

        def issue(transaction_js: JSObject) -> list[JSObject]:
            return [
                transaction_js.objectStore(whole).get(key),
                transaction_js.objectStore(keys).getKey(key),
            ]

        record_js, key_js = await self._run(self._stores, "readonly", issue, what)
        text = None if is_nothing(record_js) else _text(record_js)
        return text, not is_nothing(key_js)

    async def _exists(self, what: str) -> bool:
        """Whether the database exists. Asking the browser takes longer than a whole listing."""
        return self.connection.is_open() or await look(self._name, what) is not None

    async def delete(self, key: str, store: str, what: str) -> tuple[bool, str | None]:
        """Delete `key` from all stores; return whether any had it, and its record in `store`."""

        def issue(transaction_js: JSObject) -> list[JSObject]:
            stores = [transaction_js.objectStore(name) for name in self._stores]
            requests = [transaction_js.objectStore(store).get(key)]
            requests += [store_js.getKey(key) for store_js in stores]
            for store_js in stores:
                store_js.delete(key)
            return requests

        record_js, *keys_js = await self._run(self._stores, "readwrite", issue, what)
        text = None if is_nothing(record_js) else _text(record_js)
        return any(not is_nothing(key_js) for key_js in keys_js), text

    async def alter(
        self,
        wanted: Sequence[tuple[str, str]],
        change: Callable[[list[JSObject], Callable[[str], JSObject]], None],
        what: str,
    ) -> None:
        """Read the records `wanted`, pairs of store and key, and change the database accordingly.

        `change` gets the records, None for those that are absent, and a function that returns a
        store by its name. It is called within the transaction, so no other change comes in between.
        """

        def issue(transaction_js: JSObject) -> list[JSObject]:
            requests = [transaction_js.objectStore(store).get(key) for store, key in wanted]

            def act(_event_js: JSObject) -> None:
                found = [optional(request_js.result) for request_js in requests]
                change(found, transaction_js.objectStore)

            # The last request to succeed: further requests may be issued during its event.
            callbacks.append(create_proxy(act))
            requests[-1].onsuccess = callbacks[0]
            return []

        callbacks: list[JSObject] = []
        try:
            await self._run(self._stores, "readwrite", issue, what)
        finally:
            for callback in callbacks:
                callback.destroy()

    async def revise(
        self,
        store: str,
        key: str,
        record: Record | None,
        what: str,
        *,
        seen: str | None,
        beside: tuple[str, bool],
    ) -> bool:
        """Put `record` into `store`, or delete what is there, if nothing has changed.

        That is, if the record's JSON text is still `seen` (None for no record), and `beside` still
        says whether the other store has that key. Returns whether it acted. Checks and changes
        within one transaction.
        """
        other, present = beside
        done = False

        def issue(transaction_js: JSObject) -> list[JSObject]:
            store_js = transaction_js.objectStore(store)
            own_js, beside_js = store_js.get(key), transaction_js.objectStore(other).getKey(key)

            def act(_event_js: JSObject) -> None:
                nonlocal done
                text = None if is_nothing(own_js.result) else _text(own_js.result)
                if text == seen and is_nothing(beside_js.result) is not present:
                    store_js.delete(key) if record is None else store_js.put(record.to_js())
                    done = True

            # An event of the transaction's own, during which further requests may be issued.
            callbacks.append(create_proxy(act))
            beside_js.onsuccess = callbacks[0]
            return []

        callbacks: list[JSObject] = []
        try:
            await self._run(self._stores, "readwrite", issue, what)
        finally:
            for callback in callbacks:
                callback.destroy()
        return done

    async def _run(
        self,
        stores: Sequence[str],
        mode: str,
        issue: Callable[[JSObject], list[JSObject]],
        what: str,
    ) -> list[JSObject]:
        """Run one transaction and return the results of its requests.

        `issue` gets the transaction, issues all requests and returns those whose results are
        wanted; it is not a coroutine function. A task that is cancelled aborts the transaction.
        Raises LockTimeoutError if another transaction keeps it from beginning.
        """
        transaction_js, first_js, requests = await self._begin(stores, mode, issue, what)
        # Reads have all results with the last request; writes are stored at `complete`.
        reading = mode == "readonly"
        target_js = requests[-1] if reading else transaction_js
        names = ("success", "error") if reading else ("complete", "abort")
        event = first_event(target_js, *names)
        stop = limit(transaction_js, first_js, event, self._name)
        try:
            ended = await event
        except asyncio.CancelledError:
            with suppress(JsException):  # it may have finished meanwhile
                transaction_js.abort()
            raise
        finally:
            stop()
        if ended != names[0]:
            # Where the browser itself closes the connection, requests may stay without an answer.
            answered = [request_js for request_js in requests if request_js.readyState == "done"]
            raise _failure([*(request_js.error for request_js in answered), target_js.error], what)
        return [request_js.result for request_js in requests]

    async def _begin(
        self,
        stores: Sequence[str],
        mode: str,
        issue: Callable[[JSObject], list[JSObject]],
        what: str,
    ) -> tuple[JSObject, JSObject, list[JSObject]]:
        """Return a transaction, the request that tells when it begins, and those of `issue`."""
        transaction_js = await self.connection.transaction(stores, mode, what)
        try:
            return transaction_js, *_issue(transaction_js, stores[0], issue, what)
        except StorageError as error:
            # When a quota was exceeded, Firefox lets the next transaction do nothing but delete.
            if error.reason != "InvalidStateError":
                raise
        transaction_js = await self.connection.transaction(stores, mode, what)
        return transaction_js, *_issue(transaction_js, stores[0], issue, what)


def _text(record_js: JSObject) -> str:
    try:
        return to_text(record_js)
    except ValueError:
        return ""  # no JSON either, so that the reader reports it as damaged


def _issue(
    transaction_js: JSObject, store: str, issue: Callable[[JSObject], list[JSObject]], what: str
) -> tuple[JSObject, list[JSObject]]:
    try:
        return first_request(transaction_js, store), issue(transaction_js)
    except JsException as error:
        transaction_js.abort()
        raise storage_error(error, what) from error
    except BaseException:
        transaction_js.abort()
        raise


def _failure(errors: Sequence[JSObject], what: str) -> StorageError:
    """Return the error of the first of `errors`, those of the requests, that gives a reason."""
    found = [error_js for error_js in errors if not is_nothing(error_js)]
    if not found:
        return StorageError(f"{what} failed: the browser aborted the transaction without a reason")
    # After commit() Firefox reports AbortError for the transaction, whatever its requests report.
    reasons = [error_js for error_js in found if error_js.name != "AbortError"]
    return storage_error((reasons or found)[0], what)
