"""The values that initializers give to weights."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.errors import InvalidModelError
from pyio.models.core.parts import INITIALIZERS, ConfigObject, fans

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
