"""A stored model as one record: JSON with a place for the weights, and the weights beside it.

It is the layout of TensorFlow.js's IndexedDB store (tfjs-core ``indexed_db.ts``), shared with the
media that keep a model whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyio.errors import InvalidModelError
from pyio.format.model_json import (
    RECORD_KEYS,
    artifacts_from_json,
    verified_artifacts,
)
from pyio.format.specs import specs_from_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.format.artifacts import ModelArtifacts, WeightSpec
    from pyio.format.json_text import JSONValue
    from pyio.format.serialized import Serialized


def artifacts_to_record(model: Serialized) -> dict[str, JSONValue]:
    """Return the JSON of ``modelArtifacts``; ``weightData`` is null, to be filled.

    It is absent for a topology without weights: TensorFlow.js refuses data without specs. Members
    of a model that was read from a record stand in that record's order.
    """
    record = model.fields(RECORD_KEYS, nulls=True)
    if model.specs is not None or model.info.weight_data_bytes:
        record["weightData"] = None
    if model.specs is not None:
        record["weightSpecs"] = model.specs
    order = [key for key in model.artifacts.order if key in record]
    return {key: record[key] for key in dict.fromkeys([*order, *record])}


def record_to_artifacts(
    record: JSONValue, weight_data: Sequence[memoryview] | None
) -> ModelArtifacts:
    """Return the artifacts in a record, checked. Raises InvalidModelError."""
    artifacts = verified_artifacts(*_parts(record), weight_data)
    if isinstance(record, dict):
        artifacts.remember_order(record)
    return artifacts


def outline_record(record: JSONValue) -> ModelArtifacts:
    """Return the artifacts in a record without their weight data. Raises InvalidModelError."""
    return artifacts_from_json(*_parts(record), None)


def _parts(record: JSONValue) -> tuple[dict[str, JSONValue], tuple[WeightSpec, ...] | None]:
    if not isinstance(record, dict):
        raise InvalidModelError(f"its artifacts are {record!r:.60}, not an object")
    specs = record.get("weightSpecs")
    return record, None if specs is None else specs_from_json(specs)
