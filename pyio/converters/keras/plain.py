"""A topology without what is about storage alone, and with its operations marked as such."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.converters.keras.layers import MODELS, class_of, entries_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_STORAGE = ("quantization_config", "lora_rank", "lora_alpha")
"""Keys that say how weights are quantized, which their values say as well, or that an adapter was
trained, which Keras adds to the kernel when it saves."""


def simplify(entry: dict[str, Any]) -> None:
    """Change the topology of a model in place."""
    for each in _objects(entry):
        for key in _STORAGE:
            each.pop(key, None)
        policy = each.get("dtype")
        if isinstance(policy, dict) and policy.get("class_name") == "QuantizedDTypePolicy":
            inner = policy.get("config")
            each["dtype"] = inner.get("source_name") if isinstance(inner, dict) else None
    for model in _models(entry):
        for each in entries_of(model):
            if _is_unmarked_operation(each):
                each["module"] = "keras.src.ops"


def _is_unmarked_operation(entry: dict[str, Any]) -> bool:
    """Whether an entry of Keras 3 in an ``.h5`` is an operation: modules are left out there.

    Each layer has ``trainable`` in its config, and no operation has it.
    """
    config, nodes = entry.get("config"), entry.get("inbound_nodes")
    return (
        isinstance(config, dict)
        and "trainable" not in config
        and not entry.get("module")
        and class_of(entry) not in (*MODELS, "InputLayer")
        and isinstance(nodes, list)
        and any(isinstance(node, dict) and "args" in node for node in nodes)
    )


def _models(entry: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (each for each in _objects(entry) if each.get("class_name") in MODELS)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield all objects in JSON."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            yield each
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
