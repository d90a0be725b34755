"""Attention with several heads: each position is a weighted mean of others, by what they contain.

The formulas are those of Keras 3.15, ``multi_head_attention.py`` and
``grouped_query_attention.py``. TensorFlow.js has no attention.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pyio.errors import InvalidModelError, ModelInputError
from pyio.models.core.options import OptionError, any_whole, axes, flag, fraction, option, whole
from pyio.models.core.parts import ConfigObject, constraint, initializer, regularizer
from pyio.models.core.phase import plain, training_phase
from pyio.models.core.shapes import Shape, Shapes, as_list, known, normal_axis
from pyio.models.core.work import volume
from pyio.models.layers.keras_calls import CalledByName
from pyio.models.ops import kernels
from pyio.models.ops.activations import softmax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.models.core.layer import Array
    from pyio.models.core.weight import Weight

FAR_BELOW = np.float32(-1e9)
"""Added to the scores of positions that do not count, so that their share becomes 0."""


def never(value: Any) -> bool:
    """Accept False and None: the check of options that change what is computed here."""
    if value:
        raise OptionError("False; pyio does not compute it")
    return False


def _sizes(value: Any) -> list[int]:
    return [whole(1)(each) for each in (value if isinstance(value, list | tuple) else [value])]


class HeadedAttention(CalledByName):
    """What attentions with several heads share.

    Args:
        dropout: The share of the scores that is dropped in training.
        use_bias: Whether a bias is added to each projection.
        kernel_initializer: What the kernels start from.
        bias_initializer: What the biases start from.
        kernel_regularizer: Regularizer of the kernels. Stored in the config; used in training only.
        bias_regularizer: The same for the biases.
        activity_regularizer: The same for the output.
        kernel_constraint: Constraint on the kernels. Stored in the config; used in training only.
        bias_constraint: The same for the biases.
        seed: Makes training repeatable.
        flash_attention: Stored in the config; a way to compute the same on other machines.
        use_gate: Only False: whether the result is multiplied by a gate.
        use_causal_mask: Whether a position sees only itself and those before it.
        return_attention_scores: Whether the shares are a second output.
        takes_attention_mask: Whether the last input is a mask (batch, queries, keys).
        zeros_without_keys: Whether a query that no key counts for gets 0 and not the mean of all
            values. Keras 3 gives 0 if scores are dropped or returned, or have further axes
            (``layers/activations/softmax.py``); it is set for models that Keras 3 wrote.
    """

    supports_masking = True
    own_options_last = True

    dropout: float = option(0, fraction)
    use_bias: bool = option(True, flag)
    kernel_initializer: ConfigObject = option("GlorotUniform", initializer)
    bias_initializer: ConfigObject = option("Zeros", initializer)
    kernel_regularizer: ConfigObject | None = option(None, regularizer)
    bias_regularizer: ConfigObject | None = option(None, regularizer)
    activity_regularizer: ConfigObject | None = option(None, regularizer)
    kernel_constraint: ConfigObject | None = option(None, constraint)
    bias_constraint: ConfigObject | None = option(None, constraint)
    seed: int | None = option(None, any_whole)
    flash_attention: bool | None = option(None, flag, written="given")
    use_gate: bool = option(False, never, written="changed")
    use_causal_mask: bool = option(False, flag, written="changed")
    return_attention_scores: bool = option(False, flag, written="changed")
    takes_attention_mask: bool = option(False, flag, written="changed")
    zeros_without_keys: bool = option(False, flag, written="changed")

    parts: ClassVar[tuple[str, ...]] = ("query", "key", "value", "attention_output")

    def _add_projection(self, name: str, inputs: Sequence[int], outputs: Sequence[int]) -> None:
        """Make the kernel (*inputs, *outputs) and the bias (*outputs) of a projection."""
        sides = (*inputs, *outputs)
        kernel = self.add_weight(f"{name}/kernel", sides, self.kernel_initializer)
        setattr(self, f"{name}_kernel", kernel)
        bias = None
        if self.use_bias:
            bias = self.add_weight(f"{name}/bias", outputs, self.bias_initializer)
        setattr(self, f"{name}_bias", bias)

    def _project(self, name: str, x: Array, sides: int = 1) -> Array:
        """Return the product of the last `sides` sides of `x` with a kernel, the bias added."""
        kernel: Weight = getattr(self, f"{name}_kernel")
        bias: Weight | None = getattr(self, f"{name}_bias")
        lead = x.shape[: x.ndim - sides]
        flat = x.reshape(-1, math.prod(x.shape[x.ndim - sides :]))
        y = kernels.matmul(flat, kernel.matrix_of(sides)).reshape(*lead, *kernel.shape[sides:])
        return y if bias is None else y + bias.value

    def _inputs(self, given: Any) -> tuple[Any, Any, Any, Any]:
        """Return what is given for query, key, value and the mask of the scores."""
        listed = given if isinstance(given, list) else [given]
        extra = listed[-1] if self.takes_attention_mask else None
        rest = listed[:-1] if self.takes_attention_mask else listed
        if not 2 <= len(rest) <= 3:
            raise InvalidModelError(
                f"{self.class_name} {self.name!r} takes [query, value] or [query, value, key]; "
                f"got {len(rest)} inputs"
            )
        return rest[0], rest[2] if len(rest) > 2 else rest[1], rest[1], extra

    def compute_mask(self, x: Any, mask: Any) -> Any:  # noqa: ARG002 - every layer has it
        """Return the mask of the query."""
        return mask[0] if isinstance(mask, list) else mask

    def _check_extra(self, extra: Any) -> None:
        """Raise InvalidModelError for a mask of the scores that fits no (batch, queries, keys)."""
        if extra is not None and len(extra) not in (3, 4):
            raise InvalidModelError(
                f"the attention_mask of {self.name!r} has the shape {list(extra)}; expected "
                "(batch, queries, keys) or (batch, heads, queries, keys)"
            )

    def _kept(self, mask: Any, extra: Any, sides: tuple[int, int], ndim: int) -> Any:
        """Return which scores count, with `ndim` dimensions, or None for all of them.

        Raises ModelInputError for a mask of another shape.
        """
        kept: Any = None
        query, key, value, _ = self._inputs(mask) if isinstance(mask, list) else (None,) * 4
        several = isinstance(mask, list) and len(mask) - self.takes_attention_mask > 2
        found = [None if query is None else query[:, :, None]]
        found += [
            None if each is None else each[:, None, :] for each in (value, key)[: 1 + several]
        ]
        if self.use_causal_mask:
            found.append(np.tri(*sides, dtype=np.bool_)[None])
        if extra is not None:
            found.append(plain(extra).astype(np.bool_))
        for each in found:
            if each is not None:
                wide = each.reshape(each.shape[:1] + (1,) * (ndim - each.ndim) + each.shape[1:])
                if any(a not in (1, b) for a, b in zip(wide.shape[-2:], sides, strict=True)):
                    raise ModelInputError(
                        f"{self.name!r} has scores for {sides[0]} queries and {sides[1]} keys; a "
                        f"mask has the shape {list(each.shape)}"
                    )
                kept = wide if kept is None else kept & wide
        return kept

    def _shares(self, query: Array, key: Array, kept: Any, size: int) -> Array:
        """Return the shares (..., queries, keys) of the rows of `key` in each of `query`."""
        scores = kernels.dots(query * np.float32(1 / math.sqrt(size)), key)
        if kept is not None:
            scores = np.where(kept, scores, FAR_BELOW)
        shares: Array = softmax(scores)
        if kept is not None and self.gives_zeros(query.ndim - 1):
            shares = np.where(kept, shares, np.float32(0))
        return shares

    def gives_zeros(self, ndim: int) -> bool:
        """Whether a query of `ndim` dimensions that no key counts for gets 0."""
        otherwise = self.dropout > 0 or self.return_attention_scores or ndim != 3
        return self.zeros_without_keys and otherwise

    def _dropped(self, shares: Array) -> Array:
        """Return the shares, in training with some of them dropped."""
        phase = training_phase()
        if phase is None or not 0 < self.dropout < 1:
            return shares
        return shares * phase.kept(self, shares.shape, self.dropout)


class MultiHeadAttention(HeadedAttention):
    """Attention with several heads, called with ``(query, value)`` or ``(query, value, key)``.

    Query (batch, queries, a), value (batch, keys, b) and key (batch, keys, c) give
    (batch, queries, a), in float32. Steps that the masks of the inputs leave out get no share. The
    output has the mask of the query.

    Args:
        num_heads: The number of heads.
        key_dim: The size of queries and keys in a head.
        value_dim: The size of values in a head; `key_dim` unless given.
        output_shape: The last sides of the output; that of the query unless given.
        attention_axes: The axes that attend to one another; all but the first and the last unless
            given.
    """

    positional = ("num_heads", "key_dim")

    num_heads: int = option(check=whole(1))
    key_dim: int = option(check=whole(1))
    value_dim: int | None = option(None, whole(1))
    output_shape: list[int] | None = option(None, _sizes)
    attention_axes: Any = option(None, axes)

    def build(self, shape: Shapes) -> None:
        """Make the kernels and biases of the four projections."""
        query, key, value, extra = self._inputs(as_list(shape))
        self._check_extra(extra)
        size = self.value_dim or self.key_dim
        ends = [
            known(each[-1], f"a side of the input of {self.name!r}") for each in (query, key, value)
        ]
        self._add_projection("query", ends[:1], (self.num_heads, self.key_dim))
        self._add_projection("key", ends[1:2], (self.num_heads, self.key_dim))
        self._add_projection("value", ends[2:], (self.num_heads, size))
        self._add_projection(
            "attention_output", (self.num_heads, size), self.output_shape or ends[:1]
        )
        self._axes = self._attended(len(query))

    def _attended(self, ndim: int) -> list[int]:
        """Return the axes that attend to one another. Raises InvalidModelError."""
        if self.attention_axes is None:
            return list(range(1, ndim - 1))
        given = (
            self.attention_axes if isinstance(self.attention_axes, list) else [self.attention_axes]
        )
        what = f"MultiHeadAttention {self.name!r}"
        found = [normal_axis(axis, ndim, what) for axis in given]
        if 0 in found or ndim - 1 in found:
            raise InvalidModelError(f"{what} has attention_axes {given}; not the first or the last")
        return found

    def compute_output_shape(self, shape: Shapes) -> Any:
        """Return the shape of the query with another end, and that of the shares if returned."""
        query, key, _, _ = self._inputs(as_list(shape))
        output: Shape = (*query[:-1], *(self.output_shape or query[-1:]))
        if not self.return_attention_scores:
            return output
        others = [query[axis] for axis in range(1, len(query) - 1) if axis not in self._axes]
        attended = [each[axis] for each in (query, key) for axis in self._axes]
        return [output, (query[0], *others, self.num_heads, *attended)]

    def work(self, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> int:  # noqa: ARG002
        """Return the work of the projections and of all pairs of positions."""
        query, _, value, _ = self._inputs(list(inputs))
        pairs = volume(query[1:-1]) * volume(value[1:-1])
        rows = volume(query[1:-1]) + volume(value[1:-1])
        return rows * self.matrix_elements() + pairs * self.num_heads * (self.key_dim + 4)

    def call(self, x: Any, mask: Any = None) -> Any:
        """Return the output (batch, queries, ...), and the shares if they are returned."""
        query, key, value, extra = self._inputs(x)
        q, k, v = (
            self._heads_first(self._project(name, each))
            for name, each in (("query", query), ("key", key), ("value", value))
        )
        lead, sides = q[0].shape[:-2], (q[0].shape[-2], k[0].shape[-2])
        kept = self._kept(mask, extra, sides, q[0].ndim)
        shares = self._shares(q[0], k[0], kept, self.key_dim)
        y = kernels.dots(self._dropped(shares), np.swapaxes(v[0], -1, -2))
        y = y.reshape(*lead, *q[1], y.shape[-1]).transpose(np.argsort(q[2]))
        output = self._project("attention_output", y, 2)
        if not self.return_attention_scores:
            return output
        return [output, shares.reshape(*lead, *q[1], *k[1])]

    def _heads_first(self, x: Array) -> tuple[Array, tuple[int, ...], list[int]]:
        """Return (batch, *others, heads, attended, size), the attended sides, and the order."""
        others = [axis for axis in range(1, x.ndim - 2) if axis not in self._axes]
        order = [0, *others, x.ndim - 2, *self._axes, x.ndim - 1]
        turned = x.transpose(order)
        lead = turned.shape[: 2 + len(others)]
        return turned.reshape(*lead, -1, x.shape[-1]), turned.shape[len(lead) : -1], order


class GroupQueryAttention(HeadedAttention):
    """Attention whose heads share keys and values in groups.

    It is called with ``(query, value)`` or ``(query, value, key)``: (batch, queries, a) and
    (batch, keys, b) give (batch, queries, a), in float32. The output has the mask of the query.

    Args:
        head_dim: The size of queries, keys and values in a head.
        num_query_heads: The number of heads of the query.
        num_key_value_heads: The number of heads of key and value, which divides the other.
        sliding_window: Only None: the distance that a position sees.
    """

    positional = ("head_dim", "num_query_heads", "num_key_value_heads")

    head_dim: int = option(check=whole(1))
    num_query_heads: int = option(check=whole(1))
    num_key_value_heads: int = option(check=whole(1))
    sliding_window: Any = option(None, never, written="given")

    def build(self, shape: Shapes) -> None:
        """Make the kernels and biases of the four projections."""
        query, key, value, extra = self._inputs(as_list(shape))
        self._check_extra(extra)
        if self.num_query_heads % self.num_key_value_heads:
            raise InvalidModelError(
                f"{self.name!r} has {self.num_query_heads} heads of the query, which "
                f"{self.num_key_value_heads} heads of the key do not divide"
            )
        ends = [
            known(each[-1], f"a side of the input of {self.name!r}") for each in (query, key, value)
        ]
        self._add_projection("query", ends[:1], (self.num_query_heads, self.head_dim))
        self._add_projection("key", ends[1:2], (self.num_key_value_heads, self.head_dim))
        self._add_projection("value", ends[2:], (self.num_key_value_heads, self.head_dim))
        self._add_projection("attention_output", (self.num_query_heads, self.head_dim), ends[:1])

    def compute_output_shape(self, shape: Shapes) -> Any:
        """Return the shape of the query, and that of the shares if they are returned."""
        query, key, _, _ = self._inputs(as_list(shape))
        if not self.return_attention_scores:
            return query
        return [query, (query[0], self.num_query_heads, query[1], key[1])]

    def work(self, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> int:  # noqa: ARG002
        """Return the work of the projections and of all pairs of positions."""
        query, _, value, _ = self._inputs(list(inputs))
        pairs = volume(query[1:-1]) * volume(value[1:-1])
        rows = volume(query[1:-1]) + volume(value[1:-1])
        each = self.num_query_heads * (2 * self.head_dim + 4)
        return rows * self.matrix_elements() + pairs * each

    def call(self, x: Any, mask: Any = None) -> Any:
        """Return the output (batch, queries, a), and the shares if they are returned."""
        query, key, value, extra = self._inputs(x)
        q, k, v = (
            self._project(name, each).swapaxes(1, 2)
            for name, each in (("query", query), ("key", key), ("value", value))
        )
        heads = self.num_query_heads // self.num_key_value_heads
        k, v = np.repeat(k, heads, axis=1), np.repeat(v, heads, axis=1)
        kept = self._kept(mask, extra, (q.shape[2], k.shape[2]), q.ndim)
        shares = self._shares(q, k, kept, self.head_dim)
        y = kernels.dots(self._dropped(shares), np.swapaxes(v, -1, -2)).swapaxes(1, 2)
        output = self._project("attention_output", kernels.contiguous(y), 2)
        return [output, shares] if self.return_attention_scores else output
