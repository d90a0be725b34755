"""The training config of a model: what `compile` is given, and what is saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from pyio.models.training.evaluation import loss_functions, loss_name, measures, metric_name
from pyio.models.training.optimizers import Optimizer, optimizer_of

if TYPE_CHECKING:
    from pyio.models.core.container import Container

Loss: TypeAlias = "str | Sequence[str] | Mapping[str, str] | None"
Metrics: TypeAlias = "str | Sequence[str] | Mapping[str, str | Sequence[str]] | None"


def training_config(
    model: Container, optimizer: Optimizer | str, loss: Loss, metrics: Metrics
) -> dict[str, Any]:
    """Return the training config as ``LayersModel.save`` of TensorFlow.js writes it."""
    chosen = optimizer_of(optimizer)
    config = {
        "loss": _loss(loss),
        "metrics": _metrics(metrics),
        "optimizer_config": {"class_name": chosen.class_name, "config": dict(chosen.config)},
    }
    loss_functions(model, config)
    measures(model, config)
    return config


def _loss(loss: Loss) -> Any:
    if loss is None:
        return []
    if isinstance(loss, str):
        return loss_name(loss)
    if isinstance(loss, Mapping):
        return {output: loss_name(name) for output, name in loss.items()}
    return [loss_name(name) for name in loss]


def _metrics(metrics: Metrics) -> Any:
    if metrics is None:
        return {}
    if isinstance(metrics, str):
        return [metric_name(metrics)]
    if isinstance(metrics, Mapping):
        return {
            output: metric_name(names)
            if isinstance(names, str)
            else [metric_name(name) for name in names]
            for output, names in metrics.items()
        }
    return [metric_name(name) for name in metrics]
