"""Driving JupyterLite's JupyterLab: opening a notebook and running its cells."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.engines.contract import View

OPEN = """async ([path, content]) => {
  while (!window.jupyterapp) await new Promise((done) => setTimeout(done, 50));
  const app = window.jupyterapp;
  await app.restored;
  const { contents } = app.serviceManager;
  if (content) await contents.save(path, { type: "notebook", format: "json", content });
  window.notebook = await app.commands.execute("docmanager:open", {
    path, factory: "Notebook", kernel: { name: "python" },
  });
  await notebook.context.ready;
  await notebook.sessionContext.ready;
  const { sessionContext } = notebook;  // ready is not connected yet, and then nothing can be sent
  while (sessionContext.session?.kernel?.connectionStatus !== "connected") {
    await new Promise((done) => setTimeout(done, 50));
  }
}"""
# On an isolated page some of the kernel's replies get lost, and JupyterLab waits for them; the
# outputs do arrive. The kernel answers in order, so its last output comes after the cells.
RUN = """async (indexes) => {
  const cells = indexes.map((index) => notebook.content.model.cells.get(index));
  const { kernel } = notebook.sessionContext.session;
  for (const [number, index] of indexes.entries()) {
    cells[number].clearExecution();
    notebook.content.deselectAll();
    notebook.content.activeCellIndex = index;
    jupyterapp.commands.execute("notebook:run-cell");
  }
  const later = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
  const answered = () => Promise.race([
    kernel.requestKernelInfo().catch(() => later(1000)), later(3000),
  ]);
  while (!await answered());
  return cells.map((cell) => JSON.stringify(cell.sharedModel.outputs));
}"""
ADD = """(source) => {
  const { sharedModel } = notebook.content.model;
  sharedModel.insertCell(sharedModel.cells.length, { cell_type: "code", source });
  return sharedModel.cells.length - 1;
}"""
SAVED = """async (path) => {
  await notebook.context.save();
  const { contents } = jupyterapp.serviceManager;
  return JSON.stringify((await contents.get(path, { content: true })).content);
}"""


class Lab:
    """A notebook that is open in JupyterLab.

    Args:
        view: The tab, at JupyterLab's address.
        path: Where JupyterLite keeps the notebook.
        content: The notebook; without it, it must be there.
    """

    def __init__(self, view: View, path: str, content: Any = None) -> None:
        self.view = view
        self._path = path
        view.js(OPEN, [path, content])

    def run(self, *indexes: int) -> list[Any]:
        """Run cells one after the other, and return the list of outputs of each.

        An exception in one of them fails the test.
        """
        outputs = [json.loads(text) for text in self.view.js(RUN, list(indexes))]
        for output in (output for cell in outputs for output in cell):
            assert output["output_type"] != "error", "\n".join(output["traceback"])
        return outputs

    def call(self, expression: str) -> Any:
        """Run a new cell that awaits an expression, and return its value."""
        source = f"import json\nprint('value:', json.dumps(await {expression}))"
        (outputs,) = self.run(self.view.js(ADD, source))
        said = "".join(output["text"] for output in outputs if output["output_type"] == "stream")
        return json.loads(said.partition("value: ")[2])

    def saved(self) -> Any:
        """Save the notebook, and return the content of its file."""
        return json.loads(self.view.js(SAVED, self._path))

    def reload(self) -> None:
        """Load the page again, and open the notebook with a new kernel."""
        self.view.reload()
        self.view.js(OPEN, [self._path, None])


def notebook(cells: Sequence[str]) -> Any:
    """Return a notebook with these cells of code."""
    code: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
    }
    return {
        "cells": [
            code | {"id": f"cell-{number}", "source": text} for number, text in enumerate(cells)
        ],
        "metadata": {"kernelspec": {"name": "python", "display_name": "Python (Pyodide)"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
