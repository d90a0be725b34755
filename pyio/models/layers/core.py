"""Layers that reshape, look up and connect densely."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.errors import InvalidModelError, ModelInputError
from pyio.models import kernels, naming
from pyio.models.activations import activation
from pyio.models.graph import Node, SymbolicTensor
from pyio.models.layer import Array, Layer, Mask
from pyio.models.layers.activated import Activated
from pyio.models.options import (
    dimensions,
    flag,
    fraction,
    option,
    real,
    whole,
)
from pyio.models.parts import Part, constraint, initializer, regularizer
from pyio.models.shapes import Shape, Shapes, known, only

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class InputLayer(Layer):
    """Where data enters a model; `pyio.Input` makes one.

    Args:
        input_shape: The shape of one example; or `batch_input_shape`, with the batch in front.
        dtype: "float32" (the default), "int32" or "bool".
        sparse: Kept in the config; tensors are dense here as in TensorFlow.js.
    """

    sparse: bool = option(False, flag)

    def __init__(self, *args: Any, **options: Any) -> None:
        options["name"] = options.get("name") or naming.numbered("input")
        super().__init__(*args, **options)
        if self.batch_input_shape is None:
            raise InvalidModelError(
                f"the InputLayer {self.name!r} needs an input_shape or a batch_input_shape"
            )
        self.built = True
        self._trainable = False
        dtype = self.dtype or "float32"
        tensor = SymbolicTensor(self, 0, 0, self.batch_input_shape, dtype)
        Node(self, [], [tensor])

    def get_config(self) -> dict[str, Any]:
        """Return the config; an input has no `trainable`."""
        common = self.common_config()
        return {
            "batch_input_shape": common["batch_input_shape"],
            "dtype": self.dtype,
            "sparse": self.sparse,
            "name": self.name,
        }

    def call(self, x: Array, mask: Mask = None) -> Array:  # noqa: ARG002
        """Return the input."""
        return x


class Dense(Activated):
    """``activation(x @ kernel + bias)`` on the last axis: (..., in) -> (..., units).

    Args:
        units: The size of the output.
        activation: The name of an activation, "linear" unless given.
        use_bias: Whether a bias is added.
        kernel_initializer: What the kernel (in, units) starts from.
        bias_initializer: What the bias (units,) starts from.
        kernel_regularizer: A penalty for training; so are `bias_regularizer` and
            `activity_regularizer`.
        kernel_constraint: A constraint for training; so is `bias_constraint`.
        input_dim: Short for ``input_shape=(input_dim,)``.
    """

    positional = ("units",)
    supports_masking = True
    min_ndim = 2

    units: int = option(check=whole(1))
    activation: str = option("linear", activation)
    use_bias: bool = option(True, flag)
    kernel_initializer: Part = option("GlorotNormal", initializer)
    bias_initializer: Part = option("Zeros", initializer)
    kernel_regularizer: Part | None = option(None, regularizer)
    bias_regularizer: Part | None = option(None, regularizer)
    activity_regularizer: Part | None = option(None, regularizer)
    kernel_constraint: Part | None = option(None, constraint)
    bias_constraint: Part | None = option(None, constraint)

    def __init__(self, *args: Any, input_dim: int | None = None, **options: Any) -> None:
        without_shape = not {"input_shape", "batch_input_shape"} & set(options)
        if input_dim is not None and without_shape:
            options["input_shape"] = (input_dim,)
        super().__init__(*args, **options)
        if input_dim is not None and without_shape:
            self.dtype = None  # TensorFlow.js writes none for this short form

    def build(self, shape: Shapes) -> None:
        """Make kernel and bias."""
        inputs = known(only(shape, self.name)[-1], f"the last side of the input of {self.name!r}")
        self.kernel = self.add_weight("kernel", (inputs, self.units), self.kernel_initializer)
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight("bias", (self.units,), self.bias_initializer)

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """(..., in) -> (..., units)."""
        return (*only(shape, self.name)[:-1], self.units)

    def call(self, x: Array, mask: Mask = None) -> Array:  # noqa: ARG002
        """Return the product, the bias added and activated."""
        return self.finish(kernels.matmul(x, self.kernel.matrix), self.bias)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Dense:
        """Return the layer; for `input_dim`, TensorFlow.js writes a shape without a dtype."""
        layer = super().from_config(config)
        if config.get("dtype") is None:
            layer.dtype = None
        return layer


class Activation(Activated):
    """An activation as a layer of its own.

    Args:
        activation: The name of the activation.
    """

    positional = ("activation",)
    supports_masking = True

    activation: str = option("linear", activation)

    def call(self, x: Array, mask: Mask = None) -> Array:  # noqa: ARG002
        """Return the activated input."""
        return self.finish(x, None)


class Dropout(Layer):
    """Drops values in training; predictions pass unchanged.

    Args:
        rate: The share that is dropped, 0 to 1.
        noise_shape: The shape of what is dropped together; None for each value by itself.
        seed: Makes training repeatable.
    """

    positional = ("rate",)
    supports_masking = True

    rate: float = option(check=fraction)
    noise_shape: list[int | None] | None = option(None, dimensions)
    seed: int | None = option(None, real)

    def call(self, x: Array, mask: Mask = None) -> Array:  # noqa: ARG002
        """Return the input."""
        return x


class SpatialDropout1D(Dropout):
    """Drops whole channels of sequences in training; predictions pass unchanged.

    Args:
        rate: The share that is dropped, 0 to 1.
        noise_shape: Kept in the config.
        seed: Makes training repeatable.
    """

    ndim = 3


class Masking(Layer):
    """Masks the steps of a sequence whose values are all `mask_value`, and makes them 0.

    Args:
        mask_value: What marks a step that does not count.
    """

    positional = ("mask_value",)
    supports_masking = True
    makes_mask = True

    mask_value: float = option(0, real)

    def compute_mask(self, x: Array, mask: Mask) -> Mask:  # noqa: ARG002
        """(batch, steps, ...) -> (batch, steps): which steps count."""
        return np.asarray((x != self.mask_value).any(axis=-1))

    def call(self, x: Array, mask: Mask = None) -> Array:  # noqa: ARG002
        """Return the input with masked steps 0."""
        seen = (x != self.mask_value).any(axis=-1, keepdims=True)
        return np.asarray(x * seen.astype(x.dtype))


class Embedding(Layer):
    """A vector for each whole number: (batch, ...) -> (batch, ..., output_dim).

    Args:
        input_dim: How many numbers there are: 0 to ``input_dim - 1``.
        output_dim: The size of a vector.
        embeddings_initializer: What the table (input_dim, output_dim) starts from.
        embeddings_regularizer: A penalty for training; so is `activity_regularizer`.
        embeddings_constraint: A constraint for training.
        mask_zero: Whether the number 0 masks its step.
        input_length: The length of the sequences, where it is always the same.
    """

    positional = ("input_dim", "output_dim")

    input_dim: int = option(check=whole(1))
    output_dim: int = option(check=whole(1))
    embeddings_initializer: Part = option("RandomUniform", initializer)
    embeddings_regularizer: Part | None = option(None, regularizer)
    activity_regularizer: Part | None = option(None, regularizer)
    embeddings_constraint: Part | None = option(None, constraint)
    mask_zero: bool | None = option(None, flag)
    input_length: Any = option(
        None, lambda v: dimensions(v) if isinstance(v, list | tuple) else whole()(v)
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        shapeless = options.get("input_shape") is None and options.get("batch_input_shape") is None
        super().__init__(*args, **options)
        if shapeless:
            length = self.input_length
            sides = length if isinstance(length, list) else [length]
            self.batch_input_shape = (options.get("batch_size"), *sides)
        self.supports_masking = bool(self.mask_zero)
        self.makes_mask = bool(self.mask_zero)

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
        return np.asarray(x != 0) if self.mask_zero else None

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """(batch, ...) -> (batch, ..., output_dim)."""
        sides = only(shape, self.name)
        length: Sequence[int | None] = sides[1:]
        if self.input_length is not None:
            said = self.input_length if isinstance(self.input_length, list) else [self.input_length]
            pairs = list(zip(said, sides[1:], strict=False))
            if len(said) != len(sides) - 1 or any(
                a is not None and b is not None and a != b for a, b in pairs
            ):
                raise InvalidModelError(
                    f"Embedding {self.name!r} has input_length {self.input_length}, but its input "
                    f"has the shape {list(sides)}"
                )
            length = [b if a is None else a for a, b in pairs]
        return (sides[0], *length, self.output_dim)

    def call(self, x: Array, mask: Mask = None) -> Array:  # noqa: ARG002
        """Return the vectors. Raises ModelInputError for numbers out of range."""
        numbers = x.astype(np.int32, copy=False)
        if numbers.size and not 0 <= numbers.min() <= numbers.max() < self.input_dim:
            raise ModelInputError(
                f"Embedding {self.name!r} has vectors for 0 to {self.input_dim - 1}; the input "
                f"has numbers from {numbers.min()} to {numbers.max()}"
            )
        return np.asarray(self.embeddings.value[numbers])


def Input(  # noqa: N802 -- TensorFlow.js's and Keras's own name
    shape: Sequence[int | None] | None = None,
    batch_shape: Sequence[int | None] | None = None,
    name: str | None = None,
    dtype: str = "float32",
    sparse: bool = False,
) -> SymbolicTensor:
    """Return the tensor that a functional model starts from.

    Args:
        shape: The shape of one example.
        batch_shape: The same with the batch size in front; give one of the two.
        name: The name of the input; "input1" and so on unless given.
        dtype: "float32", "int32" or "bool".
        sparse: Kept in the config.

    Raises InvalidModelError unless exactly one of the shapes is given.
    """
    if (shape is None) == (batch_shape is None):
        raise InvalidModelError(
            f"Input takes either shape or batch_shape; got shape={shape!r} and "
            f"batch_shape={batch_shape!r}"
        )
    layer = InputLayer(
        batch_input_shape=batch_shape if shape is None else [None, *shape],
        name=name,
        dtype=dtype,
        sparse=sparse,
    )
    return layer.inbound_nodes[0].outputs[0]
