"""A node that is ready to compute: its op's function with the attributes of this node."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.errors import OpError, OutOfMemoryError, PyioError, UnknownOpsError
from pyio.limits import CALL_WORK
from pyio.models.graph_models.attributes import kind, value_of
from pyio.models.graph_models.ops.all import OPS
from pyio.models.graph_models.ops.table import Call
from pyio.models.graph_models.values import NARROW, TensorList, narrowed, settled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.models.graph_models.nodes import Node
    from pyio.models.graph_models.ops.table import Runner

_WRONG = (ArithmeticError, AttributeError, AssertionError, LookupError, TypeError, ValueError)
"""What NumPy and Python raise where arrays do not fit an op; translated into OpError."""


class Kernel:
    """Computes one node. Called with the run and the inputs, it returns all outputs."""

    __slots__ = ("_calls", "_function", "_narrow", "_node", "_work")

    def __init__(self, node: Node) -> None:
        """Read the attributes of `node`. Raises InvalidModelError and UnknownOpsError."""
        found = OPS.get(node.op)
        if found is None:
            raise UnknownOpsError({node.op: [node.name]})
        attributes = {
            name: value_of(attribute, name, node.attributes, node.where)
            for name, attribute in found.attributes.items()
        }
        self._node = node
        self._function = partial(found.function, **attributes) if attributes else found.function
        self._calls = found.calls
        self._work = found.work
        type_ = value_of(kind(), "T", node.attributes, node.where) if found.wraps else ""
        self._narrow = type_ if type_ in NARROW else ""

    def __call__(self, run: Runner, inputs: list[Any]) -> tuple[Any, ...]:
        """Return the outputs. Raises OpError if the inputs do not fit the op."""
        try:
            if self._work is not None:
                run.count_work(self._work(*inputs))
            if self._calls:
                result = self._function(Call(self._node.name, run), *inputs)
            else:
                result = self._function(*inputs)
            # A handle of a list is a tuple of its own type.
            several = result if type(result) is tuple else (result,)
            outputs = tuple([settled(each) for each in several])
            run.count_work(CALL_WORK + sum([_size(each) for each in outputs]))
        except PyioError as error:
            raise _named(error, self._node) from None
        except MemoryError as error:
            raise OutOfMemoryError(f"the result of {self._node.where}") from error
        except _WRONG as error:
            raise OpError(self._node.name, self._node.op, _problem(error), _told(inputs)) from error
        if self._narrow:
            outputs = tuple(narrowed(each, self._narrow) for each in outputs)
        return outputs


def _size(value: Any) -> int:
    """Return how much there is to copy in a result."""
    if isinstance(value, np.ndarray):
        return value.size
    return len(value) if isinstance(value, TensorList) else 0


def _named(error: PyioError, node: Node) -> PyioError:
    """Return the error of a value, with the name of the node that has it."""
    if isinstance(error, OpError | OutOfMemoryError) or node.where in str(error):
        return error
    error.args = (f"{node.where}: {error}", *error.args[1:])
    return error


def _problem(error: Exception) -> str:
    text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    return text or type(error).__name__


def _told(inputs: Sequence[Any]) -> str:
    """Return the shapes and dtypes of inputs for a message."""
    return ", ".join(
        f"{each.dtype.name}{list(each.shape)}"
        if isinstance(each, np.ndarray)
        else type(each).__name__
        for each in inputs[:8]
    )
