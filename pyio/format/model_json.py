"""model.json and its parts <-> ModelArtifacts, in TensorFlow.js's spelling and key order.

Sources: tfjs-core ``io_utils.ts`` (``getModelJSONForModelArtifacts``, ``getModelArtifactsForJSON``,
``getModelArtifactsInfoForJSON``) and ``local_storage.ts``. The order of the keys differs per
medium, so each medium's is written down here once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pyio.errors import InvalidModelError
from pyio.format import checksum
from pyio.format.artifacts import ModelArtifacts, WeightSpec
from pyio.format.json_text import JSONText, dumps
from pyio.format.layout import tensor_ends
from pyio.format.specs import round_tripped, specs_from_json, specs_to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyio.format.json_text import JSONValue

ORIGIN = "pyioOrigin"
"""Where a cached copy came from. What is sent or offered as a download does not have it."""

FIELDS: Mapping[str, str] = {
    "modelTopology": "model_topology",
    "format": "format",
    "generatedBy": "generated_by",
    "convertedBy": "converted_by",
    "signature": "signature",
    "userDefinedMetadata": "user_defined_metadata",
    "modelInitializer": "model_initializer",
    "initializerSignature": "initializer_signature",
    "trainingConfig": "training_config",
    ORIGIN: "origin",
}
"""TensorFlow.js's name of each JSON field to ours; weight specs and data are handled apart."""

METADATA_KEYS = (*tuple(FIELDS)[1:], checksum.MEMBER)
"""The order of the localStorage item ``model_metadata``."""

RECORD_KEYS = (
    "modelTopology",
    "format",
    "generatedBy",
    "convertedBy",
    "trainingConfig",
    "signature",
    "userDefinedMetadata",
    "modelInitializer",
    "initializerSignature",
    ORIGIN,
    checksum.MEMBER,
)
"""The order in which ``LayersModel.save`` builds the artifacts that IndexedDB keeps."""

MODEL_JSON_KEYS = (
    "modelTopology",
    "format",
    "generatedBy",
    "convertedBy",
    "weightsManifest",
    "signature",
    "userDefinedMetadata",
    "modelInitializer",
    "initializerSignature",
    "trainingConfig",
    checksum.MEMBER,
)
"""The order of a ``model.json`` that is downloaded or sent over HTTP."""

FILE_KEYS = (
    "modelTopology",
    "weightsManifest",
    "format",
    "generatedBy",
    "convertedBy",
    "trainingConfig",
    "signature",
    "userDefinedMetadata",
    "modelInitializer",
    "initializerSignature",
    ORIGIN,
    checksum.MEMBER,
)
"""The order of a ``model.json`` that tfjs-node writes (``file_system.ts``), which forgets the
initializer and its signature."""

_TEXT_FIELDS = ("format", "generatedBy", "convertedBy")

_NO_TOPOLOGY = ("null", "{}", "[]", '""', "0", "false")
"""Topologies that localStorage cannot distinguish from an absent one."""


def fields_to_json(
    artifacts: ModelArtifacts, keys: Iterable[str], *, nulls: bool = False
) -> dict[str, JSONValue]:
    """Return the JSON fields that `artifacts` has, in the order of `keys`.

    The three descriptive texts may be null. Other fields that are null are left out, as
    TensorFlow.js does for everything that it writes as JSON. With `nulls` all may be null, as in a
    record that is cloned rather than written as text. Raises InvalidModelError where one of the
    descriptive texts is not a string.
    """
    fields: dict[str, JSONValue] = {}
    for key in keys:
        if key == checksum.MEMBER:
            if artifacts.checksum:
                fields[key] = checksum.digest_member(
                    _description(artifacts), artifacts.weight_data or ()
                )
            continue
        value = getattr(artifacts, FIELDS[key])
        if key in _TEXT_FIELDS and not isinstance(value, str | None):
            raise InvalidModelError(f"{FIELDS[key]} should be a string or None, got {value!r:.80}")
        may_be_null = (nulls or key in _TEXT_FIELDS) and FIELDS[key] in artifacts.null_fields
        if value is not None or may_be_null:
            fields[key] = value
    return fields


