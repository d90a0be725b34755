"""Saving and loading model artifacts through an address or a handler."""

from __future__ import annotations

from dataclasses import replace
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from pyio.errors import HandlerError, PyioError
from pyio.format.artifacts import ModelArtifacts
from pyio.format.layout import require_sizes_match, tensor_ends
from pyio.format.specs import require_readable
from pyio.handlers.contract import Damaged, Loader, Saver
from pyio.handlers.registry import load_handler, medium_of, save_handler

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping
    from typing import Unpack

    from pyio.format.artifacts import SaveResult
    from pyio.handlers.contract import LoadHandler, SaveHandler
    from pyio.handlers.keywords import LoadOptions, SaveOptions


IMPORTING = frozenset(
    (
        *("signature", "tags", "outputs", "pyio_only", "quantization"),
        *("clean_up", "fold_constants", "fold_batch_norms", "fuse"),
    )
)
"""The options of importers, which are `pyio.handlers.keywords.ImportOptions`."""


def format_at(target: str | SaveHandler, options: Mapping[str, Any]) -> str:
    """Return the format in which a save to `target` writes: "tfjs" unless it is a file of another.

    Errors of the address or the options are left to the save.
    """
    if not isinstance(target, str):
        found = getattr(target, "format", None)
        return found if isinstance(found, str) else "tfjs"
    try:
        medium, path = medium_of(target)
        return medium.format_of(path, options.get("format"))
    except PyioError:
        return "tfjs"


async def save_artifacts(
    artifacts: ModelArtifacts,
    target: str | SaveHandler,
    *,
    checksum: bool | None = None,
    **options: Unpack[SaveOptions],
) -> SaveResult:
    """Save any model artifacts: layers models, graph models, or weights alone.

    The specs must account for every byte of the weight data, for a handler of your own too.

    Args:
        artifacts: What to save.
        target: An address such as "indexeddb://my-model", or a handler.
        checksum: Store digests with the model, which every load then verifies
            (`pyio.format.checksum`). None keeps the setting of the artifacts.
        options: Further options of the medium, such as ``single_file=True`` for downloads.

    Returns:
        The sizes and the date, or whatever a handler of your own returns.

    Raises:
        InvalidModelError: The artifacts cannot be written (specs that do not match the data, …).
        InvalidURLError: The address cannot be used.
        QuotaExceededError: The model does not fit into the quota.
        StorageError: The medium failed. After any error the data stored before are unchanged.
    """
    if not isinstance(artifacts, ModelArtifacts):
        raise HandlerError(
            f"save_artifacts expects ModelArtifacts, got {type(artifacts).__name__}; "
            "use save_arrays for NumPy arrays"
        )
    if not isinstance(checksum, bool | None):
        raise HandlerError(f"checksum is {checksum!r:.60}; it should be True, False or None")
    if checksum is not None and checksum != artifacts.checksum:
        artifacts = replace(artifacts, checksum=checksum)
    handler = save_handler(target, options)
    if artifacts.stored is not None and not isinstance(handler, Saver):
        from pyio.format.stored import loaded  # late: few models are loaded lazily

        artifacts = await loaded(artifacts)
    if not isinstance(handler, Saver):  # those of pyio check it themselves
        require_sizes_match(artifacts)
        require_readable(artifacts.weight_specs or ())
    result = handler.save(artifacts)
    return await result if isawaitable(result) else result


async def load_artifacts(
    source: str | LoadHandler, *, lazy: bool = False, **options: Unpack[LoadOptions]
) -> ModelArtifacts:
    """Load the model artifacts from `source`, an address or a handler.

    Models of TensorFlow and Keras are converted. Of a SavedModel ``signature`` and ``tags`` choose
    what is converted, and further options leave out steps (`pyio.converters.saved_model.importer`).

    Args:
        source: An address or a handler.
        lazy: Leave the weights where they are, and return `pyio.LazyArtifacts`: ``await
            artifacts.weight_data.read(name)`` reads one of them, as an array. ``opfs://`` reads
            nothing else then, and IndexedDB keeps them in the browser's memory. Other media load
            them all. Digests are of whole models: a single weight is not verified.
        options: Further options of the medium.

    Raises:
        ModelNotFoundError: Nothing is stored there.
        DamagedModelError: What is stored there is not a whole model, or a handler of your own gave
            weight data for which its specs do not account.
        UnsupportedModelError: It cannot be converted, or the choice is not there.
        InvalidURLError: The address cannot be used.
        StorageError: The medium failed.
    """
    of_medium, importing = divided(options)
    handler = load_handler(source, of_medium)
    if lazy and isinstance(handler, Loader):
        result: Any = handler.lazy(**importing)
    else:
        result = load_imported(handler, importing) if importing else handler.load()
    artifacts = await result if isawaitable(result) else result
    if not isinstance(artifacts, ModelArtifacts):
        raise HandlerError(f"load() of {source!r} gave {artifacts!r:.60}, not ModelArtifacts")
    if artifacts.ends is None and artifacts.stored is None and not isinstance(handler, Loader):
        with Damaged(source if isinstance(source, str) else repr(handler)):
            ends = tensor_ends(artifacts.weight_specs, artifacts.weight_data or ())
        artifacts.remember_ends(ends)
    if lazy:
        from pyio.tensors.lazy import lazy_artifacts  # late: it imports NumPy

        return lazy_artifacts(artifacts)
    return artifacts


def divided(options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the options of the medium, and those of importing."""
    importing = {key: value for key, value in options.items() if key in IMPORTING}
    return {key: options[key] for key in options if key not in importing}, importing


def load_imported(handler: Any, importing: Mapping[str, Any]) -> Awaitable[ModelArtifacts]:
    """Load with options of an importer. Raises HandlerError for a handler that has no files."""
    from pyio.handlers.picked_files import BrowserFilesHandler  # late: few loads import

    if isinstance(handler, Loader | BrowserFilesHandler):
        return handler.load(**importing)
    raise HandlerError(
        f"{handler!r:.80} takes no options of importing ({', '.join(sorted(importing))}); it keeps "
        "models of TensorFlow.js"
    )
