"""How Keras calls layers in the paths of its weights."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

_ATTENTION = {
    "query": "query_dense/",
    "key": "key_dense/",
    "value": "value_dense/",
    "attention_output": "output_dense/",
}
PARTS_IN_FILES: Mapping[str, Mapping[str, str]] = dict.fromkeys(
    ("MultiHeadAttention", "GroupQueryAttention", "GroupedQueryAttention"), _ATTENTION
)
"""Class -> the last but one part of a weight's name -> the group that has it.

Keras 2 writes these groups with ``_`` in front, and so does Keras 3 for GroupQueryAttention.
"""

_CLASSES = {"Model": "Functional", "GroupQueryAttention": "GroupedQueryAttention"}
"""Class of a topology -> class in Python, where they differ."""


def snake_case(name: str) -> str:
    """Return how Keras writes a class in paths (``to_snake_case`` of ``naming.py``)."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def path_part(class_name: str, counts: Counter[str]) -> str:
    """Return the name of the next layer of a class in a path; `counts` has those before it."""
    part = snake_case(_CLASSES.get(class_name, class_name))
    count = counts[part]
    counts[part] += 1
    return f"{part}_{count}" if count else part
