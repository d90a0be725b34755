"""The metrics of TensorFlow.js, as functions of targets and predictions.

`LayersModel.compile` takes their names, and "accuracy" and "crossentropy", whose formulas depend on
the loss. The mean of what a function returns is reported.
"""

from __future__ import annotations

from pyio.models.training.losses import (
    binary_accuracy,
    binary_crossentropy,
    categorical_accuracy,
    categorical_crossentropy,
    cosine_proximity,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    precision,
    sparse_categorical_accuracy,
    sparse_categorical_crossentropy,
)

__all__ = [
    "binary_accuracy",
    "binary_crossentropy",
    "categorical_accuracy",
    "categorical_crossentropy",
    "cosine_proximity",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "precision",
    "sparse_categorical_accuracy",
    "sparse_categorical_crossentropy",
]
