"""Fixtures: the hosts, the outside world, and a browser for them alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts.support import runtime
from scripts.support.hosts import ensure_hosts, write_index
from tests.engines.driven import PlaywrightBrowser
from tests.hosts.outside import Outside

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.engines.contract import Engine


@pytest.fixture(scope="session")
def outside(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    """All other sites, with the wheel of this source tree in the package index."""
    with runtime.one_at_a_time(runtime.VENDOR):
        ensure_hosts(runtime.VENDOR)
    index = tmp_path_factory.mktemp("index") / "pyio-web"
    write_index(index, wheel)
    outside = Outside(index)
    yield outside
    outside.site.close()


@pytest.fixture(scope="session")
def hosts_browser(
    engine: Engine, outside: Outside, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PlaywrightBrowser]:
    """A browser that finds the outside world on this machine."""
    browser = engine.start(tmp_path_factory.mktemp(f"{engine.name}-hosts") / "profile")
    assert isinstance(browser, PlaywrightBrowser)
    outside.serve(browser.context)
    if engine.name == "firefox":
        # Its remote protocol does not tell of requests of a worker whose page has a service worker.
        # JupyterLite works without, and only does not find files of the notebook in Python.
        browser.context.add_init_script(
            "ServiceWorkerContainer.prototype.register = async () => {}"
        )
    yield browser
    browser.close()
