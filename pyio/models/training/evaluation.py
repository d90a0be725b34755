"""`evaluate`: the loss and the metrics of a model on given targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.errors import InvalidModelError, ModelInputError
from pyio.models.core.names import to_snake_case
from pyio.models.inputs import check_batch_size, numbers, standardize
from pyio.models.training import losses
from pyio.models.training.loss_settings import is_loss, with_settings

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


def require_config(model: Container, config: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return the training config of `model`. Raises InvalidModelError if it was not compiled."""
    if config is None:
        raise InvalidModelError(
            f"the model {model.name!r} has no loss; call compile(optimizer, loss, metrics) first"
        )
    return config


def evaluate(
    model: Container,
    config: Mapping[str, Any] | None,
    predict: Callable[[list[NDArray[Any]], int], Any],
    x: Any,
    y: Any,
    batch_size: int,
    sample_weight: Any = None,
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
        sample_weight: What the loss of each example is multiplied with.
    """
    config = require_config(model, config)
    functions = loss_functions(model, config)
    metrics = measures(model, config)
    check_batch_size(batch_size)
    arrays = standardize(model, x)
    examples = len(arrays[0])
    targets = targets_of(model, y, functions)
    check_examples(examples, targets)
    weights = sample_weights(model, sample_weight, targets)
    totals = np.zeros(len(metrics_names(model, config)))
    for start in range(0, examples, batch_size):
        cut = slice(start, start + batch_size)
        predicted = predict([a[cut] for a in arrays], batch_size)
        outputs = predicted if isinstance(predicted, list) else [predicted]
        batch = [target[cut] for target in targets]
        now = [None if weight is None else weight[cut] for weight in weights]
        each = [
            0.0 if function is None else float(_weighted(function(true, out), weight).mean())
            for function, true, out, weight in zip(functions, batch, outputs, now, strict=True)
        ]
        totals += numbers_of(sum(each), each, metrics, batch, outputs) * len(batch[0]) / examples
    result = [float(value) for value in totals]
    return result if len(result) > 1 else result[0]


def numbers_of(
    total: float,
    losses: Sequence[float],
    metrics: Sequence[tuple[str, losses.Measure, int]],
    targets: Sequence[Any],
    outputs: Sequence[Any],
) -> NDArray[Any]:
    """Return the numbers that `metrics_names` names, for one batch."""
    values = [total, *(losses if len(losses) > 1 else [])]
    with np.errstate(all="ignore"):
        values += [float(np.mean(f(targets[i], outputs[i]))) for _, f, i in metrics]
    return np.array(values)


def check_examples(examples: int, targets: Sequence[NDArray[Any]]) -> None:
    """Raise ModelInputError unless there is a target for each example."""
    if {len(target) for target in targets} != {examples}:
        raise ModelInputError(
            f"there are {examples} examples and {[len(t) for t in targets]} targets"
        )


def _weighted(values: NDArray[Any], weight: NDArray[Any] | None) -> NDArray[Any]:
    if weight is None:
        return values
    return np.asarray(values * weight.reshape(weight.shape + (1,) * (values.ndim - weight.ndim)))


def per_output(model: Container, given: Any, what: str) -> list[Any]:
    """Return what `given` has for each output: one value, a list of them, or a dict by name."""
    names = model.output_names
    if given is None:
        return [None] * len(names)
    if isinstance(given, Mapping):
        unknown = [name for name in given if name not in names]
        if unknown:
            raise ModelInputError(f"{what} names the output {unknown[0]!r}; there are {names}")
        return [given.get(name) for name in names]
    if len(names) == 1:
        return [given]
    if not isinstance(given, list | tuple) or len(given) != len(names):
        raise ModelInputError(
            f"{what} needs one item for each of the {len(names)} outputs {names}, or a dict"
        )
    return list(given)


def sample_weights(
    model: Container, given: Any, targets: Sequence[NDArray[Any]]
) -> list[NDArray[Any] | None]:
    """Return the weights of examples for each output; (n,), or (n, steps) for sequences."""
    found: list[NDArray[Any] | None] = []
    for value, target in zip(per_output(model, given, "sample_weight"), targets, strict=True):
        if value is None:
            found.append(None)
            continue
        array = numbers(value, "sample_weight").astype(np.float32)
        if (
            array.ndim == 0
            or array.shape != target.shape[: array.ndim]
            or (array.ndim >= max(target.ndim, 2))
        ):
            raise ModelInputError(
                f"sample_weight has the shape {list(array.shape)}; expected one number for each "
                f"of the {len(target)} examples, or for each of their steps"
            )
        found.append(array)
    return found


def targets_of(
    model: Container, y: Any, functions: Sequence[losses.Measure | None]
) -> list[NDArray[Any]]:
    """Return `y` as one array per output, in the shape of the output. Raises ModelInputError."""
    if isinstance(y, Mapping):
        y = [y.get(name) for name in model.output_names]
    several = len(model.outputs) > 1 or (isinstance(y, list) and len(y) == 1)
    given = list(y) if several and isinstance(y, list | tuple) else [y]
    if len(given) != len(model.outputs):
        raise ModelInputError(
            f"the model {model.name!r} has {len(model.outputs)} outputs; {len(given)} targets "
            "were given"
        )
    found = [
        None if value is None and function is None else _target(value, name, output.shape, function)
        for value, name, output, function in zip(
            given, model.output_names, model.outputs, functions, strict=True
        )
    ]
    examples = max((len(each) for each in found if each is not None), default=0)
    # An output without a loss needs no target.
    return [np.zeros((examples, 1), np.float32) if each is None else each for each in found]


def _target(
    value: Any, name: str, shape: Shape | None, function: losses.Measure | None
) -> NDArray[Any]:
    """Return the targets of one output in the shape that TensorFlow.js requires."""
    array = numbers(value, f"the target of {name!r}").astype(np.float32, copy=False)
    if array.ndim == 1:
        array = array[:, None]
    if shape is not None and function is not None:
        if is_loss(function, losses.sparse_categorical_crossentropy):
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
    names = _for_outputs(model, config.get("loss"))
    settings = _for_outputs(model, config.get("loss_settings"), one=Mapping)
    return [
        None if name is None else with_settings(loss_name(name), each)
        for name, each in zip(names, settings, strict=True)
    ]


def _for_outputs(model: Container, given: Any, one: type = str) -> list[Any]:
    """Return what a training config has for each output; `one` is the type of a single one."""
    if isinstance(given, Mapping) and (one is str or set(given) <= set(model.output_names)):
        strange = [name for name in given if name not in model.output_names]
        if strange:
            raise InvalidModelError(
                f"the loss names the output {strange[0]!r}; the model has {model.output_names}"
            )
        return [given.get(name) for name in model.output_names]
    if isinstance(given, one):
        return [given] * len(model.outputs)
    found = list(given or [None] * len(model.outputs))
    if len(found) != len(model.outputs):
        raise InvalidModelError(
            f"{len(found)} losses were given for the {len(model.outputs)} outputs of "
            f"{model.name!r}; give one for each"
        )
    return found


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
            binary = (shape is not None and shape[-1] == 1) or is_loss(
                loss, losses.binary_crossentropy
            )
            sparse = is_loss(loss, losses.sparse_categorical_crossentropy)
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
