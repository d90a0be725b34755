"""Losses and metrics by name: functions of targets and predictions, as in tfjs-layers.

Each takes arrays (examples, ..., size) and returns one number per example, or one for all of them.
The mean of these numbers is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from pyio.models.ops.activations import EPSILON, l2_normalized, softplus

Array: TypeAlias = Any
"""A NumPy array; for NumPy's own stubs, its functions return Any."""
Measure: TypeAlias = Callable[[Array, Array], Array]


def mean_squared_error(true: Array, predicted: Array) -> Array:
    """The mean of the squared differences."""
    return np.square(predicted - true).mean(axis=-1)


def mean_absolute_error(true: Array, predicted: Array) -> Array:
    """The mean of the absolute differences."""
    return np.abs(predicted - true).mean(axis=-1)


def mean_absolute_percentage_error(true: Array, predicted: Array) -> Array:
    """The mean of the absolute differences in per cent of the target."""
    return 100 * np.abs((true - predicted) / np.maximum(np.abs(true), EPSILON)).mean(axis=-1)


def mean_squared_logarithmic_error(true: Array, predicted: Array) -> Array:
    """The mean of the squared differences of logarithms."""
    logs = np.log1p(np.maximum(predicted, EPSILON)) - np.log1p(np.maximum(true, EPSILON))
    return np.square(logs).mean(axis=-1)


def hinge(true: Array, predicted: Array) -> Array:
    """The hinge loss, for targets of -1 and 1."""
    return np.maximum(0, 1 - true * predicted).mean(axis=-1)


def squared_hinge(true: Array, predicted: Array) -> Array:
    """The squared hinge loss, for targets of -1 and 1."""
    return np.square(np.maximum(0, 1 - true * predicted)).mean(axis=-1)


def categorical_hinge(true: Array, predicted: Array) -> Array:
    """The hinge loss between the right class and the best of the others."""
    positive = (true * predicted).sum(axis=-1)
    return np.maximum(0, 1 + ((1 - true) * predicted).max(axis=-1) - positive)


def logcosh(true: Array, predicted: Array) -> Array:
    """The logarithm of the hyperbolic cosine of the differences."""
    difference = predicted - true
    return (difference + softplus(-2 * difference) - np.float32(np.log(2))).mean(axis=-1)


def categorical_crossentropy(true: Array, predicted: Array) -> Array:
    """The cross-entropy of probabilities with one-hot targets."""
    scaled = predicted / predicted.sum(axis=-1, keepdims=True)
    return -(true * np.log(np.clip(scaled, EPSILON, 1 - EPSILON))).sum(axis=-1)


def sparse_categorical_crossentropy(true: Array, predicted: Array) -> Array:
    """The cross-entropy of probabilities with the numbers of the classes as targets."""
    classes = predicted.shape[-1]
    numbers = np.floor(true).astype(np.int64).reshape(predicted.shape[:-1])
    one_hot = (numbers[..., None] == np.arange(classes)).astype(predicted.dtype)
    return categorical_crossentropy(one_hot, np.clip(predicted, EPSILON, 1 - EPSILON))


def binary_crossentropy(true: Array, predicted: Array) -> Array:
    """The cross-entropy of probabilities with targets of 0 and 1."""
    clipped = np.clip(predicted, EPSILON, 1 - EPSILON)
    logits = np.log(clipped / (1 - clipped))
    terms = np.maximum(logits, 0) - logits * true + np.log1p(np.exp(-np.abs(logits)))
    return terms.mean(axis=-1)


def kullback_leibler_divergence(true: Array, predicted: Array) -> Array:
    """How far the predicted distribution is from the target."""
    ratio = np.clip(true, EPSILON, 1) / np.clip(predicted, EPSILON, 1)
    return (true * np.log(ratio)).sum(axis=-1)


def poisson(true: Array, predicted: Array) -> Array:
    """The loss for counts."""
    return (predicted - true * np.log(predicted + EPSILON)).mean(axis=-1)


def cosine_proximity(true: Array, predicted: Array) -> Array:
    """Minus the cosine of the angle between target and prediction."""
    return -(l2_normalized(true, -1) * l2_normalized(predicted, -1)).sum(axis=-1)


def binary_accuracy(true: Array, predicted: Array) -> Array:
    """The share of predictions on the right side of 0.5."""
    return np.asarray((predicted > 0.5) == true).mean(axis=-1)


def categorical_accuracy(true: Array, predicted: Array) -> Array:
    """Where the largest prediction is at the one-hot target."""
    return np.asarray(true.argmax(axis=-1) == predicted.argmax(axis=-1))


def sparse_categorical_accuracy(true: Array, predicted: Array) -> Array:
    """Where the largest prediction is at the number of the class."""
    numbers = true[..., 0] if true.ndim == predicted.ndim else true
    return np.asarray(numbers == predicted.argmax(axis=-1))


def precision(true: Array, predicted: Array) -> Array:
    """The share of right ones among the predictions that are exactly 1."""
    hits = np.sum((true == 1) & (predicted == 1))
    misses = np.sum((true == 0) & (predicted == 1))
    return np.asarray(hits / (hits + misses) if hits + misses else 0.0)


LOSSES: Mapping[str, Measure] = {
    "mean_squared_error": mean_squared_error,
    "mean_absolute_error": mean_absolute_error,
    "mean_absolute_percentage_error": mean_absolute_percentage_error,
    "mean_squared_logarithmic_error": mean_squared_logarithmic_error,
    "squared_hinge": squared_hinge,
    "hinge": hinge,
    "categorical_hinge": categorical_hinge,
    "logcosh": logcosh,
    "categorical_crossentropy": categorical_crossentropy,
    "sparse_categorical_crossentropy": sparse_categorical_crossentropy,
    "binary_crossentropy": binary_crossentropy,
    "kullback_leibler_divergence": kullback_leibler_divergence,
    "poisson": poisson,
    "cosine_proximity": cosine_proximity,
}

LOSS_ALIASES: Mapping[str, str] = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "kld": "kullback_leibler_divergence",
    "kl_divergence": "kullback_leibler_divergence",
    "cosine": "cosine_proximity",
    "log_cosh": "logcosh",
}
"""Short names of losses. TensorFlow.js does not accept them, so pyio writes the long names."""

METRICS: Mapping[str, Measure] = {
    "binary_accuracy": binary_accuracy,
    "categorical_accuracy": categorical_accuracy,
    "precision": precision,
    "categorical_crossentropy": categorical_crossentropy,
    "sparse_categorical_crossentropy": sparse_categorical_crossentropy,
    "mse": mean_squared_error,
    "mae": mean_absolute_error,
    "mape": mean_absolute_percentage_error,
    "cosine": cosine_proximity,
}

SHORT_METRICS: Mapping[str, str] = {
    "accuracy": "acc",
    "acc": "acc",
    "crossentropy": "ce",
    "ce": "ce",
}
"""Metrics whose formula depends on the loss and the output, and the names they report under."""
