"""Browsers killed with SIGKILL while pyio saves; TensorFlow.js saves before pyio is used again."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.faults.catalogue import BROWSER_MEDIA
from tests.faults.kills import SIZES
from tests.faults.stage import PROGRAMS

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from tests.faults.stage import Stage
    from tests.support.tabs import Tab

WRITTEN = 6
"""Seconds after which Chromium has written the first items of localStorage to the disk."""


@dataclass(frozen=True)
class Kill:
    """One kill: how many seconds after the saving had begun, and medium -> the verdict.

    The verdict is "kept" if both programs load what TensorFlow.js has saved, and what is there
    otherwise. `journal` is whether the kill had left a journal in localStorage.
    """

    after: float
    journal: bool
    found: dict[str, str]


def kills_then_tensorflow(
    stage: Stage, times: int, chance: random.Random, longest: float = 10
) -> Iterator[Kill]:
    """Kill a browser `times` times, each with the profile that the one before left.

    Every second time pyio does not only save, but removes the model in turn. Two of four times the
    page itself stops after a few items of localStorage, some seconds before the browser is killed,
    so that a part of a save is on the disk.
    """
    stage.browser = stage.start("overtaken")
    stage.tab = stage.open(stage.browser)
    for number in range(times):
        action = "save_and_remove_many" if number % 2 else "save_many"
        for medium in BROWSER_MEDIA:
            given = (f"{medium}://m", SIZES[medium], f"pyio-{number}", 1_000_000)
            stage.program.begin(stage.tab, action, *given)
        after = chance.uniform(0.3, longest)
        if number % 4 > 1:
            stage.tab.js("(changes) => faults.stopAfter(changes)", chance.randint(1, 40))
            after += WRITTEN
        time.sleep(after)
        stage.browser.kill()
        stage.browser = stage.start("overtaken")
        other = PROGRAMS["tfjs"].tab(stage.show(), stage.wheel)
        PROGRAMS["tfjs"].ready(other)
        journal = other.js("() => localStorage.getItem('pyio_journal') !== null")
        label = f"tfjs-{number}"
        for medium in BROWSER_MEDIA:
            assert PROGRAMS["tfjs"].call(other, "save", f"{medium}://m", label, 1000) is None
        stage.tab = stage.open(stage.browser)
        found = {medium: _verdict(stage, other, medium, label) for medium in BROWSER_MEDIA}
        yield Kill(after, journal, found)
        other.close()
    stage.browser.close()


def _verdict(stage: Stage, other: Tab, medium: str, label: str) -> str:
    """Return what both programs find, before and after pyio has saved something else."""
    damaged = [url for url, damage in stage.program.call(stage.tab, "listing").items() if damage]
    if damaged:
        return f"damaged: {damaged}"
    url = f"{medium}://m"
    before = stage.program.call(stage.tab, "load", url)
    error = stage.program.call(stage.tab, "save", f"{medium}://next", "next", 1000)
    after = stage.program.call(stage.tab, "load", url)
    by_tensorflow = PROGRAMS["tfjs"].call(other, "load", url)
    if (before, error, after, by_tensorflow) == (label, None, label, label):
        return "kept"
    return f"pyio {before}, then {error} and {after}; TensorFlow.js {by_tensorflow}"
