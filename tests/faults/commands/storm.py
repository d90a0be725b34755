"""Tabs that change the same names at once: ``python3 scripts/storm.py --tabs 8 --operations 1000``.

All tabs save, load, copy, move, remove and list the same three names in localStorage and in
IndexedDB. Prints what came of it, says what cannot be explained, and fills the table of faults.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from scripts.support import runtime
from scripts.support.wheel import build_wheel
from tests.engines import ENGINES
from tests.faults import table
from tests.faults.catalogue import BROWSER_MEDIA
from tests.faults.place import Place
from tests.faults.stage import PROGRAMS, Stage
from tests.faults.storms import TYPED, Weather, storm

ROOT = Path(__file__).resolve().parents[3]


def run(options: argparse.Namespace, folder: Path) -> Weather:
    """Open the tabs and let them work."""
    from playwright.sync_api import sync_playwright

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
        explained = f"{len(weather.unexplained)} findings that nobody saved, such as: {some}"
    return f"{tabs} tabs, {weather.operations:,} operations: {explained} · {errors or 'saved'}"


def main() -> int:
    """Run, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--engine", choices=ENGINES, default="chromium")
    parser.add_argument("--program", choices=PROGRAMS, default="pyio")
    parser.add_argument("--tabs", type=int, default=8)
    parser.add_argument("--operations", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args()
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


if __name__ == "__main__":
    sys.exit(main())
