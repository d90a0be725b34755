"""Names as TensorFlow.js makes them: snake case, and the numbers of automatic names.

Sources: tfjs-layers ``generic_utils.ts`` (``toSnakeCase``) and ``state.ts``
(``getUid``). As in TensorFlow.js, the numbers go up for as long as the program runs.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache

_BEFORE_WORD = re.compile(r"(.)([A-Z][a-z0-9]+)")
_BEFORE_CAPITAL = re.compile(r"([a-z])([A-Z])")
_TFJS_NAME = re.compile(r"[A-Za-z0-9][-A-Za-z0-9._/]*")

_used: defaultdict[str, int] = defaultdict(int)


@lru_cache(maxsize=1024)  # a topology has the same few names in each layer
def to_snake_case(name: str) -> str:
    """Return `name` in snake case: ``batchInputShape`` -> ``batch_input_shape``."""
    text = _BEFORE_CAPITAL.sub(r"\1_\2", _BEFORE_WORD.sub(r"\1_\2", name)).lower()
    return f"private{text}" if text.startswith("_") else text


def numbered(prefix: str) -> str:
    """Return `prefix` with the next number: ``input`` -> ``input1``."""
    _used[prefix] += 1
    return f"{prefix}{_used[prefix]}"


def layer_name(class_name: str) -> str:
    """Return the next automatic name of a layer: ``Dense`` -> ``dense_Dense1``."""
    return f"{to_snake_case(class_name)}_{numbered(class_name)}"


def restart() -> None:
    """Start the numbers of automatic names from 1 again, as a freshly loaded page does."""
    _used.clear()


def is_tfjs_name(name: str) -> bool:
    """Whether TensorFlow.js accepts `name` for a layer that has weights."""
    return _TFJS_NAME.fullmatch(name) is not None
