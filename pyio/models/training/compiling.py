"""The training config of a model: what `compile` says, what is saved, and `evaluate`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np

from pyio.errors import InvalidModelError, ModelInputError
from pyio.models.core.names import to_snake_case
from pyio.models.inputs import check_batch_size, numbers
from pyio.models.training import losses
from pyio.models.training.optimizers import Optimizer, optimizer_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pyio.models.core.graph import SymbolicTensor
    from pyio.models.core.shapes import Shape

Loss: TypeAlias = "str | Sequence[str] | Mapping[str, str] | None"
Metrics: TypeAlias = "str | Sequence[str] | Mapping[str, str | Sequence[str]] | None"


class HasOutputs(Protocol):
    """What `compile` needs of a model."""

    name: str
    outputs: list[SymbolicTensor]

    @property
    def output_names(self) -> list[str]:
        """The names of the outputs."""
        ...


class Trained(HasOutputs, Protocol):
    """What `evaluate` needs of a model."""

    training_config: dict[str, Any] | None

    def predict(self, x: Any, batch_size: int = 32) -> Any:
        """Return the predictions for `x`."""
        ...

    def standardize(self, x: Any) -> list[NDArray[Any]]:
        """Return `x` as one array per input."""
        ...


def training_config(
    model: HasOutputs, optimizer: Optimizer | str, loss: Loss, metrics: Metrics
) -> dict[str, Any]:
    """Return the training config as ``LayersModel.save`` of TensorFlow.js writes it."""
    chosen = optimizer_of(optimizer)
    config = {
        "loss": _loss(loss),
        "metrics": _metrics(metrics),
        "optimizer_config": {"class_name": chosen.class_name, "config": dict(chosen.config)},
    }
    _loss_functions(model, config)
    _measures(model, config)
    return config


def metrics_names(model: Trained) -> list[str]:
    """Return what the numbers of `evaluate` are."""
    if model.training_config is None:
        return []
    names = ["loss"]
    if len(model.outputs) > 1:
        names += [f"{name}_loss" for name in model.output_names]
    return names + [name for name, _, _ in _measures(model, model.training_config)]


def evaluate(model: Trained, x: Any, y: Any, batch_size: int) -> float | list[float]:
    """Return loss and metrics; see `LayersModel.evaluate`.

    As in TensorFlow.js, each is the mean over batches, weighted by their size, and penalties of
    regularizers are not part of the loss.
    """
    if model.training_config is None:
        raise InvalidModelError(
            f"the model {model.name!r} has no loss; call compile(optimizer, loss, metrics) first"
        )
    functions = _loss_functions(model, model.training_config)
    measures = _measures(model, model.training_config)
    check_batch_size(batch_size)
    arrays = model.standardize(x)
    examples = len(arrays[0])
    targets = _targets(model, y, functions)
    if {len(target) for target in targets} != {examples}:
        raise ModelInputError(
            f"there are {examples} examples and {[len(t) for t in targets]} targets"
        )
    totals = np.zeros(len(metrics_names(model)))
    for start in range(0, examples, batch_size):
        cut = slice(start, start + batch_size)
        predicted = model.predict([a[cut] for a in arrays], batch_size)
        outputs = predicted if isinstance(predicted, list) else [predicted]
        batch = [target[cut] for target in targets]
        each = [
            0.0 if function is None else float(function(true, out).mean())
            for function, true, out in zip(functions, batch, outputs, strict=True)
        ]
        values = [sum(each), *(each if len(each) > 1 else [])]
        values += [float(np.mean(f(batch[i], outputs[i]))) for _, f, i in measures]
        totals += np.array(values) * len(batch[0]) / examples
    result = [float(value) for value in totals]
    return result if len(result) > 1 else result[0]


def _targets(
    model: HasOutputs, y: Any, functions: Sequence[losses.Measure | None]
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
    """Return the targets of one output in the shape that TensorFlow.js insists on."""
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


def _loss(loss: Loss) -> Any:
    if loss is None:
        return []
    if isinstance(loss, str):
        return _loss_name(loss)
    if isinstance(loss, Mapping):
        return {output: _loss_name(name) for output, name in loss.items()}
    return [_loss_name(name) for name in loss]


def _loss_name(name: str) -> str:
    snake = to_snake_case(name) if isinstance(name, str) else ""
    snake = losses.LOSS_ALIASES.get(snake, snake)
    if snake not in losses.LOSSES:
        raise InvalidModelError(
            f"the loss {name!r} is not one of {', '.join(losses.LOSSES)}; TensorFlow.js saves "
            "losses by these names"
        )
    return snake


def _metrics(metrics: Metrics) -> Any:
    if metrics is None:
        return {}
    if isinstance(metrics, str):
        return [_metric_name(metrics)]
    if isinstance(metrics, Mapping):
        return {
            output: _metric_name(names)
            if isinstance(names, str)
            else [_metric_name(name) for name in names]
            for output, names in metrics.items()
        }
    return [_metric_name(name) for name in metrics]


def _metric_name(name: str) -> str:
    snake = to_snake_case(name) if isinstance(name, str) else ""
    if snake not in losses.METRICS and snake not in losses.SHORT_METRICS:
        known = ", ".join([*losses.SHORT_METRICS, *losses.METRICS])
        raise InvalidModelError(f"the metric {name!r} is not one of {known}")
    return snake


def _loss_functions(model: HasOutputs, config: Mapping[str, Any]) -> list[losses.Measure | None]:
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
    return [None if name is None else losses.LOSSES[_loss_name(name)] for name in names]


def _measures(
    model: HasOutputs, config: Mapping[str, Any]
) -> list[tuple[str, losses.Measure, int]]:
    """Return name, formula and output number of each metric."""
    metrics = config.get("metrics") or []
    measures = []
    for index, (output, loss) in enumerate(
        zip(model.output_names, _loss_functions(model, config), strict=True)
    ):
        chosen = metrics.get(output, []) if isinstance(metrics, Mapping) else metrics
        shape = model.outputs[index].shape
        for given in [chosen] if isinstance(chosen, str) else chosen:
            metric = _metric_name(given)
            short = losses.SHORT_METRICS.get(metric)
            binary = (shape is not None and shape[-1] == 1) or loss is losses.binary_crossentropy
            sparse = loss is losses.sparse_categorical_crossentropy
            function = losses.METRICS[metric] if short is None else _short(short, binary, sparse)
            name = short or metric
            measures.append(
                (f"{output}_{name}" if len(model.outputs) > 1 else name, function, index)
            )
    return measures


def _short(metric: str, binary: bool, sparse: bool) -> losses.Measure:
    """Return what "accuracy" and "crossentropy" mean for an output (tfjs-layers ``compile``)."""
    if metric == "acc":
        if binary:
            return losses.binary_accuracy
        return losses.sparse_categorical_accuracy if sparse else losses.categorical_accuracy
    if binary:
        return losses.binary_crossentropy
    return losses.sparse_categorical_crossentropy if sparse else losses.categorical_crossentropy
