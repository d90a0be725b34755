"""Several files of one directory that change together, or not at all.

A file system renames one file at a time, and a model is at least two. So:

1. All new files are written under temporary names and flushed to disk.
2. A journal that says which temporary file becomes which is flushed and renamed into place. With
   this one rename the save has happened.
3. The files are renamed, those of the previous model that are no longer named are removed, and
   the journal is removed.

A reader looks at the journal first, so after a crash at any moment it sees
all the old files or all the new ones. The next save finishes the rest. A program that knows
nothing of the journal can see a mixture only after a crash within step 3, which lasts microseconds.
Readers and writers keep out of each other's way by a lock on the directory (``flock``), which
leaves no file behind; Windows and Pyodide have none. A lock that is not released in time is an
error.

A journal may have come with a directory that was downloaded. So it can only name what a save
writes and removes: ``model.json``, files of weights, and the temporary file of each.
"""

from __future__ import annotations

import asyncio
import errno
import json
import os
import secrets
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from pyio.errors import InvalidModelError, LockTimeoutError
from pyio.format.json_text import loads
from pyio.format.manifest import is_weights_file
from pyio.handlers.files.opening import created, opened_directory, read_file
from pyio.handlers.findings import STALE
from pyio.progress import chunks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from pyio.progress import Meter

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_JOURNAL = ".pyio-save.json"
_TEMPORARY = ".pyio-tmp"

_JOURNAL_BYTES = 4 * 1024 * 1024
"""More than a save in the most files that are read takes for its journal."""

_PASSING = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO)
"""Why a directory cannot be opened now. All other reasons hold for good, and then it has no lock:
Windows opens none, and it may not be there."""

_PAUSE = 0.005
"""Seconds between two attempts to get the lock."""

_PATIENCE = 60.0
"""Seconds that a save waits for the lock: loads hold it as long as they read. So does a load while
a save is being finished, which takes moments, but longer on a disk that is busy."""

_HURRY = 3.0
"""Seconds that a load waits for a lock that no save holds."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The files of a directory as they are while the lock is held.

    Attributes:
        path: The directory.
        pending: Name -> temporary file of what an interrupted save has still to put in place.
    """

    path: Path
    pending: Mapping[str, str]

    def locate(self, name: str) -> Path:
        """Return where the file `name` is now; it may not be there at all."""
        temporary = self.pending.get(name)
        if temporary is not None and (self.path / temporary).is_file():
            return self.path / temporary
        return self.path / name

    def has(self, name: str) -> bool:
        """Return whether anything is there under this name, a broken link too."""
        return os.path.lexists(self.locate(name))


