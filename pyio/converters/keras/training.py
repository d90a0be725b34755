"""What a model of Keras was compiled with -> the training config of TensorFlow.js."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_RATE = {"learning_rate": "learningRate"}
_MOMENTS = {**_RATE, "beta_1": "beta1", "beta_2": "beta2", "epsilon": "epsilon"}
_OPTIMIZERS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "SGD": ("SGD", _RATE),
    "Adam": ("Adam", _MOMENTS),
    "AdamW": ("AdamW", {**_MOMENTS, "weight_decay": "weightDecay"}),
    "Nadam": ("Nadam", _MOMENTS),
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
"""Class of Keras -> class of TensorFlow.js or of pyio, and which settings go where."""

_CLIPPING = ("clipnorm", "clipvalue", "global_clipnorm")
"""Settings of all optimizers that pyio has by the same names, and TensorFlow.js ignores."""

_ONLY_HERE = ("AdamW", "Nadam")
"""Optimizers that TensorFlow.js does not have, and without which it opens no training config."""

_OTHERWISE = {
    "amsgrad": (False,),
    "use_ema": (False,),
    "gradient_accumulation_steps": (None, 1),
    "decay": (None, 0),
    "weight_decay": (None, 0, False),
}
"""Settings that change the steps, and the values with which they do not. pyio has none of them."""

_KERAS_DEFAULTS: Mapping[str, Mapping[str, float]] = {
    "SGD": {"learning_rate": 0.01},
    "Adam": {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7},
    "AdamW": {
        "learning_rate": 0.001,
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": 1e-7,
        "weight_decay": 0.004,
    },
    "Nadam": {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7},
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

_DEFAULTS: Mapping[str, Any] = {"label_smoothing": 0, "axis": -1, "threshold": 0.5}
"""Settings of losses and metrics that mean nothing. Others do if they are not None or False:
``ignore_class=0`` and ``class_id=0`` are a choice."""

LOSS_SETTINGS = ("from_logits", "label_smoothing")
"""Settings of cross-entropies that pyio has by the same names, and TensorFlow.js ignores."""

_NEUTRAL = ("name", "dtype", "reduction", "fn")
_MEANS = ("None", "auto", "sum_over_batch_size", "mean", "sum_over_weights")
"""Reductions of a loss that are the mean over the examples."""


def training_config(
    compiled: Any, notes: list[str], *, outputs: Sequence[str] = (), for_tfjs: bool = True
) -> dict[str, Any] | None:
    """Return the training config in TensorFlow.js's form, or None.

    A config that says more than can be computed here is left out whole, and `notes` says why.

    Args:
        compiled: What the model was compiled with, as Keras writes it.
        notes: Gets sentences on what was left out.
        outputs: The names of the outputs.
        for_tfjs: Leave out as well what TensorFlow.js cannot read: it would refuse the model.
    """
    if not isinstance(compiled, Mapping) or not compiled.get("loss"):
        return None
    optimizer, why = _optimizer(inner_optimizer(given_optimizer(compiled)), for_tfjs=for_tfjs)
    if optimizer is None:
        notes.append(f"the training config was left out: {why}")
        return None
    lost: list[str] = []
    loss = _mapped(compiled["loss"], _LOSSES, _SHORT, lost)
    settings = _settings(compiled["loss"])
    if loss is None or lost:
        why = lost[0] if lost else "pyio and TensorFlow.js do not have its loss"
    elif compiled.get("loss_weights"):
        why = "its losses have weights, which is not computed here"
    if why:
        notes.append(f"the training config was left out: {why}; compile the model again")
        return None
    if compiled.get("weighted_metrics"):
        notes.append("weighted_metrics were left out: metrics take no weights here")
    metrics = _mapped(_of_outputs(compiled, outputs), _METRICS, _SHORT_METRICS, notes)
    if metrics is None:
        notes.append("the metrics were left out: TensorFlow.js does not have all of them")
        metrics = []
    found = {"loss": loss, "metrics": metrics, "optimizer_config": optimizer}
    return found | ({"loss_settings": settings} if settings else {})


def _of_outputs(compiled: Mapping[str, Any], outputs: Sequence[str]) -> Any:
    """Return the metrics: Keras 2 has a list for each output, TensorFlow.js the outputs by name."""
    metrics = compiled.get("metrics") or []
    if not isinstance(metrics, list) or not any(isinstance(each, list) for each in metrics):
        return metrics
    if len(metrics) == len(outputs) > 1:
        return {name: each or [] for name, each in zip(outputs, metrics, strict=True)}
    return metrics[0] if len(metrics) == 1 else metrics


def given_optimizer(compiled: Mapping[str, Any]) -> Any:
    """Return the optimizer as Keras 2 or Keras 3 calls it."""
    return compiled.get("optimizer_config") or compiled.get("optimizer")


def inner_optimizer(given: Any) -> Any:
    """Return the optimizer itself: Keras wraps that of a ``mixed_float16`` model."""
    config = given.get("config") if isinstance(given, Mapping) else None
    inner = config.get("inner_optimizer") if isinstance(config, Mapping) else None
    return inner if isinstance(inner, Mapping) else given


def _optimizer(given: Any, *, for_tfjs: bool) -> tuple[dict[str, Any] | None, str]:
    """Return the config of an optimizer; or None, and the reason."""
    if isinstance(given, str):
        named = {name.lower(): name for name in _OPTIMIZERS}.get(given.lower(), given)
        given = {"class_name": named, "config": _KERAS_DEFAULTS.get(named)}
    if not isinstance(given, Mapping) or not isinstance(given.get("config"), Mapping):
        return None, f"the optimizer is {_shown(given)}"
    config = given["config"]
    class_name = str(given.get("class_name")).rpartition(">")[2]
    if class_name == "Adam" and config.get("weight_decay"):
        class_name = "AdamW"  # Keras computes the same for both
    known = _OPTIMIZERS.get(class_name)
    why = _unlike(class_name, config, for_tfjs=for_tfjs)
    if known is None or why:
        return None, why or f"the optimizer is {class_name!r:.60}"
    name, keys = known
    # Numbers were stored as float32: 0.009999999776 is 0.01.
    found: dict[str, Any] = {
        mine: config[theirs] for theirs, mine in keys.items() if config.get(theirs) is not None
    }
    found["learningRate"] = float(f"{config.get('learning_rate', config.get('lr')):.7g}")
    if name == "SGD" and config.get("momentum"):
        name = "Momentum"
        found["momentum"] = config["momentum"]
        found["useNesterov"] = bool(config.get("nesterov"))
    clipping = {key: config[key] for key in _CLIPPING if config.get(key) is not None}
    return {"class_name": name, "config": found | clipping}, ""


def _unlike(class_name: str, config: Mapping[str, Any], *, for_tfjs: bool) -> str:
    """Return what pyio, or TensorFlow.js, would compute otherwise; empty for nothing."""
    if for_tfjs and class_name in _ONLY_HERE:
        return f"TensorFlow.js does not have the optimizer {class_name}"
    rate = config.get("learning_rate", config.get("lr"))
    if isinstance(rate, bool) or not isinstance(rate, int | float):
        return f"the learning rate of {class_name} is {_shown(rate)}"
    for key, usual in _OTHERWISE.items():
        if key == "weight_decay" and class_name == "AdamW":
            continue
        if config.get(key, usual[0]) not in usual:
            return f"the optimizer {class_name} has {key}={config[key]!r:.40}"
    return ""


def _shown(value: Any) -> str:
    named = value.get("class_name") if isinstance(value, Mapping) else value
    return f"{named!r:.60}"


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


def _settings(value: Any) -> Any:
    """Return the settings of a loss, or of losses in the form in which they are given; or None."""
    if isinstance(value, list):
        found = [_settings(each) for each in value]
        return found if any(found) else None
    if not isinstance(value, Mapping):
        return None
    if "class_name" not in value:
        named = {key: _settings(each) for key, each in value.items()}
        return {key: each for key, each in named.items() if each} or None
    config = value.get("config")
    config = config if isinstance(config, Mapping) else {}
    own = {key: _rounded(config[key]) for key in LOSS_SETTINGS if config.get(key)}
    return own or None


def _rounded(value: Any) -> Any:
    return float(f"{value:.7g}") if isinstance(value, float) else value


def _says(key: str, value: Any) -> bool:
    """Whether a setting of a loss or a metric asks for something."""
    if value is None or value is False:
        return False
    return isinstance(value, bool) or bool(value != _DEFAULTS.get(key))


def _of_object(
    value: Mapping[str, Any], known: frozenset[str], names: Mapping[str, str], notes: list[str]
) -> str | None:
    config = value.get("config")
    config = config if isinstance(config, Mapping) else {}
    name = config.get("name") or value["class_name"]
    # The class comes first: a metric may have any name. Wrappers of functions have that alone.
    found = _mapped(str(value["class_name"]), known, names, notes) or _mapped(
        str(name), known, names, notes
    )
    kept = _NEUTRAL + (LOSS_SETTINGS if known is _LOSSES else ())
    lost = [f"{k}={v!r:.20}" for k, v in config.items() if k not in kept and _says(k, v)]
    if str(config.get("reduction")) not in _MEANS:
        lost.append(f"reduction={config['reduction']!r:.20}")
    if found is not None and lost:
        notes.append(f"{value['class_name']} has {', '.join(lost)}, which is not computed here")
    return found if isinstance(found, str) else None
