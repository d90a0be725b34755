"""What pyio tells of the room, on a real page and in a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.tabs import Tab


async def listed() -> Any:
    import pyio

    return sorted(await pyio.list_models())


def test_listing_makes_no_database(tab: Tab) -> None:
    """Where nothing is stored, listing finds that out without making TensorFlow.js's database."""
    assert tab.python(listed) == []
    assert tab.js("() => indexedDB.databases()") == []
