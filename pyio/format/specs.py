"""Weight specs as JSON: the entries of ``weightSpecs`` and of a weights manifest. Needs no NumPy.

Member order and spelling are TensorFlow.js's (tfjs-core ``encodeWeights``: name, shape, dtype,
group) and its Python converter's (quantization: dtype, min, scale, original_dtype).
"""

from __future__ import annotations

import operator
import sys
from itertools import chain
from json import JSONEncoder
from numbers import Integral
from operator import attrgetter
from typing import TYPE_CHECKING

from pyio import limits
from pyio.errors import WeightsError
from pyio.format.artifacts import TFJS_ELEMENT_SIZES, Quantization, WeightSpec
from pyio.format.json_text import JSONText, dumps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.format.json_text import JSONValue

_USUAL = ("name", "shape", "dtype")

_RARE = attrgetter("group", "quantization", "numpy_dtype", "json")
_ABSENT = (None, None, None, None)

_ENCODER = JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))

_QUANTIZED_TARGETS = {
    "float16": ("float32",),
    "uint8": ("float32", "int32"),
    "uint16": ("float32", "int32"),
}


def specs_from_json(value: JSONValue, what: str = "the weight specs") -> tuple[WeightSpec, ...]:
    """Return parsed weight specs as values. Raises WeightsError, naming entry and member."""
    if not isinstance(value, list):
        raise WeightsError(f"{what} should be a list, not {_kind(value)}")
    require_count(len(value), what)
    return tuple([_spec(entry, f"entry {index} of {what}") for index, entry in enumerate(value)])


def require_count(count: int, what: str) -> None:
    """Raise WeightsError for more tensors than any model has."""
    if count > limits.TENSORS:
        raise WeightsError(
            f"{what} list {count:,} tensors; at most {limits.TENSORS:,} are read "
            "(pyio.limits.TENSORS)"
        )


def specs_to_json(specs: Sequence[WeightSpec], *, as_read: bool = True) -> list[JSONValue]:
    """Return the specs as JSON values.

    Members stand in the order that TensorFlow.js gives them. With `as_read`, specs that were read
    from the file of another program are what they were there.
    """
    return [(as_read and spec.json) or _spec_to_json(spec) for spec in specs]


def specs_text(specs: Sequence[WeightSpec]) -> str:
    """Return ``dumps(specs_to_json(specs))``, in a quarter of the time for usual specs."""
    if not _are_usual(specs):
        return dumps(specs_to_json(specs))
    entries = [{"name": spec.name, "shape": spec.shape, "dtype": spec.dtype} for spec in specs]
    return dumps(JSONText(_ENCODER.encode(entries)))


def _are_usual(specs: Sequence[WeightSpec]) -> bool:
    """Whether Python's ``json`` writes these specs as JavaScript does, with three members each.

    All are looked at together and not one by one: models have thousands of tensors.
    """
    texts = [text for spec in specs for text in (spec.name, spec.dtype)]
    shapes = [spec.shape for spec in specs]
    if not (set(map(type, texts)) <= {str} and set(map(type, shapes)) <= {tuple}):
        return False
    sides = [*chain.from_iterable(shapes)]
    return (
        set(map(type, sides)) <= {int}
        and max(sides, default=0) < limits.SIDE
        and all(map(_ABSENT.__eq__, map(_RARE, specs)))
    )


def require_readable(specs: Sequence[WeightSpec]) -> None:
    """Raise WeightsError if the specs, once written, could not be read again.

    Shapes are checked with the sizes (`pyio.format.layout`), and not here.
    """
    require_count(len(specs), "the weight specs")
    for index, spec in enumerate(specs):
        plain = type(spec.name) is str and type(spec.dtype) is str
        optional = (spec.group, spec.quantization, spec.numpy_dtype)
        if not plain or optional != (None, None, None):
            _spec(_spec_to_json(spec), f"entry {index} of the weight specs")


def round_tripped(specs: Sequence[WeightSpec]) -> tuple[WeightSpec, ...]:
    """Return `specs` as they will be once they were written and read again."""
    return specs_from_json(specs_to_json(specs, as_read=False))


def require_shape(spec: WeightSpec) -> None:
    """Raise WeightsError for a shape that no array can have."""
    sides, largest = spec.shape, limits.SIDE
    possible = len(sides) <= limits.SIDES
    for side in sides:
        # The exact type first: asking an ABC takes far longer.
        whole = type(side) is int or (isinstance(side, Integral) and not isinstance(side, bool))
        possible = possible and whole and 0 <= side <= largest
    if not possible:
        raise WeightsError(
            f"weight {spec.name!r} has the shape {sides!r:.80}; at most {limits.SIDES} whole "
            "numbers from 0 to 2**53 are expected"
        )


