"""Chromium: Playwright's own if it is installed, otherwise the system's."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scripts.support.chromium import ARGUMENTS, executable
from tests.engines.contract import Engine, NotInstalledError
from tests.engines.driven import PlaywrightBrowser, PlaywrightView

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Playwright

    from tests.engines.contract import Browser


class Chromium(Engine):
    """Started by Playwright over CDP."""

    name = "chromium"

    def __init__(self, playwright: Playwright) -> None:
        self._type = playwright.chromium
        self._executable = executable(playwright)
        if self._executable is None:
            raise NotInstalledError("apt-get install chromium, or playwright install chromium")

    def start(self, profile: Path, *, quota: int | None = None, private: bool = False) -> Browser:
        # docstring inherited
        if private:
            browser = self._type.launch(executable_path=self._executable, args=ARGUMENTS)
            return _Browser(profile, browser.new_context(accept_downloads=True), quota)
        context = self._type.launch_persistent_context(
            profile, executable_path=self._executable, args=ARGUMENTS, accept_downloads=True
        )
        return _Browser(profile, context, quota)


class _Browser(PlaywrightBrowser):
    def __init__(self, profile: Path, context: BrowserContext, quota: int | None) -> None:
        super().__init__(profile, context)
        self._quota = quota

    def open(self, url: str) -> PlaywrightView:
        view = self._view()
        if self._quota is not None:
            origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
            about = {"origin": origin, "quotaSize": self._quota}
            session = self.context.new_cdp_session(view.page)
            session.send("Storage.overrideQuotaForOrigin", about)
        view.goto(url)
        return view
