"""Layers of sequences in a plan: embeddings, recurrent layers, and wrappers around layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.models.plans.activations import number_of
from pyio.models.plans.constants import Unplanned
from pyio.models.plans.elementwise import combined
from pyio.models.plans.step import own_name
from pyio.models.plans.table import emit, emits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pyio.models.plans.builder import Builder, Value
    from pyio.models.plans.constants import Constant
    from pyio.models.plans.step import Step

    Array = NDArray[Any]


@emits("Embedding")
def embedding(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """A row of the table for each number. Numbers out of range end the plan."""
    layer: Any = step.layer
    (x,) = xs
    y = builder.value(*x.shape, layer.output_dim)
    builder.add(
        "embed",
        x=x,
        table=builder.weight(layer.embeddings),
        y=y,
        count=x.size,
        rows=layer.input_dim,
        width=layer.output_dim,
        whole=x.array.dtype == np.int32,
    )
    if layer.mask_zero:
        step.made_mask = _seen(builder, x, x.shape, 0)
    return y


@emits("Masking")
def masking(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """Steps whose values are all the same number: they do not count, and become 0."""
    layer: Any = step.layer
    (x,) = xs
    step.made_mask = _seen(builder, x, x.shape[:-1], layer.mask_value)
    wide = step.made_mask.reshaped(*x.shape[:-1], 1)
    return combined(builder, "multiply", x.array, wide.array)


def _seen(builder: Builder, x: Value, shape: Sequence[int], value: float) -> Value:
    """Return a mask of `shape`: 1 where one of the numbers of `x` is not `value`, and else 0."""
    mask = builder.value(*shape)
    builder.add(
        "differs",
        x=x,
        y=mask,
        rows=mask.size,
        width=x.size // mask.size,
        value=float(value),
        whole=x.array.dtype == np.int32,
    )
    return mask


_CELLS = {"SimpleRNN": ("simple_rnn", 1), "LSTM": ("lstm", 4), "GRU": ("gru", 3)}
"""Class -> operation, and the number of gates."""


@emits(*_CELLS)
def recurrent(builder: Builder, step: Step, xs: list[Value]) -> Value | list[Value]:
    """A recurrent layer that starts from 0."""
    layer: Any = step.layer
    (x,) = _only_sequence(xs)
    batch, steps, _ = x.shape
    units = layer.units
    sequence = builder.value(batch, steps, units) if layer.return_sequences else None
    states = _run(builder, layer, x, None if sequence is None else sequence.array, step.mask)
    output = states[0] if sequence is None else sequence
    return [output, *states] if layer.return_state else output


def _only_sequence(xs: list[Value]) -> list[Value]:
    if len(xs) > 1:
        raise Unplanned("states to start from")
    return xs


def _run(
    builder: Builder,
    layer: Any,
    x: Value,
    sequence: Array | None,
    mask: Value | None,
    *,
    backwards: bool = False,
) -> list[Value]:
    """Add a recurrent layer over `x` (batch, steps, in), and return its last states.

    Args:
        builder: Where the rows go.
        layer: The layer.
        x: The sequences.
        sequence: Where the outputs of all steps go, as a view (batch, steps, units); its steps
            may be any.
        mask: Which steps count (batch, steps), or None for all of them.
        backwards: Whether the outputs go there in the order of `x` although it is read from its
            end.

    Raises Unplanned for activations that the kernel lacks, and for cells of another class.
    """
    cell = layer.cell
    operation, gates = _CELLS[own_name(layer)]
    act = number_of(cell)
    gate = number_of(cell, "gate") if gates > 1 else 0
    if act is None or gate is None or layer.stateful or own_name(cell) != f"{own_name(layer)}Cell":
        raise Unplanned("a cell")
    mask = None if layer.ignores_mask else mask
    if mask is not None and (mask.shape != x.shape[:2] or layer.zero_output_for_mask):
        raise Unplanned("a mask")
    after = operation == "gru" and cell.reset_after
    batch, units = x.shape[0], layer.units
    z = _input_products(builder, cell, x, gates * units, after)
    count = 2 if operation == "lstm" else 1
    states = [builder.value(batch, units) for _ in range(count)]
    for state in states:
        builder.add("fill", y=state, count=state.size)
    builder.add(
        "gru_after" if after else operation,
        z=z,
        recurrent=_recurrent(builder, cell, operation, after),
        h=states[0],
        c=states[1] if count > 1 else None,
        act=act,
        gate=gate,
        scratch=builder.scratch(batch * 3 * units) if operation == "gru" else None,
        bias=_second_bias(builder, cell) if after else None,
        steps=x.shape[1],
        batch=batch,
        units=units,
        reverse=layer.go_backwards,
        mask=mask,
        **_places(sequence, backwards),
    )
    builder.free_unused(z.memory)
    return states


def _places(sequence: Array | None, backwards: bool) -> dict[str, Any]:
    """Return the fields of a row that say where the outputs of all steps go."""
    if sequence is None:
        return {}
    view = sequence[:, ::-1] if backwards else sequence
    return {"y": view, "y_row": view.strides[0] // 4, "y_step": view.strides[1] // 4}


def _input_products(builder: Builder, cell: Any, x: Value, width: int, after: bool) -> Value:
    """Add the products of all inputs with the kernel, the bias added: (steps, batch, width)."""
    batch, steps, inner = x.shape
    z = builder.value(steps, batch, width)
    panels = builder.panels("columns None to None", [cell.kernel], lambda w: w)
    bias = builder.weight(cell.bias)
    if after and cell.bias is not None:
        bias = builder.constant("first row", [cell.bias], lambda b: b[0])
    for example in range(batch):
        builder.add(
            "gemm",
            x=x.array[example],
            x_row=inner,
            panels=panels,
            y=z.array[0, example],
            y_row=batch * width,
            rows=steps,
            inner=inner,
            columns=width,
            bias=bias,
        )
    return z


def _recurrent(builder: Builder, cell: Any, operation: str, after: bool) -> Constant:
    """Return the packed recurrent kernel; that of a GRU has two parts, each in its own panels."""
    units = cell.units

    def parts(kernel: Array) -> Array:
        gap = np.zeros((units, -2 * units % 8), np.float32)
        return np.concatenate([kernel[:, : 2 * units], gap, kernel[:, 2 * units :]], axis=1)

    if operation == "gru" and not after:
        return builder.panels("gates and candidate", [cell.recurrent_kernel], parts)
    return builder.panels("recurrent", [cell.recurrent_kernel], lambda w: w)


def _second_bias(builder: Builder, cell: Any) -> Constant | None:
    if cell.bias is None:
        return None
    return builder.constant("second row", [cell.bias], lambda b: b[1])


@emits("Bidirectional")
def bidirectional(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """A recurrent layer forwards and another backwards, merged."""
    layer: Any = step.layer
    (x,) = _only_sequence(xs)
    both = [layer.forward_layer, layer.backward_layer]
    if layer.merge_mode is None or any(
        each.return_state or own_name(each) not in _CELLS for each in both
    ):
        raise Unplanned("several outputs")
    if layer.ignores_mask:
        step.mask = None
    sequences = layer.layer.return_sequences
    batch, steps, _ = x.shape
    lead = (batch, steps) if sequences else (batch,)
    widths = [each.units for each in both]
    if layer.merge_mode == "concat":
        y = builder.value(*lead, sum(widths))
        views = [y.array[..., : widths[0]], y.array[..., widths[0] :]]
        _both(builder, both, x, views, step.mask)
        return y
    values = [builder.value(*lead, width) for width in widths]
    _both(builder, both, x, [each.array for each in values], step.mask)
    how = "multiply" if layer.merge_mode == "mul" else "add"
    factor = 0.5 if layer.merge_mode == "ave" else 1.0
    return combined(builder, how, values[0].array, values[1].array, factor=factor)


def _both(
    builder: Builder, layers: list[Any], x: Value, views: list[Array], mask: Value | None
) -> None:
    """Add both directions, whose outputs go to `views`: of all steps, or of the last one."""
    for number, (layer, view) in enumerate(zip(layers, views, strict=True)):
        if layer.return_sequences:
            _run(builder, layer, x, view, mask, backwards=number == 1)
            continue
        (last, *_) = _run(builder, layer, x, None, mask)
        width = layer.units
        builder.add(
            "move",
            x=last,
            y=view,
            sides=[1, 1, 1, 1, *view.shape],
            x_steps=[0, 0, 0, 0, width, 1],
            y_steps=[0, 0, 0, 0, view.strides[0] // 4, 1],
        )


@emits("TimeDistributed")
def time_distributed(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """A layer at each step: steps and examples are the same to it."""
    layer: Any = step.layer
    (x,) = xs
    if layer.layer.stateful:
        raise Unplanned("a state")
    flat = x.reshaped(x.shape[0] * x.shape[1], *x.shape[2:])
    y = emit(builder, layer.layer, [flat])
    if isinstance(y, list):
        raise Unplanned("several outputs")
    return y.reshaped(*x.shape[:2], *y.shape[1:])
