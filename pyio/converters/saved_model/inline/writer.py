"""Adds the nodes that stand for one node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.converters.saved_model.graph import Node, Ref, type_attr
from pyio.converters.saved_model.inline.scope import INT_TYPE, int_attr, typed
from pyio.converters.saved_model.tensors import BFLOAT16, DOUBLE, FLOAT, HALF, INT32

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from pyio.converters.saved_model.inline.scope import Inliner, Scope

FLOATS = (FLOAT, DOUBLE, HALF, BFLOAT16)
COMPLEX = (8, 18)


class Writer:
    """Adds the nodes that stand for one node; their names begin with its name."""

    def __init__(self, inliner: Inliner, scope: Scope, node: Node, name: str) -> None:
        """Write in place of `node`, whose result shall be called `name`."""
        self.node, self.name = node, name
        self.dtype = type_attr(node, "T", FLOAT)
        self._inliner, self._scope = inliner, scope

    def add(self, part: str, op: str, /, *inputs: Ref, **attr: Any) -> Ref:
        """Add a node that computes a part of the result."""
        name = self._inliner.fresh(f"{self.name}/{part}")
        return self._inliner.put(self._scope, op, inputs, name, typed(self.dtype, **attr))

    def last(self, op: str, /, *inputs: Ref, **attr: Any) -> Ref:
        """Add the node that has the result."""
        return self._inliner.put(self._scope, op, inputs, self.name, typed(self.dtype, **attr))

    def number(self, part: str, value: ArrayLike) -> Ref:
        """Add a constant of the node's type."""
        kind = np.float32 if self.dtype in FLOATS else np.int32
        return self.constant(part, np.asarray(value, kind))

    def constant(self, part: str, value: ArrayLike) -> Ref:
        """Add a constant."""
        return self._inliner.constant(self._scope, f"{self.name}/{part}{self._scope.suffix}", value)

    def is_number(self, ref: Ref, number: float) -> bool:
        """Whether this is a constant of one number, which is `number`."""
        return self.whole(ref) == number

    def whole(self, ref: Ref) -> int | None:
        """Return a constant of one whole number, or None for anything else."""
        value = self._inliner.weights.get(ref.name)
        if value is None or value.size != 1 or value.dtype.kind not in "if":
            return None
        return int(value.item())

    def wholes(self, ref: Ref) -> list[int] | None:
        """Return a constant list of whole numbers, or None for anything else."""
        value = self._inliner.weights.get(ref.name)
        known = value is not None and value.ndim == 1 and value.dtype == np.int32
        return [int(each) for each in value] if value is not None and known else None

    def weight(self, ref: Ref) -> tuple[int, ...] | None:
        """Return the shape of a constant, or None for anything else."""
        value = self._inliner.weights.get(ref.name)
        return None if value is None else value.shape

    def side(self, shape: Ref, axis: int) -> Ref:
        """Add the length of one side, counted from the end, as a scalar."""
        dtype, self.dtype = self.dtype, INT32
        part = f"side_{-axis}"
        ends = [
            self.constant(f"{part}/{name}", np.array([each], np.int32))
            for name, each in (("begin", axis), ("end", axis + 1), ("stride", 1))
        ]
        masks = {"end_mask": int_attr(int(axis == -1)), "shrink_axis_mask": int_attr(1)}
        result = self.add(part, "StridedSlice", shape, *ends, Index=INT_TYPE, **masks)
        self.dtype = dtype
        return result

    def numbers(self, part: str, count: Ref) -> Ref:
        """Add the whole numbers from 0 to `count`."""
        dtype, self.dtype = self.dtype, INT32
        first, step = (self.constant(f"{part}/{i}", np.int32(i)) for i in (0, 1))
        result = self.add(part, "Range", first, count, step, Tidx=INT_TYPE)
        self.dtype = dtype
        return result
