"""Driving a browser tab with Python in it."""

from __future__ import annotations

import inspect
import json
import os
import re
import textwrap
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from tests.engines.contract import PageError
from tests.engines.driven import PlaywrightView

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from types import ModuleType

    from playwright.sync_api import Page

    from tests.engines.contract import View


_WITHOUT_KERNEL = """
def without_kernel():
    import os

    os.environ["PYIO_KERNEL"] = "0"
"""


@dataclass(frozen=True, slots=True)
class Start:
    """The kind of Python that a tab starts.

    Attributes:
        folder: Where Pyodide is, below ``/vendor/``.
        thread: "page", or the type of a worker: "module" or "classic".
        jspi: Whether JavaScript Promise Integration may be used, if the browser has it.
    """

    folder: str = "pyodide"
    thread: str = "page"
    jspi: bool = True


class Tab:
    """A page of the harness with Pyodide booted and the built wheel installed.

    Attributes:
        view: The engine's tab, for functions that this class does not wrap.
    """

    def __init__(self, view: View, wheel: str, start: Start | None = None) -> None:
        self.view = view
        self._wheel = wheel
        self._start = asdict(start or Start())
        self.boot()

    def boot(self) -> None:
        """Start Python, as after a (re)load of the page."""
        self.wait("() => window.ready")
        self.js("([wheel, start]) => boot(wheel, start)", [self._wheel, self._start])
        if os.environ.get("PYIO_KERNEL") == "0":  # the same environment as outside of the page
            self.python_source(_WITHOUT_KERNEL, "without_kernel")

    def reload(self) -> None:
        """Reload the page, which ends its Python, and start a new one."""
        self.view.reload()
        self.boot()

    def close(self) -> None:
        """Close the tab."""
        self.view.close()

    @property
    def console(self) -> list[str]:
        """The console messages of the page, for the report of a failure."""
        return self.view.console

    @property
    def page(self) -> Page:
        """Playwright's page, for tests that run in Chromium alone."""
        assert isinstance(self.view, PlaywrightView)
        return self.view.page

    def js(self, function: str, argument: Any = None) -> Any:
        """Call a JavaScript function with one argument and return what it resolves to."""
        return self.view.js(function, argument)

    def wait(self, condition: str) -> None:
        """Wait until a JavaScript function resolves to something true."""
        self.view.wait(condition)

    def downloads(self, count: int, action: Callable[[], Any]) -> dict[str, bytes]:
        """Return name -> content of the `count` files that `action` makes the page offer."""
        return self.view.downloads(count, action)

    def script(self, path: Path) -> None:
        """Run a file as a classic script of the page."""
        self.js(
            """(text) => {
              const script = document.createElement("script");
              script.textContent = text;
              document.head.append(script);
            }""",
            path.read_text("utf-8"),
        )

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
            result = self.js("([source, name, args]) => callPython(source, name, args)", text)
        except PageError as error:
            said = re.split(r"\n(?:    at )?new_error", str(error))[0]
            raise AssertionError(f"{name}() failed inside the page:\n{said}") from None
        return json.loads(result)

    def tensorflow(self) -> None:
        """Load TensorFlow.js with its cpu backend into the page."""
        self.js("() => loadTensorFlow()")

    def clear_storage(self) -> None:
        """Empty this origin's localStorage and its files, and delete its databases."""
        self.js(
            """async () => {
              localStorage.clear();
              await globalThis.rawEmptyFiles?.();
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
