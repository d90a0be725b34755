"""Catching what a page offers as downloads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.tabs import Tab


def downloads(tab: Tab, count: int, action: Callable[[], Any]) -> dict[str, bytes]:
    """Return name -> content of the `count` files that `action` makes the page offer."""
    return tab.view.downloads(count, action)
