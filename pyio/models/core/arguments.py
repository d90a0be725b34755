"""The arguments of a layer's call besides its inputs.

A call in a model keeps them, and they are stored with it, as in Keras and TensorFlow.js. An
argument that a layer does not take is an error: ignoring it would change numbers.
"""

from __future__ import annotations

from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from pyio.errors import InvalidModelError, PyioError
from pyio.format.json_text import dumps
from pyio.models.core.graph import SymbolicTensor
from pyio.models.core.phase import without_phase

if TYPE_CHECKING:
    from collections.abc import Mapping

_ANY_KEYWORD = 0x08
"""The flag of functions with ``**kwargs``. `inspect` has it too, but is slow to import."""

_EVERYWHERE = ("mask", "training")
"""Arguments that every layer can be called with."""


class Called(Protocol):
    """A layer, as far as its calls need it; see `pyio.models.core.layer`."""

    class_name: str
    name: str
    uses_mask: ClassVar[bool]
    call_arguments: ClassVar[tuple[str, ...] | None]

    def call(self, x: Any, /) -> Any:
        """Return the output."""
        ...

    def compute(self, x: Any, mask: Any) -> tuple[Any, Any]:
        """Return the output and its mask."""
        ...


_L = TypeVar("_L", bound=Called)


def names_of(call: Any) -> tuple[str, ...] | None:
    """Return what a method `call` takes besides its input, or None if that may be anything."""
    while hasattr(call, "__wrapped__"):  # a decorated method
        call = call.__wrapped__
    code = getattr(call, "__code__", None)
    if code is None or code.co_flags & _ANY_KEYWORD:
        return None
    return tuple(code.co_varnames[2 : code.co_argcount + code.co_kwonlyargcount])


def of_arrays(layer: Called, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments for `call` with arrays.

    Raises InvalidModelError for one that the layer does not take.
    """
    kept = {}
    for name, value in given.items():
        if _is_own(layer, name):
            kept[name] = value
        elif name == "mask":  # so that every layer can be called with a mask
            kept |= {name: value} if layer.uses_mask else {}
        else:
            _require_known(layer, name, value)
    return kept


def of_a_model(layer: Called, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that stay with a call in a model.

    Raises InvalidModelError for one that the layer does not take or that JSON cannot hold.
    """
    kept = {}
    for name, value in given.items():
        if isinstance(value, SymbolicTensor):
            raise InvalidModelError(
                f"{layer.class_name} {layer.name!r} is called with the tensor {name}; give the "
                "tensors that a layer takes as its inputs, as in layer([a, b]). Masks come from "
                "Masking, or from Embedding with mask_zero"
            )
        if _is_own(layer, name):
            kept[name] = value
        elif name == "mask" and value is not None:
            raise InvalidModelError(
                f"{layer.class_name} {layer.name!r} is called with a mask in a model; masks come "
                "from Masking, or from Embedding with mask_zero"
            )
        else:
            _require_known(layer, name, value)
            if name == "training" and value is not None:
                kept[name] = False
    try:
        dumps(kept)
    except PyioError as error:
        raise InvalidModelError(
            f"{layer.class_name} {layer.name!r} is called with arguments that a model cannot be "
            f"stored with: {error}"
        ) from error
    return kept


def called_with(layer: _L, given: Mapping[str, Any]) -> _L:
    """Return the layer as a call with the arguments `given` computes it: for most, itself.

    The result shares everything with the layer, its weights and states too.
    """
    own = {name: value for name, value in given.items() if _is_own(layer, name)}
    predicts = given.get("training") is False and "training" not in own
    if not own and not predicts:
        return layer
    called, compute = copy(layer), layer.compute
    if own:
        called.call = partial(layer.call, **own)  # type: ignore[method-assign]
        compute = called.compute
    if predicts:  # while the model is trained, too
        compute = partial(without_phase, compute)
    called.compute = compute  # type: ignore[method-assign]
    return called


def _is_own(layer: Called, name: str) -> bool:
    """Whether `call` takes an argument itself."""
    if layer.call_arguments is None:
        return name not in _EVERYWHERE
    return name != "mask" and name in layer.call_arguments


def _require_known(layer: Called, name: str, value: Any) -> None:
    what = f"{layer.class_name} {layer.name!r} is called with {name}={value!r:.60}"
    if name not in _EVERYWHERE:
        known = ", ".join(dict.fromkeys([*(layer.call_arguments or ()), *_EVERYWHERE]))
        raise InvalidModelError(f"{what}; besides its inputs it takes {known}")
    if name == "training" and value:
        raise InvalidModelError(
            f"{what}; layers compute as in training during fit alone, so leave it out"
        )
