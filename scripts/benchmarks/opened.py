"""A benchmark's page in Chromium, with the wheel of this source tree."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Page, sync_playwright

from scripts.support import runtime
from scripts.support.chromium import ARGUMENTS, executable
from scripts.support.environment import ROOT
from scripts.support.server import Site
from scripts.support.wheel import build_wheel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@contextmanager
def opened(
    html: str, folders: Mapping[str, Path] | None = None, vendor: Path = runtime.VENDOR
) -> Iterator[Page]:
    """Build the wheel, and open a page that has loaded Pyodide and defined ``bench``.

    Args:
        html: The file in scripts/benchmarks/page.
        folders: Path on the server -> a further directory that the page needs.
        vendor: Where Pyodide and the other programs are.
    """
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        wheel = build_wheel(Path(folder) / "wheels")
        directories = {
            "/": ROOT / "scripts/benchmarks/page",
            "/vendor/": vendor,
            "/wheels/": wheel.parent,
            **(folders or {}),
        }
        browser = playwright.chromium.launch(executable_path=executable(playwright), args=ARGUMENTS)
        with Site(directories) as site:
            page = browser.new_page()
            page.set_default_timeout(600_000)
            page.goto(f"{site.url}/{html}?wheel={wheel.name}")
            page.wait_for_function("() => Boolean(window.bench)")
            yield page
        browser.close()
