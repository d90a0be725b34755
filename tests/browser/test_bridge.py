"""Python in a web worker, which reaches localStorage, downloads and files over the bridge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contract import promises
from tests.tabs import Start, Tab

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext

    from scripts.server import Site

WORKER = Start(thread="module")


@pytest.fixture(scope="module")
def shared_tab(
    browser_context_kept: BrowserContext, new_site: Callable[[], Site], wheel: Path
) -> Iterator[Tab]:
    """A tab with the bridge's script and Python in a worker, for all tests of this module."""
    with new_site() as site:
        page = browser_context_kept.new_page()
        tab = Tab(page, f"{site.url}/bridge.html", wheel.name, WORKER)
        tab.python(connect)
        yield tab
        page.close()


async def connect() -> None:
    """Use the page once, so that what is left behind later is not the connection."""
    import pyio

    await pyio.exists("localstorage://m")


@pytest.mark.parametrize("promise", promises.ALL)
def test_local_storage_keeps_the_contract(tab: Tab, promise: str) -> None:
    """In a worker, ``localstorage://`` keeps its promise."""
    tab.python_module(promises, "keep", "LocalStoragePromises", promise)
