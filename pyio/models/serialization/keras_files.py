"""Artifacts of layers models -> files of Keras: the model is built, then exported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.converters.keras.export import files
from pyio.converters.keras.export.training import Training, training
from pyio.errors import WeightsError
from pyio.models.serialization.read import model_from_artifacts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pyio.format.artifacts import ModelArtifacts
    from pyio.models.model import LayersModel


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


def _training(model: LayersModel) -> Training | None:
    """Return how the model is trained, with the state that its next step would start from.

    Raises WeightsError for a state that is not whole.
    """
    config = model.training_config
    if config is None or not isinstance(config.get("optimizer_config"), dict):
        return None
    optimizer, weights = model.optimizer, model.trainable_weights
    stored = set(model.optimizer_weights)
    optimizer.begin(weights)
    report = optimizer.report
    if report is not None:
        wanted = sum(len(optimizer.state_of(weight)) for weight in weights)
        if len(stored - {"iter", *report.extra}) < wanted:
            raise WeightsError(
                f"the state of the optimizer {optimizer.class_name} is not there for all weights; "
                "save without it (include_optimizer=False), or train once more"
            )

    def slots(kind: str) -> list[NDArray[Any]]:
        return [optimizer.state_of(weight)[kind] for weight in weights]

    steps = optimizer.iterations if stored else None
    return training(config, (optimizer.class_name, optimizer.config), steps, slots)
