"""Fixtures: the built wheel, a fresh origin, Chromium, and tabs with Python in them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import pyio.bridge
from scripts import runtime
from scripts.chromium import ARGUMENTS, executable
from scripts.server import Site
from scripts.wheel import build_wheel
from tests.tabs import Tab

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import BrowserContext, Playwright

ROOT = Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what needs no browser first: it is quick, and Playwright's event loop runs for good.

    Once that has started, nothing in this thread can run a loop of its own.
    """
    items.sort(key=lambda item: "playwright" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def vendor() -> Path:
    """The folder with Pyodide, NumPy and TensorFlow.js, fetched if it is not there yet."""
    runtime.ensure(runtime.VENDOR)
    return runtime.VENDOR


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this source tree."""
    return build_wheel(tmp_path_factory.mktemp("wheels"))


@pytest.fixture(scope="session")
def new_site(vendor: Path, wheel: Path) -> Callable[[], Site]:
    """Make a site that serves the test page, the runtime and the wheel from a new origin."""
    directories = {"/": ROOT / "tests/harness", "/vendor/": vendor, "/wheels/": wheel.parent}
    (wheel.parent / "pyio-bridge.js").write_text(pyio.bridge.script())
    return lambda: Site(directories)


@pytest.fixture
def site(new_site: Callable[[], Site]) -> Iterator[Site]:
    """A fresh origin: its storage is empty."""
    with new_site() as site:
        yield site


@pytest.fixture(scope="session")
def launch(playwright: Playwright) -> Callable[[Path], BrowserContext]:
    """Start Chromium with a profile that is kept: what is stored survives the process.

    Playwright's own Chromium is used where it is installed, Debian's otherwise.
    """
    chromium = executable(playwright)

    def start(profile: Path) -> BrowserContext:
        return playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium, args=ARGUMENTS, accept_downloads=True
        )

    return start


@pytest.fixture(scope="session")
def browser_context_kept(
    launch: Callable[[Path], BrowserContext], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """The one browser of the session."""
    context = launch(tmp_path_factory.mktemp("profile"))
    yield context
    context.close()


@pytest.fixture(scope="module")
def shared_tab(
    browser_context_kept: BrowserContext, new_site: Callable[[], Site], wheel: Path
) -> Iterator[Tab]:
    """One tab with Python for all tests of a module; `tab` empties its storage for each."""
    with new_site() as site:
        tab = Tab(browser_context_kept.new_page(), f"{site.url}/index.html", wheel.name)
        yield tab
        tab.page.close()


@pytest.fixture
def tab(shared_tab: Tab, request: pytest.FixtureRequest) -> Iterator[Tab]:
    """A tab with Python and empty storage.

    A test that passes and leaves a proxy or an open database behind fails.
    """
    shared_tab.console.clear()
    shared_tab.js("() => proxiesBegin()")
    failed_before = request.session.testsfailed
    yield shared_tab
    left = shared_tab.js("() => proxiesEnd()")
    request.node.add_report_section("call", "console", "\n".join(shared_tab.console))
    if request.session.testsfailed == failed_before:
        assert left == [], f"proxies left behind: {left}"
    shared_tab.clear_storage()


@pytest.fixture
def new_tab(
    browser_context_kept: BrowserContext, site: Site, wheel: Path
) -> Iterator[Callable[[], Tab]]:
    """Open further tabs with Python, all of one fresh origin."""
    tabs: list[Tab] = []

    def open_tab() -> Tab:
        tabs.append(Tab(browser_context_kept.new_page(), f"{site.url}/index.html", wheel.name))
        return tabs[-1]

    yield open_tab
    for tab in tabs:
        tab.page.close()
