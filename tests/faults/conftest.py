"""Fixtures of the fault tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.place import Place
from tests.faults.stage import Pyio, Stage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.engines.contract import Browser, Engine
    from tests.support.tabs import Tab


@pytest.fixture(scope="session")
def new_site(served: dict[str, Path]) -> Callable[[], Place]:
    """Make a site that can do what faults need, instead of the plain one."""
    return lambda: Place(served)


@pytest.fixture
def stage(
    tab: Tab,
    engine: Engine,
    browser_kept: Browser,
    launch: Callable[..., Browser],
    wheel: Path,
    tmp_path: Path,
) -> Stage:
    """A stage for pyio in this engine; the test sets its medium."""
    page = tab.js("() => location.href")
    given = (engine.name, wheel.name, page, tab, browser_kept, tmp_path, launch)
    stage = Stage("indexeddb", Pyio(), *given)
    stage.program.ready(tab)
    return stage
