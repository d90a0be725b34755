"""Which engine a test runs in, and the order of the tests: an engine at a time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.engines import ENGINES, selection

if TYPE_CHECKING:
    from xdist.remote import Producer

HOSTS = "tests/hosts/"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test with the mark `every_engine` once in each, any other in Chromium."""
    if "engine" not in metafunc.fixturenames:
        return
    every = metafunc.definition.get_closest_marker("every_engine")
    names = selection.chosen() if every else [pytest.param("chromium", id=pytest.HIDDEN_PARAM)]
    metafunc.parametrize("engine", names, indirect=True, scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what needs no browser first, then one engine after the other, and the hosts at the end.

    Tests without a browser are quick, and Playwright's event loop runs for good: once it has
    started, nothing in this thread can run a loop of its own.
    """

    def turn(item: pytest.Item) -> tuple[bool, int]:
        name = selection.engine_of(item)
        return (False, -1) if name is None else (in_hosts(item), list(ENGINES).index(name))

    def in_hosts(item: pytest.Item) -> bool:
        return item.nodeid.startswith(HOSTS)

    for item in items:
        for mark in item.iter_markers("lacks"):
            name, reason = mark.args
            if name == selection.engine_of(item):
                item.add_marker(pytest.mark.skip(reason=f"{name} lacks this: {reason}"))
    items.sort(key=turn)


class OneEngineAtATime(LoadScopeScheduling):  # type: ignore[misc]  # xdist is not typed
    """Gives each process an engine, or the hosts in it, at a time; what needs none goes first."""

    def _split_scope(self, nodeid: str) -> str:
        found = re.search(r"[\[-](firefox|webkit)[\]-]", nodeid)
        place = HOSTS if nodeid.startswith(HOSTS) else "tests/"
        return f"{place} {found[1] if found else 'chromium'}"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneEngineAtATime:
    """Have all tests that share a browser run in one process, in their order."""
    return OneEngineAtATime(config, log)
