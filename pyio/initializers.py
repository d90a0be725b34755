"""Initializers for the weights of layers: ``tf.initializers`` in snake case.

Each function returns the ``{class_name, config}`` that a layer's ``*_initializer`` option takes,
exactly as TensorFlow.js writes it. `seed` makes the values repeatable within pyio; TensorFlow.js
draws other numbers from the same seed.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.errors import InvalidModelError
from pyio.models.parts import INITIALIZERS, SCALINGS, Part, fans

if TYPE_CHECKING:
    from numpy.typing import NDArray


def zeros() -> Part:
    """All 0."""
    return {"class_name": "Zeros", "config": {}}


def ones() -> Part:
    """All 1."""
    return {"class_name": "Ones", "config": {}}


def constant(value: float) -> Part:
    """All `value`."""
    return {"class_name": "Constant", "config": {"value": value}}


def random_uniform(minval: float = -0.05, maxval: float = 0.05, seed: int | None = None) -> Part:
    """Evenly distributed from `minval` to `maxval`."""
    config = {"minval": minval, "maxval": maxval, "seed": seed}
    return {"class_name": "RandomUniform", "config": config}


def random_normal(mean: float = 0, stddev: float = 0.05, seed: int | None = None) -> Part:
    """Normally distributed around `mean`."""
    return {"class_name": "RandomNormal", "config": {"mean": mean, "stddev": stddev, "seed": seed}}


def truncated_normal(mean: float = 0, stddev: float = 0.05, seed: int | None = None) -> Part:
    """Normally distributed around `mean`, never more than two `stddev` from it."""
    config = {"mean": mean, "stddev": stddev, "seed": seed}
    return {"class_name": "TruncatedNormal", "config": config}


def identity(gain: float = 1) -> Part:
    """The identity matrix times `gain`; for square weights only."""
    return {"class_name": "Identity", "config": {"gain": gain}}


def variance_scaling(
    scale: float = 1,
    mode: str = "fan_in",
    distribution: str = "normal",
    seed: int | None = None,
) -> Part:
    """Keep the variance of the data: spread by the number of inputs or outputs.

    Args:
        scale: A factor for the variance.
        mode: "fan_in", "fan_out" or "fan_avg": what the variance is divided by.
        distribution: "normal" (truncated) or "uniform".
        seed: Makes the values repeatable.
    """
    config = {"scale": scale, "mode": mode, "distribution": distribution, "seed": seed}
    return {"class_name": "VarianceScaling", "config": config}


def glorot_uniform(seed: int | None = None) -> Part:
    """Glorot's (Xavier's) initializer, evenly distributed."""
    return _scaling("GlorotUniform", seed)


def glorot_normal(seed: int | None = None) -> Part:
    """Glorot's (Xavier's) initializer, normally distributed: the default for kernels."""
    return _scaling("GlorotNormal", seed)


def he_uniform(seed: int | None = None) -> Part:
    """He's initializer, evenly distributed."""
    return _scaling("HeUniform", seed)


def he_normal(seed: int | None = None) -> Part:
    """He's initializer, normally distributed."""
    return _scaling("HeNormal", seed)


def le_cun_uniform(seed: int | None = None) -> Part:
    """LeCun's initializer, evenly distributed."""
    return _scaling("LeCunUniform", seed)


def le_cun_normal(seed: int | None = None) -> Part:
    """LeCun's initializer, normally distributed."""
    return _scaling("LeCunNormal", seed)


def orthogonal(gain: float = 1, seed: int | None = None) -> Part:
    """An orthogonal matrix times `gain`: the default for recurrent kernels."""
    return {"class_name": "Orthogonal", "config": {"gain": gain, "seed": seed}}


def initial_values(part: Part, shape: tuple[int, ...], dtype: str = "float32") -> NDArray[Any]:
    """Return the values that the initializer `part` gives to a weight.

    Raises InvalidModelError for an initializer that pyio does not know or that does not fit.
    """
    name, config = part["class_name"], {**INITIALIZERS.get(part["class_name"], {})}
    config |= {key: value for key, value in part["config"].items() if value is not None}
    if name not in INITIALIZERS:
        raise InvalidModelError(
            f"the initializer {name!r} is not one of {', '.join(INITIALIZERS)}; load weights "
            "for this model, or choose another initializer"
        )
    return np.asarray(_draw(name, config, shape), dtype)


def _draw(name: str, config: dict[str, Any], shape: tuple[int, ...]) -> Any:
    if name in ("Zeros", "Ones", "Constant"):
        return np.full(shape, {"Zeros": 0, "Ones": 1}.get(name, config.get("value")))
    if name == "Identity":
        if len(shape) != 2 or shape[0] != shape[1]:
            raise InvalidModelError(f"Identity initializes square matrices, not {shape}")
        return config["gain"] * np.eye(shape[0])
    random = np.random.default_rng(config.get("seed"))
    if name == "RandomUniform":
        return random.uniform(config["minval"], config["maxval"], shape)
    if name == "RandomNormal":
        return random.normal(config["mean"], config["stddev"], shape)
    if name == "TruncatedNormal":
        return config["mean"] + config["stddev"] * _truncated(random, shape)
    if name == "Orthogonal":
        return config["gain"] * _orthogonal(random, shape)
    return _scaled(random, config, shape)


def _scaled(
    random: np.random.Generator, config: dict[str, Any], shape: tuple[int, ...]
) -> NDArray[Any]:
    fan_in, fan_out = fans(shape)
    fan = {"fan_in": fan_in, "fan_out": fan_out}.get(config["mode"], (fan_in + fan_out) / 2)
    variance = config["scale"] / max(1, fan)
    if config["distribution"] == "uniform":
        limit = math.sqrt(3 * variance)
        return random.uniform(-limit, limit, shape)
    return math.sqrt(variance) * _truncated(random, shape)


def _truncated(random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[Any]:
    values = random.standard_normal(shape)
    while (far := np.abs(values) > 2).any():
        values = np.where(far, random.standard_normal(shape), values)
    return values


def _orthogonal(random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[Any]:
    if len(shape) < 2:
        raise InvalidModelError(f"Orthogonal initializes two or more dimensions, not {shape}")
    rows, columns = math.prod(shape[:-1]), shape[-1]
    tall = random.standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    q = q * np.sign(np.diagonal(r))
    return np.reshape(q if rows >= columns else q.T, shape)


def _scaling(name: str, seed: int | None) -> Part:
    return {"class_name": "VarianceScaling", "config": {**SCALINGS[name], "seed": seed}}
