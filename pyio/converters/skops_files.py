"""Objects of scikit-learn as skops stores them: a zip archive of ``schema.json`` and arrays.

As artifacts such an archive is one uint8 tensor, so every medium stores, lists and copies it. What
wrote it is in the user's metadata, and in the archive itself as ``pyio.json``, which skops skips
(https://skops.readthedocs.io/en/stable/persistence.html).
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from pyio.errors import InvalidModelError
from pyio.format.artifacts import ModelArtifacts, WeightSpec
from pyio.format.json_text import dumps, loads

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyio.format.archive import Member
    from pyio.format.json_text import JSONValue

TENSOR = "skops"
SCHEMA, ABOUT = "schema.json", "pyio.json"
METADATA = "object"
"""The member of the user's metadata that says what wrote the object."""


def stored(archive: bytes, about: Mapping[str, JSONValue]) -> ModelArtifacts:
    """Return the artifacts of an archive of skops, with `about` in them and in the archive."""
    file = io.BytesIO(archive)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as added:
        added.writestr(ABOUT, dumps(about))
    return _artifacts(file.getbuffer(), about)


def opened(data: memoryview, members: Sequence[Member]) -> ModelArtifacts:
    """Return the artifacts of a ``.skops`` file, whose `members` have been read."""
    text = next((member.content for member in members if member.path == ABOUT), None)
    about = None if text is None else loads(bytes(text), ABOUT)
    return _artifacts(data, about if isinstance(about, dict) else {})


def _artifacts(data: memoryview, about: Mapping[str, JSONValue]) -> ModelArtifacts:
    return ModelArtifacts(
        weight_specs=(WeightSpec(TENSOR, (data.nbytes,), "uint8"),),
        weight_data=(data,),
        format=TENSOR,
        user_defined_metadata={METADATA: about},
        checksum=True,
    )


def archive_of(artifacts: ModelArtifacts) -> memoryview:
    """Return the archive in `artifacts`. Raises InvalidModelError if they are something else."""
    specs, data = artifacts.weight_specs or (), artifacts.weight_data or ()
    if artifacts.model_topology is not None or [(s.name, s.dtype) for s in specs] != [
        (TENSOR, "uint8")
    ]:
        kind = "arrays" if artifacts.model_topology is None else "a model"
        function = "load_arrays" if artifacts.model_topology is None else "load_layers_model"
        raise InvalidModelError(
            f"this is {kind}, not an object that save_object has stored; pyio.{function} loads it"
        )
    return data[0] if len(data) == 1 else memoryview(b"".join(data))


def about_of(artifacts: ModelArtifacts) -> Mapping[str, JSONValue]:
    """Return what wrote the object; empty for a file of skops itself."""
    metadata = artifacts.user_defined_metadata
    about = metadata.get(METADATA) if isinstance(metadata, dict) else None
    return about if isinstance(about, dict) else {}


def pieces(artifacts: ModelArtifacts) -> list[memoryview]:
    """Return the ``.skops`` file, which ``skops.io.load`` reads too."""
    return [archive_of(artifacts)]
