"""TrainableModel: the part of a model that is compiled, trained and evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.errors import InvalidModelError
from pyio.models.core.container import Container
from pyio.models.pending import Pending
from pyio.models.training.compiling import Loss, Metrics, training_config
from pyio.models.training.evaluation import evaluate, metrics_names, require_config
from pyio.models.training.optimizers import optimizer_incompatibility
from pyio.tracebacks import short

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping, Sequence

    from numpy.typing import NDArray

    from pyio.models.training.callbacks import CallbackLike
    from pyio.models.training.history import History
    from pyio.models.training.optimizers import Optimizer
    from pyio.models.training.state import RunningOptimizer
    from pyio.models.training.trainer import Trainer


class TrainableModel(Container):
    """A container that can be trained. `LayersModel` is what people use.

    Attributes:
        training_config: What `compile` was given, as TensorFlow.js saves it; None without.
        stop_training: Set it to True, in a callback, to end a training.
        in_training: Whether a `fit` runs.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.training_config: dict[str, Any] | None = None
        self.stop_training = False
        self.in_training = False
        self._optimizer: RunningOptimizer | None = None
        self._stored_state: dict[str, NDArray[Any]] = {}
        self._single_steps: tuple[Any, Trainer] | None = None

    def predict(self, x: Any, batch_size: int = 32) -> Any:
        """Return the predictions for `x`."""
        raise NotImplementedError

    @short
    def compile(
        self,
        optimizer: Optimizer | str = "rmsprop",
        loss: Loss = None,
        metrics: Metrics = None,
    ) -> None:
        """Set how the model is trained and evaluated, which is saved as its training config.

        Args:
            optimizer: A name such as "adam", or the result of a function of `pyio.optimizers`.
            loss: A name such as "mean_squared_error"; a list or a dict for several outputs.
            metrics: Names such as "accuracy"; a dict for several outputs.

        The state of an earlier optimizer is dropped. Raises InvalidModelError for names that are
        not known.
        """
        self.training_config = training_config(self, optimizer, loss, metrics)
        self.optimizer_weights = {}

    @property
    def optimizer(self) -> RunningOptimizer:
        """The optimizer: its `learning_rate`, which can be set, its settings and its state.

        Raises InvalidModelError for a model that was not compiled.
        """
        config = require_config(self, self.training_config)
        if self._optimizer is None:
            from pyio.models.training.state import RunningOptimizer

            if not isinstance(config.get("optimizer_config"), dict):
                raise InvalidModelError(
                    f"the training config of {self.name!r} has no optimizer; compile the model"
                )
            self._optimizer = RunningOptimizer(config["optimizer_config"], self._stored_state)
        return self._optimizer

    @property
    def optimizer_weights(self) -> dict[str, NDArray[Any]]:
        """The state of the optimizer: name -> array, in the order in which it is saved.

        Empty before the first step. Setting it replaces the state; the next step starts from it.
        """
        if self._optimizer is None:
            return self._stored_state
        return self._optimizer.saved_state(self.trainable_weights)

    @optimizer_weights.setter
    def optimizer_weights(self, value: Mapping[str, NDArray[Any]]) -> None:
        self._stored_state = dict(value)
        self._optimizer = None

    def optimizer_incompatibility(self) -> str | None:
        """Return what TensorFlow.js cannot do with the optimizer and the loss, or None."""
        config = self.training_config or {}
        optimizer = config.get("optimizer_config")
        found = optimizer_incompatibility(optimizer) if isinstance(optimizer, dict) else None
        if found is None and config.get("loss_settings"):
            return "the settings of the loss, which it ignores"
        return found

    @property
    def metrics_names(self) -> list[str]:
        """The names of the numbers that `evaluate` returns, in order."""
        return metrics_names(self, self.training_config)

    @short
    def evaluate(
        self, x: Any, y: Any, batch_size: int = 32, sample_weight: Any = None
    ) -> float | list[float]:
        """Return the loss on `x` and `y`, and the metrics after it if there are any.

        Args:
            x: The examples, as `predict` takes them.
            y: The targets: an array, or a list with one per output, in the shape of the outputs;
                for "sparse_categorical_crossentropy" one number instead of the last side.
            batch_size: The number of examples that are computed at once.
            sample_weight: What the loss of each example is multiplied with, as `fit` takes it.

        Raises InvalidModelError if the model was not compiled. `metrics_names` names the numbers.
        """
        return evaluate(self, self.training_config, self.predict, x, y, batch_size, sample_weight)

    def fit(
        self,
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
    ) -> Coroutine[Any, Any, History]:
        """Train the model: ``history = await model.fit(x, y, epochs=10)``.

        A cancelled or interrupted training leaves the weights of the last whole step.

        Args:
            x: The examples, as `predict` takes them. Or batches, without `y`: an iterable, also
                an asynchronous one, of ``(x, y)``, ``(x, y, sample_weight)`` or
                ``{"xs": x, "ys": y}``; or a function that returns one for each epoch.
            y: The targets, as `evaluate` takes them.
            batch_size: Examples of a step. The last step of an epoch may have fewer.
            epochs: The number of the last epoch, counted from 1.
            initial_epoch: The epoch to begin with, counted from 0, when a training is resumed.
            shuffle: Whether the examples are in another order in each epoch.
            seed: Makes order, dropout and noise repeatable.
            validation_split: The share of examples at the end that is only measured.
            validation_data: ``(x, y)`` or ``(x, y, sample_weight)`` to measure with after each
                epoch, or batches; this wins over `validation_split`.
            class_weight: ``{class: weight}``, and for several outputs a list of them or a dict
                by output. A loss is multiplied with the weight of the example's class.
            sample_weight: What the loss of each example is multiplied with: (examples,), or
                (examples, steps) for sequences; for several outputs a list or a dict.
            steps_per_epoch: Batches of an epoch, for batches that do not end.
            validation_steps: The same for the validation.
            callbacks: Objects of classes of `pyio.callbacks`, or functions of epoch and logs that
                are called after each epoch. They may be coroutines.
            progress: Whether a bar is drawn; None means in notebooks.
            yield_every: Seconds after which the page and other tasks have a turn; None for never.

        Raises:
            InvalidModelError: The model was not compiled, has no trainable weights, or is being
                trained already.
            ModelInputError: Arrays or arguments do not fit.
            DivergedError: The loss is not a number.
            GradientError: A layer computes something that training cannot follow.
        """
        from pyio.models.training.fit import fit

        training = fit(
            self,
            x,
            y,
            batch_size=batch_size,
            epochs=epochs,
            initial_epoch=initial_epoch,
            shuffle=shuffle,
            seed=seed,
            validation_split=validation_split,
            validation_data=validation_data,
            class_weight=class_weight,
            sample_weight=sample_weight,
            steps_per_epoch=steps_per_epoch,
            validation_steps=validation_steps,
            callbacks=callbacks,
            progress=progress,
            yield_every=yield_every,
        )
        return Pending(training, "not trained yet: await it, as in `await model.fit(x, y)`")

    @short
    def train_on_batch(
        self, x: Any, y: Any, *, sample_weight: Any = None, class_weight: Any = None
    ) -> float | list[float]:
        """Train one step with all of `x` and `y`, and return its loss, or loss and metrics.

        Args:
            x: The examples.
            y: The targets.
            sample_weight: As `fit` takes it.
            class_weight: As `fit` takes it.

        Returns:
            The numbers that `metrics_names` names, from before the step.

        Raises what `fit` raises.
        """
        from pyio.models.training.batches import whole_batch

        trainer = self._trainer()
        batch = whole_batch(self, trainer.functions, x, y, sample_weight, class_weight)
        numbers = [float(number) for number in trainer.step(batch)]
        return numbers if len(numbers) > 1 else numbers[0]

    def _trainer(self) -> Trainer:
        """Return what does single steps. It is kept until the model is compiled or added to."""
        from pyio.models.training.trainer import Trainer

        made_for = self.optimizer, len(self.layers)
        if self._single_steps is None or self._single_steps[0] != made_for:
            self._single_steps = made_for, Trainer(self, np.random.default_rng())
        return self._single_steps[1]
