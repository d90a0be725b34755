"""Callbacks and the history."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import numpy as np
import pytest

import pyio
from pyio.models.training.history import History
from tests.support.models import run
from tests.unit.training.test_fit import X, Y, dense, fitted, same


def stopping(values: list[float], **options: Any) -> tuple[Any, list[int]]:
    """EarlyStopping, and the epochs after which it was asked to look at `values`."""

    class Model:
        stop_training = False
        weights: list[Any] = []  # noqa: RUF012 -- a stand-in

    callback = pyio.callbacks.EarlyStopping(**{"monitor": "x", **options})
    callback.model = Model()
    callback.on_train_begin({})
    looked = []
    for epoch, value in enumerate(values):
        callback.on_epoch_end(epoch, {"x": value})
        looked.append(epoch)
        if callback.model.stop_training:
            break
    return callback, looked


@pytest.mark.parametrize(
    ("values", "options", "stopped"),
    [
        ([3, 2, 2, 1], {}, 2),
        ([3, 2, 2, 1], {"patience": 1}, 2),
        ([3, 2, 2, 1, 1, 1], {"patience": 2}, 5),
        ([1, 2, 2, 3], {"mode": "max"}, 2),
        ([1, 2, 2, 3], {"monitor": "x_acc"}, None),
        ([3, 2.9, 2.8], {"min_delta": 0.5}, 1),
        ([3, 2.9, 2.8], {"min_delta": -0.05}, None),
        ([3, 4], {"baseline": 3}, 0),
        ([2, 1], {"baseline": 3}, None),
    ],
)
def test_early_stopping(values: list[float], options: dict[str, Any], stopped: int | None) -> None:
    """It counts as TensorFlow.js does: patience 0 and 1 are the same."""
    if "monitor" in options:
        assert pyio.callbacks.EarlyStopping(**options).higher
        return
    callback, looked = stopping(values, **options)
    assert callback.stopped_epoch == stopped
    assert len(looked) == (len(values) if stopped is None else stopped + 1)


def test_the_best_weights_come_back() -> None:
    """With `restore_best_weights` the model ends as it was after its best epoch."""
    model = dense()
    weights: list[Any] = []
    stop = pyio.callbacks.EarlyStopping("val_loss", patience=3, restore_best_weights=True)

    def note(_epoch: int, _logs: Any) -> None:
        weights.append(model.get_weights())

    def spoil(epoch: int, _logs: Any) -> None:
        model.optimizer.learning_rate = 0.01 if epoch < 4 else 3.0

    history = fitted(
        model,
        X,
        Y,
        epochs=40,
        shuffle=False,
        validation_data=(X, Y),
        callbacks=[spoil, note, stop],
    )
    assert stop.stopped_epoch == history.epoch[-1] < 39
    assert stop.best == min(history.history["val_loss"])
    assert stop.best_epoch == int(np.argmin(history.history["val_loss"]))
    assert same(model.get_weights(), weights[stop.best_epoch])
    assert not same(model.get_weights(), weights[-1])


def test_a_number_that_is_absent() -> None:
    """A callback that monitors what is not there warns and does nothing."""
    stop = pyio.callbacks.EarlyStopping("val_loss")
    with pytest.warns(UserWarning, match="'val_loss', which is not among loss"):
        history = fitted(dense(), X, Y, epochs=3, callbacks=[stop])
    assert history.epoch == [0, 1, 2]


def test_learning_rates() -> None:
    """A schedule sets the rate before each epoch, by a function or a table; it is saved."""
    seen: list[float] = []

    def rates(schedule: Any) -> list[float]:
        seen.clear()
        model = dense(optimizer="sgd")

        def note(_epoch: int, _logs: Any) -> None:
            seen.append(model.optimizer.learning_rate)

        callback = pyio.callbacks.LearningRateSchedule(schedule)
        fitted(model, X, Y, epochs=4, callbacks=[callback, note])
        written = model.training_config["optimizer_config"]["config"]["learningRate"]
        assert written == seen[-1]
        return list(seen)

    assert rates(lambda epoch: 0.5 / (epoch + 1)) == pytest.approx([0.5, 0.25, 0.5 / 3, 0.125])
    assert rates(lambda _epoch, rate: rate / 2) == [0.005, 0.0025, 0.00125, 0.000625]
    assert rates({1: 0.3, 3: 0.1}) == [0.01, 0.3, 0.3, 0.1]
    with pytest.raises(pyio.ModelInputError, match="expected a number from 0"):
        rates(lambda _: -1)


def test_checkpoints() -> None:
    """Each epoch is saved with its optimizer, the last ones stay, and one of them resumes."""
    keep = pyio.callbacks.Checkpoint("memory://digits-{epoch}", keep=2)
    wanted, model = dense(), dense()
    fitted(wanted, X, Y, epochs=5, shuffle=False)
    fitted(model, X, Y, epochs=3, shuffle=False, callbacks=[keep])
    assert list(run(pyio.list_models())) == ["memory://digits-1", "memory://digits-2"]
    assert keep.saved == ["memory://digits-1", "memory://digits-2"]
    loaded = run(pyio.load_layers_model("memory://digits-2"))
    fitted(loaded, X, Y, epochs=5, initial_epoch=3, shuffle=False)
    assert all(
        np.allclose(a, b, atol=1e-6)
        for a, b in zip(loaded.get_weights(), wanted.get_weights(), strict=True)
    )


def test_checkpoints_in_one_place() -> None:
    """Without {epoch} one address has the last one, the best one, or one of every so often."""
    keep = pyio.callbacks.Checkpoint("memory://m", monitor="loss", include_optimizer=False)
    model = dense()
    seen: list[Any] = []

    def note(_epoch: int, _logs: Any) -> None:
        seen.append(model.get_weights())
        model.optimizer.learning_rate = 0.01 if len(seen) < 3 else 5.0

    history = fitted(model, X, Y, epochs=6, shuffle=False, callbacks=[keep, note])
    best = int(np.argmin(history.history["loss"]))
    loaded = run(pyio.load_layers_model("memory://m"))
    assert best < 5
    assert same(loaded.get_weights(), seen[best])
    assert loaded.training_config is None
    every = pyio.callbacks.Checkpoint("memory://e-{epoch}", keep=None, every=2)
    fitted(dense(), X, Y, epochs=5, callbacks=[every])
    assert every.saved == ["memory://e-1", "memory://e-3"]
    with pytest.raises(pyio.ModelInputError, match="keep is 0"):
        pyio.callbacks.Checkpoint("memory://m", keep=0)


def test_a_save_that_fails_keeps_the_checkpoint_before() -> None:
    """If a checkpoint cannot be saved, the one before is whole and is not removed."""
    keep = pyio.callbacks.Checkpoint("memory://c-{epoch}", keep=1)
    model = dense()
    save = model.save

    async def failing(target: Any, **options: Any) -> Any:
        if target.endswith("2"):
            raise pyio.StorageError("full")
        return await save(target, **options)

    model.save = failing
    with pytest.raises(pyio.StorageError, match="full"):
        fitted(model, X, Y, epochs=4, callbacks=[keep])
    assert list(run(pyio.list_models())) == ["memory://c-1"]
    run(pyio.load_layers_model("memory://c-1"))


def test_a_history_shows_itself() -> None:
    """One line as text, a table by print, and in a notebook a plot and a table."""
    history = fitted(dense(), X, Y, epochs=3, validation_split=0.2)
    assert re.fullmatch(r"<History: 3 epochs, loss [\d.]+, val_loss [\d.]+>", repr(history))
    assert str(history).splitlines()[0].split() == ["epoch", "loss", "val_loss"]
    html = history._repr_html_()
    assert html.startswith("<svg")
    assert html.count("<polyline") == 2
    assert html.count("<tr>") == 4
    assert "<script" not in html
    long = History()
    for epoch in range(100):
        long.on_epoch_end(epoch, {"loss": float("nan") if epoch == 50 else 1 / (epoch + 1)})
    assert long._repr_html_().count("<polyline") == 2, "a gap where there is no number"
    assert len(str(long).splitlines()) == 14
    assert repr(History()) == "<History: no epochs>"
    assert repr(fitted(dense(), X, Y)).startswith("<History: 1 epoch, loss")
    one = fitted(dense(), X, Y)._repr_html_()
    assert "<svg" not in one


def test_names_are_escaped() -> None:
    """The name of an output cannot bring markup into the page."""
    history = History()
    for epoch in range(2):
        history.on_epoch_end(epoch, {"loss": 1.0, "<b>_loss": 2.0})
    assert "<b>" not in history._repr_html_()


def test_an_object_with_some_methods() -> None:
    """An object of another class works if it has the methods."""
    seen: list[int] = []

    class Other:
        async def on_epoch_end(self, epoch: int, logs: Any) -> None:
            await asyncio.sleep(0)
            assert logs
            seen.append(epoch)

    fitted(dense(), X, Y, epochs=2, callbacks=[Other()])
    assert seen == [0, 1]
