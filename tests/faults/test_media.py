"""Every fault of the catalogue, on localStorage, IndexedDB and OPFS, in every engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.catalogue import ALL_BROWSER_MEDIA, ENGINES, FAULTS, NOT_HERE, Fault
from tests.faults.scenarios import SCENARIOS
from tests.faults.stage import summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.stage import Stage


FURTHER = pytest.mark.repetition("a fault in a further medium")


def cases() -> list[Any]:
    """Every fault and medium, marked where an engine lacks it.

    Without ``--all`` each fault strikes in one of its media, which take turns.
    """
    found = []
    scenarios = [fault for fault in FAULTS if fault.key in SCENARIOS]
    for number, fault in enumerate(scenarios):
        media = [medium for medium in ALL_BROWSER_MEDIA if medium in fault.media]
        for medium in media:
            marks = [] if medium == media[number % len(media)] else [FURTHER]
            marks += [
                pytest.mark.lacks(engine, NOT_HERE[fault.key, medium, engine])
                for engine in ENGINES
                if (fault.key, medium, engine) in NOT_HERE
            ]
            found.append(pytest.param(fault, medium, id=f"{fault.key}-{medium}", marks=marks))
    return sorted(found, key=lambda case: str(case.id))


@pytest.mark.every_engine
@pytest.mark.repetition("a fault in a further engine", further_engines=True)
@pytest.mark.parametrize(("fault", "medium"), cases())
def test_fault(
    stage: Stage, fault: Fault, medium: str, record_property: Callable[[str, object], None]
) -> None:
    """After the fault the catalogue's promise holds, and the next save works."""
    stage.medium = medium
    record_property("cell", [fault.key, medium, stage.engine])
    verdicts, note = SCENARIOS[fault.key](stage)
    record_property("outcome", " · ".join(filter(None, (summary(verdicts), note))))
    assert set(verdicts) <= fault.allowed, (verdicts, note)
    assert set(filter(None, note.split(", "))) <= fault.errors, (verdicts, note)
