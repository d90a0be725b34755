"""`load_layers_model`: a model from a medium."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.handlers.contract import Loader
from pyio.handlers.picked_files import BrowserFilesHandler
from pyio.handlers.registry import load_handler
from pyio.models.serialization.read import model_from_artifacts
from pyio.operations.transfer import load_artifacts
from pyio.tracebacks import short

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from pyio.handlers.keywords import HTTPOptions
    from pyio.models.model import LayersModel
    from pyio.progress import OnProgress


@short
async def load_layers_model(
    url_or_handler: Any,
    *,
    strict: bool = True,
    on_progress: OnProgress | None = None,
    custom_objects: Mapping[str, Any] | None = None,
    allow_unknown: bool = False,
    **options: Unpack[HTTPOptions],
) -> LayersModel:
    """Load a model that TensorFlow.js, pyio or Keras saved.

    Files of Keras 2 and 3 (``.keras``, ``.h5``) are found by their content. A model computes as its
    writer meant it (`LayersModel.writer`), and `LayersModel.import_notes` says what was changed.

    Args:
        url_or_handler: An address such as "indexeddb://my-model", or any object with `load`.
        strict: Raise for weights that are missing, left over or of another shape, with a list of
            them. Otherwise take what fits: by name, by normalised name, by order and shape.
            Missing weights keep their initial values. `LayersModel.load_report` has the details.
        on_progress: Called while the medium loads, for media that report progress.
        custom_objects: Classes by name, in addition to those registered with
            `pyio.layers.register`.
        allow_unknown: Use placeholders for layers whose classes are not registered. Such a model
            can be inspected, copied and saved again, but not predict.
        options: Further options of the medium.

    Raises the errors of the medium; UnknownLayersError, InvalidModelError and WeightsError as
    `pyio.models.serialization.read.model_from_artifacts` does; and UnsupportedModelError for a file
    of Keras with code in it.
    """
    heard: Any = {} if on_progress is None else {"on_progress": on_progress}
    handler = load_handler(url_or_handler, {**options, **heard})
    if isinstance(handler, Loader | BrowserFilesHandler):
        artifacts = await handler.load(for_tfjs=False)
    else:
        artifacts = await load_artifacts(handler)
    return model_from_artifacts(artifacts, strict, custom_objects, allow_unknown)
