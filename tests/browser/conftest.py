"""Fixtures: the demo page, booted once for each module that uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts.support import runtime
from scripts.support.demo import add_wheel
from scripts.support.server import Site
from tests.support.demo import WEB, Demo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext


@pytest.fixture(scope="session")
def axe(vendor: Path) -> str:
    """The source of axe-core, fetched if it is not there yet."""
    with runtime.one_at_a_time(vendor):
        runtime.ensure(vendor, (runtime.AXE,))
    return (vendor / "axe/axe.min.js").read_text("utf-8")


@pytest.fixture(scope="module")
def demo_site(vendor: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The page, with the wheel and its index as scripts/demo.py makes them."""
    wheels = tmp_path_factory.mktemp("demo-wheels")
    add_wheel(wheels)
    with Site({"/": WEB, "/vendor/": vendor, "/vendor/wheels/": wheels}) as site:
        yield site


@pytest.fixture(scope="module")
def shared_demo(browser_context_kept: BrowserContext, demo_site: Site) -> Iterator[Demo]:
    """One booted page for all tests of a module."""
    demo = Demo(browser_context_kept.new_page(), demo_site)
    demo.page.set_viewport_size({"width": 1200, "height": 900})
    demo.page.set_default_timeout(15_000)
    demo.open()
    yield demo
    demo.page.close()


@pytest.fixture
def demo(shared_demo: Demo) -> Iterator[Demo]:
    """The booted page with empty storage; a console error or a foreign request fails the test."""
    shared_demo.empty()
    yield shared_demo
    assert shared_demo.complaints == []
