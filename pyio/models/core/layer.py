"""Layer: the base class of all layers, and what a layer class can define."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, cast

import numpy as np

from pyio.errors import InvalidModelError, ModelInputError, PyioError
from pyio.models.core import arguments
from pyio.models.core.casting import cast_kinds, cast_whole
from pyio.models.core.config import Configured
from pyio.models.core.graph import Node, SymbolicTensor
from pyio.models.core.initial_values import initial_values
from pyio.models.core.names import layer_name
from pyio.models.core.phase import training_phase
from pyio.models.core.shapes import Shapes, as_list, check_size, shape_of
from pyio.models.core.weight import Weight, assign_all
from pyio.models.core.work import volume
from pyio.models.ops.followed import Followed
from pyio.tracebacks import short

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from pyio.models.core.parts import ConfigObject
    from pyio.models.core.shapes import Shape

_INNER = (
    "COMMON add_weight all_layers before_step build common_config compute connect "
    "creates_mask early ensure_built first_node_index in_training infer_from_weights "
    "initial_weights inner_layers keras_options late mark_trainable matrix_elements min_ndim "
    "named_weights ndim omitted optimizer_incompatibility options own_options_last "
    "call_arguments called_with own_weights positional positions prepare_for_save scope "
    "share_weights standardize supports_masking takes_text tfjs_incompatibility uses_mask work"
)
INNER = frozenset([*_INNER.split(), "casts"])
"""Members for pyio's own code and for classes of layers, which editors do not offer for objects."""

Array: TypeAlias = "NDArray[Any]"
Mask: TypeAlias = "NDArray[Any] | None"
"""Which steps of a sequence count: booleans (batch, steps), or None if all of them do."""


