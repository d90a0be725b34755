"""`load_layers_model`, `load_graph_model` and `load_model`: a model from a medium."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.errors import InvalidModelError
from pyio.handlers.contract import Loader
from pyio.handlers.picked_files import BrowserFilesHandler
from pyio.handlers.registry import load_handler
from pyio.models.serialization.read import model_from_artifacts
from pyio.models.serialization.registry import classes
from pyio.operations.transfer import divided, load_artifacts
from pyio.tracebacks import short

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from pyio.format.artifacts import ModelArtifacts
    from pyio.handlers.keywords import GraphOptions, HTTPOptions
    from pyio.models.graph_models.graph_model import GraphModel
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
    of Keras with code in it. A graph model is refused with the name of the function that loads it.
    """
    with classes(custom_objects, allow_unknown):  # the importer of Keras's files builds the model
        artifacts = await _artifacts(url_or_handler, on_progress, options)
    if _is_graph(artifacts):
        raise InvalidModelError(
            f"{url_or_handler!r:.120} is a graph model; use pyio.load_graph_model, or "
            "pyio.load_model for both kinds"
        )
    return model_from_artifacts(artifacts, strict, custom_objects, allow_unknown)


@short
async def load_graph_model(
    url_or_handler: Any,
    *,
    on_progress: OnProgress | None = None,
    **options: Unpack[GraphOptions],
) -> GraphModel:
    """Load a graph model: what the converter of TensorFlow.js makes of TensorFlow's models.

    SavedModels, frozen graphs and hub modules of TensorFlow are converted.
    `GraphModel.import_notes` says what was changed.

    Args:
        url_or_handler: An address such as "indexeddb://my-model", or any object with `load`.
        on_progress: Called while the medium loads, for media that report progress.
        options: Further options of the medium, and those of importing: ``signature``, ``tags``, …
            (`pyio.converters.saved_model.importer`).

    Raises the errors of the medium; UnknownOpsError, which names all ops that pyio lacks at once;
    InvalidModelError and WeightsError for a graph that cannot run. A layers model is refused with
    the name of the function that loads it.
    """
    artifacts = await _artifacts(url_or_handler, on_progress, options)
    if not _is_graph(artifacts) and artifacts.model_topology is not None:
        raise InvalidModelError(
            f"{url_or_handler!r:.120} is a layers model; use pyio.load_layers_model, or "
            "pyio.load_model for both kinds"
        )
    return _graph_model(artifacts)


@short
async def load_model(
    url_or_handler: Any,
    *,
    on_progress: OnProgress | None = None,
    **options: Unpack[GraphOptions],
) -> LayersModel | GraphModel:
    """Load a model of either kind: a `LayersModel` or a `GraphModel`.

    The topology decides which. The parameters and errors are those of `load_layers_model` and
    `load_graph_model`.
    """
    artifacts = await _artifacts(url_or_handler, on_progress, options)
    return _graph_model(artifacts) if _is_graph(artifacts) else model_from_artifacts(artifacts)


async def _artifacts(
    source: Any, on_progress: OnProgress | None, options: Mapping[str, Any]
) -> ModelArtifacts:
    heard: Any = {} if on_progress is None else {"on_progress": on_progress}
    of_medium, chosen = divided({**options, **heard})
    handler = load_handler(source, of_medium)
    if isinstance(handler, Loader | BrowserFilesHandler):
        return await handler.load(for_tfjs=False, **chosen)
    return await load_artifacts(handler, **chosen)


def _is_graph(artifacts: ModelArtifacts) -> bool:
    """Whether the topology is a GraphDef. The member `format` says the same, if it is there."""
    topology = artifacts.model_topology
    if isinstance(topology, dict) and "node" in topology:
        return True
    return artifacts.format == "graph-model" and not (
        isinstance(topology, dict) and ("config" in topology or "model_config" in topology)
    )


def _graph_model(artifacts: ModelArtifacts) -> GraphModel:
    # Imported now: a program that only has layers need not wait for the ops.
    from pyio.models.graph_models.reading import graph_model_from_artifacts

    return graph_model_from_artifacts(artifacts)
