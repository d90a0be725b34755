"""The importer of Keras's files; `pyio.converters.table` names this module."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from pyio.converters.keras.layers import MODELS, class_of
from pyio.converters.keras.optimizer_state import optimizer_state
from pyio.converters.keras.saved import Saved, open_saved
from pyio.converters.keras.training import training_config
from pyio.converters.keras.values import value_of
from pyio.errors import CompatibilityWarning, InvalidModelError, UnsupportedModelError
from pyio.format.artifacts import ModelArtifacts
from pyio.models.core.container import named
from pyio.models.keras_files.by_order import place_by_order
from pyio.models.keras_files.by_path import place_by_path
from pyio.models.keras_files.names import make_unique
from pyio.models.keras_files.tables import give_vocabularies
from pyio.models.serialization.topology import model_from_json
from pyio.models.serialization.write import model_to_artifacts
from pyio.tensors.encoding import encode_weights
from pyio.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pyio.converters.files import Files
    from pyio.models.model import LayersModel

_NOT_WEIGHTS = ("optimizer", "metrics", "_metrics", "loss", "compile_metrics", "loss_tracker")
"""Groups beside the layers that hold no weights."""


async def artifacts(files: Files, *, for_tfjs: bool = True) -> ModelArtifacts:
    """Return a model of Keras in TensorFlow.js's form, or the weights of a ``.weights.h5``.

    A model that pyio cannot compute keeps Keras's topology, and its weights what names they have.

    Args:
        files: The file, or what was in it.
        for_tfjs: Write layers that only Keras has as layers of TensorFlow.js where the numbers stay
            the same, and note what TensorFlow.js cannot open.

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
    if saved.training is not None and (model is None or model.unknown_classes):
        saved.notes.append("how it was trained was left out: the model cannot be computed here")
    if model is None:
        return _packed(saved, around | {"model_config": saved.entry}, placed.arrays)
    if model.unknown_classes:
        arrays = {**dict(model.named_weights()), **placed.arrays}
        return _packed(saved, _topology(model), arrays)
    make_unique(model, saved.notes)
    _compile(model, saved, for_tfjs=for_tfjs)
    if for_tfjs:
        return _labelled(_for_tfjs(model, saved.notes), saved, model.training_config)
    arrays = dict(model.named_weights())
    return _packed(saved, _topology(model), arrays, model.training_config, model.optimizer_weights)


def _compile(model: LayersModel, saved: Saved, *, for_tfjs: bool) -> None:
    """Give the model what it was compiled with, and the state of its optimizer."""
    model.training_config = training_config(
        saved.training, saved.notes, outputs=model.output_names, for_tfjs=for_tfjs
    )
    config = model.training_config
    if config is not None and config["optimizer_config"]["class_name"] == "Adamax" and for_tfjs:
        saved.notes.append("the state of the optimizer was left out: TensorFlow.js cannot load it")
    elif config is not None and saved.optimizer:
        names = {weight: name for name, weight in named(model)}
        weights = [(names[weight], weight.shape) for weight in model.trainable_weights]
        variables = [value_of(each, saved.notes) for each in saved.optimizer]
        model.optimizer_weights = optimizer_state(
            config, variables, weights, saved.notes, old=saved.old_optimizer
        )


def _topology(model: LayersModel) -> dict[str, Any]:
    topology = model.topology()
    model.prepare_for_save(topology["config"])
    return topology


def _for_tfjs(model: LayersModel, notes: list[str]) -> ModelArtifacts:
    """Return what saving the model stores; a warning of that becomes a note."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = model_to_artifacts(model, include_optimizer=True)
    notes += [str(each.message) for each in caught if each.category is CompatibilityWarning]
    return found


def _around(saved: Saved) -> dict[str, Any]:
    """Return the members of a topology that tell who wrote it."""
    found: dict[str, Any] = {}
    if saved.version is not None:
        found["keras_version"] = saved.version
    if saved.backend is not None:
        found["backend"] = saved.backend
    return found


def _packed(
    saved: Saved,
    topology: Any,
    arrays: Mapping[str, NDArray[Any]],
    training: Any = None,
    state: Mapping[str, NDArray[Any]] | None = None,
) -> ModelArtifacts:
    encoded = encode_weights(arrays, cast=True)
    optimizer = encode_weights(state or {}, group="optimizer")
    specs, data = encoded.specs + optimizer.specs, encoded.data + optimizer.data
    found = ModelArtifacts(topology, specs, data)
    if topology is None:
        found.remember_notes(saved.notes)
        return found
    return _labelled(found, saved, training)


def _labelled(found: ModelArtifacts, saved: Saved, training: Any) -> ModelArtifacts:
    """Return a model with what it was compiled with, who wrote it, and what was changed."""
    result = replace(
        found,
        training_config=training,
        format="layers-model",
        generated_by=f"keras v{saved.version}" if saved.version else None,
        converted_by=f"pyio v{__version__}",
        null_fields=frozenset(),
    )
    result.remember_notes(saved.notes)
    return result


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
