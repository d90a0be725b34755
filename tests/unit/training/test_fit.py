"""`fit`: order of events, numbers, batches of every kind, interrupts, and what is refused."""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pyio
from pyio.models.training import state
from tests.support.models import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RANDOM = np.random.default_rng(7)
X = RANDOM.normal(size=(10, 4)).astype(np.float32)
Y = RANDOM.normal(size=(10, 2)).astype(np.float32)
LABELS = np.eye(3, dtype=np.float32)[[0, 1, 2, 0, 1, 2, 0, 0, 0, 1]]


def dense(**options: Any) -> Any:
    """A small model with weights that are always the same."""
    kernel = pyio.initializers.random_normal(seed=3)
    layers = [
        pyio.layers.Dense(3, activation="tanh", kernel_initializer=kernel, input_shape=(4,)),
        pyio.layers.Dense(2, kernel_initializer=kernel),
    ]
    model = pyio.Sequential(layers)
    model.compile(**{"optimizer": "adam", "loss": "mse", **options})
    return model


def fitted(model: Any, *arguments: Any, **options: Any) -> Any:
    return run(model.fit(*arguments, **options))


def same(one: Any, other: Any) -> bool:
    return all((a == b).all() for a, b in zip(one, other, strict=True))


def test_the_loss_falls() -> None:
    """A training makes the loss smaller, and the history has a number for each epoch."""
    model = dense(metrics=["mae"])
    before = model.evaluate(X, Y)
    history = fitted(model, X, Y, epochs=40, batch_size=4)
    assert model.evaluate(X, Y)[0] < before[0]
    assert history.epoch == list(range(40))
    assert list(history.history) == ["loss", "mae"]
    assert history.history["loss"][-1] < history.history["loss"][0]


def test_not_awaited() -> None:
    """Without await nothing happens, and the object says what to do."""
    pending = dense().fit(X, Y)
    assert "await model.fit" in repr(pending)
    pending.close()


def test_in_sync() -> None:
    """`pyio.sync.fit` is the same without await."""
    one, other = dense(), dense()
    history = pyio.sync.fit(one, X, Y, epochs=3, seed=1)
    assert history.history == fitted(other, X, Y, epochs=3, seed=1).history
    assert same(one.get_weights(), other.get_weights())


def test_a_seed_repeats_everything() -> None:
    """The order of the examples and what is dropped are the same with the same seed."""

    def trained(seed: int) -> Any:
        model = pyio.Sequential(
            [
                pyio.layers.Dropout(0.5, input_shape=(4,)),
                pyio.layers.Dense(2, kernel_initializer="ones"),
            ]
        )
        model.compile("sgd", "mse")
        fitted(model, X, Y, epochs=2, batch_size=3, seed=seed)
        return model.get_weights()

    assert same(trained(1), trained(1))
    assert not same(trained(1), trained(2))


def test_the_order_of_events() -> None:
    """Callbacks come in TensorFlow.js's order, and validation before the last batch has ended."""
    said: list[str] = []

    class Note(pyio.callbacks.Callback):
        def on_train_begin(self, logs: Any) -> None:
            assert logs == {}
            said.append(f"train {' '.join(sorted(self.params))} {self.params['samples']}")

        def on_epoch_begin(self, epoch: int, logs: Any) -> None:
            assert logs == {}
            said.append(f"epoch {epoch}")

        def on_batch_begin(self, batch: int, logs: Any) -> None:
            said.append(f"batch {batch} {logs}")

        async def on_batch_end(self, batch: int, logs: Any) -> None:
            await asyncio.sleep(0)
            said.append(f"done {batch} {list(logs)}")

        def on_epoch_end(self, epoch: int, logs: Any) -> None:
            said.append(f"end {epoch} {list(logs)}")

        def on_train_end(self, logs: Any) -> None:
            said.append(f"end {logs}")

    model = dense()
    predict = model.predict

    def measured(*arguments: Any) -> Any:
        said.append("measured")
        return predict(*arguments)

    model.predict = measured
    fitted(
        model,
        X,
        Y,
        batch_size=4,
        epochs=3,
        initial_epoch=2,
        validation_split=0.3,
        callbacks=[Note()],
    )
    assert said == [
        "train batch_size do_validation epochs initial_epoch metrics samples steps 7",
        "epoch 2",
        "batch 0 {'batch': 0, 'size': 4}",
        "done 0 ['batch', 'size', 'loss']",
        "batch 1 {'batch': 1, 'size': 3}",
        "measured",
        "done 1 ['batch', 'size', 'loss']",
        "end 2 ['val_loss', 'loss']",
        "end {}",
    ]


