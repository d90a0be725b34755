"""Catching what a page offers as downloads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Download

    from tests.tabs import Tab


def downloads(tab: Tab, count: int, action: Callable[[], Any]) -> dict[str, bytes]:
    """Return name -> content of the `count` files that `action` makes the page offer."""
    offered: list[Download] = []

    def keep(download: Download) -> None:
        offered.append(download)

    tab.page.on("download", keep)
    action()
    while len(offered) < count:
        tab.page.wait_for_timeout(20)
    tab.page.remove_listener("download", keep)
    return {file.suggested_filename: file.path().read_bytes() for file in offered}
