"""Topologies and weights of Keras 1 (2015 to 2017) -> those of Keras 2.

The names are those of ``keras/legacy/interfaces.py`` of Keras 2.0, and the weights those of
``preprocess_weights_for_loading`` in its ``topology.py``. Not tried with Keras 1 itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.converters.keras.layers import MODELS, class_of, entries_of
from pyio.errors import UnsupportedModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    Array = NDArray[Any]

_CLASSES = {
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "Deconvolution2D": "Conv2DTranspose",
    "SeparableConvolution2D": "SeparableConv2D",
}
_COMMON = {
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
    "border_mode": "padding",
    "nb_filter": "filters",
    "subsample": "strides",
    "subsample_length": "strides",
    "filter_length": "kernel_size",
    "pool_length": "pool_size",
    "stride": "strides",
    "atrous_rate": "dilation_rate",
    "inner_init": "recurrent_initializer",
    "inner_activation": "recurrent_activation",
    "U_regularizer": "recurrent_regularizer",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "p": "rate",
    "sigma": "stddev",
    "gamma_init": "gamma_initializer",
    "beta_init": "beta_initializer",
    "dim_ordering": "data_format",
}
"""Setting of Keras 1 -> of Keras 2."""

_OLD_KEYS = {"init", "nb_filter", "border_mode", "inner_init", "W_regularizer"}

_WITH_UNITS = ("Dense", "LSTM", "GRU", "SimpleRNN")
_INITIALIZERS = {
    "uniform": "RandomUniform",
    "normal": "RandomNormal",
    "zero": "Zeros",
    "one": "Ones",
    "identity": "Identity",
    "orthogonal": "Orthogonal",
    "lecun_uniform": "LeCunUniform",
    "glorot_uniform": "GlorotUniform",
    "glorot_normal": "GlorotNormal",
    "he_uniform": "HeUniform",
    "he_normal": "HeNormal",
}
_MERGES = {
    "sum": "Add",
    "mul": "Multiply",
    "ave": "Average",
    "max": "Maximum",
    "concat": "Concatenate",
    "dot": "Dot",
}
_ORDERS = {"tf": "channels_last", "th": "channels_first"}

_GATES: Mapping[str, tuple[int, ...]] = {"LSTM": (0, 2, 1, 3), "GRU": (0, 1, 2)}
"""Class -> which of the gates of Keras 1 (i, c, f, o; z, r, h) is first, second … in Keras 2."""


def is_keras_1(version: str | None, entry: Mapping[str, Any]) -> bool:
    """Whether Keras 1 wrote a file; before 1.2 it did not note its version."""
    if version is not None:
        return version.partition(".")[0] in ("0", "1")
    configs = [each.get("config") for each in entries_of(entry)]
    return any(isinstance(each, dict) and not _OLD_KEYS.isdisjoint(each) for each in configs)


def modernize(entry: dict[str, Any]) -> None:
    """Change the topology of a model of Keras 1 in place."""
    if isinstance(entry.get("config"), list):  # a Sequential
        entry["config"] = {"name": entry.get("name", "sequential_1"), "layers": entry["config"]}
    for each in entries_of(entry):
        _modernize_layer(each)


def _modernize_layer(entry: dict[str, Any]) -> None:
    name, config = class_of(entry), entry.get("config")
    if name in MODELS:
        modernize(entry)
        return
    if not isinstance(config, dict):
        return
    entry["class_name"] = name = _CLASSES.get(name, name)
    if name == "Merge":
        _merge(entry, config)
        return
    _rename(name, config)
    if config.get("input_dtype") and "batch_input_shape" in config:
        config.setdefault("dtype", config["input_dtype"])
    for key, value in config.items():
        if key.endswith("_initializer") and isinstance(value, str):
            config[key] = {"class_name": _INITIALIZERS.get(value, value), "config": {}}
        if key.endswith(("_regularizer", "_constraint")) and isinstance(value, dict):
            config[key] = _penalty(value)
    if isinstance(config.get("layer"), dict):
        _modernize_layer(config["layer"])


def _rename(name: str, config: dict[str, Any]) -> None:
    for old, new in _COMMON.items():
        if old in config:
            config.setdefault(new, config.pop(old))
    if name in _WITH_UNITS and "output_dim" in config:
        config["units"] = config.pop("output_dim")
    if name in ("GRU", "SimpleRNN", "LSTM"):
        config.setdefault("reset_after", False)
    if name == "Embedding" and "kernel_initializer" in config:
        config["embeddings_initializer"] = config.pop("kernel_initializer")
    if "nb_row" in config and "nb_col" in config:
        config["kernel_size"] = [config.pop("nb_row"), config.pop("nb_col")]
    if "data_format" in config:
        config["data_format"] = _ORDERS.get(str(config["data_format"]), config["data_format"])
    if "forget_bias_init" in config:
        config["unit_forget_bias"] = config.pop("forget_bias_init") == "one"


def _penalty(value: dict[str, Any]) -> dict[str, Any] | None:
    """Return a regularizer or constraint; what is not known here does not change predictions."""
    if {"l1", "l2"} & value.keys():
        return {"class_name": "L1L2", "config": {k: value.get(k, 0.0) for k in ("l1", "l2")}}
    name = str(value.get("name")).lower()
    if name == "maxnorm":
        about = {"max_value": value.get("m", 2), "axis": value.get("axis", 0)}
        return {"class_name": "MaxNorm", "config": about}
    if name == "unitnorm":
        return {"class_name": "UnitNorm", "config": {"axis": value.get("axis", 0)}}
    return {"class_name": "NonNeg", "config": {}} if name == "nonneg" else None


def _merge(entry: dict[str, Any], config: dict[str, Any]) -> None:
    mode = config.get("mode")
    if not isinstance(mode, str) or mode not in _MERGES or "layers" in config:
        raise UnsupportedModelError(
            f"the Merge {config.get('name')!r} of Keras 1 has the mode {mode!r:.40} or layers "
            "inside, which is not read; load and save the model with Keras 2 first"
        )
    entry["class_name"] = _MERGES[mode]
    kept: dict[str, Any] = {"name": config.get("name")}
    if mode == "concat":
        kept["axis"] = config.get("concat_axis", -1)
    if mode == "dot":
        kept["axes"] = config.get("dot_axes")
    entry["config"] = kept


def modern_arrays(entry: Mapping[str, Any], arrays: Sequence[Array]) -> list[Array]:
    """Return the weights of a layer of Keras 1 as Keras 2 has them; `entry` is modernized."""
    name, config = class_of(entry), entry.get("config")
    config = config if isinstance(config, dict) else {}
    given = list(arrays)
    if name == "TimeDistributed" and isinstance(config.get("layer"), dict):
        return modern_arrays(config["layer"], given)
    if name == "Bidirectional" and isinstance(config.get("layer"), dict):
        half = len(given) // 2
        parts = given[:half], given[half:]
        return [each for part in parts for each in modern_arrays(config["layer"], part)]
    if name in _GATES and len(given) == 3 * len(_GATES[name]):
        return _gates(given, _GATES[name])
    convert = _KERNELS.get(name)
    return [convert(given[0], config), *given[1:]] if convert and given else given


def _gates(given: Sequence[Array], order: Sequence[int]) -> list[Array]:
    """Return kernel, recurrent kernel and bias out of three arrays for each gate."""
    import numpy as np  # late: only such files need it

    kinds = [[given[3 * gate + kind] for gate in order] for kind in range(3)]
    return [np.concatenate(parts, axis=-1) for parts in kinds]


def _conv1d(kernel: Array, _config: Mapping[str, Any]) -> Array:
    # (steps, 1, in, out); (out, in, steps, 1) before 1.1
    if kernel.ndim != 4:
        return kernel
    return kernel[:, 0] if kernel.shape[1] == 1 else kernel[:, :, :, 0].transpose(2, 1, 0)


def _conv2d(kernel: Array, config: Mapping[str, Any]) -> Array:
    if config.get("data_format") != "channels_first":
        return kernel
    return kernel.transpose(2, 3, 1, 0)


_KERNELS: Mapping[str, Callable[[Array, Mapping[str, Any]], Array]] = {
    "Conv1D": _conv1d,
    "Conv2D": _conv2d,
}


def turned_kernels(class_name: str, arrays: Sequence[Array]) -> list[Array]:
    """Return the weights of a layer whose file was written with Theano.

    Theano's convolutions turn the kernel around, those of all others do not
    (``conv_utils.convert_kernel`` of Keras 2).
    """
    given = list(arrays)
    count = {"ConvLSTM2D": 2}.get(class_name, 1)
    if class_name not in _CONVOLUTIONS:
        return given
    turned = []
    for kernel in given[:count]:
        turns = (slice(None, None, -1),) * (kernel.ndim - 2)
        turned.append(kernel[turns])
    return [*turned, *given[count:]]


_CONVOLUTIONS = ("Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "ConvLSTM2D")
