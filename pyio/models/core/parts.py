"""Parts of a config that are not numbers: initializers, regularizers, constraints, activations.

All but the last are written as ``{class_name, config}``. Layers keep them as plain JSON, so a file
is written back word for word, also with classes that pyio does not know. Only initializers run
here (`initial_values`); regularizers and constraints act in training.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeAlias

from pyio.errors import InvalidModelError
from pyio.models.core.config import Configured
from pyio.models.core.names import to_snake_case
from pyio.models.core.options import OptionError
from pyio.models.ops.activations import ACTIVATIONS, ALIASES, BUILT_IN, Activation

ConfigObject: TypeAlias = "dict[str, Any]"
"""``{"class_name": ..., "config": {...}}``, ready for JSON."""


def _scaling(scale: float, mode: str, distribution: str) -> dict[str, Any]:
    return {"scale": scale, "mode": mode, "distribution": distribution, "seed": None}


INITIALIZERS: Mapping[str, Mapping[str, Any]] = {
    "Zeros": {},
    "Ones": {},
    "Constant": {"value": 0},
    "RandomUniform": {"minval": -0.05, "maxval": 0.05, "seed": None},
    "RandomNormal": {"mean": 0, "stddev": 0.05, "seed": None},
    "TruncatedNormal": {"mean": 0, "stddev": 0.05, "seed": None},
    "Identity": {"gain": 1},
    "VarianceScaling": _scaling(1, "fan_in", "normal"),
    "Orthogonal": {"gain": 1, "seed": None},
}
"""The initializers and their defaults, in the key order of TensorFlow.js."""

SCALINGS: Mapping[str, Mapping[str, Any]] = {
    "GlorotUniform": _scaling(1, "fan_avg", "uniform"),
    "GlorotNormal": _scaling(1, "fan_avg", "normal"),
    "HeNormal": _scaling(2, "fan_in", "normal"),
    "HeUniform": _scaling(2, "fan_in", "uniform"),
    "LeCunNormal": _scaling(1, "fan_in", "normal"),
    "LeCunUniform": _scaling(1, "fan_in", "uniform"),
}
"""Names for settings of VarianceScaling, which is what TensorFlow.js writes for them."""

_ALL_INITIALIZERS = {**INITIALIZERS, **SCALINGS}

REGULARIZERS: Mapping[str, Mapping[str, Any]] = {"L1L2": {"l1": 0.01, "l2": 0.01}}

CONSTRAINTS: Mapping[str, Mapping[str, Any]] = {
    "MaxNorm": {"max_value": 2, "axis": 0},
    "UnitNorm": {"axis": 0},
    "NonNeg": {},
    "MinMaxNorm": {"min_value": 0, "max_value": 1, "rate": 1, "axis": 0},
}


def initializer(value: Any) -> ConfigObject:
    """Return the config object of an initializer, given by name or as ``{class_name, config}``."""
    part = _config_object(value, _ALL_INITIALIZERS, "an initializer")
    if part["class_name"] in SCALINGS:
        part["class_name"] = "VarianceScaling"
    return part


def regularizer(value: Any) -> ConfigObject:
    """Return the config object of a regularizer, given by name or as ``{class_name, config}``."""
    if isinstance(value, Mapping) and value.get("class_name") in ("L1", "L2"):
        # Keras has L1 and L2 beside L1L2, TensorFlow.js only the last.
        config = value.get("config") or {}
        key = value["class_name"].lower()
        value = {"class_name": "L1L2", "config": {"l1": 0, "l2": 0, key: config.get(key, 0.01)}}
    return _config_object(value, REGULARIZERS, "a regularizer")


def constraint(value: Any) -> ConfigObject:
    """Return the config object of a constraint, given by name or as ``{class_name, config}``."""
    return _config_object(value, CONSTRAINTS, "a constraint")


def register_activation(name: str, function: Activation) -> None:
    """Make `function` the activation `name`, for layers and for topologies that are loaded.

    Args:
        name: The name in a config, in snake case, as TensorFlow.js writes names.
        function: Takes an array of float32 and returns one of the same shape.

    Raises InvalidModelError for a name that is no text, and for what cannot be called.
    """
    if not isinstance(name, str) or not name or not callable(function):
        raise InvalidModelError(
            f"an activation is a name and a function, got {name!r:.80} and {function!r:.80}"
        )
    ACTIVATIONS[str(activation(name))] = function


def activation(value: Any) -> str | ConfigObject:
    """Return an activation as a config contains it; the check of activation options.

    That is a name, or the config object of a layer with its settings. Names that are not
    registered are kept. The layer raises UnknownLayersError when it computes.
    """
    if isinstance(value, Configured):
        value = {"class_name": value.class_name, "config": value.get_config()}
    if isinstance(value, Mapping):
        # Keras writes functions as {"class_name": "function", "config": "relu"}.
        name, inner = value.get("class_name"), value.get("config")
        if isinstance(inner, Mapping) and inner and isinstance(name, str):
            return {"class_name": name, "config": dict(inner)}
        value = inner if isinstance(inner, str) else name
    if not isinstance(value, str) or not value:
        names = ", ".join(list(ACTIVATIONS)[:4])
        raise OptionError(f"the name of an activation, such as {names}, or a layer such as ReLU")
    short = value.rpartition(">")[2]  # without the package in which Keras has registered it
    if short != value and short in ACTIVATIONS and ACTIVATIONS[short] is not BUILT_IN.get(short):
        return short
    name = value if value in ACTIVATIONS else to_snake_case(value)
    return ALIASES.get(name, name)


def _config_object(value: Any, classes: Mapping[str, Mapping[str, Any]], what: str) -> ConfigObject:
    given: Any = {}
    if type(value) is dict or isinstance(value, Mapping):
        name, given = value.get("class_name"), value.get("config") or {}
    else:
        name = value
    if not isinstance(name, str) or not isinstance(given, Mapping):
        raise OptionError(_expected(what, classes))
    known = _spellings(tuple(classes)).get(_key(name))
    if known is None:
        if not isinstance(value, Mapping):
            raise OptionError(_expected(what, classes))
        return {"class_name": name, "config": dict(given)}
    defaults = classes[known]
    return {"class_name": known, "config": {k: _or(given.get(k), d) for k, d in defaults.items()}}


def _expected(what: str, classes: Mapping[str, Any]) -> str:
    return f"{what}: one of {', '.join(sorted(classes))}, or {{class_name, config}}"


@cache
def _spellings(names: tuple[str, ...]) -> dict[str, str]:
    return {_key(each): each for each in names}


def _or(given: Any, default: Any) -> Any:
    return default if given is None else given


def _key(name: str) -> str:
    return name.replace("_", "").lower()


def fans(shape: tuple[int, ...]) -> tuple[float, float]:
    """Return how many inputs and outputs a weight of `shape` connects (``computeFans``)."""
    if len(shape) == 2:
        return shape
    if len(shape) in (3, 4, 5):
        field = math.prod(shape[:-2])
        return shape[-2] * field, shape[-1] * field
    root = math.sqrt(math.prod(shape))
    return root, root
