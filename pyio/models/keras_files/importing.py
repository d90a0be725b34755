"""The importer of Keras's files; `pyio.converters.table` names this module."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from pyio.converters.keras.layers import MODELS, class_of
from pyio.converters.keras.saved import Saved, open_saved
from pyio.converters.keras.training import training_config
from pyio.converters.keras.values import value_of
from pyio.errors import InvalidModelError, UnsupportedModelError
from pyio.format.artifacts import ModelArtifacts
from pyio.models.keras_files.names import make_unique
from pyio.models.keras_files.placing import Placed, place_by_order, place_by_path
from pyio.models.keras_files.tables import give_vocabularies
from pyio.models.serialization.topology import model_from_json
from pyio.tensors.encoding import encode_weights
from pyio.version import __version__

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pyio.converters.files import Files
    from pyio.models.model import LayersModel

_NOT_WEIGHTS = ("optimizer", "metrics", "_metrics", "loss", "compile_metrics", "loss_tracker")
"""Groups beside the layers that hold no weights."""


async def artifacts(files: Files, **_options: Any) -> ModelArtifacts:
    """Return a model of Keras in TensorFlow.js's form, or the weights of a ``.weights.h5``.

    A model that pyio cannot compute keeps Keras's topology, and its weights what names they have.

    Raises:
        InvalidModelError: The file is damaged, or its weights do not fit its topology.
        UnsupportedModelError: It holds code, or a structure that is not read.
    """
    saved = await open_saved(files)
    if saved.entry is None:
        return _weights_alone(saved)
    if class_of(saved.entry) not in MODELS:
        return _subclassed(saved)
    around = _around(saved)
    give_vocabularies(saved)
    try:
        model = model_from_json(around | {"model_config": saved.entry}, allow_unknown=True)
    except UnsupportedModelError:
        raise
    except InvalidModelError as error:
        model = None
        saved.notes.append(f"the topology is kept as Keras wrote it: {error}")
    place = place_by_order if saved.kind == "h5" else place_by_path
    placed = place(saved, model)
    topology: Any = around | {"model_config": saved.entry}
    if model is not None:
        topology, placed = _written(model, placed, saved)
    return _packed(saved, topology, placed.arrays)


def _written(model: LayersModel, placed: Placed, saved: Saved) -> tuple[dict[str, Any], Placed]:
    """Return the topology of a model as it is saved, and its weights with the names there."""
    if not model.unknown_classes:
        make_unique(model, saved.notes)
    placed = Placed({**dict(model.named_weights()), **placed.arrays})
    topology = model.topology()
    model.prepare_for_save(topology["config"])
    return topology, placed


def _around(saved: Saved) -> dict[str, Any]:
    """Return the members of a topology that tell who wrote it."""
    found: dict[str, Any] = {}
    if saved.version is not None:
        found["keras_version"] = saved.version
    if saved.backend is not None:
        found["backend"] = saved.backend
    return found


def _packed(saved: Saved, topology: Any, arrays: dict[str, NDArray[Any]]) -> ModelArtifacts:
    encoded = encode_weights(arrays, cast=True)
    found = ModelArtifacts(
        model_topology=topology,
        weight_specs=encoded.specs,
        weight_data=encoded.data,
        training_config=None if topology is None else training_config(saved.training, saved.notes),
        format=None if topology is None else "layers-model",
        generated_by=f"keras v{saved.version}" if saved.version else None,
        converted_by=f"pyio {__version__}",
    )
    found.remember_notes(saved.notes)
    return found


def _weights_alone(saved: Saved) -> ModelArtifacts:
    """Return all arrays of a file without a topology, named by their paths."""
    if saved.kind == "h5":
        return _packed(replace(saved, training=None), None, place_by_order(saved, None).arrays)
    arrays: dict[str, NDArray[Any]] = {}
    for dataset in saved.weights.datasets():
        if dataset.path.partition("/")[0] not in _NOT_WEIGHTS:
            arrays[dataset.path] = value_of(dataset, saved.notes)
    return _packed(replace(saved, training=None), None, arrays)


def _subclassed(saved: Saved) -> ModelArtifacts:
    """Return a model whose layers only its own class knows: weights by path, and its config."""
    name = class_of(cast("dict[str, Any]", saved.entry))
    saved.notes.append(
        f"{name!r} is a class of the model's author; its weights are there, named by their paths"
    )
    found = _weights_alone(saved)
    topology = _around(saved) | {"model_config": saved.entry}
    result = replace(found, model_topology=topology, format="layers-model")
    result.remember_notes(saved.notes)
    return result
