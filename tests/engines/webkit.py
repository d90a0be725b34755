"""WebKit, as a substitute for Safari: Playwright's own if it is installed, otherwise WebKitGTK.

WebKitGTK is driven by Selenium through WebKitWebDriver. That starts ``webkit_host.py``, because the
driver's own browser keeps no profile. If there is no display, Xvfb is started.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import WebKitGTK
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service
from urllib3.exceptions import HTTPError

from tests.engines import folder
from tests.engines.contract import (
    Browser,
    Engine,
    LackingError,
    NotInstalledError,
    PageError,
    View,
)
from tests.engines.driven import PlaywrightBrowser, own

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from playwright.sync_api import Playwright

HOST = Path(__file__).with_name("webkit_host.py")
PARTS = {
    "WebKitWebDriver": "webkit2gtk-driver",
    "Xvfb": "xvfb",
}
COMPILERS = {
    "JSC_thresholdForBBQOptimizeAfterWarmUp": "2000",
    "JSC_thresholdForOMGOptimizeAfterWarmUp": "2000000",
}
"""How often WebAssembly runs before each compiler takes it over, more often than by default.

Otherwise compiling takes two fifths of the processor's time while Python starts in a tab.
"""

CALL = """
const [argument, done] = arguments;
(async () => (FUNCTION)(argument))().then(
  (value) => done([true, value === undefined ? null : value]),
  (error) => done([false, error?.stack ? `${error}\\n${error.stack}` : String(error)]),
);
"""
KEEP_PICKER_SHUT = """() => {
  const shut = (event) => {
    if (event.target.type !== "file") return;
    event.preventDefault();
    removeEventListener("click", shut, true);
  };
  addEventListener("click", shut, true);
}"""


def webkit(playwright: Playwright) -> Engine:
    """Return the engine that is installed. Raises NotInstalledError."""
    return Driven(playwright) if own(playwright.webkit) else Gtk()


class Driven(Engine):
    """Playwright's own build."""

    name = "webkit"

    def __init__(self, playwright: Playwright) -> None:
        self._type = playwright.webkit

    def start(self, profile: Path, *, quota: int | None = None, private: bool = False) -> Browser:
        # docstring inherited
        if quota is not None:
            raise LackingError("Playwright's WebKit has no switch for the quota")
        if private:
            return PlaywrightBrowser(profile, self._type.launch().new_context())
        return PlaywrightBrowser(profile, self._type.launch_persistent_context(profile))


class Gtk(Engine):
    """WebKitGTK from the system's packages."""

    name = "webkit"

    def __init__(self) -> None:
        check = 'import gi; gi.require_version("WebKit2", "4.1")'
        found = subprocess.run(["/usr/bin/python3", "-c", check], capture_output=True)
        packages = [package for command, package in PARTS.items() if not shutil.which(command)]
        packages += ["python3-gi", "gir1.2-webkit2-4.1"] if found.returncode else []
        if packages:
            raise NotInstalledError(
                f"apt-get install {' '.join(packages)}, or playwright install webkit"
            )
        self._screen: subprocess.Popen[bytes] | None = None
        self._display = os.environ.get("DISPLAY") or self._start_screen()

    def _start_screen(self) -> str:
        here, there = os.pipe()
        command = ["Xvfb", "-displayfd", str(there), "-screen", "0", "1280x900x24"]
        self._screen = subprocess.Popen(
            [*command, "-nolisten", "tcp"], pass_fds=[there], stderr=subprocess.DEVNULL
        )
        os.close(there)
        with os.fdopen(here, encoding="ascii") as number:
            return f":{number.readline().strip()}"

    def close(self) -> None:
        # docstring inherited
        if self._screen is not None:
            self._screen.terminate()
            self._screen.wait(10)

    def start(self, profile: Path, *, quota: int | None = None, private: bool = False) -> Browser:
        # docstring inherited
        profile.mkdir(parents=True, exist_ok=True)
        downloads = profile.with_name(f"{profile.name}-downloads")
        downloads.mkdir(exist_ok=True)
        options = Options()
        options.binary_location = str(HOST)
        options.add_argument(f"--profile={profile}")
        options.add_argument(f"--downloads={downloads}")
        if quota is not None:
            options.add_argument(f"--quota={quota}")
        if private:
            options.add_argument("--private")
        said = profile.with_name(f"{profile.name}-console.txt")
        environment = {
            **os.environ,
            "DISPLAY": self._display,
            "HOME": str(profile),
            "JSC_useSharedArrayBuffer": "1",
            **COMPILERS,
            "NO_AT_BRIDGE": "1",
            "GSETTINGS_BACKEND": "memory",
        }
        service = Service(shutil.which("WebKitWebDriver"), log_output=str(said), env=environment)
        return _Browser(profile, WebKitGTK(options=options, service=service), downloads, said)


class _Browser(Browser):
    def __init__(self, profile: Path, driver: WebKitGTK, downloads: Path, said: Path) -> None:
        super().__init__(profile)
        self.driver = driver
        self.downloads = downloads
        self.said = said
        driver.set_script_timeout(280)
        # This window stays open: closing the last window ends the session.
        self.base = driver.current_window_handle

    def open(self, url: str) -> View:
        self.driver.switch_to.window(self.base)
        self.driver.switch_to.new_window("tab")
        view = _View(self, self.driver.current_window_handle)
        view.goto(url)
        return view

    def offline(self, offline: bool) -> None:  # noqa: ARG002 - it cannot
        raise LackingError("WebKitWebDriver has no command that cuts a page off the network")

    def end(self) -> None:
        self.driver.quit()

    def forget(self) -> None:
        with suppress(WebDriverException, HTTPError):
            self.driver.quit()
        self.driver.service.stop()


class _View(View):
    def __init__(self, browser: _Browser, handle: str) -> None:
        self._browser = browser
        self._handle = handle
        self._before = len(self._said())

    def _said(self) -> list[str]:
        return self._browser.said.read_text("utf-8", errors="replace").splitlines()

    @property
    def console(self) -> list[str]:
        # All tabs write to one log file, so this is the output of all tabs since this one was
        # opened.
        return self._said()[self._before :]

    @property
    def _driver(self) -> WebKitGTK:
        self._browser.driver.switch_to.window(self._handle)
        return self._browser.driver

    def goto(self, url: str) -> None:
        self._driver.get(url)

    def reload(self) -> None:
        self._driver.refresh()

    def title(self) -> str:
        return self._driver.title

    def js(self, function: str, argument: Any = None) -> Any:
        script = CALL.replace("FUNCTION", function)
        fine, value = self._driver.execute_async_script(script, argument)
        if not fine:
            raise PageError(value)
        return value

    def click(self, selector: str) -> None:
        self._driver.find_element("css selector", selector).click()

    def upload(self, selector: str, files: Sequence[Path]) -> None:
        names = "\n".join(map(str, files))
        self._driver.find_element("css selector", selector).send_keys(names)

    def pick(self, selector: str, files: Sequence[Path]) -> None:
        if not files:  # under automation, WebKit itself cancels a picker
            self.click(selector)
            return
        self.js(KEEP_PICKER_SHUT)
        self.click(selector)
        self.wait("() => document.querySelector('input[type=file]')")
        self.upload("input[type=file]", files)

    def downloads(self, count: int, action: Callable[[], Any]) -> dict[str, bytes]:
        return folder.downloads(self._browser.downloads, count, action)

    def close(self) -> None:
        self._driver.close()
        self._browser.driver.switch_to.window(self._browser.base)
