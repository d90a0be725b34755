"""Python in a web worker: what works there as on a page, and what says that it does not."""

from __future__ import annotations

import inspect
import json
import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from tests.receiver import Receiver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.tabs import Tab

pytestmark = pytest.mark.every_engine


@pytest.fixture(scope="module")
def worker(shared_tab: Tab, wheel: Path) -> Iterator[Callable[..., Any]]:
    """Call a function in a module worker of the tab, with the arguments that follow it."""
    shared_tab.js("(wheel) => bootWorker(wheel)", wheel.name)

    def call(function: Callable[..., Any], *arguments: Any) -> Any:
        source = textwrap.dedent(inspect.getsource(function))
        parts = [source, function.__name__, json.dumps(arguments)]
        return json.loads(shared_tab.js("(parts) => callWorker(...parts)", parts))

    yield call
    shared_tab.js("() => endWorker()")


async def save(url: str, first: int) -> None:
    import numpy as np

    import pyio

    await pyio.save_arrays({"w": np.arange(first, first + 3, dtype=np.float32)}, url)


async def load(url: str) -> Any:
    import pyio

    return (await pyio.load_arrays(url))["w"].tolist()


def test_indexeddb_is_shared_with_the_page(tab: Tab, worker: Callable[..., Any]) -> None:
    """A model saved in a worker loads on the page, and the other way round."""
    worker(save, "indexeddb://from-worker", 1)
    assert tab.python(load, "indexeddb://from-worker") == [1, 2, 3]
    tab.python(save, "indexeddb://from-page", 4)
    assert worker(load, "indexeddb://from-page") == [4, 5, 6]

    async def manage() -> Any:
        import pyio

        await pyio.move_model("indexeddb://from-page", "indexeddb://moved")
        await pyio.remove_model("indexeddb://from-worker")
        return sorted(await pyio.list_models())

    assert worker(manage) == ["indexeddb://moved"]
    assert tab.python(load, "indexeddb://moved") == [4, 5, 6]


@pytest.mark.usefixtures("tab")
def test_what_needs_a_page_says_so(worker: Callable[..., Any]) -> None:
    """localStorage, downloads and the file picker are refused with the place that this is."""

    async def attempts() -> Any:
        import numpy as np

        import pyio

        said = []
        for url in ("localstorage://m", "downloads://m"):
            try:
                await pyio.save_arrays({"w": np.ones(3, dtype=bool)}, url)
            except pyio.UnsupportedEnvironmentError as error:
                said.append(str(error))
        try:
            await pyio.pick_files()
        except pyio.UnsupportedEnvironmentError as error:
            said.append(str(error))
        return said

    local, offered, picked = worker(attempts)
    assert "localStorage needs a browser's page, and this Python runs in a web worker" in local
    assert "downloads needs a browser's page, and this Python runs in a web worker" in offered
    assert "picking files needs a browser's page" in picked


def test_requests_work_in_a_worker(tab: Tab, worker: Callable[..., Any]) -> None:
    """A worker saves to a server and loads from it as a page does."""
    with Receiver() as receiver:
        worker(save, f"{receiver.url}/upload", 7)
        url = f"{receiver.url}/upload/0/model.json"
        assert worker(load, url) == tab.python(load, url) == [7, 8, 9]
