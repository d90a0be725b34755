"""Wrappers: layers that apply another layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from pyio.errors import InvalidModelError
from pyio.limits import STEP_WORK
from pyio.models.core.casting import cast_whole
from pyio.models.core.layer import Array, Layer
from pyio.models.core.options import choice, flag, keras_option, option
from pyio.models.core.phase import training_phase
from pyio.models.core.shapes import Shape, Shapes, as_list, only
from pyio.models.core.work import volume
from pyio.models.layers.normalization import BatchNormalization
from pyio.models.layers.recurrent import BaseRNN, with_states
from pyio.models.ops import kernels
from pyio.models.serialization.registry import layer_option

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyio.models.core.weight import Weight


class Wrapper(Layer):
    """A layer around another.

    Args:
        layer: The layer inside.
    """

    positional: tuple[str, ...] = ("layer",)
    supports_masking = True

    layer: Any = option(check=layer_option)

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights of the layer inside."""
        return bool(self.layer.trainable)

    @trainable.setter
    def trainable(self, value: bool) -> None:
        for layer in self.inner():
            layer.trainable = value

    def inner(self) -> list[Any]:
        """Return the layers that hold the weights."""
        return [self.layer]

    def inner_layers(self) -> Iterator[Layer]:
        """Yield the layers inside, and what is in them."""
        for layer in self.inner():
            yield layer
            yield from layer.inner_layers()

    def prepare_for_save(self, config: dict[str, Any]) -> None:
        """Let the layer inside change its own part of `config`."""
        self.layer.prepare_for_save(config["layer"]["config"])

    @property
    def trainable_weights(self) -> list[Weight]:
        """The weights inside that training changes."""
        return [weight for layer in self.inner() for weight in layer.trainable_weights]

    @property
    def non_trainable_weights(self) -> list[Weight]:
        """The weights inside that training does not change."""
        return [weight for layer in self.inner() for weight in layer.non_trainable_weights]


