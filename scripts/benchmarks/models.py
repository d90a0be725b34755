"""Predicting, compared with TensorFlow.js's cpu backend.

Both run in the same page of Chromium, on the same weights and inputs. Their predictions are
compared first. A ratio above 1 means that pyio is faster.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from scripts.support import runtime
from scripts.support.chromium import ARGUMENTS, executable
from scripts.support.environment import ROOT
from scripts.support.server import Site
from scripts.support.wheel import build_wheel

BATCHES = (1, 32)


def compare(page: Page, *, quick: bool) -> None:
    """Print one line per model and batch size."""
    print(f"{'model':24}{'batch':>6}{'TF.js cpu ms':>14}{'pyio ms':>10}{'ratio':>8}")
    for name in page.evaluate("() => bench.names()"):
        for batch in BATCHES[:1] if quick else BATCHES:
            times = 5 if batch > 1 else 15
            asked = [name, batch, times]
            theirs = page.evaluate("(asked) => bench.theirs(...asked)", asked)
            ours, error = page.evaluate("(asked) => bench.ours(...asked)", [theirs, times])
            assert error < 1e-4, f"{name}: predictions differ by {error}"
            theirs_ms, ours_ms = median(theirs["milliseconds"]), median(ours)
            ratio = theirs_ms / ours_ms
            print(f"{name:24}{batch:6}{theirs_ms:14.2f}{ours_ms:10.2f}{ratio:8.1f}", flush=True)


def main(*, quick: bool) -> None:
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
            page.goto(f"{site.url}/models.html?wheel={wheel.name}")
            page.wait_for_function("() => Boolean(window.bench)")
            compare(page, quick=quick)
        browser.close()
