"""The one table of formats that a single file can have, and what writes them from artifacts.

A file gets the format that the ending of its name says, unless `format` says another. A row names
a function by its module, which is imported when first needed::

    def pieces(artifacts: ModelArtifacts) -> list[memoryview]

The functions of layers models are in `pyio.models`, because they build the model first. It stands
above this module, so they too are found by name.
"""

from __future__ import annotations

import importlib
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyio.errors import CompatibilityWarning, HandlerError, InvalidModelError

if TYPE_CHECKING:
    from pyio.format.artifacts import ModelArtifacts

TFJS, ZIP = "tfjs", "zip"
"""TensorFlow.js's own files, and one archive of them: the media write these themselves."""


@dataclass(frozen=True, slots=True)
class Writer:
    """One format.

    Attributes:
        format: Its name, as the option `format` takes it.
        endings: The endings of names that mean it, the longest of a name first.
        kind: "model" if it is for models of layers, "arrays" for arrays alone, "object" for
            objects of scikit-learn.
        place: The module and the function that write it.
        keeps_metadata: Whether it has a place for the user's metadata.
    """

    format: str
    endings: tuple[str, ...]
    kind: str
    place: tuple[str, str]
    keeps_metadata: bool = False

    def pieces(self, artifacts: ModelArtifacts) -> list[memoryview]:
        """Return the file. Raises InvalidModelError for what the format has no place for."""
        self._require_kind(artifacts)
        if artifacts.user_defined_metadata and not self.keeps_metadata:
            warnings.warn(
                f"a {self.endings[0]} file has no place for your metadata, which are left out",
                CompatibilityWarning,
                stacklevel=2,
            )
        module, function = self.place
        found: list[memoryview] = getattr(importlib.import_module(module), function)(artifacts)
        return found

    def _require_kind(self, artifacts: ModelArtifacts) -> None:
        has_layers = artifacts.model_topology is not None
        if self.kind == "model" and not has_layers:
            raise InvalidModelError(
                f"a {self.endings[0]} file is for a model of layers, and these are arrays alone; "
                "save them as .safetensors or .npz"
            )
        if self.kind != "model" and has_layers:
            raise InvalidModelError(
                f"a {self.endings[0]} file has no place for the layers of a model. Save it as "
                ".keras or .zip; or save its arrays: save_arrays(await load_arrays(…), …)"
            )


_MODELS = "pyio.models.serialization.keras_files"
_SAFETENSORS = "pyio.converters.safetensors.writer"
_NUMPY = "pyio.converters.numpy_files"

WRITERS: tuple[Writer, ...] = (
    Writer("keras", (".keras",), "model", (_MODELS, "keras_pieces")),
    Writer("weights.h5", (".weights.h5",), "model", (_MODELS, "weights_pieces")),
    Writer("h5", (".h5", ".hdf5"), "model", (_MODELS, "h5_pieces")),
    Writer("safetensors", (".safetensors",), "arrays", (_SAFETENSORS, "pieces"), True),
    Writer("npz", (".npz",), "arrays", (_NUMPY, "npz_pieces")),
    Writer("npy", (".npy",), "arrays", (_NUMPY, "npy_pieces")),
    Writer("skops", (".skops",), "object", ("pyio.converters.skops_files", "pieces"), True),
)

FORMATS = (TFJS, ZIP, *(writer.format for writer in WRITERS))


def format_of(name: str, given: str | None) -> str:
    """Return the format of a file: the one that is `given`, or what its ending says.

    Raises HandlerError for an unknown one.
    """
    if given is not None:
        if given not in FORMATS:
            raise HandlerError(f"format is {given!r:.40}; expected one of {', '.join(FORMATS)}")
        return given
    lowered = name.lower()
    if lowered.endswith(".zip"):
        return ZIP
    return next((w.format for w in WRITERS if lowered.endswith(w.endings)), TFJS)


def writer_of(format_name: str) -> Writer | None:
    """Return the writer of a format; None for those that the media write themselves."""
    return next((writer for writer in WRITERS if writer.format == format_name), None)
