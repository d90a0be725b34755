"""Activations as the kernel numbers them, and how a step ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyio.errors import PyioError
from pyio.kernel.rows import ACTIVATIONS
from pyio.models.ops.activations import BUILT_IN
from pyio.models.plans.constants import Unplanned
from pyio.models.plans.step import IDENTITIES, own_name

if TYPE_CHECKING:
    from pyio.models.plans.step import Step

_SLOPED = ("leaky_relu", "elu_alpha")
"""Activations of the kernel that take a number."""

_NUMBERS = {
    id(BUILT_IN[name]): number for number, name in enumerate(ACTIVATIONS) if name not in _SLOPED
}
"""By function and not by name: another function may be registered under a name."""

LINEAR, RELU, RELU6, ELU = (ACTIVATIONS.index(name) for name in ("linear", "relu", "relu6", "elu"))
_ALONG = ("softmax", "log_softmax")
LEAKY_RELU, ELU_ALPHA = map(ACTIVATIONS.index, _SLOPED)


def number_of(layer: Any, attribute: str = "activate") -> int | None:
    """Return the number of the activation of a layer, or None for one that the kernel lacks."""
    try:
        return _NUMBERS.get(id(getattr(layer, attribute)))
    except PyioError:  # it is not registered; NumPy's path says so
        return None


def is_linear(layer: Any) -> bool:
    """Whether a layer has no activation of its own."""
    return getattr(layer, "activation", "linear") == "linear"


def softmax_of(layer: Any) -> str:
    """Return "softmax" or "log_softmax" if that is the activation of a layer, and else ""."""
    name = getattr(layer, "activation", None)
    try:
        return str(name) if name in _ALONG and layer.activate is BUILT_IN[name] else ""
    except PyioError:
        return ""


def activation_of(layer: Any) -> int | None:
    """Return the number of the activation that a layer is, or None if it is something else."""
    name = own_name(layer)
    if name == "Activation":
        return number_of(layer)
    if name == "ReLU" and not layer.threshold and not layer.negative_slope:
        return {None: RELU, 6: RELU6}.get(layer.max_value)
    if name == "ELU" and layer.alpha == 1:
        return ELU
    return None


@dataclass
class Ending:
    """How a step ends.

    Attributes:
        act: The number of the activation.
        normalization: The BatchNormalization before it, or None.
        softmax: The activation, if it is one along the last axis, and else "".
    """

    act: int = LINEAR
    normalization: Any = None
    softmax: str = ""


def ending(step: Step) -> Ending:
    """Return how a step ends. Raises Unplanned for an activation that the kernel lacks."""
    found = Ending()
    found.softmax = softmax_of(step.layer)
    if found.softmax:
        return found
    if not is_linear(step.layer):
        number = number_of(step.layer)
        if number is None:
            raise Unplanned("an activation")
        found.act = number
    for layer in step.after:
        name = own_name(layer)
        if name == "BatchNormalization":
            found.normalization = layer
        elif name not in IDENTITIES:
            found.act = activation_of(layer) or LINEAR
    return found
