"""Models <-> ModelArtifacts: what is stored of a model. Knows no medium."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

import pyio
from pyio.errors import CompatibilityWarning, InvalidModelError
from pyio.format.artifacts import ModelArtifacts
from pyio.models.compatibility import obstacles
from pyio.models.matching import load
from pyio.models.topology import model_from_json
from pyio.tensors.encoding import decode_weights, encode_weights

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pyio.models.model import LayersModel


def model_to_artifacts(
    model: LayersModel, trainable_only: bool = False, include_optimizer: bool = False
) -> ModelArtifacts:
    """Return `model` as artifacts, laid out as ``LayersModel.save`` of TensorFlow.js does.

    Args:
        model: The model.
        trainable_only: Leave out the weights that training does not change.
        include_optimizer: Add the training config and the state of the optimizer, if the model
            was compiled or came with them.

    Raises WeightsError for two weights of the same name, InvalidModelError for two layers of the
    same name. Warns CompatibilityWarning about everything in the model that TensorFlow.js cannot
    open.
    """
    if model.outputs:
        _ = model.graph  # refuses what could not be loaded again
    _settle(model)
    encoded = encode_weights(_all_weights(model, trainable_only))
    specs, data = encoded.specs, encoded.data
    training = model.training_config if include_optimizer else None
    if training is not None:
        state = model.optimizer_weights or {"iter": np.zeros((), np.int32)}
        optimizer = encode_weights(state, group="optimizer")
        specs, data = specs + optimizer.specs, data + optimizer.data
    return ModelArtifacts(
        model_topology=model.topology(),
        weight_specs=specs,
        weight_data=data,
        training_config=training,
        format="layers-model",
        generated_by=f"pyio v{pyio.__version__}",
        user_defined_metadata=model.user_defined_metadata,
        null_fields=frozenset({"converted_by"}),
    )


def model_from_artifacts(
    artifacts: ModelArtifacts,
    strict: bool = True,
    custom_objects: Mapping[str, Any] | None = None,
    allow_unknown: bool = False,
) -> LayersModel:
    """Return the model that `artifacts` describe, with their weights.

    The parameters are those of `pyio.load_layers_model`.

    Raises InvalidModelError for artifacts that are not a layers model, UnknownLayersError for
    classes that nobody registered, WeightsError for weights that do not fit.
    """
    topology = artifacts.model_topology
    if not isinstance(topology, dict):
        raise InvalidModelError(
            "these artifacts have no model topology, so there is no model to build; "
            "pyio.load_arrays reads the weights alone"
        )
    model = model_from_json(topology, custom_objects, allow_unknown)
    if isinstance(artifacts.training_config, dict):
        model.training_config = dict(artifacts.training_config)
    if isinstance(artifacts.user_defined_metadata, dict):
        model.user_defined_metadata = artifacts.user_defined_metadata
    if artifacts.weight_data is None:
        return model
    if artifacts.weight_specs is None:
        raise InvalidModelError("these artifacts have weight data but no weight specs")
    arrays = decode_weights(artifacts.weight_data, artifacts.weight_specs)
    state = {spec.name for spec in artifacts.weight_specs if spec.group == "optimizer"}
    model.optimizer_weights = {name: arrays.pop(name) for name in list(arrays) if name in state}
    if model.unknown_classes:
        model.unplaced_weights = dict(arrays)
        model.load_report = load(model, arrays, strict=False, by_order=False)
    else:
        model.load_report = load(model, arrays, strict, by_order=not strict)
    return model


def _settle(model: LayersModel) -> None:
    """Make the layers ready for saving, and warn about what TensorFlow.js cannot open."""
    for layer in model.all_layers():
        layer.settle()
    problems = obstacles(model)
    if problems:
        warnings.warn(
            f"TensorFlow.js 4.22 cannot use the model {model.name!r} as it is: "
            + "; ".join(problems),
            CompatibilityWarning,
            stacklevel=3,
        )


def _all_weights(model: LayersModel, trainable_only: bool) -> list[tuple[str, NDArray[Any]]]:
    """Return the weights to save; with unknown layers, all that were loaded, in that order."""
    pairs = model.named_weights(trainable_only)
    if not model.unplaced_weights:
        return pairs
    live = dict(pairs)
    return [(name, live.get(name, array)) for name, array in model.unplaced_weights.items()]
