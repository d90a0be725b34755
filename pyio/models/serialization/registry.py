"""Layer classes by their names in a topology, and layers from their JSON."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from pyio.errors import InvalidModelError, UnknownLayersError
from pyio.models.core.layer import Layer
from pyio.models.core.names import to_snake_case
from pyio.models.core.options import OptionError
from pyio.models.core.parts import register_activation
from pyio.models.core.unknown import UnknownLayer
from pyio.models.ops.activations import ACTIVATIONS, ALONG_AN_AXIS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyio.models.ops.activations import Activation

L = TypeVar("L", bound=type[Layer])

FAMILIES: Mapping[str, str] = {
    "core": "InputLayer Dense Activation Dropout SpatialDropout1D",
    "embedding": "Masking Embedding",
    "reshaping": "Flatten RepeatVector Reshape Permute",
    "activation": "ReLU LeakyReLU PReLU ELU ThresholdedReLU Softmax",
    "convolutional": "Conv1D Conv2D Conv3D Conv2DTranspose Conv3DTranspose",
    "depthwise": "SeparableConv2D DepthwiseConv2D",
    "spatial": "Cropping2D UpSampling2D ZeroPadding2D",
    "pooling": (
        "MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D"
    ),
    "global_pooling": (
        "GlobalMaxPooling1D GlobalMaxPooling2D GlobalAveragePooling1D GlobalAveragePooling2D"
    ),
    "normalization": "BatchNormalization LayerNormalization",
    "noise": "GaussianNoise GaussianDropout AlphaDropout",
    "merge": "Add Multiply Average Maximum Minimum Concatenate Dot",
    "recurrent": "RNN SimpleRNN GRU LSTM",
    "cells": "SimpleRNNCell GRUCell LSTMCell StackedRNNCells",
    "convolutional_recurrent": "ConvLSTM2D ConvLSTM2DCell",
    "wrappers": "TimeDistributed Bidirectional",
    "preprocessing": "Rescaling Resizing CenterCrop CategoryEncoding RandomWidth",
}
"""The classes that TensorFlow.js has, in each module of `pyio.models.layers`.

A module is imported when one of its classes is first needed. This is, with `KERAS_FAMILIES`, the
one list of layers. `pyio.layers` takes its names from here, and so does
``scripts/generate/layer_stubs.py``, which writes their constructors for type checkers.
"""

FAMILY_OF: dict[str, str] = {
    name: family for family, names in FAMILIES.items() for name in names.split()
}

_PASSING = """
ActivityRegularization AugMix CutMix Identity MixUp RandAugment RandomBrightness
RandomColorDegeneration RandomColorJitter RandomContrast RandomElasticTransform RandomErasing
RandomFlip RandomGaussianBlur RandomGrayscale RandomHeight RandomHue RandomInvert
RandomPerspective RandomPosterization RandomRotation RandomSaturation RandomSharpness
RandomShear RandomTranslation RandomZoom SpatialDropout2D SpatialDropout3D
"""

PASSING = frozenset(_PASSING.split())
"""Classes that only Keras has and that do nothing when predicting."""

KERAS_FAMILIES: Mapping[str, str] = {
    "adapted": "Normalization Discretization",
    "adaptive_pooling": (
        "AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D "
        "AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D"
    ),
    "attention": "MultiHeadAttention GroupQueryAttention",
    "augmentation": _PASSING,
    "convolutional": "Conv1DTranspose",
    "convolutional_recurrent": "ConvLSTM1D ConvLSTM3D",
    "depthwise": "DepthwiseConv1D SeparableConv1D",
    "einsum": "EinsumDense",
    "embedding": "ReversibleEmbedding",
    "given_mask": "GivenMask",
    "global_pooling": "GlobalMaxPooling3D GlobalAveragePooling3D",
    "group_normalization": (
        "GroupNormalization RMSNormalization UnitNormalization SpectralNormalization"
    ),
    "keras_applications": "LayerScale CustomScaleLayer",
    "lookup": "StringLookup IntegerLookup Hashing",
    "merge": "Subtract",
    "operation": "KerasOp",
    "scored_attention": "Attention AdditiveAttention",
    "spatial": ("Cropping1D Cropping3D UpSampling1D UpSampling3D ZeroPadding1D ZeroPadding3D"),
    "text": "TextVectorization",
}
"""The classes that only Keras has, likewise. TensorFlow.js cannot open a model with one."""

KERAS_FAMILY_OF: dict[str, str] = {
    name: family for family, names in KERAS_FAMILIES.items() for name in names.split()
}

_CODE = (
    "holds Python code, which pyio never runs. Write what it does as a class, make it known with "
    "pyio.layers.register under this name or with custom_objects, or replace it in Keras"
)
_ELSEWHERE = "belongs to another library, which pyio does not run; replace it in Keras"
_NOT_YET = "is a layer of Keras that pyio does not compute; leave it out of the model in Keras"

NEVER_COMPUTED: Mapping[str, str] = {
    "Lambda": _CODE,
    **dict.fromkeys(("TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"), _ELSEWHERE),
    **dict.fromkeys(
        [
            "LocallyConnected1D",
            "LocallyConnected2D",
            "HashedCrossing",
            "MelSpectrogram",
            "STFTSpectrogram",
            "RandomCrop",
            "AutoContrast",
            "Equalization",
            "Solarization",
            "ContrastLimitedAdaptiveHistogramEqualization",
            "MaxNumBoundingBoxes",
            "Pipeline",
        ],
        _NOT_YET,
    ),
}
"""Layers of Keras that are refused, and why. A class of that name can be registered."""

ALIASES: Mapping[str, str] = {
    "GroupedQueryAttention": "GroupQueryAttention",
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "MaxPool1D": "MaxPooling1D",
    "MaxPool2D": "MaxPooling2D",
    "MaxPool3D": "MaxPooling3D",
    "AvgPool1D": "AveragePooling1D",
    "AvgPool2D": "AveragePooling2D",
    "AvgPool3D": "AveragePooling3D",
    "GlobalMaxPool1D": "GlobalMaxPooling1D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D",
    "GlobalMaxPool3D": "GlobalMaxPooling3D",
    "GlobalAvgPool1D": "GlobalAveragePooling1D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D",
    "GlobalAvgPool3D": "GlobalAveragePooling3D",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "SyncBatchNormalization": "BatchNormalization",
}
"""Keras's other names of layers."""

