"""Initializers for the weights of layers: ``tf.initializers`` in snake case.

Each function returns the ``{class_name, config}`` that a layer's ``*_initializer`` option takes,
exactly as TensorFlow.js writes it. `seed` makes the values repeatable within pyio; TensorFlow.js
draws other numbers from the same seed.
"""

from __future__ import annotations

from pyio.models.core.initial_values import initial_values as initial_values
from pyio.models.core.parts import SCALINGS, ConfigObject


def zeros() -> ConfigObject:
    """All 0."""
    return {"class_name": "Zeros", "config": {}}


def ones() -> ConfigObject:
    """All 1."""
    return {"class_name": "Ones", "config": {}}


def constant(value: float) -> ConfigObject:
    """All `value`."""
    return {"class_name": "Constant", "config": {"value": value}}


def random_uniform(
    minval: float = -0.05, maxval: float = 0.05, seed: int | None = None
) -> ConfigObject:
    """Evenly distributed from `minval` to `maxval`."""
    config = {"minval": minval, "maxval": maxval, "seed": seed}
    return {"class_name": "RandomUniform", "config": config}


def random_normal(mean: float = 0, stddev: float = 0.05, seed: int | None = None) -> ConfigObject:
    """Normally distributed around `mean`."""
    return {"class_name": "RandomNormal", "config": {"mean": mean, "stddev": stddev, "seed": seed}}


def truncated_normal(
    mean: float = 0, stddev: float = 0.05, seed: int | None = None
) -> ConfigObject:
    """Normally distributed around `mean`, never more than two `stddev` from it."""
    config = {"mean": mean, "stddev": stddev, "seed": seed}
    return {"class_name": "TruncatedNormal", "config": config}


def identity(gain: float = 1) -> ConfigObject:
    """The identity matrix times `gain`; for square weights only."""
    return {"class_name": "Identity", "config": {"gain": gain}}


def variance_scaling(
    scale: float = 1,
    mode: str = "fan_in",
    distribution: str = "normal",
    seed: int | None = None,
) -> ConfigObject:
    """Keep the variance of the data: spread by the number of inputs or outputs.

    Args:
        scale: A factor for the variance.
        mode: "fan_in", "fan_out" or "fan_avg": what the variance is divided by.
        distribution: "normal" (truncated) or "uniform".
        seed: Makes the values repeatable.
    """
    config = {"scale": scale, "mode": mode, "distribution": distribution, "seed": seed}
    return {"class_name": "VarianceScaling", "config": config}


def glorot_uniform(seed: int | None = None) -> ConfigObject:
    """Glorot's (Xavier's) initializer, evenly distributed."""
    return _scaling("GlorotUniform", seed)


def glorot_normal(seed: int | None = None) -> ConfigObject:
    """Glorot's (Xavier's) initializer, normally distributed: the default for kernels."""
    return _scaling("GlorotNormal", seed)


def he_uniform(seed: int | None = None) -> ConfigObject:
    """He's initializer, evenly distributed."""
    return _scaling("HeUniform", seed)


def he_normal(seed: int | None = None) -> ConfigObject:
    """He's initializer, normally distributed."""
    return _scaling("HeNormal", seed)


def le_cun_uniform(seed: int | None = None) -> ConfigObject:
    """LeCun's initializer, evenly distributed."""
    return _scaling("LeCunUniform", seed)


def le_cun_normal(seed: int | None = None) -> ConfigObject:
    """LeCun's initializer, normally distributed."""
    return _scaling("LeCunNormal", seed)


def orthogonal(gain: float = 1, seed: int | None = None) -> ConfigObject:
    """An orthogonal matrix times `gain`: the default for recurrent kernels."""
    return {"class_name": "Orthogonal", "config": {"gain": gain, "seed": seed}}


def _scaling(name: str, seed: int | None) -> ConfigObject:
    return {"class_name": "VarianceScaling", "config": {**SCALINGS[name], "seed": seed}}
