"""The formulas of optimizers: from a gradient to the change of a weight.

They are those of tfjs-core, ``optimizers/``.

All numbers are float32. Settings are rounded to float32 first; ``1 - beta`` is computed before it
is rounded. AdamW and Nadam are those of Keras 3, which TensorFlow.js does not have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any
State = dict[str, Array]
"""The state that belongs to one weight: kind -> array."""

f32 = np.float32
_TINY = f32(1e-7)


@dataclass(frozen=True, slots=True)
class Step:
    """What the updates of all weights of a step share.

    Attributes:
        config: The settings, by TensorFlow.js's names.
        iterations: How many steps were done before.
        powers: ``beta1`` and ``beta2`` to the power of the number of this step, counted from 1.
        products: The running products of Nadam's schedule, for this step and the next one.
    """

    config: Mapping[str, Any]
    iterations: int
    powers: tuple[Any, Any]
    products: tuple[float, float]

    def __getitem__(self, key: str) -> Any:
        return f32(self.config[key])

    def rest(self, key: str) -> Any:
        """Return 1 minus a setting."""
        return f32(1 - self.config[key])


Update = Callable[[Array, Array, State, Step], tuple[Array, State]]
"""Takes value, gradient and state of a weight; returns the new value and the new state."""


def _sgd(w: Array, g: Array, _: State, step: Step) -> tuple[Array, State]:
    return w - step["learningRate"] * g, {}


def _momentum(w: Array, g: Array, state: State, step: Step) -> tuple[Array, State]:
    m = step["momentum"]
    a = m * state["momentum"] + g
    change = g + a * m if step.config.get("useNesterov") else a
    return w - step["learningRate"] * change, {"momentum": a}


def _adagrad(w: Array, g: Array, state: State, step: Step) -> tuple[Array, State]:
    a = state["accumulator"] + g * g
    return w - step["learningRate"] * (g / np.sqrt(a + _TINY)), {"accumulator": a}


def _adadelta(w: Array, g: Array, state: State, step: Step) -> tuple[Array, State]:
    rho, rest, epsilon = step["rho"], step.rest("rho"), step["epsilon"]
    squares, moves = state["accum_grad"], state["accum_var"]
    # The squares before this step, as in TensorFlow.js.
    move = np.sqrt(moves + epsilon) / np.sqrt(squares + epsilon) * g
    new = {
        "accum_grad": squares * rho + g * g * rest,
        "accum_var": moves * rho + move * move * rest,
    }
    return w - step["learningRate"] * move, new


def _moments(g: Array, state: State, step: Step) -> tuple[Array, Array]:
    """Return the means of gradients and of their squares. Large weights need few new arrays."""
    m, v = np.asarray(state["m"] * step["beta1"]), np.asarray(state["v"] * step["beta2"])
    share = np.asarray(g * step.rest("beta1"))
    m += share
    np.multiply(g, g, out=share)
    share *= step.rest("beta2")
    v += share
    return m, v


def _adam(w: Array, g: Array, state: State, step: Step) -> tuple[Array, State]:
    m, v = _moments(g, state, step)
    b1, b2 = step.powers
    below = np.asarray(v / (f32(1) - b2))
    np.sqrt(below, out=below)
    below += step["epsilon"]
    change = np.asarray(m / (f32(1) - b1))
    change /= below
    change *= step["learningRate"]
    return np.subtract(w, change, out=change), {"m": m, "v": v}


def _adamw(w: Array, g: Array, state: State, step: Step) -> tuple[Array, State]:
    # Decay first, as Keras does.
    decayed = w - w * (step["weightDecay"] * step["learningRate"])
    return _adam(decayed, g, state, step)


def _nadam(w: Array, g: Array, state: State, step: Step) -> tuple[Array, State]:
    m, v = _moments(g, state, step)
    now, after = (_nadam_share(step.config["beta1"], step.iterations + n) for n in (1, 2))
    product, product_after = step.products
    ahead = f32(after / (1 - product_after)) * m + f32((1 - now) / (1 - product)) * g
    change = ahead / (np.sqrt(v / (f32(1) - step.powers[1])) + step["epsilon"])
    return w - step["learningRate"] * change, {"m": m, "v": v}


def _nadam_share(beta: float, number: int) -> float:
    """Return the momentum of step `number`, counted from 1, which rises to `beta`."""
    return float(beta * (1 - 0.5 * 0.96**number))


def nadam_products(beta: float, iterations: int) -> tuple[float, float]:
    """Return the products of the momentums of all steps: to the next one, and to that after it."""
    shares = [_nadam_share(beta, number) for number in range(1, min(iterations, 2000) + 3)]
    return float(np.prod(shares[:-1])), float(np.prod(shares))


def _adamax(w: Array, g: Array, state: State, step: Step) -> tuple[Array, State]:
    m = state["m"] * step["beta1"] + g * step.rest("beta1")
    v = np.maximum(state["v"] * step["beta2"], np.abs(g))
    rate = step["learningRate"] / (f32(step.iterations) * step["decay"] + f32(1))
    change = rate / (f32(1) - step.powers[0]) * (m / (v + step["epsilon"]))
    return w - change, {"m": m, "v": v}


def _rmsprop(w: Array, g: Array, state: State, step: Step) -> tuple[Array, State]:
    decay, rest, epsilon = step["decay"], step.rest("decay"), step["epsilon"]
    squares = state["rms"] * decay + g * g * rest
    new = {"rms": squares}
    if step.config.get("centered"):
        mean = state["mg"] * decay + g * rest
        spread = squares - (mean * mean + epsilon)
        # TensorFlow.js takes the root of a negative number here and gets NaN.
        below = np.sqrt(np.where(spread > 0, spread, epsilon))
        new["mg"] = mean
    else:
        below = np.sqrt(squares + epsilon)
    move = state["momentum"] * step["momentum"] + g * step["learningRate"] / below
    return w - move, {**new, "momentum": move}


UPDATES: Mapping[str, Update] = {
    "SGD": _sgd,
    "Momentum": _momentum,
    "Adagrad": _adagrad,
    "Adadelta": _adadelta,
    "Adam": _adam,
    "AdamW": _adamw,
    "Nadam": _nadam,
    "Adamax": _adamax,
    "RMSProp": _rmsprop,
}

_KINDS: Mapping[str, tuple[str, ...]] = {
    "SGD": (),
    "Momentum": ("momentum",),
    "Adagrad": ("accumulator",),
    "Adadelta": ("accum_grad", "accum_var"),
    "Adam": ("m", "v"),
    "AdamW": ("m", "v"),
    "Nadam": ("m", "v"),
    "Adamax": ("m", "v"),
    "RMSProp": ("rms", "momentum", "mg"),
}


def kinds_of(class_name: str, config: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the kinds of state that an optimizer keeps, in the order in which they are saved."""
    kinds = _KINDS[class_name]
    return kinds[:2] if class_name == "RMSProp" and not config.get("centered") else kinds