MODELS: Mapping[str, str] = {"Sequential": "Sequential", "Model": "Model", "Functional": "Model"}
"""The classes that are models, and the one that each is here."""

_MODEL_MODULES: Mapping[str, str] = {
    "Sequential": "pyio.models.sequential",
    "Model": "pyio.models.model",
}
"""The modules of the models. They import this one, so they are found by name when needed."""

_ON_EACH_NUMBER = ("ReLU", "LeakyReLU", "ELU", "ThresholdedReLU")

_WRITTEN_BY_TFJS: Mapping[str, str] = {
    to_snake_case(name): name for name in FAMILIES["activation"].split()
}
"""The layers that can be activations. TensorFlow.js writes their names in snake case there."""

_MODULE_OF: Mapping[str, str] = FAMILY_OF | KERAS_FAMILY_OF

_custom: dict[str, type[Layer]] = {}
_scope: ContextVar[Mapping[str, Any] | None] = ContextVar("custom_objects", default=None)
_placeholders: ContextVar[bool] = ContextVar("placeholders", default=False)


def register(cls: L) -> L:
    """Make a layer class known, so that models that use it can be loaded. A class decorator.

    The class is found by its ``class_name``, which is the name of the class unless it sets
    another. Registering a name again replaces the class, even one of pyio's own.
    """
    _custom[cls.class_name] = cls
    return cls


@cache
def _own_class(name: str) -> type[Layer]:
    module = import_module(f"pyio.models.layers.{_MODULE_OF[name]}")
    found: type[Layer] = getattr(module, name)
    return found


def layer_class(name: str) -> type[Layer] | None:
    """Return the class that a topology calls `name`, or None."""
    found = (_scope.get() or {}).get(name) or _custom.get(name)
    if found is None and name in MODELS:
        return None
    if found is None and name in _MODULE_OF:
        return _own_class(name)
    return found if isinstance(found, type) and issubclass(found, Layer) else None


def own_class(name: str) -> type[Layer] | None:
    """Return the class of the user's that a topology calls `name`, or None."""
    found = layer_class(name) if name in (_scope.get() or {}) or name in _custom else None
    return None if found is None or found.__module__.startswith("pyio.") else found


