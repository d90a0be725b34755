"""Persistent storage, which the browser does not clear when disk space is low."""

from __future__ import annotations

from pyio.browser.environment import missing_persistence
from pyio.browser.page.persistence import persist
from pyio.browser.quota import estimate, persisted
from pyio.errors import UnsupportedEnvironmentError

__all__ = ["estimate", "persisted", "request_persistence"]


async def request_persistence() -> bool:
    """Ask the browser to keep this origin's storage even when disk space is low.

    Returns whether the storage is persistent. Some browsers ask the user. Others decide by how the
    page is used, so a later request may succeed. Users can still clear persistent site data.

    Raises UnsupportedEnvironmentError if the environment has no such request, as in Node, and
    StorageError if the request fails.
    """
    missing = missing_persistence()
    if missing is None:
        kept = await persist()
        if kept is not None:
            return kept
        missing = "this browser has no navigator.storage.persist(), or not for a page without https"
    raise UnsupportedEnvironmentError(
        f"request_persistence() does not work here: {missing}. What works: call it from Python on "
        "the page, or navigator.storage.persist() from the page's own JavaScript; "
        "storage_report() says in a worker too whether storage is persisted"
    )
