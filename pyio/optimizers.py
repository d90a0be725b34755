"""Optimizers for a training config: ``tf.train`` in snake case.

Each function returns an optimizer for `LayersModel.compile`, with the defaults of TensorFlow.js.
"""

from __future__ import annotations

from pyio.models.training.optimizers import (
    Optimizer,
    adadelta,
    adagrad,
    adam,
    adamax,
    momentum,
    rmsprop,
    sgd,
)

__all__ = ["Optimizer", "adadelta", "adagrad", "adam", "adamax", "momentum", "rmsprop", "sgd"]