@contextmanager
def classes(custom_objects: Mapping[str, Any] | None, placeholders: bool) -> Iterator[None]:
    """Within the block, find `custom_objects` too, and use `placeholders` for unknown classes.

    Without `custom_objects`, those of the block around this one are found.

    Both are context variables, so that two loads at once do not see each other's classes.
    """
    if not isinstance(custom_objects, Mapping | None):
        raise InvalidModelError(
            f"custom_objects is a {type(custom_objects).__name__}; expected a dict of name -> class"
        )
    for name, value in (custom_objects or {}).items():
        if callable(value) and not isinstance(value, type):
            register_activation(name, value)
    known = _scope.get() if custom_objects is None else custom_objects
    tokens = _scope.set(known), _placeholders.set(placeholders)
    try:
        yield
    finally:
        _scope.reset(tokens[0])
        _placeholders.reset(tokens[1])


def layer_from_json(value: Any) -> Layer:
    """Return the layer or nested model of ``{"class_name": ..., "config": ...}``.

    Raises InvalidModelError where the JSON is not that, UnknownLayersError for an unknown class.
    """
    if not isinstance(value, Mapping) or not isinstance(value.get("class_name"), str):
        raise InvalidModelError(
            f"a layer should be an object with class_name and config, got {value!r:.120}"
        )
    name, config = value["class_name"], value.get("config")
    cls = layer_class(name)
    if cls is None and name in MODELS:
        model = getattr(import_module(_MODEL_MODULES[MODELS[name]]), MODELS[name])
        built: Layer = model.from_config(config)
        built.class_name = name  # "Functional" is written as it was read, as TensorFlow.js does
        return built
    if not isinstance(config, Mapping):
        raise InvalidModelError(f"the config of a {name} is {config!r:.120}; expected an object")
    if cls is not None:
        made: Layer = cls.from_config(config)
        if cls is (_scope.get() or {}).get(name):
            made.class_name = name  # the name by which the caller knows it, also for the next load
        return made
    if not _placeholders.get():
        raise UnknownLayersError([name], "build this model")
    return UnknownLayer(name, config)


def layer_option(value: Any) -> Layer:
    """Accept a layer, or its JSON: the check of options that hold a layer."""
    if isinstance(value, Layer):
        return value
    if not isinstance(value, Mapping):
        raise OptionError("a layer")
    return layer_from_json(value)


def layers_option(value: Any) -> list[Layer]:
    """Accept a list of layers, or of their JSON."""
    if not isinstance(value, list | tuple):
        raise OptionError("a list of layers")
    return [layer_option(item) for item in value]


def activation_class(value: Any) -> str | None:
    """Return the class of an activation that is a layer, or None for the name of a function."""
    if isinstance(value, Mapping):
        return str(value["class_name"])
    return None if value in ACTIVATIONS else _WRITTEN_BY_TFJS.get(value)


def is_known_activation(value: Any) -> bool:
    """Whether `value`, as `pyio.models.core.parts.activation` returns it, can be computed."""
    name = activation_class(value)
    return value in ACTIVATIONS if name is None else layer_class(name) is not None


def acts_on_each_number(value: Any) -> bool:
    """Whether an activation treats each number by itself, so that axes do not matter to it."""
    name = activation_class(value)
    return value not in ALONG_AN_AXIS if name is None else name in _ON_EACH_NUMBER


def activation_function(value: Any, layer: str) -> Activation:
    """Return the function of an activation: of a name, or of a layer with its settings.

    Raises UnknownLayersError naming the `layer`, and InvalidModelError for a layer with weights.
    """
    name = activation_class(value)
    if not is_known_activation(value):
        unknown = value if name is None else name
        raise UnknownLayersError([], f"compute the activation of the layer {layer!r}", [unknown])
    if name is None:
        return ACTIVATIONS[value]
    config = value["config"] if isinstance(value, Mapping) else {}
    made = layer_from_json({"class_name": name, "config": config})

    def act(x: Any) -> Any:
        y = made(x)
        if made.weights:
            raise InvalidModelError(
                f"the activation of {layer!r} is a {name}, which has weights; files do not have "
                "them for activations. Use it as a layer of its own"
            )
        return y

    return act
