"""A marimo notebook that saves with a bar, and records its cell's output after each report."""

import marimo

app = marimo.App()


@app.cell
async def _() -> None:
    import json
    import os
    from pathlib import Path

    from marimo._runtime.context import get_context

    import pyio

    bar = pyio.progress_bar()
    shown = []

    def draw(progress: pyio.Progress) -> None:
        bar(progress)
        cell = get_context().execution_context
        assert cell is not None
        shown.append([item.text for item in cell.output._items])

    spec = pyio.WeightSpec("w", (2000,), "bool")
    model = pyio.ModelArtifacts(weight_specs=(spec,), weight_data=(memoryview(bytes(2000)),))
    await pyio.save_artifacts(model, "memory://<b>", on_progress=draw)
    for done in (0, 15_000_000, 20_000_000):
        draw(pyio.Progress("load", "memory://big", done, 20_000_000))
    Path(os.environ["SHOWN"]).write_text(json.dumps(shown))  # noqa: ASYNC240 -- nothing else runs


if __name__ == "__main__":
    app.run()