def test_functions_as_callbacks() -> None:
    """A function gets epoch and logs after each epoch; coroutines are awaited."""
    seen: list[Any] = []

    def now(epoch: int, _logs: Any) -> None:
        seen.append(epoch)

    async def later(epoch: int, logs: Any) -> None:
        await asyncio.sleep(0)
        seen.append(("later", epoch, logs["loss"]))

    fitted(dense(), X, Y, epochs=2, callbacks=[now, later])
    assert [each if isinstance(each, int) else each[:2] for each in seen] == [
        0,
        ("later", 0),
        1,
        ("later", 1),
    ]


def test_ending_early() -> None:
    """`stop_training` ends the epoch after a batch, or the training after an epoch."""
    model = dense()

    def stop(_number: int, _logs: Any) -> None:
        model.stop_training = True

    history = fitted(
        model,
        X,
        Y,
        epochs=5,
        batch_size=2,
        validation_split=0.5,
        callbacks=[{"on_batch_end": stop}],
    )
    assert history.epoch == [0]
    assert list(history.history) == ["loss"]
    assert model.optimizer.iterations == 1
    assert fitted(model, X, Y, epochs=5, callbacks=[stop]).epoch == [0]
    assert fitted(model, X, Y, epochs=2).epoch == [0, 1]


def batches(count: int) -> Iterator[Any]:
    for number in range(count):
        cut = slice(2 * number % 10, 2 * number % 10 + 2)
        yield X[cut], Y[cut]


def test_batches_that_come_one_by_one() -> None:
    """An iterable, a generator, an asynchronous one, dicts, and functions train as arrays do."""

    async def later() -> Any:
        for batch in batches(5):
            await asyncio.sleep(0)
            yield batch

    def dicts() -> Any:
        return [{"xs": x, "ys": y} for x, y in batches(5)]

    wanted = dense()
    expected = fitted(wanted, X, Y, epochs=2, batch_size=2, shuffle=False).history
    for given in (list(batches(5)), lambda: batches(5), later, dicts, dicts()):
        model = dense()
        assert fitted(model, given, epochs=2).history == expected
        assert same(model.get_weights(), wanted.get_weights())
    model = dense()
    history = fitted(model, batches(10), epochs=2, steps_per_epoch=5)
    assert history.history == expected
    held = fitted(dense(), lambda: batches(5), validation_data=(X, Y)).history["val_loss"]
    streamed = fitted(dense(), list(batches(5)), validation_data=list(batches(5)))
    assert streamed.history["val_loss"] == pytest.approx(held, rel=1e-6)


def test_a_generator_that_ends_too_soon() -> None:
    """A generator cannot begin again, so a second epoch says what to do."""
    with pytest.raises(pyio.ModelInputError, match="a function that returns a new one"):
        fitted(dense(), batches(5), epochs=2)
    with pytest.raises(pyio.ModelInputError, match="after 5 of an epoch; expected 8"):
        fitted(dense(), batches(5), steps_per_epoch=8)


