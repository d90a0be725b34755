"""TensorFlow.js through the faults of the catalogue, for the table: evidence, and no test of ours.

Not collected with the tests; ``python3 -m tests.faults table`` runs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.catalogue import BROWSER_MEDIA, FAULTS, NOT_HERE
from tests.faults.scenarios import SCENARIOS
from tests.faults.stage import PROGRAMS, summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.stage import Stage


def cases() -> list[Any]:
    """Every fault that TensorFlow.js can meet, and its medium."""
    return [
        pytest.param(fault.key, medium, id=f"{fault.key}-{medium}")
        for fault in FAULTS
        for medium in BROWSER_MEDIA
        if fault.key in SCENARIOS and medium in fault.media
        if (fault.key, medium, "tfjs") not in NOT_HERE
    ]


@pytest.mark.parametrize(("fault", "medium"), cases())
def test_fault(
    stage: Stage, fault: str, medium: str, record_property: Callable[[str, object], None]
) -> None:
    """Record the state of the models after the fault."""
    stage.medium = medium
    stage.program = PROGRAMS["tfjs"]
    stage.program.ready(stage.tab)
    record_property("cell", [fault, medium, "tfjs"])
    verdicts, note = SCENARIOS[fault](stage)
    record_property("outcome", " · ".join(filter(None, (summary(verdicts), note))))
