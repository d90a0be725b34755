"""Browsers driven by Playwright: Chromium, Firefox and, if installed, its own WebKit."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Error

from tests.engines.contract import Browser, PageError, View
from tests.engines.watchdog import SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from playwright.sync_api import BrowserContext, BrowserType, Download, Page

TIMEOUT = 120_000
"""The timeout, in milliseconds, of everything except JavaScript."""

LIMITED = """(argument) => {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("it has not ended after SECONDS s")), 1000 * SECONDS);
  });
  const value = (async () => (FUNCTION)(argument))();
  return Promise.race([value, late]).finally(() => clearTimeout(timer));
}""".replace("SECONDS", str(0.8 * SECONDS))
"""Playwright waits for JavaScript without a timeout. This timeout is shorter than the watchdog's,
so that a page that hangs fails its test only, and the engine is kept."""


def own(browser_type: BrowserType) -> bool:
    """Whether Playwright's own build of this browser is installed."""
    return Path(browser_type.executable_path).exists()


class PlaywrightView(View):
    """A page of Playwright's."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._console: list[str] = []
        page.set_default_timeout(TIMEOUT)
        page.on("console", lambda message: self._console.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self._console.append(f"uncaught: {error}"))

    @property
    def console(self) -> list[str]:
        return self._console

    def goto(self, url: str) -> None:
        self.page.goto(url)

    def reload(self) -> None:
        self.page.reload()

    def title(self) -> str:
        return self.page.title()

    def js(self, function: str, argument: Any = None) -> Any:
        try:
            return self.page.evaluate(LIMITED.replace("FUNCTION", function), argument)
        except Error as error:
            raise PageError(error.message) from error

    def click(self, selector: str) -> None:
        self.page.click(selector)

    def upload(self, selector: str, files: Sequence[Path]) -> None:
        self.page.set_input_files(selector, list(files))

    def pick(self, selector: str, files: Sequence[Path]) -> None:
        with self.page.expect_file_chooser() as opened:
            self.page.click(selector)
        if files:
            opened.value.set_files(list(files))
        else:
            opened.value.element.dispatch_event("cancel")

    def downloads(self, count: int, action: Callable[[], Any]) -> dict[str, bytes]:
        offered: list[Download] = []

        def keep(download: Download) -> None:
            offered.append(download)

        self.page.on("download", keep)
        action()
        deadline = time.monotonic() + 60
        while len(offered) < count:
            assert time.monotonic() < deadline, f"wanted {count} downloads, got {len(offered)}"
            self.page.wait_for_timeout(20)
        self.page.remove_listener("download", keep)
        return {file.suggested_filename: file.path().read_bytes() for file in offered}

    def close(self) -> None:
        self.page.close()


class PlaywrightBrowser(Browser):
    """A browser context of Playwright, with its browser and driver."""

    def __init__(self, profile: Path, context: BrowserContext) -> None:
        super().__init__(profile)
        self.context = context

    def open(self, url: str) -> View:
        view = self._view()
        view.goto(url)
        return view

    def _view(self) -> PlaywrightView:
        return PlaywrightView(self.context.new_page())

    def offline(self, offline: bool) -> None:
        self.context.set_offline(offline)

    def end(self) -> None:
        browser = self.context.browser
        self.context.close()
        if browser is not None:  # a private one; with a kept profile they end together
            browser.close()

    def forget(self) -> None:
        with suppress(Error):
            self.context.close()
