"""Recurrent layers: a cell, applied to one step of a sequence after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pyio.errors import InvalidModelError, ModelInputError
from pyio.limits import STEP_WORK
from pyio.models.core.layer import Array, Layer, Mask, as_array
from pyio.models.core.names import layer_name
from pyio.models.core.options import flag, keras_option, option
from pyio.models.core.phase import plain, training_phase
from pyio.models.core.shapes import Shape, Shapes, as_list
from pyio.models.core.work import volume
from pyio.models.layers.cells import Cell, GRUCell, LSTMCell, SimpleRNNCell, StackedRNNCells
from pyio.models.ops import kernels
from pyio.models.serialization.registry import layer_option

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyio.models.core.weight import Weight


def with_states(inputs: Any, initial_state: Any) -> Any:
    """Return `inputs` with the states to start from behind them, as one list."""
    if initial_state is None:
        return inputs
    states = initial_state if isinstance(initial_state, list) else [initial_state]
    return [*(inputs if isinstance(inputs, list) else [inputs]), *states]


class BaseRNN(Layer):
    """The base class of recurrent layers.

    The input is (batch, steps, ...). States to start from can follow it in a list, or be given as
    `initial_state` when the layer is called.

    Args:
        return_sequences: Whether the output has all steps, or only the last one.
        return_state: Whether the states after the last step are further outputs.
        go_backwards: Whether the sequence is read from its end; the outputs are in that order too.
        stateful: Whether a batch starts with the last states of the batch before. The batch size
            must be known.
        unroll: Stored in the config.
        zero_output_for_mask: Whether the output of a step that does not count is 0 instead of the
            output before it. Keras sets it inside of Bidirectional; TensorFlow.js does not have it.
        zero_until_seen: Whether the output is 0 until the first step that counts, as in Keras, and
            not the state to start from. It is set for models that Keras wrote.
        ignores_mask: Whether steps that do not count are computed all the same, as Keras 3 does
            where states to start from are given. The mask is passed on.
    """

    own_options_last = True
    supports_masking = True
    ndim = 3

    return_sequences: bool = option(False, flag)
    return_state: bool = option(False, flag)
    go_backwards: bool = option(False, flag)
    stateful: bool = option(False, flag)
    unroll: bool = option(False, flag)
    zero_output_for_mask: bool = keras_option(False, flag)
    zero_until_seen: bool = keras_option(False, flag)
    ignores_mask: bool = keras_option(False, flag)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cell = self.make_cell()
        self._states: list[Array] | None = None
        self._batch: int | None = None

    def make_cell(self) -> Cell:
        """Return the cell."""
        raise NotImplementedError

    def __call__(self, inputs: Any, initial_state: Any = None, **kwargs: Any) -> Any:
        """Connect or compute; `initial_state` is the list of states to start from."""
        return super().__call__(with_states(inputs, initial_state), **kwargs)

    def build(self, shape: Shapes) -> None:
        """Build the cell. Raises InvalidModelError for a stateful layer without a batch size."""
        sides = as_list(shape)[0]
        self._batch = sides[0]
        if self.stateful and self._batch is None:
            raise InvalidModelError(
                f"{self.class_name} {self.name!r} is stateful and has to know its batch size; give "
                "the first layer a batch_input_shape, or Input a batch_shape"
            )
        self._check_states(sides, as_list(shape)[1:])
        self.cell.ensure_built((sides[0], *sides[2:]), self.scope)

    def _check_states(self, sides: Shape, given: list[Shape]) -> None:
        """Raise InvalidModelError unless the shapes of the states to start from fit."""
        wanted = [list(state[1:]) for state in self.state_shapes(sides)]
        shapes = [list(state[1:]) for state in given]
        fits = list(map(len, wanted)) == list(map(len, shapes)) and all(
            None in (one, other) or one == other
            for pair in zip(wanted, shapes, strict=True)
            for one, other in zip(*pair, strict=True)
        )
        if given and not fits:
            raise InvalidModelError(
                f"{self.class_name} {self.name!r} has states of the shapes {wanted}; those given "
                f"to start from have {shapes}"
            )

    def state_shapes(self, shape: Shape) -> list[Shape]:
        """Return the shapes of the states for sequences of `shape`."""
        return [(shape[0], size) for size in self.cell.state_sizes]

    def compute_output_shape(self, shape: Shapes) -> Shapes:
        """Return (batch, size) or (batch, steps, size), and the shapes of returned states."""
        sides = as_list(shape)[0]
        states = self.state_shapes(sides)
        output = states[self.cell.output_state]
        if self.return_sequences:
            output = (output[0], sides[1], *output[1:])
        return [output, *states] if self.return_state else output

    def work(self, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> int:  # noqa: ARG002
        """Return the work of all steps; each is a step of Python too."""
        sides = inputs[0]
        step = volume(sides[2:-1]) * self.matrix_elements() + volume(sides[2:])
        return volume(sides[1:2]) * (STEP_WORK + step)

    def compute_mask(self, x: Any, mask: Any) -> Mask:  # noqa: ARG002
        """Return the mask of the sequence, if the output is a sequence."""
        first = mask[0] if isinstance(mask, list) else mask
        return first if self.return_sequences else None

    def call(self, x: Any, mask: Any = None) -> Any:
        """Return the output, or a list of it and the states."""
        sequence, states = (x[0], list(x[1:])) if isinstance(x, list) else (x, None)
        mask = mask[0] if isinstance(mask, list) else mask
        mask = None if self.ignores_mask else mask
        if not states:
            kept = self._states if self.stateful else None
            states = kept if kept is not None else self.cell.initial_states(sequence)
        if len(states) != len(self.cell.state_sizes):
            raise InvalidModelError(
                f"{self.class_name} {self.name!r} has {len(self.cell.state_sizes)} states; "
                f"{len(states)} were given to start from"
            )
        if len(states[0]) != len(sequence):
            raise ModelInputError(
                f"{self.class_name} {self.name!r} has states for {len(states[0])} sequences; "
                f"{len(sequence)} were given"
            )
        output, states = self._steps(sequence, states, mask)
        if self.stateful:
            # Plain values: no gradient goes from one batch into the batch before.
            self._states = [plain(state).copy() for state in states]
        return [output, *states] if self.return_state else output

    def _steps(self, x: Array, states: list[Array], mask: Mask) -> tuple[Array, list[Array]]:
        phase = training_phase()
        if phase is not None:
            phase.begin_sequence([self.cell, *self.cell.inner_layers()])
        # Steps first and contiguous, so that each step is one block of memory.
        order = slice(None, None, -1 if self.go_backwards else 1)
        prepared = self.cell.prepare(kernels.contiguous(x.swapaxes(0, 1)[order]))
        seen = None if mask is None else self._step_masks(mask, states[0].ndim)[order]
        outputs = []
        output = states[self.cell.output_state]
        output = np.zeros_like(output) if self.zero_until_seen else output
        for number, item in enumerate(prepared):
            new_output, new_states = self.cell.step(item, states)
            if seen is not None:
                # Where a step does not count, the states and so the output stay as they were.
                now = seen[number]
                masked = np.float32(0) if self.zero_output_for_mask else output
                new_output = np.where(now, new_output, masked)
                new_states = [np.where(now, a, b) for a, b in zip(new_states, states, strict=True)]
            output, states = new_output, new_states
            if self.return_sequences:
                outputs.append(output)
        return (np.stack(outputs, axis=1) if self.return_sequences else output), states

    @staticmethod
    def _step_masks(mask: Array, ndim: int) -> Array:
        steps = mask.astype(np.bool_).swapaxes(0, 1)
        return steps.reshape(*steps.shape[:2], *[1] * (ndim - 1))

    def reset_states(self, states: list[Any] | None = None) -> None:
        """Set the states to 0, or to `states`. Raises InvalidModelError if it is not stateful."""
        if not self.stateful:
            raise InvalidModelError(f"{self.class_name} {self.name!r} is not stateful")
        self._states = None if states is None else [as_array(state) for state in states]

    @property
    def states(self) -> list[Array] | None:
        """The states that the next batch starts with; None for 0."""
        return self._states

    def inner_layers(self) -> Iterator[Layer]:
        """Yield the cell and what is in it."""
        yield self.cell
        yield from self.cell.inner_layers()

    @property
    def trainable_weights(self) -> list[Weight]:
        """The weights of the cell that training changes."""
        return self.cell.trainable_weights if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Weight]:
        """The weights of the cell that training does not change."""
        return self.cell.non_trainable_weights if self.trainable else self.cell.weights


class RNN(BaseRNN):
    """A recurrent layer of any cell.

    Args:
        cell: The cell, or a list of cells to stack.
    """

    positional: tuple[str, ...] = ("cell",)

    cell: Any = option(check=lambda v: v if isinstance(v, list | tuple) else layer_option(v))

    def make_cell(self) -> Cell:
        """Return the cell that was given, stacked if there are several."""
        cell = (
            StackedRNNCells(list(self.cell)) if isinstance(self.cell, list | tuple) else self.cell
        )
        if not isinstance(cell, Cell):
            raise InvalidModelError(
                f"the cell of {self.name!r} is a {cell.class_name}; expected one such as LSTMCell"
            )
        return cell

    def get_config(self) -> dict[str, Any]:
        """Return the config of the cell and the layer in one, and the cell once more."""
        cell = self.cell.get_config()
        own = super().get_config()
        inner = {"class_name": self.cell.class_name, "config": self.cell.get_config()}
        del own["cell"]
        return {**cell, **self.common_config(), **own, "cell": inner}


class CellRNN(BaseRNN):
    """A recurrent layer whose cell's options are its own."""

    positional: tuple[str, ...] = ("units",)
    cell_class: ClassVar[type[Cell]]

    def __init__(self, *args: Any, **options: Any) -> None:
        if options.get("name") is None:
            # TensorFlow.js makes the cell first, which takes a number of automatic names.
            layer_name(self.cell_class.class_name)
        super().__init__(*args, **options)

    def make_cell(self) -> Cell:
        """Return the cell with this layer's options."""
        options = {key: getattr(self, key) for key in self.cell_class.options}
        return self.cell_class(name=self.name, trainable=self.trainable, **options)


class SimpleRNN(CellRNN):
    """A recurrent layer: ``activation(x @ kernel + state @ recurrent_kernel + bias)``."""

    cell_class = SimpleRNNCell
    late = SimpleRNNCell.late | BaseRNN.late


class GRU(CellRNN):
    """A layer of gated recurrent units."""

    cell_class = GRUCell
    late = GRUCell.late | BaseRNN.late


class LSTM(CellRNN):
    """A layer of long short-term memories."""

    cell_class = LSTMCell
    late = LSTMCell.late | BaseRNN.late
