"""Predicting, compared with TensorFlow.js's wasm backend (SIMD, one thread) and its cpu backend.

All run in the same page of Chromium, on the same weights and inputs. Their predictions are compared
first. A sample is the mean of as many calls as take 50 ms, because a page's clock is coarse. The
contenders take turns, and the medians are shown. A ratio above 1 means that pyio is faster.
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

BATCHES = (1, 32)
SAMPLE_MS = 50
WASM, CPU, KERNEL, NUMPY = "TF.js wasm", "TF.js cpu", "pyio", "pyio, NumPy"
SLOW = ("MobileNet 1.0, 224x224",)
"""Models that take seconds without SIMD, and so are measured with it alone."""

TFJS_WASM = runtime.Source(
    folder="tfjs-wasm",
    cdn="https://cdn.jsdelivr.net/npm/@tensorflow/tfjs-backend-wasm@4.22.0/dist/",
    package="@tensorflow/tfjs-backend-wasm@4.22.0",
    inside="package/dist/",
    files={
        "tf-backend-wasm.min.js": (
            "691bbec0ef8b5a7f17f212e9c5d85832030f90d030b46e99acb4dea1fb16f009"
        ),
        "tfjs-backend-wasm-simd.wasm": (
            "77ebb28a6d34f371dbbf2086b7f2de8994acd8ea5a3cf1fa24d2c26c840cac7b"
        ),
    },
)


def compare(page: Page, *, quick: bool) -> None:
    """Print one line per model and batch size."""
    heads = "".join(f"{name:>13}" for name in (KERNEL, WASM, CPU, NUMPY))
    print(f"{'milliseconds':26}{'batch':>6}{heads}{'wasm/pyio':>11}{'cpu/pyio':>10}")
    for name in page.evaluate("() => bench.names()"):
        for batch in BATCHES:
            error = page.evaluate("([name, batch]) => bench.prepare(name, batch)", [name, batch])
            assert error < 1e-4, f"{name}: predictions differ by {error}"
            simple = not quick and name not in SLOW and (batch == 1 or "MobileNet" not in name)
            turns = 3 if quick else (7 if "MobileNet" in name else 11)
            print(_line(name, batch, _medians(page, turns, simple=simple)), flush=True)


def _medians(page: Page, turns: int, *, simple: bool) -> dict[str, float]:
    """Return the median of each contender; `simple` says whether those without SIMD take part."""
    times = defaultdict(list)
    for _ in range(turns):
        times[KERNEL].append(page.evaluate("(ms) => bench.ours(true, ms)", SAMPLE_MS))
        times[WASM].append(page.evaluate("(ms) => bench.theirs('wasm', ms)", SAMPLE_MS))
        if simple:
            times[CPU].append(page.evaluate("(ms) => bench.theirs('cpu', ms)", SAMPLE_MS))
            times[NUMPY].append(page.evaluate("(ms) => bench.ours(false, ms)", SAMPLE_MS))
    return {name: median(each) for name, each in times.items()}


def _line(name: str, batch: int, found: dict[str, float]) -> str:
    columns = [f"{found[each]:.3f}" if each in found else "" for each in (KERNEL, WASM, CPU, NUMPY)]
    ratios = [f"{found[each] / found[KERNEL]:.2f}" if each in found else "" for each in (WASM, CPU)]
    numbers = "".join(f"{column:>13}" for column in columns)
    return f"{name:26}{batch:6}{numbers}{ratios[0]:>11}{ratios[1]:>10}"


def main(*, quick: bool) -> None:
    """Build the wheel, open a page, compare."""
    runtime.ensure(runtime.VENDOR)
    runtime.ensure(runtime.VENDOR, [TFJS_WASM])
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
