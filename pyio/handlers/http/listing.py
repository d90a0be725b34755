"""What pyio's model server (`pyio.server`) tells of its models: the answer to ``GET /models``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pyio.addresses import shown
from pyio.errors import InvalidModelError, UnsupportedOperationError
from pyio.format.artifacts import ModelArtifactsInfo
from pyio.format.json_text import loads

if TYPE_CHECKING:
    from pyio.format.json_text import JSONValue


def parse_listing(text: bytes, url: str) -> dict[str, ModelArtifactsInfo]:
    """Return name -> info. Raises UnsupportedOperationError where a server answers otherwise."""
    try:
        value = loads(text, "the list")
    except InvalidModelError:
        value = None
    models = value.get("models") if isinstance(value, dict) else None
    if not isinstance(models, dict):
        raise UnsupportedOperationError(
            f"{shown(url)!r} does not list models as `python -m pyio serve` does; give the address "
            "of all its models, such as https://example.org/models"
        )
    return {name: _info(facts) for name, facts in models.items()}


def _info(facts: JSONValue) -> ModelArtifactsInfo:
    if not isinstance(facts, dict):
        return ModelArtifactsInfo(damage="the server says nothing of it")
    try:
        saved = datetime.fromisoformat(str(facts.get("saved"))).astimezone(UTC)
    except (ValueError, OverflowError):
        saved = None
    return ModelArtifactsInfo(
        date_saved=saved,
        model_topology_bytes=_size(facts.get("jsonBytes")),
        weight_data_bytes=_size(facts.get("weightsBytes")),
    )


def _size(value: JSONValue) -> int:
    whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return value if whole and isinstance(value, int) else 0
