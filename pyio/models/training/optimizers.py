"""Optimizers as a training config contains them; `pyio.optimizers` is their public face."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyio.errors import InvalidModelError


@dataclass(frozen=True, slots=True)
class Optimizer:
    """An optimizer by its class and its settings, as TensorFlow.js writes them: in camelCase."""

    class_name: str
    config: dict[str, Any]


def sgd(learning_rate: float = 0.01) -> Optimizer:
    """Plain gradient descent."""
    return Optimizer("SGD", {"learningRate": learning_rate})


def momentum(
    learning_rate: float = 0.01, momentum: float = 0.9, use_nesterov: bool = False
) -> Optimizer:
    """Gradient descent with momentum."""
    return Optimizer(
        "Momentum",
        {"learningRate": learning_rate, "momentum": momentum, "useNesterov": use_nesterov},
    )


def adagrad(learning_rate: float = 0.01, initial_accumulator_value: float = 0.1) -> Optimizer:
    """Adagrad."""
    return Optimizer(
        "Adagrad",
        {"learningRate": learning_rate, "initialAccumulatorValue": initial_accumulator_value},
    )


def adadelta(learning_rate: float = 0.001, rho: float = 0.95, epsilon: float = 1e-7) -> Optimizer:
    """Adadelta."""
    return Optimizer("Adadelta", {"learningRate": learning_rate, "rho": rho, "epsilon": epsilon})


def adam(
    learning_rate: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-7
) -> Optimizer:
    """Adam."""
    return Optimizer(
        "Adam",
        {"learningRate": learning_rate, "beta1": beta1, "beta2": beta2, "epsilon": epsilon},
    )


def adamax(
    learning_rate: float = 0.002,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-7,
    decay: float = 0,
) -> Optimizer:
    """Adamax. TensorFlow.js can neither save nor load its state."""
    return Optimizer(
        "Adamax",
        {
            "learningRate": learning_rate,
            "beta1": beta1,
            "beta2": beta2,
            "epsilon": epsilon,
            "decay": decay,
        },
    )


def rmsprop(
    learning_rate: float = 0.001,
    decay: float = 0.9,
    momentum: float = 0,
    epsilon: float = 1e-7,
    centered: bool = False,
) -> Optimizer:
    """RMSProp."""
    return Optimizer(
        "RMSProp",
        {
            "learningRate": learning_rate,
            "decay": decay,
            "momentum": momentum,
            "epsilon": epsilon,
            "centered": centered,
        },
    )


def optimizer_of(given: Optimizer | str) -> Optimizer:
    """Return the optimizer that `given` is or names. Raises InvalidModelError."""
    if isinstance(given, Optimizer):
        return given
    known = {
        "sgd": sgd(),
        "adagrad": adagrad(),
        "adadelta": adadelta(1),
        "adam": adam(),
        "adamax": adamax(),
        "rmsprop": rmsprop(),
    }
    if not isinstance(given, str) or given.lower() not in known:
        raise InvalidModelError(
            f"the optimizer {given!r} is not one of {', '.join(known)}, nor what a function of "
            "pyio.optimizers returns"
        )
    return known[given.lower()]
