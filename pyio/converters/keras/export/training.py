"""The training config and the state of the optimizer, from TensorFlow.js's form to Keras's.

Keras 3 keeps the variables of an optimizer by number: the count of steps, the learning rate, then
slots (keras ``optimizers/base_optimizer.py``, `variables`). TensorFlow.js names a slot after its
weight (tfjs-core ``optimizers/*.ts``, `getWeights`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.errors import UnsupportedModelError, WeightsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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
    config: Mapping[str, Any], state: Mapping[str, NDArray[Any]], weights: Sequence[str]
) -> Training:
    """Return the training of a model for Keras 3.

    Args:
        config: The training config as TensorFlow.js writes it.
        state: The state of the optimizer: name -> array.
        weights: The names of the trainable weights in order.

    Raises UnsupportedModelError for an optimizer that Keras has no counterpart of, WeightsError for
    a state that is not whole.
    """
    optimizer = config["optimizer_config"]
    name, settings = optimizer["class_name"], optimizer["config"]

    def slots(slot: str) -> list[NDArray[Any]]:
        missing = [weight for weight in weights if f"{weight}/{slot}" not in state]
        if missing:
            raise WeightsError(
                f"the state of the optimizer {name} has no {missing[0]}/{slot}; save without it "
                "(include_optimizer=False), or train once more"
            )
        return [np.asarray(state[f"{weight}/{slot}"]) for weight in weights]

    made = _OPTIMIZERS.get(name)
    if made is None:
        raise UnsupportedModelError(
            f"the optimizer {name} has no counterpart in Keras; save with include_optimizer=False"
        )
    rate = settings["learningRate"]
    trained = len(state) > 1 or (name == "SGD" and bool(state))
    keras_name, keras_config, variables = made(settings, slots, trained)
    about = {"name": keras_name.lower(), "learning_rate": rate, **keras_config}
    steps = np.asarray(state.get("iter", 0)).astype(np.int64).reshape(())
    start: list[NDArray[Any]] = [steps, np.asarray(rate, np.float32)]
    return Training(
        {"class_name": keras_name, "config": about},
        [*start, *variables] if trained else [],
        _losses(config.get("loss")),
        _metrics(config.get("metrics")),
    )


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


def _adam(settings: Mapping[str, Any], slots: Slots, trained: bool) -> _Made:
    config = {
        "beta_1": settings["beta1"],
        "beta_2": settings["beta2"],
        "epsilon": settings.get("epsilon") or 1e-7,
    }
    return "Adam", config, _interleaved(slots("m"), slots("v")) if trained else []


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
    "Adam": _adam,
    "RMSProp": _rmsprop,
    "Adagrad": _adagrad,
    "Adadelta": _adadelta,
}


def _losses(loss: Any) -> Any:
    if isinstance(loss, str):
        return _LOSSES.get(loss, loss)
    if isinstance(loss, dict):
        return {output: _losses(name) for output, name in loss.items()} or None
    return [_losses(name) for name in loss] if loss else None


def _metrics(metrics: Any) -> Any:
    if isinstance(metrics, str):
        return _METRICS.get(metrics, metrics)
    if isinstance(metrics, dict):
        return {output: _metrics(names) for output, names in metrics.items()} or None
    return [_metrics(name) for name in metrics] if metrics else None
