"""A model -> artifacts -> a medium."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from pyio.errors import CompatibilityWarning, InvalidModelError
from pyio.format.artifacts import ModelArtifacts
from pyio.models.core.container import Container, named
from pyio.models.serialization.for_tfjs import Rewriting, is_foreign
from pyio.models.serialization.tfjs_limits import incompatibilities, leaked_masks
from pyio.models.serialization.writers import generation
from pyio.operations.transfer import format_at, save_artifacts
from pyio.tensors.encoding import encode_weights
from pyio.tracebacks import short
from pyio.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Unpack

    from numpy.typing import NDArray

    from pyio.format.artifacts import SaveResult
    from pyio.format.json_text import JSONValue
    from pyio.handlers.keywords import AnySaveOptions
    from pyio.models.core.layer import Layer


class Writable(Protocol):
    """The parts of a model that are stored.

    A protocol, because `LayersModel.save` calls this module: a model stands above it.
    """

    name: str
    writer: str
    outputs: list[Any]
    training_config: dict[str, Any] | None
    optimizer_weights: dict[str, NDArray[Any]]
    unplaced_weights: dict[str, NDArray[Any]]

    @property
    def graph(self) -> Any:
        """How the layers are connected."""
        ...

    @property
    def user_defined_metadata(self) -> dict[str, JSONValue] | None:
        """The caller's own JSON object."""
        ...

    def all_layers(self) -> Iterator[Layer]:
        """Yield all layers, also those inside of models and wrappers."""
        ...

    def topology(self) -> dict[str, Any]:
        """Return the topology as TensorFlow.js writes it."""
        ...

    def optimizer_incompatibility(self) -> str | None:
        """Return what TensorFlow.js cannot do with the optimizer, or None."""
        ...

    def prepare_for_save(self, config: dict[str, Any]) -> None:
        """Change the `config` of the topology where a file needs something else."""
        ...

    def named_weights(self, trainable_only: bool = False) -> list[tuple[str, NDArray[Any]]]:
        """Return the weights with their names."""
        ...


@short
def model_to_artifacts(
    model: Writable, trainable_only: bool = False, include_optimizer: bool = False
) -> ModelArtifacts:
    """Return `model` as artifacts, laid out as ``LayersModel.save`` of TensorFlow.js does.

    Args:
        model: The model.
        trainable_only: Leave out the weights that training does not change.
        include_optimizer: Add the training config and the state of the optimizer, if the model
            was compiled or came with them.

    Raises WeightsError for two weights of the same name, InvalidModelError for two layers of the
    same name. Warns CompatibilityWarning about everything in the model that TensorFlow.js cannot
    open. The model does not change.
    """
    return _artifacts(model, trainable_only, include_optimizer, for_tfjs=True)


def _artifacts(
    model: Writable, trainable_only: bool, include_optimizer: bool, *, for_tfjs: bool
) -> ModelArtifacts:
    if not callable(getattr(model, "topology", None)):
        raise InvalidModelError(f"a model is expected, got {model!r:.80}")
    if model.outputs:
        _ = model.graph  # raises for a model that could not be loaded again
    topology = model.topology()
    model.prepare_for_save(topology["config"])
    pairs = _all_weights(model, trainable_only)
    training = model.training_config if include_optimizer else None
    solved: set[tuple[Layer, str]] = set()
    several = for_tfjs and any(map(is_foreign, model.all_layers()))
    if several and isinstance(model, Container):
        arrays = dict(pairs)
        names = {weight: name for name, weight in named(model)}
        with_weights = training is None and not model.unplaced_weights and not trainable_only
        masked = any(layer.creates_mask for layer in model.all_layers())
        rewriting = Rewriting(names, arrays, with_weights, masked)
        rewriting.rewrite(model, topology["config"])
        pairs, solved = list(arrays.items()), rewriting.solved
    if for_tfjs:
        _warn_of_limits(model, solved, include_optimizer)
    encoded = encode_weights(pairs)
    specs, data = encoded.specs, encoded.data
    if training is not None:
        # TensorFlow.js expects a state; before any training it is the number of steps alone.
        state = model.optimizer_weights or {"iter": np.zeros((), np.int32)}
        optimizer = encode_weights(state, group="optimizer")
        specs, data = specs + optimizer.specs, data + optimizer.data
    return ModelArtifacts(
        model_topology=topology,
        weight_specs=specs,
        weight_data=data,
        training_config=training,
        format="layers-model",
        generated_by=f"pyio v{__version__}",
        user_defined_metadata=model.user_defined_metadata,
        null_fields=frozenset({"converted_by"}),
    )


def _warn_of_limits(
    model: Writable, solved: set[tuple[Layer, str]], include_optimizer: bool
) -> None:
    problems = incompatibilities(model.all_layers(), solved)
    if model.outputs and generation(model.writer):  # Keras did not mean TensorFlow.js's masks
        problems += leaked_masks(model.graph)
    if include_optimizer and (problem := model.optimizer_incompatibility()):
        problems.append(problem)
    if problems:
        warnings.warn(
            f"TensorFlow.js 4.22 cannot use the model {model.name!r} as it is: "
            + "; ".join(problems),
            CompatibilityWarning,
            stacklevel=5,
        )


def _all_weights(model: Writable, trainable_only: bool) -> list[tuple[str, NDArray[Any]]]:
    """Return the weights to save; with unknown layers, all loaded ones in their old order."""
    pairs = model.named_weights(trainable_only)
    if not model.unplaced_weights:
        return pairs
    live = dict(pairs)
    return [(name, live.get(name, array)) for name, array in model.unplaced_weights.items()]


@short
async def save_model(
    model: Writable,
    url_or_handler: Any,
    *,
    trainable_only: bool = False,
    include_optimizer: bool = False,
    **options: Unpack[AnySaveOptions],
) -> SaveResult:
    """Save a model; the parameters are those of `LayersModel.save`."""
    for_tfjs = format_at(url_or_handler, options) in ("tfjs", "zip")
    artifacts = _artifacts(model, trainable_only, include_optimizer, for_tfjs=for_tfjs)
    return await save_artifacts(artifacts, url_or_handler, **options)
