"""Persistent storage and the run of the browser; the Python side of ``persistence.js``."""

from __future__ import annotations

from pyio.browser.bridge.protocol import Retry
from pyio.browser.ffi import optional
from pyio.browser.page.functions import PageFunctions

_PAGE = PageFunctions("page/persistence.js", "request_persistence() and moves to localstorage://")


async def persist() -> bool | None:
    """Request persistent storage for this origin; None if the browser has no such request."""
    what = "asking for persistent storage"
    kept = optional(await _PAGE.store("persist", what=what, retry=Retry.PERSON))
    return None if kept is None else bool(kept)


async def browser_run() -> str | None:
    """Return a name that changes with each start of the browser, or None if it cannot be known.

    The first call sets a cookie without a date, which the browser drops when it ends.
    """
    name = optional(await _PAGE.store("browserRun", what="asking for the run of the browser"))
    return None if name is None else str(name)
