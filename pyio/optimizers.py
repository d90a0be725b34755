"""Optimizers for a training config: ``tf.train`` in snake case.

Each function returns an optimizer for `LayersModel.compile`, with the defaults of TensorFlow.js.
`adamw`, `nadam` and clipping are Keras's; TensorFlow.js does not have them.
"""

from __future__ import annotations

from pyio.models.training.optimizers import (
    Optimizer,
    adadelta,
    adagrad,
    adam,
    adamax,
    adamw,
    momentum,
    nadam,
    rmsprop,
    sgd,
)

__all__ = [
    "Optimizer",
    "adadelta",
    "adagrad",
    "adam",
    "adamax",
    "adamw",
    "momentum",
    "nadam",
    "rmsprop",
    "sgd",
]
