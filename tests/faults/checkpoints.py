"""Browsers killed with SIGKILL while a training saves a checkpoint, and the checkpoints left."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from tests.faults.place import Place
    from tests.faults.stage import Stage

PATIENCE = 120
"""Seconds to wait for checkpoints on a busy machine."""


def kills_of_checkpoints(
    stage: Stage, place: Place, url: str, chance: random.Random, times: int
) -> Iterator[tuple[dict[str, Any], int, int]]:
    """Kill a browser `times` times soon after a save has begun, each with a fresh training.

    Yields the checkpoints that are left, by address, each with its epoch; the epoch of the last
    save that had begun; and that of the last one that had ended.
    """
    stage.browser = stage.start("killed")
    stage.tab = stage.open(stage.browser)
    stage.crashed = True
    for number in range(times):
        place.done.clear()
        first = number * 1000  # epochs tell the trainings apart
        stage.program.begin(stage.tab, "train_with_checkpoints", url, 1, first)
        _wait_for(place, "saved", count=3)
        last = _last(place, "begins")
        deadline = time.monotonic() + PATIENCE
        while _last(place, "begins") == last and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.03))
        stage.browser.kill()
        stage.browser = stage.start("killed")
        stage.tab = stage.open(stage.browser)
        found = stage.program.call(stage.tab, "checkpoints", first)
        yield found, _last(place, "begins"), _last(place, "saved")
        for address in found:
            stage.program.call(stage.tab, "remove", address)
    stage.browser.close()


def _epochs(place: Place, what: str) -> list[int]:
    """Return the epochs that the server has heard of."""
    return [int(text.split()[1]) for _, text in list(place.done) if text.startswith(what)]


def _last(place: Place, what: str) -> int:
    return max(_epochs(place, what), default=-1)


def _wait_for(place: Place, what: str, count: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while len(_epochs(place, what)) < count:
        assert time.monotonic() < deadline, place.done
        time.sleep(0.01)
