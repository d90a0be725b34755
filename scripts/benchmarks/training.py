"""Steps of training, compared with TensorFlow.js's cpu and wasm backends.

All three train the same models on the same batch of 32 in one page of Chromium. The losses of their
steps are compared. Printed are the least times in milliseconds, which other programs disturb the
least, and ratios to pyio: above 1 means that pyio is faster. The wasm backend cannot train
convolutions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scripts.benchmarks.opened import opened
from scripts.support import runtime

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

BACKENDS = ("cpu", "wasm")
STEPS = {"cpu": 4, "wasm": 12}
"""Steps that are timed in a turn. Those of the cpu backend take up to a second."""


def compare(page: Page, *, turns: int) -> None:
    """Print one line per model. The contenders take turns, so that all see the same load."""
    head = "".join(f"{name + ' ms':>14}{'ratio':>8}" for name in BACKENDS)
    print(f"{'model, batch of 32':34}{'pyio ms':>10}{head}")
    for name in page.evaluate("() => bench.names()"):
        started = page.evaluate("(name) => bench.start(name)", name)
        times: dict[str, list[float]] = {"pyio": []}
        losses: dict[str, list[float]] = {}
        for _ in range(turns):
            for backend in started:
                steps = [name, backend, STEPS[backend]]
                found = page.evaluate("(steps) => bench.theirs(...steps)", steps)
                _note(found, backend, times, losses)
            _note(page.evaluate("(steps) => bench.ours(steps)", 12), "pyio", times, losses)
        _check_losses(name, losses)
        print(_line(name, times), flush=True)


def _note(
    found: Any, who: str, times: dict[str, list[float]], losses: dict[str, list[float]]
) -> None:
    times.setdefault(who, []).extend(found["milliseconds"])
    losses.setdefault(who, []).extend(found["losses"])


def _check_losses(name: str, losses: dict[str, list[float]]) -> None:
    """Raise AssertionError unless all contenders saw the same losses, as far as each went."""
    ours = losses.pop("pyio")
    for backend, theirs in losses.items():
        pairs = zip(ours, theirs, strict=False)
        error = max(abs(a - b) / max(1, abs(b)) for a, b in pairs)
        assert error < 1e-3, f"{name}: the losses differ by {error} from the {backend} backend's"


def _line(name: str, times: dict[str, list[float]]) -> str:
    ours = min(times["pyio"])
    line = f"{name:34}{ours:10.2f}"
    for backend in BACKENDS:
        if backend in times:
            theirs = min(times[backend])
            line += f"{theirs:14.2f}{theirs / ours:8.1f}"
        else:
            line += f"{'cannot train':>14}{'':8}"
    return line


def main(*, quick: bool, vendor: Path = runtime.VENDOR) -> None:
    """Build the wheel, open a page, compare."""
    runtime.ensure(vendor, (*runtime.RUNTIME, runtime.TFJS_WASM))
    with opened("training.html", vendor=vendor) as page:
        compare(page, turns=2 if quick else 6)