def stored_length(spec: WeightSpec) -> int | None:
    """Return `WeightSpec.byte_length`. Raises WeightsError as `require_shape` does.

    Usual specs are checked and measured in one loop: models have thousands of tensors.
    """
    plain = spec.quantization is None and type(spec.dtype) is str
    length, largest = TFJS_ELEMENT_SIZES.get(spec.dtype) if plain else None, limits.SIDE
    if length is not None and len(spec.shape) <= limits.SIDES:
        for side in spec.shape:
            if type(side) is not int or not 0 <= side <= largest:
                break
            length *= side
        else:
            return length
    require_shape(spec)
    return spec.byte_length


def _spec_to_json(spec: WeightSpec) -> dict[str, JSONValue]:
    try:
        shape: list[JSONValue] = [operator.index(side) for side in spec.shape]
    except TypeError:  # a side is no whole number
        require_shape(spec)
        raise
    entry: dict[str, JSONValue] = {
        "name": spec.name,
        "shape": shape,
        "dtype": spec.dtype,
    }
    if spec.group is not None:
        entry["group"] = spec.group
    if spec.quantization is not None:
        how = spec.quantization
        members = ("dtype", "min", "scale", "original_dtype")
        entry["quantization"] = {
            member: getattr(how, member) for member in members if getattr(how, member) is not None
        }
    if spec.numpy_dtype is not None:
        entry["numpyDtype"] = spec.numpy_dtype
    return entry


def _spec(entry: JSONValue, what: str) -> WeightSpec:
    if not isinstance(entry, dict):
        raise WeightsError(f"{what} should be an object, not {_kind(entry)}")
    name, dtype = _text(entry, "name", what), _text(entry, "dtype", what)
    shape = entry.get("shape")
    if not isinstance(shape, list) or not all(type(side) is int and side >= 0 for side in shape):
        raise WeightsError(
            f"{what} ({name!r}) has the shape {shape!r:.80}; "
            "a list of whole numbers from 0 is expected"
        )
    quantization = entry.get("quantization")
    spec = WeightSpec(
        name=name,
        shape=tuple(shape),
        dtype=dtype,
        group=_text(entry, "group", what) if entry.get("group") is not None else None,
        quantization=None
        if quantization is None
        else _quantization(quantization, f"the quantization of {name!r}", dtype),
        numpy_dtype=_text(entry, "numpyDtype", what) if "numpyDtype" in entry else None,
    )
    require_shape(spec)  # before the sides are multiplied: the product can be astronomical
    # The members that nearly all specs have need not be compared.
    if tuple(entry) != _USUAL and not _same_text(entry, _spec_to_json(spec)):
        spec.remember_json(entry)
    return spec


def _same_text(first: JSONValue, second: JSONValue) -> bool:
    """Whether two values are written as the same text, so far as specs can differ."""
    if isinstance(first, dict) and isinstance(second, dict):
        return list(first) == list(second) and all(_same_text(first[k], second[k]) for k in first)
    return first == second


def _quantization(value: JSONValue, what: str, target: str) -> Quantization:
    if not isinstance(value, dict):
        raise WeightsError(f"{what} should be an object, not {_kind(value)}")
    dtype = _text(value, "dtype", what)
    if dtype not in _QUANTIZED_TARGETS:
        raise WeightsError(f"{what} is to {dtype!r}; float16, uint8 and uint16 are known")
    targets = _QUANTIZED_TARGETS[dtype]
    if target not in targets:
        raise WeightsError(
            f"{what} is to {dtype}, which can stand for {' or '.join(targets)} and not for {target}"
        )
    original = value.get("original_dtype")
    if dtype == "float16":
        return Quantization(dtype, original_dtype=original if isinstance(original, str) else None)
    return Quantization(
        dtype,
        min=_real(value, "min", what),
        scale=_real(value, "scale", what),
        original_dtype=original if isinstance(original, str) else None,
    )


def _real(entry: dict[str, JSONValue], member: str, what: str) -> float:
    value = entry.get(member)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WeightsError(f"{what} has {member} {value!r}; a number is expected")
    if not abs(value) <= sys.float_info.max:
        raise WeightsError(f"{what} has a {member} that is not a finite double")
    return float(value)


def _text(entry: dict[str, JSONValue], member: str, what: str) -> str:
    value = entry.get(member)
    if not isinstance(value, str):
        raise WeightsError(f"{what} has no {member}: a string is expected, not {_kind(value)}")
    return value


def _kind(value: JSONValue) -> str:
    if value is None:
        return "null"
    return {dict: "an object", list: "a list", str: "a string", bool: "a boolean"}.get(
        type(value), "a number"
    )
