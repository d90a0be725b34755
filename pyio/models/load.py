"""Models <-> media: the only module of this folder that reaches the handlers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.models.serialization.read import model_from_artifacts
from pyio.transfer import load_artifacts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pyio.models.model import LayersModel


async def load_layers_model(
    url_or_handler: Any,
    *,
    strict: bool = True,
    on_progress: Callable[..., Any] | None = None,
    custom_objects: Mapping[str, Any] | None = None,
    allow_unknown: bool = False,
    **options: Any,
) -> LayersModel:
    """Load a model that TensorFlow.js or pyio saved.

    Args:
        url_or_handler: An address such as "indexeddb://my-model", or any object with `load`.
        strict: Refuse weights that are missing, left over or of another shape, listing all of
            them. Otherwise take what fits: by name, by normalised name, by order and shape; what
            is missing keeps its initial values. `LayersModel.load_report` says what happened.
        on_progress: Called while the medium loads, for media that report progress.
        custom_objects: Classes by name, beside those registered with `pyio.layers.register`.
        allow_unknown: Put placeholders for layers that nobody registered: such a model can be
            inspected, copied and saved again, but not predict.
        options: What else the medium takes.

    Raises what the medium raises; UnknownLayersError, InvalidModelError and WeightsError as
    `pyio.models.serialization.read.model_from_artifacts` does.
    """
    if on_progress is not None:
        options["on_progress"] = on_progress
    artifacts = await load_artifacts(url_or_handler, **options)
    return model_from_artifacts(artifacts, strict, custom_objects, allow_unknown)
