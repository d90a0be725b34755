"""Making a model of layers from what is stored, compared with TensorFlow.js.

MobileNet V1 0.25 (83 layers, 137 weights) lies in IndexedDB, as TensorFlow.js has saved it. Both
make it from the artifacts in memory ("build"), and load it with its weights ("load"), by turns in
one page of Chromium. Nothing is predicted. Prints medians, and pyio's time as a part of
TensorFlow.js's: below 1 means that pyio is faster.
"""

from __future__ import annotations

from collections import defaultdict
from statistics import median
from typing import TYPE_CHECKING

from scripts.benchmarks.opened import opened
from scripts.support import runtime
from scripts.support.environment import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

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
    with opened("building.html", {"/interop/": ROOT / "tests/interop"}) as page:
        return compare(page, 5 if quick else 25)
