"""What a topology must not have: code. It is refused by name and never decoded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyio.errors import UnsupportedModelError

_CODE = ("Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer")
"""Layers that are made of code, or of a program of another library."""

_KINDS = ("lambda", "raw")


def refuse_code(value: Any) -> None:
    """Raise UnsupportedModelError for a topology with code in it; the message names the layer."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Mapping):
            _refuse(each)
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each


def _refuse(entry: Mapping[str, Any]) -> None:
    name, config = entry.get("class_name"), entry.get("config")
    if name == "__lambda__" or (
        isinstance(config, Mapping) and config.get("function_type") in _KINDS
    ):
        name = "Lambda"
    if name not in _CODE or not isinstance(config, Mapping):
        return
    called = config.get("name") or entry.get("name")
    of = f" {called!r}" if called else ""
    raise UnsupportedModelError(
        f"the layer{of} is a {name}, which holds code; pyio never runs code of a file. Write it as "
        "a layer class (pyio.layers.register), or replace it by layers of Keras, and save again"
    )
