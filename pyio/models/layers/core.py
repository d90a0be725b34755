"""The basic layers: inputs, dense connections, activations, dropout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.errors import InvalidModelError
from pyio.models.core.graph import Node, SymbolicTensor
from pyio.models.core.layer import Array, Layer
from pyio.models.core.names import numbered
from pyio.models.core.options import (
    dimensions,
    flag,
    fraction,
    option,
    real,
    whole,
)
from pyio.models.core.parts import ConfigObject, activation, constraint, initializer, regularizer
from pyio.models.core.phase import training_phase
from pyio.models.core.shapes import Shape, Shapes, known, only
from pyio.models.core.work import volume
from pyio.models.layers.bias_activation import BiasActivation
from pyio.models.ops import kernels
from pyio.tracebacks import short

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class InputLayer(Layer):
    """The entry of data into a model; `pyio.Input` makes one.

    Args:
        input_shape: The shape of one example; or `batch_input_shape`, with the batch in front.
        dtype: "float32" (the default), "int32" or "bool".
        sparse: Stored in the config; tensors are always dense, as in TensorFlow.js.
    """

    sparse: bool = option(False, flag)

    def __init__(self, *args: Any, **options: Any) -> None:
        name = options.get("name")
        options["name"] = numbered("input") if isinstance(name, str | None) and not name else name
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
        """Return the config, which for an input has no `trainable`."""
        common = self.common_config()
        return {
            "batch_input_shape": common["batch_input_shape"],
            "dtype": self.dtype,
            "sparse": self.sparse,
            "name": self.name,
        }

    def call(self, x: Array) -> Array:
        """Return the input."""
        return x


class Dense(BiasActivation):
    """``activation(x @ kernel + bias)`` on the last axis: (..., in) -> (..., units).

    Args:
        units: The size of the output.
        activation: The name of an activation or a layer such as ReLU; "linear" unless given.
        use_bias: Whether a bias is added.
        kernel_initializer: What the kernel (in, units) starts from.
        bias_initializer: What the bias (units,) starts from.
        kernel_regularizer: Regularizer of the kernel. Stored in the config; used in training only.
        bias_regularizer: The same for the bias.
        activity_regularizer: The same for the output.
        kernel_constraint: Constraint on the kernel. Stored in the config; used in training only.
        bias_constraint: The same for the bias.
        input_dim: Short for ``input_shape=(input_dim,)``.
    """

    positional = ("units",)
    supports_masking = True
    min_ndim = 2

    units: int = option(check=whole(1))
    activation: Any = option("linear", activation)
    use_bias: bool = option(True, flag)
    kernel_initializer: ConfigObject = option("GlorotNormal", initializer)
    bias_initializer: ConfigObject = option("Zeros", initializer)
    kernel_regularizer: ConfigObject | None = option(None, regularizer)
    bias_regularizer: ConfigObject | None = option(None, regularizer)
    activity_regularizer: ConfigObject | None = option(None, regularizer)
    kernel_constraint: ConfigObject | None = option(None, constraint)
    bias_constraint: ConfigObject | None = option(None, constraint)

    def __init__(self, *args: Any, input_dim: int | None = None, **options: Any) -> None:
        without_shape = not {"input_shape", "batch_input_shape"} & set(options)
        if input_dim is not None and without_shape:
            options["input_shape"] = (input_dim,)
        super().__init__(*args, **options)
        if input_dim is not None and without_shape:
            self.dtype = None  # TensorFlow.js writes no dtype for this short form

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

    def positions(self, before: Shape, after: Shape) -> int:  # noqa: ARG002
        """Return the number of vectors in an example."""
        return volume(before[1:-1])

    def call(self, x: Array) -> Array:
        """Return the product, the bias added and activated."""
        return self.finish(kernels.matmul(x, self.kernel.matrix), self.bias)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Dense:
        """Return the layer; for `input_dim`, TensorFlow.js writes a shape without a dtype."""
        layer = super().from_config(config)
        if config.get("dtype") is None:
            layer.dtype = None
        return layer


class Activation(BiasActivation):
    """An activation as a layer of its own.

    Args:
        activation: The name of the activation.
    """

    positional = ("activation",)
    supports_masking = True

    activation: Any = option("linear", activation)

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return the shape of the input, for "glu" with half the last side."""
        *sides, last = only(shape, self.name)
        if self.activation == "glu" and last is not None:
            last //= 2
        return (*sides, last)

    def call(self, x: Array) -> Array:
        """Return the activated input."""
        return self.finish(x, None)


class Dropout(Layer):
    """Drops values in training; predictions pass unchanged.

    Args:
        rate: The share that is dropped, 0 to 1.
        noise_shape: The shape of the mask; values that share an element are dropped together.
        seed: Makes training repeatable.
    """

    positional = ("rate",)
    supports_masking = True

    rate: float = option(check=fraction)
    noise_shape: list[int | None] | None = option(None, dimensions)
    seed: int | None = option(None, real)

    def call(self, x: Array) -> Array:
        """Return the input, in training with values dropped and the others made larger."""
        phase = training_phase()
        if phase is None or not 0 < self.rate < 1:
            return x
        return x * phase.kept(self, self.mask_shape(x.shape), self.rate)

    def mask_shape(self, shape: Sequence[int]) -> Sequence[int]:
        """Return the shape of the mask for an input of `shape`."""
        given = self.noise_shape or [None] * len(shape)
        return [side if fixed is None else fixed for side, fixed in zip(shape, given, strict=True)]


class SpatialDropout1D(Dropout):
    """Drops whole channels of sequences in training; predictions pass unchanged.

    Args:
        rate: The share that is dropped, 0 to 1.
        noise_shape: Stored in the config.
        seed: Makes training repeatable.
    """

    ndim = 3

    def mask_shape(self, shape: Sequence[int]) -> Sequence[int]:
        """Return the shape of the mask: the same for all steps."""
        return [shape[0], 1, shape[2]]


@short
def Input(  # noqa: N802 -- TensorFlow.js's and Keras's own name
    shape: Sequence[int | None] | None = None,
    batch_shape: Sequence[int | None] | None = None,
    name: str | None = None,
    dtype: str = "float32",
    sparse: bool = False,
) -> SymbolicTensor:
    """Return a symbolic tensor, the input of a functional model.

    Args:
        shape: The shape of one example.
        batch_shape: The same with the batch size in front; give one of the two.
        name: The name of the input; "input1" and so on unless given.
        dtype: "float32", "int32" or "bool".
        sparse: Stored in the config.

    Raises InvalidModelError unless exactly one of the shapes is given.
    """
    if (shape is None) == (batch_shape is None):
        raise InvalidModelError(
            f"Input takes either shape or batch_shape; got shape={shape!r} and "
            f"batch_shape={batch_shape!r}"
        )
    layer = InputLayer(
        input_shape=shape,
        batch_input_shape=batch_shape,
        name=name,
        dtype=dtype,
        sparse=sparse,
    )
    return layer.inbound_nodes[0].outputs[0]


input = Input  # noqa: A001 -- as TensorFlow.js calls it
