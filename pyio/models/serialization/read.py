"""Models <-> ModelArtifacts: what is stored of a model. Knows no medium."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.errors import InvalidModelError
from pyio.format.artifacts import require_artifacts
from pyio.models.core.collection import without_collection
from pyio.models.serialization.topology import model_from_json
from pyio.models.serialization.weight_matching import assign_matching
from pyio.tensors.encoding import decode_artifacts
from pyio.tracebacks import short

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyio.format.artifacts import ModelArtifacts
    from pyio.models.model import LayersModel


@short
@without_collection
def model_from_artifacts(
    artifacts: ModelArtifacts,
    strict: bool = True,
    custom_objects: Mapping[str, Any] | None = None,
    allow_unknown: bool = False,
) -> LayersModel:
    """Return the model that `artifacts` describe, with their weights.

    The parameters are those of `pyio.load_layers_model`.

    Raises InvalidModelError for artifacts that are not a layers model, UnknownLayersError for
    classes that are not registered, WeightsError for weights that do not fit.
    """
    require_artifacts(artifacts)
    topology = artifacts.model_topology
    if not isinstance(topology, dict):
        raise InvalidModelError(
            "these artifacts have no model topology, so there is no model to build; "
            "pyio.load_arrays reads the weights alone"
        )
    model = model_from_json(topology, custom_objects, allow_unknown)
    model.import_notes = artifacts.import_notes
    if isinstance(artifacts.training_config, dict):
        model.training_config = dict(artifacts.training_config)
    if isinstance(artifacts.user_defined_metadata, dict):
        model.user_defined_metadata = artifacts.user_defined_metadata
    if artifacts.weight_data is None:
        return model
    if artifacts.weight_specs is None:
        raise InvalidModelError("these artifacts have weight data but no weight specs")
    arrays = decode_artifacts(artifacts)
    state = {spec.name for spec in artifacts.weight_specs if spec.group == "optimizer"}
    model.optimizer_weights = {name: arrays.pop(name) for name in list(arrays) if name in state}
    if model.unknown_classes:
        # The weights of unknown layers fit nothing here; they are kept for the next save.
        model.unplaced_weights = dict(arrays)
        model.load_report = assign_matching(model, arrays, strict=False, by_order=False)
    else:
        model.load_report = assign_matching(model, arrays, strict, by_order=not strict)
    return model
