"""Browsers killed with SIGKILL at random moments while they save, and what is there afterwards."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.engines.contract import PageError

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from tests.engines.contract import Browser
    from tests.faults.place import Place
    from tests.faults.stage import Stage

SIZES = {
    "localstorage": [1_000, 100_000, 400_000, 1_000_000],
    "indexeddb": [1_000, 300_000, 3_000_000, 8_000_000],
    "opfs": [1_000, 300_000, 3_000_000, 8_000_000],
}
"""Bytes of the weights that are saved in turn."""


@dataclass(frozen=True)
class Found:
    """What one kill left in one medium.

    Attributes:
        verdict: "old" or "new" for a whole model, or what else it is.
        model: Which model it is.
        last: The last one whose save had returned.
        lost_seconds: Seconds between the kill and the return of the oldest save that was lost.
    """

    verdict: str
    model: str
    last: str
    lost_seconds: float


@dataclass(frozen=True)
class Kill:
    """One kill: how many seconds after the saving had begun, and medium -> what was left."""

    after: float
    found: dict[str, Found]


def kills(
    stage: Stage,
    place: Place,
    times: int,
    chance: random.Random,
    longest: Callable[[int], float] = lambda number: 2 if number % 2 else 8,
) -> Iterator[Kill]:
    """Kill a browser `times` times, each with the profile that the one before has left.

    The number of each kill is given to `longest`, which tells how many seconds it may take.
    """
    stage.tab = stage.open(_prepared(stage))
    stage.crashed = True
    for number in range(times):
        place.done.clear()
        for medium in stage.program.media:
            given = (f"{medium}://m", SIZES[medium], f"new-{number}", 1_000_000)
            stage.program.begin(stage.tab, "save_many", *given)
        after = chance.uniform(0.1, longest(number))
        time.sleep(after)
        killed = time.monotonic()
        yield Kill(after, _left(stage, place, killed))
    stage.browser.close()


def _left(stage: Stage, place: Place, killed: float) -> dict[str, Found]:
    """Return medium -> what the kill has left. If the tab that looks crashes, another one looks.

    Chromium did that twice in 230 kills, on a busy machine. What is stored stays as it was.
    """
    for last in (False, True):
        stage.browser.kill()
        stage.browser = stage.start("killed")
        stage.tab = stage.open(stage.browser)
        try:
            return {m: _found(stage, m, place, killed) for m in stage.program.media}
        except PageError as error:
            if last or "crashed" not in str(error):
                raise
            print(f"looked at again: {error}")
    raise AssertionError("unreachable")


def _prepared(stage: Stage) -> Browser:
    """Store the models, close the browser as a person does, which writes all to disk."""
    stage.browser = stage.start("killed")
    stage.tab = stage.open(stage.browser)
    for medium in stage.program.media:
        stage.medium = medium
        stage.prepare()
    stage.browser.close()
    stage.browser = stage.start("killed")
    return stage.browser


def _found(stage: Stage, medium: str, place: Place, killed: float) -> Found:
    stage.medium = medium
    model = stage.state()
    done = [(when, text.split()[1]) for when, text in place.done if text.startswith(medium)]
    names = [name for when, name in done if when < killed]
    later = done[names.index(model) + 1 :] if model in names else done
    # A save may be stored although it had not returned, or its return was not recorded.
    newest = not names or _number(model) > _number(names[-1])
    lost = 0.0 if newest or not later else round(killed - later[0][0], 2)
    return Found(_verdict(stage, model), model, names[-1] if names else "", max(lost, 0.0))


def _number(model: str) -> tuple[int, ...]:
    return tuple(int(part) for part in model.split("-")[1:] if part.isdigit())


def _verdict(stage: Stage, model: str) -> str:
    """Return the verdict over one medium; the listing holds the models of both."""
    if model.startswith(("half", "nothing")):
        return "lost" if model == "nothing" else model
    return stage.verdict()
