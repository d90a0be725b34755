"""`fit`: a training from the first epoch to the last, with callbacks between its steps."""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.display.bars import training_bar
from pyio.errors import DivergedError, InvalidModelError, ModelInputError
from pyio.models.training.batches import (
    ArraySource,
    StreamSource,
    check_fixed_size,
    part_of,
    split_off,
    whole_batch,
)
from pyio.models.training.callbacks import CallbackLike, Callbacks, callback_of
from pyio.models.training.evaluation import per_output
from pyio.models.training.history import History
from pyio.models.training.trainer import Trainer
from pyio.progress import TrainingProgress
from pyio.tracebacks import short

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from pyio.models.training.batches import Source
    from pyio.models.training.gradients import Batch
    from pyio.progress import OnTrainingProgress

_DRAW_EVERY = 0.1
"""Seconds between two pictures of the bar."""


@dataclass(slots=True)
class Options:
    """The arguments of `fit` that hold for all of it; `LayersModel.fit` describes them."""

    batch_size: int
    epochs: int
    initial_epoch: int
    callbacks: Sequence[CallbackLike]
    yield_every: float | None
    on_progress: OnTrainingProgress | None

    def check(self) -> None:
        """Raise ModelInputError for numbers that cannot be epochs or seconds."""
        for name, number in {"epochs": self.epochs, "initial_epoch": self.initial_epoch}.items():
            if isinstance(number, bool) or not isinstance(number, Integral) or number < 0:
                raise ModelInputError(f"{name} is {number!r}; expected a whole number from 0")
        pause = self.yield_every
        if pause is not None and not (isinstance(pause, int | float) and 0 <= pause < math.inf):
            raise ModelInputError(f"yield_every is {pause!r}; expected seconds from 0, or None")


@short
async def fit(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    batch_size: int = 32,
    epochs: int = 1,
    initial_epoch: int = 0,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float = 0,
    validation_data: Any = None,
    class_weight: Any = None,
    sample_weight: Any = None,
    steps_per_epoch: int | None = None,
    validation_steps: int | None = None,
    callbacks: Sequence[CallbackLike] = (),
    progress: bool | None = None,
    yield_every: float | None = 0.05,
) -> History:
    """Train a compiled model; the parameters are those of `LayersModel.fit`."""
    if getattr(model, "in_training", False):
        raise InvalidModelError(f"the model {model.name!r} is being trained already")
    random = np.random.default_rng(seed)
    trainer = Trainer(model, random)
    fixed = (model.inputs[0].shape or (None,))[0]
    options = Options(
        fixed or batch_size, epochs, initial_epoch, callbacks, yield_every, training_bar(progress)
    )
    options.check()
    weights = {"sample_weight": sample_weight, "class_weight": class_weight}
    train: Source
    valid: Source | None = None
    if y is None:
        _refuse_with_batches(validation_split, sample_weight)
        train = StreamSource(model, trainer.functions, x, _steps(steps_per_epoch), class_weight)
    else:
        whole = whole_batch(model, trainer.functions, x, y, **weights)
        if validation_split and validation_data is None:
            whole, held = split_off(whole, validation_split)
            held.weights[:] = _without_classes(model, sample_weight, held)
            valid = ArraySource(held, options.batch_size)
        if whole.size == 0:
            raise ModelInputError("there are no examples to train with")
        whole = _limited(whole, steps_per_epoch, options.batch_size)
        train = ArraySource(whole, options.batch_size, random if shuffle else None)
    if validation_data is not None:
        valid = _validation(model, trainer, validation_data, options, _steps(validation_steps))
    for source in (train, valid):
        check_fixed_size(model, options.batch_size, None if source is None else source.examples)
    return await _Run(trainer, train, valid, options).all_epochs()


def _refuse_with_batches(validation_split: float, sample_weight: Any) -> None:
    if validation_split or sample_weight is not None:
        raise ModelInputError(
            "without y, x is an iterable of batches: give validation_data instead of "
            "validation_split, and the weights as the third item of each batch"
        )


def _steps(given: int | None) -> int | None:
    if given is not None and (
        isinstance(given, bool) or not isinstance(given, Integral) or given < 1
    ):
        raise ModelInputError(f"the number of steps is {given!r}; expected a whole number from 1")
    return given


def _limited(whole: Batch, steps: int | None, batch_size: int) -> Batch:
    """Return the examples of the first `steps` batches."""
    return whole if _steps(steps) is None else part_of(whole, slice(0, (steps or 0) * batch_size))