def test_weights_of_examples_and_classes() -> None:
    """A weight of 2 does the same as an example twice; both kinds of weight multiply."""

    def softmax() -> Any:
        model = pyio.Sequential(
            [
                pyio.layers.Dense(
                    3, activation="softmax", kernel_initializer="ones", input_shape=(4,)
                )
            ]
        )
        model.compile("sgd", "categorical_crossentropy")
        return model

    weights = np.arange(10) / 5
    one, two = softmax(), softmax()
    ours = one.train_on_batch(X, LABELS, sample_weight=weights)
    each = [two.evaluate(X[i : i + 1], LABELS[i : i + 1]) for i in range(10)]
    assert ours == pytest.approx(float(np.mean(each * weights)), rel=1e-5)
    assert two.evaluate(X, LABELS, sample_weight=weights) == pytest.approx(ours, rel=1e-5)
    classes = {0: 0.5, 1: 2, "2": 3}
    by_class = np.array([0.5, 2, 3])[LABELS.argmax(axis=1)]
    found = [
        softmax().train_on_batch(X, LABELS, class_weight=classes, sample_weight=weights),
        softmax().train_on_batch(X, LABELS, sample_weight=weights * by_class),
    ]
    assert found[0] == pytest.approx(found[1], rel=1e-6)
    held = fitted(softmax(), X, LABELS, class_weight=classes, validation_split=0.5)
    assert held.history["val_loss"][0] < 3


def test_weights_of_steps() -> None:
    """For sequences there can be a weight for each step."""
    model = pyio.Sequential([pyio.layers.SimpleRNN(2, return_sequences=True, input_shape=(3, 4))])
    model.compile("sgd", "mse")
    x, y = RANDOM.normal(size=(5, 3, 4)), RANDOM.normal(size=(5, 3, 2))
    weights = np.zeros((5, 3))
    weights[:, 1] = 3
    one = model.evaluate(x, y, sample_weight=weights)
    squares = np.square(model.predict(x) - y).mean(axis=-1)
    assert one == pytest.approx(float(squares[:, 1].mean()), rel=1e-5)
    with pytest.raises(pyio.ModelInputError, match="sequences"):
        model.train_on_batch(x, y, class_weight={0: 1})


def two_outputs() -> Any:
    x = pyio.Input(shape=(4,), name="x")
    ends = [pyio.layers.Dense(2, name="a")(x), pyio.layers.Dense(3, name="b")(x)]
    return pyio.Model(x, ends)


def test_several_outputs() -> None:
    """Losses, metrics and validation stand under the names of the outputs."""
    model = two_outputs()
    model.compile("sgd", {"a": "mse", "b": "mae"}, {"b": ["mae"]})
    history = fitted(model, X, [Y, LABELS], validation_split=0.2, sample_weight={"b": np.ones(10)})
    numbers = {name: values[0] for name, values in history.history.items()}
    names = ["loss", "a_loss", "b_loss", "b_mae"]
    assert list(numbers) == [*(f"val_{name}" for name in names), *names]
    assert numbers["loss"] == pytest.approx(numbers["a_loss"] + numbers["b_loss"], rel=1e-6)
    assert numbers["val_loss"] == pytest.approx(
        numbers["val_a_loss"] + numbers["val_b_loss"], rel=1e-6
    )
    assert numbers["b_mae"] == pytest.approx(numbers["b_loss"], rel=1e-6)


def test_an_output_without_a_loss() -> None:
    """An output that the losses leave out needs no target, and its loss is 0."""
    model = two_outputs()
    model.compile("sgd", {"a": "mse"})
    before = model.get_layer("b").get_weights()
    found: Any = model.train_on_batch(X, {"a": Y})
    assert found == [found[1], found[1], 0]
    assert same(model.get_layer("b").get_weights(), before)
    assert not same(model.get_layer("a").get_weights(), two_outputs().get_layer("a").get_weights())


