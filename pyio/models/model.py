"""LayersModel: a model that predicts, as `tf.loadLayersModel` returns it in JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np

from pyio import limits
from pyio.errors import InvalidModelError, ModelInputError, UnknownLayersError
from pyio.format.json_text import dumps
from pyio.models import summary
from pyio.models.core import arguments
from pyio.models.core.container import config_of, named
from pyio.models.core.graph import SymbolicTensor
from pyio.models.core.names import numbered
from pyio.models.core.weight import assign_all
from pyio.models.core.work import check_work
from pyio.models.inputs import check_batch_size, check_inputs, standardize, tensors
from pyio.models.pending import Pending
from pyio.models.plans.use import planned
from pyio.models.serialization.functional import checked_config, graph_from_config
from pyio.models.serialization.keras_paths import named_by_path
from pyio.models.serialization.weight_matching import LoadReport, assign_matching, checked_copies
from pyio.models.serialization.write import save_model
from pyio.models.serialization.writers import TFJS
from pyio.models.training.model import TrainableModel
from pyio.operations.transfer import load_artifacts
from pyio.tensors.encoding import decode_artifacts
from pyio.tracebacks import short

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence
    from typing import Unpack

    from numpy.typing import ArrayLike, NDArray

    from pyio.format.artifacts import SaveResult
    from pyio.format.json_text import JSONValue
    from pyio.handlers.contract import LoadHandler
    from pyio.handlers.keywords import AnySaveOptions, HTTPOptions
    from pyio.models.core.layer import Layer
    from pyio.progress import OnProgress

LAYOUT = "tfjs-layers 4.22.0"
"""The layout of the topology: the value of its `keras_version`."""


class LayersModel(TrainableModel):
    """A model of layers: any graph with one or several inputs and outputs. Also called `Model`.

    Args:
        inputs: The tensors from `pyio.Input`: one, or a list.
        outputs: The results of layers called on them: one, or a list.
        name: Its name; "model1" and so on unless given.

    ::

        image = pyio.Input(shape=(28, 28, 1))
        features = pyio.layers.Flatten()(image)
        model = pyio.Model(image, pyio.layers.Dense(10, activation="softmax")(features))

    Attributes:
        load_report: How the weights that were loaded last were matched.
        unplaced_weights: Weights of unknown layers, kept for the next save.
        import_notes: What was changed to load a file of another program, in sentences.
        writer: Who wrote it, and so whose formulas it computes: "TensorFlow.js 4.22.0", "Keras
            2.15.0" or "Keras 3.15.1". Models that are made here compute as TensorFlow.js does.

    Raises InvalidModelError for inputs that are not made by `Input`, for outputs that depend on
    other inputs, and for two layers of the same name.
    """

    class_name = "Model"

    @short
    def __init__(
        self,
        inputs: SymbolicTensor | Sequence[SymbolicTensor],
        outputs: SymbolicTensor | Sequence[SymbolicTensor],
        name: str | None = None,
    ) -> None:
        ends = tensors(inputs, "inputs"), tensors(outputs, "outputs")
        super().__init__(*ends, name if name is not None else numbered("model"))
        check_inputs(self.inputs)
        self.load_report: LoadReport | None = None
        self.unplaced_weights: dict[str, NDArray[Any]] = {}
        self.import_notes: tuple[str, ...] = ()
        self.writer = TFJS
        self._metadata: dict[str, JSONValue] | None = None
        if self.outputs:
            self.layers = cast("list[Layer]", self.graph.layers)

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} {self.name!r}: {len(self.layers)} layers, "
            f"{self.count_params():,} parameters>"
        )

    def _repr_html_(self) -> str:
        return summary.html(self)

    # ------------------------------------------------------------ predicting

    @short
    def predict(self, x: Any, batch_size: int = 32) -> Any:
        """Return the predictions for `x`.

        Args:
            x: An array (examples, ...), or a list with one per input, or a dict by input name.
            batch_size: The number of examples that are computed at once. A model with a fixed
                batch size uses its own.

        Returns:
            An array (examples, ...) of float32, or a list with one per output.

        Raises:
            ModelInputError: The number of arrays or their shapes do not fit the model; there is
                not enough memory; or an example takes more than ``pyio.limits.PREDICT_WORK``.
            UnknownLayersError: The model has layers whose classes are not registered.
        """
        plans = None if self._graph is None else self._graph.plans
        if plans is not None and (outputs := plans.again(x, batch_size)) is not None:
            return outputs[0] if len(outputs) == 1 else outputs
        check_batch_size(batch_size)
        arrays = self.standardize(x)
        examples = len(arrays[0])
        batch_size = (self.inputs[0].shape or (None,))[0] or batch_size
        if examples <= batch_size:  # also for no examples at all
            outputs = self._run(arrays)
            if self.graph.plans is not None:
                self.graph.plans.note(x, arrays)
        else:
            parts = [
                self._run([array[start : start + batch_size] for array in arrays])
                for start in range(0, examples, batch_size)
            ]
            outputs = [np.concatenate(pieces) for pieces in zip(*parts, strict=True)]
        return outputs[0] if len(outputs) == 1 else outputs

    @short
    def __call__(self, inputs: Any, **kwargs: Any) -> Any:
        """Connect the model to symbolic tensors, or predict one batch of arrays.

        Further arguments are `training`, which may be false, and in a model then says that the
        layers compute as in predictions while the other model is trained.
        """
        listed = inputs if isinstance(inputs, list) else [inputs]
        if any(isinstance(each, SymbolicTensor) for each in listed):
            return super().__call__(inputs, **kwargs)
        if arguments.of_arrays(self, kwargs).get("mask") is not None:
            raise ModelInputError(
                f"the model {self.name!r} is called with a mask; its own layers make masks"
            )
        outputs = self._run(self.standardize(inputs))
        return outputs[0] if len(outputs) == 1 else outputs

    def standardize(self, x: Any) -> list[NDArray[Any]]:
        """Return `x` as one array per input, in the input's dtype. Raises ModelInputError."""
        return standardize(self, x)

    def _run(self, arrays: list[NDArray[Any]]) -> list[NDArray[Any]]:
        graph, limit = self.graph, limits.PREDICT_WORK
        # Once for each shape of inputs, and again when the limit has changed.
        looked_at = limit, *[array.shape[1:] for array in arrays]
        if looked_at not in graph.affordable:
            if self.unknown_classes:
                raise UnknownLayersError(self.unknown_classes, f"predict with {self.name!r}")
            check_work(graph, arrays, limit, self.name)
            graph.affordable.add(looked_at)
        outputs = planned(graph, arrays)
        if outputs is not None:
            return outputs
        try:
            with np.errstate(all="ignore"):
                outputs = graph.run(arrays, [None] * len(arrays))[0]
        except MemoryError as error:
            raise ModelInputError(
                f"there is not enough memory to predict {len(arrays[0])} examples at once with "
                f"{self.name!r} ({error or 'out of memory'}); a smaller batch_size takes less"
            ) from None
        # A model that changes nothing would return the caller's own memory.
        return [
            out.copy() if any(np.may_share_memory(out, x) for x in arrays) else out
            for out in outputs
        ]

    # ------------------------------------------------------------ weights

    def named_weights(self, trainable_only: bool = False) -> list[tuple[str, NDArray[Any]]]:
        """Return the weights with their names, in the order in which they are saved."""
        kept = set(self.trainable_weights) if trainable_only else None
        return [
            (name, weight.value) for name, weight in named(self) if kept is None or weight in kept
        ]

    @short
    def set_weights(self, values: Sequence[ArrayLike]) -> None:
        """Assign `values`, one array per weight in the order of `weights`: all of them or none.

        Raises WeightsError for another number of arrays or another shape.
        """
        assign_all(self.weights, values, f"the model {self.name!r}")

    @short
    def load_weights(self, weights: Mapping[str, ArrayLike], strict: bool = True) -> LoadReport:
        """Assign named arrays: by name, then by normalised name, then by order and shape.

        Args:
            weights: Name -> array.
            strict: Raise for weights that are missing, left over or of another shape, with a list
                of them, and do not match by order. Otherwise take what fits; another shape is an
                error in any case.

        Returns how each weight was matched. Raises WeightsError, and then nothing has changed.
        """
        given = named_by_path(self, checked_copies(weights))
        self.load_report = assign_matching(self, given, strict, by_order=not strict)
        return self.load_report

    @short
    async def load_weights_from(
        self,
        source: str | LoadHandler,
        *,
        strict: bool = True,
        on_progress: OnProgress | None = None,
        **options: Unpack[HTTPOptions],
    ) -> LoadReport:
        """Load weights from a medium into this model: of a stored model, or arrays alone.

        Args:
            source: An address or a handler, as for `pyio.load_artifacts`: also ``.keras``, ``.h5``
                and ``.weights.h5`` of Keras. The weights of a ``.weights.h5`` go to layers by their
                place in the model, as in Keras.
            strict: As in `load_weights`.
            on_progress: Called while the medium loads.
            options: Further options of the medium.

        Returns how each weight was matched. Raises what `pyio.load_artifacts` and `load_weights`
        raise, and then nothing has changed.
        """
        heard: Any = {} if on_progress is None else {"on_progress": on_progress}
        artifacts = await load_artifacts(source, **heard, **options)
        arrays = decode_artifacts(artifacts)
        for spec in artifacts.weight_specs or ():
            if spec.group == "optimizer":
                del arrays[spec.name]
        given = named_by_path(self, arrays)
        self.load_report = assign_matching(self, given, strict, by_order=not strict)
        return self.load_report

    # ------------------------------------------------------------ description

    @property
    def user_defined_metadata(self) -> dict[str, JSONValue] | None:
        """Your own JSON object, saved with the model.

        Setting anything but a dict of JSON values or None raises InvalidModelError.
        """
        return self._metadata

    @user_defined_metadata.setter
    @short
    def user_defined_metadata(self, value: dict[str, JSONValue] | None) -> None:
        if value is not None and not isinstance(value, dict):
            raise InvalidModelError(
                f"user_defined_metadata is a {type(value).__name__}; expected a dict of JSON values"
            )
        dumps(value)  # raises now rather than at the next save
        self._metadata = value

    @short
    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """Return the layer called `name`, or the one at `index`. Raises InvalidModelError."""
        if index is not None and -len(self.layers) <= index < len(self.layers):
            return self.layers[index]
        found = next((layer for layer in self.layers if layer.name == name), None)
        if found is None:
            raise InvalidModelError(
                f"the model {self.name!r} has no layer {name if index is None else index!r}; it "
                f"has {[layer.name for layer in self.layers]}"
            )
        return found

    def summary(self, print_fn: Callable[[str], Any] = print) -> None:
        """Print a table of the layers, their shapes and parameter counts.

        Args:
            print_fn: Called with the table as text, instead of `print`.
        """
        print_fn(summary.text(self))

    def get_config(self) -> dict[str, Any]:
        """Return the name, the layers and their connections as JSON."""
        return config_of(self)

    @classmethod
    def from_config(cls, config: Any) -> Self:
        """Return the model that `get_config` described. Raises InvalidModelError."""
        _, name = checked_config(cls.class_name, config)
        return cls(*graph_from_config(config), name)

    def topology(self) -> dict[str, Any]:
        """Return the whole topology as JSON, as TensorFlow.js writes it."""
        result: dict[str, Any] = {
            "class_name": self.class_name,
            "config": self.get_config(),
            "keras_version": LAYOUT,
            "backend": "tensor_flow.js",
        }
        # A member that TensorFlow.js skips, so that a copy keeps whose formulas it has.
        return result if self.writer.startswith(TFJS) else result | {"writer": self.writer}

    def to_json(self) -> str:
        """Return the topology as text, the same text as ``toJSON()`` of TensorFlow.js."""
        return dumps(self.topology())

    # ------------------------------------------------------------ saving

    def save(
        self,
        url_or_handler: Any,
        *,
        trainable_only: bool = False,
        include_optimizer: bool = False,
        **options: Unpack[AnySaveOptions],
    ) -> Coroutine[Any, Any, SaveResult]:
        """Save the model.

        Args:
            url_or_handler: An address such as "indexeddb://my-model", or any object with `save`.
            trainable_only: Leave out the weights that training does not change.
            include_optimizer: Save the training config and the state of the optimizer too.
            options: Options of the medium, and ``checksum`` as in `pyio.save_artifacts`.

        The model does not change. Raises the errors of the medium, and WeightsError for two
        weights of the same name: TensorFlow.js would write them and could not read them again.
        Warns about what TensorFlow.js cannot open.
        """
        saving = save_model(
            self,
            url_or_handler,
            trainable_only=trainable_only,
            include_optimizer=include_optimizer,
            **options,
        )
        target = f"{url_or_handler!r:.80}"
        return Pending(saving, f"not saved yet: await it, as in `await model.save({target})`")


Model = LayersModel
