"""pyio.sync in every Pyodide that pyio supports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser import test_sync

if TYPE_CHECKING:
    from tests.tabs import Tab


def test_waiting(tab: Tab) -> None:
    """On the page and in a worker, plain calls return results and raise errors."""
    assert tab.python(test_sync.sync_calls) == test_sync.EXPECTED