def test_outputs_of_different_rank() -> None:
    """The losses of a sequence and of a vector are added as means."""
    x = pyio.Input(shape=(3, 4))
    sequence = pyio.layers.SimpleRNN(2, return_sequences=True, name="s")(x)
    model = pyio.Model(x, [sequence, pyio.layers.GlobalAveragePooling1D(name="g")(sequence)])
    model.compile("sgd", "mse")
    data = RANDOM.normal(size=(3, 3, 4))  # as many examples as steps
    found: Any = model.train_on_batch(data, [np.zeros((3, 3, 2)), np.zeros((3, 2))])
    assert found[0] == pytest.approx(found[1] + found[2], rel=1e-6)


@pytest.mark.parametrize("where", [1, 2, 3, 5, 8])
def test_an_interrupt_in_the_middle_of_a_change(
    monkeypatch: pytest.MonkeyPatch, where: int
) -> None:
    """Ctrl-C while a step is made final leaves all of the step, weights and optimizer alike."""
    wanted = dense()
    fitted(wanted, X, Y, epochs=2, shuffle=False)
    model = dense()
    fitted(model, X, Y, shuffle=False)
    count = 0

    def interrupted(changes: Any) -> None:
        def counting(change: Callable[[Any], object]) -> Callable[[Any], object]:
            def call(value: Any) -> None:
                nonlocal count
                count += 1
                if count == where:
                    raise KeyboardInterrupt
                change(value)

            return call

        commit([(counting(change), value) for change, value in changes])

    commit = state.commit
    monkeypatch.setattr("pyio.models.training.trainer.commit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fitted(model, X, Y, shuffle=False)
    assert same(model.get_weights(), wanted.get_weights())
    assert same(model.optimizer_weights.values(), wanted.optimizer_weights.values())
    assert not model.in_training


def test_an_interrupt_anywhere_in_a_step() -> None:
    """Ctrl-C at any line of a step leaves the weights before it or those after it."""
    wanted = dense()
    states = [wanted.get_weights()]
    for _ in range(2):
        wanted.train_on_batch(X, Y)
        states.append(wanted.get_weights())
    lines = 0
    hit = 0
    for stop in range(1, 4000, 61):
        model = dense()
        model.train_on_batch(X, Y)
        lines = 0

        def trace(frame: Any, event: str, _argument: Any) -> Any:
            nonlocal lines
            if "/pyio/models/" not in frame.f_code.co_filename:
                return None
            if event == "line":
                lines += 1
                if lines == stop:  # noqa: B023 -- called within this turn
                    raise KeyboardInterrupt
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            model.train_on_batch(X, Y)
        except KeyboardInterrupt:
            hit += 1
        finally:
            sys.settrace(before)
        found = model.get_weights()
        done = 1 if same(found, states[1]) else 2
        assert same(found, states[done])
        model.train_on_batch(X, Y)  # nothing is left over that would be in the way
        if done == 1:
            assert same(model.get_weights(), states[2])
    assert hit > 10


def test_a_cancelled_training() -> None:
    """A cancelled task ends between two steps; the training can go on from there."""

    async def cancelled() -> tuple[Any, Any]:
        model = dense()
        weights: list[Any] = []

        def note(_batch: int, _logs: Any) -> None:
            weights.append(model.get_weights())

        task = asyncio.ensure_future(
            model.fit(X, Y, epochs=100000, callbacks=[{"on_batch_end": note}], yield_every=0)
        )
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return model, weights[-1]

    model, last = asyncio.run(cancelled())
    assert same(model.get_weights(), last)
    fitted(model, X, Y)


def test_ctrl_c_without_await() -> None:
    """A signal during `pyio.sync.fit` ends it between two steps, as KeyboardInterrupt."""
    model = dense()
    weights: list[Any] = []

    def note(_batch: int, _logs: Any) -> None:
        weights.append(model.get_weights())
        if len(weights) == 7:
            signal.raise_signal(signal.SIGINT)

    callbacks = [{"on_batch_end": note}]
    # A shell that starts the tests in the background has the signal ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            pyio.sync.fit(model, X, Y, epochs=9000, callbacks=callbacks, yield_every=0.001)
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(weights) < 9000
    assert same(model.get_weights(), weights[-1])
    assert model.optimizer.iterations == len(weights)
    assert not model.in_training


def test_other_tasks_have_their_turn() -> None:
    """While a model is trained, other tasks run at the interval that is asked for."""

    async def counted(every: float | None) -> int:
        turns = 0

        async def other() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        task = asyncio.ensure_future(other())
        await dense().fit(X, Y, epochs=30, batch_size=2, yield_every=every)
        task.cancel()
        return turns

    assert asyncio.run(counted(None)) == 0
    assert asyncio.run(counted(0)) >= 150


def test_a_loss_that_is_no_number() -> None:
    """The training stops, says where, and keeps the weights of the step before."""
    x = X.copy()
    x[7, 1] = np.nan
    model, wanted = dense(), dense()
    with pytest.raises(pyio.DivergedError, match=r"batch 3 in epoch 1.*is nan") as caught:
        fitted(model, x, Y, epochs=3, initial_epoch=1, batch_size=2, shuffle=False)
    assert (caught.value.epoch, caught.value.batch) == (1, 3)
    fitted(wanted, X[:6], Y[:6], batch_size=2, shuffle=False)
    assert same(model.get_weights(), wanted.get_weights())
    assert model.optimizer.iterations == 3
    with pytest.raises(pyio.DivergedError):
        model.train_on_batch(x, Y)


def test_a_gradient_that_is_no_number() -> None:
    """The loss is finite and a gradient is not: the weights are not spoiled either."""

    class Root(pyio.layers.Layer):
        def call(self, x: Any) -> Any:
            return np.sqrt(x * x)

    model = pyio.Sequential([pyio.layers.Dense(2, input_shape=(4,)), Root()])
    model.compile("sgd", "mse")
    with pytest.raises(pyio.DivergedError):
        model.train_on_batch(np.zeros((3, 4)), np.zeros((3, 2)))
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


def test_a_stateful_layer_goes_back_too() -> None:
    """After a failed step the states of recurrent layers are those before it."""
    layer = pyio.layers.LSTM(2, stateful=True, batch_input_shape=(2, 3, 4))
    model = pyio.Sequential([layer])
    model.compile("sgd", "mse")
    x = RANDOM.normal(size=(2, 3, 4)).astype(np.float32)
    model.train_on_batch(x, np.zeros((2, 2)))
    before = [state.copy() for state in layer.states or []]
    assert all(type(state) is np.ndarray for state in before)
    with pytest.raises(pyio.DivergedError):
        model.train_on_batch(x * np.float32(np.nan), np.zeros((2, 2)))
    assert same(layer.states, before)
    with pytest.raises(pyio.ModelInputError, match="no multiple"):
        fitted(model, np.ones((3, 3, 4)), np.zeros((3, 2)))


def test_freezing_acts_at_once() -> None:
    """A frozen layer keeps its weights and its state of the optimizer, and can be thawed."""
    model = dense()
    model.train_on_batch(X, Y)
    first, second = model.layers[0], model.layers[1]
    first.trainable = False
    before, others = first.get_weights(), second.get_weights()
    model.train_on_batch(X, Y)
    assert same(first.get_weights(), before)
    assert not same(second.get_weights(), others)
    assert len(model.optimizer_weights) == 1 + 2 * 2
    first.trainable = True
    model.train_on_batch(X, Y)
    assert not same(first.get_weights(), before)
    assert len(model.optimizer_weights) == 1 + 2 * 4


def test_a_new_head() -> None:
    """A frozen base keeps its weights, and no gradient is computed for it."""
    base = dense()
    base.layers[0].trainable = False
    features = base.layers[0].output
    model = pyio.Model(base.inputs, pyio.layers.Dense(3, activation="softmax")(features))
    model.compile("adam", "categorical_crossentropy")
    before = base.layers[0].get_weights()
    fitted(model, X, LABELS, epochs=3)
    assert same(base.layers[0].get_weights(), before)
    assert len(model.optimizer_weights) == 1 + 2 * 2
    whole = pyio.Model(base.inputs, base.outputs)
    whole.trainable = False
    nested = pyio.Sequential([whole, pyio.layers.Dense(2)])
    nested.compile("sgd", "mse")
    everything = base.get_weights()
    fitted(nested, X, Y, epochs=2)
    assert same(base.get_weights(), everything)


def test_what_is_refused() -> None:
    """Each mistake has an error that says what was expected."""
    model = dense()
    refused: list[tuple[str, Callable[[], Any]]] = [
        ("call compile", lambda: fitted(two_outputs(), X, [Y, LABELS])),
        ("expected a whole number from 0", lambda: fitted(model, X, Y, epochs=-1)),
        ("expected a whole number from 0", lambda: fitted(model, X, Y, initial_epoch=1.5)),
        ("batch_size is 0", lambda: fitted(model, X, Y, batch_size=0)),
        ("between 0 and 1", lambda: fitted(model, X, Y, validation_split=1.5)),
        ("at least one on each side", lambda: fitted(model, X[:1], Y[:1], validation_split=0.5)),
        ("10 examples and", lambda: fitted(model, X, Y[:5])),
        ("no examples", lambda: fitted(model, X[:0], Y[:0])),
        ("an iterable of", lambda: fitted(model, 5)),
        ("a batch is a int", lambda: fitted(model, [1, 2])),
        ("validation_data instead", lambda: fitted(model, [(X, Y)], validation_split=0.5)),
        ("sample_weight has the shape", lambda: fitted(model, X, Y, sample_weight=np.ones(5))),
        ("class_weight has no weight", lambda: fitted(model, X, Y, class_weight={0: 1})),
        ("class_weight is", lambda: fitted(model, X, Y, class_weight=5)),
        ("a callback is", lambda: fitted(model, X, Y, callbacks=[5])),
        ("a callback has 'on_fire'", lambda: fitted(model, X, Y, callbacks=[{"on_fire": print}])),
        ("yield_every is", lambda: fitted(model, X, Y, yield_every=-1)),
        ("number of steps is 0", lambda: fitted(model, X, Y, steps_per_epoch=0)),
    ]
    for words, work in refused:
        with pytest.raises(pyio.PyioError, match=words):
            work()
    model.trainable = False
    with pytest.raises(pyio.InvalidModelError, match="no trainable weights"):
        fitted(model, X, Y)


def test_one_training_at_a_time() -> None:
    """A second `fit` while one runs is refused, also from a callback."""
    model = dense()

    async def again(_epoch: int, _logs: Any) -> None:
        await model.fit(X, Y)

    with pytest.raises(pyio.InvalidModelError, match="being trained already"):
        fitted(model, X, Y, callbacks=[again])
    fitted(model, X, Y)


def test_no_epochs() -> None:
    """An `initial_epoch` at the end trains nothing."""
    model = dense()
    before = model.get_weights()
    assert fitted(model, X, Y, epochs=2, initial_epoch=2).history == {}
    assert same(model.get_weights(), before)


def test_a_bar(capsys: pytest.CaptureFixture[str]) -> None:
    """A bar is drawn if it is asked for; outside of notebooks no bar comes by itself."""
    fitted(dense(), X, Y, epochs=2)
    assert capsys.readouterr().err == ""
    fitted(dense(), X, Y, epochs=2, progress=True)
    said = capsys.readouterr().err
    assert "epoch 2 of 2: loss" in said
    assert said.endswith("(100%)\n")


def test_numbers_of_a_step() -> None:
    """train_on_batch returns the numbers from before the step."""
    model = dense(metrics=["mae"])
    wanted = model.evaluate(X, Y)
    assert model.train_on_batch(X, Y) == pytest.approx(wanted, rel=1e-6)
    assert model.evaluate(X, Y)[0] < wanted[0]
