"""What travels with a model: labels, a description, a licence, as Teachable Machine names them.

No browser. Teachable Machine's exports have these in a metadata.json beside the model.json.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyio

KEPT = ("labels", "modelName", "description", "license", "imageSize", "packageName")
"""Members of a metadata.json that are kept; the others are settings of its own program."""

_LONGEST = 10_000


def metadata_in(text: str) -> dict[str, Any]:
    """Return the members of a metadata.json that are kept; none for any other text."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {key: found[key] for key in KEPT if _is_plain(found.get(key))}


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) < _LONGEST and all(isinstance(each, str) for each in value)
    return isinstance(value, str | int) and len(str(value)) < _LONGEST


def with_metadata(artifacts: pyio.ModelArtifacts, given: dict[str, Any]) -> pyio.ModelArtifacts:
    """Return a model with more metadata, which are then kept and copied with it."""
    if not given:
        return artifacts
    known = artifacts.user_defined_metadata
    own = known if isinstance(known, dict) else {}
    return replace(artifacts, user_defined_metadata={**given, **own})
