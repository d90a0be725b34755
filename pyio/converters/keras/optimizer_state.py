"""The variables of an optimizer of Keras -> the state of an optimizer, by TensorFlow.js's names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.converters.hdf5.datasets import Dataset
from pyio.converters.keras.layers import text_list, variables
from pyio.errors import InvalidModelError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pyio.converters.hdf5.file import Group

    Array = NDArray[Any]
    Weights = Sequence[tuple[str, tuple[int, ...]]]
    """Name and shape of the trainable weights in order."""

_SLOTS = "m|v|vhat|rms|momentum|accumulator|accum_grad|accum_var|mg"
_OLD = re.compile(rf"/(?:(?:{_SLOTS})(?:_\d+)?|Variable(?:_\d+)?)(?::\d+)?$")
"""How optimizers before Keras 2.11 call a slot: ``Adam/dense/kernel/m:0``, and before Keras 2.3
``training/Adam/Variable_1:0``. They keep all slots of a kind before those of the next one."""

_INTERLEAVED = ("Adam", "AdamW", "Nadam", "Adamax", "Adadelta")
"""Optimizers whose slots Keras keeps weight by weight."""

_AROUND = 4
"""Variables of the optimizer that scales the loss of a ``mixed_float16`` model. An ``.h5`` has them
before those of the optimizer inside."""


def of_archive(weights: Group) -> list[Dataset]:
    """Return the variables of the optimizer in ``model.weights.h5``, in order."""
    group = weights.group("optimizer/inner_optimizer") or weights.group("optimizer")
    return [] if group is None else variables(group)


def of_h5(root: Group) -> tuple[list[Dataset], bool]:
    """Return the variables of the optimizer in an ``.h5``, and whether old Keras ordered them.

    Raises InvalidModelError for variables that are listed and not there.
    """
    group = root.group("optimizer_weights")
    if group is None:
        return [], False
    names = text_list(group, "weight_names") or []
    found = []
    for name in names:
        dataset = group.get(name)
        if not isinstance(dataset, Dataset):
            raise InvalidModelError(f"the optimizer lists the variable {name!r}; it is not there")
        found.append(dataset)
    return found, any(_OLD.search(name) for name in names)


def optimizer_state(
    config: Mapping[str, Any],
    variables: Sequence[Array],
    weights: Weights,
    notes: list[str],
    *,
    old: bool = False,
) -> dict[str, Array]:
    """Return the state of an optimizer by the names of TensorFlow.js (tfjs-core ``optimizers/``).

    Args:
        config: The training config for TensorFlow.js.
        variables: The variables of Keras's optimizer in order: the number of steps, for Keras 3 the
            learning rate, then slots (keras ``base_optimizer.py``).
        weights: The trainable weights.
        notes: Gets a sentence if the state is left out.
        old: Whether the slots come kind by kind whatever the optimizer is.
    """
    optimizer = config["optimizer_config"]
    name, settings = optimizer["class_name"], optimizer["config"]
    kinds = _slots(name, settings)
    if len(variables) > _AROUND and _is_count(variables[_AROUND]):
        variables = variables[_AROUND:]
    steps = [each for each in variables[:1] if _is_count(each)]
    slots = _after_steps(name, list(variables[1:]), weights, kinds)
    if steps and not slots and not int(steps[0]):
        return {}  # compiled, and not trained yet
    together = name in _INTERLEAVED and not old
    shapes = [shape for _, shape in weights]
    expected = [s for s in shapes for _ in kinds] if together else shapes * len(kinds)
    if not steps or [each.shape for each in slots] != expected:
        notes.append("the state of the optimizer was left out: it does not fit the model")
        return {}
    if name == "Adadelta":
        notes.append("Adadelta goes on by TensorFlow.js's formula, from which Keras's differs")
    state = {"iter": steps[0].astype(np.int32)}
    return state | _by_names(name, settings, _by_kind(kinds, slots, together), weights)


def _is_count(variable: Array) -> bool:
    return variable.shape == () and variable.dtype.kind in "iu"


def _after_steps(
    name: str, slots: list[Array], weights: Weights, kinds: Sequence[str]
) -> list[Array]:
    """Return the slots alone, without the learning rate and what pyio works out itself."""
    first = weights[0][1] if weights else None
    if slots and slots[0].shape == () and first != ():
        del slots[0]  # the learning rate
    if name == "SGD" and len(slots) == len(weights):
        return []  # Keras 2 keeps momentums without using them
    if name == "Nadam" and slots and slots[-1].shape == ():
        return slots[:-1]  # the product of all momentums so far
    wanted = len(weights) * len(kinds)
    if name == "Adam" and len(slots) > wanted and all(s.size == 1 for s in slots[wanted:]):
        return slots[:wanted]  # Keras before 2.3 keeps a number for the unused "amsgrad"
    return slots


def _by_kind(
    kinds: Sequence[str], slots: Sequence[Array], together: bool
) -> dict[str, Sequence[Array]]:
    """Return the slots of each kind in the order of the weights."""
    if together:
        return {kind: slots[number :: len(kinds)] for number, kind in enumerate(kinds)}
    each = len(slots) // max(len(kinds), 1)
    return {kind: slots[n * each : (n + 1) * each] for n, kind in enumerate(kinds)}


def _by_names(
    name: str,
    settings: Mapping[str, Any],
    slots: Mapping[str, Sequence[Array]],
    weights: Weights,
) -> dict[str, Array]:
    """Return the slots by their names, in TensorFlow.js's order: kind by kind."""
    found: dict[str, Array] = {}
    for kind, values in slots.items():
        for (weight, _), value in zip(weights, values, strict=True):
            # Keras's velocity is the step itself, TensorFlow.js's is the sum of gradients.
            scaled = value / -settings["learningRate"] if name == "Momentum" else value
            found[f"{weight}/{kind}"] = scaled.astype(np.float32)
    if name == "RMSProp" and "momentum" not in slots:
        found |= {f"{key}/momentum": np.zeros(shape, np.float32) for key, shape in weights}
    return found


def _slots(name: str, settings: Mapping[str, Any]) -> list[str]:
    """Return the slots of an optimizer in Keras's order."""
    if name == "RMSProp":
        found = ["rms"]
        found += ["momentum"] if settings.get("momentum") else []
        return found + (["mg"] if settings.get("centered") else [])
    known = {
        "SGD": [],
        "Momentum": ["momentum"],
        "Adagrad": ["accumulator"],
        "Adadelta": ["accum_grad", "accum_var"],
    }
    return known.get(name, ["m", "v"])
