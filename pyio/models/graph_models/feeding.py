"""What a caller gives a graph model: arrays by input, checked against what the input declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.errors import ModelInputError
from pyio.models.graph_models.values import INT, RUN_TIME, TEXT, Array, as_bytes, settled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.models.graph_models.signature import TensorInfo


def by_input(x: Any, inputs: Sequence[TensorInfo], model: str) -> dict[str, Any]:
    """Return `x` by the keys of inputs: one array, a list in the order of the inputs, or a dict.

    A dict is returned as it is. Raises ModelInputError for another number of arrays.
    """
    if isinstance(x, Mapping):
        return dict(x)
    listed = _listed(x, inputs)
    if len(listed) != len(inputs):
        raise ModelInputError(
            f"{model} has {len(inputs)} inputs {[each.key for each in inputs]}; "
            f"{len(listed)} arrays were given"
        )
    return {each.key: value for each, value in zip(inputs, listed, strict=True)}


def _listed(x: Any, inputs: Sequence[TensorInfo]) -> list[Any]:
    if not isinstance(x, list | tuple):
        return [x]
    if len(inputs) != 1:
        return list(x)
    # A list for the only input is either its rows, or contains the array.
    one_array = len(x) == 1 and hasattr(x[0], "__array__") and not isinstance(x[0], np.generic)
    return list(x) if one_array else [x]


def batches(given: Mapping[str, Any], batch_size: int) -> list[dict[str, Any]]:
    """Return inputs cut into parts of `batch_size` examples. Raises ModelInputError."""
    if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1:
        raise ModelInputError(f"batch_size is {batch_size!r:.60}; expected a whole number from 1")
    arrays = {key: np.asarray(value) for key, value in given.items()}
    lengths = {len(array) if array.ndim else None for array in arrays.values()}
    if len(lengths) != 1 or None in lengths:
        raise ModelInputError(
            "batch_size needs inputs with the same number of examples; got the shapes "
            f"{[list(array.shape) for array in arrays.values()]}"
        )
    length = len(next(iter(arrays.values())))
    return [
        {key: array[start : start + batch_size] for key, array in arrays.items()}
        for start in range(0, max(length, 1), batch_size)
    ]


def joined(parts: Sequence[Array]) -> Array:
    """Return the results of batches as one array. Raises ModelInputError."""
    if any(not part.ndim or part.shape[1:] != parts[0].shape[1:] for part in parts):
        raise ModelInputError(
            f"the results of batches have the shapes {[list(part.shape) for part in parts[:4]]}, "
            "which cannot be joined; leave out batch_size"
        )
    return np.concatenate(parts)


def checked(
    value: Any, name: str, dtype: str | None, shape: tuple[int | None, ...] | None
) -> Array:
    """Return `value` as an array of a run-time dtype. Raises ModelInputError if it does not fit.

    Args:
        value: An array, or numbers in lists.
        name: The input, for messages.
        dtype: The declared type. Arrays have to be of its kind; lists of whole numbers may stand
            for fractions.
        shape: The declared sides, None for those that may be any, or None for any rank.
    """
    try:
        array = value if isinstance(value, np.ndarray) else np.asarray(value)
    except ValueError:
        raise ModelInputError(
            f"the input {name!r} takes an array; the lists given have different lengths"
        ) from None
    exact = hasattr(value, "__array__")
    if not exact and dtype is not None and array.size == 0 and dtype in RUN_TIME:
        array = array.astype(RUN_TIME[dtype])
    if shape is not None and not _fits(array.shape, shape):
        sides = ["any" if side is None else side for side in shape]
        raise ModelInputError(
            f"the input {name!r} takes arrays of shape {sides}; got {list(array.shape)}"
        )
    return _converted(array, name, dtype, exact)


def _fits(given: tuple[int, ...], shape: tuple[int | None, ...]) -> bool:
    return len(given) == len(shape) and all(
        want is None or want == side for want, side in zip(shape, given, strict=True)
    )


def _converted(array: Array, name: str, dtype: str | None, exact: bool) -> Array:
    kind = array.dtype.kind
    text = kind in "SU" or (kind == "T") or (kind == "O" and _is_text(array))
    if dtype in {"resource", "variant"}:
        raise ModelInputError(f"the input {name!r} is a {dtype}, which no array can be")
    wanted = RUN_TIME.get(dtype or "")
    if wanted is None:
        if text:
            return as_bytes(array)
        if kind not in "fiubc":
            raise ModelInputError(f"the input {name!r} takes numbers or text; got {array.dtype}")
        return _whole(array, name, "int32") if kind in "iu" else settled(array)
    if wanted == TEXT:
        if not text:
            raise _other(name, dtype, array)
        return as_bytes(array)
    allowed = {"f": "f", "i": "iu", "b": "b", "c": "c"}[wanted.kind]
    allowed += "iu" if wanted.kind == "f" and not exact else ""
    allowed += "f" if wanted.kind == "c" and not exact else ""
    if kind not in allowed:
        raise _other(name, dtype, array)
    return _whole(array, name, dtype or "") if wanted == INT else array.astype(wanted, copy=False)


def _other(name: str, dtype: str | None, array: Array) -> ModelInputError:
    as_ = {"string": "an array of text"}.get(dtype or "", f".astype({dtype!r}) converts it")
    return ModelInputError(
        f"the input {name!r} takes {dtype}; got an array of {array.dtype} ({as_})"
    )


def _is_text(array: Array) -> bool:
    return all(isinstance(each, str | bytes) for each in array.reshape(-1).tolist())


def _whole(array: Array, name: str, dtype: str) -> Array:
    """Return whole numbers as int32, if they fit it and what is declared."""
    bounds = np.iinfo(dtype)
    low, high = max(bounds.min, -(2**31)), min(bounds.max, 2**31 - 1)
    if array.size and not low <= int(array.min()) <= int(array.max()) <= high:
        raise ModelInputError(
            f"the input {name!r} takes {dtype}, which graph models compute as int32: numbers from "
            f"{low} to {high}; got numbers from {array.min()} to {array.max()}"
        )
    return array.astype(INT, copy=False)
