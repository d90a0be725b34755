"""A stored model as one record: JSON with a place for the weights, and the weights beside it.

It is the layout of TensorFlow.js's IndexedDB store (tfjs-core ``indexed_db.ts``), shared with the
media that keep a model whole.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pyio.errors import DamagedModelError, InvalidModelError
from pyio.format.model_json import (
    RECORD_KEYS,
    artifacts_from_json,
    fields_to_json,
    topology_text,
    whole_artifacts,
)
from pyio.format.specs import specs_from_json, specs_to_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyio.format.artifacts import ModelArtifacts, WeightSpec
    from pyio.format.json_text import JSONValue


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
    with _damage(url):
        return whole_artifacts(*_parts(record), weight_data)


def describe_record(record: JSONValue, url: str) -> ModelArtifacts:
    """Return the artifacts in a record without their weight data. Raises DamagedModelError."""
    with _damage(url):
        return artifacts_from_json(*_parts(record), None)


def _parts(record: JSONValue) -> tuple[dict[str, JSONValue], tuple[WeightSpec, ...] | None]:
    if not isinstance(record, dict):
        raise InvalidModelError(f"its artifacts are {record!r:.60}, not an object")
    specs = record.get("weightSpecs")
    return record, None if specs is None else specs_from_json(specs)


@contextmanager
def _damage(url: str) -> Iterator[None]:
    try:
        yield
    except InvalidModelError as error:
        raise DamagedModelError(url, str(error)) from error
