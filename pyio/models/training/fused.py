"""Steps of the tape that stand for several operations: fewer notes, and fewer arrays.

A layer works without them; they make training faster. They are used for the activations of pyio
only: a function that was registered under the same name is followed as any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pyio.models.ops.activations import BUILT_IN, Activation, erf
from pyio.models.training.rules import kept, tape_of, unbroadcast
from pyio.models.training.tape import Array, Traced, let_go, raw

Derivative = Callable[[Array, Array, Array], Array]
"""Takes the gradient of the result, the operand and the result; returns that of the operand."""

_SELU_SCALE, _SELU_BOTH = 1.0507009873554805, 1.0507009873554805 * 1.6732632423543772
_ROOT_2, _ROOT_TAU = float(np.sqrt(2)), float(np.sqrt(2 * np.pi))


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def _swish(g: Array, x: Array, y: Array) -> Array:
    share = _sigmoid(x)
    return g * (share + y * (1 - share))


def _mish(g: Array, x: Array, _: Array) -> Array:
    bent = np.tanh(np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))))
    return g * (bent + x * (1 - bent * bent) * _sigmoid(x))


def _gelu(g: Array, x: Array, _: Array) -> Array:
    # The slope of the exact error function, although the value is a polynomial, as in TF.js.
    share = 0.5 * (1 + erf(x / np.float32(_ROOT_2)))
    return g * (share + x * np.exp(-x * x / 2) / np.float32(_ROOT_TAU))


_DERIVATIVES: Mapping[str, Derivative] = {
    "linear": lambda g, _x, _y: g,
    "relu": lambda g, _x, y: kept(g, y > 0),
    "relu6": lambda g, x, _y: kept(g, (x > 0) & (x <= 6)),
    "elu": lambda g, x, y: np.where(x >= 0, g, g * (y + 1)),
    "selu": lambda g, x, y: np.where(x > 0, g * _SELU_SCALE, g * (y + _SELU_BOTH)),
    "sigmoid": lambda g, _x, y: g * (y * (1 - y)),
    "tanh": lambda g, _x, y: g * (1 - y * y),
    "hard_sigmoid": lambda g, x, _y: kept(g * np.float32(0.2), (x >= -2.5) & (x <= 2.5)),
    "softplus": lambda g, x, _y: g * _sigmoid(x),
    "softsign": lambda g, x, _y: g / np.square(1 + np.abs(x)),
    "softmax": lambda g, _x, y: y * (g - (g * y).sum(axis=-1, keepdims=True)),
    "log_softmax": lambda g, _x, y: g - np.exp(y) * g.sum(axis=-1, keepdims=True),
    "swish": _swish,
    "mish": _mish,
    "gelu": _gelu,
}

_LONG_ROW = 64
"""Numbers in a row from which on it is added as quickly as a longer one."""

_OF_RESULT = frozenset(
    BUILT_IN[name] for name in ("relu", "sigmoid", "tanh", "softmax", "log_softmax")
)
"""Activations whose derivative needs the result only, so that the operand is not kept."""

_BY_FUNCTION: Mapping[Activation, Derivative] = {
    BUILT_IN[name]: derivative for name, derivative in _DERIVATIVES.items()
}


def activated(x: Any, function: Activation) -> Any:
    """Return the activated `x` as one step of the tape, if the derivative is known."""
    derivative = _BY_FUNCTION.get(function)
    if derivative is None or not isinstance(x, Traced):
        return function(x)
    value = raw(x)
    y = function(value)
    operand = None if function in _OF_RESULT else value
    return x.tape.record(y, lambda g: x.add(derivative(g, operand, y)))


def finish(x: Any, bias: Any, function: Activation) -> Any:
    """Return ``function(x + bias)``; `bias` is broadcast, or None.

    `x` is the result of a product, which is used only here.
    """
    if bias is None:
        return activated(x, function)
    total = _plus_bias(raw(x), raw(bias))
    derivative = _BY_FUNCTION.get(function)
    tape = tape_of(x, bias)
    if isinstance(x, Traced) and not x.shared:
        let_go(x)
    if derivative is None:
        return function(tape.record(total, lambda g: _add_bias(x, bias, g)))
    y = function(total)
    if y is total:  # linear
        return tape.record(y, lambda g: _add_bias(x, bias, g))
    operand = None if function in _OF_RESULT else total
    return tape.record(y, lambda g: _add_bias(x, bias, derivative(g, operand, y)))


def _plus_bias(value: Array, bias: Array) -> Array:
    """Return the sum. A short bias is repeated first: additions of long rows take less time."""
    if bias.ndim != 1 or value.ndim < 3 or bias.size >= _LONG_ROW or not value.flags.c_contiguous:
        return value + bias
    side = value.shape[-2]
    rows = value.reshape(-1, side * bias.size) if value.size else value
    return (rows + np.tile(bias, side if value.size else 1)).reshape(value.shape)


def _add_bias(x: Any, bias: Any, g: Array) -> None:
    if isinstance(x, Traced):
        x.add(unbroadcast(g, x.value.shape))
    if isinstance(bias, Traced):
        bias.add(unbroadcast(g, bias.value.shape))


def lstm_step(
    z: Any, memory: Any, units: int, gate: Activation, activate: Activation
) -> tuple[Any, Any] | None:
    """Return output and memory of a step of an LSTM, or None if a derivative is not known.

    Args:
        z: (batch, 4 * units): what the gates i, f, c and o are functions of.
        memory: (batch, units), before the step.
        units: The size of the state.
        gate: The function of the gates.
        activate: The function of the candidate and of the output.
    """
    of_gate, of_output = _BY_FUNCTION.get(gate), _BY_FUNCTION.get(activate)
    if of_gate is None or of_output is None or not isinstance(z, Traced):
        return None
    v, before, u = raw(z), raw(memory), units
    inputs, both = slice(2 * u, 3 * u), slice(0, 2 * u)
    a = np.concatenate([gate(v[:, both]), activate(v[:, inputs]), gate(v[:, 3 * u :])], axis=1)
    i, f, c, o = (a[:, n * u : (n + 1) * u] for n in range(4))
    after = f * before + i * c
    bent = activate(after)
    out, new = Traced(o * bent, z.tape), Traced(after, z.tape)

    def back(_: Array) -> None:
        g, change = out.gradient, new.gradient
        out.gradient = new.gradient = None
        if g is None and change is None:
            return
        each = np.zeros_like(v)
        if g is not None:
            more = of_output(g * o, after, bent)
            change = more if change is None else change + more
            each[:, 3 * u :] = g * bent
        each[:, :u], each[:, u : 2 * u], each[:, inputs] = change * c, change * before, change * i
        each[:, both] = of_gate(each[:, both], v[:, both], a[:, both])
        each[:, 3 * u :] = of_gate(each[:, 3 * u :], v[:, 3 * u :], o)
        each[:, inputs] = of_output(each[:, inputs], v[:, inputs], c)
        z.add(each)
        if isinstance(memory, Traced):
            memory.add(change * f)

    z.tape.last(back)
    return out, new


def gru_gates(prepared: Any, inner: Any, units: int, gate: Activation) -> tuple[Any, Any] | None:
    """Return the gates z and r of a GRU, or None if the derivative is not known.

    They are functions of the first ``2 * units`` columns of the sum of both arguments.
    """
    of_gate = _BY_FUNCTION.get(gate)
    if of_gate is None:
        return None
    cut = (slice(None), slice(0, 2 * units))
    value = raw(prepared)[cut] + raw(inner)[cut]
    both = gate(value)
    tape = tape_of(prepared, inner)
    z, r = Traced(both[:, :units], tape), Traced(both[:, units:], tape)

    def back(_: Array) -> None:
        gradients = z.gradient, r.gradient
        z.gradient = r.gradient = None
        if gradients[0] is None and gradients[1] is None:
            return
        each = np.zeros_like(value)
        for place, gradient in enumerate(gradients):
            if gradient is not None:
                each[:, place * units : (place + 1) * units] = gradient
        each = of_gate(each, value, both)
        for source in (prepared, inner):
            if isinstance(source, Traced):
                source.add_at(cut, each, repeated=False)

    tape.last(back)
    return z, r


def gru_candidate(prepared: Any, product: Any, units: int, activate: Activation) -> Any:
    """Return the activated sum of the last columns of `prepared` and of `product`."""
    derivative = _BY_FUNCTION.get(activate)
    cut = (slice(None), slice(2 * units, None))
    if derivative is None:
        return activate(prepared[cut] + product)
    value = raw(prepared)[cut] + raw(product)
    y = activate(value)

    def back(g: Array) -> None:
        g = derivative(g, value, y)
        if isinstance(prepared, Traced):
            prepared.add_at(cut, g, repeated=False)
        if isinstance(product, Traced):
            product.add(g)

    return tape_of(prepared, product).record(y, back)


def gru_step(z: Any, state: Any, candidate: Any) -> Any:
    """Return ``z * state + (1 - z) * candidate``, the end of a step of a GRU."""
    share, old, new = raw(z), raw(state), raw(candidate)

    def back(g: Array) -> None:
        if isinstance(z, Traced):
            z.add(g * (old - new))
        if isinstance(state, Traced):
            state.add(g * share)
        if isinstance(candidate, Traced):
            candidate.add(g * (1 - share))

    return tape_of(z, state, candidate).record(share * old + (1 - share) * new, back)
