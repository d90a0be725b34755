"""Placeholder."""

from typing import Any


def normalize(value: Any) -> Any:
    return value
