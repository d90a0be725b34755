"""Tabs that change the same names at once: ``python3 -m tests.faults storm``.

All tabs save, load, copy, move, remove and list the same three names in localStorage, IndexedDB and
OPFS. Prints the results and every unexplained state, and fills the table of faults. With
``--kills`` a SIGKILL of the browser ends each storm, and TensorFlow.js saves before pyio is back.
"""

from __future__ import annotations

import random
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from scripts.support import runtime
from scripts.support.environment import ROOT
from scripts.support.wheel import build_wheel
from tests.engines import ENGINES
from tests.faults import table
from tests.faults.catalogue import ALL_BROWSER_MEDIA
from tests.faults.place import Place
from tests.faults.stage import PROGRAMS, Stage
from tests.faults.storms import TYPED, Weather, killed_storms, storm

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator


@contextmanager
def staged(options: argparse.Namespace, folder: Path) -> Iterator[Stage]:
    """Give a stage without a browser."""
    wheel = build_wheel(folder / "wheels")
    directories = {
        "/": ROOT / "tests/harness",
        "/vendor/": runtime.VENDOR,
        "/wheels/": wheel.parent,
    }
    with sync_playwright() as playwright, Place(directories) as place:
        engine = ENGINES[options.engine](playwright)
        page = f"{place.url}/index.html"
        later: Any = None  # the storms start their own browser, and open their own tabs
        given = (options.engine, wheel.name, page, later, later, folder, engine.start)
        yield Stage("indexeddb", PROGRAMS[options.program], *given)
        engine.close()


def run(options: argparse.Namespace, folder: Path) -> Weather:
    """Open the tabs and let them work."""
    with staged(options, folder) as stage:
        stage.browser = stage.start("profile")
        tabs = [stage.open() for _ in range(options.tabs)]
        stage.tab = tabs[0]
        weather = storm(stage, tabs, options.operations, options.seed)
        stage.browser.close()
    return weather


def run_kills(options: argparse.Namespace, folder: Path) -> int:
    """Kill the browser in storms, print what was found, and fill the table."""
    wrong: dict[str, int] = dict.fromkeys(ALL_BROWSER_MEDIA, 0)
    with staged(options, folder) as stage:
        chance = random.Random(options.seed)
        for number, kill in enumerate(killed_storms(stage, options.tabs, options.kills, chance), 1):
            print(number, f"{kill.after:.2f} s", kill.wrong or "kept", flush=True)
            for medium in ALL_BROWSER_MEDIA:
                wrong[medium] += any(url.startswith(medium) for url in kill.wrong)
    for medium, count in wrong.items():
        told = f"{options.kills} kills of {options.tabs} tabs: kept {options.kills - count}"
        text = f"✗ {told}, wrong {count}" if count else f"✓ {told}"
        table.update({("killed_storm", medium, options.engine): text})
    return int(any(wrong.values()))


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
    if options.kills:
        with tempfile.TemporaryDirectory() as folder:
            return run_kills(options, Path(folder))
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
    media = PROGRAMS[options.program].media
    table.update({("many_tabs", medium, column): text for medium in media})
    print(text)
    return int(not kept)
