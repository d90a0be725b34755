"""What interrupted saves have left in IndexedDB.

TensorFlow.js writes the info and the model in two transactions, and removes them in two. Between
the two, or if the second fails, an info stays without its model, or a model without its info. Each
model is one record, so that one without info can be whole.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pyio.browser.indexed_db import layout as databases
from pyio.browser.indexed_db.space import SCRATCH
from pyio.errors import DamagedModelError, ModelNotFoundError
from pyio.handlers.findings import Finding, Found, Leftover, report_only
from pyio.handlers.indexed_db import moves, store
from pyio.handlers.indexed_db.handler import IndexedDBHandler
from pyio.handlers.indexed_db.layout import NAME, STORES, VERSION, info_of

if TYPE_CHECKING:
    from pyio.handlers.findings import Choices

_WHAT = "repairing IndexedDB"


async def find(path: str, choices: Choices) -> Found:
    """Return what is left over, of the model `path` or of all."""
    leftovers = [] if path else await _scratch()
    layout = await databases.look(NAME, _WHAT)
    if layout is not None and _wrong(layout):
        leftovers.append(_foreign_layout(layout, choices))
    elif layout is not None:
        texts, models = await moves.present()
        for name in [path] if path else sorted(texts.keys() | models):
            leftovers += await _model(name, texts.get(name), whole=name in models)
    known = (NAME, SCRATCH)
    names = () if path else await databases.names() or ()
    return Found(tuple(leftovers), tuple(name for name in names if name not in known))


async def _scratch() -> list[Leftover]:
    if await databases.look(SCRATCH, _WHAT) is None:
        return []

    async def act() -> bool:
        await databases.erase(SCRATCH, _WHAT)
        return True

    problem = "pyio measured the free space in it, and was interrupted"
    return [Leftover(Finding(_database(SCRATCH), problem, "delete it", bytes_freed=None), act)]


def _wrong(layout: databases.Layout) -> str:
    """Return what of the layout keeps TensorFlow.js and pyio from using the database, or ""."""
    wrong = [f"it has no store {store!r}" for store in STORES if store not in layout.records]
    if layout.version != VERSION:
        wrong.insert(0, f"it has version {layout.version} and not {VERSION}")
    return " and ".join(wrong)


def _foreign_layout(layout: databases.Layout, choices: Choices) -> Leftover:
    held = [f"{count:,} records in {store!r}" for store, count in layout.records.items() if count]
    problem = (
        f"{_wrong(layout)}, so that TensorFlow.js fails or hangs on it; "
        f"it holds {' and '.join(held) or 'nothing'}"
    )
    if not choices.delete_database:
        advice = "delete_database=True deletes it with all that it holds"
        if all(layout.records.get(store) is not None for store in STORES):
            advice = f"copy its models to another medium with copy_model(); then {advice}"
        return report_only(_database(NAME), problem, advice)

    async def act() -> bool:
        if await databases.look(NAME, _WHAT) != layout:
            return False
        await databases.erase(NAME, _WHAT)
        return True

    return Leftover(Finding(_database(NAME), problem, "delete it", bytes_freed=None), act)


async def _model(name: str, text: str | None, *, whole: bool) -> list[Leftover]:
    """Return what is wrong with the two records of one model."""
    handler = IndexedDBHandler(name)
    if not whole:
        if text is None:
            return []
        finding = Finding(handler.url, "its info is there and the model is not", "remove the info")
        return [Leftover(finding, partial(store.revise, name, None, seen=text, whole=False))]
    problem = "its info is missing" if text is None else info_of(text).damage
    if problem is None:
        return []
    try:
        info = await handler.info()
    except ModelNotFoundError:
        return []  # it has just been removed
    except DamagedModelError as error:
        problem = f"{problem}, and {error.problem}"
        return [report_only(handler.url, problem, "remove_model() removes it")]
    finding = Finding(handler.url, f"{problem}; the model is whole", "write its info anew")
    return [Leftover(finding, partial(store.revise, name, info, seen=text, whole=True))]


def _database(name: str) -> str:
    return f"IndexedDB database {name!r}"
