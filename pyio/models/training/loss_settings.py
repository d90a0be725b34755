"""Losses with settings, which Keras has and TensorFlow.js does not: of logits, and smoothed.

A training config has them as ``loss_settings``, beside ``loss`` and in its form: an object, or a
list or an object of them. TensorFlow.js reads the names in ``loss`` alone. The formulas are those
of Keras 3 (``src/losses/losses.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.errors import InvalidModelError
from pyio.models.ops.activations import BUILT_IN
from pyio.models.ops.followed import Followed
from pyio.models.training import losses

if TYPE_CHECKING:
    from pyio.models.training.losses import Array, Measure

LOGITS, SMOOTHING = "from_logits", "label_smoothing"


@dataclass(frozen=True, slots=True)
class WithSettings:
    """A loss with settings, called like the loss itself.

    Attributes:
        base: The loss without settings.
        from_logits: Whether predictions are logits, not probabilities.
        smoothing: How far targets are moved to the average of all classes, from 0 to 1.
    """

    base: Measure
    from_logits: bool = False
    smoothing: float = 0.0

    def __call__(self, true: Array, predicted: Array) -> Array:
        """Return one number per example."""
        if self.smoothing:
            smooth = np.float32(self.smoothing)
            others = np.float32(1 / predicted.shape[-1])
            others = np.float32(0.5) if self.base is losses.binary_crossentropy else others
            true = true * (1 - smooth) + smooth * others
        function = _OF_LOGITS[self.base] if self.from_logits else self.base
        return function(true, predicted)


def is_loss(function: Measure | None, base: Measure) -> bool:
    """Whether a loss is `base`, with settings or without."""
    return function is base or (isinstance(function, WithSettings) and function.base is base)


def with_settings(name: str, settings: Any) -> Measure:
    """Return the loss called `name`. Raises InvalidModelError for settings that it lacks."""
    base = losses.LOSSES[name]
    if not settings:
        return base
    known = KNOWN.get(name, ())
    if not isinstance(settings, Mapping) or set(settings) - set(known):
        raise InvalidModelError(
            f"the loss {name!r} has the settings {settings!r:.80}; it takes "
            f"{' and '.join(known) or 'none'}"
        )
    logits, smoothing = settings.get(LOGITS, False), settings.get(SMOOTHING, 0)
    if not isinstance(logits, bool) or not _is_share(smoothing):
        raise InvalidModelError(
            f"the loss {name!r} has the settings {settings!r:.80}; {LOGITS} is True or False, "
            f"{SMOOTHING} a number from 0 to 1"
        )
    return WithSettings(base, logits, float(smoothing))


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _categorical(true: Array, logits: Array) -> Array:
    function = BUILT_IN["log_softmax"]
    followed = isinstance(logits, Followed)
    shares = logits.kernels.finish(logits, None, function) if followed else function(logits)
    return -(true * shares).sum(axis=-1)


def _sparse(true: Array, logits: Array) -> Array:
    numbers = np.floor(true).astype(np.int64).reshape(logits.shape[:-1])
    one_hot = numbers[..., None] == np.arange(logits.shape[-1])
    return _categorical(one_hot.astype(np.float32), logits)


def _binary(true: Array, logits: Array) -> Array:
    terms = np.maximum(logits, 0) - logits * true + np.log1p(np.exp(-np.abs(logits)))
    return terms.mean(axis=-1)


_OF_LOGITS: Mapping[Measure, Callable[[Array, Array], Array]] = {
    losses.categorical_crossentropy: _categorical,
    losses.sparse_categorical_crossentropy: _sparse,
    losses.binary_crossentropy: _binary,
}

KNOWN: Mapping[str, tuple[str, ...]] = {
    "categorical_crossentropy": (LOGITS, SMOOTHING),
    "binary_crossentropy": (LOGITS, SMOOTHING),
    "sparse_categorical_crossentropy": (LOGITS,),
}
"""Loss -> the settings that it takes."""
