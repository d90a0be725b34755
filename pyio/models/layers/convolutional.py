"""Convolutions. All of them compute with the channels last, and transpose other layouts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pyio.errors import InvalidModelError
from pyio.models.core.options import (
    DATA_FORMAT,
    PADDING,
    choice,
    flag,
    keras_option,
    option,
    sizes,
    whole,
)
from pyio.models.core.parts import ConfigObject, activation, constraint, initializer, regularizer
from pyio.models.core.shapes import Shape, Shapes, conv_side, deconv_side, known, only
from pyio.models.core.work import volume
from pyio.models.layers.bias_activation import BiasActivation
from pyio.models.ops import kernels
from pyio.models.serialization.registry import acts_on_each_number

if TYPE_CHECKING:
    from pyio.models.core.layer import Array
    from pyio.models.ops.kernels import Matrix


class BaseConv(BiasActivation):
    """What all convolutions share.

    Args:
        kernel_size: The sides of the window.
        strides: How far the window moves.
        padding: "valid" keeps the window inside the input, "same" pads the input so that only
            strides change its size.
        data_format: "channels_last" or "channels_first".
        dilation_rate: The distance between the values that a window takes.
        activation: The name of an activation or a layer such as ReLU; "linear" unless given.
        use_bias: Whether a bias (filters,) is added.
        bias_initializer: What the bias starts from.
        bias_regularizer: Regularizer of the bias. Stored in the config; used in training only.
        activity_regularizer: The same for the output.
        bias_constraint: Constraint on the bias. Stored in the config; used in training only.
    """

    rank: ClassVar[int] = 2

    kernel_size: list[int] = option(check=sizes(2))
    strides: list[int] = option(1, sizes(2))
    padding: str = option("valid", PADDING)
    data_format: str = option("channels_last", DATA_FORMAT)
    dilation_rate: list[int] = option(1, sizes(2))
    activation: Any = option("linear", activation)
    use_bias: bool = option(True, flag)
    bias_initializer: ConfigObject = option("Zeros", initializer)
    bias_regularizer: ConfigObject | None = option(None, regularizer)
    activity_regularizer: ConfigObject | None = option(None, regularizer)
    bias_constraint: ConfigObject | None = option(None, constraint)

    @property
    def channels_first(self) -> bool:
        """Whether the channels come before the space."""
        return self.data_format == "channels_first"

    def channels_in(self, shape: Shapes) -> int:
        """Return the number of channels of the input. Raises InvalidModelError if unknown."""
        sides = only(shape, self.name)
        side = sides[1 if self.channels_first else -1]
        return known(side, f"the number of channels of the input of {self.name!r}")

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return (batch, *space, filters), or (batch, filters, *space) with channels first."""
        sides = only(shape, self.name)
        space = sides[2:] if self.channels_first else sides[1:-1]
        new = [self.side_after(side, axis) for axis, side in enumerate(space)]
        filters = self.filters_out(shape)
        return (sides[0], filters, *new) if self.channels_first else (sides[0], *new, filters)

    def positions(self, before: Shape, after: Shape) -> int:
        """Return the number of windows, or of values that a transposed one spreads."""
        space = slice(2, None) if self.channels_first else slice(1, -1)
        return min(volume(before[space]), volume(after[space]))

    def side_after(self, side: int | None, axis: int) -> int | None:
        """Return what a side of the space becomes."""
        window = self.kernel_size[axis], self.padding, self.strides[axis], self.dilation_rate[axis]
        return conv_side(side, *window)

    def filters_out(self, shape: Shapes) -> int:
        """Return the number of channels of the output."""
        raise NotImplementedError

    def call(self, x: Array) -> Array:
        """Return the convolution, the bias added and activated."""
        if self.channels_first:
            x = np.moveaxis(x, 1, -1)
        y = self.finish_last(self.convolve(kernels.contiguous(x)))
        return np.moveaxis(y, -1, 1) if self.channels_first else y

    def finish_last(self, y: Array) -> Array:
        """Add the bias and activate, with the channels last."""
        if self.channels_first and not acts_on_each_number(self.activation):
            # TensorFlow.js activates after transposing back, so along the last axis of the space.
            y = y if self.bias is None else y + self.bias.value
            return np.moveaxis(self.activate(np.moveaxis(y, -1, 1)), 1, -1)
        return self.finish(y, self.bias)

    def convolve(self, x: Array) -> Array:
        """Return the convolution of `x`, which has its channels last."""
        raise NotImplementedError

    def add_bias(self, filters: int) -> None:
        """Make the bias, if there is one."""
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight("bias", (filters,), self.bias_initializer)

    def padded(self, x: Array) -> Array:
        """Return `x` with the border that the padding asks for."""
        return kernels.pad(x, self.kernel_size, self.strides, self.dilation_rate, self.padding)