def artifacts_from_json(
    fields: Mapping[str, JSONValue],
    weight_specs: Sequence[WeightSpec] | None,
    weight_data: Any,
) -> ModelArtifacts:
    """Return the artifacts that JSON `fields` in TensorFlow.js's spelling describe.

    Digests that are there are verified: those of the weights where `weight_data` is given.
    Raises InvalidModelError if one of the descriptive texts is not a string, or if a digest
    differs.
    """
    values: dict[str, Any] = {
        FIELDS[key]: value for key, value in fields.items() if value is not None and key in FIELDS
    }
    for key in _TEXT_FIELDS:
        if not isinstance(values.get(FIELDS[key]), str | None):
            raise InvalidModelError(f"{key} should be a string or null, got {fields[key]!r}")
    recorded = fields.get(checksum.MEMBER)
    artifacts = ModelArtifacts(
        **values,
        weight_specs=None if weight_specs is None else tuple(weight_specs),
        weight_data=weight_data,
        checksum=recorded is not None,
        null_fields=frozenset(
            [FIELDS[key] for key, value in fields.items() if value is None and key in FIELDS]
        ),
    )
    if recorded is not None:
        checksum.verify(fields, _description(artifacts), artifacts.weight_data)
    return artifacts


def topology_text(artifacts: ModelArtifacts) -> str:
    """Return the topology as JSON text. Raises InvalidModelError for a binary (GraphDef) one."""
    if isinstance(artifacts.model_topology, bytes | bytearray | memoryview):
        raise InvalidModelError(
            "the model topology is binary (a GraphDef); only JSON topologies can be saved"
        )
    return dumps(artifacts.model_topology)


def verified_artifacts(
    fields: Mapping[str, JSONValue],
    weight_specs: Sequence[WeightSpec] | None,
    weight_data: Sequence[memoryview] | None,
) -> ModelArtifacts:
    """Return the artifacts of a model that was read whole, its sizes and its digests checked.

    Raises InvalidModelError where anything does not fit.
    """
    ends = tensor_ends(weight_specs, weight_data or ())
    artifacts = artifacts_from_json(fields, weight_specs, weight_data)
    artifacts.remember_ends(ends)
    return artifacts


def _description(artifacts: ModelArtifacts) -> str:
    """Return all but the weight data as one text, which is the same on every medium.

    What a medium may drop is left out: a null that is not a text, an empty topology, and the
    difference between no specs and an empty list of them.
    """
    fields = fields_to_json(artifacts, [key for key in tuple(FIELDS)[1:] if key != ORIGIN])
    text = topology_text(artifacts)
    if text not in _NO_TOPOLOGY:
        fields["modelTopology"] = JSONText(text)
    fields["weightSpecs"] = specs_to_json(
        round_tripped(artifacts.weight_specs or ()), as_read=False
    )
    return dumps(fields)


def get_weight_specs(weights_manifest: JSONValue) -> tuple[WeightSpec, ...]:
    """Return the specs of all groups of a weights manifest, in order.

    Raises WeightsError or InvalidModelError where the manifest is not one.
    """
    if not isinstance(weights_manifest, list):
        raise InvalidModelError(f"weightsManifest should be a list, got {weights_manifest!r:.80}")
    specs: list[WeightSpec] = []
    for index, group in enumerate(weights_manifest):
        if not isinstance(group, dict):
            raise InvalidModelError(f"group {index} of weightsManifest is not an object")
        specs += specs_from_json(group.get("weights"), f"group {index} of weightsManifest")
    return tuple(specs)


def get_model_artifacts_for_json(
    model_json: Mapping[str, JSONValue],
    weight_specs: Sequence[WeightSpec] | None = None,
    weight_data: Any = None,
) -> ModelArtifacts:
    """Return the artifacts that a parsed ``model.json`` and its weights make up.

    With a ``weightsManifest``, `weight_data` is required; `weight_specs` defaults to what the
    manifest says. Raises InvalidModelError otherwise.
    """
    if not isinstance(model_json, Mapping):
        raise InvalidModelError(f"a model.json should be an object, got {model_json!r:.80}")
    manifest = model_json.get("weightsManifest")
    if manifest is not None:
        if weight_specs is None:
            weight_specs = get_weight_specs(manifest)
        if weight_data is None:
            raise InvalidModelError("the model.json lists weights and no weight data was given")
    return artifacts_from_json(model_json, weight_specs, weight_data)
