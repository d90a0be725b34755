"""Runs inside the page: makes models with labels, and reads the stored models with pyio.

A model's topology and its metadata carry one label, and the metadata the SHA-256 of the weights, so
that a mixture of two models cannot pass for either.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import os
import random
from contextlib import suppress
from typing import Any

import pyio

PAD = 3000
"""Makes topology, specs and metadata long enough that the quota can be reached within each."""


def model(label: str, size: int, pad: int = PAD) -> pyio.ModelArtifacts:
    """Return a model of `size` random bytes, with texts of about `pad` characters."""
    data = os.urandom(size)
    digest = hashlib.sha256(data).hexdigest()
    return pyio.ModelArtifacts(
        model_topology={"id": label, "pad": "x" * pad},
        weight_specs=(pyio.WeightSpec("w" * pad, (size,), "bool"),),
        weight_data=(memoryview(data),),
        format="layers-model",
        generated_by="faults",
        user_defined_metadata={"id": label, "sha256": digest, "pad": "x" * pad},
        null_fields=frozenset({"converted_by"}),
    )


def identity(artifacts: pyio.ModelArtifacts) -> str:
    """Return the label of a model; its parts must belong together."""
    topology: Any = artifacts.model_topology
    metadata: Any = artifacts.user_defined_metadata
    digest = hashlib.sha256(b"".join(artifacts.weight_data or ())).hexdigest()
    assert (topology["id"], digest) == (metadata["id"], metadata["sha256"]), "a mixture"
    return str(topology["id"])


async def save(url: str, label: str, size: int, pad: int = PAD) -> str | None:
    """Save a model; return None, or the name of the error if it is one of pyio's."""
    try:
        await pyio.save_artifacts(model(label, size, pad), url)
    except pyio.PyioError as error:
        return type(error).__name__
    return None


async def load(url: str) -> str:
    """Return the label of the model that is stored, or the name of the error."""
    try:
        return identity(await pyio.load_artifacts(url))
    except pyio.PyioError as error:
        return type(error).__name__


async def listing() -> dict[str, str | None]:
    """Return address -> damage of all that is listed."""
    return {url: info.damage for url, info in (await pyio.list_models()).items()}


async def remove(url: str) -> str | None:
    try:
        await pyio.remove_model(url)
    except pyio.PyioError as error:
        return type(error).__name__
    return None


async def move(source: str, destination: str) -> str | None:
    try:
        await pyio.move_model(source, destination)
    except pyio.PyioError as error:
        return type(error).__name__
    return None


async def move_all_ways(
    moves: list[tuple[str, str, str]], label: str, size: int, existing: bool
) -> None:
    """Carry out moves, each given by the name of a model, its source and its destination.

    All models are saved anew before, and so is another model at each destination if one is to be
    `existing`. What earlier rounds have left is removed.
    """
    for url in await pyio.list_models():
        await remove(url)
    for name, source, destination in moves:
        await pyio.save_artifacts(model(f"{name}-{label}", size), f"{source}://{name}")
        if existing:
            await pyio.save_artifacts(model(f"{name}-before", 1000), f"{destination}://{name}")
    for name, source, destination in moves:
        urls = (f"{source}://{name}", f"{destination}://{name}")
        await pyio.move_model(*urls, overwrite=existing)


async def wait_briefly_for_databases() -> None:
    """Reduce to one second the time after which a database counts as blocked."""
    from pyio.browser.indexed_db import connection

    connection.OPEN_TIMEOUT = 1.0


async def save_many(url: str, sizes: list[int], start: str, times: int) -> list[str | None]:
    """Save again and again, and report each save that has returned to the server."""
    import js

    found = []
    for number in range(times):
        error = await save(url, f"{start}-{number}", sizes[number % len(sizes)])
        if error is None:
            js.navigator.sendBeacon("/done", f"{url} {start}-{number}")
        js.window.saves = number + 1
        found.append(error)
    return found


async def save_and_remove_many(url: str, sizes: list[int], start: str, times: int) -> None:
    """Save and remove in turn."""
    for number in range(times):
        await save(url, f"{start}-{number}", sizes[number % len(sizes)])
        await remove(url)


class _Counted:
    """Runs a coroutine and cancels its task when that waits for the n-th time."""

    def __init__(self, coroutine: Any, number: int) -> None:
        self.coroutine = coroutine
        self.left = number

    def __await__(self) -> Any:
        steps = self.coroutine.__await__()
        task = asyncio.current_task()
        assert task is not None
        value, error = None, None
        while True:
            try:
                waited = steps.send(value) if error is None else steps.throw(error)
            except StopIteration as end:
                return end.value
            self.left -= 1
            if self.left == 0:
                asyncio.get_running_loop().call_soon(task.cancel)
            value, error = None, None
            try:
                value = yield waited
            except BaseException as raised:  # noqa: BLE001 - passed on
                error = raised


async def save_cancelled(url: str, label: str, size: int, number: int) -> bool:
    """Save, cancelled at the n-th await; return whether it was cancelled."""

    async def run() -> None:
        await _Counted(pyio.save_artifacts(model(label, size), url), number)

    task = asyncio.ensure_future(run())
    with suppress(asyncio.CancelledError):
        await task
    return task.cancelled()


