"""Each host with the functions of `tests.hosts.inside`, with one interface: `Python`."""

from __future__ import annotations

import inspect
import json
import shutil
from abc import ABC, abstractmethod
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Any

import pyio.bridge
from scripts.support.hosts import HOSTS, export_marimo
from tests.hosts import inside
from tests.hosts.jupyterlite import Lab, notebook

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engines.contract import View

ROOT = Path(__file__).resolve().parents[2]
SOURCE = inspect.getsource(inside).replace("from __future__ import annotations\n", "")


class Python(ABC):
    """Python in a tab.

    Attributes:
        view: The tab.
    """

    view: View

    @abstractmethod
    def call(self, expression: str) -> Any:
        """Call a coroutine function of `tests.hosts.inside` and return its result."""


class Notebook(Python):
    """Python in JupyterLite; each call runs in a new cell."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.lab = Lab(view, "test.ipynb", notebook(["%pip install pyio-web", SOURCE]))
        self.lab.run(0, 1)

    def call(self, expression: str) -> Any:
        # docstring inherited
        return self.lab.call(expression)


class Served(Python):
    """Python that runs `tests.hosts.inside.serve`."""

    def __init__(self, view: View) -> None:
        self.view = view
        # Other Pythons of this origin have had a call, so they no longer send `ready`.
        view.js(
            """() => new Promise((done) => {
              window.calls = new BroadcastChannel("calls");
              calls.onmessage = ({ data }) => {
                const { ready, from } = JSON.parse(data);
                if (ready) done(window.python = from);
              };
            })"""
        )
        assert self.call("asyncio.sleep(0)") is None

    def call(self, expression: str) -> Any:
        # docstring inherited
        answer = self.view.js(
            """(call) => new Promise((done) => {
              calls.onmessage = ({ data }) => {
                const { from, ready } = JSON.parse(data);
                if (from === python && !ready) done(data);
              };
              calls.postMessage(JSON.stringify({ to: python, call }));
            })""",
            expression,
        )
        message = json.loads(answer)
        assert "error" not in message, message["error"]
        return message["result"]


def jupyterlite(_folder: Path) -> tuple[Path, str]:
    """JupyterLab."""
    return HOSTS / "jupyterlite", "lab/index.html"


def marimo(folder: Path) -> tuple[Path, str]:
    """A notebook whose last cell serves."""
    cells = f"import asyncio\nimport marimo as mo\n{SOURCE}\nawait serve()"
    text = (
        '# /// script\n# dependencies = ["marimo", "numpy", "pyio-web"]\n# ///\n'
        "import marimo\n\napp = marimo.App()\n\n\n@app.cell\nasync def _():\n"
        f"{indent(cells, '    ')}\n    return\n"
    )
    (folder / "notebook.py").write_text(text)
    export_marimo(folder / "notebook.py", folder / "site", "run")
    return folder / "site", "index.html"


def pyscript(folder: Path) -> tuple[Path, str]:
    """The example's page with a worker, and the bridge's script in it."""
    _copy_examples(folder, "pyscript.py")
    page = folder / "pyscript_worker.html"
    tag = '<script src="./pyio-bridge.js"></script>\n<script type="py"'
    page.write_text(page.read_text().replace('<script type="py"', tag))
    return folder, page.name


def worker(folder: Path) -> tuple[Path, str]:
    """The example's page with a worker of its own."""
    _copy_examples(folder, "worker.py")
    return folder, "worker.html"


def _copy_examples(folder: Path, replaced: str) -> None:
    shutil.copytree(ROOT / "web/examples", folder, dirs_exist_ok=True)
    (folder / replaced).write_text(f"import asyncio\n{SOURCE}\nawait serve()\n")
    (folder / "pyio-bridge.js").write_text(pyio.bridge.script())


ALL: dict[str, Callable[[Path], tuple[Path, str]]] = {
    "jupyterlite": jupyterlite,
    "marimo": marimo,
    "pyscript": pyscript,
    "worker": worker,
}
"""Name -> a function that returns a folder to serve and the page in it."""


def start(name: str, view: View) -> Python:
    """Return the Python in a tab that shows a page of this host."""
    return Notebook(view) if name == "jupyterlite" else Served(view)
