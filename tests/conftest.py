"""Fixtures: the built wheel, a fresh origin, the engines, and tabs with Python in them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import pyio.bridge
from scripts.support import generations, runtime
from scripts.support.compiled import ensure_compiled
from scripts.support.estimators import ensure_estimators
from scripts.support.real_models import ensure_comparison, ensure_models
from scripts.support.server import Site
from scripts.support.wheel import build_wheel
from tests.engines import selection
from tests.engines.contract import LackingError
from tests.engines.driven import PlaywrightBrowser
from tests.support.tabs import Tab

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import BrowserContext, Playwright

    from tests.engines.contract import Browser, Engine

ROOT = Path(__file__).resolve().parent.parent
pytest_plugins = [
    "tests.plugins.order",
    "tests.plugins.repetition",
    "tests.plugins.replaced",
    "tests.plugins.limit",
]


@pytest.fixture(scope="session")
def vendor() -> Path:
    """The folder with Pyodide, NumPy and TensorFlow.js, fetched if it is not there yet."""
    with runtime.one_at_a_time(runtime.VENDOR):
        runtime.ensure(runtime.VENDOR)
        ensure_compiled(runtime.VENDOR, runtime.PYODIDE.folder)
    return runtime.VENDOR


@pytest.fixture(scope="session")
def older_pyodides(vendor: Path) -> None:
    """Fetch the older Pyodides, which are in folders beside the default one."""
    with runtime.one_at_a_time(vendor):
        generations.ensure_all(vendor)
        for generation in generations.GENERATIONS:
            ensure_compiled(vendor, generation.folder)


@pytest.fixture(scope="session")
def real_models(vendor: Path) -> Path:
    """The folder with real graph models, fetched if they are not there yet."""
    with runtime.one_at_a_time(vendor):
        ensure_models(vendor)
    return vendor


@pytest.fixture(scope="session")
def estimators(vendor: Path) -> None:
    """Fetch scikit-learn and skops for Pyodide if they are not there yet."""
    with runtime.one_at_a_time(vendor):
        ensure_estimators(vendor)


@pytest.fixture(scope="session")
def compared_models(vendor: Path) -> Path:
    """The same with a third model, TensorFlow.js 3.21 and the wasm backend of 4.22."""
    with runtime.one_at_a_time(vendor):
        ensure_comparison(vendor)
    return vendor


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this source tree."""
    return build_wheel(tmp_path_factory.mktemp("wheels"))


@pytest.fixture(scope="session")
def served(vendor: Path, wheel: Path) -> Iterator[dict[str, Path]]:
    """The files that test sites serve: the test page, the runtime, the wheel and its dependencies.

    The page loads Pyodide from a separate site, whose address is among these files.
    """
    with Site({"/vendor/": vendor}, shared=True) as shared:
        (wheel.parent / "vendor.txt").write_text(shared.url)
        (wheel.parent / "pyio-bridge.js").write_text(pyio.bridge.script())
        yield {"/": ROOT / "tests/harness", "/vendor/": vendor, "/wheels/": wheel.parent}


@pytest.fixture(scope="session")
def new_site(served: dict[str, Path]) -> Callable[[], Site]:
    """Make a site with a new origin."""
    return lambda: Site(served)


@pytest.fixture
def site(new_site: Callable[[], Site]) -> Iterator[Site]:
    """A fresh origin: its storage is empty."""
    with new_site() as site:
        yield site


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest, playwright: Playwright) -> Iterator[Engine]:
    """The engine of this test: Chromium, or each engine if the test is marked `every_engine`."""
    engine = selection.installed(request.param, playwright)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def browser_kept(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The one browser of the engine, which all tests share."""
    browser = engine.start(tmp_path_factory.mktemp(engine.name) / "profile")
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def browser_context_kept(browser_kept: Browser) -> BrowserContext:
    """The same browser as a Playwright context, for tests that run in Chromium only."""
    assert isinstance(browser_kept, PlaywrightBrowser)
    return browser_kept.context


@pytest.fixture
def launch(engine: Engine, tmp_path: Path) -> Iterator[Callable[..., Browser]]:
    """Start browsers for one test; those still running afterwards are closed.

    The arguments are those of `Engine.start`; without a profile, all browsers of the test share
    one.
    """
    started: list[Browser] = []

    def start(profile: Path = tmp_path / "profile", **options: Any) -> Browser:
        try:
            started.append(engine.start(profile, **options))
        except LackingError as error:
            pytest.skip(str(error))
        return started[-1]

    yield start
    for browser in started:
        browser.close()


@pytest.fixture(scope="module")
def shared_tab(browser_kept: Browser, new_site: Callable[[], Site], wheel: Path) -> Iterator[Tab]:
    """One tab with Python for all tests of a module; `tab` empties its storage for each."""
    with new_site() as site:
        tab = Tab(browser_kept.open(f"{site.url}/index.html"), wheel.name)
        yield tab
        tab.close()


@pytest.fixture
def tab(shared_tab: Tab, request: pytest.FixtureRequest) -> Iterator[Tab]:
    """A tab with Python and empty storage.

    A test that passes and leaves a proxy or an open database behind fails.
    """
    said = len(shared_tab.console)
    shared_tab.js("() => proxiesBegin()")
    failed_before = request.session.testsfailed
    yield shared_tab
    left = shared_tab.js("() => proxiesEnd()")
    request.node.add_report_section("call", "console", "\n".join(shared_tab.console[said:]))
    if request.session.testsfailed == failed_before:
        assert left == [], f"proxies left behind: {left}"
    shared_tab.clear_storage()
    shared_tab.python(forget)


def forget() -> None:
    """Empty ``memory://``."""
    from pyio.handlers.memory import MODELS

    MODELS.clear()


@pytest.fixture(scope="module")
def small_tab(
    engine: Engine,
    new_site: Callable[[], Site],
    wheel: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Tab]:
    """One tab for all tests of a module, in a browser with a quota of 16 MiB per origin."""
    profile = tmp_path_factory.mktemp(f"{engine.name}-small") / "profile"
    try:
        browser = engine.start(profile, quota=16 << 20)
    except LackingError as error:
        pytest.skip(str(error))
    with new_site() as site:
        yield Tab(browser.open(f"{site.url}/index.html"), wheel.name)
        browser.close()


@pytest.fixture
def small_quota(small_tab: Tab) -> Iterator[Tab]:
    """A tab with Python and empty storage, whose origin has a quota of 16 MiB."""
    yield small_tab
    small_tab.clear_storage()


@pytest.fixture
def new_tab(browser_kept: Browser, site: Site, wheel: Path) -> Iterator[Callable[[], Tab]]:
    """Open further tabs with Python, all on the same fresh origin."""
    tabs: list[Tab] = []

    def open_tab() -> Tab:
        tabs.append(Tab(browser_kept.open(f"{site.url}/index.html"), wheel.name))
        return tabs[-1]

    yield open_tab
    for tab in tabs:
        tab.close()
