"""The browsers that the tests run in, with one interface: see `tests.engines.contract`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.engines.chromium import Chromium
from tests.engines.firefox import Firefox
from tests.engines.webkit import webkit

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Playwright

    from tests.engines.contract import Engine

ENGINES: dict[str, Callable[[Playwright], Engine]] = {
    "chromium": Chromium,
    "firefox": Firefox,
    "webkit": webkit,
}
"""Name -> a function that returns the engine, or raises NotInstalledError."""