def first_state(kind: str, shape: tuple[int, ...], config: Mapping[str, Any]) -> Array:
    """Return the state of a weight before the first step."""
    fill = config["initialAccumulatorValue"] if kind == "accumulator" else 0
    return np.full(shape, fill, np.float32)


def clipped(gradients: list[Array | None], config: Mapping[str, Any]) -> list[Array | None]:
    """Return gradients that are not too large, where the settings say so.

    ``clipvalue`` limits each number, ``clipnorm`` the length of each gradient, and
    ``global_clipnorm`` that of all together. The names are those of Keras; TensorFlow.js has none.
    """
    limit = config.get("clipvalue")
    if limit is not None:
        return [None if g is None else np.clip(g, -f32(limit), f32(limit)) for g in gradients]
    limit = config.get("clipnorm")
    if limit is not None:
        return [None if g is None else g * _share(_length([g]), limit) for g in gradients]
    limit = config.get("global_clipnorm")
    if limit is not None:
        share = _share(_length([g for g in gradients if g is not None]), limit)
        return [None if g is None else g * share for g in gradients]
    return gradients


def _length(arrays: list[Array]) -> float:
    return float(np.sqrt(sum(float(np.square(each, dtype=np.float64).sum()) for each in arrays)))


def _share(length: float, limit: float) -> Any:
    return f32(limit / length) if length > limit else f32(1)
