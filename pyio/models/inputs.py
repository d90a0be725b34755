"""The inputs of a model: symbolic tensors when it is made, arrays when it computes."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.errors import InvalidModelError, ModelInputError
from pyio.models.core.graph import SymbolicTensor
from pyio.models.core.layer import texts
from pyio.models.core.shapes import shape_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pyio.models.core.container import Container

_COMPUTED = {
    "float32": "float32",
    "float16": "float32",
    "float64": "float32",
    "int32": "int32",
    "int64": "int32",
    "int16": "float32",
    "int8": "float32",
    "uint8": "float32",
    "uint16": "float32",
    "uint32": "int32",
    "uint64": "int32",
    "bool": "bool",
}
"""The dtypes that files declare for inputs, and what models compute them with.

Small integers are images and sound, for layers that compute with fractions. float32 has them all.
"""

_NAMES = {"mixed_float16": "float16", "mixed_bfloat16": "float32", "bfloat16": "float32"}
"""Other names in files of Keras. NumPy has no bfloat16, so those numbers are not rounded."""


def standardize(model: Container, x: Any) -> list[NDArray[Any]]:
    """Return `x` as one array per input, in the input's dtype. Raises ModelInputError."""
    _ = model.graph  # raises for an empty model
    given = _per_input(model, x)
    if len(given) != len(model.inputs):
        raise ModelInputError(
            f"the model {model.name!r} has {len(model.inputs)} inputs {model.input_names}; "
            f"{len(given)} arrays were given"
        )
    arrays = [_fitting(a, tensor) for a, tensor in zip(given, model.inputs, strict=True)]
    _refuse_text(model)
    if len(arrays) > 1 and len({len(array) for array in arrays}) > 1:
        raise ModelInputError(
            f"all inputs need the same number of examples, got {[len(array) for array in arrays]}"
        )
    return arrays


def _refuse_text(model: Container) -> None:
    """Raise ModelInputError where an input of text goes into a layer that takes numbers."""
    words = {id(tensor): tensor for tensor in model.inputs if tensor.dtype == "string"}
    for node in model.graph.nodes if words else ():
        for tensor in node.inputs:
            if id(tensor) in words and not getattr(node.layer, "takes_text", False):
                raise ModelInputError(
                    f"the input {tensor.layer.name!r} is declared as 'string'; the "
                    f"{node.layer.class_name} {node.layer.name!r} takes numbers"
                )


def tensors(given: Any, what: str) -> list[SymbolicTensor]:
    """Return the given inputs or outputs of a model as a list. Raises InvalidModelError."""
    tensors = list(given) if isinstance(given, list | tuple) else [given]
    for tensor in tensors:
        if not isinstance(tensor, SymbolicTensor):
            raise InvalidModelError(
                f"the {what} of a model are tensors from pyio.Input and layers called on them; "
                f"got {tensor!r:.120}"
            )
    return tensors


def check_inputs(inputs: Sequence[SymbolicTensor]) -> None:
    """Raise InvalidModelError unless all `inputs` are from `pyio.Input`, each given once."""
    if len(set(map(id, inputs))) < len(inputs):
        raise InvalidModelError("an input is given twice; each input appears once")
    for tensor in inputs:
        if tensor.node.inputs or tensor.layer.class_name != "InputLayer":
            raise InvalidModelError(
                f"{tensor!r} cannot be an input: it is the output of the {tensor.layer.class_name} "
                f"{tensor.layer.name!r}; inputs are made by pyio.Input"
            )


def _per_input(model: Container, x: Any) -> list[Any]:
    """Return what `x` has for each input: `x` is one value, a list of them, or a dict by name."""
    if isinstance(x, np.ndarray):  # nearly always
        return [x]
    if isinstance(x, list | tuple):
        return list(x) if len(model.inputs) > 1 or _is_list_of_one(x, model) else [x]
    if isinstance(x, Mapping):
        if len(x) != len(model.inputs) or any(name not in x for name in model.input_names):
            raise ModelInputError(
                f"the model {model.name!r} has the inputs {model.input_names}; got {list(x)}"
            )
        return [x[name] for name in model.input_names]
    return [x]


def _is_list_of_one(x: Sequence[Any], model: Container) -> bool:
    """Whether a list for a model with one input contains the array, rather than its rows."""
    if len(x) != 1:
        return False
    if hasattr(x[0], "__array__") and not isinstance(x[0], np.generic):
        return True
    # Nested lists can be either. The rank decides, because one reading is one dimension deeper.
    rank = len(model.inputs[0].shape or ())
    inner: Any = x
    depth = 0
    while isinstance(inner, list | tuple):
        depth, inner = depth + 1, inner[0] if inner else None
    return depth + getattr(inner, "ndim", 0) > rank


def numbers(value: Any, what: str) -> NDArray[Any]:
    """Return `value` as an array of numbers. Raises ModelInputError naming `what`."""
    try:
        array = np.asarray(value)
    except ValueError:
        raise ModelInputError(
            f"{what} takes an array of numbers; the lists given have different lengths"
        ) from None
    if array.dtype.kind not in "fiub":
        raise ModelInputError(f"{what} takes numbers; got an array of {array.dtype}")
    return array


def check_batch_size(batch_size: int) -> None:
    """Raise ModelInputError unless `batch_size` is a whole number from 1."""
    if isinstance(batch_size, bool) or not isinstance(batch_size, Integral) or batch_size < 1:
        raise ModelInputError(f"batch_size is {batch_size!r}; expected a whole number from 1")


def _fitting(value: Any, tensor: SymbolicTensor) -> NDArray[Any]:
    what = f"the input {tensor.layer.name!r}"
    if tensor.dtype == "string":
        array = texts(np.asarray(value), f"{what} is declared as 'string' and")
    else:
        array = numbers(value, what)
    shape = tensor.shape
    if (
        shape is None
        or array.ndim != len(shape)
        or (
            array.shape[1:] != shape[1:]  # they are the same where all sides are known
            and any(
                side is not None and side != given
                for side, given in zip(shape[1:], array.shape[1:], strict=True)
            )
        )
    ):
        wanted = [side if side is not None else "any" for side in shape_of(shape or (), "")]
        raise ModelInputError(
            f"the input {tensor.layer.name!r} takes arrays of shape {wanted}, the number of "
            f"examples first; got {list(array.shape)}"
        )
    if tensor.dtype == "string":
        return array
    as_computed = array.dtype == tensor.dtype == _COMPUTED.get(tensor.dtype)
    return array if as_computed else _cast(array, tensor)


def _cast(array: NDArray[Any], tensor: SymbolicTensor) -> NDArray[Any]:
    """Return `array` in the dtype of the input, then in the one that models compute with."""
    dtype = _NAMES.get(tensor.dtype, tensor.dtype)
    if dtype not in _COMPUTED:
        raise ModelInputError(
            f"the input {tensor.layer.name!r} is declared as {tensor.dtype!r}; models compute with "
            f"numbers, and inputs may be {', '.join(_COMPUTED)}"
        )
    computed = _COMPUTED[dtype]
    if computed == "int32" and array.dtype.kind in "iuf" and array.size:
        low, high = array.min(), array.max()
        if not -(2**31) <= low <= high < 2**31:
            raise ModelInputError(
                f"the input {tensor.layer.name!r} takes whole numbers, which models compute as "
                f"int32; got numbers from {low} to {high}"
            )
    return array.astype(dtype, copy=False).astype(computed, copy=False)
