"""Opening a file of Keras: its topology, who wrote it, its weights and its text tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyio import limits
from pyio.converters.files import present
from pyio.converters.hdf5.opening import open_hdf5
from pyio.converters.keras.keras_1 import is_keras_1, modernize
from pyio.converters.keras.kinds import CONFIG, METADATA
from pyio.converters.keras.optimizer_state import of_archive, of_h5
from pyio.converters.keras.plain import simplify
from pyio.converters.keras.safety import refuse_code
from pyio.errors import InvalidModelError, UnsupportedModelError
from pyio.format.json_text import loads

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyio.converters.files import Files
    from pyio.converters.hdf5.datasets import Dataset
    from pyio.converters.hdf5.file import Group

WEIGHTS = "model.weights.h5"
_ASSETS = "assets/"
_OTHER_WEIGHTS = ("model.weights.npz", "model.weights.json")
_VOCABULARY = "vocabulary.txt"


@dataclass(slots=True)
class Saved:
    """What a file of Keras holds.

    Attributes:
        kind: "keras" for weights by path (also those of ``.weights.h5``), "h5" for weights by the
            order of layers.
        entry: The model as ``{class_name, config, …}``, or None for weights alone.
        version: Such as "3.15.1", or None.
        backend: Such as "tensorflow", or None.
        weights: The group that holds the weights.
        training: What the model was compiled with, in Keras's form.
        optimizer: The variables of the optimizer, in order.
        old_optimizer: Whether that order is the one of Keras before 2.11.
        vocabularies: Path of a layer's tables -> its tokens.
        notes: What was changed while reading.
        old: Whether Keras 1 wrote the weights.
    """

    kind: str
    entry: dict[str, Any] | None
    version: str | None
    backend: str | None
    weights: Group
    training: Any = None
    optimizer: Sequence[Dataset] = ()
    old_optimizer: bool = False
    vocabularies: Mapping[str, Sequence[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    old: bool = False


async def open_saved(files: Files) -> Saved:
    """Return what a file of Keras holds.

    Raises:
        InvalidModelError: It is damaged, or it is another HDF5 file.
        UnsupportedModelError: It is not read; the message says why.
    """
    if CONFIG in files.names and METADATA in files.names:
        return await _open_archive(files)
    return open_h5(await files.read(files.names[0]))


async def _open_archive(files: Files) -> Saved:
    metadata = await _json(files, METADATA)
    entry = await _json(files, CONFIG)
    refuse_code(entry)
    simplify(entry)
    if await present(files, WEIGHTS):
        weights = open_hdf5(await files.read(WEIGHTS))
    else:
        for name in _OTHER_WEIGHTS:
            if await present(files, name):
                raise UnsupportedModelError(
                    f"its weights are in {name}, which is not read; save the model again with "
                    "Keras's defaults"
                )
        raise UnsupportedModelError(
            f"it is a zip archive as Keras makes it (.keras), without weights ({WEIGHTS})"
        )
    tables = [
        name for name in files.names if name.startswith(_ASSETS) and name.endswith(_VOCABULARY)
    ]
    version = metadata.get("keras_version")
    return Saved(
        "keras",
        entry,
        version if isinstance(version, str) else None,
        None,
        weights,
        entry.get("compile_config"),
        of_archive(weights),
        vocabularies={
            name.removeprefix(_ASSETS).rpartition("/")[0]: await _tokens(files, name)
            for name in tables
        },
    )


async def _json(files: Files, name: str) -> dict[str, Any]:
    if files.size(name) > limits.JSON_BYTES:
        raise InvalidModelError(
            f"{name} has {files.size(name):,} bytes; at most {limits.JSON_BYTES:,} are read "
            "(pyio.limits.JSON_BYTES)"
        )
    value: Any = loads(bytes(await files.read(name)), name)
    if not isinstance(value, dict):
        raise InvalidModelError(f"{name} is {value!r:.60}, not an object")
    return value


async def _tokens(files: Files, name: str) -> list[str]:
    raw = bytes(await files.read(name))
    try:
        return raw.decode().split("\n")
    except UnicodeDecodeError as error:
        raise InvalidModelError(f"{name} is not UTF-8: {error}") from error


def open_h5(data: memoryview) -> Saved:
    """Return what an HDF5 file of Keras holds. Raises as `open_saved`."""
    root = open_hdf5(data)
    attributes = root.attributes
    version, backend = (attributes.get(key) for key in ("keras_version", "backend"))
    found = Saved(
        "keras",
        None,
        version if isinstance(version, str) else None,
        backend if isinstance(backend, str) else None,
        root,
    )
    config = attributes.get("model_config")
    if config is not None:
        found.entry = _object(config, "model_config")
        refuse_code(found.entry)
        simplify(found.entry)
        if is_keras_1(found.version, found.entry):
            modernize(found.entry)
            found.old = True
            found.notes.append("a file of Keras 1: its names and weights were brought to Keras 2's")
        found.version = found.version or ("1.0.0" if found.old else "2.0.0")
        if attributes.get("training_config") is not None:
            found.training = _object(attributes["training_config"], "training_config")
    found.optimizer, found.old_optimizer = of_h5(root)
    weights = root.group("model_weights")
    if config is not None and weights is None:
        raise InvalidModelError("the file has a model_config and no model_weights")
    if weights is not None:
        found.kind, found.weights = "h5", weights
    elif "layer_names" in attributes or "layer_names0" in attributes:
        found.kind = "h5"
    return found


def _object(value: Any, name: str) -> dict[str, Any]:
    found: Any = loads(value, name) if isinstance(value, str) else None
    if not isinstance(found, dict):
        raise InvalidModelError(f"the attribute {name} is {value!r:.60}, not an object in JSON")
    return found
