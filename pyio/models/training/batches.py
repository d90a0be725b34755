"""The examples of a training: arrays that are cut into batches, or batches that come one by one."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from pyio.errors import ModelInputError
from pyio.models.inputs import check_batch_size, standardize
from pyio.models.training.evaluation import (
    check_examples,
    per_output,
    sample_weights,
    targets_of,
)
from pyio.models.training.gradients import Batch

if TYPE_CHECKING:
    from pyio.models.core.container import Container
    from pyio.models.training.losses import Measure

Array = Any
Functions = Sequence["Measure | None"]


class Source(Protocol):
    """Where batches come from."""

    @property
    def examples(self) -> int | None:
        """The number of examples of an epoch, or None if it is not known."""
        ...

    @property
    def steps(self) -> int | None:
        """The number of batches of an epoch, or None if it is not known."""
        ...

    def epoch(self) -> AsyncIterator[Batch]:
        """Yield the batches of one epoch."""
        ...


class ArraySource:
    """Arrays, cut into batches.

    Args:
        whole: All examples as one batch.
        batch_size: How many are computed at once; the last batch of an epoch may have fewer.
        shuffle: A generator that draws another order for each epoch, or None.
    """

    def __init__(
        self, whole: Batch, batch_size: int, shuffle: np.random.Generator | None = None
    ) -> None:
        self.whole = whole
        self._batch_size = batch_size
        self._shuffle = shuffle
        self._order = np.arange(whole.size)

    @property
    def examples(self) -> int | None:
        """The number of examples."""
        return self.whole.size

    @property
    def steps(self) -> int | None:
        """The number of batches of an epoch."""
        return math.ceil(self.whole.size / self._batch_size)

    async def epoch(self) -> AsyncIterator[Batch]:
        """Yield the batches of one epoch, in an order of their own if they are shuffled."""
        if self._shuffle is not None:
            self._shuffle.shuffle(self._order)
        for start in range(0, self.whole.size, self._batch_size):
            if self._shuffle is None:
                yield part_of(self.whole, slice(start, start + self._batch_size))
            else:
                yield part_of(self.whole, self._order[start : start + self._batch_size])


class StreamSource:
    """Batches from an iterable, a generator, an asynchronous one, or a function that returns one.

    Args:
        model: The model.
        functions: The losses of its outputs.
        given: The iterable; each item is ``(x, y)``, ``(x, y, sample_weight)``, or a dict with
            "xs" and "ys" as in TensorFlow.js.
        steps: How many batches an epoch has. Then one iterator goes on from epoch to epoch.
        class_weight: Weights of classes, as `fit` takes them.
    """

    def __init__(
        self,
        model: Container,
        functions: Functions,
        given: Any,
        steps: int | None,
        class_weight: Any = None,
    ) -> None:
        self._model = model
        self._functions = functions
        self._given = given
        self._class_weight = class_weight
        self._going_on: AsyncIterator[Any] | None = None
        self.steps = steps
        self.examples = None

    async def epoch(self) -> AsyncIterator[Batch]:
        """Yield the batches of one epoch. Raises ModelInputError if there are no more."""
        if self._going_on is None or self.steps is None:
            self._going_on = _iterated(self._given() if callable(self._given) else self._given)
        count = 0
        async for item in self._going_on:
            yield self._batch(item)
            count += 1
            if count == self.steps:
                return
        if count == 0 or (self.steps is not None and count < self.steps):
            wanted = "at least one" if self.steps is None else f"{self.steps}"
            raise ModelInputError(
                f"the batches ended after {count} of an epoch; expected {wanted}. A generator can "
                "be used up only once: pass a function that returns a new one for each epoch"
            )

    def _batch(self, item: Any) -> Batch:
        if isinstance(item, Mapping) and {"xs", "ys"} <= set(item):
            item = (item["xs"], item["ys"])
        if not isinstance(item, tuple | list) or len(item) not in (2, 3):
            raise ModelInputError(
                f"a batch is a {type(item).__name__}; expected (x, y), (x, y, sample_weight) or a "
                'dict with "xs" and "ys"'
            )
        weight = item[2] if len(item) == 3 else None
        return whole_batch(
            self._model, self._functions, item[0], item[1], weight, self._class_weight
        )


async def _iterated(given: Any) -> AsyncIterator[Any]:
    if hasattr(given, "__aiter__"):
        async for item in given:
            yield item
    elif hasattr(given, "__iter__"):
        for item in given:
            yield item
    else:
        raise ModelInputError(
            f"x is a {type(given).__name__} and there is no y; expected arrays and targets, or "
            "batches: an iterable of (x, y), or a function that returns one"
        )


def whole_batch(
    model: Container,
    functions: Functions,
    x: Any,
    y: Any,
    sample_weight: Any = None,
    class_weight: Any = None,
) -> Batch:
    """Return arrays as they are given to `fit` as one batch. Raises ModelInputError."""
    inputs = standardize(model, x)
    targets = targets_of(model, y, functions)
    check_examples(len(inputs[0]), targets)
    by_sample = sample_weights(model, sample_weight, targets)
    by_class = class_weights(model, class_weight, targets)
    weights = [
        one if two is None else two if one is None else _product(one, two)
        for one, two in zip(by_sample, by_class, strict=True)
    ]
    return Batch(inputs, targets, weights)


def _product(by_sample: Array, by_class: Array) -> Array:
    return by_sample * by_class.reshape(by_class.shape + (1,) * (by_sample.ndim - 1))


def class_weights(model: Container, given: Any, targets: Sequence[Array]) -> list[Array | None]:
    """Return the weight of each example by its class, for each output.

    The class is the largest place of a target with several columns, or else the number in it.
    Raises ModelInputError for sequences, and for a class that has no weight.
    """
    if isinstance(given, Mapping) and len(targets) == 1 and set(given) != set(model.output_names):
        given = [given]
        several = given
    else:
        several = per_output(model, given, "class_weight")
    return [
        None if table is None else _by_class(table, target)
        for table, target in zip(several, targets, strict=True)
    ]


def _by_class(table: Any, target: Array) -> Array:
    if not isinstance(table, Mapping):
        raise ModelInputError(f"class_weight is {table!r:.80}; expected a dict of class -> weight")
    if target.ndim != 2:
        raise ModelInputError(
            "class_weight needs one class for each example; the targets are sequences, for which "
            "sample_weight of shape (examples, steps) does the same"
        )
    classes = target.argmax(axis=1) if target.shape[1] > 1 else target[:, 0].astype(np.int64)
    known = {int(key): float(value) for key, value in table.items()}
    missing = sorted(set(classes.tolist()) - set(known))
    if missing:
        raise ModelInputError(
            f"class_weight has no weight for the class {missing[0]}; it has {sorted(known)}"
        )
    return np.array([known[each] for each in classes.tolist()], np.float32)


def part_of(batch: Batch, cut: Any) -> Batch:
    """Return the examples of `batch` that a slice or an array of numbers names."""
    return Batch(
        [array[cut] for array in batch.inputs],
        [array[cut] for array in batch.targets],
        [None if array is None else array[cut] for array in batch.weights],
    )


def split_off(batch: Batch, share: float) -> tuple[Batch, Batch]:
    """Return the examples to train with, and the last ones to validate with."""
    if isinstance(share, bool) or not 0 < share < 1:
        raise ModelInputError(f"validation_split is {share!r}; expected a number between 0 and 1")
    stop = math.floor(batch.size * (1 - share))
    if stop == 0 or stop == batch.size:
        raise ModelInputError(
            f"validation_split={share} leaves {stop} of {batch.size} examples to train with; "
            "expected at least one on each side"
        )
    return part_of(batch, slice(0, stop)), part_of(batch, slice(stop, None))


def check_fixed_size(model: Container, batch_size: int, examples: int | None) -> None:
    """Raise ModelInputError unless the examples fill whole batches of a stateful model."""
    check_batch_size(batch_size)
    if model.stateful and examples is not None and examples % batch_size:
        raise ModelInputError(
            f"the model {model.name!r} is stateful, and {examples} examples are no multiple of "
            f"the batch_size {batch_size}"
        )


def sync_batches(source: ArraySource, batch_size: int) -> Iterator[Batch]:
    """Yield the batches of arrays in their order."""
    for start in range(0, source.whole.size, batch_size):
        yield part_of(source.whole, slice(start, start + batch_size))
