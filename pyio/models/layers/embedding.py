"""Layers at the start of sequences: which steps count, and a vector for each number."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.errors import InvalidModelError, ModelInputError
from pyio.models.core.layer import Array, Layer, Mask
from pyio.models.core.options import dimensions, flag, option, real, text, whole
from pyio.models.core.parts import ConfigObject, constraint, initializer, regularizer
from pyio.models.core.phase import plain
from pyio.models.core.shapes import Shape, Shapes, only
from pyio.models.ops import kernels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Masking(Layer):
    """Masks the steps of a sequence whose values are all `mask_value`, and sets them to 0.

    Args:
        mask_value: The value that marks a step that does not count.
    """

    positional = ("mask_value",)
    supports_masking = True
    creates_mask = True

    mask_value: float = option(0, real)

    def compute_mask(self, x: Array, mask: Mask) -> Mask:  # noqa: ARG002
        """(batch, steps, ...) -> (batch, steps): which steps count."""
        return np.asarray((plain(x) != self.mask_value).any(axis=-1))

    def call(self, x: Array) -> Array:
        """Return the input with masked steps 0."""
        seen = (plain(x) != self.mask_value).any(axis=-1, keepdims=True)
        y: Array = x * seen.astype(x.dtype)
        return y


class Embedding(Layer):
    """A vector for each whole number: (batch, ...) -> (batch, ..., output_dim).

    Args:
        input_dim: The number of vectors: the input has numbers from 0 to ``input_dim - 1``.
        output_dim: The size of a vector.
        embeddings_initializer: What the table (input_dim, output_dim) starts from.
        embeddings_regularizer: Regularizer of the table. Stored in the config; used in training
            only.
        activity_regularizer: The same for the output.
        embeddings_constraint: Constraint on the table. Stored in the config; used in training only.
        mask_zero: Whether the number 0 masks its step.
        input_length: The length of the sequences, if all have the same.
    """

    positional = ("input_dim", "output_dim")

    input_dim: int = option(check=whole(1))
    output_dim: int = option(check=whole(1))
    embeddings_initializer: ConfigObject = option("RandomUniform", initializer)
    embeddings_regularizer: ConfigObject | None = option(None, regularizer)
    activity_regularizer: ConfigObject | None = option(None, regularizer)
    embeddings_constraint: ConfigObject | None = option(None, constraint)
    mask_zero: bool | None = option(None, flag)
    input_length: Any = option(
        None, lambda v: dimensions(v) if isinstance(v, list | tuple) else whole()(v)
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        shapeless = options.get("input_shape") is None and options.get("batch_input_shape") is None
        super().__init__(*args, **options)
        if shapeless:  # TensorFlow.js makes a shape of input_length then
            length = self.input_length
            sides = length if isinstance(length, list) else [length]
            self.batch_input_shape = (options.get("batch_size"), *sides)
        self.supports_masking = bool(self.mask_zero)
        self.creates_mask = bool(self.mask_zero)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Embedding:
        """Return the layer; TensorFlow.js writes its `batch_input_shape` without a dtype."""
        layer = super().from_config(config)
        layer.dtype = config.get("dtype")
        return layer

    def build(self, shape: Shapes) -> None:  # noqa: ARG002
        """Make the table."""
        sides = (self.input_dim, self.output_dim)
        self.embeddings = self.add_weight("embeddings", sides, self.embeddings_initializer)

    def compute_mask(self, x: Array, mask: Mask) -> Mask:  # noqa: ARG002
        """Return where the input is not 0, if `mask_zero`."""
        return np.asarray(plain(x) != 0) if self.mask_zero else None

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """(batch, ...) -> (batch, ..., output_dim)."""
        sides = only(shape, self.name)
        length: Sequence[int | None] = sides[1:]
        if self.input_length is not None:
            given = self.input_length
            lengths = given if isinstance(given, list) else [given]
            pairs = list(zip(lengths, sides[1:], strict=False))
            if len(lengths) != len(sides) - 1 or any(
                a is not None and b is not None and a != b for a, b in pairs
            ):
                raise InvalidModelError(
                    f"Embedding {self.name!r} has input_length {self.input_length}, but its input "
                    f"has the shape {list(sides)}"
                )
            length = [b if a is None else a for a, b in pairs]
        return (sides[0], *length, self.output_dim)

    def call(self, x: Array) -> Array:
        """Return the vectors. Raises ModelInputError for numbers out of range."""
        numbers = plain(x).astype(np.int32, copy=False)
        if numbers.size and not 0 <= numbers.min() <= numbers.max() < self.input_dim:
            raise ModelInputError(
                f"Embedding {self.name!r} has vectors for 0 to {self.input_dim - 1}; the input "
                f"has numbers from {numbers.min()} to {numbers.max()}"
            )
        vectors: Array = self.embeddings.value[numbers]
        return vectors


class ReversibleEmbedding(Embedding):
    """An embedding that also gives back a score for each number. Only Keras has it.

    Whole numbers (batch, ...) become vectors (batch, ..., output_dim). With `reverse`, vectors
    (batch, ..., output_dim) become scores (batch, ..., input_dim).

    Args:
        tie_weights: Whether the way back uses the same table.
        reverse_dtype: Stored in the config.
        logit_soft_cap: The scores are ``tanh(scores / cap) * cap``; None for no cap.
        reverse: Whether it is the way back. A single call is with ``embedding(x, reverse=True)``.
    """

    tie_weights: bool = option(True, flag)
    reverse_dtype: str | None = option(None, text, written="given")
    logit_soft_cap: float | None = option(None, real)
    reverse: bool = option(False, flag, written="changed")

    def build(self, shape: Shapes) -> None:
        """Make the table, and the one for the way back if it is another."""
        super().build(shape)
        self.reverse_embeddings = None
        if not self.tie_weights:
            sides = (self.output_dim, self.input_dim)
            self.reverse_embeddings = self.add_weight(
                "reverse_embeddings", sides, self.embeddings_initializer
            )

    def called_with(self, given: dict[str, Any]) -> Layer:
        """Return the way back, with the same weights, for the argument `reverse` of Keras."""
        if given.get("reverse") is not True:
            return super().called_with(given)
        back = copy(self)
        back.reverse = True
        return back

    def compute_mask(self, x: Array, mask: Mask) -> Mask:
        """Return where the input is not 0, if `mask_zero`."""
        return mask if self.reverse else super().compute_mask(x, mask)

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return the shape with a side for vectors, or scores in place of vectors."""
        if self.reverse:
            return (*only(shape, self.name)[:-1], self.input_dim)
        return super().compute_output_shape(shape)

    def call(self, x: Array, reverse: bool = False) -> Array:
        """Return the vectors, or the scores."""
        if not self.reverse and not reverse:
            return super().call(x)
        if self.reverse_embeddings is None:
            scores = kernels.matmul(x, kernels.matrix(self.embeddings.value.T))
        else:
            scores = kernels.matmul(x, self.reverse_embeddings.matrix)
        if self.logit_soft_cap is not None:
            cap = np.float32(self.logit_soft_cap)
            scores = np.tanh(scores / cap) * cap
        return scores
