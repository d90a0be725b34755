"""Optimizers as a training config contains them; `pyio.optimizers` is their public face."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyio.errors import InvalidModelError


@dataclass(frozen=True, slots=True)
class Optimizer:
    """An optimizer by its class and its settings, as TensorFlow.js writes them: in camelCase."""

    class_name: str
    config: dict[str, Any]


def _clipping(
    clipnorm: float | None, clipvalue: float | None, global_clipnorm: float | None
) -> dict[str, Any]:
    """Return the settings of clipping that are given, by Keras's names. TF.js has none."""
    given = {"clipnorm": clipnorm, "clipvalue": clipvalue, "global_clipnorm": global_clipnorm}
    chosen = {key: value for key, value in given.items() if value is not None}
    wrong = [key for key, value in chosen.items() if not _positive(value)]
    if len(chosen) > 1 or wrong:
        raise InvalidModelError(
            f"gradients are clipped by {chosen}; expected one of {', '.join(given)}, a number "
            "above 0"
        )
    return chosen


def _positive(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def sgd(
    learning_rate: float = 0.01,
    *,
    clipnorm: float | None = None,
    clipvalue: float | None = None,
    global_clipnorm: float | None = None,
) -> Optimizer:
    """Plain gradient descent.

    Args:
        learning_rate: How far a step goes.
        clipnorm: The most that the length of the gradient of a weight can be.
        clipvalue: The most that a number of a gradient can be.
        global_clipnorm: The most that the length of all gradients together can be.

    Raises InvalidModelError for more than one kind of clipping. TensorFlow.js ignores clipping.
    """
    clipping = _clipping(clipnorm, clipvalue, global_clipnorm)
    return Optimizer("SGD", {"learningRate": learning_rate, **clipping})


def momentum(
    learning_rate: float = 0.01,
    momentum: float = 0.9,
    use_nesterov: bool = False,
    *,
    clipnorm: float | None = None,
    clipvalue: float | None = None,
    global_clipnorm: float | None = None,
) -> Optimizer:
    """Gradient descent with momentum. Clipping is that of `sgd`."""
    return Optimizer(
        "Momentum",
        {
            "learningRate": learning_rate,
            "momentum": momentum,
            "useNesterov": use_nesterov,
            **_clipping(clipnorm, clipvalue, global_clipnorm),
        },
    )


def adagrad(
    learning_rate: float = 0.01,
    initial_accumulator_value: float = 0.1,
    *,
    clipnorm: float | None = None,
    clipvalue: float | None = None,
    global_clipnorm: float | None = None,
) -> Optimizer:
    """Adagrad. Clipping is that of `sgd`."""
    return Optimizer(
        "Adagrad",
        {
            "learningRate": learning_rate,
            "initialAccumulatorValue": initial_accumulator_value,
            **_clipping(clipnorm, clipvalue, global_clipnorm),
        },
    )


def adadelta(
    learning_rate: float = 0.001,
    rho: float = 0.95,
    epsilon: float = 1e-7,
    *,
    clipnorm: float | None = None,
    clipvalue: float | None = None,
    global_clipnorm: float | None = None,
) -> Optimizer:
    """Adadelta. Clipping is that of `sgd`."""
    return Optimizer(
        "Adadelta",
        {
            "learningRate": learning_rate,
            "rho": rho,
            "epsilon": epsilon,
            **_clipping(clipnorm, clipvalue, global_clipnorm),
        },
    )


def _of_moments(
    learning_rate: float, beta1: float, beta2: float, epsilon: float
) -> dict[str, float]:
    return {"learningRate": learning_rate, "beta1": beta1, "beta2": beta2, "epsilon": epsilon}


def adam(
    learning_rate: float = 0.001,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-7,
    *,
    clipnorm: float | None = None,
    clipvalue: float | None = None,
    global_clipnorm: float | None = None,
) -> Optimizer:
    """Adam. Clipping is that of `sgd`."""
    config = _of_moments(learning_rate, beta1, beta2, epsilon)
    return Optimizer("Adam", {**config, **_clipping(clipnorm, clipvalue, global_clipnorm)})


def adamw(
    learning_rate: float = 0.001,
    weight_decay: float = 0.004,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-7,
    *,
    clipnorm: float | None = None,
    clipvalue: float | None = None,
    global_clipnorm: float | None = None,
) -> Optimizer:
    """Adam with weights that decay by ``learning_rate * weight_decay`` in each step, as in Keras.

    Clipping is that of `sgd`. TensorFlow.js does not have this optimizer.
    """
    config = {**_of_moments(learning_rate, beta1, beta2, epsilon), "weightDecay": weight_decay}
    return Optimizer("AdamW", {**config, **_clipping(clipnorm, clipvalue, global_clipnorm)})


def nadam(
    learning_rate: float = 0.001,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-7,
    *,
    clipnorm: float | None = None,
    clipvalue: float | None = None,
    global_clipnorm: float | None = None,
) -> Optimizer:
    """Adam with Nesterov's momentum, as in Keras.

    Clipping is that of `sgd`. TensorFlow.js does not have this optimizer.
    """
    config = _of_moments(learning_rate, beta1, beta2, epsilon)
    return Optimizer("Nadam", {**config, **_clipping(clipnorm, clipvalue, global_clipnorm)})


def adamax(
    learning_rate: float = 0.002,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-7,
    decay: float = 0,
    *,
    clipnorm: float | None = None,
    clipvalue: float | None = None,
    global_clipnorm: float | None = None,
) -> Optimizer:
    """Adamax. TensorFlow.js can neither save nor load its state. Clipping is that of `sgd`."""
    config = {**_of_moments(learning_rate, beta1, beta2, epsilon), "decay": decay}
    return Optimizer("Adamax", {**config, **_clipping(clipnorm, clipvalue, global_clipnorm)})


def rmsprop(
    learning_rate: float = 0.001,
    decay: float = 0.9,
    momentum: float = 0,
    epsilon: float = 1e-7,
    centered: bool = False,
    *,
    clipnorm: float | None = None,
    clipvalue: float | None = None,
    global_clipnorm: float | None = None,
) -> Optimizer:
    """RMSProp. Clipping is that of `sgd`."""
    return Optimizer(
        "RMSProp",
        {
            "learningRate": learning_rate,
            "decay": decay,
            "momentum": momentum,
            "epsilon": epsilon,
            "centered": centered,
            **_clipping(clipnorm, clipvalue, global_clipnorm),
        },
    )


DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    made.class_name: made.config
    for made in (
        *(sgd(), momentum(), adagrad(), adadelta(), adam(), adamw(), nadam(), adamax(), rmsprop()),
    )
}
"""The settings of each class that a config may leave out."""

