"""Trains recorded runs of TensorFlow.js again; works in CPython and in a page.

A run has a model before, after, and after a resumed training, and the numbers in between.
``tests/data/training/README.md`` says where the runs come from.
"""

from __future__ import annotations

import base64
import io
import json
import re
import time
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

import pyio
from pyio.format.specs import specs_from_json, specs_to_json

if TYPE_CHECKING:
    from pathlib import Path

RIGHT_HERE = {
    "constraints_not_applied": "TensorFlow.js does not apply constraints after a step",
}
"""Runs in which TensorFlow.js is wrong and pyio is meant to be different."""


def snake(name: str) -> str:
    """A name of TensorFlow.js as pyio writes it."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def array(value: dict[str, Any]) -> Any:
    """An array of a recorded run."""
    data = np.frombuffer(base64.b64decode(value["base64"]), value["dtype"])
    return data.reshape(value["shape"]).copy()


def optional(values: list[Any]) -> Any:
    """One array, or a list of several."""
    arrays = [array(value) for value in values]
    return arrays if len(arrays) > 1 else arrays[0]


class Runs:
    """The recorded runs in a zip file, or in a folder."""

    def __init__(self, content: bytes | Path) -> None:
        self._place: Any = content
        if isinstance(content, bytes):
            self._place = zipfile.Path(zipfile.ZipFile(io.BytesIO(content)))
        self.names = sorted(each.name for each in self._place.iterdir())

    def run(self, name: str) -> dict[str, Any]:
        """What was recorded."""
        found: dict[str, Any] = json.loads((self._place / name / "run.json").read_text())
        return found

    def has(self, name: str, when: str) -> bool:
        """Whether there is the model "init", "final" or "resumed"."""
        there: bool = (self._place / name / when / "model.json").exists()
        return there

    def model(self, name: str, when: str) -> Any:
        """The model "init", "final" or "resumed"."""
        folder = self._place / name / when
        text = json.loads((folder / "model.json").read_text())
        data = (folder / "weights.bin").read_bytes()
        specs = pyio.get_weight_specs(text["weightsManifest"])
        artifacts = pyio.ModelArtifacts(
            model_topology=text["modelTopology"],
            weight_specs=specs,
            weight_data=(memoryview(data),),
            training_config=text.get("trainingConfig"),
        )
        return pyio.model_from_artifacts(artifacts)


def compile_as(model: Any, given: dict[str, Any]) -> None:
    """Compile a model whose file has no training config."""
    model.compile("sgd", given["loss"], given["metrics"])
    optimizer = given["optimizer"]
    model.training_config["optimizer_config"] = {
        "class_name": optimizer["className"],
        "config": optimizer["config"],
    }


def fit_arguments(run: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `fit` for those of TensorFlow.js."""
    options = {snake(key): value for key, value in given.items()}
    if run.get("validationData"):
        inputs = len(run["x"])
        data = run["validationData"]
        options["validation_data"] = (optional(data[:inputs]), optional(data[inputs:]))
    return options


def difference(ours: Any, theirs: Any) -> float:
    """The largest difference of the weights, or of the numbers, of two models."""
    pairs = zip(ours, theirs, strict=True)
    return max((float(np.abs(np.subtract(a, b)).max(initial=0)) for a, b in pairs), default=0.0)


async def trained(
    model: Any, run: dict[str, Any], given: dict[str, Any]
) -> tuple[Any, list[float]]:
    """Train, and return the history and the losses of all batches."""
    losses: list[float] = []

    def note(_batch: int, logs: dict[str, Any]) -> None:
        losses.append(logs["loss"])

    x, y = optional(run["x"]), optional(run["y"])
    callbacks = [{"on_batch_end": note}, *further_callbacks(model, run)]
    history = await model.fit(x, y, callbacks=callbacks, **fit_arguments(run, given))
    return history, losses


