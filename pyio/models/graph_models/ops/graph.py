"""Nodes that pass on what they get."""

from __future__ import annotations

from typing import Any

import numpy as np

from pyio.models.graph_models.ops.table import op


@op(
    "Identity",
    "RefIdentity",
    "Snapshot",
    "GuaranteeConst",
    "StopGradient",
    "PreventGradient",
    "CheckNumerics",
    "PlaceholderWithDefault",
    "Enter",
    "RefEnter",
    "Exit",
    "RefExit",
    "NextIteration",
    "RefNextIteration",
    "LoopCond",
)
def identity(x: Any) -> Any:
    """The input as it is. Loops of TF 1 are made by the plan."""
    return x


@op("IdentityN")
def identity_n(*values: Any) -> tuple[Any, ...]:
    """The inputs as they are."""
    return values


@op("Print", "PrintV2", "Assert")
def first(*values: Any) -> Any:
    """The first input. Nothing is printed, and nothing is asserted: data would show in the page."""
    return values[0] if values else np.float32(1)


@op("NoOp")
def no_op(*_values: Any) -> Any:
    """Nothing: such a node has control inputs only."""
    return np.float32(1)
