"""A model as it is written: its JSON texts made once, its bytes counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from pyio.errors import InvalidModelError
from pyio.format.artifacts import ModelArtifactsInfo, now, require_artifacts
from pyio.format.json_text import JSONText, dumps, utf8_length
from pyio.format.manifest import group_to_json
from pyio.format.model_json import MODEL_JSON_KEYS, fields_to_json, topology_text
from pyio.format.specs import specs_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from pyio.format.artifacts import ModelArtifacts
    from pyio.format.json_text import JSONValue


class Serialized:
    """What a medium writes. `serialize` makes it.

    Attributes:
        artifacts: The model.
        topology: Its topology as JSON text, or None without one.
    """

    def __init__(
        self, artifacts: ModelArtifacts, topology: JSONText | None, date_saved: datetime
    ) -> None:
        self.artifacts, self.topology = artifacts, topology
        self._date_saved = date_saved

    @cached_property
    def specs(self) -> JSONText | None:
        """The weight specs as JSON text, or None without any.

        Made when it is first needed: of thousands of tensors it takes milliseconds.
        """
        specs = self.artifacts.weight_specs
        return None if specs is None else JSONText(specs_text(specs))

    @cached_property
    def info(self) -> ModelArtifactsInfo:
        """The bytes of the parts, and the date."""
        return ModelArtifactsInfo(
            date_saved=self._date_saved,
            model_topology_bytes=0 if self.topology is None else utf8_length(self.topology),
            weight_specs_bytes=0 if self.specs is None else utf8_length(self.specs),
            weight_data_bytes=self.artifacts.weight_data_bytes,
            about=_about(self.artifacts),
            origin=_origin(self.artifacts),
        )

    @property
    def buffers(self) -> tuple[memoryview, ...]:
        """The weight data; empty without any."""
        return self.artifacts.weight_data or ()

    def fields(self, keys: Iterable[str], *, nulls: bool = False) -> dict[str, JSONValue]:
        """Return the JSON fields in the order of `keys`, as `fields_to_json` does."""
        fields = fields_to_json(self.artifacts, keys, nulls=nulls)
        if self.topology is not None and "modelTopology" in fields:
            fields["modelTopology"] = self.topology
        return fields

    def model_json(
        self,
        weight_paths: Sequence[str],
        *,
        keys: Sequence[str] = MODEL_JSON_KEYS,
        checksums: Sequence[str] | None = None,
    ) -> str:
        """Return the text of a ``model.json``; see `get_model_json`."""
        if isinstance(weight_paths, str) or not isinstance(weight_paths, Sequence):
            raise InvalidModelError(f"weight_paths should be a list, got {weight_paths!r:.80}")
        members = self.fields([key for key in keys if key != "weightsManifest"])
        members["weightsManifest"] = [group_to_json(weight_paths, self.specs, checksums)]
        return dumps({key: members[key] for key in keys if key in members})


def serialize(artifacts: ModelArtifacts, date_saved: datetime | None = None) -> Serialized:
    """Return what is written of `artifacts`.

    Raises InvalidModelError for a topology, or another part, that JSON cannot hold.
    """
    require_artifacts(artifacts)
    topology = None if artifacts.model_topology is None else JSONText(topology_text(artifacts))
    return Serialized(artifacts, topology, date_saved or now())


def _about(artifacts: ModelArtifacts) -> str | None:
    if not artifacts.user_defined_metadata:
        return None
    from pyio.format.card import ModelCard  # late: few models have metadata

    card = ModelCard.from_metadata(artifacts.user_defined_metadata)
    return None if card is None else card.line or None


def _origin(artifacts: ModelArtifacts) -> str | None:
    url = artifacts.origin.get("url") if isinstance(artifacts.origin, Mapping) else None
    return url if isinstance(url, str) else None


def get_model_json(
    artifacts: ModelArtifacts,
    weight_paths: Sequence[str],
    *,
    keys: Sequence[str] = MODEL_JSON_KEYS,
    checksums: Sequence[str] | None = None,
) -> str:
    """Return the text of a ``model.json`` whose weights lie in the files `weight_paths`.

    It is what TensorFlow.js offers as a download or posts over HTTP, to the byte.

    Args:
        artifacts: The model.
        weight_paths: The files of its weights, relative to the model.json.
        keys: The members and their order, which differs per medium.
        checksums: The CRC-32 of each file, which only pyio reads, as `pyio.format.manifest` says.
    """
    return serialize(artifacts).model_json(weight_paths, keys=keys, checksums=checksums)


def get_model_artifacts_info_for_json(
    artifacts: ModelArtifacts, date_saved: datetime | None = None
) -> ModelArtifactsInfo:
    """Return the sizes of `artifacts` in bytes, as TensorFlow.js counts them, dated now.

    JSON parts count the bytes of their text in UTF-8; a part that is absent counts 0.
    """
    return serialize(artifacts, date_saved).info
