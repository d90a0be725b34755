"""The training config and the state of the optimizer, from TensorFlow.js's form to Keras's.

Keras 3 keeps the variables of an optimizer by number: the count of steps, the learning rate, then
slots (keras ``optimizers/base_optimizer.py``, `variables`). TensorFlow.js names a slot after its
weight (tfjs-core ``optimizers/*.ts``, `getWeights`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.errors import UnsupportedModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    Slots = Callable[[str], list[NDArray[Any]]]
    """The arrays of a slot in the order of the trainable weights."""

_LOSSES = {
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
    "cosine_proximity": "cosine_similarity",
}
"""Names of TensorFlow.js that Keras 3 spells otherwise."""

_METRICS = {"acc": "accuracy", **_LOSSES}


@dataclass(frozen=True, slots=True)
class Training:
    """How a model is trained, as Keras has it.

    Attributes:
        optimizer: Class and config of the optimizer.
        variables: Its variables, the count of steps first; empty if nothing was trained.
        loss: Loss, or losses by output.
        metrics: Metrics, likewise.
    """

    optimizer: dict[str, Any]
    variables: list[NDArray[Any]]
    loss: Any
    metrics: Any

    def compile_config(self) -> dict[str, Any]:
        """Return what Keras 3 has in ``config.json``."""
        return {
            "optimizer": {
                "module": "keras.optimizers",
                **self.optimizer,
                "registered_name": None,
            },
            "loss": self.loss,
            "loss_weights": None,
            "metrics": self.metrics,
            "weighted_metrics": None,
        }

    def training_config(self) -> dict[str, Any]:
        """Return what Keras 2 has in the attribute ``training_config``."""
        return {
            "loss": self.loss,
            "metrics": self.metrics,
            "weighted_metrics": None,
            "loss_weights": None,
            "optimizer_config": {
                "class_name": self.optimizer["class_name"],
                # Without this, Keras 2 takes the optimizers of before 2.11, with other variables.
                "config": {**self.optimizer["config"], "is_legacy_optimizer": False},
            },
        }


def training(
    config: Mapping[str, Any],
    optimizer: tuple[str, Mapping[str, Any]],
    steps: int | None,
    slots: Slots,
) -> Training:
    """Return the training of a model for Keras 3.

    Args:
        config: The training config as TensorFlow.js writes it.
        optimizer: Class and settings of the optimizer, by TensorFlow.js's names, all of them.
        steps: How many steps were done; None if there is no state to save.
        slots: Returns the arrays of a kind of state.

    Raises UnsupportedModelError for an optimizer that Keras has no counterpart of.
    """
    name, settings = optimizer
    made = _OPTIMIZERS.get(name)
    if made is None or (settings.get("decay") and name == "Adamax"):
        raise UnsupportedModelError(
            f"the optimizer {name} has no counterpart in Keras; save with include_optimizer=False"
        )
    rate = settings["learningRate"]
    keras_name, keras_config, variables = made(settings, slots, steps is not None)
    if name == "Nadam" and steps is not None:
        variables.append(np.asarray(_nadam_product(settings["beta1"], steps), np.float32))
    clipping = {key: settings[key] for key in _CLIPPING if settings.get(key) is not None}
    about = {"name": keras_name.lower(), "learning_rate": rate, **keras_config, **clipping}
    start: list[NDArray[Any]] = [
        np.asarray(steps or 0, np.int64),
        np.asarray(rate, np.float32),
    ]
    return Training(
        {"class_name": keras_name, "config": about},
        [] if steps is None else [*start, *variables],
        _losses(config.get("loss"), config.get("loss_settings")),
        _metrics(config.get("metrics")),
    )


_CLIPPING = ("clipnorm", "clipvalue", "global_clipnorm")


def _nadam_product(beta: float, steps: int) -> float:
    """Return the product of the momentums of all steps, which Keras keeps (``nadam.py``)."""
    product = 1.0
    for step in range(1, min(steps, 2000) + 1):  # it is 0 long before
        product *= beta * (1 - 0.5 * 0.96**step)
    return product


_Made = tuple[str, dict[str, Any], "list[NDArray[Any]]"]


def _interleaved(*slots: list[NDArray[Any]]) -> list[NDArray[Any]]:
    return [array for arrays in zip(*slots, strict=True) for array in arrays]


def _sgd(_settings: Mapping[str, Any], _slots: Slots, _trained: bool) -> _Made:
    return "SGD", {}, []


def _momentum(settings: Mapping[str, Any], slots: Slots, trained: bool) -> _Made:
    # Keras accumulates steps, -learning rate times what TensorFlow.js accumulates.
    rate = np.float32(settings["learningRate"])
    config = {"momentum": settings["momentum"], "nesterov": bool(settings.get("useNesterov"))}
    return "SGD", config, [-rate * each for each in slots("momentum")] if trained else []


def _moments(class_name: str) -> Callable[[Mapping[str, Any], Slots, bool], _Made]:
    """Return what makes Adam, or an optimizer with the same kinds of state."""

    def made(settings: Mapping[str, Any], slots: Slots, trained: bool) -> _Made:
        config = {
            "beta_1": settings["beta1"],
            "beta_2": settings["beta2"],
            "epsilon": settings.get("epsilon") or 1e-7,
        }
        if class_name == "AdamW":
            config["weight_decay"] = settings["weightDecay"]
        return class_name, config, _interleaved(slots("m"), slots("v")) if trained else []

    return made


def _rmsprop(settings: Mapping[str, Any], slots: Slots, trained: bool) -> _Made:
    config = {
        "rho": settings["decay"],
        "momentum": settings["momentum"],
        "epsilon": settings.get("epsilon") or 1e-7,
        "centered": bool(settings.get("centered")),
    }
    wanted = [("rms", True), ("momentum", config["momentum"]), ("mg", config["centered"])]
    found = [each for slot, used in wanted if used and trained for each in slots(slot)]
    return "RMSprop", config, found


def _adagrad(settings: Mapping[str, Any], slots: Slots, trained: bool) -> _Made:
    config = {"initial_accumulator_value": settings["initialAccumulatorValue"], "epsilon": 1e-7}
    return "Adagrad", config, slots("accumulator") if trained else []


def _adadelta(settings: Mapping[str, Any], slots: Slots, trained: bool) -> _Made:
    config = {"rho": settings["rho"], "epsilon": settings.get("epsilon") or 1e-7}
    found = _interleaved(slots("accum_grad"), slots("accum_var")) if trained else []
    return "Adadelta", config, found


_OPTIMIZERS: Mapping[str, Callable[[Mapping[str, Any], Slots, bool], _Made]] = {
    "SGD": _sgd,
    "Momentum": _momentum,
    **{name: _moments(name) for name in ("Adam", "AdamW", "Nadam", "Adamax")},
    "RMSProp": _rmsprop,
    "Adagrad": _adagrad,
    "Adadelta": _adadelta,
}


def _losses(loss: Any, settings: Any) -> Any:
    if isinstance(loss, str):
        name = _LOSSES.get(loss, loss)
        return _with_settings(name, settings) if settings else name
    if isinstance(loss, dict):
        own = settings if isinstance(settings, dict) else {}
        return {key: _losses(name, own.get(key)) for key, name in loss.items()} or None
    each = settings or [None] * len(loss or ())
    return [_losses(*pair) for pair in zip(loss, each, strict=True)] if loss else None


def _with_settings(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return a loss as an object, in the form that Keras 2 and Keras 3 read."""
    class_name = "".join(part.capitalize() for part in name.split("_"))
    return {
        "module": "keras.losses",
        "class_name": class_name,
        "config": {"name": name, "reduction": "sum_over_batch_size", **settings},
        "registered_name": None,
    }


def _metrics(metrics: Any) -> Any:
    if isinstance(metrics, str):
        return _METRICS.get(metrics, metrics)
    if isinstance(metrics, dict):
        return {output: _metrics(names) for output, names in metrics.items()} or None
    return [_metrics(name) for name in metrics] if metrics else None
