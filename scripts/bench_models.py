"""How fast models predict against TensorFlow.js's cpu backend: ``python3 scripts/bench_models.py``.

Both run in the same page of Chromium, on the same weights and inputs; first it is checked that
they agree. A ratio above 1 says that pyio is faster.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts import runtime
from scripts.environment import prepare, run
from scripts.server import Site
from scripts.wheel import build_wheel

try:
    from playwright.sync_api import sync_playwright
except ImportError:
    run(prepare(["chromium"]), __file__, *sys.argv[1:])
    sys.exit()

from tests.engines.chromium import Chromium
from tests.tabs import Tab

BATCHES = (1, 32)


def measure(value: Any, times: int) -> Any:
    """Runs in the page: the milliseconds of each prediction, and how far off the result is."""
    import base64
    import time

    import numpy as np

    import pyio
    from pyio.format.specs import specs_from_json

    artifacts = pyio.ModelArtifacts(
        model_topology=value["artifacts"]["topology"],
        weight_specs=specs_from_json(value["artifacts"]["specs"]),
        weight_data=(memoryview(base64.b64decode(value["artifacts"]["data"])),),
    )
    model = pyio.model_from_artifacts(artifacts)
    x = np.array(value["input"]["data"], np.float32).reshape(value["input"]["shape"])
    expected = np.array(value["output"]["data"]).reshape(value["output"]["shape"])
    error = float(np.abs(model.predict(x, len(x)) - expected).max() / np.abs(expected).max())
    model.predict(x, len(x))
    milliseconds = []
    for _ in range(times):
        begin = time.perf_counter()
        model.predict(x, len(x))
        milliseconds.append(1000 * (time.perf_counter() - begin))
    return [milliseconds, error]


def compare(tab: Tab) -> None:
    """Print one line per model and batch size."""
    tab.tensorflow()
    tab.script(ROOT / "tests/interop/models.js")
    print(f"{'model':24}{'batch':>6}{'TF.js cpu ms':>14}{'pyio ms':>10}{'ratio':>8}")
    for name in tab.js("() => pyioModels.benchmarks"):
        for batch in BATCHES:
            times = 5 if batch > 1 else 15
            call = "([name, batch, times]) => pyioModels.benchmark(tf, name, batch, times)"
            theirs = tab.js(call, [name, batch, times])
            ours, error = tab.python(measure, theirs, times)
            assert error < 1e-4, f"{name}: predictions differ by {error}"
            theirs_ms, ours_ms = median(theirs["milliseconds"]), median(ours)
            ratio = theirs_ms / ours_ms
            print(f"{name:24}{batch:6}{theirs_ms:14.2f}{ours_ms:10.2f}{ratio:8.1f}", flush=True)


def main() -> None:
    """Build the wheel, open a page, compare."""
    runtime.ensure(runtime.VENDOR)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        wheel = build_wheel(Path(folder))
        directories = {
            "/": ROOT / "tests/harness",
            "/vendor/": runtime.VENDOR,
            "/wheels/": wheel.parent,
        }
        browser = Chromium(playwright).start(Path(folder) / "profile")
        with Site(directories) as site:
            compare(Tab(browser.open(f"{site.url}/index.html"), wheel.name))
        browser.close()


if __name__ == "__main__":
    main()