class Folder:
    """A directory whose files are read and replaced together."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def contents(self) -> Contents:
        """Return where the files are at this moment; `reading` keeps them there."""
        return Contents(self.path, self._journal()["rename"])

    @property
    def journal(self) -> Path:
        """Where the journal is, while a save has happened and is not finished."""
        return self.path / _JOURNAL

    def unfinished(self) -> tuple[list[str], list[str]]:
        """Return the files that the journal still puts in place, and those that it removes.

        Both are empty if there is no journal, or if it is not one of ours.
        """
        plan = self._journal()
        renamed = [new for new, old in plan["rename"].items() if (self.path / old).is_file()]
        return renamed, [name for name in plan["remove"] if (self.path / name).is_file()]

    def temporaries(self) -> list[Path]:
        """Return the temporary files that no journal names."""
        pending = {*self._journal()["rename"].values()}
        files = sorted(self.path.glob(f".*{_TEMPORARY}"))
        return [file for file in files if file.name not in pending]

    async def finish(self) -> bool:
        """Finish the save that the journal records, and return True. Raises OSError."""
        async with self._locked(shared=False):
            self._complete()
        return True

    async def remove_temporary(self, file: Path, written: float) -> bool:
        """Remove a file of `temporaries` unless it was written to since; return whether."""
        async with self._locked(shared=False):
            return self._remove_temporary(file, written)

    def _remove_temporary(self, file: Path, written: float) -> bool:
        # Not `temporaries`: a directory with thousands of them would be listed once for each.
        if file.name in self._journal()["rename"].values() or file.stat().st_mtime != written:
            return False
        file.unlink()
        return True

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Contents]:
        """Keep the files as they are inside the block, and give where they are."""
        async with self._locked(shared=True):
            yield self.contents()

    async def replace(
        self, files: Mapping[str, Sequence[memoryview]], obsolete: Iterable[str], meter: Meter
    ) -> None:
        """Write `files` and remove the files `obsolete`, all of it or nothing.

        Raises OSError, and then the files are what they were.
        """
        created = _make_directories(self.path)
        token = secrets.token_hex(4)
        temporary = {name: f".{name}.{token}{_TEMPORARY}" for name in files}
        try:
            for name, pieces in files.items():
                await self._write(temporary[name], name, pieces, meter)
            async with self._locked(shared=False):
                self._finish()
                self._commit({"rename": temporary, "remove": sorted({*obsolete} - {*files})}, token)
                self._finish()
                self._remove_stale()
        except BaseException:
            if self._may_have_happened(temporary):  # interrupted after the save had happened
                raise
            for name in temporary.values():
                (self.path / name).unlink(missing_ok=True)
            with suppress(OSError):
                for directory in created:
                    directory.rmdir()
            raise

    async def replace_file(
        self,
        name: str,
        pieces: Sequence[memoryview],
        meter: Meter,
        require_allowed: Callable[[], None] = lambda: None,
    ) -> None:
        """Write one file, all of it or nothing: it takes the old one's place by one rename.

        `require_allowed` is called while the lock is held. What it raises ends the save. Raises
        OSError, and then the old file is what it was.
        """
        made = _make_directories(self.path)
        temporary = self.path / f".{name}.{secrets.token_hex(4)}{_TEMPORARY}"
        try:
            await self._write(temporary.name, name, pieces, meter)
            async with self._locked(shared=False):
                require_allowed()
                temporary.replace(self.path / name)
                self._flush_directory()
                self._remove_stale()
        except BaseException:
            temporary.unlink(missing_ok=True)
            with suppress(OSError):
                for directory in made:
                    directory.rmdir()
            raise

    async def remove_file(
        self, name: str, require_allowed: Callable[[], None] = lambda: None
    ) -> bool:
        """Remove one file, and return whether it was there; see `replace_file`."""
        async with self._locked(shared=False):
            require_allowed()
            try:
                (self.path / name).unlink()
            except FileNotFoundError:
                return False
            self._flush_directory()
            return True

    async def _write(
        self, temporary: str, name: str, pieces: Sequence[memoryview], meter: Meter
    ) -> None:
        with created(self.path / temporary) as file:
            for piece in pieces:
                for chunk in chunks(piece):
                    file.write(chunk)
                    if not name.endswith(".json"):
                        meter.advance(chunk.nbytes, name)
                    await asyncio.sleep(0)
            _flush(file)

    def _commit(self, journal: dict[str, object], token: str) -> None:
        temporary = self.path / f"{_JOURNAL}.{token}{_TEMPORARY}"
        try:
            with created(temporary) as file:
                file.write(json.dumps(journal).encode())
                _flush(file)
            temporary.replace(self.journal)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        self._flush_directory()

    def _finish(self) -> None:
        """Finish the renames that the journal lists. Never fails: readers follow the journal."""
        with suppress(OSError):
            self._complete()

    def _complete(self) -> None:
        if not os.path.lexists(self.journal):
            return
        plan = self._journal()
        for name, temporary in plan["rename"].items():
            if (self.path / temporary).is_file():
                (self.path / temporary).replace(self.path / name)
        for name in plan["remove"]:
            (self.path / name).unlink(missing_ok=True)
        self._flush_directory()
        self.journal.unlink()

    def _may_have_happened(self, temporary: Mapping[str, str]) -> bool:
        try:
            return self._journal()["rename"] == temporary
        except OSError:  # then the files are left, which `_remove_stale` removes one day
            return True

    def _journal(self) -> dict[str, dict[str, str]]:
        """Return what a journal says; nothing if it is absent or not one of ours.

        Raises OSError for one that cannot be read now, because the system has no more open files
        for example: a save may have happened, and would be lost if its journal were passed over.
        """
        nothing: dict[str, dict[str, str]] = {"rename": {}, "remove": {}}
        try:
            text = read_file(self.journal, self.path, _JOURNAL_BYTES)
        except InvalidModelError:
            return nothing
        except OSError as error:
            if isinstance(error, FileNotFoundError) or not os.path.lexists(self.journal):
                return nothing
            raise
        try:
            plan: Any = loads(text, "the journal")
            renames = {str(name): str(temporary) for name, temporary in plan["rename"].items()}
            removes = dict.fromkeys(map(str, plan["remove"]), "")
        except (ValueError, TypeError, KeyError, AttributeError):
            return nothing
        ours = all(_is_ours(name, temporary) for name, temporary in renames.items())
        if not ours or not all(map(is_weights_file, removes)):
            return nothing
        return {"rename": renames, "remove": removes}

    def _remove_stale(self) -> None:
        with suppress(OSError):
            for file in self.path.glob(f".*{_TEMPORARY}"):
                if time.time() - file.stat().st_mtime > STALE:
                    file.unlink(missing_ok=True)

    def _flush_directory(self) -> None:
        with suppress(OSError):  # a directory cannot be opened on Windows
            number = opened_directory(self.path)
            try:
                os.fsync(number)
            finally:
                os.close(number)

    @asynccontextmanager
    async def _locked(self, *, shared: bool) -> AsyncIterator[None]:
        try:
            number = opened_directory(self.path)
        except OSError as error:
            if error.errno in _PASSING:
                raise
            yield
            return
        try:
            begun = time.monotonic()
            while not _lock(number, shared=shared):
                self._require_patience(time.monotonic() - begun, shared=shared)
                await asyncio.sleep(_PAUSE)
            yield
        finally:
            os.close(number)

    def _require_patience(self, waited: float, *, shared: bool) -> None:
        """Raise LockTimeoutError once the lock has been waited for too long."""
        if waited <= _HURRY or (waited <= _PATIENCE and not shared):
            return
        if waited <= _PATIENCE and any(self.path.glob(f".*{_TEMPORARY}")):
            return  # a save is being finished
        raise LockTimeoutError(str(self.path), "another program (`lslocks` names it)", waited)


def _is_ours(name: str, temporary: str) -> bool:
    """Whether a save puts this temporary file in place under this name."""
    if name != "model.json" and not is_weights_file(name):
        return False
    begin, end = f".{name}.", _TEMPORARY
    token = temporary.removeprefix(begin).removesuffix(end)
    return temporary == f"{begin}{token}{end}" and token.isalnum()


def _lock(number: int, *, shared: bool) -> bool:
    """Return whether the lock was acquired; true on systems without file locks."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(number, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _make_directories(path: Path) -> list[Path]:
    """Make `path` and its parents; return those that were made, the innermost first."""
    created = []
    for directory in (path, *path.parents):
        if directory.exists():
            break
        created.append(directory)
    path.mkdir(parents=True, exist_ok=True)
    return created


def _flush(file: IO[Any]) -> None:
    file.flush()
    os.fsync(file.fileno())
