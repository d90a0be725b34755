"""What every medium promises, and the base classes that carry it.

**Saving is all or nothing.** When ``save`` returns, the model is stored, whole and as durable as
the medium makes it: for IndexedDB the transaction has completed with strict durability, for OPFS a
new generation of files is flushed, for files the data has been written to temporary files and
renamed. When ``save`` raises, whatever was stored
under that name before is still there, whole, and nothing else has changed. Half a model is never
visible: not to another tab, and not after a crash.

A save over HTTP has happened when the server answers with success. What the server does with the
model then is outside of this contract.

The one limit is the browser's. It writes localStorage to disk after the call has returned: within
5 seconds in Firefox and Chromium (153, 156), but not within 30 in Chromium once 2 MB were written,
and within one in WebKitGTK 2.50. A reload or a normal close keeps the model at once. A browser that
is killed earlier comes back with the previous model, whole. If localStorage has no room for the old
and the new model together, the new one is written over the old one. A kill in that moment leaves a
damaged model, and a load names the damage.

**A move removes its source only when the destination is on disk.** `Durability` says of each
medium how soon that is. What holds when `move_model` returns, and after a kill of the browser or of
the process at any later moment::

    from / to       indexeddb          localstorage       file (CPython)    memory
    indexeddb       there, on disk     there; source      -                 until the page
                                       kept until it is                     ends
                                       on disk
    localstorage    there, on disk;    there, or at the   -                 until the page
                    perhaps at the     source, in the                       ends
                    source as well     order of writing
    memory          there, on disk     there, once it     there, on disk    until the
                                       is on disk                           process ends

What stands for indexeddb holds for opfs too, from and to, also between the two of them. "There" is
whole under its new name, for pyio and, but for opfs, for TensorFlow.js. A kill before `move_model`
returns leaves the model at the source, at the destination or at both, whole each time.
``copy_model`` promises the same of the destination, from every medium that loads, and never changes
the source. Moves from a medium that cannot remove (``file``, ``http``) are refused, and so are
moves to one that cannot say whether it keeps the model (``http``, ``downloads``).

From IndexedDB and OPFS to localStorage the source is kept at first: pyio lists, loads and saves as
if it were gone, TensorFlow.js still sees it in IndexedDB, and a later use of pyio removes it
(`pyio.handlers.local_storage.moves`). A kill that takes the destination brings the source
back under its name, or as ``name (recovered 1)`` if another model has that name by then. A move to
``memory://`` lasts as long as the process; one to ``file://`` on a page is refused, because files
there are memory as well.

**Tabs take turns** where the browser has Web Locks. A save, copy, move or removal through pyio
holds the lock of the medium until it is done, so that no tab removes or replaces what another has
just saved. TensorFlow.js does not request the lock. A wait for it ends with LockTimeoutError after
`pyio.limits.LOCK_SECONDS` for each operation that comes first, and nothing has changed then.
Chromium gives tabs separate locks if the site's data were cleared between the opening of the two.
Each model is whole even so.

**What TensorFlow.js saves stays.** pyio's journal of localStorage has digests of what it replaces.
After a crash it is carried out only while all its items are what they were or what they are to be.

In a worker, localStorage is written by the page. A save is one message to the page, which carries
it out in one stretch. If that page closes, the worker repeats the save on another page. If no page
is left, the error says that the outcome is unknown; either way the stored model is whole.

**Loading gives the whole model, or an error that says what is wrong and where.** The weight specs
must account for every byte of the weight data. Truncated, foreign and damaged data raises
DamagedModelError, which names the address and the problem; it is never decoded. Digests that were
stored with the model (`pyio.format.checksum`) are verified. A medium keeps them as it keeps every
other field.

**Listing never fails on one entry.** A damaged entry does not hide the others: it is listed with
its ``damage`` in words, and it can be removed like any other.

**Long operations report progress.** A handler takes ``on_progress``, as `pyio.progress` describes.
An exception that the callback raises ends the operation, and then a save has not happened.

**A task may be cancelled** at any ``await``. All promises still hold. A save that was already
committing may complete.

**A handler may describe**: ``describe()`` gives the artifacts without their weight data and
without reading it, for `pyio.inspect`.

**Files of other programs are converted.** Where a medium finds no model.json, it gives a view of
its files to `pyio.converters.table`. Media that keep records have no files.

**A model in several files is still one model.** ``file://`` replaces them together, by a journal
that `pyio.handlers.files.folder` explains: a load through pyio sees all the old files or all the
new ones, after a crash at any moment.

Handlers know bytes and JSON, no models and no NumPy. A handler of your own is any object with a
``save(artifacts)`` or a ``load()``, or both; either may be a coroutine function or a plain one. The
media of pyio inherit from `Saver` and `Loader`, which check, serialize and measure what is saved,
and name what is damaged, in one place.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import asynccontextmanager, nullcontext
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeAlias, runtime_checkable

from pyio.errors import (
    DamagedModelError,
    InvalidModelError,
    ModelNotFoundError,
    OtherFormatError,
    OutOfMemoryError,
    UnsupportedModelError,
)
from pyio.format.layout import require_sizes_match
from pyio.format.manifest import NoModelJSONError
from pyio.format.serialized import serialize
from pyio.format.specs import require_readable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

    from pyio.converters.files import Files
    from pyio.format.artifacts import ModelArtifacts, ModelArtifactsInfo, SaveResult
    from pyio.format.serialized import Serialized

Acquired: TypeAlias = "Callable[[], Awaitable[None]]"
"""Returns once the lock of the medium is held."""


@runtime_checkable
class SaveHandler(Protocol):
    """Something that stores model artifacts."""

    def save(self, artifacts: ModelArtifacts, /) -> SaveResult | Awaitable[SaveResult]:
        """Store `artifacts`, all of them or nothing, and return what was stored."""
        ...


@runtime_checkable
class LoadHandler(Protocol):
    """Something that loads model artifacts."""

    def load(self) -> ModelArtifacts | Awaitable[ModelArtifacts]:
        """Return the whole model. Raises an error with the reason if it is not whole."""
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


class Saver(ABC):
    """Saves to one place of a medium.

    Attributes:
        streams: Whether it saves weights that are not loaded piece by piece.
    """

    streams: ClassVar[bool] = False

    async def save(self, artifacts: ModelArtifacts, /) -> SaveResult:
        """Store `artifacts`, all of them or nothing, and return what was stored.

        Raises InvalidModelError for artifacts that cannot be written and read again.
        """
        if artifacts.stored is not None:
            from pyio.format.stored import for_a_medium  # late: few models are loaded lazily

            artifacts = await for_a_medium(artifacts, streams=self.streams)
        # The browser takes a millisecond to answer for a lock, in which all of this is done.
        with self._request_lock() as acquired:
            if artifacts.stored is None:
                require_sizes_match(artifacts)
            require_readable(artifacts.weight_specs or ())
            with EnoughMemory("saving the model"):
                return await self._store(serialize(artifacts), acquired)

    def _request_lock(self) -> AbstractContextManager[Acquired]:
        """Request the lock that a save needs, and release it when the block ends."""
        return nullcontext(_at_once)

    @abstractmethod
    async def _store(self, model: Serialized, acquired: Acquired) -> SaveResult:
        """Write `model`, all of it or nothing, after ``await acquired()``."""


class Loader(ABC):
    """Loads from one place of a medium.

    Attributes:
        url: The address, for errors.
        reads_ranges: Whether `lazy` leaves the weights where they are stored.
    """

    url: str
    reads_ranges: ClassVar[bool] = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.url!r}>"

    async def load(self, **importing: Any) -> ModelArtifacts:
        """Return the whole model, or raise what keeps it from being one.

        `importing` are options of the importer, if the files are those of another program.
        Raises UnsupportedModelError for a choice that a model of TensorFlow.js does not have.
        """
        with EnoughMemory(f"loading {self.url!r}"), Damaged(self.url):
            try:
                artifacts = await self._fetch()
            except FOREIGN as error:
                return await imported(self._files(), error, importing)
            require_unchosen(importing)
            return artifacts

    async def lazy(self, **importing: Any) -> ModelArtifacts:
        """Return the model with weights that are read in ranges of bytes.

        That saves memory where the medium `reads_ranges`. Elsewhere they are loaded here.
        """
        from pyio.format.stored import in_memory  # late: few models are loaded lazily

        return in_memory(await self.load(**importing))

    async def describe(self, **importing: Any) -> ModelArtifacts:
        """Return the model without its weight data, which is not read."""
        with EnoughMemory(f"reading {self.url!r}"), Damaged(self.url):
            try:
                artifacts = await self._outline()
            except FOREIGN as error:
                return await imported(self._files(), error, importing, weights=False)
            require_unchosen(importing)
            return artifacts

    @asynccontextmanager
    async def _files(self) -> AsyncIterator[Files | None]:
        """Give the files here, of which an importer may know something; None for records."""
        yield None

    async def exists(self) -> bool:
        """Return whether anything is stored here, damaged or not."""
        try:
            await self.describe()
        except ModelNotFoundError:
            return False
        except InvalidModelError:
            return True
        return True

    @abstractmethod
    async def _fetch(self) -> ModelArtifacts:
        """Read the model. Raises InvalidModelError if it cannot be one."""

    @abstractmethod
    async def _outline(self) -> ModelArtifacts:
        """Read all but the weight data. Raises InvalidModelError if it cannot be a model."""


def require_unchosen(importing: Mapping[str, Any]) -> None:
    """Raise UnsupportedModelError if a choice was made for a model of TensorFlow.js."""
    if any(value is not None for key, value in importing.items() if key != "for_tfjs"):
        from pyio.converters.options import TFJS, require_no_choice  # late: few loads need it

        require_no_choice(importing, TFJS)


FOREIGN = (NoModelJSONError, OtherFormatError, ModelNotFoundError)
"""What a medium raises where it finds no model.json."""


async def imported(
    opened: AbstractAsyncContextManager[Files | None],
    error: Exception,
    options: Mapping[str, Any],
    *,
    weights: bool = True,
) -> ModelArtifacts:
    """Return the model that an importer makes of files. Raises `error` if none knows them."""
    from pyio.converters.table import recognised  # late: no model of TensorFlow.js needs it

    async with opened as files:
        found = None if files is None else await recognised(files)
        if found is None:
            raise error
        importer, its_files = found
        read = importer.artifacts if weights else importer.outline
        return await read(its_files, **options)


class _Block:
    """A block whose errors are translated by a subclass.

    A class, because small loads pass through here: a generator takes longer.
    """

    __slots__ = ("_what",)

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        pass


class EnoughMemory(_Block):
    """Turns a MemoryError inside the block into an OutOfMemoryError for what is being done."""

    __slots__ = ()

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, MemoryError) and not isinstance(error, OutOfMemoryError):
            raise OutOfMemoryError(self._what) from error


_CLEAR = (DamagedModelError, OtherFormatError, UnsupportedModelError)
"""Errors that name the address already, or say that nothing is damaged."""


class Damaged(_Block):
    """Turns an InvalidModelError inside the block into a DamagedModelError with the address."""

    __slots__ = ()

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, InvalidModelError) and not isinstance(error, _CLEAR):
            raise DamagedModelError(self._what, str(error)) from error


async def _at_once() -> None:
    pass
