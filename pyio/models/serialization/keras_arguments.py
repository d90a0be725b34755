"""The arguments of calls in topologies of Keras: which are tensors, and which are options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyio.errors import InvalidModelError

_ATTENTION = ("query", "value", "key", "query_mask", "value_mask", "key_mask", "attention_mask")
_NAMED: Mapping[str, tuple[str, ...]] = {
    "MultiHeadAttention": _ATTENTION,
    "GroupQueryAttention": _ATTENTION,
    "GroupedQueryAttention": _ATTENTION,
}
"""Classes whose calls take several tensors by name, with the names in order."""

_MEANT = ("use_causal_mask", "return_attention_scores")
"""Arguments of calls that are options of the layer here."""

_RANDOM = [
    "AlphaDropout",
    "BatchNormalization",
    "Dropout",
    "GaussianDropout",
    "GaussianNoise",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
]

_WITH_STATES = [
    "RNN",
    "SimpleRNN",
    "GRU",
    "LSTM",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
    "Bidirectional",
]

MASKS = ("mask", "query_mask", "value_mask", "key_mask")


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of one call, the tensors in them as places or objects of Keras.

    Attributes:
        positional: Those without a name.
        named: Those with one.
        plain: The arguments that are no tensors, as they were written.
        keras_3: Whether Keras 3 wrote the call.
    """

    positional: list[Any]
    named: dict[str, Any]
    plain: dict[str, Any]
    keras_3: bool


def arguments_of(node: Any) -> Arguments:
    """Return the arguments of a call: an object of Keras 3, or a list of places."""
    if isinstance(node, Mapping):
        args, kwargs = node.get("args") or [], node.get("kwargs") or {}
        return Arguments(list(args), dict(kwargs), {}, True)
    positional = [place[2] if is_constant(place) else place[:3] for place in node]
    named: dict[str, Any] = {}
    for place in node:
        if len(place) > 3 and isinstance(place[3], Mapping):
            named |= place[3]
    plain = {k: v for k, v in named.items() if k not in _MEANT and not any(places_in(v))}
    return Arguments([positional[0] if len(positional) == 1 else positional], named, plain, False)


def is_place(value: Any) -> bool:
    """Whether a value is ``[layer, call, output]``, with or without arguments behind."""
    return (
        isinstance(value, list)
        and len(value) >= 3
        and isinstance(value[0], str)
        and type(value[1]) is int
        and type(value[2]) is int
        and not is_constant(value)
    )


def is_constant(value: Any) -> bool:
    """Whether a value is a constant that Keras 2 writes where a place is expected."""
    return isinstance(value, list) and len(value) > 2 and value[0] == "_CONSTANT_VALUE"


def is_single(node: Any) -> bool:
    """Whether a call has one place and no arguments, as nearly all calls have."""
    if not isinstance(node, list) or len(node) != 1 or not is_place(node[0]):
        return False
    return len(node[0]) == 3 or (len(node[0]) == 4 and not node[0][3])


def places_in(value: Any) -> Iterator[list[Any]]:
    """Return the places of tensors anywhere in a value, in order."""
    found: list[list[Any]] = []
    _add_places(value, found)
    return iter(found)


_LEAVES = (str, int, float, type(None))


def _add_places(value: Any, found: list[list[Any]]) -> None:
    # What there is most of comes first: asking whether something is a Mapping takes longest.
    if isinstance(value, _LEAVES):
        return
    if is_place(value):
        found.append(value)
    elif isinstance(value, list | tuple):
        for item in value:
            _add_places(item, found)
    elif isinstance(value, Arguments):
        _add_places([value.positional, value.named], found)
    elif isinstance(value, Mapping):
        history = (value.get("config") or {}).get("keras_history") if "config" in value else None
        if value.get("class_name") == "__keras_tensor__" and isinstance(history, list):
            found.append(history)
        else:
            for item in value.values():
                _add_places(item, found)


def tensors_of(class_name: str, arguments: Arguments) -> list[list[Any]]:
    """Return the places that a layer takes as inputs, in its own order, without masks."""
    order = _NAMED.get(class_name)
    named = {key: value for key, value in arguments.named.items() if key not in MASKS}
    if order is None or not (arguments.keras_3 or any(places_in(named))):
        return list(places_in([arguments.positional, named]))
    given = dict(zip(order, _flat(arguments.positional), strict=False)) | named
    return [place for key in order if key not in MASKS for place in places_in(given.get(key))]


def _flat(positional: list[Any]) -> list[Any]:
    """Return arguments without the list that Keras 2 writes around several tensors."""
    only = positional[0] if len(positional) == 1 else None
    return list(only) if isinstance(only, list) and not is_place(only) else positional


def kept_with_call(class_name: str, arguments: Arguments) -> dict[str, Any]:
    """Return the arguments that stay with a call of Keras's, because another call can have others.

    Keras 3 overrides `training` with that of the model.
    """
    if not arguments.keras_3:
        return arguments.plain
    if class_name != "ReversibleEmbedding":
        return {}
    given = dict(zip(("inputs", "reverse"), arguments.positional, strict=False)) | arguments.named
    return {"reverse": True} if given.get("reverse") is True else {}


def kept_with_own_call(
    name: str, takes: Sequence[str] | None, arguments: Arguments
) -> dict[str, Any]:
    """Return the arguments that stay with a call of a class of the user's.

    Args:
        name: The name of the layer.
        takes: What its `call` takes besides its input, or None if that may be anything.
        arguments: Those of the call.

    Raises InvalidModelError for one that `call` does not take.
    """
    kept = arguments.plain
    if arguments.keras_3:
        further = [value for value in _flat(arguments.positional) if not any(places_in(value))]
        kept = dict(zip(takes or (), further, strict=False)) | {
            key: value for key, value in arguments.named.items() if not any(places_in(value))
        }
        kept.pop("training", None)
        if takes is not None and len(further) > len(takes):
            _refuse(name, further[-1], takes)
    for key in kept:
        if takes is not None and key not in (*takes, "mask", "training"):
            _refuse(name, key, takes)
    return kept


def _refuse(name: str, what: Any, takes: Sequence[str]) -> None:
    raise InvalidModelError(
        f"the layer {name!r} is called with {what!r:.80}; besides its input, the call of its "
        f"class takes {', '.join(takes) or 'nothing'}"
    )


def options_of(class_name: str, name: str, arguments: Arguments) -> dict[str, Any]:
    """Return the options of a layer that the arguments of its call mean."""
    named = arguments.named
    if named.get("training") is True and class_name in _RANDOM and not arguments.keras_3:
        raise InvalidModelError(
            f"the {class_name} {name!r} is called with training=True, so it computes as in "
            "training when the model predicts; pyio does not do that"
        )
    found = {key: named[key] for key in _MEANT if named.get(key) is True}
    if class_name in _WITH_STATES and arguments.keras_3 and not any(places_in(named.get("mask"))):
        # Keras 3 finds the mask of a call by itself if it has one tensor (keras 3.15 Layer).
        found |= {"ignores_mask": True} if len(list(places_in(arguments))) > 1 else {}
    if class_name in _NAMED:
        given = dict(zip(_ATTENTION, _flat(arguments.positional), strict=False)) | named
        if any(places_in(given.get("attention_mask"))):
            found["takes_attention_mask"] = True
    return found
