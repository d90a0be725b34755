"""How long a browser keeps localStorage in memory: ``python3 -m tests.faults flushes``.

Writes an item, kills the browser with SIGKILL some seconds later, starts it again and looks whether
the item is there. Each delay is tried twice: alone, and ten seconds after two megabytes have been
written to the disk. The reason is that Chromium writes less often after large writes.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from scripts.support.environment import ROOT
from scripts.support.server import Site
from tests.engines import ENGINES

if TYPE_CHECKING:
    import argparse

SECONDS = (0.2, 0.5, 1, 2, 3, 4, 5, 6, 8, 12, 30)


def main(options: argparse.Namespace) -> int:
    """Measure and print."""
    directories = {"/": ROOT / "tests/harness"}
    with (
        sync_playwright() as playwright,
        Site(directories) as site,
        tempfile.TemporaryDirectory() as folder,
    ):
        engine = ENGINES[options.engine](playwright)
        for before in (0, 2_000_000):
            for seconds in options.seconds or SECONDS:
                profile = Path(folder) / f"{before}-{seconds}"
                browser = engine.start(profile)
                view = browser.open(f"{site.url}/strict.html")
                if before:
                    view.js("(size) => localStorage.setItem('large', 'x'.repeat(size))", before)
                    time.sleep(10)
                view.js("() => localStorage.setItem('item', 'kept')")
                time.sleep(seconds)
                browser.kill()
                browser = engine.start(profile)
                view = browser.open(f"{site.url}/strict.html")
                found = view.js("() => localStorage.getItem('item')")
                browser.close()
                after = f"after {before:,} characters, " if before else ""
                print(f"{after}killed {seconds:g} s later: {found or 'not there'}", flush=True)
        engine.close()
    return 0
