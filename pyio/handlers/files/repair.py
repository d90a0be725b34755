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

from pyio.errors import InvalidModelError, ModelNotFoundError, StorageError, StorageRefusedError
from pyio.format.manifest import is_weights_file, parse_model_json
from pyio.handlers.files.folder import Folder
from pyio.handlers.files.handler import local_path
from pyio.handlers.findings import Choices, Finding, Found, Leftover, report_only

if TYPE_CHECKING:
    from collections.abc import Iterator


async def find(path: str, choices: Choices) -> Found:
    """Return what is left over in a directory and below it."""
    place = local_path(path)
    if not place.is_dir():
        raise ModelNotFoundError(f"file://{path}", f"there is no directory {str(place)!r}")
    leftovers: list[Leftover] = []
    try:
        for directory, _, names in os.walk(place, onerror=_refuse):
            leftovers += _directory(Path(directory), sorted(names), place, choices)
    except PermissionError as error:
        what = f"repairing {f'file://{path}'!r} failed: {error}"
        raise StorageRefusedError(what, "PermissionError") from error
    except OSError as error:
        what = f"repairing {f'file://{path}'!r} failed: {error}"
        raise StorageError(what, type(error).__name__) from error
    return Found(tuple(leftovers))


def _refuse(error: OSError) -> None:
    raise error


def _directory(
    directory: Path, names: list[str], place: Path, choices: Choices
) -> Iterator[Leftover]:
    folder = Folder(directory)
    interrupted = folder.journal.is_file()
    if interrupted:
        yield _journal(folder)
    for file in folder.temporaries():
        with suppress(FileNotFoundError):  # the save that wrote it is done
            yield _temporary(folder, file, choices)
    shards = [directory / name for name in names if is_weights_file(name)]
    if shards and not interrupted:
        used = _used(directory, place)
        for file in shards:
            if file not in used:
                yield report_only(
                    str(file),
                    "no model.json that can be read names it",
                    "delete it yourself if no program uses it",
                )


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


def _used(directory: Path, place: Path) -> set[Path]:
    """Return the weight files that any json of the directory, or above it in `place`, names."""
    used = set()
    for parent in (directory, *directory.parents):
        for json in parent.glob("*.json"):
            try:
                groups = parse_model_json(json.read_bytes()).groups or ()
            except (OSError, InvalidModelError):
                continue
            used |= {parent / path for group in groups for path in group.paths}
        if parent == place:
            break
    return used
