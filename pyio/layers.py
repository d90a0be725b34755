"""Every layer of TensorFlow.js 4.22 and those of Keras: ``pyio.layers.Dense(10)`` and so on.

Arguments and defaults are those of ``tf.layers``, in snake case. Layers that only Keras has take
Keras's arguments; saving warns of what TensorFlow.js cannot open. `register` makes a layer class of
your own known, `register_activation` an activation; `Layer` shows how to write one. Classes are
imported when they are first used, so that importing this module stays quick in Pyodide.

Type checkers and editors read ``layers.pyi`` instead, which has the constructors in full.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from pyio.models.core.layer import Layer
from pyio.models.core.options import option
from pyio.models.core.parts import register_activation
from pyio.models.core.phase import plain, training_phase
from pyio.models.serialization.registry import FAMILY_OF, KERAS_FAMILY_OF, register

_PLACES = {**FAMILY_OF, **KERAS_FAMILY_OF, "Input": "core"}

__all__ = ["Layer", "option", "plain", "register", "register_activation", "training_phase"]
__all__ += _PLACES


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'pyio.layers' has no layer {name!r}")
    return getattr(import_module(f"pyio.models.layers.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
