"""Persistent storage: whether the browser keeps what this origin stores."""

from __future__ import annotations

from pyio.browser.environment import missing_persistence
from pyio.browser.page.persistence import persist
from pyio.browser.quota import estimate, persisted
from pyio.errors import UnsupportedEnvironmentError

__all__ = ["estimate", "persisted", "request_persistence"]


async def request_persistence() -> bool:
    """Ask the browser to keep what this origin stores, even when disk space is low.

    Returns whether it does. Some browsers ask the person; others decide by how the page is used,
    so that a later request may succeed. It changes nothing for a person who clears site data.

    Raises UnsupportedEnvironmentError where the browser cannot be asked, as in Node, and
    StorageError where asking fails.
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
