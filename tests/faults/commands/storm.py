"""Tabs that change the same names at once: ``python3 -m tests.faults storm``.

All tabs save, load, copy, move, remove and list the same three names in localStorage and in
IndexedDB. Prints the results and every unexplained state, and fills the table of faults.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from scripts.support import runtime
from scripts.support.environment import ROOT
from scripts.support.wheel import build_wheel
from tests.engines import ENGINES
from tests.faults import table
from tests.faults.catalogue import BROWSER_MEDIA
from tests.faults.place import Place
from tests.faults.stage import PROGRAMS, Stage
from tests.faults.storms import TYPED, Weather, storm

if TYPE_CHECKING:
    import argparse


def run(options: argparse.Namespace, folder: Path) -> Weather:
    """Open the tabs and let them work."""
    wheel = build_wheel(folder / "wheels")
    directories = {
        "/": ROOT / "tests/harness",
        "/vendor/": runtime.VENDOR,
        "/wheels/": wheel.parent,
    }
    with sync_playwright() as playwright, Place(directories) as place:
        engine = ENGINES[options.engine](playwright)
        browser = engine.start(folder / "profile")
        tab: Any = None
        page = f"{place.url}/index.html"
        given = (options.engine, wheel.name, page, tab, browser, folder, engine.start)
        stage = Stage("indexeddb", PROGRAMS[options.program], *given)
        tabs = [stage.open() for _ in range(options.tabs)]
        stage.tab = tabs[0]
        weather = storm(stage, tabs, options.operations, options.seed)
        browser.close()
        engine.close()
    return weather


def outcome(weather: Weather, tabs: int) -> str:
    """Return the text of the table's cell."""
    errors = ", ".join(f"{name} {count}" for name, count in weather.errors.most_common())
    explained = "all explained"
    if weather.unexplained:
        some = "; ".join(weather.unexplained[:3])
        explained = f"{len(weather.unexplained)} findings that no tab saved, such as: {some}"
    return f"{tabs} tabs, {weather.operations:,} operations: {explained} · {errors or 'saved'}"


def main(options: argparse.Namespace) -> int:
    """Run, print and write."""
    print(f"seed {options.seed}")
    runtime.ensure(runtime.VENDOR)
    with tempfile.TemporaryDirectory() as folder:
        weather = run(options, Path(folder))
    print(weather)
    kept = not weather.unexplained and set(weather.errors) <= TYPED
    text = outcome(weather, options.tabs)
    column = options.engine
    if options.program == "tfjs":
        column = "tfjs"
    else:
        text = f"{'✓' if kept else '✗'} {text}"
    table.update({("many_tabs", medium, column): text for medium in BROWSER_MEDIA})
    print(text)
    return int(not kept)
