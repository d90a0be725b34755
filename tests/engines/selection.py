"""Which engines the tests run in.

By default these are all installed engines. The environment variable ``PYIO_ENGINES``
("chromium,firefox") chooses engines; a missing one is then a failure instead of a skip.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.engines import ENGINES
from tests.engines.contract import NotInstalledError

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

    from tests.engines.contract import Engine

VARIABLE = "PYIO_ENGINES"


def chosen() -> list[str]:
    """Return the names of the engines to run in."""
    names = os.environ.get(VARIABLE)
    if not names:
        return list(ENGINES)
    wanted = [name.strip() for name in names.split(",")]
    if unknown := set(wanted) - set(ENGINES):
        raise pytest.UsageError(f"{VARIABLE}={names!r} names {unknown}, not of {list(ENGINES)}")
    return [name for name in ENGINES if name in wanted]


def engine_of(item: pytest.Item) -> str | None:
    """Return the name of the engine that a test runs in, None if it needs no browser."""
    call = getattr(item, "callspec", None)
    name: str | None = call.params.get("engine") if call else None
    return name


def installed(name: str, playwright: Playwright) -> Engine:
    """Return the engine. If it is not installed, skip the test, or fail if it was requested."""
    if name not in chosen():
        pytest.skip(f"{VARIABLE} leaves {name} out")
    try:
        return ENGINES[name](playwright)
    except NotInstalledError as error:
        missing = f"{name} is not installed: {error}"
    if os.environ.get(VARIABLE):
        pytest.fail(missing)
    pytest.skip(missing)
