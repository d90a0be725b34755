"""Masks that topologies of Keras pass to layers as arguments.

Keras 3 writes the masks that layers pass on by themselves as operations and arguments. Layers here
pass them on too, so those are left out: TensorFlow.js can open the model then. Every other mask,
such as one that is an input, becomes a layer `GivenMask` in front of the layer that takes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pyio.errors import InvalidModelError
from pyio.models.serialization import registry
from pyio.models.serialization.keras_arguments import MASKS, Arguments, is_place, places_in
from pyio.models.serialization.keras_operations import is_operation

_JOINING = frozenset(
    [
        "Any",
        "ConvertToTensor",
        "LogicalAnd",
        "LogicalOr",
        "Concatenate",
        "ExpandDims",
        "Squeeze",
        "Cast",
        "OnesLike",
        "ZerosLike",
        "BroadcastTo",
        "Stack",
    ]
)
"""Operations that Keras 3 writes where layers join masks, behind ``NotEqual``."""

_FREE = ("OnesLike", "ZerosLike")
"""Those that make the mask of an input without one."""

_PLACES: Mapping[str, int] = {"query_mask": 0, "value_mask": 1, "key_mask": 2}
_RECURRENT = ["RNN", "SimpleRNN", "GRU", "LSTM", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"]


class Masks:
    """The masks of one functional model.

    Attributes:
        added: The entries of the layers `GivenMask` that are needed, with their connections.
    """

    def __init__(
        self, entries: Sequence[Mapping[str, Any]], nodes: Sequence[Sequence[Any]]
    ) -> None:
        self.added: list[dict[str, Any]] = []
        self._given = entries, nodes
        self._entries: dict[Any, Mapping[str, Any]] = {}
        self._inputs: dict[Any, list[list[Any]]] = {}
        self._sources: set[tuple[Any, ...]] = set()
        # Found out once: a graph has exponentially many ways through it.
        self._automatic: dict[Any, bool] = {}
        self._carrying: dict[Any, bool] = {}

    def _look_at_entries(self) -> None:
        """Find what each layer takes, and which layers make masks. Few models need it."""
        for entry, calls in zip(*self._given, strict=True):
            config = entry.get("config")
            config = config if isinstance(config, Mapping) else {}
            name = entry.get("name") or config.get("name")
            places = [place[:3] for place in places_in(_without_masks(calls))]
            self._entries[name], self._inputs[name] = entry, places
            if _makes_mask(entry, config):
                self._sources |= {tuple(place) for place in places}

    def given(
        self, name: str, class_name: str, tensors: list[list[Any]], arguments: Arguments
    ) -> list[list[Any]]:
        """Return the inputs of a call, those with a mask of their own replaced by a `GivenMask`."""
        result = list(tensors)
        if not self._entries and any(key in arguments.named for key in MASKS):
            self._look_at_entries()
        for key in MASKS:
            value = arguments.named.get(key)
            several = value if isinstance(value, list) and not is_place(value) else [value]
            for number, each in enumerate(several):
                place = next(places_in(each), None)
                index = _PLACES.get(key, number)
                if place is None or (self._is_automatic(place) and index >= len(result)):
                    continue
                if index >= len(result):
                    raise InvalidModelError(
                        f"the {class_name} {name!r} is called with the argument {key!r} from "
                        f"{place[0]!r}, and has no input that it belongs to"
                    )
                if not (self._is_automatic(place) and self._carries(result[index])):
                    result[index] = self._add(name, result[index], place)
        return result

    def _add(self, name: str, tensor: list[Any], mask: list[Any]) -> list[Any]:
        new = f"{name}_mask_{len(self.added)}"
        while new in self._entries:
            new += "_"
        call = [[*tensor[:3], {}], [*mask[:3], {}]]
        self.added.append(
            {
                "name": new,
                "class_name": "GivenMask",
                "config": {"name": new},
                "inbound_nodes": [call],
            }
        )
        return [new, 0, 0]

    def _is_automatic(self, place: Sequence[Any]) -> bool:
        """Whether the mask at a place is made of those that layers of the model make."""
        if place[0] not in self._automatic:
            self._automatic[place[0]] = False  # a circle is refused when it is connected
            self._automatic[place[0]] = self._joins_automatic(place)
        return self._automatic[place[0]]

    def _joins_automatic(self, place: Sequence[Any]) -> bool:
        entry = self._entries.get(place[0])
        if entry is None or not is_operation(entry):
            return False
        inputs = self._inputs[place[0]]
        if entry["class_name"] == "NotEqual":
            return len(inputs) == 1 and tuple(inputs[0]) in self._sources
        if entry["class_name"] not in _JOINING:
            return False
        inner = [each for each in inputs if self._is_operation(each)]
        if not inner:
            return entry["class_name"] in _FREE
        return all(self._is_automatic(each) for each in inner)

    def _is_operation(self, place: Sequence[Any]) -> bool:
        return place[0] in self._entries and is_operation(self._entries[place[0]])

    def _carries(self, place: Sequence[Any]) -> bool:
        """Whether the tensor at a place has a mask that layers pass on to it."""
        if place[0] not in self._carrying:
            self._carrying[place[0]] = False
            self._carrying[place[0]] = self._is_given_mask(place)
        return self._carrying[place[0]]

    def _is_given_mask(self, place: Sequence[Any]) -> bool:
        entry = self._entries.get(place[0])
        config = entry.get("config") if entry is not None else None
        if entry is None or not isinstance(config, Mapping):
            return False
        if _makes_mask(entry, config):
            return True
        name = str(entry.get("class_name"))
        cls = registry.layer_class(name)
        if is_operation(entry) or cls is None or name.startswith("Global"):
            return False
        if name in _RECURRENT and not config.get("return_sequences"):
            return False
        passes = cls.supports_masking or "use_mask" in cls.options
        inputs = self._inputs[place[0]]
        return bool(passes) and any(self._carries(each) for each in inputs)


def _makes_mask(entry: Mapping[str, Any], config: Mapping[str, Any]) -> bool:
    name = entry.get("class_name")
    return name == "Masking" or (
        name in ("Embedding", "ReversibleEmbedding") and bool(config.get("mask_zero"))
    )


def _without_masks(calls: Sequence[Any]) -> list[Any]:
    """Return calls without their arguments for masks."""
    result: list[Any] = []
    for call in calls:
        if isinstance(call, Mapping):
            kwargs = call.get("kwargs") or {}
            result.append([call.get("args"), {k: v for k, v in kwargs.items() if k not in MASKS}])
        else:
            result.append([place[:3] for place in call if isinstance(place, list)])
    return result
