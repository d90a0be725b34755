"""What every IOHandler promises. One medium per file beside this one keeps it.

**Saving is all or nothing.** When ``save`` returns, the model is stored, whole and as durable as
the medium makes it: for IndexedDB the transaction has completed with strict durability, for files
the data has been written beside and renamed. When ``save`` raises, whatever was stored under that
name before is still there, whole, and nothing else has changed. Nobody ever sees half a model: not
another tab, not a reader after a crash.

What a server does with a model that is sent to it, and whether it keeps it, is its own business: a
save over HTTP has happened when the server says so.

The one limit is the browser's: localStorage is written to disk by the browser itself, later than
the call: within 5 seconds in Firefox and Chromium (153, 156), but not within 30 in Chromium once 2
MB were written, and within one in WebKitGTK 2.50. A reload or a normal close keeps it at once; a
browser that is killed before comes back with the previous model, whole. A model for which there is
not room twice is written in place: if the kill falls into that moment, it is damaged, and named so.

**A move removes its source only when the destination is on disk.** `Durability` says of each
medium how soon that is. From IndexedDB to localStorage the source is kept at first: pyio lists,
loads and saves as if it were gone, TensorFlow.js still sees it, and a later use of pyio removes its
records (`pyio.handlers.moves`). A kill that takes the destination brings the source back under its
name, or as ``name (recovered 1)`` if another model has that name by then. A move to ``memory://``
lasts as long as the process; one to ``file://`` on a page is refused, because files there are
memory as well.

**Tabs wait for each other** where the browser has Web Locks. Whoever saves, copies, moves or
removes through pyio has the medium to itself until that is done, so that no tab removes or
replaces what another has just saved. TensorFlow.js does not ask for the lock.

In a worker, localStorage is written by the page, on which a save is one message and is done in one
stretch. A page that has gone away writes nothing more, so the worker asks another one; if there is
none the error says that it is not known whether the save happened, whole as ever.

**Loading gives the whole model or says what is wrong and where.** The weight specs must account
for every byte of the weight data. Truncated, foreign and damaged data raises DamagedModelError,
which names the address and the problem; it is never decoded. Digests that were stored with
the model (`pyio.checksum`) are verified; a medium keeps them as it keeps every other field.

**A StoreManager lists what there is.** One damaged entry never hides the others: it is listed with
its ``damage`` in words, and it can be removed like any other.

**Every long operation says how far it is.** A medium's handler takes ``on_progress``, as
`pyio.progress` describes. An exception that the callback raises ends the operation, and then a
save has not happened.

**A caller's task may be cancelled** at any ``await``; the promises above hold then as well, but
that a save which was being committed just then may have happened, whole.

**A handler may describe**: ``describe()`` gives the artifacts without their weight data and
without reading it, for `pyio.inspect`.

**Files are two or more, and still one model.** ``file://`` replaces them together, by a journal
that `pyio.handlers.folder` explains: whoever loads through pyio sees all the old files or all the
new ones, after a crash at any moment.

Handlers know bytes and JSON, no models and no NumPy. A handler of your own is any object with a
``save(artifacts)`` or a ``load()``, or both; either may be a coroutine function or a plain one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from contextlib import AbstractAsyncContextManager

    from pyio.artifacts import ModelArtifacts, ModelArtifactsInfo, SaveResult


@runtime_checkable
class SaveHandler(Protocol):
    """Something that stores model artifacts."""

    def save(self, artifacts: ModelArtifacts, /) -> SaveResult | Awaitable[SaveResult]:
        """Store `artifacts`, all of them or nothing, and return what was stored."""
        ...


@runtime_checkable
class LoadHandler(Protocol):
    """Something that brings model artifacts."""

    def load(self) -> ModelArtifacts | Awaitable[ModelArtifacts]:
        """Return the whole model, or raise what keeps it from being one."""
        ...


@runtime_checkable
class IOHandler(SaveHandler, LoadHandler, Protocol):
    """Something that does both, as the handlers of most media do."""


@runtime_checkable
class StoreManager(Protocol):
    """Something that knows all models of one medium."""

    async def list(self) -> dict[str, ModelArtifactsInfo]:
        """Return path -> info of every model stored, damaged ones included."""
        ...

    async def remove(self, path: str, /) -> ModelArtifactsInfo:
        """Remove the model and return what was known of it. Raises ModelNotFoundError."""
        ...


@runtime_checkable
class DurableManager(StoreManager, Protocol):
    """The manager of a medium on whose disk a model is when a save returns."""

    def moving(self, path: str, /) -> AbstractAsyncContextManager[None]:
        """Give a block that copies the model to a medium which is written to disk later.

        After the block the model is gone, and what is stored is removed once the destination is
        known to be on disk. An exception inside the block leaves the model as it was.
        """
        ...


AnyHandler: TypeAlias = "SaveHandler | LoadHandler"
"""What functions accept in place of an address."""
