"""The free space of this origin in bytes."""

from __future__ import annotations

import os
from contextlib import suppress

from pyio.browser.indexed_db.database import Database
from pyio.browser.indexed_db.layout import erase
from pyio.browser.indexed_db.records import Record
from pyio.browser.quota import estimate, estimate_is_partial
from pyio.errors import StorageError

SCRATCH = "pyio-room"
"""Scratch database for measuring free space. Safe to delete."""

_SCRATCH = Database(SCRATCH, 1, ("room",), "key")
_STEPS = 5
_LARGEST_TRIAL = 512 * 1024 * 1024


async def estimated_free_space() -> int | None:
    """Return the free bytes that the browser reports, or None if it reports none."""
    found = await estimate()
    return None if found is None or estimate_is_partial() else max(found[1] - found[0], 0)


async def measure_free_space(refused: int) -> int | None:
    """Return the approximate free bytes, after the browser refused `refused` bytes.

    The browser's own estimate is used if it is below that. Otherwise the free space is measured in
    a scratch database, to about 3 % of `refused`: parts of a half, a quarter, … are put, and the
    sizes of those that the browser takes are added up. The database is deleted afterwards.
    """
    estimate = await estimated_free_space()
    if estimate is not None and estimate < refused:
        return estimate
    if refused > _LARGEST_TRIAL:
        return None
    what = "measuring the free space"
    found, size = 0, refused // 2
    try:
        await erase(SCRATCH, what)  # left over if a tab was closed during a measurement
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
