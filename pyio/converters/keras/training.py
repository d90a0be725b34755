"""What a model of Keras was compiled with -> the training config of TensorFlow.js."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_OPTIMIZERS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "SGD": ("SGD", {"learning_rate": "learning_rate"}),
    "Adam": ("Adam", {k: k for k in ("learning_rate", "beta_1", "beta_2", "epsilon")}),
    "Adamax": ("Adamax", {k: k for k in ("learning_rate", "beta_1", "beta_2", "epsilon")}),
    "Adagrad": (
        "Adagrad",
        {
            "learning_rate": "learning_rate",
            "initial_accumulator_value": "initial_accumulator_value",
        },
    ),
    "Adadelta": ("Adadelta", {k: k for k in ("learning_rate", "rho", "epsilon")}),
    "RMSprop": (
        "RMSProp",
        {
            "learning_rate": "learning_rate",
            "rho": "decay",
            "momentum": "momentum",
            "epsilon": "epsilon",
            "centered": "centered",
        },
    ),
}
"""Class of Keras -> class of TensorFlow.js, and which settings go where."""

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
_METRICS = _LOSSES | {
    *("accuracy", "acc", "binary_accuracy", "categorical_accuracy"),
    *("sparse_categorical_accuracy", "precision", "recall"),
}
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
    loss = _mapped(compiled["loss"], _LOSSES, notes)
    if loss is None:
        notes.append("the training config was left out: TensorFlow.js does not have its loss")
        return None
    metrics = _mapped(compiled.get("metrics") or [], _METRICS, notes)
    if metrics is None:
        notes.append("the metrics were left out: TensorFlow.js does not have all of them")
        metrics = []
    if compiled.get("loss_weights"):
        notes.append("the weights of the losses were left out")
    return {"loss": loss, "metrics": metrics, "optimizer_config": optimizer}


def _optimizer(given: Any) -> dict[str, Any] | None:
    if isinstance(given, str):  # with the defaults of Keras
        named = {name.lower(): name for name in _OPTIMIZERS}.get(given.lower())
        rate = 0.01 if named == "SGD" else 0.001
        given = {"class_name": named, "config": {"learning_rate": rate}}
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
    found["learning_rate"] = float(f"{rate:.7g}")
    if name == "SGD" and config.get("momentum"):
        name = "Momentum"
        found["momentum"] = config["momentum"]
        found["use_nesterov"] = bool(config.get("nesterov"))
    return {"class_name": name, "config": found}


def _mapped(value: Any, known: frozenset[str], notes: list[str]) -> Any:
    """Return losses or metrics by the names of TensorFlow.js, or None if one is not known."""
    if isinstance(value, list):
        found = [_mapped(each, known, notes) for each in value]
        return None if any(each is None for each in found) else found
    if isinstance(value, Mapping) and "class_name" in value:
        return _of_object(value, known, notes)
    if isinstance(value, Mapping):
        named = {key: _mapped(each, known, notes) for key, each in value.items()}
        return None if any(each is None for each in named.values()) else named
    if not isinstance(value, str):
        return None
    name = re.sub("([a-z])([A-Z])", r"\1_\2", value).lower()
    name = _SHORT.get(name, name)
    return name if name in known else None


def _of_object(value: Mapping[str, Any], known: frozenset[str], notes: list[str]) -> str | None:
    config = value.get("config")
    config = config if isinstance(config, Mapping) else {}
    name = config.get("name") or value["class_name"]
    found = _mapped(str(name), known, notes) or _mapped(str(value["class_name"]), known, notes)
    lost = [k for k, v in config.items() if k not in ("name", "reduction") and v not in _DEFAULTS]
    if found is not None and lost:
        notes.append(f"the settings {', '.join(lost)} of {value['class_name']} were left out")
    return found if isinstance(found, str) else None
