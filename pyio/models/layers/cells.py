"""Cells: one step of a recurrent layer."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pyio.models.core.layer import Array, Layer
from pyio.models.core.options import any_whole, flag, fraction, keras_option, option, whole
from pyio.models.core.parts import ConfigObject, activation, constraint, initializer, regularizer
from pyio.models.core.phase import training_phase
from pyio.models.core.shapes import Shapes, known, only
from pyio.models.layers.bias_activation import BiasActivation
from pyio.models.ops import kernels
from pyio.models.ops.followed import Followed
from pyio.models.serialization.registry import (
    activation_function,
    acts_on_each_number,
    layers_option,
)

if TYPE_CHECKING:
    from pyio.models.ops.activations import Activation

Step = tuple[Array, list[Array]]
"""The output of a step and the new states."""


class Cell(Layer):
    """One step of a recurrent layer.

    A cell splits its work: `prepare` does the part that needs only the input, for all steps at
    once, and `step` the rest. One large product is faster than one small product per step.
    """

    own_options_last = True

    @property
    def state_sizes(self) -> list[int]:
        """The size of each state."""
        raise NotImplementedError

    @property
    def output_state(self) -> int:
        """The number of the state that is the output, and has its size."""
        return 0

    def initial_states(self, x: Array) -> list[Array]:
        """Return states of 0 for the sequences `x` (batch, steps, ...)."""
        return [np.zeros((x.shape[0], size), np.float32) for size in self.state_sizes]

    def prepare(self, x: Array) -> Any:
        """Return the part of the result that depends on the input (steps, batch, ...) alone.

        It has one item per step.
        """
        return x

    def step(self, prepared: Any, states: list[Array]) -> Step:
        """Return the output and the new states of one step."""
        raise NotImplementedError

    def call(self, x: Any) -> Any:
        """Compute one step by itself: [input, *states] -> [output, *states]."""
        output, states = self.step(self.prepare(x[0][None])[0], list(x[1:]))
        return [output, *states]


class UnitCell(Cell, BiasActivation):
    """The base class of cells with units.

    Args:
        units: The size of the output.
        activation: The name of the activation of the output, "tanh" unless given.
        use_bias: Whether a bias is added.
        kernel_initializer: What the kernel starts from.
        recurrent_initializer: What the recurrent kernel starts from.
        bias_initializer: What the bias starts from.
        kernel_regularizer: Regularizer of the kernel. Stored in the config; used in training
            only, as all regularizers are.
        kernel_constraint: Constraint on the kernel. Stored in the config; used in training only,
            as all constraints are.
        dropout: The share of the input that is dropped in training.
        recurrent_dropout: The share of the state that is dropped in training.
    """

    positional: tuple[str, ...] = ("units",)
    own_options_last = True
    gates: ClassVar[int] = 1

    units: int = option(check=whole(1))
    activation: Any = option("tanh", activation)
    use_bias: bool = option(True, flag)
    kernel_initializer: ConfigObject = option("GlorotNormal", initializer)
    recurrent_initializer: ConfigObject = option("Orthogonal", initializer)
    bias_initializer: ConfigObject = option("Zeros", initializer)
    kernel_regularizer: ConfigObject | None = option(None, regularizer)
    recurrent_regularizer: ConfigObject | None = option(None, regularizer)
    bias_regularizer: ConfigObject | None = option(None, regularizer)
    activity_regularizer: ConfigObject | None = option(None, regularizer)
    kernel_constraint: ConfigObject | None = option(None, constraint)
    recurrent_constraint: ConfigObject | None = option(None, constraint)
    bias_constraint: ConfigObject | None = option(None, constraint)
    dropout: float = option(0, fraction)
    recurrent_dropout: float = option(0, fraction)

    def build(self, shape: Shapes) -> None:
        """Make kernel (in, gates * units), recurrent kernel and bias."""
        inputs = known(only(shape, self.name)[-1], f"the last side of the input of {self.name!r}")
        width = self.gates * self.units
        self.kernel = self.add_weight("kernel", (inputs, width), self.kernel_initializer)
        self.recurrent_kernel = self.add_weight(
            "recurrent_kernel", (self.units, width), self.recurrent_initializer
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight("bias", self.bias_shape(), self.bias_initializer)

    def bias_shape(self) -> tuple[int, ...]:
        """Return the shape of the bias."""
        return (self.gates * self.units,)

    @property
    def state_sizes(self) -> list[int]:
        """One state of `units`."""
        return [self.units]

    def prepare(self, x: Array) -> Array:
        """Return the products of the input with the kernel, the bias added."""
        phase = training_phase()
        if phase is not None:
            # One mask for all steps; x is (steps, batch, in).
            mask = phase.kept_for_sequence(self, "input", x.shape[1:], self.dropout)
            x = x if mask is None else x * mask
        product = kernels.matmul(x, self.kernel.matrix)
        bias = self.input_bias()
        return product if bias is None else product + bias

    def input_bias(self) -> Array | None:
        """Return the bias of the product with the input."""
        return None if self.bias is None else self.bias.value

    def dropped(self, state: Array) -> Array:
        """Return a state, in training with values dropped, the same ones at all steps."""
        phase = training_phase()
        if phase is None:
            return state
        rate = self.recurrent_dropout
        mask = phase.kept_for_sequence(self, "state", state.shape, rate)
        return state if mask is None else state * mask

    def recur(self, state: Array) -> Array:
        """Return the product of a state with the recurrent kernel."""
        return kernels.matmul(state, self.recurrent_kernel.matrix)


class SimpleRNNCell(UnitCell):
    """``activation(x @ kernel + state @ recurrent_kernel + bias)``."""

    def step(self, prepared: Array, states: list[Array]) -> Step:
        """Return the output, which is also the new state."""
        z = prepared + self.recur(self.dropped(states[0]))
        output = self.finish(z, None)
        return output, [output]


class GatedCell(UnitCell):
    """The base class of cells with gates.

    Args:
        recurrent_activation: The name of the activation of the gates, "hard_sigmoid" unless given.
        implementation: Stored in the config.
    """

    recurrent_activation: Any = option("hard_sigmoid", activation, after="activation")
    implementation: int | None = option(None, any_whole)

    @cached_property
    def gate(self) -> Activation:
        """The function of the gates. Raises UnknownLayersError if it is not registered."""
        function = activation_function(self.recurrent_activation, self.name)
        if acts_on_each_number(self.recurrent_activation):
            return function

        def each_gate(x: Array) -> Array:
            gates = np.split(x, x.shape[-1] // self.units, axis=-1)
            return np.concatenate([function(gate) for gate in gates], axis=-1)

        return each_gate


class GRUCell(GatedCell):
    """A gated recurrent unit: gates z, r and h, in this order.

    Args:
        reset_after: Whether the reset gate acts after the product with the recurrent kernel, as
            Keras does by default. TensorFlow.js cannot.
    """

    gates = 3

    reset_after: bool = option(False, flag)

    def bias_shape(self) -> tuple[int, ...]:
        """Return the shape of the bias: with `reset_after`, one row for each product."""
        return (2, 3 * self.units) if self.reset_after else (3 * self.units,)

    def input_bias(self) -> Array | None:
        """Return the bias of the product with the input: with `reset_after`, the first row."""
        bias = super().input_bias()
        return bias[0] if bias is not None and self.reset_after else bias

    def step(self, prepared: Array, states: list[Array]) -> Step:
        """Return the output, which is also the new state."""
        state, u = self.dropped(states[0]), self.units
        if self.reset_after:
            inner = self.recur(state)
            if self.bias is not None:
                inner = inner + self.bias.value[1]
            z, r = self._gates(prepared, inner)
            product = r * inner[:, 2 * u :]
        else:
            z, r = self._gates(prepared, kernels.matmul(state, self._parts[0]))
            product = kernels.matmul(r * state, self._parts[1])
        if isinstance(product, Followed):
            candidate = product.kernels.gru_candidate(prepared, product, u, self.activate)
            output: Array = product.kernels.gru_step(z, state, candidate)
        else:
            candidate = self.activate(prepared[:, 2 * u :] + product)
            output = z * state + (1 - z) * candidate
        return output, [output]

    def _gates(self, prepared: Array, inner: Array) -> tuple[Array, Array]:
        u = self.units
        for each in (prepared, inner):
            if isinstance(each, Followed):
                found: tuple[Array, Array] | None = each.kernels.gru_gates(
                    prepared, inner, u, self.gate
                )
                if found is not None:
                    return found
                break
        both: Array = self.gate(prepared[:, : 2 * u] + inner[:, : 2 * u])
        return both[:, :u], both[:, u:]

    @property
    def _parts(self) -> tuple[kernels.Matrix, kernels.Matrix]:
        """The two parts of the recurrent kernel: of the gates and of the candidate.

        Kept as long as the kernel has the same value, because preparing a matrix takes time.
        """
        value, kept = self.recurrent_kernel.value, getattr(self, "_kept_parts", None)
        if kept is None or kept[0] is not value:
            u = self.units
            kept = value, (kernels.matrix(value[:, : 2 * u]), kernels.matrix(value[:, 2 * u :]))
            self._kept_parts = kept
        parts: tuple[kernels.Matrix, kernels.Matrix] = kept[1]
        return parts

    def tfjs_incompatibility(self) -> str | None:
        """TensorFlow.js refuses reset_after."""
        return "reset_after, which GRU refuses there" if self.reset_after else None


class LSTMCell(GatedCell):
    """A long short-term memory: gates i, f, c and o, in this order.

    Args:
        unit_forget_bias: Whether the bias of the forget gate starts from 1.
    """

    gates = 4

    unit_forget_bias: bool | None = option(None, flag, after="bias_initializer")

    @property
    def state_sizes(self) -> list[int]:
        """The output and the memory."""
        return [self.units, self.units]

    def build(self, shape: Shapes) -> None:
        """Make kernel, recurrent kernel and bias."""
        super().build(shape)
        if self.bias is not None and self.unit_forget_bias:
            self.bias.start_from_ones(self.units, 2 * self.units)

    def step(self, prepared: Array, states: list[Array]) -> Step:
        """Return the output and the two new states."""
        u = self.units
        z = prepared + self.recur(self.dropped(states[0]))
        if isinstance(z, Followed):
            both = z.kernels.lstm_step(z, states[1], u, self.gate, self.activate)
            if both is not None:
                return both[0], list(both)
        # One call of a function on everything is faster than three on parts.
        if self.recurrent_activation == self.activation:
            z = self.gate(z)
            i, f, c, o = z[:, :u], z[:, u : 2 * u], z[:, 2 * u : 3 * u], z[:, 3 * u :]
        else:
            both = self.gate(z[:, : 2 * u])
            i, f = both[:, :u], both[:, u:]
            c, o = self.activate(z[:, 2 * u : 3 * u]), self.gate(z[:, 3 * u :])
        memory = f * states[1] + i * c
        output = o * self.activate(memory)
        return output, [output, memory]


class StackedRNNCells(Cell):
    """Cells on top of one another. The states of the last come first, as in TensorFlow.js.

    Args:
        cells: The cells, from the bottom up.
        first_states_first: Whether the states of the first cell come first, as in Keras. It is set
            for models that Keras wrote.
    """

    positional: tuple[str, ...] = ("cells",)

    cells: list[Any] = option(check=layers_option)
    first_states_first: bool = keras_option(False, flag)

    @property
    def state_sizes(self) -> list[int]:
        """The sizes of all states, cell by cell."""
        return [size for cell in self._in_order(self.cells) for size in cell.state_sizes]

    @property
    def output_state(self) -> int:
        """The number of the first state of the last cell."""
        before = self.cells[:-1] if self.first_states_first else []
        return sum(len(cell.state_sizes) for cell in before) + int(self.cells[-1].output_state)

    def _in_order(self, items: list[Any]) -> list[Any]:
        """Return what belongs to the cells in the order of their states, or the reverse."""
        return items if self.first_states_first else items[::-1]

    def build(self, shape: Shapes) -> None:
        """Build each cell for the output of the one below."""
        sides = only(shape, self.name)
        for index, cell in enumerate(self.cells):
            cell.ensure_built(sides, f"{self.scope}/RNNCell_{index}")
            sides = (sides[0], cell.state_sizes[cell.output_state])

    def step(self, prepared: Array, states: list[Array]) -> Step:
        """Return the output of the last cell and the new states of all."""
        # The cells compute from the first on, whatever the order of the states is.
        rest, own = list(states), []
        for cell in self._in_order(self.cells):
            count = len(cell.state_sizes)
            own.append(rest[:count])
            rest = rest[count:]
        output, new = prepared, []
        for cell, its_states in zip(self.cells, self._in_order(own), strict=True):
            output, changed = cell.step(cell.prepare(output[None])[0], its_states)
            new.append(changed)
        return output, [state for changed in self._in_order(new) for state in changed]

    def inner_layers(self) -> Any:
        """Yield the cells."""
        for cell in self.cells:
            yield cell
            yield from cell.inner_layers()

    @property
    def trainable_weights(self) -> list[Any]:
        """The weights that training changes, cell by cell."""
        return [w for cell in self.cells for w in cell.trainable_weights] if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Any]:
        """The weights that training does not change, cell by cell."""
        frozen = [] if self.trainable else [w for c in self.cells for w in c.trainable_weights]
        return frozen + [w for cell in self.cells for w in cell.non_trainable_weights]