class Layer(Configured):
    """A step of a model: options, weights, and a function from arrays to arrays.

    Args:
        name: Its name, unique in a model. Without it, the name of the class and a number.
        trainable: Whether training changes its weights.
        input_shape: The shape of one example, for the first layer of a `Sequential`.
        batch_input_shape: The same with the batch size (or None) in front.
        batch_size: The batch size that belongs to `input_shape`.
        dtype: The dtype of the input, "float32" unless given; `input_dtype` is the same.
        weights: Initial values, one array per weight.

    Your own layer declares its options, makes its weights in `build`, and computes in `call`::

        @pyio.layers.register
        class Scale(pyio.layers.Layer):
            start: float = pyio.layers.option(1.0)

            def build(self, shape):
                values = pyio.initializers.constant(self.start)
                self.factor = self.add_weight("factor", (shape[-1],), values)

            def call(self, x):
                return x * self.factor.value

    Raises InvalidModelError for options that are missing, unknown or out of range.
    """

    supports_masking: bool = False
    """Whether the output has the mask of the input."""

    creates_mask: bool = False
    """Whether `compute_mask` is called even if the input has no mask."""

    takes_text: ClassVar[bool] = False
    """Whether the input may be text."""

    uses_mask: ClassVar[bool] = False
    """Whether `call` has an argument `mask`; found out when the class is made."""

    call_arguments: ClassVar[tuple[str, ...] | None] = ()
    """What `call` takes besides its input, found out likewise; None if that may be anything."""

    ndim: int | None = None
    """The number of dimensions of the input, the batch included; None for any number."""

    min_ndim: int = 0
    first_node_index: int = 0
    casts: str = ""
    """The kinds of dtypes that `call` is given as float32; see `casting`."""

    stateful: Any = False
    class_name = "Layer"
    built: bool = False
    initial_weights: Sequence[ArrayLike] | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        names = arguments.names_of(cls.call)
        cls.uses_mask = names is None or "mask" in names
        if "call" in vars(cls):  # models have none
            cls.call_arguments = names
        if cls.__module__.startswith("pyio."):  # a class of the user's may take whole numbers
            cls.casts = cast_kinds(cls.__name__) or cls.casts

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {getattr(self, 'name', None)!r}>"

    def __dir__(self) -> list[str]:
        return sorted(set(super().__dir__()) - INNER)

    # ------------------------------------------------------------ what a layer class can define

    def build(self, shape: Any) -> None:
        """Make the weights for inputs of `shape`, with `add_weight`. Called once."""

    def call(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """Return the output for the input `x`; lists of arrays where there are several.

        A layer that needs the mask of its input takes it as an argument called `mask`.
        """
        raise NotImplementedError(f"{self.class_name} does not compute anything yet")

    def compute_output_shape(self, shape: Any) -> Shapes:
        """Return the shape of the output for inputs of `shape`."""
        return cast("Shapes", shape)

    def compute_mask(self, x: Any, mask: Any) -> Any:  # noqa: ARG002
        """Return the mask of the output."""
        return mask if self.supports_masking else None

    # ------------------------------------------------------------ what most layers do not need

    def work(self, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> int:
        """Return about how many multiplications one example takes, for `pyio.limits`."""
        most = max(volume(shape[1:]) for shape in (*inputs, *outputs))
        return most + self.positions(inputs[0], outputs[0]) * self.matrix_elements()

    def positions(self, before: Shape, after: Shape) -> int:  # noqa: ARG002
        """Return how often the weights are multiplied with something; 0 for tables and factors."""
        return 0

    def matrix_elements(self) -> int:
        """Return the number of elements of the weights that are matrices."""
        return sum(weight.size for weight in self.weights if len(weight.shape) > 1)

    def called_with(self, given: dict[str, Any]) -> Layer:
        """Return the layer as a call with these arguments computes it: for most, itself."""
        return arguments.called_with(self, given)

    def inner_layers(self) -> Iterator[Layer]:
        """Yield the layers inside this one; most layers have none inside."""
        return iter(())

    def reset_states(self) -> None:
        """Set the state to 0, for layers that have one."""

    def prepare_for_save(self, config: dict[str, Any]) -> None:
        """Change `config`, which `get_config` returned, where a file needs something else.

        The layer itself stays as it is: saving a model does not change it.
        """

    def before_step(self) -> Sequence[tuple[Weight, Any]]:
        """Return weights with the values that they get before a step of training."""
        return ()

    def infer_from_weights(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        """Take from the `shapes` of stored weights (by full name) what the config left out."""

    def tfjs_incompatibility(self) -> str | None:
        """Return the setting that TensorFlow.js does not know or computes wrongly, or None."""
        return None

    @property
    def input(self) -> Any:
        """The symbolic input of the layer's only call: one tensor, or a list of them."""
        tensors = self._only_call("input").inputs or self._only_call("input").outputs
        return tensors if len(tensors) > 1 else tensors[0]

    @property
    def output(self) -> Any:
        """The symbolic output of the layer's only call: one tensor, or a list of them.

        Raises InvalidModelError for a layer that was not called, or called several times.
        """
        tensors = self._only_call("output").outputs
        return tensors if len(tensors) > 1 else tensors[0]

    def _only_call(self, what: str) -> Node:
        if len(self.inbound_nodes) != 1:
            raise InvalidModelError(
                f"{self.name!r} was called {len(self.inbound_nodes)} times, so it has no single "
                f"{what}; its calls are in inbound_nodes"
            )
        return self.inbound_nodes[0]

    # ------------------------------------------------------------ what every layer is given

    def _take_common(
        self,
        name: str | None = None,
        trainable: bool | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        input_dtype: str | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None:
        if name is not None and not isinstance(name, str):
            raise InvalidModelError(f"the name of a {self.class_name} is {name!r}; expected text")
        self.name = name or layer_name(self.class_name)
        self.scope = self.name
        self.inbound_nodes: list[Node] = []
        self.initial_weights = weights
        self._trainable_weights: list[Weight] = []
        self._other_weights: list[Weight] = []
        try:
            self._trainable = True if trainable is None else bool(trainable)
        except ValueError as error:  # an array of NumPy
            raise InvalidModelError(
                f"trainable of {self.name!r} is neither True nor False: {error}"
            ) from None
        self.batch_input_shape: Shape | None = None
        self.dtype: str | None = None
        if batch_input_shape is None and input_shape is not None:
            try:
                batch_input_shape = [batch_size, *input_shape]
            except TypeError:
                raise InvalidModelError(
                    f"the input_shape of {self.name!r} is {input_shape!r}; expected a list of "
                    "sides, such as (3,)"
                ) from None
        if batch_input_shape is not None:
            what = f"the input shape of {self.name!r}"
            self.batch_input_shape = check_size(shape_of(batch_input_shape, what), what)
            self.dtype = dtype or input_dtype or "float32"
            if not isinstance(self.dtype, str):
                raise InvalidModelError(
                    f"the dtype of {self.name!r} is {self.dtype!r:.80}; expected a name such as "
                    "'float32'"
                )

    def common_config(self) -> dict[str, Any]:
        """Return the part of the config that every layer has."""
        config: dict[str, Any] = {"name": self.name, "trainable": self.trainable}
        if self.batch_input_shape is not None:
            config["batch_input_shape"] = list(self.batch_input_shape)
            if self.dtype is not None:
                config["dtype"] = self.dtype
        return config

    # ------------------------------------------------------------ weights

    def add_weight(
        self,
        name: str,
        shape: Sequence[int],
        initializer: ConfigObject,
        trainable: bool = True,
        dtype: str = "float32",
    ) -> Weight:
        """Return a new weight of this layer. Its values are made when they are first needed.

        Training uses the layer's options for it: `kernel_regularizer` and `kernel_constraint` for
        the weight "kernel", `depthwise_regularizer` for "depthwise_kernel", and so on.
        """

        def initial(sides: tuple[int, ...], dtype: str) -> NDArray[Any]:
            return initial_values(initializer, sides, dtype)

        # `scope` is the layer's name, or a path of names where a wrapper owns the layer.
        weight = Weight(f"{self.scope}/{name}", tuple(shape), dtype, initial, trainable)
        weight.regularizer = self._option_for(name, "regularizer")
        weight.constraint = self._option_for(name, "constraint")
        (self._trainable_weights if trainable else self._other_weights).append(weight)
        return weight

    def _option_for(self, weight: str, kind: str) -> Any:
        last = weight.rpartition("/")[2]
        found = getattr(self, f"{last}_{kind}", None)
        return found or getattr(self, f"{last.removesuffix('_kernel')}_{kind}", None)

    @property
    def trainable_weights(self) -> list[Weight]:
        """The weights that training changes."""
        return [w for w in self._trainable_weights if w.trainable] if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Weight]:
        """The weights that training does not change: frozen ones, then such as moving means."""
        frozen = [w for w in self._trainable_weights if not (self.trainable and w.trainable)]
        return frozen + self._other_weights

    @property
    def weights(self) -> list[Weight]:
        """All weights, the trainable ones first, as TensorFlow.js orders them."""
        return [*self.trainable_weights, *self.non_trainable_weights]

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights. Setting it sets it for each weight too."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        self.mark_trainable(self._trainable)

    def mark_trainable(self, value: bool) -> None:
        """Make the weights trainable or not, and leave the layer's own flag as it is."""
        for weight in self._trainable_weights:
            weight.trainable = value

    def get_weights(self) -> list[NDArray[Any]]:
        """Return copies of the values of all weights."""
        return [weight.value.copy() for weight in self.weights]

    @short
    def set_weights(self, values: Sequence[ArrayLike]) -> None:
        """Assign `values`, one array per weight in the order of `weights`.

        Raises WeightsError for another number of arrays or another shape.
        """
        assign_all(self.weights, values, f"layer {self.name!r}")

    @property
    def own_weights(self) -> list[Weight]:
        """The weights that this layer made, without those of layers inside it."""
        return self._trainable_weights + self._other_weights

    def share_weights(self, other: Layer) -> None:
        """Use the weights of `other`, a layer of the same class and shapes, instead of own ones."""
        for key, value in vars(other).items():
            if isinstance(value, Weight):
                setattr(self, key, value)
        self._trainable_weights = other._trainable_weights
        self._other_weights = other._other_weights

    def count_params(self) -> int:
        """Return the number of elements in all weights."""
        return sum(weight.size for weight in self.weights)

    # ------------------------------------------------------------ calling

    @short
    def __call__(self, inputs: Any, **kwargs: Any) -> Any:
        """Connect the layer to symbolic tensors, or compute with arrays.

        Args:
            inputs: One tensor or a list: results of other layers and of `Input`, or arrays.
            kwargs: Further arguments of the layer's `call`. In a model they stay with this call.
                With ``training=False`` it computes as in a prediction also during `fit`.

        Raises:
            InvalidModelError: The layer does not fit the shapes, or does not take an argument.
            ModelInputError: The arrays do not fit the layer.
        """
        if any(isinstance(each, SymbolicTensor) for each in _listed(inputs)):
            return self.connect(inputs, arguments.of_a_model(self, kwargs))
        kwargs = arguments.of_arrays(self, kwargs)
        if isinstance(inputs, list) and len(inputs) < 2:
            if not inputs:
                raise ModelInputError(f"{self.class_name} {self.name!r} was called with no arrays")
            inputs = inputs[0]
        with self._refusing(inputs), np.errstate(all="ignore"):  # infinity and NaN are results
            return self._on_arrays(inputs, kwargs)

    def _on_arrays(self, inputs: Any, kwargs: dict[str, Any]) -> Any:
        if isinstance(inputs, list):
            arrays: Any = [as_array(each, self.takes_text) for each in inputs]
            self.ensure_built([each.shape for each in arrays])
        else:
            arrays = as_array(inputs, self.takes_text)
            self.ensure_built(arrays.shape)
        return self.call(cast_whole(arrays, self.casts), **kwargs)

    def compute(self, x: Any, mask: Any) -> tuple[Any, Any]:
        """Return the output and its mask; a model calls this."""
        if isinstance(mask, list) and not any(each is not None for each in mask):
            mask = None
        masked = mask is not None and self.supports_masking
        with self._refusing(x):
            x = cast_whole(x, self.casts)
            result = self.call(x, mask=mask) if masked and self.uses_mask else self.call(x)
            part = getattr(self, "activity_regularizer", None)
            if part is not None and (phase := training_phase()) is not None:
                phase.penalized.append((result, part))
            return result, self.compute_mask(x, mask) if masked or self.creates_mask else None

    @contextmanager
    def _refusing(self, x: Any) -> Iterator[None]:
        """Within the block, what NumPy says of arrays that do not fit becomes ModelInputError."""
        try:
            yield
        except PyioError:
            raise
        except (ValueError, TypeError, IndexError, AttributeError) as error:
            if not all(map(_is_ours, (self, *self.inner_layers()))):
                raise  # a mistake in a class of the user's own
            shapes = [getattr(each, "shape", type(each).__name__) for each in _listed(x)]
            weights = [list(weight.shape) for weight in self.weights]
            raise ModelInputError(
                f"{self.class_name} {self.name!r} cannot compute arrays of the shapes {shapes}; "
                f"its weights have the shapes {weights} ({type(error).__name__}: {error})"
            ) from error

    def ensure_built(self, shapes: Shapes, scope: str | None = None) -> None:
        """Build the layer, under the name `scope` if a wrapper owns it.

        Raises InvalidModelError for inputs that it cannot take.
        """
        self._check_input(as_list(shapes)[0])
        if not self.built:
            self.scope = scope or self.name
            self.build(shapes)
            self.built = True
            if self.initial_weights is not None:
                self.set_weights(self.initial_weights)

    def connect(self, inputs: Any, kwargs: dict[str, Any]) -> Any:
        """Record a call of the layer in a graph, and return its symbolic output."""
        tensors = _listed(inputs)
        if not all(isinstance(tensor, SymbolicTensor) for tensor in tensors):
            raise InvalidModelError(
                f"the inputs of {self.name!r} are {tensors!r:.200}; either all or none can be "
                "arrays"
            )
        shapes = [tensor.shape for tensor in tensors]
        outputs: list[Shape | None] = [None]
        several = False
        # Shapes are not known behind a layer of an unknown class; such a model is kept, not built.
        if None not in shapes:
            known = cast("Shapes", shapes if len(shapes) > 1 else shapes[0])
            self.ensure_built(known)
            result = self.called_with(kwargs).compute_output_shape(known)
            several = isinstance(result, list)
            outputs = [check_size(each, f"the output of {self.name!r}") for each in as_list(result)]
        index = len(self.inbound_nodes)
        made = [
            SymbolicTensor(self, index, number, shape, "float32")
            for number, shape in enumerate(outputs)
        ]
        Node(self, tensors, made, kwargs)
        return made if several else made[0]

    def _check_input(self, shape: Shape) -> None:
        if (self.ndim is not None and len(shape) != self.ndim) or len(shape) < self.min_ndim:
            wanted = self.ndim if self.ndim is not None else f"at least {self.min_ndim}"
            raise InvalidModelError(
                f"{self.class_name} {self.name!r} takes inputs of {wanted} dimensions, the batch "
                f"included; got the shape {list(shape)}"
            )


def as_array(value: ArrayLike, text: bool = False) -> Array:
    """Return `value` as an array for layers: float64 becomes float32, integers become int32.

    What training follows stays as it is. Raises ModelInputError for objects, and for text unless
    `text`.
    """
    if isinstance(value, Followed):
        return value
    array = np.asarray(value)
    if text and array.dtype.kind in "USO":
        return texts(array, "a layer")
    if array.dtype in (np.float32, np.int32, np.bool_):
        return array
    if array.dtype.kind not in "fiu":
        raise ModelInputError(f"a layer computes with numbers; got an array of {array.dtype}")
    if array.dtype.kind == "f":
        return array.astype(np.float32)
    if array.size and not -(2**31) <= array.min() <= array.max() < 2**31:
        raise ModelInputError(
            f"a layer computes whole numbers as int32; got numbers from {array.min()} to "
            f"{array.max()}"
        )
    return array.astype(np.int32)


def _is_ours(layer: Layer) -> bool:
    return type(layer).__module__.startswith("pyio.")


def texts(array: Array, what: str) -> Array:
    """Return an array of text: bytes are read as UTF-8. Raises ModelInputError naming `what`."""
    flat = [
        each.decode("utf-8", "replace") if isinstance(each, bytes) else each
        for each in array.ravel().tolist()
    ]
    if not all(isinstance(each, str) for each in flat):
        raise ModelInputError(f"{what} takes text; got an array of {array.dtype}")
    result = np.empty(len(flat), object)
    result[:] = flat
    return result.reshape(array.shape)


def _listed(inputs: Any) -> list[Any]:
    return inputs if isinstance(inputs, list) else [inputs]
