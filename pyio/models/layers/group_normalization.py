"""Normalizations that only Keras has: by groups of channels, by size, by a spectral norm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.errors import InvalidModelError
from pyio.models.core.layer import Array, Layer
from pyio.models.core.options import any_whole, axes, flag, option, real, whole
from pyio.models.core.parts import ConfigObject, constraint, initializer, regularizer
from pyio.models.core.shapes import Shape, Shapes, known, normal_axis, only
from pyio.models.layers.wrappers import Wrapper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.models.core.weight import Weight


class GroupNormalization(Layer):
    """The channels of each group brought to mean 0 and variance 1, then ``gamma * x + beta``.

    Mean and variance are those of all positions and of the channels of a group, example by
    example. The shape stays: (batch, ..., channels), in float32.

    Args:
        groups: The number of groups, which divides the number of channels; -1 for one each.
        axis: The axis of the channels.
        epsilon: Keeps the division away from 0.
        center: Whether there is a beta.
        scale: Whether there is a gamma.
        beta_initializer: What beta starts from.
        gamma_initializer: What gamma starts from.
        beta_regularizer: Regularizer of beta. Stored in the config; used in training only.
        gamma_regularizer: The same for gamma.
        beta_constraint: Constraint on beta. Stored in the config; used in training only.
        gamma_constraint: The same for gamma.
    """

    positional = ("groups",)
    supports_masking = True

    groups: int = option(32, any_whole)
    axis: int = option(-1, any_whole)
    epsilon: float = option(1e-3, real)
    center: bool = option(True, flag)
    scale: bool = option(True, flag)
    beta_initializer: ConfigObject = option("Zeros", initializer)
    gamma_initializer: ConfigObject = option("Ones", initializer)
    beta_regularizer: ConfigObject | None = option(None, regularizer)
    gamma_regularizer: ConfigObject | None = option(None, regularizer)
    beta_constraint: ConfigObject | None = option(None, constraint)
    gamma_constraint: ConfigObject | None = option(None, constraint)

    def build(self, shape: Shapes) -> None:
        """Make gamma and beta, one value per channel each."""
        sides = only(shape, self.name)
        self._axis = normal_axis(self.axis, len(sides), f"GroupNormalization {self.name!r}")
        channels = known(sides[self._axis], f"axis {self.axis} of the input of {self.name!r}")
        self._groups = channels if self.groups == -1 else self.groups
        if self._groups < 1 or channels % self._groups:
            raise InvalidModelError(
                f"GroupNormalization {self.name!r} has {self.groups} groups, which do not divide "
                f"{channels} channels"
            )
        size = (channels,)
        self.gamma = self.add_weight("gamma", size, self.gamma_initializer) if self.scale else None
        self.beta = self.add_weight("beta", size, self.beta_initializer) if self.center else None

    def call(self, x: Array) -> Array:
        """Return the normalized input."""
        last = np.moveaxis(x, self._axis, -1)
        parts = last.reshape(*last.shape[:-1], self._groups, -1)
        along = (*range(1, parts.ndim - 2), parts.ndim - 1)
        centered = parts - parts.mean(axis=along, keepdims=True)
        variance = np.square(centered).mean(axis=along, keepdims=True)
        y = (centered / np.sqrt(variance + np.float32(self.epsilon))).reshape(last.shape)
        if self.gamma is not None:
            y = y * self.gamma.value
        if self.beta is not None:
            y = y + self.beta.value
        return np.moveaxis(y, -1, self._axis)


def _listed(value: Any) -> list[int]:
    found = axes(value)
    return found if isinstance(found, list) else [found]


class RMSNormalization(Layer):
    """``x / sqrt(mean(x * x) + epsilon) * scale``; the shape stays, in float32.

    Args:
        axis: The axis, or axes, along which the mean is taken.
        epsilon: Keeps the division away from 0.
    """

    axis: list[int] = option([-1], _listed)
    epsilon: float = option(1e-6, real)

    def build(self, shape: Shapes) -> None:
        """Make the scale, with one value for each position along the axes."""
        sides = only(shape, self.name)
        what = f"RMSNormalization {self.name!r}"
        self._axes = tuple(normal_axis(axis, len(sides), what) for axis in self.axis)
        size = [
            known(sides[axis], f"axis {axis} of the input of {self.name!r}") for axis in self._axes
        ]
        self.scale = self.add_weight("scale", size, initializer("Ones"))

    def call(self, x: Array) -> Array:
        """Return the scaled input."""
        mean = np.square(x).mean(axis=self._axes, keepdims=True)
        sides = [side if axis in self._axes else 1 for axis, side in enumerate(x.shape)]
        y = x / np.sqrt(mean + np.float32(self.epsilon))
        scaled: Array = y * self.scale.value.reshape(sides)
        return scaled


class UnitNormalization(Layer):
    """Values of length 1 along an axis: ``x / sqrt(sum(x * x))``; the shape stays, in float32.

    Args:
        axis: The axis, or axes, along which the squares are summed.
    """

    supports_masking = True

    axis: int | list[int] = option(-1, axes)

    def build(self, shape: Shapes) -> None:
        """Raise InvalidModelError for an axis that the input does not have."""
        ndim = len(only(shape, self.name))
        given = self.axis if isinstance(self.axis, list) else [self.axis]
        self._axes = tuple(normal_axis(a, ndim, f"UnitNormalization {self.name!r}") for a in given)

    def call(self, x: Array) -> Array:
        """Return the scaled input."""
        squares = np.square(x).sum(axis=self._axes, keepdims=True)
        y: Array = x / np.sqrt(np.maximum(squares, np.float32(1e-12)))
        return y


def _of_length_1(x: Array) -> Array:
    y: Array = x / np.sqrt(np.maximum(np.square(x).sum(), np.float32(1e-12)))
    return y


class SpectralNormalization(Wrapper):
    """A layer whose kernel training divides by its largest singular value.

    Predicting computes the layer inside as it is: Keras stores the divided kernel.

    Args:
        layer: The layer inside, which has a kernel or embeddings.
        power_iterations: How exactly training finds the singular value.
    """

    power_iterations: int = option(1, whole(1))

    def build(self, shape: Shapes) -> None:
        """Build the layer inside, and make the vector that training keeps."""
        self.layer.ensure_built(shape, self.scope)
        kernel = next((w for w in self.layer.weights if len(w.shape) > 1), None)
        if kernel is None:
            raise InvalidModelError(
                f"the layer in {self.name!r} is a {self.layer.class_name}, which has no kernel"
            )
        size = (1, kernel.shape[-1])
        self._divided = kernel
        self.vector_u = self.add_weight("vector_u", size, initializer("TruncatedNormal"), False)

    def before_step(self) -> Sequence[tuple[Weight, Array]]:
        """Return the kernel divided by its largest singular value, and the vector to find it by.

        So Keras 3.15 does at the start of each call in training, ``spectral_normalization.py``.
        """
        kernel = self._divided.value
        if not kernel.any():
            return []
        flat = kernel.reshape(-1, kernel.shape[-1])
        u = self.vector_u.value
        v = u
        for _ in range(self.power_iterations):
            v = _of_length_1(u @ flat.T)
            u = _of_length_1(v @ flat)
        largest = v @ flat @ u.T
        divided = (kernel / largest.reshape(())).astype(np.float32)
        return [(self.vector_u, u.astype(np.float32)), (self._divided, divided)]

    @property
    def non_trainable_weights(self) -> list[Weight]:
        """The weights inside that training does not change, and the vector."""
        return [*super().non_trainable_weights, *self._other_weights]

    def compute_output_shape(self, shape: Shapes) -> Any:
        """Return the shape of the output of the layer inside."""
        return self.layer.compute_output_shape(shape)

    def work(self, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> int:
        """Return the work of the layer inside."""
        return int(self.layer.work(inputs, outputs))

    def call(self, x: Any) -> Any:
        """Return the output of the layer inside."""
        return self.layer.call(x)
