"""The interface of a browser: an `Engine` starts a `Browser`, which opens a `View` for a tab.

Each engine has a file in this folder. Calls that an engine does not answer are ended: see
`tests.engines.watchdog`. A test that needs more than this interface runs in one engine only.
"""

from __future__ import annotations

import signal
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakSet

from tests.engines import processes
from tests.engines.watchdog import WATCHDOG, Watched

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


class PageError(Exception):
    """JavaScript in the page threw, or a promise was rejected; the message has its stack."""


class NotInstalledError(Exception):
    """The engine is not installed; the message says how to install it."""


class LackingError(Exception):
    """This build of the engine lacks a feature; the message names it and the reason."""


class View(Watched, ABC):
    """One tab."""

    @property
    @abstractmethod
    def console(self) -> list[str]:
        """The page's console messages since the tab was opened, uncaught errors included."""

    @abstractmethod
    def goto(self, url: str) -> None:
        """Open `url` and wait until it has loaded."""

    @abstractmethod
    def reload(self) -> None:
        """Load the page again and wait until it has loaded."""

    @abstractmethod
    def title(self) -> str:
        """Return the page's title; runs no JavaScript in it."""

    @abstractmethod
    def js(self, function: str, argument: Any = None) -> Any:
        """Call a JavaScript function with one argument and return what it resolves to.

        Argument and result are JSON values. Raises PageError.
        """

    def wait(self, condition: str) -> None:
        """Wait until a JavaScript function resolves to a true value."""
        self.js(
            f"""async () => {{
              const condition = {condition};
              while (!await condition()) await new Promise((done) => setTimeout(done, 20));
            }}"""
        )

    @abstractmethod
    def click(self, selector: str) -> None:
        """Click on an element with real input events."""

    @abstractmethod
    def upload(self, selector: str, files: Sequence[Path]) -> None:
        """Give files to an ``<input type=file>``, which may be hidden."""

    @abstractmethod
    def pick(self, selector: str, files: Sequence[Path]) -> None:
        """Click on an element that opens the file picker and pick `files`; with none, cancel."""

    @abstractmethod
    def downloads(self, count: int, action: Callable[[], Any]) -> dict[str, bytes]:
        """Run `action`; return name -> content of the `count` files that the page then offers."""

    @abstractmethod
    def close(self) -> None:
        """Close the tab."""


class Browser(Watched, ABC):
    """A running browser with a profile folder of its own."""

    def __init__(self, profile: Path) -> None:
        self.profile = profile
        self._running = True
        _BROWSERS.add(self)

    @abstractmethod
    def open(self, url: str) -> View:
        """Open a tab at `url`."""

    @abstractmethod
    def offline(self, offline: bool) -> None:
        """Disconnect all tabs from the network, or connect them again. Raises LackingError."""

    @abstractmethod
    def end(self) -> None:
        """Quit the browser in the normal way."""

    @abstractmethod
    def forget(self) -> None:
        """Release the resources of a browser that is dead already."""

    def close(self) -> None:
        """Quit the browser if it still runs; its stored data stay in the profile."""
        if self._running:
            self._running = False
            self.end()

    @property
    def process(self) -> int:
        """The id of the browser's root process."""
        return processes.tree(str(self.profile))[0]

    def kill(self) -> None:
        """End every process of the browser at once with SIGKILL, and wait until they are gone."""
        doomed = processes.tree(str(self.profile))
        for process in doomed:
            processes.send(process, signal.SIGKILL)
        deadline = time.monotonic() + 30
        while any(processes.alive(process) for process in doomed):
            assert time.monotonic() < deadline, f"still there after SIGKILL: {doomed}"
            time.sleep(0.01)
        self._running = False
        self.forget()


_BROWSERS: WeakSet[Browser] = WeakSet()


def ask_all_browsers(seconds: float) -> None:
    """Open a tab in each running browser; one that does not answer counts as hung and is killed."""
    for browser in list(_BROWSERS):
        if browser._running:
            # Other errors are left to the tests.
            with suppress(Exception), WATCHDOG.watch("a new tab after a slow failure", seconds):
                view = browser.open("about:blank")
                view.js("() => 1")
                view.close()


class Engine(Watched, ABC):
    """A kind of browser; starts it.

    Attributes:
        name: "chromium", "firefox" or "webkit".
    """

    name: ClassVar[str]

    @abstractmethod
    def start(self, profile: Path, *, quota: int | None = None, private: bool = False) -> Browser:
        """Start the browser with a profile folder, new or used.

        Args:
            profile: The folder; data stored in it are kept, unless `private`.
            quota: About how many bytes an origin may store. Raises LackingError.
            private: Keep everything in memory, as a private window does. Raises LackingError.
        """

    def close(self) -> None:
        """Stop everything that was started for the engine."""
