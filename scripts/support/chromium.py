"""Chromium as the tests and the benchmarks start it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
"""With these Chromium runs as root and without a network."""


def executable(playwright: Playwright) -> str | Path | None:
    """Return Playwright's own Chromium where it is installed, or else the system's."""
    own = Path(playwright.chromium.executable_path)
    return own if own.exists() else shutil.which("chromium")
