"""Compiler: steps become rows, and what the kernel does not know parts for NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.models.core.layer import Layer
from pyio.models.core.shapes import as_list
from pyio.models.plans import (  # noqa: F401 -- they enter their layers in the table
    attention,
    convolutions,
    elementwise,
    normalization,
    pooling,
    products,
    resizing,
    sequences,
    shaping,
)
from pyio.models.plans.builder import Builder, Value
from pyio.models.plans.constants import Constants, Unplanned
from pyio.models.plans.step import IDENTITIES, MERGES, RECURRENT, WITH_MASKS, own_name
from pyio.models.plans.steps import steps_of
from pyio.models.plans.table import EMITTERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pyio.models.core.graph import Graph
    from pyio.models.plans.step import Step

    Array = NDArray[Any]

_ANY_DTYPE = IDENTITIES | {"Embedding", "Flatten", "Reshape"}
"""Layers that take whole numbers as they are."""


class NumPyPart:
    """The layers of a step, computed with NumPy between rows.

    Args:
        step: The step.
        sources: Its inputs.
        targets: Where its outputs go.
        masks: The masks of its inputs: values of the kernel, or slots of what NumPy has made.
    """

    def __init__(
        self, step: Step, sources: list[Value], targets: list[Value], masks: list[Any]
    ) -> None:
        self._layers = step.layers
        self._slots = step.targets
        self._sources = [value.array for value in sources]
        self._targets = [value.array for value in targets]
        self._masks = masks
        # A class of the user's may keep what it is given, and that changes with the next batch.
        self._copies = not all(own_name(layer) for layer in step.layers)

    def run(self, masks: dict[int, Any]) -> bool:
        """Compute, and return whether the outputs have the shapes and dtypes that are planned."""
        given = [each.copy() if self._copies else each for each in self._sources]
        known = [
            each.array != 0 if isinstance(each, Value) else masks.get(each) for each in self._masks
        ]
        x: Any = given if len(given) > 1 else given[0]
        mask: Any = known if len(given) > 1 else known[0]
        for layer in self._layers:
            x, mask = layer.compute(x, mask)
        results = x if isinstance(x, list) else [x]
        found = mask if isinstance(mask, list) else [mask] + [None] * (len(results) - 1)
        if len(results) != len(self._targets):
            return False
        masks |= dict(zip(self._slots, found, strict=False))
        for target, result in zip(self._targets, results, strict=True):
            if result.shape != target.shape or result.dtype != target.dtype:
                return False
            target[...] = result
        return True


def _acts_on_masks(layer: Layer) -> bool:
    """Whether a layer uses the mask of its input, or changes it."""
    return layer.uses_mask or type(layer).compute_mask is not Layer.compute_mask


class Compiler:
    """Makes the parts of a plan.

    Attributes:
        parts: Pairs of the first row and the one behind the last, and parts for NumPy.
        inputs: Where the inputs go.
        outputs: Where the outputs are.
        block: The number of examples at once.
        in_numpy: Whether there are parts for NumPy.
    """

    def __init__(
        self, graph: Graph, arrays: Sequence[Array], block: int, constants: Constants
    ) -> None:
        self.block = block
        self.builder = Builder(constants)
        self.parts: list[Any] = []
        self._first = 0
        self._values: dict[int, Value] = {}
        self._masked: dict[int, Any] = {}
        """Slot of a tensor that can have a mask -> the mask of the kernel, or the slot of a part of
        NumPy that makes it when the plan runs."""
        steps, inputs, outputs = steps_of(graph)
        if any(layer.stateful for step in steps for layer in step.layers):
            raise Unplanned("a state")
        self.inputs = self._input_values(steps, inputs, outputs, arrays)
        self._last_use = {
            slot: number for number, step in enumerate(steps) for slot in step.sources
        }
        self._kept = set(outputs)
        for number, step in enumerate(steps):
            self._bind(step.targets, self._compiled(step))
            self._release(number, step)
        self._end_rows()
        self.outputs = [self._values[slot] for slot in outputs]
        if not self.builder.rows:
            raise Unplanned("nothing for the kernel")

    @property
    def in_numpy(self) -> bool:
        """Whether there are parts for NumPy."""
        return any(isinstance(part, NumPyPart) for part in self.parts)

    @property
    def bytes(self) -> int:
        """The memory of the tensors."""
        return self.builder.bytes

    # ------------------------------------------------------------ tensors

    def _input_values(
        self, steps: list[Step], inputs: list[int], outputs: list[int], arrays: Sequence[Array]
    ) -> list[Value]:
        """Return memory for the inputs. Whole numbers become fractions where all users want it."""
        values = []
        for slot, array in zip(inputs, arrays, strict=True):
            kind = array.dtype.kind
            users = [step.layers[0] for step in steps if slot in step.sources]
            fractions = kind == "f" or (
                slot not in outputs and all(kind in layer.casts for layer in users)
            )
            if not fractions and array.dtype != np.int32:
                raise Unplanned(f"an input of {array.dtype}")
            dtype = np.float32 if fractions else np.int32
            values.append(self.builder.value(self.block, *array.shape[1:], dtype=dtype))
        self._bind(inputs, values)
        return values

    def _bind(self, slots: Sequence[int], values: Sequence[Value]) -> None:
        for slot, value in zip(slots, values, strict=True):
            self._values[slot] = value
            self.builder.take(value)

    def _release(self, number: int, step: Step) -> None:
        """Free the memory of tensors that no later step uses."""
        for slot in {*step.sources, *step.targets} - self._kept:
            if self._last_use.get(slot, number) == number:
                self.builder.release(self._values[slot])

    # ------------------------------------------------------------ steps

    def _compiled(self, step: Step) -> list[Value]:
        """Return the outputs of a step, computed by the kernel, or else by NumPy."""
        sources = [self._values[slot] for slot in step.sources]
        mark = len(self.builder.rows)
        try:
            outputs = self._in_rows(step, sources)
            self._pass_mask(step)
        except Unplanned:
            self.builder.back_to(mark)
            return self._in_numpy(step, sources)
        return outputs

    def _in_rows(self, step: Step, sources: list[Value]) -> list[Value]:
        name = own_name(step.layer)
        emitter = EMITTERS.get(name)
        if emitter is None:
            raise Unplanned(name)
        self._give_mask(step)
        if name not in _ANY_DTYPE:
            sources = [self._fractions(step, x) for x in sources]
        found = emitter(self.builder, step, sources)
        return found if isinstance(found, list) else [found]

    def _fractions(self, step: Step, x: Value) -> Value:
        """Return `x` in float32. Raises Unplanned for a layer that computes with whole numbers."""
        if x.array.dtype == np.float32:
            return x
        if "i" not in step.layers[0].casts:
            raise Unplanned("whole numbers")
        y = self.builder.value(*x.shape)
        self.builder.add("widen", x=x, y=y, count=x.size)
        return y

    def _give_mask(self, step: Step) -> None:
        """Give a step the mask of its input. Raises Unplanned where only NumPy can use it."""
        step.mask = step.made_mask = None
        step.masks = []
        masks = [self._masked[slot] for slot in step.sources if slot in self._masked]
        if not masks or not step.layers[0].supports_masking:
            return
        if own_name(step.layer) in WITH_MASKS and all(isinstance(each, Value) for each in masks):
            step.masks = [self._masked.get(slot) for slot in step.sources]
            return
        if len(step.sources) > 1:
            raise Unplanned("several masks")
        if own_name(step.layer) in RECURRENT and isinstance(masks[0], Value):
            step.mask = masks[0]
        elif any(_acts_on_masks(layer) for layer in step.layers):
            raise Unplanned("uses a mask")

    def _pass_mask(self, step: Step) -> None:
        """Note the mask that a step makes, or that of its input if all its layers pass it on."""
        source, target = step.sources[0], step.targets[0]
        layer: Any = step.layer
        joined = bool(step.masks) and own_name(layer) in MERGES
        if joined and not all(each.supports_masking for each in step.after):
            return
        if step.made_mask is not None:
            self.builder.take(step.made_mask)
            self._masked[target] = step.made_mask
        elif joined:
            return  # an input without a mask can mean that all steps count
        elif source in self._masked and all(each.supports_masking for each in step.layers):
            ends = (
                own_name(layer) in RECURRENT and not getattr(layer, "layer", layer).return_sequences
            )
            if not ends:
                self._masked[target] = self._masked[source]

    def _in_numpy(self, step: Step, sources: list[Value]) -> list[Value]:
        self._end_rows()
        shapes: Any = [value.shape for value in sources]
        given = shapes if len(shapes) > 1 else shapes[0]
        for layer in step.layers:
            given = layer.compute_output_shape(given)
        sides: Any = as_list(given)
        if any(None in shape or shape[0] != self.block for shape in sides):
            raise Unplanned("a shape that is not known")
        targets = [self.builder.value(*shape) for shape in sides]
        masks = [self._masked.get(slot, -1) for slot in step.sources]
        self.parts.append(NumPyPart(step, sources, targets, masks))
        makes = any(layer.creates_mask for layer in step.layers)
        if makes or any(slot in self._masked for slot in step.sources):
            self._masked |= {slot: slot for slot in step.targets}
        return targets

    def _end_rows(self) -> None:
        """End the part of rows, if there are new ones."""
        last = len(self.builder.rows)
        if last > self._first:
            self.parts.append((self._first, last))
        self._first = last