def further_callbacks(model: Any, run: dict[str, Any]) -> list[Any]:
    """The callbacks that a run had: a schedule of learning rates, and what ends it."""
    found: list[Any] = []
    if "schedule" in run:
        rates = {int(epoch): rate for epoch, rate in run["schedule"].items()}
        found.append(pyio.callbacks.LearningRateSchedule(rates))
    if "stopAfter" in run:

        def stop(epoch: int, _logs: Any) -> None:
            model.stop_training = epoch == run["stopAfter"]

        found.append(stop)
    if "early" in run:
        options = {snake(key): value for key, value in run["early"].items()}
        found.append(pyio.callbacks.EarlyStopping(**options))
    return found


def history_difference(ours: dict[str, Any], theirs: dict[str, Any]) -> float:
    """The largest difference of two histories, relative to numbers above 1."""
    names = {snake(name): values for name, values in theirs.items()}
    if list(names) != list(ours):
        return float("inf")
    return max(
        float(np.max(np.abs(np.subtract(ours[n], v)) / np.maximum(1, np.abs(v)), initial=0))
        for n, v in names.items()
    )


def compare(model: Any, expected: Any, state: bool) -> dict[str, float]:
    """Differences of weights and of the states of optimizers, relative to states above 1."""
    found = {"weights": difference(model.get_weights(), expected.get_weights())}
    if state:
        mine, stored = model.optimizer_weights, expected.optimizer_weights
        scales = [np.maximum(1, np.abs(each)) for each in stored.values()]
        found["state"] = difference(
            [each / scale for each, scale in zip(mine.values(), scales, strict=True)],
            [each / scale for each, scale in zip(stored.values(), scales, strict=True)],
        )
    return found


async def check(runs: Runs, name: str) -> dict[str, float]:
    """Train a run and its resumed part, and return all differences from the recorded numbers."""
    run = runs.run(name)
    model, final = runs.model(name, "init"), runs.model(name, "final")
    if model.training_config is None:
        compile_as(model, run["compile"])
    saveable = run["compile"]["optimizer"]["className"] != "Adamax"
    history, losses = await trained(model, run, run["fit"])
    found = compare(model, final, saveable)
    theirs = np.array(run["batchLosses"])
    found["losses"] = difference([losses / np.maximum(1, theirs)], [theirs / np.maximum(1, theirs)])
    found["history"] = history_difference(history.history, run["history"])
    if runs.has(name, "resumed"):
        resumed = runs.model(name, "resumed")
        if "learningRateResumed" in run:
            final.optimizer.learning_rate = run["learningRateResumed"]
        run = {key: value for key, value in run.items() if key not in ("stopAfter", "early")}
        history, _ = await trained(final, run, run["resume"]["fit"])
        again = compare(final, resumed, saveable)
        found |= {f"resumed {key}": value for key, value in again.items()}
        found["resumed history"] = history_difference(history.history, run["resume"]["history"])
    return found


# ------------------------------------------------------------ inside of a page


def every(content: str, names: list[str]) -> Any:
    """All differences of all runs, for a page: the zip file comes as base64."""
    runs = Runs(base64.b64decode(content))

    async def each() -> dict[str, Any]:
        return {name: await check(runs, name) for name in names}

    return each()


def packed(model: Any) -> dict[str, Any]:
    """A model with its optimizer as JSON for training.js."""
    artifacts = pyio.model_to_artifacts(model, include_optimizer=True)
    assert artifacts.weight_specs is not None
    assert artifacts.weight_data is not None
    return {
        "topology": artifacts.model_topology,
        "specs": specs_to_json(artifacts.weight_specs),
        "data": base64.b64encode(b"".join(artifacts.weight_data)).decode(),
        "trainingConfig": artifacts.training_config,
    }


def unpacked(value: dict[str, Any]) -> Any:
    """The model of such JSON."""
    data = base64.b64decode(value["data"])
    return pyio.model_from_artifacts(
        pyio.ModelArtifacts(
            model_topology=value["topology"],
            weight_specs=specs_from_json(value["specs"]),
            weight_data=(memoryview(data),),
            training_config=value["trainingConfig"],
        )
    )


