"""Callbacks: what `fit` calls between its steps. `pyio.callbacks` is their public face."""

from __future__ import annotations

import warnings
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from pyio.errors import ModelInputError
from pyio.operations.catalog import remove_model
from pyio.tracebacks import short

if TYPE_CHECKING:
    from typing import Unpack

    from pyio.handlers.keywords import AnySaveOptions
    from pyio.models.core.weight import Weight

Logs: TypeAlias = "dict[str, Any]"
"""The numbers of a batch or of an epoch, by name; those of a batch have its number and size too."""

_HOOKS = (
    "on_train_begin",
    "on_epoch_begin",
    "on_batch_begin",
    "on_batch_end",
    "on_epoch_end",
    "on_train_end",
)


class Callback:
    """The base class of callbacks. Each method may be a plain function or a coroutine.

    Epochs and batches count from 0. Set ``self.model.stop_training = True`` to end the training:
    at the end of a batch it ends the epoch as well.

    Attributes:
        model: The model that is trained.
        params: What `fit` was given: epochs, initial_epoch, samples, steps, batch_size,
            do_validation and metrics.
    """

    model: Any = None
    params: Mapping[str, Any]

    def on_train_begin(self, logs: Logs) -> Any:
        """Do something before the first epoch. `logs` is empty."""

    def on_epoch_begin(self, epoch: int, logs: Logs) -> Any:
        """Do something before an epoch. `logs` is empty."""

    def on_batch_begin(self, batch: int, logs: Logs) -> Any:
        """Do something before a step. `logs` has "batch" and "size"."""

    def on_batch_end(self, batch: int, logs: Logs) -> Any:
        """Do something after a step; after the last one of an epoch, validation is done."""

    def on_epoch_end(self, epoch: int, logs: Logs) -> Any:
        """Do something after an epoch. `logs` has the means, those of the validation first."""

    def on_train_end(self, logs: Logs) -> Any:
        """Do something after the last epoch. `logs` is empty."""


CallbackLike: TypeAlias = "Callback | Callable[[int, Logs], Any] | Mapping[str, Callable[..., Any]]"
"""A callback, a function of epoch and logs for the end of epochs, or a dict of such functions."""


class _Functions(Callback):
    """Functions by the names of the methods of `Callback`."""

    def __init__(self, functions: Mapping[str, Callable[..., Any]]) -> None:
        for name, function in functions.items():
            setattr(self, name, function)


def callback_of(given: Any) -> Callback:
    """Return a callback as an object. Raises ModelInputError."""
    if isinstance(given, Mapping):
        wrong = [name for name in given if name not in _HOOKS or not callable(given[name])]
        if wrong:
            raise ModelInputError(
                f"a callback has {wrong[0]!r}; expected functions under {', '.join(_HOOKS)}"
            )
        return _Functions(given)
    if isinstance(given, type) or not (
        isinstance(given, Callback) or callable(given) or hasattr(given, "on_epoch_end")
    ):
        raise ModelInputError(
            f"a callback is {given!r:.120}; expected an object of a class of pyio.callbacks, or a "
            "function of epoch and logs"
        )
    if isinstance(given, Callback):
        return given
    if callable(given):
        return _Functions({"on_epoch_end": given})
    return _Functions({name: getattr(given, name) for name in _HOOKS if hasattr(given, name)})


class Callbacks:
    """Several callbacks, called one after another."""

    def __init__(
        self, callbacks: Sequence[Callback], model: Any, params: Mapping[str, Any]
    ) -> None:
        self._callbacks = callbacks
        for callback in callbacks:
            callback.model = model
            callback.params = params

    async def call(self, hook: str, *arguments: Any) -> None:
        """Call the method `hook` of each, and wait for those that are coroutines."""
        for callback in self._callbacks:
            result = getattr(callback, hook)(*arguments)
            if isinstance(result, Awaitable):
                await result


