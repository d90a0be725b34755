"""The fixture `tab` of this folder: the older Pyodides, on the page and in workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts import generations, runtime
from tests.tabs import Start, Tab

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scripts.server import Site
    from tests.engines.contract import Browser

STARTS = [
    Start("pyodide-0.27.7"),
    Start("pyodide-0.27.7", "classic"),
    Start("pyodide-0.29.3"),
    Start("pyodide-0.29.3", "module"),
    Start("pyodide", "module"),
]
"""The default Pyodide on the page is what all other tests run in."""


@pytest.fixture(scope="session")
def older_pyodides() -> None:
    """The Pyodides before the default one, fetched if they are not there yet."""
    generations.ensure_all(runtime.VENDOR)


@pytest.fixture(scope="module", params=STARTS, ids=lambda start: f"{start.folder}-{start.thread}")
def shared_tab(
    request: pytest.FixtureRequest,
    browser_kept: Browser,
    new_site: Callable[[], Site],
    wheel: Path,
    older_pyodides: None,  # noqa: ARG001 -- it sees to the files
) -> Iterator[Tab]:
    """One tab for all tests of a module, for each way to start Python."""
    with new_site() as site:
        tab = Tab(browser_kept.open(f"{site.url}/index.html"), wheel.name, request.param)
        yield tab
        tab.close()