def begun(content: str, names: list[str]) -> Any:
    """The first halves of runs, trained here, and the untrained models, for TensorFlow.js."""
    runs = Runs(base64.b64decode(content))

    async def each() -> dict[str, Any]:
        found = {}
        for name in names:
            run, model = runs.run(name), runs.model(name, "init")
            start = packed(model)
            await trained(model, run, run["fit"])
            found[name] = {"start": start, "half": packed(model), "run": run}
        return found

    return each()


def ended(content: str, halves: dict[str, Any], wholes: dict[str, Any]) -> Any:
    """Differences from the recorded end of runs that were trained in turns.

    Args:
        content: The runs.
        halves: Models that TensorFlow.js trained half; here they are trained to the end.
        wholes: Models that TensorFlow.js trained to the end.
    """
    runs = Runs(base64.b64decode(content))

    async def each() -> dict[str, Any]:
        found = {}
        for name, half in halves.items():
            run, model = runs.run(name), unpacked(half)
            resumed = runs.model(name, "resumed")
            if "learningRateResumed" in run:
                model.optimizer.learning_rate = run["learningRateResumed"]
            await trained(model, run, run["resume"]["fit"])
            theirs = compare(unpacked(wholes[name]), resumed, state=True)
            ours = compare(model, resumed, state=True)
            found[name] = {"begun there": ours, "ended there": theirs}
        return found

    return each()


def alike(models: dict[str, Any]) -> Any:
    """How far models that TensorFlow.js trained are from those that are trained here."""

    def tensor(value: dict[str, Any]) -> Any:
        return np.array(value["data"], value["dtype"]).reshape(value["shape"])

    async def each() -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, one in models.items():
            model, end = unpacked(one["start"]), unpacked(one["end"])
            x, y = [tensor(value) for value in one["x"]], [tensor(value) for value in one["y"]]
            try:
                await model.fit(x, y, epochs=2, batch_size=len(x[0]), shuffle=False)
            except pyio.PyioError as error:
                found[name] = {"error": str(error)}
                continue
            found[name] = compare(model, end, state=True)
        return found

    return each()


def products() -> dict[str, float] | None:
    """How far products by the compiled kernel are from NumPy's; None where there is no kernel."""
    from pyio.kernel import library
    from pyio.models.ops import kernels

    if library.kernel() is None:
        return None
    random = np.random.default_rng(0)
    found = {}
    for rows, k, n in ((1, 4097, 1), (33, 784, 130), (21, 9, 24), (300, 513, 7), (5, 40, 40)):
        left, right = random.normal(size=(rows, k)), random.normal(size=(k, n))
        for turned in (False, True):
            a, b = left.astype(np.float32), right.astype(np.float32)
            if turned:  # not in one block of memory
                a, b = np.asfortranarray(a), np.asfortranarray(b)
            y = kernels.matmul(a, kernels.Matrix(b))
            found[f"{rows} {k} {n} {turned}"] = float(np.abs(y - left @ right).max() / k)
    for equation, one, two in (
        ("bqhd,bkhd->bhqk", (2, 9, 3, 8), (2, 7, 3, 8)),
        ("bhqk,bkhd->bqhd", (2, 3, 9, 7), (2, 7, 3, 8)),
        ("abc,acd->abd", (4, 5, 30), (4, 30, 11)),
        ("abc,cde->abde", (4, 5, 30), (30, 11, 2)),
    ):
        left, right = random.normal(size=one), random.normal(size=two)
        y = kernels.einsum(equation, left.astype(np.float32), right.astype(np.float32))
        found[equation] = float(np.abs(y - np.einsum(equation, left, right)).max())
    return found


async def busy() -> float:
    """Train for about a second, and return how long it took."""
    model = pyio.Sequential([pyio.layers.Dense(8, input_shape=(8,))])
    model.compile("sgd", "mse")
    x = np.ones((64, 8), np.float32)
    start = time.perf_counter()

    def stop(_epoch: int, _logs: Any) -> None:
        model.stop_training = time.perf_counter() - start > 1

    await model.fit(x, x, epochs=100_000, batch_size=8, callbacks=[stop])
    return time.perf_counter() - start