class EarlyStopping(Callback):
    """Ends a training that gets no better.

    Args:
        monitor: The number that is looked at after each epoch.
        min_delta: By how much it has to be better.
        patience: How many epochs without a better one there may be; 0 and 1 mean the same, as in
            TensorFlow.js.
        mode: "min", "max" or "auto", which is "max" if "acc" is in the name.
        baseline: What has to be surpassed from the beginning.
        restore_best_weights: Whether the weights of the best epoch are put back at the end.

    Attributes:
        stopped_epoch: The epoch after which the training ended, or None.
        best: The best number.
        best_epoch: Its epoch.
    """

    @short
    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
    ) -> None:
        self.monitor = monitor
        self.higher = _is_higher_better(monitor, mode)
        self.min_delta = abs(min_delta)
        self.patience = patience
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.stopped_epoch: int | None = None
        self.best: float | None = None
        self.best_epoch: int | None = None
        self._wait = 0
        self._weights: list[tuple[Weight, Any]] = []

    def on_train_begin(self, logs: Logs) -> None:  # noqa: ARG002
        """Forget an earlier training."""
        self._wait, self.stopped_epoch, self.best_epoch = 0, None, None
        self.best, self._weights = self.baseline, []

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Compare, and end the training if it was not better for too long."""
        value = monitored(logs, self.monitor, "EarlyStopping")
        if value is None:
            return
        if is_better(value, self.best, self.higher, self.min_delta):
            self.best, self.best_epoch, self._wait = value, epoch, 0
            if self.restore_best_weights:
                self._weights = [(weight, weight.value) for weight in self.model.weights]
            return
        self._wait += 1
        if self._wait >= self.patience:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs) -> None:  # noqa: ARG002
        """Put the best weights back."""
        for weight, value in self._weights:
            weight.assign(value)
        self._weights = []


def _is_higher_better(monitor: str, mode: str) -> bool:
    if mode not in ("auto", "min", "max"):
        raise ModelInputError(f"mode is {mode!r}; expected 'auto', 'min' or 'max'")
    if not isinstance(monitor, str):
        raise ModelInputError(
            f"monitor is {monitor!r:.80}; expected the name of a number, such as 'val_loss'"
        )
    return mode == "max" or (mode == "auto" and "acc" in monitor)


def is_better(value: float, best: float | None, higher: bool, margin: float = 0) -> bool:
    """Whether `value` is better than `best` by more than `margin`."""
    if best is None:
        return True
    return value - margin > best if higher else value + margin < best


def monitored(logs: Logs, name: str, what: str) -> float | None:
    """Return the number called `name`, or None with a warning."""
    value = logs.get(name)
    if not isinstance(value, int | float):
        warnings.warn(
            f"{what} looks at {name!r}, which is not among {', '.join(logs)}; it does nothing",
            stacklevel=4,
        )
        return None
    return float(value)


class Checkpoint(Callback):
    """Saves the model while it is trained, so that a closed page loses little.

    A save is all or nothing, so until it is complete the checkpoint before stays whole.

    Args:
        target: An address of any medium, in which ``{epoch}`` stands for the number of the epoch,
            or a handler. Without ``{epoch}`` each checkpoint replaces the one before.
        keep: With ``{epoch}``, how many of the last checkpoints of this training stay; None for
            all of them.
        monitor: Save only if this number is the best so far; None to save always.
        mode: "min", "max" or "auto", as for `EarlyStopping`.
        every: Save after this number of epochs each time.
        include_optimizer: Whether the state of the optimizer is saved, to resume from there.
        options: Further options of the save.

    Attributes:
        saved: The addresses of the checkpoints that are there, the oldest first.
    """

    @short
    def __init__(
        self,
        target: Any,
        keep: int | None = 1,
        monitor: str | None = None,
        mode: str = "auto",
        every: int = 1,
        include_optimizer: bool = True,
        **options: Unpack[AnySaveOptions],
    ) -> None:
        for name, value in {"keep": keep, "every": every}.items():
            if value is not None and (isinstance(value, bool) or value < 1):
                raise ModelInputError(f"{name} is {value!r}; expected a whole number from 1")
        self.target = target
        self.keep = keep
        self.monitor = monitor
        self.higher = _is_higher_better(monitor or "", mode)
        self.every = every
        self.include_optimizer = include_optimizer
        self.options = options
        self.best: float | None = None
        self.saved: list[Any] = []

    async def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Save the model, then remove the oldest checkpoint if there are too many."""
        if (epoch + 1) % self.every:
            return
        if self.monitor is not None:
            value = monitored(logs, self.monitor, "Checkpoint")
            if value is None or not is_better(value, self.best, self.higher):
                return
            self.best = value
        target = self.target
        if isinstance(target, str):
            target = target.replace("{epoch}", str(epoch))
        await self.model.save(target, include_optimizer=self.include_optimizer, **self.options)
        if target in self.saved:
            self.saved.remove(target)
        self.saved.append(target)
        while self.keep is not None and len(self.saved) > self.keep:
            await remove_model(self.saved[0])
            del self.saved[0]


class LearningRateSchedule(Callback):
    """Sets the learning rate before each epoch.

    Args:
        schedule: A function of the epoch, or of the epoch and the rate so far, that returns the
            rate; or a dict of epoch -> rate from then on.
    """

    def __init__(self, schedule: Callable[..., float] | Mapping[int, float]) -> None:
        self.schedule = schedule

    def on_epoch_begin(self, epoch: int, logs: Logs) -> None:  # noqa: ARG002
        """Set the rate."""
        optimizer = self.model.optimizer
        if isinstance(self.schedule, Mapping):
            reached = [start for start in self.schedule if start <= epoch]
            if reached:
                optimizer.learning_rate = self.schedule[max(reached)]
            return
        code = getattr(self.schedule, "__code__", None)
        takes_rate = code is not None and code.co_argcount - hasattr(self.schedule, "__self__") > 1
        rate = optimizer.learning_rate
        optimizer.learning_rate = self.schedule(epoch, rate) if takes_rate else self.schedule(epoch)
