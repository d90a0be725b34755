"""A topology without what is about storage alone, and with its operations marked as such."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.converters.keras.layers import MODELS, class_of, entries_of
from pyio.errors import UnsupportedModelError

if TYPE_CHECKING:
    from collections.abc import Iterator

_STORAGE = ("quantization_config", "lora_rank", "lora_alpha")
"""Keys that say how weights are quantized, which their values say as well, or that an adapter was
trained, which Keras adds to the kernel when it saves."""

_UNLIKE_LAYERS = (
    *("Discretization", "HashedCrossing", "Pipeline"),
    *("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"),
)
"""Layers that do not write whether they are trainable."""


def simplify(entry: dict[str, Any]) -> None:
    """Change the topology of a model in place.

    Raises UnsupportedModelError for weights that are quantized otherwise than to int8.
    """
    for each in _objects(entry):
        for key in _STORAGE:
            each.pop(key, None)
        if str(each.get("class_name")).endswith("DTypePolicy"):
            _require_int8(each, "")
        policy = each.get("dtype")
        policy = policy if isinstance(policy, dict) else {}
        inner = policy.get("config")
        if isinstance(inner, dict) and "mode" in inner:
            _require_int8(policy, f" of {each.get('name')!r:.60}")
            each["dtype"] = inner.get("source_name")
    for model in _models(entry):
        for each in entries_of(model):
            if _is_unmarked_operation(each):
                each["module"] = "keras.src.ops"


def _require_int8(policy: dict[str, Any], of: str) -> None:
    """Raise UnsupportedModelError for weights that are quantized in another way than int8.

    Keras 3.15 has int4, float8, gptq and awq (``quantizers/__init__.py``): several values in a
    byte, or scales that change with each batch.
    """
    config = policy.get("config")
    mode = config.get("mode", "int8") if isinstance(config, dict) else "int8"
    if mode != "int8":
        raise UnsupportedModelError(
            f"the weights{of} are quantized to {mode!r:.40}, which is not read; int8 of Dense and "
            "Embedding is. Save the model before quantize()"
        )


def _is_unmarked_operation(entry: dict[str, Any]) -> bool:
    """Whether an entry of Keras 3 in an ``.h5`` is an operation: modules are left out there.

    Nearly every layer has ``trainable`` in its config, and no operation has it.
    """
    config, nodes = entry.get("config"), entry.get("inbound_nodes")
    return (
        isinstance(config, dict)
        and "trainable" not in config
        and not entry.get("module")
        and class_of(entry) not in (*MODELS, "InputLayer", *_UNLIKE_LAYERS)
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
