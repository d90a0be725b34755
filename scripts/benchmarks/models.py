"""Predicting, compared with TensorFlow.js and ONNX Runtime Web, both with SIMD and in one thread.

All run in the same page of Chromium, on the same weights and inputs, also TensorFlow.js's cpu
backend and pyio without its kernel. ONNX Runtime gets images with their channels first, as it wants
them. The predictions are compared first. A sample is the mean of as many calls as take 50 ms,
because a page's clock is coarse. The contenders take turns, and the medians are shown. A ratio
above 1 means that pyio is faster.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from scripts.benchmarks.opened import opened
from scripts.support import runtime
from scripts.support.environment import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

BATCHES = (1, 32)
SAMPLE_MS = 50
WASM, ONNX, CPU, KERNEL, NUMPY = "TF.js wasm", "ONNX Runtime", "TF.js cpu", "pyio", "pyio, NumPy"
ALL = (KERNEL, WASM, ONNX, CPU, NUMPY)
SLOW = ("MobileNet 1.0, 224x224",)
"""Models that take seconds without SIMD, and so are measured with it alone."""


@dataclass(frozen=True, slots=True)
class Row:
    """The medians in milliseconds of one model and batch, by contender."""

    name: str
    batch: int
    medians: dict[str, float]

    def ratio(self, other: str) -> float | None:
        """Return how much longer another contender takes than pyio, or None if it was left out."""
        return self.medians[other] / self.medians[KERNEL] if other in self.medians else None


def compare(page: Page, *, quick: bool) -> list[Row]:
    """Print one line per model and batch size, and return what is in them."""
    heads = "".join(f"{name:>13}" for name in ALL)
    ratios = f"{'wasm/pyio':>11}{'onnx/pyio':>11}{'cpu/pyio':>10}"
    print(f"{'milliseconds':26}{'batch':>6}{heads}{ratios}")
    rows = []
    for name in page.evaluate("() => bench.names()"):
        for batch in BATCHES:
            error = page.evaluate("([name, batch]) => bench.prepare(name, batch)", [name, batch])
            assert error < 1e-4, f"{name}: predictions differ by {error}"
            simple = not quick and name not in SLOW and (batch == 1 or "MobileNet" not in name)
            turns = 3 if quick else (7 if "MobileNet" in name else 11)
            rows.append(Row(name, batch, _medians(page, turns, simple=simple)))
            print(_line(rows[-1]), flush=True)
    return rows


def _medians(page: Page, turns: int, *, simple: bool) -> dict[str, float]:
    """Return the median of each contender; `simple` says whether those without SIMD take part."""
    times = defaultdict(list)
    for _ in range(turns):
        times[KERNEL].append(page.evaluate("(ms) => bench.ours(true, ms)", SAMPLE_MS))
        times[WASM].append(page.evaluate("(ms) => bench.theirs('wasm', ms)", SAMPLE_MS))
        times[ONNX].append(page.evaluate("(ms) => bench.onnx(ms)", SAMPLE_MS))
        if simple:
            times[CPU].append(page.evaluate("(ms) => bench.theirs('cpu', ms)", SAMPLE_MS))
            times[NUMPY].append(page.evaluate("(ms) => bench.ours(false, ms)", SAMPLE_MS))
    return {name: median(each) for name, each in times.items()}


def _line(row: Row) -> str:
    found = row.medians
    columns = [f"{found[each]:.3f}" if each in found else "" for each in ALL]
    ratios = [row.ratio(each) for each in (WASM, ONNX, CPU)]
    shown = ["" if each is None else f"{each:.2f}" for each in ratios]
    numbers = "".join(f"{column:>13}" for column in columns)
    return f"{row.name:26}{row.batch:6}{numbers}{shown[0]:>11}{shown[1]:>11}{shown[2]:>10}"


def main(*, quick: bool) -> list[Row]:
    """Build the wheel, open a page, compare; return the rows of the table."""
    runtime.ensure(runtime.VENDOR)
    runtime.ensure(runtime.VENDOR, [runtime.TFJS_WASM, runtime.ONNX_RUNTIME])
    folders = {"/support/": ROOT / "scripts/support", "/interop/": ROOT / "tests/interop"}
    with opened("models.html", folders) as page:
        return compare(page, quick=quick)
