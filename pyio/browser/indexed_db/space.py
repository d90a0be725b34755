"""How much this origin may still store."""

from __future__ import annotations

import os
from contextlib import suppress

from pyio.browser.indexed_db.database import Database
from pyio.browser.indexed_db.layout import erase
from pyio.browser.indexed_db.records import Record
from pyio.browser.quota import estimate, is_a_first_part
from pyio.errors import StorageError

SCRATCH = "pyio-room"
"""The database in which room is tried out. Whoever finds it may delete it."""

_SCRATCH = Database(SCRATCH, 1, ("room",), "key")
_STEPS = 5
_LARGEST_TRIAL = 512 * 1024 * 1024


async def estimated_room() -> int | None:
    """Return how many bytes the browser says are left, or None where it does not say."""
    found = await estimate()
    return None if found is None or is_a_first_part() else max(found[1] - found[0], 0)


async def room_below(refused: int) -> int | None:
    """Return about how many bytes are left, given that `refused` bytes were too many.

    Where the browser's own estimate is not below that, it is found by trial in a database of our
    own, to about 3 % of `refused`: parts of a half, a quarter, … are put, and those that the
    browser takes are added up. Nothing of it is left behind.
    """
    estimate = await estimated_room()
    if estimate is not None and estimate < refused:
        return estimate
    if refused > _LARGEST_TRIAL:
        return None
    what = "measuring the room"
    found, size = 0, refused // 2
    try:
        await erase(SCRATCH, what)  # what a tab left that was closed in the middle
        for step in range(_STEPS):
            # Random bytes, because Chromium compresses what it stores.
            noise = (memoryview(os.urandom(size)),)
            record = Record(f'{{"key": {step}, "data": null}}', buffers={("data",): noise})
            with suppress(StorageError):
                await _SCRATCH.put({"room": record}, what)
                found += size
            size //= 2
    finally:
        await erase(SCRATCH, what)
    return found
