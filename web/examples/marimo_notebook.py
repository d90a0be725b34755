# /// script
# requires-python = ">=3.12"
# dependencies = ["marimo", "numpy", "pyio-web"]
# ///
"""A model that stays in the browser: ``marimo export html-wasm marimo_notebook.py -o site``."""

import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    import numpy as np

    import pyio

    return mo, np, pyio


@app.cell
async def _(np, pyio):
    # There since the last visit, or made and trained now: which of three numbers is the largest?
    if await pyio.exists("indexeddb://my-model"):
        model = await pyio.load_layers_model("indexeddb://my-model")
    else:
        x = np.random.default_rng(0).normal(size=(200, 4)).astype(np.float32)
        y = np.eye(3, dtype=np.float32)[x[:, :3].argmax(axis=1)]
        hidden = pyio.layers.Dense(8, activation="relu", input_shape=[4])
        model = pyio.Sequential([hidden, pyio.layers.Dense(3, activation="softmax")])
        model.compile(pyio.optimizers.adam(0.02), "categorical_crossentropy", ["accuracy"])
        await model.fit(x, y, epochs=10, batch_size=20)
    model.predict(np.ones((1, 4), np.float32))
    return (model,)


@app.cell
async def _(model, pyio):
    await model.save("localstorage://my-model")
    await model.save("indexeddb://my-model", include_optimizer=True)
    await pyio.list_models()
    return


@app.cell
def _(mo):
    download = mo.ui.run_button(label="Download the model")
    download
    return (download,)


@app.cell
async def _(download, model):
    if download.value:
        await model.save("downloads://my-model")
    return


if __name__ == "__main__":
    app.run()
