"""A stored model as one record: JSON with a place for the weights, and the weights beside it.

It is the layout of TensorFlow.js's IndexedDB store (tfjs-core ``indexed_db.ts``), shared with the
media that keep a model whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyio.errors import DamagedModelError, InvalidModelError
from pyio.model_json import (
    RECORD_KEYS,
    artifacts_from_json,
    fields_to_json,
    topology_text,
)
from pyio.weights.layout import check
from pyio.weights.specs import specs_from_json, specs_to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.artifacts import ModelArtifacts
    from pyio.json_text import JSONValue


def artifacts_to_record(artifacts: ModelArtifacts) -> dict[str, JSONValue]:
    """Return `artifacts` as the JSON of ``modelArtifacts``; ``weightData`` is null, to be filled.

    It is absent for a topology without weights: TensorFlow.js refuses data without specs.
    """
    topology_text(artifacts)
    record = fields_to_json(artifacts, RECORD_KEYS, nulls=True)
    if artifacts.weight_specs is not None or artifacts.weight_data_bytes:
        record["weightData"] = None
    if artifacts.weight_specs is not None:
        record["weightSpecs"] = specs_to_json(artifacts.weight_specs)
    return record


def record_to_artifacts(
    record: JSONValue, weight_data: Sequence[memoryview] | None, url: str
) -> ModelArtifacts:
    """Return the artifacts in a record, checked. Raises DamagedModelError."""
    artifacts = describe_record(record, url, weight_data)
    try:
        check(artifacts)
    except InvalidModelError as error:
        raise DamagedModelError(url, str(error)) from error
    return artifacts


def describe_record(
    record: JSONValue, url: str, weight_data: Sequence[memoryview] | None = None
) -> ModelArtifacts:
    """Return the artifacts in a record, without a look at the data. Raises DamagedModelError."""
    if not isinstance(record, dict):
        raise DamagedModelError(url, f"its artifacts are {record!r:.60}, not an object")
    try:
        specs = record.get("weightSpecs")
        return artifacts_from_json(
            {key: value for key, value in record.items() if key != "weightData"},
            None if specs is None else specs_from_json(specs),
            weight_data,
        )
    except InvalidModelError as error:
        raise DamagedModelError(url, str(error)) from error
