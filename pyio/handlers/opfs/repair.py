"""What interrupted saves and removals have left in the origin private file system."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pyio.browser.opfs import directories
from pyio.browser.opfs.handles import PROBE
from pyio.errors import DamagedModelError, ModelNotFoundError
from pyio.handlers.findings import Finding, Found, Leftover, report_only
from pyio.handlers.opfs import generations, moves
from pyio.handlers.opfs.handler import OPFSHandler
from pyio.handlers.opfs.layout import JSON, ROOT, WEIGHTS, directory, name_of
from pyio.handlers.opfs.store import exclusive, models

if TYPE_CHECKING:
    from pyio.handlers.findings import Choices
    from pyio.handlers.opfs.generations import Generations

_WHAT = "repairing the origin private file system"


async def find(path: str, choices: Choices) -> Found:  # noqa: ARG001 - nothing to choose here
    """Return what is left over, of the model `path` or of all."""
    if not path:
        await models()  # settles the moves that are due
    async with exclusive():  # a save that is at work has left nothing over
        found = await directories.entries((ROOT,), _WHAT)
        if found is None:
            return Found()
        if path:
            return Found(tuple(await _model(directory(path))))
        leftovers = [_probe(name) for name in found.files if name.startswith(PROBE)]
        for folder in sorted(found.folders):
            leftovers += await _model(folder)
    return Found(tuple(leftovers))


def _probe(name: str) -> Leftover:
    problem = "an empty file by which a page that was closed tried what it may do"
    finding = Finding(f"{ROOT}/{name}", problem, "remove it")
    return Leftover(finding, partial(directories.remove, (ROOT,), name, _WHAT))


async def _model(folder: str) -> list[Leftover]:
    found = await generations.look((ROOT, folder), _WHAT)
    newest = found.newest
    name = name_of(folder, None if newest is None else newest.manifest)
    if name is None:
        problem = "it is not a directory of a model as pyio keeps it"
        choice = "it may be another program's; remove it if no program uses it"
        return [report_only(f"{ROOT}/{folder}", problem, choice)]
    kept = await moves.still_needed(found)
    current = None if newest is None else newest.number
    left = [number for number in found.numbers if number != current and number not in kept]
    leftovers = [await _generation(name, folder, number, found) for number in left]
    if not found.numbers:
        finding = Finding(f"opfs://{name}", "its directory is there and no model", "remove it")
        leftovers.append(Leftover(finding, partial(_remove_if_same, folder, found)))
    if current is not None and current not in kept:
        leftovers += await _damage(name)
    return leftovers


async def _generation(name: str, folder: str, number: int, found: Generations) -> Leftover:
    newest = found.newest
    problem = "a save was interrupted, and its files are left"
    if newest is not None and number < newest.number:
        problem = "an older model is left, which a newer one has replaced"
    path = (ROOT, folder, str(number))
    sizes = [await directories.size(path, file, _WHAT) for file in (JSON, WEIGHTS)]
    freed = sum(size or 0 for size in sizes)
    where = f"opfs://{name} (generation {number})"
    finding = Finding(where, problem, "remove it", bytes_freed=freed)
    return Leftover(finding, partial(_remove_if_same, folder, found, number))


async def _remove_if_same(folder: str, seen: Generations, number: int | None = None) -> bool:
    """Remove a generation, or an empty directory, if nothing has been saved since."""
    async with exclusive():
        found = await generations.look((ROOT, folder), _WHAT)
        before, now = seen.newest, found.newest
        if (before and before.number) != (now and now.number):
            return False
        if number is not None:
            if number not in found.numbers:
                return False
            await generations.remove(folder, number, _WHAT, found.moving.get(number))
        return await directories.remove((ROOT,), folder, _WHAT, only_empty=True)


async def _damage(name: str) -> list[Leftover]:
    handler = OPFSHandler(name)
    try:
        await handler.load()
    except DamagedModelError as error:
        return [report_only(handler.url, error.problem, "remove_model() removes it")]
    except ModelNotFoundError:
        pass  # it has just been removed
    return []
