"""What the tests ask of a browser: an `Engine` starts a `Browser`, which opens a `View` for a tab.

One engine per file beside this one. Calls that an engine does not answer are ended: see
`tests.engines.watchdog`. A test that needs more than this runs in one engine alone.
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
    """The engine is not on this machine; the message says how it gets there."""


class LackingError(Exception):
    """This build of the engine cannot do what was asked; the message says what and why."""


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

        Argument and result are what JSON can say. Raises PageError.
        """

    def wait(self, condition: str) -> None:
        """Wait until a JavaScript function resolves to something true."""
        self.js(
            f"""async () => {{
              const condition = {condition};
              while (!await condition()) await new Promise((done) => setTimeout(done, 20));
            }}"""
        )

    @abstractmethod
    def click(self, selector: str) -> None:
        """Click on an element as a person does."""

    @abstractmethod
    def upload(self, selector: str, files: Sequence[Path]) -> None:
        """Give files to an ``<input type=file>``, which may be hidden."""

    @abstractmethod
    def pick(self, selector: str, files: Sequence[Path]) -> None:
        """Click on what opens the browser's file picker and pick `files`; with none, cancel."""

    @abstractmethod
    def downloads(self, count: int, action: Callable[[], Any]) -> dict[str, bytes]:
        """Return name -> content of the `count` files that `action` makes the page offer."""

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
        """Cut all tabs off the network, or connect them again. Raises LackingError."""

    @abstractmethod
    def end(self) -> None:
        """End the browser as a person does."""

    @abstractmethod
    def forget(self) -> None:
        """Let go of a browser that is dead already."""

    def close(self) -> None:
        """End the browser if it still runs; what it stored is kept in its profile."""
        if self._running:
            self._running = False
            self.end()

    @property
    def process(self) -> int:
        """The id of the browser's root process, above all its others."""
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
    """Ask each running browser for a new tab; one that does not answer is killed as hung."""
    for browser in list(_BROWSERS):
        if browser._running:
            # What else goes wrong is for the tests to find.
            with suppress(Exception), WATCHDOG.watch("a new tab after a slow failure", seconds):
                view = browser.open("about:blank")
                view.js("() => 1")
                view.close()


class Engine(Watched, ABC):
    """A kind of browser, and how it is started.

    Attributes:
        name: "chromium", "firefox" or "webkit".
    """

    name: ClassVar[str]

    @abstractmethod
    def start(self, profile: Path, *, quota: int | None = None, private: bool = False) -> Browser:
        """Start the browser with a profile folder, which may have been used before.

        Args:
            profile: What is stored there is kept, unless `private`.
            quota: About how many bytes an origin may store. Raises LackingError.
            private: Keep everything in memory, as a private window does. Raises LackingError.
        """

    def close(self) -> None:
        """Stop what was started for the engine itself."""
