"""Optimizers as a training config names them: ``tf.train`` in snake case.

Each function returns what `LayersModel.compile` takes as its `optimizer`, with the defaults of
TensorFlow.js.
"""

from __future__ import annotations

from pyio.models.training.optimizers import adadelta, adagrad, adam, adamax, momentum, rmsprop, sgd

__all__ = ["adadelta", "adagrad", "adam", "adamax", "momentum", "rmsprop", "sgd"]
