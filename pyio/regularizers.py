"""Regularizers for the weights of layers: ``tf.regularizers`` in snake case.

Each function returns the ``{class_name, config}`` that a layer's ``*_regularizer`` option takes.
They act in training only and are stored in the config; predictions do not depend on them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyio.models.core.parts import ConfigObject


def l1l2(l1: float = 0.01, l2: float = 0.01) -> ConfigObject:
    """Penalize `l1` times the absolute values and `l2` times the squares."""
    return {"class_name": "L1L2", "config": {"l1": l1, "l2": l2}}


def l1(l1: float = 0.01) -> ConfigObject:
    """Penalize `l1` times the absolute values."""
    return l1l2(l1, 0)


def l2(l2: float = 0.01) -> ConfigObject:
    """Penalize `l2` times the squares."""
    return l1l2(0, l2)
