"""The five items of a model in localStorage, and what can be told from them without loading it.

Keys are those of tfjs-core ``local_storage.ts``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pyio.errors import InvalidModelError
from pyio.format.artifacts import ModelArtifactsInfo
from pyio.format.info import info_from_json
from pyio.format.json_text import loads

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pyio.format.json_text import JSONValue

PREFIX = "tensorflowjs_models/"
ITEMS = ("info", "model_topology", "weight_specs", "weight_data", "model_metadata")
"""The items of a model, in the order in which TensorFlow.js writes and removes them."""

_UNDEFINED = "undefined"
"""What TensorFlow.js stores for a part that it does not have (not JSON)."""


def keys_of(path: str) -> dict[str, str]:
    """Return item -> its key."""
    return {part: f"{PREFIX}{path}/{part}" for part in ITEMS}


def names_of(keys: Iterable[str]) -> dict[str, set[str]]:
    """Return path -> the items that are there."""
    items: dict[str, set[str]] = {}
    for key in keys:
        path, _, part = key[len(PREFIX) :].rpartition("/")
        if path and part in ITEMS:
            items.setdefault(path, set()).add(part)
    return items


def info_of(text: str | None, present: Collection[str], length: int) -> ModelArtifactsInfo:
    """Return the info, with the damage that shows without loading the model.

    Args:
        text: The item ``info``, or None if it is missing.
        present: The items that are there.
        length: The characters of base64 that the weight data has.
    """
    if text is None:
        return ModelArtifactsInfo(damage="its info is missing")
    try:
        info = info_from_json(loads(text, "its info"))
    except InvalidModelError as error:
        return ModelArtifactsInfo(damage=str(error))
    absent = [part for part in ITEMS[1:4] if part not in present]
    if absent and info.damage is None:
        return replace(info, damage=f"its {' and '.join(absent)} is missing")
    wanted = base64_length(info.weight_data_bytes)
    if length != wanted and info.damage is None:
        damage = f"its weight data is {length:,} characters long and should be {wanted:,}"
        return replace(info, damage=damage)
    return info


def base64_length(size: int) -> int:
    """Return the characters that `size` bytes take as base64."""
    return -(-size // 3) * 4


def parsed_item(text: str | None, what: str) -> JSONValue:
    """Return the value of an item, or None. Raises InvalidModelError, which names `what`."""
    return None if text is None or text == _UNDEFINED else loads(text, what)
