"""Graph models, compared with TensorFlow.js's cpu and wasm backends.

Five real models from npm run in one page of Chromium, on the same inputs: a face detector, a face
mesh, a hand, a pose and basic-pitch (sound). The outputs are compared first. Each contender
predicts for about as long, and the medians are shown. A ratio above 1 means that pyio is faster.
The wasm backend runs in one thread with SIMD, as on pages without cross-origin isolation.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from scripts.benchmarks.opened import opened
from scripts.support import runtime
from scripts.support.real_models import FACES, PITCHES, POSES, TFJS_WASM

if TYPE_CHECKING:
    from playwright.sync_api import Page

MODELS = {
    "faces": f"{FACES.folder}/blazeface.json",
    "face mesh": f"{FACES.folder}/facemesh.json",
    "hands": f"{FACES.folder}/handlandmark-lite.json",
    "poses": f"{POSES.folder}/movenet-lightning.json",
    "pitches": f"{PITCHES.folder}/model.json",
}

MOST_TIMES = 15
"""Predictions of one contender; fewer if they take longer than `SECONDS`."""

SECONDS = 10


@dataclass(frozen=True, slots=True)
class Row:
    """The medians in milliseconds of one model: TensorFlow.js's backends, and pyio."""

    name: str
    cpu: float
    wasm: float
    ours: float


def compare(page: Page, seconds: float) -> list[Row]:
    """Print one line per model, and return what is in them."""
    rows = []
    heads = f"{'TF.js cpu ms':>14}{'TF.js wasm ms':>15}{'pyio ms':>10}"
    print(f"{'model':12}{heads}{'cpu/pyio':>10}{'wasm/pyio':>11}{'differs by':>12}")
    for name, path in MODELS.items():
        url = f"/vendor/{path}"
        limits = [MOST_TIMES, seconds]
        times = {
            backend: page.evaluate("(asked) => bench.theirs(...asked)", [url, backend, *limits])
            for backend in ("cpu", "wasm")
        }
        ours, error = page.evaluate("(asked) => bench.ours(...asked)", [url, *limits])
        assert error < 5e-3, f"{name}: predictions differ by {error}"
        rows.append(Row(name, median(times["cpu"]), median(times["wasm"]), median(ours)))
        print(_line(rows[-1], error), flush=True)
    return rows


def _line(row: Row, error: float) -> str:
    cpu, wasm, ours = row.cpu, row.wasm, row.ours
    shown: list[Any] = [cpu, wasm, ours, cpu / ours, wasm / ours]
    widths = ("14.1f", "15.1f", "10.1f", "10.1f", "11.2f")
    columns = "".join(format(each, width) for each, width in zip(shown, widths, strict=True))
    return f"{row.name:12}{columns}{error:12.1e}"


def main(*, quick: bool) -> list[Row]:
    """Fetch the models, build the wheel, open a page, compare."""
    runtime.ensure(runtime.VENDOR)
    runtime.ensure(runtime.VENDOR, (FACES, POSES, PITCHES, TFJS_WASM))
    with opened("graphs.html") as page:
        return compare(page, 1 if quick else SECONDS)