async def save_with_a_bad_callback(url: str, label: str, size: int, error: str, number: int) -> str:
    """Save with a callback that raises `error` at its n-th call; return the outcome."""
    kinds = {
        "LookupError": LookupError,
        "CancelledError": asyncio.CancelledError,
        "KeyboardInterrupt": KeyboardInterrupt,
    }
    calls = 0

    def callback(_progress: pyio.Progress) -> None:
        nonlocal calls
        calls += 1
        if calls == number:
            raise kinds[error]("enough")

    try:
        await pyio.save_artifacts(model(label, size), url, on_progress=callback)
    except BaseException as raised:  # noqa: BLE001 - KeyboardInterrupt is one of those looked for
        return type(raised).__name__
    return "saved"


SIDES = 1000, 500
"""Of the weights of the model that is trained while the browser is killed: 2 MB."""


async def train_with_checkpoints(url: str, keep: int, first: int) -> None:
    """Train until the browser is killed, with a checkpoint after each epoch.

    Every weight falls by the same number in each step, so a checkpoint shows by itself from which
    epoch it is, and whether all of it is from there. The server hears when a save begins and ends.
    """
    import js
    import numpy as np

    kernel = pyio.initializers.zeros()
    layer = pyio.layers.Dense(SIDES[1], kernel_initializer=kernel, input_shape=SIDES[:1])
    model = pyio.Sequential([layer])
    model.compile(pyio.optimizers.momentum(float(SIDES[1]), 0.0), "mean_absolute_error")
    x, y = np.ones((1, SIDES[0])), np.full((1, SIDES[1]), -1e30)

    def tell(what: str) -> Any:
        return lambda epoch, _logs: js.navigator.sendBeacon("/done", f"{what} {epoch}") and None

    checkpoint = pyio.callbacks.Checkpoint(url, keep=keep)
    callbacks = [tell("begins"), checkpoint, tell("saved")]
    await model.fit(x, y, epochs=1_000_000, initial_epoch=first, callbacks=callbacks)


async def checkpoints(first: int) -> dict[str, Any]:
    """Return, for each stored model, the number of its epoch, or what is wrong with it."""
    import numpy as np

    found: dict[str, Any] = {}
    for url in await pyio.list_models():
        try:
            model: Any = await pyio.load_layers_model(url)
        except pyio.PyioError as error:
            found[url] = f"{type(error).__name__}: {error}"
            continue
        state = model.optimizer_weights
        steps = int(state.pop("iter"))
        weights = [*model.get_weights(), *(-each * SIDES[1] * steps for each in state.values())]
        whole = all(np.allclose(each, -steps, rtol=1e-4) for each in weights)
        found[url] = first + steps - 1 if whole and len(weights) == 4 else "a mixture"
        model.train_on_batch(np.ones((1, SIDES[0])), np.zeros((1, SIDES[1])))
    return found


class _Storm:
    """Random operations on a few names, and a record of what became of each.

    The label of each model is its size. All sizes differ, so a listing or the result of a copy
    identifies the model.
    """

    def __init__(self, seed: int, tab: int, urls: list[str]) -> None:
        self.chance = random.Random(seed * 1000 + tab)
        self.urls = urls
        self.sizes = itertools.count(1 + tab * 3000)
        self.record: list[list[Any]] = []

    async def save(self) -> None:
        url, size = self.chance.choice(self.urls), next(self.sizes) * 20
        await pyio.save_artifacts(model(str(size), size), url)
        self.record.append(["put", url, size])

    async def load(self) -> None:
        url = self.chance.choice(self.urls)
        self.record.append(["seen", url, int(identity(await pyio.load_artifacts(url)))])

    async def copy(self) -> None:
        source, destination = self.chance.sample(self.urls, 2)
        overwrite = self.chance.random() < 0.5
        info = await pyio.copy_model(source, destination, overwrite=overwrite)
        self.record.append(["put", destination, info.weight_data_bytes])

    async def move(self) -> None:
        source, destination = self.chance.sample(self.urls, 2)
        info = await pyio.move_model(source, destination, overwrite=True)
        self.record.append(["put", destination, info.weight_data_bytes])
        self.record.append(["gone", source, info.weight_data_bytes])

    async def remove(self) -> None:
        url = self.chance.choice(self.urls)
        info = await pyio.remove_model(url)
        self.record.append(["gone", url, info.weight_data_bytes])

    async def list(self) -> None:
        for url, info in (await pyio.list_models()).items():
            assert info.damage is None, (url, info.damage)
            self.record.append(["seen", url, info.weight_data_bytes])


async def storm(seed: int, tab: int, urls: list[str], operations: int) -> list[list[Any]]:
    """Do random operations; return what was put where, what was gone, what was seen, and errors.

    Only errors of pyio's own are taken down; any other ends it.
    """
    doing = _Storm(seed, tab, urls)
    actions = [doing.save, doing.load, doing.copy, doing.move, doing.remove, doing.list]
    for _ in range(operations):
        action = doing.chance.choices(actions, [5, 3, 2, 2, 1, 1])[0]
        try:
            await action()
        except pyio.PyioError as error:
            doing.record.append(["error", type(error).__name__, f"{action.__name__}: {error}"])
    return doing.record
