"""Several tabs at once on the same few names, and whether what is left can be explained.

A storm ends by itself, or by a SIGKILL of the browser; then TensorFlow.js saves first.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.faults.catalogue import BROWSER_MEDIA
from tests.faults.stage import PROGRAMS

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

    from tests.faults.stage import Stage
    from tests.support.tabs import Tab

NAMES = ("a", "b", "c")
SHARED = [f"{medium}://{name}" for medium in BROWSER_MEDIA for name in NAMES]
"""The addresses that TensorFlow.js has too."""
TYPED = {"ModelNotFoundError", "ModelExistsError"}
"""What may come of an operation on a name that others use."""


def addresses(stage: Stage) -> list[str]:
    """Return the addresses at which a program is at work."""
    return [f"{medium}://{name}" for medium in stage.program.media for name in NAMES]


@dataclass(frozen=True)
class Weather:
    """The results of a storm.

    Attributes:
        operations: How many there were.
        errors: The names of the errors, and how often each came.
        final: Address -> the label of the model, "nothing", or what it is instead.
        unexplained: Descriptions of models that no tab can have saved.
    """

    operations: int
    errors: Counter[str]
    final: dict[str, str]
    unexplained: list[str]


def storm(stage: Stage, tabs: Sequence[Tab], operations: int, seed: int) -> Weather:
    """Do `operations` in all tabs together on all media of the program."""
    share, urls = operations // len(tabs), addresses(stage)
    for number, tab in enumerate(tabs):
        stage.program.begin(tab, "storm", seed, number, urls, share)
    records: list[list[Any]] = []
    for tab in tabs:
        records += stage.program.result(tab, 600)
    stage.tab.wait("() => localStorage.getItem('pyio_journal') === null")  # it has seen all events
    places = [(medium, name) for medium in stage.program.media for name in NAMES]
    final = {f"{medium}://{name}": stage.state_of(medium, name) for medium, name in places}
    errors = Counter(entry[1] for entry in records if entry[0] == "error")
    return Weather(share * len(tabs), errors, final, unexplained(records, final))


def unexplained(records: Sequence[Sequence[Any]], final: dict[str, str]) -> list[str]:
    """Return what is there, was seen or went away, and was never put there.

    A model can be gone from a name, or still be there, as often as it was put there.
    """
    put = Counter((url, label) for kind, url, label in records if kind == "put")
    gone = Counter((url, label) for kind, url, label in records if kind == "gone")
    found = []
    for kind, url, label in records:
        if kind == "mixture" or (kind in ("seen", "gone") and not put[url, label]):
            found.append(f"{kind} at {url}: {label}")
    for url, state in final.items():
        if state == "nothing":
            if not any(place == url for place, _ in gone) and any(at == url for at, _ in put):
                found.append(f"{url} is empty, and no tab removed anything")
        elif not state.isdigit() or put[url, int(state)] <= gone[url, int(state)]:
            found.append(f"{url} has {state}")
    return found


@dataclass(frozen=True)
class Kill:
    """A storm that a kill ended: after how many seconds, and address -> what is wrong there."""

    after: float
    saved: int
    wrong: dict[str, str]


def killed_storms(
    stage: Stage, tabs: int, times: int, chance: random.Random, longest: float = 8
) -> Iterator[Kill]:
    """Kill the browser in `times` storms, each with the profile that the one before has left.

    After each kill TensorFlow.js saves under some of the names, and then pyio is used again. Both
    programs must load what TensorFlow.js has saved; the other names must hold one whole model each,
    or nothing, the same for both.
    """
    stage.browser = stage.start("storm")
    for number in range(times):
        for place in range(tabs):
            tab = stage.open(stage.browser)
            stage.program.begin(tab, "storm", number, place, addresses(stage), 1_000_000)
        after = chance.uniform(0.5, longest)
        time.sleep(after)
        stage.browser.kill()
        stage.browser = stage.start("storm")
        other = PROGRAMS["tfjs"].tab(stage.show(), stage.wheel)
        PROGRAMS["tfjs"].ready(other)
        saved = {url: str(10**9 + 10 * number + place) for place, url in enumerate(SHARED)}
        for url in chance.sample(SHARED, 3):
            del saved[url]
        for url, label in saved.items():
            assert PROGRAMS["tfjs"].call(other, "save", url, label, 1000) is None
        stage.tab = stage.open(stage.browser)
        yield Kill(after, len(saved), _wrong(stage, other, saved))
        other.close()
    stage.browser.close()


def _wrong(stage: Stage, other: Tab, saved: dict[str, str]) -> dict[str, str]:
    """Return address -> what differs between the two programs, or what is not whole."""
    for medium in stage.program.media:  # a save applies what the kill has left in the journal
        assert stage.program.call(stage.tab, "save", f"{medium}://next", "next", 20) is None
    listed = stage.program.call(stage.tab, "listing")
    wrong = {url: damage for url, damage in listed.items() if damage}
    for url in addresses(stage):
        by_pyio = stage.program.call(stage.tab, "load", url)
        if url not in SHARED:
            absent = by_pyio == "ModelNotFoundError"
            if not (absent or by_pyio.isdigit()) or (url in listed) == absent:
                wrong[url] = f"pyio {by_pyio}"
            continue
        by_tensorflow = PROGRAMS["tfjs"].call(other, "load", url)
        if url in saved:
            kept = by_pyio == by_tensorflow == saved[url]
        elif by_pyio == "ModelNotFoundError":
            # The source of a move stays until the destination is on the disk, for TensorFlow.js.
            moved = by_tensorflow.isdigit() and url.startswith("indexeddb://")
            kept = moved or by_tensorflow == "Error"
        else:
            kept = by_pyio.isdigit() and by_pyio == by_tensorflow
        if not kept or (url in listed) == (by_pyio == "ModelNotFoundError"):
            wrong[url] = f"pyio {by_pyio}, TensorFlow.js {by_tensorflow}, saved {saved.get(url)}"
    return wrong
