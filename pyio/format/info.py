"""The sizes and the date of a model <-> JSON, as TensorFlow.js counts and writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pyio.format.artifacts import ModelArtifactsInfo

if TYPE_CHECKING:
    from pyio.format.json_text import JSONValue


_ABOUT, _ORIGIN = "pyioAbout", "pyioOrigin"
"""Members that pyio adds where there is something to say; TensorFlow.js skips them."""

_LONGEST = 1000
"""Characters of such a member that are shown."""


def info_to_json(info: ModelArtifactsInfo) -> dict[str, JSONValue]:
    """Return `info` as TensorFlow.js writes it, the date as JavaScript's ``toISOString`` does."""
    assert info.date_saved is not None
    date = info.date_saved.astimezone(UTC).isoformat(timespec="milliseconds")
    members: dict[str, JSONValue] = {
        "dateSaved": date.replace("+00:00", "Z"),
        "modelTopologyType": info.model_topology_type,
        "modelTopologyBytes": info.model_topology_bytes,
        "weightSpecsBytes": info.weight_specs_bytes,
        "weightDataBytes": info.weight_data_bytes,
    }
    if info.about is not None:
        members[_ABOUT] = info.about
    if info.origin is not None:
        members[_ORIGIN] = info.origin
    return members


def info_from_json(value: JSONValue) -> ModelArtifactsInfo:
    """Return parsed info as a value; its ``damage`` says what is wrong with it.

    A missing ``weightDataBytes`` is 0: TensorFlow.js leaves it out for an empty list of buffers.
    """
    if not isinstance(value, dict):
        return ModelArtifactsInfo(damage="its info is not an object")
    damage = None
    try:
        date = datetime.fromisoformat(str(value.get("dateSaved"))).astimezone(UTC)
    except (ValueError, OverflowError):
        date, damage = None, f"its date {value.get('dateSaved')!r:.40} is not a date"
    sizes: list[int] = []
    for key in ("modelTopologyBytes", "weightSpecsBytes", "weightDataBytes"):
        size = value.get(key, 0)
        whole = isinstance(size, int) and not isinstance(size, bool) and size >= 0
        if not whole:
            damage = f"its {key} is {size!r:.40}, not a number of bytes"
        sizes.append(size if whole and isinstance(size, int) else 0)
    kind = value.get("modelTopologyType", "JSON")
    if kind != "JSON":
        damage = f"its topology is of type {kind!r:.40}; JSON is known"
    topology_bytes, specs_bytes, data_bytes = sizes
    return ModelArtifactsInfo(
        *(date, str(kind), topology_bytes, specs_bytes, data_bytes, damage),
        about=_text(value.get(_ABOUT)),
        origin=_text(value.get(_ORIGIN)),
    )


def _text(value: JSONValue) -> str | None:
    return value[:_LONGEST] if isinstance(value, str) and value else None
