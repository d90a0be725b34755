"""Topologies: JSON that TensorFlow.js or Keras wrote -> a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pyio.errors import InvalidModelError, PyioError, UnknownLayersError
from pyio.format.json_text import loads
from pyio.limits import TOPOLOGY_DEPTH
from pyio.models.core.collection import without_collection
from pyio.models.core.parts import activation
from pyio.models.serialization import registry
from pyio.models.serialization.keras_config import normalize
from pyio.models.serialization.writers import make_explicit, needs_meaning, writer_of
from pyio.tracebacks import short

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyio.models.model import LayersModel

_CONTAINERS = (dict, list, tuple)
_PLAIN = frozenset((str, int, float, bool, type(None)))

_WRONG = (LookupError, TypeError, ValueError, AttributeError, RecursionError, ArithmeticError)
"""What Python raises where JSON is not what a layer expects; translated into InvalidModelError."""


@short
@without_collection
def model_from_json(
    json: str | bytes | Mapping[str, Any],
    custom_objects: Mapping[str, Any] | None = None,
    allow_unknown: bool = False,
) -> LayersModel:
    """Return the model that a topology describes, with freshly initialized weights.

    Args:
        json: The topology of TensorFlow.js, Keras 2 or Keras 3, as text or parsed. A whole
            ``model.json`` is accepted too; its weights are not read.
        custom_objects: Layer classes by name, in addition to those registered with
            `pyio.layers.register`. Functions are registered as activations of that name.
        allow_unknown: Use placeholders for classes that are not registered. Such a model can be
            inspected, copied and saved again, but not predict.

    Raises:
        UnknownLayersError: Classes are not registered; the error lists all of them.
        InvalidModelError: The JSON is not the topology of a model that can be built.
    """
    value: Any = loads(json, "the model topology") if isinstance(json, str | bytes) else json
    _check_nesting(value)
    value, around = _unwrapped(value)
    try:
        writer = writer_of(around, value)
        with registry.classes(custom_objects, allow_unknown):
            topology = normalize(value)
            if needs_meaning(around):
                make_explicit(topology, writer)
            # All unknown classes at once: building would stop at the first.
            unknown = dict.fromkeys(_unknown_classes(topology))
            if unknown and not allow_unknown:
                layers = [name for name, is_activation in unknown if not is_activation]
                functions = [name for name, is_activation in unknown if is_activation]
                notes = list(_reasons(topology))
                raise UnknownLayersError(layers, "build this model", functions, notes)
            model = cast("LayersModel", registry.layer_from_json(topology))
            model.writer = writer
            if model.outputs:
                _ = model.graph  # raises for a model that could not compute
            return model
    except PyioError:
        raise
    except _WRONG as error:
        raise InvalidModelError(
            f"the topology is not one that pyio can build ({type(error).__name__}: {error}); "
            "expected what LayersModel.toJSON() of TensorFlow.js or to_json() of Keras gives"
        ) from error


def _unwrapped(value: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the entry of the model, and the members around it that tell its writer."""
    around: dict[str, Any] = {}
    for key in ("modelTopology", "model_config", "class_name"):
        if isinstance(value, dict):
            around |= {name: value[name] for name in ("keras_version", "writer") if name in value}
            value = value[key] if isinstance(value.get(key), dict) else value
    name = value.get("class_name", value.get("className")) if isinstance(value, dict) else None
    if not isinstance(name, str) or name not in registry.MODELS:
        raise InvalidModelError(
            f"the topology has class_name {name!r}; a model of layers is "
            f"{', '.join(registry.MODELS)} (a graph model has none and cannot be built here)"
        )
    return value, around


def _check_nesting(value: Any) -> None:
    """Raise InvalidModelError for JSON that is too deep for the recursion that follows.

    Goes down level by level rather than into each branch, so that it does not recurse itself.
    """
    level, depth = [value] if isinstance(value, _CONTAINERS) else [], 0
    while level:
        depth += 1
        if depth > TOPOLOGY_DEPTH:
            raise InvalidModelError(
                f"the topology is nested deeper than {TOPOLOGY_DEPTH} lists and objects; "
                "no model that TensorFlow.js can open is"
            )
        # Each object once: one that contains itself is endlessly deep, but its levels stay small.
        inside = {
            id(each): each
            for item in level
            for each in (item.values() if isinstance(item, dict) else item)
            if type(each) not in _PLAIN and isinstance(each, _CONTAINERS)
        }
        level = list(inside.values())


def _reasons(value: Any) -> Iterator[str]:
    """Yield why layers of Keras in a normalized topology are never computed."""
    name, config = value["class_name"], value["config"]
    reason = registry.NEVER_COMPUTED.get(name)
    if reason is not None and registry.layer_class(name) is None:
        called = config.get("name") if isinstance(config, dict) else None
        yield f"The {name} {called!r:.80} {reason}"
    for inner in _inner(config):
        yield from _reasons(inner)


def _unknown_classes(value: Any) -> Iterator[tuple[str, bool]]:
    """Yield the classes and activations in a normalized topology that are not registered.

    Each with whether it is an activation.
    """
    name, config = value["class_name"], value["config"]
    cls = registry.layer_class(name)
    if name not in registry.MODELS and cls is None:
        yield name, False
        return
    for key in {"activation", "recurrent_activation"} & set(cls.options if cls else ()):
        if config.get(key) is not None:
            function = activation(config[key])
            if not registry.is_known_activation(function):
                yield registry.activation_class(function) or str(function), True
    for inner in _inner(config):
        yield from _unknown_classes(inner)


def _inner(config: Any) -> Iterator[Any]:
    if not isinstance(config, dict):
        return
    for key in ("layers", "cells", "layer", "cell", "backward_layer"):
        inner = config.get(key)
        if inner is None:  # nearly always
            continue
        for item in inner if isinstance(inner, list) else [inner]:
            if isinstance(item, dict) and "class_name" in item and "config" in item:
                yield item
