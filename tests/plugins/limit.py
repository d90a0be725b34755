"""The whole run ends in bounded time, with pytest's summary: see ``total_minutes``."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

from tests.engines import processes
from tests.engines.watchdog import WATCHDOG

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

GRACE_MINUTES = float(os.environ.get("PYIO_GRACE_MINUTES", "6"))
"""How much longer the main process waits for the others before it kills them. It is more than the
`timeout` of one test, so that a test usually ends by itself."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option and the setting."""
    parser.addini("total_minutes", "how long the whole run may take", default="60")
    parser.addoption("--total-minutes", type=float, help="how long the whole run may take")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the clock in each process."""
    config = session.config
    minutes = config.getoption("--total-minutes") or float(config.getini("total_minutes"))
    reason = f"the run has taken its {minutes:g} minutes; the tests left were not run"
    shared = config.pluginmanager.getplugin("dsession")

    def stop_here() -> None:
        session.shouldstop = reason  # after the test that runs now,
        WATCHDOG.kill(drivers=False)  # whose calls into a browser end

    def stop_others() -> None:
        shared.shouldstop = reason
        for process in processes.children():
            processes.send(process, signal.SIGKILL)

    if shared is None:
        _after(minutes, stop_here, config)
    else:  # the others stop themselves, if they still run
        _after(minutes + GRACE_MINUTES, stop_others, config)


def _after(minutes: float, action: Callable[[], None], config: pytest.Config) -> None:
    timer = threading.Timer(60 * minutes, action)
    timer.daemon = True
    timer.start()
    config.add_cleanup(timer.cancel)
