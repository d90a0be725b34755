"""Plan: a model compiled for one shape of its inputs, and how it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.kernel.rows import address, table
from pyio.models.core.weight import Weight
from pyio.models.plans.compiling import Compiler, NumPyPart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pyio.models.core.graph import Graph
    from pyio.models.plans.constants import Constants

    Array = NDArray[Any]

BLOCK_BYTES = 1 << 20
"""A plan computes as many examples at once as have about so much memory, which caches can hold.

Large images are computed one at a time: the next layer finds them in the cache then.
"""


class Plan:
    """The rows of a model, for inputs of some shapes.

    Args:
        graph: The model.
        arrays: Inputs of these shapes and dtypes.
        constants: The constants of the model.

    Raises Unplanned for a model of which the kernel would compute nothing.
    """

    def __init__(self, graph: Graph, arrays: Sequence[Array], constants: Constants) -> None:
        examples = len(arrays[0])
        found = Compiler(graph, arrays, min(examples, 1), constants)
        if examples > 1:
            block = min(max(1, BLOCK_BYTES // found.bytes), examples)
            if found.in_numpy:  # such layers may treat a batch as a whole
                block = examples
            found = Compiler(graph, arrays, block, constants)
        self._block = found.block
        self._inputs = [value.array for value in found.inputs]
        self._outputs = [value.array for value in found.outputs]
        self._constants = found.builder.constants
        self._rows = table(found.builder.rows)
        self._parts: list[Any] = []
        for part in found.parts:
            if isinstance(part, NumPyPart):
                self._parts.append(part)
            else:
                first, last = part
                rows = address(self._rows[first:])
                self._parts.append(constants.kernel.prepared(rows, last - first))
        self._kept = found.builder
        self._in_numpy = found.in_numpy
        self._changes = -1

    def run(self, arrays: Sequence[Array]) -> list[Array] | None:
        """Return the outputs, or None where only NumPy's path can answer.

        That is for numbers without a row in an embedding, which are an error, and for layers whose
        outputs have another shape or dtype than they have promised.
        """
        if self._changes != Weight.changes:
            for constant in self._constants:
                constant.refresh()
            self._changes = Weight.changes
        examples = len(arrays[0])
        if examples == self._block:
            for place, array in zip(self._inputs, arrays, strict=True):
                place[...] = array
            failed = not self._run_parts() if self._in_numpy else self._parts[0]()
            return None if failed else [out.copy() for out in self._outputs]
        results = [np.empty((examples, *out.shape[1:]), out.dtype) for out in self._outputs]
        for start in range(0, examples, self._block):
            stop = min(start + self._block, examples)
            count = stop - start
            for place, array in zip(self._inputs, arrays, strict=True):
                place[:count] = array[start:stop]
            if not self._run_parts():
                return None
            for result, out in zip(results, self._outputs, strict=True):
                result[start:stop] = out[:count]
        return results

    def _run_parts(self) -> bool:
        """Run all parts in order, and return whether all have succeeded."""
        if not self._in_numpy:
            return not self._parts[0]()
        masks: dict[int, Any] = {}
        with np.errstate(all="ignore"):  # infinity and NaN are results
            return all(self._run_part(part, masks) for part in self._parts)

    def _run_part(self, part: Any, masks: dict[int, Any]) -> bool:
        if isinstance(part, NumPyPart):
            return part.run(masks)
        return not part()