def _without_classes(model: Any, sample_weight: Any, held: Batch) -> list[Any]:
    """Return the weights to validate with: those of classes do not count there."""
    if sample_weight is None:
        return [None] * len(held.weights)
    given = per_output(model, sample_weight, "sample_weight")
    return [None if each is None else np.asarray(each, np.float32)[-held.size :] for each in given]


def _validation(
    model: Any, trainer: Trainer, given: Any, options: Options, steps: int | None
) -> Source:
    if isinstance(given, tuple | list) and len(given) in (2, 3):
        batch = whole_batch(model, trainer.functions, *given)
        return ArraySource(_limited(batch, steps, options.batch_size), options.batch_size)
    return StreamSource(model, trainer.functions, given, steps)


class _Run:
    """One call of `fit`."""

    def __init__(
        self, trainer: Trainer, train: Source, valid: Source | None, options: Options
    ) -> None:
        self._trainer = trainer
        self._model = trainer.model
        self._train = train
        self._valid = valid
        self._options = options
        self._history = History()
        self._paused = self._drawn = time.perf_counter()
        self._done = 0
        labels = trainer.labels
        self._callbacks = Callbacks(
            [*map(callback_of, options.callbacks), self._history],
            self._model,
            {
                "epochs": options.epochs,
                "initial_epoch": options.initial_epoch,
                "samples": train.examples,
                "steps": train.steps,
                "batch_size": options.batch_size,
                "do_validation": valid is not None,
                "metrics": [*labels, *(f"val_{label}" for label in labels if valid is not None)],
            },
        )

    async def all_epochs(self) -> History:
        """Train all epochs and return their numbers."""
        model = self._model
        model.in_training, model.stop_training = True, False
        numbers: dict[str, float] = {}
        epoch = self._options.initial_epoch
        try:
            await self._callbacks.call("on_train_begin", {})
            for epoch in range(self._options.initial_epoch, self._options.epochs):
                await self._callbacks.call("on_epoch_begin", epoch, {})
                numbers = await self._epoch(epoch)
                await self._callbacks.call("on_epoch_end", epoch, dict(numbers))
                if model.stop_training:
                    break
            await self._callbacks.call("on_train_end", {})
        finally:
            model.in_training = False
            self._draw(epoch, numbers, ended=True)
        return self._history

    async def _epoch(self, epoch: int) -> dict[str, float]:
        """Train one epoch and return its means, those of the validation first."""
        sums = np.zeros(len(self._trainer.labels))
        examples = number = 0
        checked: dict[str, float] = {}
        async for batch, is_last in _with_last(self._train.epoch()):
            logs: dict[str, Any] = {"batch": number, "size": batch.size}
            await self._callbacks.call("on_batch_begin", number, dict(logs))
            try:
                numbers = self._trainer.step(batch)
            except DivergedError as error:
                raise DivergedError(error.loss, epoch, number) from None
            sums += numbers * batch.size
            examples += batch.size
            self._done += 1
            logs |= self._trainer.named(numbers)
            if is_last and self._valid is not None:
                checked = await self._validate(self._valid)
            await self._callbacks.call("on_batch_end", number, logs)
            self._draw(epoch, self._trainer.named(sums / max(examples, 1)))
            await self._pause()
            number += 1
            if self._model.stop_training:
                break
        return {**checked, **self._trainer.named(sums / max(examples, 1))}

    async def _validate(self, source: Source) -> dict[str, float]:
        sums = np.zeros(len(self._trainer.labels))
        examples = 0
        async for batch in source.epoch():
            sums += self._trainer.measure(batch) * batch.size
            examples += batch.size
            await self._pause()
        return self._trainer.named(sums / max(examples, 1), "val_")

    async def _pause(self) -> None:
        """Let the page, other tasks and a cancellation have their turn, if it is time."""
        every = self._options.yield_every
        if every is not None and time.perf_counter() - self._paused >= every:
            await asyncio.sleep(0)
            self._paused = time.perf_counter()

    def _draw(self, epoch: int, numbers: dict[str, float], ended: bool = False) -> None:
        on_progress = self._options.on_progress
        now = time.perf_counter()
        if on_progress is None or not (ended or now - self._drawn >= _DRAW_EVERY):
            return
        self._drawn = now
        epochs, steps = self._options.epochs, self._train.steps
        whole = None if steps is None else steps * (epochs - self._options.initial_epoch)
        on_progress(TrainingProgress(epoch, epochs, self._done, whole, numbers, ended))


async def _with_last(batches: AsyncIterator[Any]) -> AsyncIterator[tuple[Any, bool]]:
    """Yield each batch, and whether it is the last one."""
    waiting: Any = None
    async for batch in batches:
        if waiting is not None:
            yield waiting, False
        waiting = batch
    if waiting is not None:
        yield waiting, True
