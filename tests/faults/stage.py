"""A tab with a model to be replaced and another beside it, and what is left after a fault."""

from __future__ import annotations

import inspect
import json
from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.faults import inside
from tests.faults.catalogue import ALL_BROWSER_MEDIA, BROWSER_MEDIA
from tests.support.tabs import Tab

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engines.contract import Browser, View

SCRIPT = Path(__file__).with_name("faults.js")


class Bare(Tab):
    """A tab without Python."""

    def boot(self) -> None:
        """Wait for the page."""
        self.wait("() => window.ready")


class Program(ABC):
    """The program that saves: pyio, or TensorFlow.js for comparison.

    Attributes:
        name: Its name.
        media: What it saves to.
        tab: What its tabs need.
    """

    name: str
    media: tuple[str, ...] = BROWSER_MEDIA
    tab: type[Tab] = Bare

    def ready(self, tab: Tab) -> None:
        """Load what a tab needs."""
        tab.script(SCRIPT)

    @abstractmethod
    def begin(self, tab: Tab, name: str, *arguments: Any) -> None:
        """Call one of the program's functions in the page; `result` waits for it."""

    def call(self, tab: Tab, name: str, *arguments: Any) -> Any:
        """Call one of the program's functions in the page and return what it returns."""
        self.begin(tab, name, *arguments)
        return self.result(tab)

    def result(self, tab: Tab, seconds: float = 120) -> Any:
        """Return what the function that was begun has returned, or "hangs"."""
        return tab.js(
            """(seconds) => Promise.race([
              begun, new Promise((done) => setTimeout(done, seconds * 1000, "hangs")),
            ])""",
            seconds,
        )

    @abstractmethod
    def listed(self, tab: Tab) -> Any:
        """Return the addresses that are listed as whole, or the name of the error."""


class Pyio(Program):
    """The built wheel."""

    name = "pyio"
    media = ALL_BROWSER_MEDIA
    tab = Tab

    def begin(self, tab: Tab, name: str, *arguments: Any) -> None:
        tab.js(
            """([source, name, given]) => {
              window.begun = callPython(source, name, given).then(JSON.parse);
            }""",
            [inspect.getsource(inside), name, json.dumps(arguments)],
        )

    def listed(self, tab: Tab) -> Any:
        found = self.call(tab, "listing")
        return sorted(url for url, damage in found.items() if damage is None)


class InJavaScript(Program):
    """A program whose functions are those of ``faults.js``."""

    def begin(self, tab: Tab, name: str, *arguments: Any) -> None:
        tab.js(
            "([program, name, given]) => { window.begun = faults[program][name](given); }",
            [self.name, name, arguments],
        )

    def listed(self, tab: Tab) -> Any:
        found = self.call(tab, "list")
        return sorted(found) if isinstance(found, list) else found


class TensorFlow(InJavaScript):
    """TensorFlow.js 4.22."""

    name = "tfjs"

    def ready(self, tab: Tab) -> None:
        super().ready(tab)
        tab.tensorflow()


class Border(InJavaScript):
    """What pyio does in the browser, without Python: a tab of it starts ten times as fast.

    localStorage is written by pyio's own ``local_storage.js``; for IndexedDB ``faults.js`` issues
    the same transaction as `pyio.browser.indexed_db.database`.
    """

    name = "border"

    def ready(self, tab: Tab) -> None:
        super().ready(tab)
        text = resources.files("pyio.browser").joinpath("page/local_storage.js").read_text("utf-8")
        tab.js("(text) => { faults.border.page = (0, eval)(text); }", text)


PROGRAMS: dict[str, Program] = {
    program.name: program for program in (Pyio(), TensorFlow(), Border())
}


@dataclass
class Stage:
    """Where a fault happens.

    Attributes:
        medium: One of the browser media.
        program: What saves.
        engine: The name of the engine.
        wheel: The name of the built wheel.
        page: The address of the page that all tabs show.
        tab: A tab with empty storage.
        browser: The browser that it belongs to.
        folder: Where other browsers have their profiles.
        launch: Starts one of them; the arguments are those of `Engine.start`.
        crashed: Whether a browser or tab may have ended in the middle of a save.
    """

    medium: str
    program: Program
    engine: str
    wheel: str
    page: str
    tab: Tab
    browser: Browser
    folder: Path
    launch: Callable[..., Browser]
    crashed: bool = False

    def start(self, name: str, **options: Any) -> Browser:
        """Start a browser with a profile of this name."""
        return self.launch(self.folder / name, **options)

    def show(self, browser: Browser | None = None, page: str = "index.html") -> View:
        """Open a page of the same origin, without Python."""
        return (browser or self.browser).open(self.page.replace("index.html", page))

    def open(self, browser: Browser | None = None, page: str = "index.html") -> Tab:
        """Open another tab with the program in it."""
        tab = self.program.tab(self.show(browser, page), self.wheel)
        self.program.ready(tab)
        return tab

    def url(self, name: str) -> str:
        return f"{self.medium}://{name}"

    @property
    def large(self) -> int:
        """Bytes that take a while to save."""
        return 1_000_000 if self.medium == "localstorage" else 8_000_000

    def prepare(self, size: int = 1000) -> None:
        """Store the model that is to be replaced and the one beside it."""
        for name, label in (("m", "old"), ("other", "other")):
            assert self.program.call(self.tab, "save", self.url(name), label, size, 10) is None

    def save(self, label: str = "new", size: int = 1000) -> str | None:
        """Replace the model, in `tab`; return the name of the error if there is one."""
        error: str | None = self.program.call(self.tab, "save", self.url("m"), label, size)
        return error

    def begin_saving(self, tab: Tab | None = None, times: int = 1_000_000) -> None:
        """Replace the model again and again."""
        given = (self.url("m"), [self.large, 1000], "new", times)
        self.program.begin(tab or self.tab, "save_many", *given)

    def state(self, name: str = "m", version: int = 1) -> str:
        """Return the content of the medium under a name, read without pyio."""
        return self.state_of(self.medium, name, version)

    def state_of(self, medium: str, name: str, version: int = 1) -> str:
        found: str = self.tab.js("(given) => faults.state(given)", [medium, name, version])
        return found

    def verdict(self) -> str:
        """Return "old" or "new", or a description of what the fault has damaged."""
        found, other = self.state(), self.state("other")
        if other != "other":
            return f"the other model: {other}"
        if found != "old" and not found.startswith("new"):
            return "lost" if found == "nothing" else found
        if self.program.name == "pyio":
            loaded = self.program.call(self.tab, "load", self.url("m"))
            if loaded != found:
                return f"loads as {loaded}, and is {found}"
        listed = self.program.listed(self.tab)
        if isinstance(listed, list):
            listed = [url for url in listed if url.startswith(self.medium)]
        if listed != sorted(map(self.url, ("m", "other"))):
            return f"whole, and listed as {listed}"
        left = self.tab.js("() => faults.strays()")
        if self.crashed:  # until the next save applies the journal, or removes what is unfinished
            left = [stray for stray in left if not stray.startswith(("item pyio_j", "opfs "))]
        return f"left behind: {left}" if left else found.partition("-")[0]

    def works_again(self) -> None:
        """Save, load and list as if nothing had happened."""
        if self.program.name == "pyio":
            assert self.save("new-again") is None
            assert (self.state(), self.verdict()) == ("new-again", "new")


def summary(verdicts: list[str]) -> str:
    """Return the number of each verdict as text."""
    counted = Counter(verdicts)
    return ", ".join(f"{verdict} {count}" for verdict, count in counted.most_common())
