"""Driving a JupyterLab of JupyterLite's: opening a notebook and running its cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.engines.contract import View

OPEN = """async ([path, content]) => {
  const app = window.jupyterapp;
  await app.restored;
  const { contents } = app.serviceManager;
  if (content) await contents.save(path, { type: "notebook", format: "json", content });
  window.notebook = await app.commands.execute("docmanager:open", {
    path, factory: "Notebook", kernel: { name: "python" },
  });
  await notebook.context.ready;
  await notebook.sessionContext.ready;
}"""
# The promise of the command that runs cells never settles in a page that is isolated.
RUN = """async (indexes) => {
  const cells = [...notebook.content.model.cells];
  for (const index of indexes) {
    notebook.content.activeCellIndex = index;
    notebook.content.deselectAll();
    cells[index].sharedModel.execution_count = null;
    jupyterapp.commands.execute("notebook:run-cell");
  }
  const ran = () => indexes.every((index) => cells[index].executionCount !== null
    && cells[index].executionState !== "running");
  while (!ran()) await new Promise((done) => setTimeout(done, 50));
  return indexes.map((index) => JSON.stringify(cells[index].sharedModel.outputs));
}"""
