"""Tests whose engine hangs; `test_replaced` runs them in a process of their own."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engines import processes
from tests.engines.driven import PlaywrightView

if TYPE_CHECKING:
    from collections.abc import Callable

    from scripts.support.server import Site
    from tests.engines.contract import Browser

pytestmark = pytest.mark.every_engine


@pytest.fixture
def add(browser_kept: Browser, site: Site) -> Callable[[], int]:
    """Ask a new tab for a sum."""

    def ask() -> int:
        view = browser_kept.open(f"{site.url}/strict.html")
        result: int = view.js("() => 1 + 1")
        view.close()
        return result

    return ask


def stop(browser: Browser, kind: str) -> None:
    drivers, _ = processes.driven()
    for process in processes.tree(str(browser.profile)) if kind == "browser" else drivers:
        processes.send(process, signal.SIGSTOP)


def test_before(add: Callable[[], int]) -> None:
    assert add() == 2


@pytest.mark.parametrize("kind", ["browser", "driver"])
def test_stops_once(browser_kept: Browser, add: Callable[[], int], kind: str) -> None:
    seen = Path(os.environ["PYIO_SEEN"]) / kind
    if not seen.exists():
        seen.touch()
        stop(browser_kept, kind)
    assert add() == 2


def test_stops_while_playwright_waits(browser_kept: Browser, site: Site) -> None:
    view = browser_kept.open(f"{site.url}/strict.html")
    if not isinstance(view, PlaywrightView):
        pytest.skip("this engine is not driven by Playwright")
    seen = Path(os.environ["PYIO_SEEN"]) / "waits"
    if not seen.exists():
        seen.touch()
        stop(browser_kept, "browser")
    view.page.set_default_timeout(10_000)
    view.page.wait_for_selector("html", state="attached")


@pytest.mark.stalls("the script of this test")
def test_program_stalls_once(browser_kept: Browser, site: Site) -> None:
    view = browser_kept.open(f"{site.url}/strict.html")
    if not isinstance(view, PlaywrightView):
        pytest.skip("this engine is not driven by Playwright")
    seen = Path(os.environ["PYIO_SEEN"]) / "stalls"
    if not seen.exists():
        seen.touch()
        view.js("() => new Promise(() => {})")
    view.close()


def test_after(add: Callable[[], int]) -> None:
    assert add() == 2


def test_stops_always(browser_kept: Browser, add: Callable[[], int]) -> None:
    stop(browser_kept, "browser")
    assert add() == 2


def test_after_all(add: Callable[[], int]) -> None:
    assert add() == 2
