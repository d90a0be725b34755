"""Fixtures: the hosts, local copies of other sites, and a browser only for them."""

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
    """Local copies of all other sites; the package index has the wheel of this source tree."""
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
    """A browser whose requests to other sites are answered on this machine."""
    browser = engine.start(tmp_path_factory.mktemp(f"{engine.name}-hosts") / "profile")
    assert isinstance(browser, PlaywrightBrowser)
    outside.serve(browser.context)
    if engine.name == "firefox":
        # The remote protocol does not report a worker's requests if its page has a service worker.
        # JupyterLite works without one; only Python then cannot open the notebook's files.
        browser.context.add_init_script(
            "ServiceWorkerContainer.prototype.register = async () => {}"
        )
    yield browser
    browser.close()