class Conv(BaseConv):
    """A convolution with one kernel for all channels.

    Args:
        filters: The number of channels of the output.
        kernel_initializer: What the kernel (*kernel_size, in, filters) starts from.
        kernel_regularizer: Regularizer of the kernel. Stored in the config; used in training only.
        kernel_constraint: Constraint on the kernel. Stored in the config; used in training only.
        groups: How many parts of the channels are convolved on their own. Keras has it.
    """

    positional: tuple[str, ...] = ("filters", "kernel_size")

    filters: int = option(check=whole(1))
    kernel_initializer: ConfigObject = option("GlorotNormal", initializer)
    kernel_regularizer: ConfigObject | None = option(None, regularizer)
    kernel_constraint: ConfigObject | None = option(None, constraint)
    groups: int = keras_option(1, whole(1))

    def build(self, shape: Shapes) -> None:
        """Make the kernel (*kernel_size, in / groups, filters) and the bias."""
        channels = self.channels_in(shape)
        if channels % self.groups or self.filters % self.groups:
            raise InvalidModelError(
                f"{self.class_name} {self.name!r} has {self.groups} groups, which do not divide "
                f"{channels} channels and {self.filters} filters"
            )
        sides = (*self.kernel_size, channels // self.groups, self.filters)
        self.kernel = self.add_weight("kernel", sides, self.kernel_initializer)
        self.add_bias(self.filters)
        self._parts: tuple[Array, list[Matrix]] | None = None

    def filters_out(self, shape: Shapes) -> int:  # noqa: ARG002
        """Return `filters`."""
        return self.filters

    def convolve(self, x: Array) -> Array:
        """Return the convolution of `x`."""
        window = self.kernel_size, self.strides, self.dilation_rate
        if self.groups == 1:
            return kernels.conv(self.padded(x), self.kernel.matrix, *window)
        return self._grouped(self.padded(x), self.kernel.value)

    def _grouped(self, x: Array, kernel: Array) -> Array:
        """Return the convolutions of the parts of the channels, each with its own filters."""
        if kernel.shape[-2] == 1:  # each channel on its own
            multiplier = self.filters // self.groups
            deep = kernel.reshape(*self.kernel_size, self.groups, multiplier)
            return kernels.depthwise(x, deep, self.strides, self.dilation_rate)
        if self._parts is None or self._parts[0] is not kernel:
            rows = kernel.reshape(-1, self.filters)
            self._parts = kernel, [kernels.matrix(p) for p in np.split(rows, self.groups, axis=-1)]
        window = self.kernel_size, self.strides, self.dilation_rate
        parts = zip(np.split(x, self.groups, axis=-1), self._parts[1], strict=True)
        return np.concatenate(
            [kernels.conv(kernels.contiguous(part), matrix, *window) for part, matrix in parts],
            axis=-1,
        )


class Conv1D(Conv):
    """A convolution over sequences: (batch, steps, in) -> (batch, steps, filters).

    Args:
        padding: "valid", "same" or "causal", which takes earlier steps only. TensorFlow.js
            accepts "causal" in a topology and cannot compute it.
    """

    rank = 1
    ndim = 3

    data_format: str = keras_option("channels_last", DATA_FORMAT)

    kernel_size: list[int] = option(check=sizes(1))
    strides: list[int] = option(1, sizes(1))
    padding: str = option("valid", choice("valid", "same", "causal"))
    dilation_rate: list[int] = option(1, sizes(1))

    def tfjs_incompatibility(self) -> str | None:
        """TensorFlow.js cannot compute causal padding."""
        return "causal padding, which Conv1D cannot compute" if self.padding == "causal" else None


class Conv2D(Conv):
    """A convolution over images: (batch, height, width, in) -> (batch, height, width, filters)."""

    ndim = 4


class Conv3D(Conv):
    """A convolution over volumes: (batch, depth, height, width, in) -> (..., filters)."""

    rank = 3
    ndim = 5

    kernel_size: list[int] = option(check=sizes(3))
    strides: list[int] = option(1, sizes(3))
    dilation_rate: list[int] = option(1, sizes(3))


class _Transposed(Conv):
    """A transposed convolution: every side becomes `strides` times as long, or a little more.

    Args:
        output_padding: How much longer each side of the output is than the shortest one that fits.
            Keras has it.
    """

    omitted = ("groups",)
    groups = 1

    output_padding: list[int] | None = keras_option(None, sizes(2, 0))

    def build(self, shape: Shapes) -> None:
        """Make kernel (*kernel_size, filters, in) and bias."""
        sides = (*self.kernel_size, self.filters, self.channels_in(shape))
        self.kernel = self.add_weight("kernel", sides, self.kernel_initializer)
        self.add_bias(self.filters)
        self._columns: tuple[Array, Matrix] | None = None

    def side_after(self, side: int | None, axis: int) -> int | None:
        """Return what a side of the space becomes."""
        reach = (self.kernel_size[axis] - 1) * self.dilation_rate[axis] + 1
        if self.output_padding is None:
            return deconv_side(side, reach, self.padding, self.strides[axis])
        if side is None:
            return None
        border = 2 * (reach // 2) if self.padding == "same" else 0
        return (side - 1) * self.strides[axis] + reach - border + self.output_padding[axis]

    def convolve(self, x: Array) -> Array:
        """Return the transposed convolution of `x`."""
        window = self.kernel_size, self.strides, self.dilation_rate
        whole_ = kernels.conv_transpose(x, self._kernel_columns(), *window, self.filters)
        # The whole result is cut to the size that the padding asks for: at both ends for "same".
        # With strides longer than the window it is too short instead, and is filled up with 0.
        cut = [slice(None)]
        missing = [(0, 0)]
        for axis in range(self.rank):
            side = known(self.side_after(x.shape[1 + axis], axis), self.name)
            extra = whole_.shape[1 + axis] - side
            start = max(extra, 0) // 2 if self.padding == "same" else 0
            cut.append(slice(start, start + side))
            missing.append((0, max(-extra, 0)))
        result = whole_[tuple(cut)]
        return np.pad(result, [*missing, (0, 0)]) if any(map(any, missing)) else result

    def _kernel_columns(self) -> Matrix:
        """Return the kernel with one row per input channel, made again for a new value only."""
        value = self.kernel.value
        if self._columns is None or self._columns[0] is not value:
            rows = value.reshape(-1, value.shape[-1])
            self._columns = value, kernels.matrix(kernels.contiguous(rows.T))
        return self._columns[1]


class Conv1DTranspose(_Transposed):
    """A transposed convolution over sequences (batch, steps, in), which makes them longer.

    Only Keras has it.
    """

    rank = 1
    ndim = 3

    kernel_size: list[int] = option(check=sizes(1))
    strides: list[int] = option(1, sizes(1))
    dilation_rate: list[int] = option(1, sizes(1))
    output_padding: list[int] | None = keras_option(None, sizes(1, 0))


class Conv2DTranspose(_Transposed):
    """A transposed convolution over images, which makes them larger."""

    ndim = 4

    dilation_rate: list[int] = keras_option(1, sizes(2))


class Conv3DTranspose(_Transposed):
    """A transposed convolution over volumes, which makes them larger."""

    rank = 3
    ndim = 5

    kernel_size: list[int] = option(check=sizes(3))
    strides: list[int] = option(1, sizes(3))
    dilation_rate: list[int] = keras_option(1, sizes(3))
    output_padding: list[int] | None = keras_option(None, sizes(3, 0))

    def tfjs_incompatibility(self) -> str | None:
        """TensorFlow.js shifts the output where windows are shorter than the strides."""
        pairs = zip(self.strides, self.kernel_size, strict=True)
        if self.padding == "same" and any(stride > size for stride, size in pairs):
            return "strides longer than the window, which Conv3DTranspose gets wrong there"
        return None
