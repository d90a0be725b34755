"""Attention in a plan: products of what is computed, with the heads side by side."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.models.plans.constants import Unplanned
from pyio.models.plans.elementwise import combined, shares
from pyio.models.plans.table import emits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pyio.models.plans.builder import Builder, Value
    from pyio.models.plans.step import Step

    Array = NDArray[Any]


@emits("MultiHeadAttention")
def multi_head_attention(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """Attention along the steps of sequences, with several heads."""
    layer: Any = step.layer
    query, value = xs[:2]
    key = xs[2] if len(xs) > 2 else value
    along = layer.attention_axes
    if len(query.shape) != 3 or along not in (None, 1, [1]) or layer.takes_attention_mask:
        raise Unplanned("other axes, or a mask")
    if layer.return_attention_scores:
        raise Unplanned("several outputs")
    scale = 1 / math.sqrt(layer.key_dim)
    q = _projected(builder, layer, "query", query, scale)
    k = _projected(builder, layer, "key", key)
    v = _projected(builder, layer, "value", value)
    scores = _scores(builder, q, k)
    masks = _masks(builder, step, scores, causal=layer.use_causal_mask)
    for mask in masks:
        before, scores = scores, combined(builder, "keep", scores.array, mask)
        builder.free_unused(before.memory)
    parts = shares(builder, scores)
    for mask in masks if layer.gives_zeros(3) else ():
        before, parts = parts, combined(builder, "multiply", parts.array, mask)
        builder.free_unused(before.memory)
    y = _means(builder, parts, v)
    heads = y.shape[2] * y.shape[3]
    return _projected(builder, layer, "attention_output", y.reshaped(*y.shape[:2], heads), sides=2)


@emits("Attention")
def attention(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """Attention without heads, by products that are not scaled."""
    layer: Any = step.layer
    query, value = xs[:2]
    key = xs[2] if len(xs) > 2 else value
    if layer.score_mode != "dot" or layer.use_scale or layer.return_attention_scores:
        raise Unplanned("other scores")
    one = [each.reshaped(*each.shape[:2], 1, each.shape[2]) for each in (query, key, value)]
    scores = _scores(builder, one[0], one[1])
    # Of the inputs' masks that of the value alone counts for the scores.
    masks = _masks(builder, step, scores, causal=layer.use_causal_mask, of=(1,))
    if masks:
        seen = masks[0]
        if len(masks) > 1:
            seen = combined(builder, "multiply", masks[0], masks[1]).array
        before, scores = scores, combined(builder, "hide", scores.array, seen)
        builder.free_unused(before.memory)
    y = _means(builder, shares(builder, scores), one[2])
    y = y.reshaped(*y.shape[:2], y.shape[3])
    if not step.masks or step.masks[0] is None:
        return y
    return combined(builder, "multiply", y.array, _wide(step.masks[0], y, 1))


def _masks(
    builder: Builder, step: Step, scores: Value, *, causal: bool, of: Sequence[int] = (0, 1, 2)
) -> list[Array]:
    """Return the masks that scores (batch, heads, queries, keys) have, to combine with them.

    `of` are the inputs whose masks count: the query, the value and the key.
    """
    found = []
    for number, mask in enumerate(step.masks):
        if mask is not None and number in of:
            found.append(_wide(mask, scores, 2 if number == 0 else 3))
    if causal:
        seen = np.tri(*scores.shape[2:], dtype=np.float32)
        found.append(builder.fixed(seen[None, None]))
    return found


def _wide(mask: Value, x: Value, side: int) -> Array:
    """Return a mask (batch, steps) whose steps go along a side of `x`. Raises Unplanned."""
    if mask.shape != (x.shape[0], x.shape[side]):
        raise Unplanned("a mask of another shape")
    sides = [1] * len(x.shape)
    sides[0], sides[side] = mask.shape
    return mask.array.reshape(sides)


def _projected(
    builder: Builder, layer: Any, name: str, x: Value, scale: float = 1.0, sides: int = 1
) -> Value:
    """Return the product of `x` (batch, steps, in) with a kernel of the layer, the bias added.

    The first `sides` sides of the kernel are those of the input. Both are multiplied by `scale`.
    """
    kernel = getattr(layer, f"{name}_kernel")
    bias = getattr(layer, f"{name}_bias")
    inner, after = x.shape[-1], kernel.shape[sides:]
    columns = math.prod(after)
    factor = np.float32(scale)
    y = builder.value(*x.shape[:-1], *after)
    kind = f"times {scale}"
    panels = builder.panels((kind, sides), [kernel], lambda w: w.reshape(inner, columns) * factor)
    shift = None
    if bias is not None:
        shift = builder.constant(kind, [bias], lambda b: b.reshape(-1) * factor)
    builder.product(x, panels, y, shift)
    return y


def _scores(builder: Builder, query: Value, key: Value) -> Value:
    """Return the products (batch, heads, queries, keys) of (batch, steps, heads, size)."""
    batch, queries, heads, size = query.shape
    keys = key.shape[1]
    row = heads * size
    y = builder.value(batch, heads, queries, keys)
    builder.add(
        "products",
        x=query,
        right=key,
        y=y,
        count=batch,
        heads=heads,
        panels=builder.scratch(-(-keys // 8) * 8 * size),
        rows=queries,
        inner=size,
        columns=keys,
        right_row=1,
        right_column=row,
        x_row=row,
        y_row=keys,
        x_step=queries * row,
        right_step=keys * row,
        y_step=y.size // batch,
        x_head=size,
        right_head=size,
        y_head=queries * keys,
    )
    return y


def _means(builder: Builder, scores: Value, value: Value) -> Value:
    """Return the means (batch, queries, heads, size) of the rows of `value`, by their shares."""
    batch, heads, queries, keys = scores.shape
    size = value.shape[3]
    row = heads * size
    y = builder.value(batch, queries, heads, size)
    builder.add(
        "products",
        x=scores,
        right=value,
        y=y,
        count=batch,
        heads=heads,
        panels=builder.scratch(-(-size // 8) * 8 * keys),
        rows=queries,
        inner=keys,
        columns=size,
        right_row=row,
        right_column=1,
        x_row=keys,
        y_row=row,
        x_step=scores.size // batch,
        right_step=keys * row,
        y_step=queries * row,
        x_head=queries * keys,
        right_head=size,
        y_head=size,
    )
    return y
