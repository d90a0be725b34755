"""The fixture `tab` of this folder: the older Pyodides, on the page and in workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.tabs import Start, Tab

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scripts.support.server import Site
    from tests.engines.contract import Browser

BETWEEN = pytest.mark.repetition(
    "a Pyodide between the oldest, on a page, and the newest, in a worker"
)
PAGES = [Start("pyodide-0.27.7"), pytest.param(Start("pyodide-0.29.3"), marks=BETWEEN)]
WORKERS = [
    pytest.param(Start("pyodide-0.27.7", "classic"), marks=BETWEEN),
    pytest.param(Start("pyodide-0.29.3", "module"), marks=BETWEEN),
    Start("pyodide", "module"),
]
"""The default Pyodide on the page is left out: all other tests run in it."""


def start_id(start: Start) -> str:
    """Return the test id of a way to start Python."""
    return f"{start.folder}-{start.thread}"


@pytest.fixture(scope="session", params=PAGES + WORKERS, ids=start_id)
def shared_tab(
    request: pytest.FixtureRequest,
    browser_kept: Browser,
    new_site: Callable[[], Site],
    wheel: Path,
    older_pyodides: None,  # noqa: ARG001 -- it sees to the files
) -> Iterator[Tab]:
    """One tab for all tests of this folder, for each way to start Python."""
    with new_site() as site:
        page = "index.html" if request.param.thread == "page" else "bridge.html"
        tab = Tab(browser_kept.open(f"{site.url}/{page}"), wheel.name, request.param)
        tab.python(connect)  # else the connection to the page would count as left behind
        yield tab
        tab.close()


async def connect() -> None:
    import pyio

    await pyio.list_models()
