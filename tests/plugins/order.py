"""Which engine a test runs in, and the order of the tests: an engine at a time."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.engines import ENGINES, selection

if TYPE_CHECKING:
    from collections.abc import Generator

    from xdist.remote import Producer

HOSTS = "tests/hosts/"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test with the mark `every_engine` in each engine, any other in Chromium."""
    if "engine" not in metafunc.fixturenames:
        return
    every = metafunc.definition.get_closest_marker("every_engine")
    names = selection.chosen() if every else [pytest.param("chromium", id=pytest.HIDDEN_PARAM)]
    metafunc.parametrize("engine", names, indirect=True, scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order: tests without a browser, then one engine after the other, and the hosts at the end.

    Tests without a browser are quick, so that most mistakes show in the first minute.
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Allow a test without a browser to run its own event loop.

    Playwright's loop keeps running in this thread once it has started, although it stands still
    while a test runs. asyncio would refuse a second one.
    """
    loop = asyncio._get_running_loop() if selection.engine_of(item) is None else None
    if loop is None:
        return (yield)
    asyncio._set_running_loop(None)
    try:
        return (yield)
    finally:
        asyncio._set_running_loop(loop)


class FileByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist is not typed
    """Gives each process a file's tests in one engine at a time, so that they share a tab.

    The files are in the order of the engines, so each process starts each browser once.
    """

    def _split_scope(self, nodeid: str) -> str:
        found = re.search(r"[\[-](firefox|webkit)[\]-]", nodeid)
        return f"{nodeid.partition('::')[0]} {found[1] if found else 'chromium'}"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FileByFile:
    """Have the tests of a file that share a tab run in one process, in their order."""
    return FileByFile(config, log)
