"""ConvLSTM: recurrent layers over sequences of sequences, images and volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from pyio.models.core.options import DATA_FORMAT, PADDING, option, sizes, whole
from pyio.models.core.phase import training_phase
from pyio.models.core.shapes import Shape, Shapes, conv_side, known, only
from pyio.models.layers.cells import LSTMCell, Step
from pyio.models.layers.recurrent import BaseRNN, CellRNN
from pyio.models.ops import kernels

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyio.models.core.layer import Array
    from pyio.models.core.weight import Weight
    from pyio.models.ops.kernels import Matrix


class _ConvLSTMCell(LSTMCell):
    """A long short-term memory whose products are convolutions.

    Args:
        filters: The number of channels of the output.
        kernel_size: The sides of the window.
        padding: "valid" or "same", for the input; the state is always padded.
        data_format: "channels_last" or "channels_first".
        dilation_rate: The distance between the values that a window takes.
        strides: How far the window moves over the input.
    """

    positional: tuple[str, ...] = ("filters", "kernel_size")
    omitted = ("units",)
    rank: ClassVar[int] = 2

    filters: int = option(check=whole(1))
    kernel_size: list[int] = option(check=sizes(2))
    padding: str = option("valid", PADDING)
    data_format: str = option("channels_last", DATA_FORMAT)
    dilation_rate: list[int] = option(1, sizes(2))
    strides: list[int] = option(1, sizes(2))

    @property
    def channels_first(self) -> bool:
        """Whether the channels come before the space."""
        return self.data_format == "channels_first"

    @property
    def state_sizes(self) -> list[int]:
        """The output and the memory, by their channels."""
        return [self.filters, self.filters]

    def build(self, shape: Shapes) -> None:
        """Make kernel (*kernel_size, in, 4 * filters), recurrent kernel and bias."""
        sides = only(shape, self.name)
        side = sides[1 if self.channels_first else -1]
        channels = known(side, f"the number of channels of the input of {self.name!r}")
        width = 4 * self.filters
        self.kernel = self.add_weight(
            "kernel", (*self.kernel_size, channels, width), self.kernel_initializer
        )
        self.recurrent_kernel = self.add_weight(
            "recurrent_kernel",
            (*self.kernel_size, self.filters, width),
            self.recurrent_initializer,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight("bias", (width,), self.bias_initializer)
            if self.unit_forget_bias:
                self.bias.start_from_ones(self.filters, 2 * self.filters)

    def space_after(self, shape: Shape) -> list[int | None]:
        """Return the space of the output for inputs of `shape` (without steps)."""
        space = shape[2:] if self.channels_first else shape[1:-1]
        return [
            conv_side(side, k, self.padding, s, d)
            for side, k, s, d in zip(
                space, self.kernel_size, self.strides, self.dilation_rate, strict=True
            )
        ]

    def initial_states(self, x: Array) -> list[Array]:
        """Return states of 0 for the sequences `x` (batch, steps, ...)."""
        sides_after = self.space_after((x.shape[0], *x.shape[2:]))
        space = [known(side, self.name) for side in sides_after]
        sides = (self.filters, *space) if self.channels_first else (*space, self.filters)
        return [np.zeros((x.shape[0], *sides), np.float32) for _ in range(2)]

    def prepare(self, x: Array) -> Array:
        """Return the convolutions of the input, of all steps at once, with the bias."""
        masked = self._masked(x, "input", x.shape[1:], self.dropout)
        window = self.kernel_size, self.strides, self.dilation_rate

        def product(steps: Array, kernel: Matrix) -> Array:
            flat = steps.reshape(-1, *steps.shape[2:])
            if self.channels_first:
                flat = np.moveaxis(flat, 1, -1)
            padded = kernels.pad(kernels.contiguous(flat), *window, self.padding)
            return kernels.conv(padded, kernel, *window)

        y = self._by_gate(masked, self.kernel, product)
        if self.bias is not None:
            y = kernels.add_bias(y, self.bias.value)
        return y.reshape(*x.shape[:2], *y.shape[1:])

    def step(self, prepared: Array, states: list[Array]) -> Step:
        """Return the output and the two new states."""
        state, memory = (
            (np.moveaxis(each, 1, -1) if self.channels_first else each) for each in states
        )
        size, ones = self.kernel_size, [1] * self.rank

        def product(part: Array, kernel: Matrix) -> Array:
            padded = kernels.pad(kernels.contiguous(part), size, ones, ones, "same")
            return kernels.conv(padded, kernel, size, ones, ones)

        masked = self._masked(state, "state", state.shape, self.recurrent_dropout)
        z = prepared + self._by_gate(masked, self.recurrent_kernel, product)
        n = self.filters
        i, f, o = self.gate(z[..., :n]), self.gate(z[..., n : 2 * n]), self.gate(z[..., 3 * n :])
        memory = f * memory + i * self.activate(z[..., 2 * n : 3 * n])
        output = o * self.activate(memory)
        if self.channels_first:
            output, memory = np.moveaxis(output, -1, 1), np.moveaxis(memory, -1, 1)
        return output, [output, memory]

    def _masked(self, x: Array, what: str, shape: Sequence[int], rate: float) -> list[Array]:
        """Return `x`, or for training with dropout `x` with another mask for each gate."""
        phase = training_phase()
        if phase is None or not 0 < rate < 1:
            return [x]
        masks = [phase.kept_for_sequence(self, f"{what}{gate}", shape, rate) for gate in range(4)]
        return [x * mask for mask in masks]

    def _by_gate(
        self, parts: list[Array], weight: Weight, product: Callable[[Array, Matrix], Array]
    ) -> Array:
        """Return the products of `parts` with the kernel of their gate, or of one with all."""
        if len(parts) == 1:
            return product(parts[0], weight.matrix)
        n = self.filters
        rows = weight.value.reshape(-1, 4 * n)
        columns = [rows[:, gate * n : (gate + 1) * n] for gate in range(4)]
        pairs = zip(parts, columns, strict=True)
        products = [product(part, kernels.matrix(kernels.contiguous(each))) for part, each in pairs]
        return np.concatenate(products, axis=-1)


class ConvLSTM1DCell(_ConvLSTMCell):
    """The cell of `ConvLSTM1D`."""

    rank = 1

    kernel_size: list[int] = option(check=sizes(1))
    dilation_rate: list[int] = option(1, sizes(1))
    strides: list[int] = option(1, sizes(1))


class ConvLSTM2DCell(_ConvLSTMCell):
    """A long short-term memory whose products are convolutions of images."""


class ConvLSTM3DCell(_ConvLSTMCell):
    """The cell of `ConvLSTM3D`."""

    rank = 3

    kernel_size: list[int] = option(check=sizes(3))
    dilation_rate: list[int] = option(1, sizes(3))
    strides: list[int] = option(1, sizes(3))


class _ConvLSTM(CellRNN):
    """A layer of long short-term memories whose products are convolutions."""

    positional: tuple[str, ...] = ("filters", "kernel_size")

    def state_shapes(self, shape: Shape) -> list[Shape]:
        """Return the shapes of the states for sequences of `shape`."""
        cell = self.cell
        assert isinstance(cell, _ConvLSTMCell)
        space = cell.space_after((shape[0], *shape[2:]))
        sides = (cell.filters, *space) if cell.channels_first else (*space, cell.filters)
        return [(shape[0], *sides)] * 2


class ConvLSTM1D(_ConvLSTM):
    """A layer of long short-term memories over sequences: (batch, steps, length, in).

    Only Keras has it. The output is (batch, length, filters), or (batch, steps, length, filters).
    """

    cell_class = ConvLSTM1DCell
    ndim = 4
    late = ConvLSTM1DCell.late | BaseRNN.late


class ConvLSTM2D(_ConvLSTM):
    """A layer of long short-term memories over images: (batch, steps, height, width, in)."""

    cell_class = ConvLSTM2DCell
    ndim = 5
    late = ConvLSTM2DCell.late | BaseRNN.late


class ConvLSTM3D(_ConvLSTM):
    """A layer of long short-term memories over volumes: (batch, steps, depth, height, width, in).

    Only Keras has it.
    """

    cell_class = ConvLSTM3DCell
    ndim = 6
    late = ConvLSTM3DCell.late | BaseRNN.late