_ONLY_HERE = {"AdamW", "Nadam"}
_CLIPPING = {"clipnorm", "clipvalue", "global_clipnorm"}


def as_tfjs(optimizer_config: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return class and settings in TensorFlow.js's names, from its own config or Keras's.

    TensorFlow.js reads both: it turns each name into camelCase (``convertPythonicToTs``).
    """
    name = str(optimizer_config.get("class_name"))
    given = optimizer_config.get("config")
    own = {
        key if key in _CLIPPING else re.sub(r"_(\w)", lambda m: m[1].upper(), str(key)): value
        for key, value in (given if isinstance(given, Mapping) else {}).items()
        if value is not None
    }
    if name == "RMSprop":  # Keras's spelling, and its names for the settings
        name, own["decay"] = "RMSProp", own.get("rho", own.get("decay", 0.9))
    if name == "SGD" and own.get("momentum"):
        name, own["useNesterov"] = "Momentum", bool(own.get("nesterov"))
    return name, own


def optimizer_incompatibility(optimizer_config: Mapping[str, Any]) -> str | None:
    """Return what TensorFlow.js cannot do with an optimizer and its state, or None."""
    name, own = as_tfjs(optimizer_config)
    if name in _ONLY_HERE:
        return f"the optimizer {name}, without which it opens no training config"
    if name == "Adamax":
        return "the state of Adamax, which it cannot load"
    clipping = next((key for key in own if key in _CLIPPING), None)
    return None if clipping is None else f"{clipping} in the optimizer, which it ignores"


def optimizer_of(given: Optimizer | str) -> Optimizer:
    """Return the optimizer that `given` is or names. Raises InvalidModelError."""
    if isinstance(given, Optimizer):
        return given
    known = {
        "sgd": sgd(),
        "adagrad": adagrad(),
        "adadelta": adadelta(1),
        "adam": adam(),
        "adamw": adamw(),
        "nadam": nadam(),
        "adamax": adamax(),
        "rmsprop": rmsprop(),
    }
    if not isinstance(given, str) or given.lower() not in known:
        raise InvalidModelError(
            f"the optimizer {given!r} is not one of {', '.join(known)}, nor what a function of "
            "pyio.optimizers returns"
        )
    return known[given.lower()]
