"""Python in a module worker of each engine, and on a page of the same origin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.receiver import Receiver
from tests.support.tabs import Start, Tab

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.engines.contract import Browser

pytestmark = [
    pytest.mark.every_engine,
    pytest.mark.repetition("workers in a further engine", further_engines=True),
]


@pytest.fixture(scope="module")
def worker(shared_tab: Tab, browser_kept: Browser, wheel: Path) -> Iterator[Tab]:
    """Another tab of the same origin, with Python in a worker."""
    url = shared_tab.js("() => location.href")
    tab = Tab(browser_kept.open(url), wheel.name, Start(thread="module"))
    yield tab
    tab.close()


async def save(url: str, first: int) -> None:
    import numpy as np

    import pyio

    await pyio.save_arrays({"w": np.arange(first, first + 3, dtype=np.float32)}, url)


async def load(url: str) -> Any:
    import pyio

    return (await pyio.load_arrays(url))["w"].tolist()


async def move_and_remove() -> Any:
    import pyio

    await pyio.move_model("indexeddb://from-page", "indexeddb://moved")
    await pyio.remove_model("indexeddb://from-worker")
    models = await pyio.list_models()
    return {url: info.damage for url, info in models.items()}


def test_indexeddb_is_shared_with_the_page(tab: Tab, worker: Tab) -> None:
    """A model saved in a worker loads on the page, and the reverse."""
    worker.python(save, "indexeddb://from-worker", 1)
    assert tab.python(load, "indexeddb://from-worker") == [1, 2, 3]
    tab.python(save, "indexeddb://from-page", 4)
    assert worker.python(load, "indexeddb://from-page") == [4, 5, 6]
    listed = worker.python(move_and_remove)
    assert listed.pop("indexeddb://moved") is None
    assert "page" in listed.pop("localstorage://")  # no page here answers the worker
    assert listed == {}
    assert tab.python(load, "indexeddb://moved") == [4, 5, 6]


def test_requests_work_in_a_worker(tab: Tab, worker: Tab) -> None:
    """A worker saves to a server and loads from it as a page does."""
    with Receiver() as receiver:
        worker.python(save, f"{receiver.url}/upload", 7)
        url = f"{receiver.url}/upload/0/model.json"
        assert worker.python(load, url) == tab.python(load, url) == [7, 8, 9]
