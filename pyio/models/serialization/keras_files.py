"""Artifacts of layers models -> files of Keras: the model is built, then exported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.converters.keras.export import files
from pyio.converters.keras.export.training import Training, training
from pyio.models.core.container import named
from pyio.models.serialization.read import model_from_artifacts

if TYPE_CHECKING:
    from pyio.format.artifacts import ModelArtifacts


def keras_pieces(artifacts: ModelArtifacts) -> list[memoryview]:
    """Return a ``.keras`` file for Keras 3; see `pyio.converters.keras.export.files`."""
    model = model_from_artifacts(artifacts)
    return files.keras_pieces(model, _training(model))


def h5_pieces(artifacts: ModelArtifacts) -> list[memoryview]:
    """Return an ``.h5`` file for Keras 2."""
    model = model_from_artifacts(artifacts)
    return files.h5_pieces(model, _training(model))


def weights_pieces(artifacts: ModelArtifacts) -> list[memoryview]:
    """Return a ``.weights.h5`` file for Keras 3."""
    return files.weights_pieces(model_from_artifacts(artifacts))


def _training(model: Any) -> Training | None:
    if model.training_config is None:
        return None
    trainable = set(model.trainable_weights)
    names = [name for name, weight in named(model) if weight in trainable]
    return training(model.training_config, model.optimizer_weights, names)
