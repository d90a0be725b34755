"""What interrupted saves have left in directories; `folder.py` says how they come about.

A load reads around an interrupted save, and the next save finishes it. A repair is for directories
that no program saves to again.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pyio import limits
from pyio.errors import (
    InvalidModelError,
    LockTimeoutError,
    ModelNotFoundError,
    StorageError,
    StorageRefusedError,
)
from pyio.format.manifest import is_weights_file, parse_model_json
from pyio.handlers.files.folder import Folder
from pyio.handlers.files.handler import local_path
from pyio.handlers.files.opening import read_file
from pyio.handlers.findings import Choices, Finding, Found, Leftover, report_only

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


async def find(path: str, choices: Choices) -> Found:
    """Return what is left over in a directory and below it."""
    place = local_path(path)
    try:
        _require_directory(path, place)
        return Found(tuple([found async for found in _Search(place, choices).leftovers()]))
    except PermissionError as error:
        what = f"repairing {f'file://{path}'!r} failed: {error}"
        raise StorageRefusedError(what, "PermissionError") from error
    except (ModelNotFoundError, LockTimeoutError):
        raise
    except OSError as error:
        what = f"repairing {f'file://{path}'!r} failed: {error}"
        raise StorageError(what, type(error).__name__) from error


def _require_directory(path: str, place: Path) -> None:
    if not place.is_dir():
        raise ModelNotFoundError(f"file://{path}", f"there is no directory {str(place)!r}")
    next(place.iterdir(), None)  # what lies below may refuse, the place itself may not


class _Search:
    """One look through a directory and all below it; each json is read once."""

    def __init__(self, place: Path, choices: Choices) -> None:
        self._place = place
        self._choices = choices
        self._used: dict[Path, set[Path]] = {}
        self._unread: list[OSError] = []

    async def leftovers(self) -> AsyncIterator[Leftover]:
        """Yield what is left over. Saves may run meanwhile, and directories may go."""
        for name, _, _ in os.walk(self._place, onerror=self._unread.append):
            folder = Folder(Path(name))
            async with folder.reading():  # no save is finished while its files are looked at
                try:
                    found = list(self._directory(folder))
                except (FileNotFoundError, NotADirectoryError):
                    continue
                except OSError as error:
                    self._unread.append(error)
                    continue
            for leftover in found:
                yield leftover
        for refused in self._unread:
            if not isinstance(refused, FileNotFoundError | NotADirectoryError):
                yield report_only(
                    str(refused.filename), f"it cannot be read: {refused}", "repair it as its owner"
                )

    def _directory(self, folder: Folder) -> Iterator[Leftover]:
        interrupted = folder.journal.is_file()
        if interrupted:
            yield _journal(folder)
        for file in folder.temporaries():
            with suppress(FileNotFoundError):  # the save that wrote it is done
                yield _temporary(folder, file, self._choices)
        self._note(folder.path)
        shards = sorted(file for file in folder.path.iterdir() if is_weights_file(file.name))
        above = [folder.path, *folder.path.parents]
        above = above[: above.index(self._place) + 1]
        for file in shards if not interrupted else ():
            if not any(file in self._used[parent] for parent in above):
                yield report_only(
                    str(file),
                    "no model.json that can be read names it",
                    "delete it yourself if no program uses it",
                )

    def _note(self, directory: Path) -> None:
        """Read which weight files the jsons of a directory name, there and below."""
        self._used[directory] = set()
        for json in directory.glob("*.json"):
            try:
                text = read_file(json, directory, limits.JSON_BYTES)
                groups = parse_model_json(text, json.name).groups or ()
            except (OSError, InvalidModelError):
                continue
            self._used[directory] |= {directory / path for group in groups for path in group.paths}


def _journal(folder: Folder) -> Leftover:
    where = str(folder.journal)
    placed, removed = folder.unfinished()
    if not placed and not removed:
        size = folder.journal.stat().st_size
        finding = Finding(where, "nothing is left to do of it", "remove it", bytes_freed=size)
        return Leftover(finding, folder.finish)
    replaced = [name for name in (*placed, *removed) if (folder.path / name).is_file()]
    freed = sum((folder.path / name).stat().st_size for name in replaced)
    steps = [
        f"{verb} {', '.join(map(repr, names))}"
        for verb, names in (("put in place", placed), ("remove", removed))
        if names
    ]
    problem = "a save has happened, and was interrupted before all files were in place"
    finding = Finding(where, problem, f"finish it: {' and '.join(steps)}", bytes_freed=freed)
    return Leftover(finding, folder.finish)


def _temporary(folder: Folder, file: Path, choices: Choices) -> Leftover:
    about = file.stat()
    age = max(time.time() - about.st_mtime, 0)
    problem = f"a save that is not done wrote it, {age:,.0f} seconds ago"
    if age <= choices.older_than:
        action = (
            f"a save may be running; it is removed once it is older than {choices.older_than:,.0f} "
            "seconds; a smaller older_than is for when you know that none runs"
        )
        return report_only(str(file), problem, action)
    finding = Finding(str(file), problem, "remove it", bytes_freed=about.st_size)
    return Leftover(finding, partial(folder.remove_temporary, file, about.st_mtime))
