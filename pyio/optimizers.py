"""Optimizers as a training config names them: ``tf.train`` in snake case.

Each function returns what `LayersModel.compile` takes as its `optimizer`, with the defaults of
TensorFlow.js.
"""

from __future__ import annotations

from pyio.models.training import Optimizer


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
