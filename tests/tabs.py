"""Driving a browser tab with Python in it."""

from __future__ import annotations

import inspect
import json
import textwrap
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Error as PlaywrightError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

    from playwright.sync_api import Page


@dataclass(frozen=True, slots=True)
class Start:
    """Which Python a tab starts.

    Attributes:
        folder: Where Pyodide is, below ``/vendor/``.
        thread: "page", or the type of a worker: "module" or "classic".
        jspi: Whether JavaScript Promise Integration may be used, where the browser has it.
    """

    folder: str = "pyodide"
    thread: str = "page"
    jspi: bool = True


class Tab:
    """A page of the harness with Pyodide booted and the built wheel installed.

    Attributes:
        page: Playwright's page, for whatever this does not wrap.
        console: What the page said, for the report of a failure.
    """

    def __init__(self, page: Page, url: str, wheel: str, start: Start | None = None) -> None:
        self.page = page
        self.console: list[str] = []
        self._wheel = wheel
        self._start = asdict(start or Start())
        page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.console.append(f"uncaught: {error}"))
        page.set_default_timeout(120_000)
        page.goto(url)
        self.boot()

    def boot(self) -> None:
        """Start Python, as after a (re)load of the page."""
        self.page.wait_for_function("window.ready")
        self.js("([wheel, start]) => boot(wheel, start)", [self._wheel, self._start])

    def reload(self) -> None:
        """Reload the page, which ends its Python, and start a new one."""
        self.page.reload()
        self.boot()

    def js(self, function: str, argument: Any = None) -> Any:
        """Call a JavaScript function with one argument and return what it resolves to."""
        return self.page.evaluate(function, argument)

    def python(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a Python function inside the page; it must import what it uses.

        Arguments and result travel as JSON. An exception inside fails the test with Python's
        traceback.
        """
        return self._call(
            textwrap.dedent(inspect.getsource(function)), function.__name__, arguments
        )

    def python_module(self, module: ModuleType, name: str, *arguments: Any) -> Any:
        """Call the function `name` of a whole module inside the page."""
        return self._call(inspect.getsource(module), name, arguments)

    def python_source(self, source: str, name: str) -> Any:
        """Call the function `name` that `source` defines inside the page."""
        return self._call(source, name, ())

    def _call(self, source: str, name: str, arguments: Sequence[Any]) -> Any:
        text = [source, name, json.dumps(arguments)]
        try:
            result = self.page.evaluate(
                "([source, name, args]) => callPython(source, name, args)", text
            )
        except PlaywrightError as error:
            said = error.message.partition("    at new_error")[0]
            raise AssertionError(f"{name}() failed inside the page:\n{said}") from None
        return json.loads(result)

    def tensorflow(self) -> None:
        """Load TensorFlow.js with its cpu backend into the page."""
        self.js("() => loadTensorFlow()")

    def clear_storage(self) -> None:
        """Empty this origin's localStorage and delete its databases."""
        self.js(
            """async () => {
              localStorage.clear();
              for (const { name } of await indexedDB.databases()) {
                await new Promise((resolve, reject) => {
                  const request = indexedDB.deleteDatabase(name);
                  request.onsuccess = resolve;
                  request.onerror = () => reject(request.error);
                  request.onblocked = () => reject(new Error(`${name} is still open`));
                });
              }
            }"""
        )