class TimeDistributed(Wrapper):
    """Applies a layer to every step: (batch, steps, ...) -> (batch, steps, ...).

    Args:
        layer: The layer for one step.
    """

    min_ndim = 3

    def build(self, shape: Shapes) -> None:
        """Build the layer inside for one step."""
        sides = only(shape, self.name)
        if not self.layer.built:
            self.layer.ensure_built((sides[0], *sides[2:]), self.scope)

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return the shape of all steps."""
        sides = only(shape, self.name)
        inner = only(self.layer.compute_output_shape((sides[0], *sides[2:])), self.name)
        return (inner[0], sides[1], *inner[1:])

    def work(self, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> int:
        """Return the work of the layer inside for all steps."""
        before, after = ((sides[0], *sides[2:]) for sides in (inputs[0], outputs[0]))
        each = self.layer.work([before], [after]) + STEP_WORK * bool(self.layer.stateful)
        return int(each * volume(inputs[0][1:2]))

    def call(self, x: Array) -> Array:
        """Return the outputs of all steps."""
        x = cast_whole(x, self.layer.casts)
        if self.layer.stateful or (training_phase() is not None and self._by_step()):
            # Each step changes the state that the next one starts from.
            steps = [self.layer.call(x[:, step]) for step in range(x.shape[1])]
            return np.stack(steps, axis=1)
        # Steps and examples are the same to the layer, so all are computed as one batch.
        flat = self.layer.call(kernels.contiguous(x).reshape(-1, *x.shape[2:]))
        y: Array = flat.reshape(*x.shape[:2], *flat.shape[1:])
        return y

    def _by_step(self) -> bool:
        """Whether training takes statistics of each step by itself, as TensorFlow.js does."""
        inside = self.layer, *self.layer.inner_layers()
        return any(isinstance(layer, BatchNormalization) for layer in inside)


class Bidirectional(Wrapper):
    """Runs a recurrent layer forwards and another of its kind backwards.

    Args:
        merge_mode: How the two outputs are merged: "concat", "sum", "mul", "ave", or "none" for
            two outputs.
        layer: The recurrent layer; two copies of it are made.
        backward_layer: Another layer for the way back, in place of the second copy. Keras has it,
            TensorFlow.js does not.
        ignores_mask: Whether steps that do not count are computed all the same, as Keras 3 does
            where states to start from are given. The mask is passed on.
    """

    positional: tuple[str, ...] = ("layer", "merge_mode")

    merge_mode: str | None = option("concat", choice("concat", "sum", "mul", "ave", "none"))
    backward_layer: Any = option(None, layer_option, written="given")
    ignores_mask: bool = keras_option(False, flag)

    def __init__(self, *args: Any, **options: Any) -> None:
        without_mode = "merge_mode" in options and options["merge_mode"] is None
        super().__init__(*args, **options)
        if without_mode or self.merge_mode == "none":
            self.merge_mode = None
        if not isinstance(self.layer, BaseRNN):
            raise InvalidModelError(
                f"the layer of {self.name!r} is a {self.layer.class_name}; Bidirectional takes a "
                "recurrent layer such as LSTM"
            )
        self.forward_layer = self._copy("forward", self.layer.go_backwards)
        self._given = self.backward_layer
        if self._given is not None:
            self._check_given()
        self.backward_layer = self._copy("backward", not self.layer.go_backwards, self._given)
        self.stateful = self.layer.stateful
        self.ndim = self.layer.ndim

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Bidirectional:
        """Return the layer; `trainable` holds for both directions."""
        layer = super().from_config(config)
        if config.get("trainable") is False:
            layer.trainable = False
        return layer

    def _check_given(self) -> None:
        """Raise InvalidModelError unless the layer for the way back fits the other."""
        keys = ("return_sequences", "return_state", "stateful")
        fits = (
            isinstance(self._given, BaseRNN)
            and self._given.go_backwards is not self.layer.go_backwards
            and all(getattr(self._given, key) == getattr(self.layer, key) for key in keys)
        )
        if not fits:
            raise InvalidModelError(
                f"the backward_layer of {self.name!r} does not fit its layer; expected a recurrent "
                f"layer with the other go_backwards and the same {', '.join(keys)}"
            )

    def get_config(self) -> dict[str, Any]:
        """Return the config, with a layer for the way back only if one was given."""
        config = super().get_config()
        del config["backward_layer"]
        given = self._config_value(self._given)
        return config if given is None else {**config, "backward_layer": given}

    def tfjs_incompatibility(self) -> str | None:
        """TensorFlow.js runs a copy of the layer backwards."""
        return None if self._given is None else "a backward_layer, which it ignores there"

    def _copy(self, direction: str, backwards: bool, given: Any = None) -> BaseRNN:
        original = self.layer if given is None else given
        config = original.get_config() | {"go_backwards": backwards}
        config["name"] = f"{direction}_{original.name}"
        return cast("BaseRNN", type(original).from_config(config))

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights of both directions."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for layer in self.inner():
            layer.trainable = value

    def inner(self) -> list[Any]:
        """Return both directions."""
        return [self.forward_layer, self.backward_layer]

    def __call__(self, inputs: Any, initial_state: Any = None, **kwargs: Any) -> Any:
        """Connect or compute; `initial_state` is the list of states of both directions."""
        return super().__call__(with_states(inputs, initial_state), **kwargs)

    def build(self, shape: Shapes) -> None:
        """Build both directions."""
        sides = as_list(shape)[0]
        for layer in self.inner():
            layer.ensure_built(sides, f"{self.scope}/{layer.name}")

    def compute_output_shape(self, shape: Shapes) -> Shapes:
        """Return the shape of one direction, twice as wide for "concat"."""
        ahead, back = (
            as_list(layer.compute_output_shape(as_list(shape)[0])) for layer in self.inner()
        )
        output, other = ahead[0], back[0]
        if self.merge_mode == "concat":
            ends = output[-1], other[-1]
            total = None if ends[0] is None or ends[1] is None else ends[0] + ends[1]
            output = (*output[:-1], total)
        elif self.merge_mode is not None and output != other:
            raise InvalidModelError(
                f"{self.name!r} cannot merge outputs of the shapes {list(output)} and {list(other)}"
            )
        outputs = [output] if self.merge_mode else [output, other]
        every = [*outputs, *ahead[1:], *back[1:]]
        return every if len(every) > 1 else output

    def work(self, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> int:
        """Return the work of both directions."""
        return sum(layer.work(inputs, outputs) for layer in self.inner())

    def compute_mask(self, x: Any, mask: Any) -> Any:  # noqa: ARG002
        """Return the mask of the sequences, if the outputs are sequences."""
        first = mask[0] if isinstance(mask, list) else mask
        kept = first if self.layer.return_sequences else None
        return kept if self.merge_mode else [kept, kept, *[None] * 8]

    def call(self, x: Any, mask: Any = None) -> Any:
        """Return the merged outputs, and the states of both directions if they are returned."""
        mask = mask[0] if isinstance(mask, list) else mask
        mask = None if self.ignores_mask else mask
        x, states = (x[0], x[1:]) if isinstance(x, list) else (x, [])
        half = len(states) // 2
        y = self._both(x, states[:half], states[half:], mask)
        new = [state for each in y for state in each[1:]]
        forward, backward = y[0][0], y[1][0]
        if self.layer.return_sequences:  # the backward layer computes the last step first
            backward = backward[:, ::-1]
        merged = self._merged(forward, backward)
        return [*merged, *new] if len(merged) + len(new) > 1 else merged[0]

    def _both(self, x: Array, ahead: Any, back: Any, mask: Any) -> list[list[Array]]:
        results = []
        for layer, states in zip(self.inner(), (ahead, back), strict=True):
            result = layer.call([x, *states] if states else x, mask)
            results.append(result if isinstance(result, list) else [result])
        return results

    def _merged(self, forward: Array, backward: Array) -> list[Array]:
        if self.merge_mode is None:
            return [forward, backward]
        if self.merge_mode == "concat":
            return [np.concatenate([forward, backward], axis=-1)]
        if self.merge_mode == "mul":
            return [forward * backward]
        total = forward + backward
        return [total if self.merge_mode == "sum" else total * np.float32(0.5)]

    def reset_states(self) -> None:
        """Set the states of both directions to 0."""
        for layer in self.inner():
            layer.reset_states()
