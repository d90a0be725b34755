"""Several tabs at once on the same few names, and whether what is left can be explained."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.faults.catalogue import BROWSER_MEDIA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.faults.stage import Stage
    from tests.support.tabs import Tab

NAMES = ("a", "b", "c")
TYPED = {"ModelNotFoundError", "ModelExistsError"}
"""What may come of an operation on a name that others use."""


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
    """Do `operations` in all tabs together on both media."""
    places = [(medium, name) for medium in BROWSER_MEDIA for name in NAMES]
    urls = [f"{medium}://{name}" for medium, name in places]
    share = operations // len(tabs)
    for number, tab in enumerate(tabs):
        stage.program.begin(tab, "storm", seed, number, urls, share)
    records: list[list[Any]] = []
    for tab in tabs:
        records += stage.program.result(tab, 600)
    stage.tab.wait("() => localStorage.getItem('pyio_journal') === null")  # it has seen all events
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
