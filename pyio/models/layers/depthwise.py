"""Convolutions of each channel on its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.models.core.options import choice, option, sizes, whole
from pyio.models.core.parts import REGULARIZERS, ConfigObject, constraint, initializer, regularizer
from pyio.models.layers.convolutional import BaseConv, Conv
from pyio.models.ops import kernels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyio.models.core.layer import Array
    from pyio.models.core.shapes import Shapes


class _Depthwise(BaseConv):
    """A convolution of each channel on its own: (..., in) -> (..., in * depth_multiplier).

    Args:
        depth_multiplier: The number of outputs per channel.
        depthwise_initializer: What the kernel (*kernel_size, in, depth_multiplier) starts from.
        depthwise_regularizer: Regularizer of the kernel. Stored in the config; used in training
            only.
        depthwise_constraint: Constraint on the kernel. Stored in the config; used in training only.
    """

    positional: tuple[str, ...] = ("kernel_size",)
    own_options_last = True

    depth_multiplier: int = option(1, whole(1))
    depthwise_initializer: ConfigObject = option("GlorotNormal", initializer)
    depthwise_regularizer: ConfigObject | None = option(None, regularizer)
    depthwise_constraint: ConfigObject | None = option(None, constraint)

    def build(self, shape: Shapes) -> None:
        """Make kernel and bias."""
        sides = (*self.kernel_size, self.channels_in(shape), self.depth_multiplier)
        self.depthwise_kernel = self.add_weight(
            "depthwise_kernel", sides, self.depthwise_initializer
        )
        self.add_bias(self.filters_out(shape))

    def filters_out(self, shape: Shapes) -> int:
        """Return in * depth_multiplier."""
        return self.channels_in(shape) * self.depth_multiplier

    def convolve(self, x: Array) -> Array:
        """Return the convolution of `x`, channel by channel."""
        kernel = self.depthwise_kernel.value
        return kernels.depthwise(self.padded(x), kernel, self.strides, self.dilation_rate)

    def prepare_for_save(self, config: dict[str, Any]) -> None:
        """Leave out a regularizer in the constraint: TensorFlow.js writes it and cannot read it."""
        found = self.depthwise_constraint
        if found is not None and found["class_name"] in REGULARIZERS:
            config["depthwise_constraint"] = None

    def tfjs_incompatibility(self) -> str | None:
        """TensorFlow.js ignores the dilation."""
        if any(rate != 1 for rate in self.dilation_rate):
            return f"a dilation_rate, which {self.class_name} ignores there"
        return None


class DepthwiseConv1D(_Depthwise):
    """A convolution of each channel of sequences: (batch, steps, in) -> (..., in * multiplier).

    Only Keras has it.
    """

    rank = 1
    ndim = 3

    kernel_size: list[int] = option(check=sizes(1))
    strides: list[int] = option(1, sizes(1))
    padding: str = option("valid", choice("valid", "same", "causal"))
    dilation_rate: list[int] = option(1, sizes(1))


class DepthwiseConv2D(_Depthwise):
    """A convolution of each channel of images: (..., in) -> (..., in * depth_multiplier)."""

    ndim = 4


class _Separable(Conv):
    """A convolution of each channel on its own, then one across channels at each position.

    Args:
        depth_multiplier: The number of outputs per channel of the first step.
        depthwise_initializer: What the kernel (*kernel_size, in, depth_multiplier) starts from.
        pointwise_initializer: What the kernel (1, ..., in * depth_multiplier, filters) starts from.
        depthwise_regularizer: Regularizer of the first kernel. Stored in the config; used in
            training only.
        pointwise_regularizer: The same for the second kernel.
        depthwise_constraint: Constraint on the first kernel. Stored in the config; used in training
            only.
        pointwise_constraint: The same for the second kernel.
    """

    own_options_last = True
    omitted = ("kernel_initializer", "kernel_regularizer", "kernel_constraint", "groups")

    depthwise_initializer: ConfigObject = option("GlorotUniform", initializer)
    pointwise_initializer: ConfigObject = option("GlorotUniform", initializer)
    depthwise_regularizer: ConfigObject | None = option(None, regularizer)
    pointwise_regularizer: ConfigObject | None = option(None, regularizer)
    depthwise_constraint: ConfigObject | None = option(None, constraint)
    pointwise_constraint: ConfigObject | None = option(None, constraint)
    depth_multiplier: int = option(1, whole(1), written="changed")

    found_multiplier: int | None = None
    """The depth multiplier of the stored weights, where the config does not contain it."""

    def build(self, shape: Shapes) -> None:
        """Make both kernels and the bias."""
        deep, flat = self._kernel_shapes(self.channels_in(shape), self.depth_multiplier)
        self.depthwise_kernel = self.add_weight(
            "depthwise_kernel", deep, self.depthwise_initializer
        )
        self.pointwise_kernel = self.add_weight(
            "pointwise_kernel", flat, self.pointwise_initializer
        )
        self.add_bias(self.filters)

    def convolve(self, x: Array) -> Array:
        """Return the convolution of `x`."""
        kernel = self.depthwise_kernel.value
        deep = kernels.depthwise(self.padded(x), kernel, self.strides, self.dilation_rate)
        return kernels.matmul(deep, self.pointwise_kernel.matrix)

    def infer_from_weights(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        """Take the depth multiplier from the stored kernel: TensorFlow.js does not save it."""
        shape = shapes.get(self.depthwise_kernel.name) if self.built else None
        ours = self.depthwise_kernel.shape if self.built else ()
        if shape is None or len(shape) != len(ours) or shape[:-1] != ours[:-1]:
            return
        if shape[-1] != ours[-1]:
            deep, flat = self._kernel_shapes(shape[-2], shape[-1])
            self.depthwise_kernel.reshape(deep)
            self.pointwise_kernel.reshape(flat)
            self.found_multiplier = shape[-1]

    def prepare_for_save(self, config: dict[str, Any]) -> None:
        """Write the depth multiplier that was found, so that TensorFlow.js can open the model."""
        found = self.found_multiplier
        if found is None:
            return
        config.pop("depth_multiplier", None)
        if self.options["depth_multiplier"].is_written(found):
            config["depth_multiplier"] = found

    def _kernel_shapes(self, channels: int, multiplier: int) -> tuple[tuple[int, ...], ...]:
        deep = (*self.kernel_size, channels, multiplier)
        return deep, (*[1] * self.rank, channels * multiplier, self.filters)


class SeparableConv1D(_Separable):
    """A convolution of each channel of sequences (batch, steps, in), then one across channels.

    Only Keras has it.
    """

    rank = 1
    ndim = 3

    kernel_size: list[int] = option(check=sizes(1))
    strides: list[int] = option(1, sizes(1))
    padding: str = option("valid", choice("valid", "same", "causal"))
    dilation_rate: list[int] = option(1, sizes(1))


class SeparableConv2D(_Separable):
    """A convolution of each channel of images (batch, height, width, in), then one across them."""

    ndim = 4
