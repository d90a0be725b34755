"""The values that initializers give to weights."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.errors import InvalidModelError
from pyio.models.core.parts import INITIALIZERS, ConfigObject, fans

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    Array = NDArray[Any]
    Config = Mapping[str, Any]
    Sides = tuple[int, ...]


def initial_values(
    part: ConfigObject, shape: tuple[int, ...], dtype: str = "float32"
) -> NDArray[Any]:
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
    return np.asarray(_DRAWN[name](config, shape), dtype)


def _identity(config: Config, shape: Sides) -> Array:
    if len(shape) != 2 or shape[0] != shape[1]:
        raise InvalidModelError(f"Identity initializes square matrices, not {shape}")
    return np.asarray(config["gain"] * np.eye(shape[0]))


def _scaled(config: Config, shape: Sides) -> Array:
    fan_in, fan_out = fans(shape)
    fan = {"fan_in": fan_in, "fan_out": fan_out}.get(config["mode"], (fan_in + fan_out) / 2)
    variance = config["scale"] / max(1, fan)
    if config["distribution"] == "uniform":
        limit = math.sqrt(3 * variance)
        return _random(config).uniform(-limit, limit, shape)
    return math.sqrt(variance) * _truncated(config, shape)


def _truncated(config: Config, shape: Sides) -> Array:
    # Draw again what lies further out than two standard deviations, as TensorFlow.js does.
    random = _random(config)
    values = random.standard_normal(shape)
    while (far := np.abs(values) > 2).any():
        values = np.where(far, random.standard_normal(shape), values)
    return values


def _orthogonal(config: Config, shape: Sides) -> Array:
    if len(shape) < 2:
        raise InvalidModelError(f"Orthogonal initializes two or more dimensions, not {shape}")
    rows, columns = math.prod(shape[:-1]), shape[-1]
    tall = _random(config).standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    q = q * np.sign(np.diagonal(r))  # without this the distribution would not be uniform
    # The shape can be wide as well as tall; the rows or the columns are orthogonal then.
    return np.asarray(config["gain"] * np.reshape(q if rows >= columns else q.T, shape))


def _random(config: Config) -> np.random.Generator:
    return np.random.default_rng(config.get("seed"))


_DRAWN: Mapping[str, Callable[[Config, Sides], Array]] = {
    "Zeros": lambda _, shape: np.zeros(shape),
    "Ones": lambda _, shape: np.ones(shape),
    "Constant": lambda config, shape: np.full(shape, config["value"]),
    "RandomUniform": lambda config, shape: _random(config).uniform(
        config["minval"], config["maxval"], shape
    ),
    "RandomNormal": lambda config, shape: _random(config).normal(
        config["mean"], config["stddev"], shape
    ),
    "TruncatedNormal": lambda config, shape: (
        config["mean"] + config["stddev"] * _truncated(config, shape)
    ),
    "Identity": _identity,
    "VarianceScaling": _scaled,
    "Orthogonal": _orthogonal,
}
"""How each initializer of `INITIALIZERS` makes its values."""
