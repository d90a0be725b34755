"""What a model of Keras was compiled with -> the training config of TensorFlow.js."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[Any]

_RATE = {"learning_rate": "learningRate"}
_MOMENTS = {**_RATE, "beta_1": "beta1", "beta_2": "beta2", "epsilon": "epsilon"}
_OPTIMIZERS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "SGD": ("SGD", _RATE),
    "Adam": ("Adam", _MOMENTS),
    "Adamax": ("Adamax", _MOMENTS),
    "Adagrad": ("Adagrad", {**_RATE, "initial_accumulator_value": "initialAccumulatorValue"}),
    "Adadelta": ("Adadelta", {**_RATE, "rho": "rho", "epsilon": "epsilon"}),
    "RMSprop": (
        "RMSProp",
        {
            **_RATE,
            "rho": "decay",
            "momentum": "momentum",
            "epsilon": "epsilon",
            "centered": "centered",
        },
    ),
}
"""Class of Keras -> class of TensorFlow.js, and which settings go where."""

_KERAS_DEFAULTS: Mapping[str, Mapping[str, float]] = {
    "SGD": {"learning_rate": 0.01},
    "Adam": {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7},
    "Adamax": {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7},
    "Adagrad": {"learning_rate": 0.001, "initial_accumulator_value": 0.1},
    "Adadelta": {"learning_rate": 0.001, "rho": 0.95, "epsilon": 1e-7},
    "RMSprop": {"learning_rate": 0.001, "rho": 0.9, "momentum": 0, "epsilon": 1e-7},
}
"""Settings of an optimizer that a file names only (keras ``optimizers/*.py``)."""

_SHORT = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "kld": "kullback_leibler_divergence",
    "kl_divergence": "kullback_leibler_divergence",
    "cosine_similarity": "cosine_proximity",
    "log_cosh": "logcosh",
}
_LOSSES = frozenset(
    (
        *("mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error"),
        *("mean_squared_logarithmic_error", "squared_hinge", "hinge", "categorical_hinge"),
        *("logcosh", "categorical_crossentropy", "sparse_categorical_crossentropy"),
        *("binary_crossentropy", "kullback_leibler_divergence", "poisson", "cosine_proximity"),
    )
)
_METRICS = frozenset(
    (
        *("accuracy", "acc", "binary_accuracy", "categorical_accuracy", "precision"),
        *("categorical_crossentropy", "sparse_categorical_crossentropy"),
        *("mse", "mae", "mape", "cosine"),
    )
)
_SHORT_METRICS = {
    "mean_squared_error": "mse",
    "mean_absolute_error": "mae",
    "mean_absolute_percentage_error": "mape",
    "cosine_similarity": "cosine",
}
"""TensorFlow.js knows long names of losses, and short names of metrics."""

_DEFAULTS: tuple[Any, ...] = (None, False, 0, 0.0, -1)


def training_config(compiled: Any, notes: list[str]) -> dict[str, Any] | None:
    """Return the training config that TensorFlow.js reads, or None.

    TensorFlow.js refuses a model whose training config it does not know, so one that says more than
    TensorFlow.js can is left out whole, and `notes` says why.
    """
    if not isinstance(compiled, Mapping) or not compiled.get("loss"):
        return None
    given = compiled.get("optimizer_config") or compiled.get("optimizer")
    optimizer = _optimizer(given)
    if optimizer is None:
        named = given.get("class_name") if isinstance(given, Mapping) else given
        notes.append(f"the training config was left out: the optimizer is {named!r:.60}")
        return None
    loss = _mapped(compiled["loss"], _LOSSES, _SHORT, notes)
    if loss is None:
        notes.append("the training config was left out: TensorFlow.js does not have its loss")
        return None
    metrics = _mapped(compiled.get("metrics") or [], _METRICS, _SHORT_METRICS, notes)
    if metrics is None:
        notes.append("the metrics were left out: TensorFlow.js does not have all of them")
        metrics = []
    if compiled.get("loss_weights"):
        notes.append("the weights of the losses were left out")
    return {"loss": loss, "metrics": metrics, "optimizer_config": optimizer}


def optimizer_state(
    config: Mapping[str, Any],
    variables: Sequence[Array],
    weights: Sequence[tuple[str, tuple[int, ...]]],
    notes: list[str],
) -> dict[str, Array]:
    """Return the state of an optimizer by the names of TensorFlow.js (tfjs-core ``optimizers/``).

    Args:
        config: The training config for TensorFlow.js.
        variables: The variables of Keras's optimizer in order: the number of steps, for Keras 3 the
            learning rate, then slots (keras ``base_optimizer.py``).
        weights: Name and shape of the trainable weights in order.
        notes: Gets a sentence if the state is left out.
    """
    optimizer = config["optimizer_config"]
    name, settings = optimizer["class_name"], optimizer["config"]
    steps = [each for each in variables[:1] if each.shape == () and each.dtype.kind in "iu"]
    slots = list(variables[1:])
    if slots and slots[0].shape == () and (not weights or weights[0][1] != ()):
        del slots[0]  # the learning rate
    kinds = _slots(name, settings)
    if name == "SGD" and len(slots) == len(weights):
        slots = []  # Keras 2 keeps momentums without using them
    shapes = [shape for _, shape in weights]
    expected = [s for s in shapes for _ in kinds] if name in _INTERLEAVED else shapes * len(kinds)
    if not steps or [each.shape for each in slots] != expected:
        notes.append("the state of the optimizer was left out")
        return {}
    state = {"iter": steps[0].astype(np.int32)}
    return state | _by_names(name, settings, kinds, slots, weights)


def _by_names(
    name: str,
    settings: Mapping[str, Any],
    kinds: Sequence[str],
    slots: Sequence[Array],
    weights: Sequence[tuple[str, tuple[int, ...]]],
) -> dict[str, Array]:
    found: dict[str, Array] = {}
    for number, kind in enumerate(kinds):
        if name in _INTERLEAVED:
            values = slots[number :: len(kinds)]
        else:
            values = slots[number * len(weights) : (number + 1) * len(weights)]
        for (weight, _), value in zip(weights, values, strict=True):
            # Keras's velocity is the step itself, TensorFlow.js's is the sum of gradients.
            scaled = value / -settings["learningRate"] if name == "Momentum" else value
            found[f"{weight}/{kind}"] = scaled.astype(np.float32)
    if name == "RMSProp" and "momentum" not in kinds:
        found |= {f"{key}/momentum": np.zeros(shape, np.float32) for key, shape in weights}
    return found


_INTERLEAVED = ("Adam", "Adadelta")
"""Optimizers whose slots Keras keeps weight by weight."""


def _slots(name: str, settings: Mapping[str, Any]) -> list[str]:
    """Return the slots of an optimizer in Keras's order."""
    if name == "RMSProp":
        found = ["rms"]
        found += ["momentum"] if settings.get("momentum") else []
        return found + (["mg"] if settings.get("centered") else [])
    known = {
        "SGD": [],
        "Momentum": ["momentum"],
        "Adam": ["m", "v"],
        "Adagrad": ["accumulator"],
        "Adadelta": ["accum_grad", "accum_var"],
    }
    return known.get(name, ["unknown"])


def _optimizer(given: Any) -> dict[str, Any] | None:
    if isinstance(given, str):
        named = {name.lower(): name for name in _OPTIMIZERS}.get(given.lower(), "")
        given = {"class_name": named, "config": _KERAS_DEFAULTS.get(named)}
    if not isinstance(given, Mapping) or not isinstance(given.get("config"), Mapping):
        return None
    config = given["config"]
    known = _OPTIMIZERS.get(str(given.get("class_name")).rpartition(">")[2])
    rate = config.get("learning_rate", config.get("lr"))
    if known is None or not isinstance(rate, int | float):
        return None
    name, keys = known
    # Stored as float32: 0.009999999776 is 0.01.
    found = {
        mine: config[theirs] for theirs, mine in keys.items() if config.get(theirs) is not None
    }
    found["learningRate"] = float(f"{rate:.7g}")
    if name == "SGD" and config.get("momentum"):
        name = "Momentum"
        found["momentum"] = config["momentum"]
        found["useNesterov"] = bool(config.get("nesterov"))
    return {"class_name": name, "config": found}


def _mapped(value: Any, known: frozenset[str], names: Mapping[str, str], notes: list[str]) -> Any:
    """Return losses or metrics by the names of TensorFlow.js, or None if one is not known."""
    if isinstance(value, list):
        found = [_mapped(each, known, names, notes) for each in value]
        return None if any(each is None for each in found) else found
    if isinstance(value, Mapping) and "class_name" in value:
        return _of_object(value, known, names, notes)
    if isinstance(value, Mapping):
        named = {key: _mapped(each, known, names, notes) for key, each in value.items()}
        return None if any(each is None for each in named.values()) else named
    if not isinstance(value, str):
        return None
    name = re.sub("([a-z])([A-Z])", r"\1_\2", value).lower()
    name = names.get(name, name)
    return name if name in known else None


def _of_object(
    value: Mapping[str, Any], known: frozenset[str], names: Mapping[str, str], notes: list[str]
) -> str | None:
    config = value.get("config")
    config = config if isinstance(config, Mapping) else {}
    name = config.get("name") or value["class_name"]
    found = _mapped(str(name), known, names, notes) or _mapped(
        str(value["class_name"]), known, names, notes
    )
    lost = [k for k, v in config.items() if k not in ("name", "reduction") and v not in _DEFAULTS]
    if found is not None and lost:
        notes.append(f"the settings {', '.join(lost)} of {value['class_name']} were left out")
    return found if isinstance(found, str) else None
