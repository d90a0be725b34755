"""Constraints on the weights of layers: ``tf.constraints`` in snake case.

Each function returns the ``{class_name, config}`` that a layer's ``*_constraint`` option takes.
They act in training only and are stored in the config; predictions do not depend on them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyio.models.core.parts import ConfigObject


def max_norm(max_value: float = 2, axis: int = 0) -> ConfigObject:
    """Norms along `axis` are at most `max_value`."""
    return {"class_name": "MaxNorm", "config": {"max_value": max_value, "axis": axis}}


def unit_norm(axis: int = 0) -> ConfigObject:
    """Norms along `axis` are 1."""
    return {"class_name": "UnitNorm", "config": {"axis": axis}}


def non_neg() -> ConfigObject:
    """No value is negative."""
    return {"class_name": "NonNeg", "config": {}}


def min_max_norm(
    min_value: float = 0, max_value: float = 1, rate: float = 1, axis: int = 0
) -> ConfigObject:
    """Norms along `axis` are moved into the range of two values, at `rate` per step."""
    config = {"min_value": min_value, "max_value": max_value, "rate": rate, "axis": axis}
    return {"class_name": "MinMaxNorm", "config": config}
