"""Firefox: Playwright's own if it is installed, otherwise the system's."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from tests.engines import folder
from tests.engines.contract import Engine, NotInstalledError
from tests.engines.driven import PlaywrightBrowser, PlaywrightView, own

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page, Playwright

    from tests.engines.contract import Browser

PREFERENCES: dict[str, str | float | bool] = {
    # These let Firefox work without a network, and restart after a kill without a recovery page.
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "browser.sessionstore.resume_from_crash": False,
    "toolkit.startup.max_resumed_crashes": -1,
    "browser.download.alwaysOpenPanel": False,
}
SHARE = 5
"""A group of origins gets a fifth of what the preference allows all of them, in KiB."""


class Firefox(Engine):
    """Started by Playwright: its own build by its own protocol, the system's by WebDriver BiDi."""

    name = "firefox"

    def __init__(self, playwright: Playwright) -> None:
        self._type = playwright.firefox
        self._system = None
        if not own(self._type):
            self._system = shutil.which("firefox-esr") or shutil.which("firefox")
            if self._system is None:
                raise NotInstalledError(
                    "apt-get install firefox-esr, or playwright install firefox"
                )

    def start(self, profile: Path, *, quota: int | None = None, private: bool = False) -> Browser:
        # docstring inherited
        downloads = profile.with_name(f"{profile.name}-downloads")
        downloads.mkdir(parents=True, exist_ok=True)
        preferences = dict(PREFERENCES)
        # Set in both cases, because Firefox keeps the last value in the profile.
        limit = -1 if quota is None else quota * SHARE // 1024
        preferences["dom.quotaManager.temporaryStorage.fixedLimit"] = limit
        preferences["browser.privatebrowsing.autostart"] = private
        options: dict[str, Any] = {}
        if self._system is not None:
            options = {"channel": "moz-firefox", "executable_path": self._system}
        context = self._type.launch_persistent_context(
            profile, downloads_path=downloads, firefox_user_prefs=preferences, **options
        )
        return _Browser(profile, context, downloads if self._system else None)


class _Browser(PlaywrightBrowser):
    def __init__(self, profile: Path, context: BrowserContext, downloads: Path | None) -> None:
        super().__init__(profile, context)
        self._downloads = downloads

    def _view(self) -> PlaywrightView:
        page = self.context.new_page()
        return PlaywrightView(page) if self._downloads is None else _View(page, self._downloads)


class _View(PlaywrightView):
    """A page driven over BiDi; with it Firefox 153 sends no event for a download."""

    def __init__(self, page: Page, folder: Path) -> None:
        super().__init__(page)
        self._folder = folder

    def downloads(self, count: int, action: Callable[[], Any]) -> dict[str, bytes]:
        return folder.downloads(self._folder, count, action)
