"""`evaluate`: the loss and the metrics of a model on given targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.errors import InvalidModelError, ModelInputError
from pyio.models.core.names import to_snake_case
from pyio.models.inputs import check_batch_size, numbers, standardize
from pyio.models.training import losses

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pyio.models.core.container import Container
    from pyio.models.core.shapes import Shape


def metrics_names(model: Container, config: Mapping[str, Any] | None) -> list[str]:
    """Return the names of the numbers that `evaluate` returns, for the training config `config`."""
    if config is None:
        return []
    names = ["loss"]
    if len(model.outputs) > 1:
        names += [f"{name}_loss" for name in model.output_names]
    return names + [name for name, _, _ in measures(model, config)]


def evaluate(
    model: Container,
    config: Mapping[str, Any] | None,
    predict: Callable[[list[NDArray[Any]], int], Any],
    x: Any,
    y: Any,
    batch_size: int,
) -> float | list[float]:
    """Return loss and metrics; see `LayersModel.evaluate`.

    As in TensorFlow.js, each is the mean over batches, weighted by their size, and penalties of
    regularizers are not part of the loss.

    Args:
        model: The model.
        config: Its training config; None if it was not compiled.
        predict: Its method of that name: a model stands above this module.
        x: The examples.
        y: The targets.
        batch_size: How many examples are computed at once.
    """
    if config is None:
        raise InvalidModelError(
            f"the model {model.name!r} has no loss; call compile(optimizer, loss, metrics) first"
        )
    functions = loss_functions(model, config)
    metrics = measures(model, config)
    check_batch_size(batch_size)
    arrays = standardize(model, x)
    examples = len(arrays[0])
    targets = _targets(model, y, functions)
    if {len(target) for target in targets} != {examples}:
        raise ModelInputError(
            f"there are {examples} examples and {[len(t) for t in targets]} targets"
        )
    totals = np.zeros(len(metrics_names(model, config)))
    for start in range(0, examples, batch_size):
        cut = slice(start, start + batch_size)
        predicted = predict([a[cut] for a in arrays], batch_size)
        outputs = predicted if isinstance(predicted, list) else [predicted]
        batch = [target[cut] for target in targets]
        each = [
            0.0 if function is None else float(function(true, out).mean())
            for function, true, out in zip(functions, batch, outputs, strict=True)
        ]
        values = [sum(each), *(each if len(each) > 1 else [])]
        values += [float(np.mean(f(batch[i], outputs[i]))) for _, f, i in metrics]
        totals += np.array(values) * len(batch[0]) / examples
    result = [float(value) for value in totals]
    return result if len(result) > 1 else result[0]


def _targets(
    model: Container, y: Any, functions: Sequence[losses.Measure | None]
) -> list[NDArray[Any]]:
    if isinstance(y, Mapping):
        y = [y.get(name) for name in model.output_names]
    several = len(model.outputs) > 1 or (isinstance(y, list) and len(y) == 1)
    given = list(y) if several and isinstance(y, list | tuple) else [y]
    if len(given) != len(model.outputs):
        raise ModelInputError(
            f"the model {model.name!r} has {len(model.outputs)} outputs; {len(given)} targets "
            "were given"
        )
    return [
        _target(value, name, output.shape, function)
        for value, name, output, function in zip(
            given, model.output_names, model.outputs, functions, strict=True
        )
    ]


def _target(
    value: Any, name: str, shape: Shape | None, function: losses.Measure | None
) -> NDArray[Any]:
    """Return the targets of one output in the shape that TensorFlow.js requires."""
    array = numbers(value, f"the target of {name!r}").astype(np.float32, copy=False)
    if array.ndim == 1:
        array = array[:, None]
    if shape is not None and function is not None:
        if function is losses.sparse_categorical_crossentropy:
            shape = (*shape[:-1], 1)
        if len(shape) != array.ndim or any(
            side not in (None, given)
            for side, given in zip(shape[1:], array.shape[1:], strict=True)
        ):
            wanted = ["any" if side is None else side for side in (None, *shape[1:])]
            raise ModelInputError(
                f"the target of {name!r} takes arrays of shape {wanted}, the number of examples "
                f"first; got {list(array.shape)}"
            )
    return array


def loss_functions(model: Container, config: Mapping[str, Any]) -> list[losses.Measure | None]:
    """Return the loss of each output, None for one without a loss. Raises InvalidModelError."""
    loss = config.get("loss")
    if isinstance(loss, str):
        names: list[str | None] = [loss] * len(model.outputs)
    elif isinstance(loss, Mapping):
        strange = [name for name in loss if name not in model.output_names]
        if strange:
            raise InvalidModelError(
                f"the loss names the output {strange[0]!r}; the model has {model.output_names}"
            )
        names = [loss.get(name) for name in model.output_names]
    else:
        names = list(loss or [None] * len(model.outputs))
    if len(names) != len(model.outputs):
        raise InvalidModelError(
            f"{len(names)} losses were given for the {len(model.outputs)} outputs of "
            f"{model.name!r}; give one for each"
        )
    return [None if name is None else losses.LOSSES[loss_name(name)] for name in names]


def measures(model: Container, config: Mapping[str, Any]) -> list[tuple[str, losses.Measure, int]]:
    """Return name, formula and output number of each metric."""
    metrics = config.get("metrics") or []
    found = []
    for index, (output, loss) in enumerate(
        zip(model.output_names, loss_functions(model, config), strict=True)
    ):
        chosen = metrics.get(output, []) if isinstance(metrics, Mapping) else metrics
        shape = model.outputs[index].shape
        for given in [chosen] if isinstance(chosen, str) else chosen:
            metric = metric_name(given)
            short = losses.SHORT_METRICS.get(metric)
            binary = (shape is not None and shape[-1] == 1) or loss is losses.binary_crossentropy
            sparse = loss is losses.sparse_categorical_crossentropy
            function = losses.METRICS[metric] if short is None else _short(short, binary, sparse)
            name = short or metric
            found.append((f"{output}_{name}" if len(model.outputs) > 1 else name, function, index))
    return found


def _short(metric: str, binary: bool, sparse: bool) -> losses.Measure:
    """Return the function of "accuracy" or "crossentropy" for an output (tfjs ``compile``)."""
    if metric == "acc":
        if binary:
            return losses.binary_accuracy
        return losses.sparse_categorical_accuracy if sparse else losses.categorical_accuracy
    if binary:
        return losses.binary_crossentropy
    return losses.sparse_categorical_crossentropy if sparse else losses.categorical_crossentropy


def loss_name(name: str) -> str:
    """Return the name that TensorFlow.js saves a loss by. Raises InvalidModelError."""
    snake = to_snake_case(name) if isinstance(name, str) else ""
    snake = losses.LOSS_ALIASES.get(snake, snake)
    if snake not in losses.LOSSES:
        raise InvalidModelError(
            f"the loss {name!r} is not one of {', '.join(losses.LOSSES)}; TensorFlow.js saves "
            "losses by these names"
        )
    return snake


def metric_name(name: str) -> str:
    """Return the name that TensorFlow.js saves a metric by. Raises InvalidModelError."""
    snake = to_snake_case(name) if isinstance(name, str) else ""
    if snake not in losses.METRICS and snake not in losses.SHORT_METRICS:
        known = ", ".join([*losses.SHORT_METRICS, *losses.METRICS])
        raise InvalidModelError(f"the metric {name!r} is not one of {known}")
    return snake
