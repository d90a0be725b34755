"""Making a model of layers from what is stored, compared with TensorFlow.js.

MobileNet V1 0.25 (83 layers, 137 weights) lies in IndexedDB, as TensorFlow.js has saved it. Both
make it from the artifacts in memory ("build"), and load it with its weights ("load"), by turns in
one page of Chromium. Nothing is predicted. Prints medians, and pyio's time as a part of
TensorFlow.js's: below 1 means that pyio is faster.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from scripts.support import runtime
from scripts.support.chromium import ARGUMENTS, executable
from scripts.support.environment import ROOT
from scripts.support.server import Site
from scripts.support.wheel import build_wheel

ACTIONS = ("build", "load")


def compare(page: Page, turns: int) -> dict[str, tuple[float, float]]:
    """Print one line per action, and return the medians of pyio and of TensorFlow.js."""
    times = defaultdict(list)
    for turn in range(turns + 1):
        for action in ACTIONS:
            for who in ("pyio", "tfjs"):
                milliseconds = page.evaluate("(name) => bench[name]()", f"{who}_{action}")
                if turn:  # the first turn warms up
                    times[who, action].append(milliseconds)
    found = {}
    for action in ACTIONS:
        ours, theirs = (median(times[who, action]) for who in ("pyio", "tfjs"))
        found[action] = ours, theirs
        ratio = ours / theirs
        print(f"{action:6} pyio {ours:.1f} ms  TF.js {theirs:.1f} ms  pyio/tfjs {ratio:.2f}")
    return found


def main(*, quick: bool) -> dict[str, tuple[float, float]]:
    """Build the wheel, open a page, compare."""
    runtime.ensure(runtime.VENDOR)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        wheel = build_wheel(Path(folder) / "wheels")
        directories = {
            "/": ROOT / "scripts/benchmarks/page",
            "/interop/": ROOT / "tests/interop",
            "/vendor/": runtime.VENDOR,
            "/wheels/": wheel.parent,
        }
        browser = playwright.chromium.launch(executable_path=executable(playwright), args=ARGUMENTS)
        with Site(directories) as site:
            page = browser.new_page()
            page.set_default_timeout(600_000)
            page.goto(f"{site.url}/building.html?wheel={wheel.name}")
            page.wait_for_function("() => Boolean(window.bench)")
            found = compare(page, 5 if quick else 25)
        browser.close()
    return found
