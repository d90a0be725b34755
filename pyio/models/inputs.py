"""The inputs of a model: symbolic tensors when it is made, arrays when it computes."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.errors import InvalidModelError, ModelInputError
from pyio.models.core.graph import SymbolicTensor
from pyio.models.core.shapes import shape_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pyio.models.core.container import Container


def standardize(model: Container, x: Any) -> list[NDArray[Any]]:
    """Return `x` as one array per input, in the input's dtype. Raises ModelInputError."""
    _ = model.graph  # raises for an empty model
    if isinstance(x, dict):
        missing = [name for name in model.input_names if name not in x]
        if missing or len(x) != len(model.inputs):
            raise ModelInputError(
                f"the model {model.name!r} has the inputs {model.input_names}; got {list(x)}"
            )
        x = [x[name] for name in model.input_names]
    # A list is one array per input, or for a model with one input the rows of that array. Only a
    # list of one NumPy array is understood as "a list with one per input" there.
    several = isinstance(x, list | tuple) and len(model.inputs) > 1
    given = list(x) if several or (isinstance(x, list) and _is_array(x)) else [x]
    if len(given) != len(model.inputs):
        raise ModelInputError(
            f"the model {model.name!r} has {len(model.inputs)} inputs {model.input_names}; "
            f"{len(given)} arrays were given"
        )
    arrays = [_fitting(a, tensor) for a, tensor in zip(given, model.inputs, strict=True)]
    if len({len(array) for array in arrays}) > 1:
        raise ModelInputError(
            f"all inputs need the same number of examples, got {[len(array) for array in arrays]}"
        )
    return arrays


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


def _is_array(values: list[Any]) -> bool:
    return len(values) == 1 and isinstance(values[0], np.ndarray)


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
    array = numbers(value, f"the input {tensor.layer.name!r}")
    shape = tensor.shape
    if (
        shape is None
        or array.ndim != len(shape)
        or any(
            side is not None and side != given
            for side, given in zip(shape[1:], array.shape[1:], strict=True)
        )
    ):
        wanted = [side if side is not None else "any" for side in shape_of(shape or (), "")]
        raise ModelInputError(
            f"the input {tensor.layer.name!r} takes arrays of shape {wanted}, the number of "
            f"examples first; got {list(array.shape)}"
        )
    if tensor.dtype not in ("float32", "int32", "bool"):
        raise ModelInputError(
            f"the input {tensor.layer.name!r} is declared as {tensor.dtype!r}; models compute with "
            "float32, int32 and bool"
        )
    return array.astype(tensor.dtype, copy=False)
