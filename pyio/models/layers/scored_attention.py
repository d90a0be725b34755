"""Attention without heads: each position is a mean of others, weighted by what they contain.

The formulas are those of Keras 3.15, ``attention.py`` and ``additive_attention.py``. TensorFlow.js
has no attention.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.errors import InvalidModelError
from pyio.models.core.options import any_whole, choice, flag, fraction, option
from pyio.models.core.parts import initializer
from pyio.models.core.phase import training_phase
from pyio.models.core.shapes import Shape, Shapes, as_list, known
from pyio.models.core.work import volume
from pyio.models.layers.attention import FAR_BELOW
from pyio.models.layers.keras_calls import CalledWithOptions
from pyio.models.ops import kernels
from pyio.models.ops.activations import softmax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.models.core.layer import Array

ONES = initializer("Ones")
GLOROT = initializer("GlorotUniform")


class _Scored(CalledWithOptions):
    """What attentions without heads share: ``[query, value]`` or ``[query, value, key]``.

    Args:
        use_scale: Whether the scores are multiplied by a weight.
        dropout: The share of the scores that is dropped in training.
        seed: Makes training repeatable.
        use_causal_mask: Whether a position sees only itself and those before it.
        return_attention_scores: Whether the shares are a second output.
    """

    supports_masking = True
    own_options_last = True

    use_scale: bool = option(False, flag)
    dropout: float = option(0, fraction)
    seed: int | None = option(None, any_whole)
    use_causal_mask: bool = option(False, flag, written="changed")
    return_attention_scores: bool = option(False, flag, written="changed")

    def build(self, shape: Shapes) -> None:
        """Raise InvalidModelError unless there are two or three inputs (batch, steps, size)."""
        shapes = as_list(shape)
        if len(shapes) not in (2, 3) or any(len(sides) != 3 for sides in shapes):
            raise InvalidModelError(
                f"{self.class_name} {self.name!r} takes [query, value] or [query, value, key], "
                f"each (batch, steps, size); got {[list(sides) for sides in shapes]}"
            )

    def compute_output_shape(self, shape: Shapes) -> Any:
        """Return (batch, queries, size of the values), and the shape of returned shares."""
        query, value, *_ = as_list(shape)
        output = (*query[:-1], value[-1])
        return [output, (*query[:-1], value[1])] if self.return_attention_scores else output

    def work(self, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> int:
        """Return the work of all pairs of positions."""
        return volume(inputs[0][1:2]) * volume(inputs[1][1:]) * 8 + super().work(inputs, outputs)

    def compute_mask(self, x: Any, mask: Any) -> Any:  # noqa: ARG002 - every layer has it
        """Return the mask of the query."""
        return mask[0] if isinstance(mask, list) else mask

    def call(self, x: Any, mask: Any = None) -> Any:
        """Return the output (batch, queries, size), and the shares if they are returned."""
        query, value = x[0], x[1]
        scores = self._scores(query, x[2] if len(x) > 2 else value)
        query_mask, value_mask = (mask[0], mask[1]) if isinstance(mask, list) else (None, None)
        kept: Any = None if value_mask is None else value_mask[:, None, :]
        if self.use_causal_mask:
            causal = np.tri(*scores.shape[1:], dtype=np.bool_)[None]
            kept = causal if kept is None else kept & causal
        if kept is not None:
            scores = scores + np.where(kept, np.float32(0), FAR_BELOW)
        shares: Array = softmax(scores)
        phase = training_phase()
        if phase is not None and 0 < self.dropout < 1:
            shares = shares * phase.kept(self, shares.shape, self.dropout)
        output = kernels.dots(shares, np.swapaxes(value, -1, -2))
        if query_mask is not None:
            output = output * query_mask[..., None].astype(output.dtype)
        return [output, shares] if self.return_attention_scores else output

    def _scores(self, query: Array, key: Array) -> Array:
        """Return the scores (batch, queries, keys)."""
        raise NotImplementedError


class Attention(_Scored):
    """Attention by products, called with ``[query, value]`` or ``[query, value, key]``.

    Query (batch, queries, d), value (batch, keys, e) and key (batch, keys, d), which is the value
    unless given, make (batch, queries, e) in float32. Masked steps of the value get no share;
    masked steps of the query are 0.

    Args:
        score_mode: "dot" for the products of query and key, "concat" for the sum of
            ``tanh(query + key)``, which is multiplied by a weight.
    """

    score_mode: str = option("dot", choice("dot", "concat"))

    def build(self, shape: Shapes) -> None:
        """Make the weights of the scores, each one number."""
        super().build(shape)
        self.scale = self.add_weight("scale", (), ONES) if self.use_scale else None
        self.concat_score_weight = None
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight("concat_score_weight", (), ONES)

    def _scores(self, query: Array, key: Array) -> Array:
        if self.concat_score_weight is None:
            scores = kernels.dots(query, key)
            return scores if self.scale is None else scores * self.scale.value
        sums = query[:, :, None] + key[:, None]
        if self.scale is not None:
            sums = sums * self.scale.value
        y: Array = self.concat_score_weight.value * np.tanh(sums).sum(axis=-1)
        return y


class AdditiveAttention(_Scored):
    """Attention by sums, called with ``[query, value]`` or ``[query, value, key]``.

    Query (batch, queries, d), value (batch, keys, d) and key (batch, keys, d), which is the value
    unless given, make (batch, queries, d) in float32. The scores are the sums of
    ``scale * tanh(query + key)``. Masks act as in `Attention`.
    """

    use_scale: bool = option(True, flag)

    def build(self, shape: Shapes) -> None:
        """Make the scale (d,)."""
        super().build(shape)
        self.scale = None
        if self.use_scale:
            size = known(as_list(shape)[0][-1], f"the last side of the query of {self.name!r}")
            self.scale = self.add_weight("scale", (size,), GLOROT)

    def _scores(self, query: Array, key: Array) -> Array:
        sums = np.tanh(query[:, :, None] + key[:, None])
        y: Array = (sums if self.scale is None else sums * self.scale.value).sum(axis=-1)
        return y
