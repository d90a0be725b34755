"""Browsers killed with SIGKILL after moves between the media, and where the models are then."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.faults.catalogue import BROWSER_MEDIA
from tests.faults.stage import PROGRAMS

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from tests.faults.stage import Stage
    from tests.support.tabs import Tab

SIZES = [1_000, 100_000, 600_000]
"""Bytes of the weights that are moved in turn. Chromium writes the largest one latest."""

MOVES = [
    ("m", "indexeddb", "localstorage"),
    ("n", "localstorage", "indexeddb"),
    ("o", "opfs", "localstorage"),
    ("p", "localstorage", "opfs"),
    ("q", "indexeddb", "opfs"),
    ("r", "opfs", "indexeddb"),
]
"""Name, source and destination of each model that moves."""

LOAD = """async (url) => {
  try {
    const found = await tf.io.getLoadHandlers(url)[0].load();
    const { id, sha256 } = found.userDefinedMetadata;
    const digest = await crypto.subtle.digest("SHA-256", found.weightData);
    const hex = [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0")).join("");
    return id === found.modelTopology.id && hex === sha256 ? id : "a mixture";
  } catch (error) {
    return `none: ${error.message}`;
  }
}"""
"""Returns the label of a model that TensorFlow.js loads; its parts must belong together."""


@dataclass(frozen=True)
class Kill:
    """One kill: how many seconds after the moves, and destination -> the verdicts.

    A verdict is "moved" or "kept" for a model that is whole at the destination or at the source,
    "both" for both, and what was found otherwise.
    """

    after: float
    found: dict[str, list[str]]


def kills_after_moves(
    stage: Stage, times: int, chance: random.Random, longest: float = 10
) -> Iterator[Kill]:
    """Kill a browser `times` times after moves, each with the profile that the one before left."""
    stage.browser = stage.start("moved")
    stage.tab = stage.open(stage.browser)
    for number in range(times):
        label, existing = str(number), number % 2 == 1
        size = SIZES[number % len(SIZES)]
        stage.program.call(stage.tab, "move_all_ways", MOVES, label, size, existing)
        after = chance.uniform(0, longest)
        time.sleep(after)
        stage.browser.kill()
        stage.browser = stage.start("moved")
        bare = PROGRAMS["tfjs"].tab(stage.show(), stage.wheel)
        bare.tensorflow()
        by_tensorflow = {name: _found(bare, name, label) for name, *_ in MOVES}
        bare.close()
        stage.tab = stage.open(stage.browser)
        found: dict[str, list[str]] = {}
        for move in MOVES:
            verdict = _verdict(stage, move, label, by_tensorflow[move[0]])
            found.setdefault(move[2], []).append(verdict)
        yield Kill(after, found)
    stage.browser.close()


def _found(tab: Tab, name: str, label: str) -> bool:
    """Return whether TensorFlow.js loads the model from one of its media."""
    urls = [f"{medium}://{name}" for medium in BROWSER_MEDIA]
    return any(tab.js(LOAD, url) == f"{name}-{label}" for url in urls)


def _verdict(stage: Stage, move: tuple[str, str, str], label: str, by_tensorflow: bool) -> str:
    """Return what pyio finds; it lists first, which settles what the kill has left undecided."""
    name, *media = move
    listed = stage.program.call(stage.tab, "listing")
    damaged = {url: damage for url, damage in listed.items() if damage is not None}
    if damaged:
        return f"damaged: {damaged}"
    places = [f"{medium}://{name}" for medium in media]
    labels = [stage.program.call(stage.tab, "load", url) if url in listed else "" for url in places]
    kept, moved = (found == f"{name}-{label}" for found in labels)
    if not kept and not moved:
        return f"lost: {labels}"
    there = {medium for medium, found in zip(media, (kept, moved), strict=True) if found}
    if there <= set(BROWSER_MEDIA) and not by_tensorflow:
        return f"lost for TensorFlow.js: {labels}"
    extra = [url for url in listed if "recovered" in url]
    if extra:
        return f"there, and beside it: {extra}"
    return "both" if kept and moved else "kept" if kept else "moved"
