"""Compares gradients with differences of losses; works in CPython and in a page."""

from __future__ import annotations

from typing import Any

import numpy as np

import pyio
from pyio.models.core.phase import Phase
from pyio.models.training.gradients import Batch, gradients

STEPS = 2e-3, 2e-4
"""How far weights are moved."""


class Shift(pyio.layers.Layer):
    """Adds a weight of the shape of an example, so that gradients of inputs are seen as well."""

    def build(self, shape: Any) -> None:
        self.shift = self.add_weight("shift", shape[1:], pyio.initializers.zeros())

    def call(self, x: Any) -> Any:
        return x + self.shift.value


def behind(layer: Any, *shapes: tuple[int, ...], shift: bool = True) -> Any:
    """A model of `layer` behind inputs of `shapes`, each with a `Shift` of its own."""
    inputs = [pyio.Input(shape=shape) for shape in shapes]
    below = [Shift()(each) for each in inputs] if shift else inputs
    outputs = layer(below if len(below) > 1 else below[0])
    return pyio.Model(inputs, outputs)


def loss_and_gradients(model: Any, inputs: list[Any], seed: int = 0) -> tuple[float, list[Any]]:
    """The sum of all outputs, each multiplied with a number of its own, and its gradients."""

    def function(number: int) -> Any:
        def loss(_: Any, output: Any) -> Any:
            random = np.random.default_rng(number)
            factors = random.normal(size=output.shape).astype(np.float32)
            return (output * factors).sum()

        return loss

    count = len(model.outputs)
    batch = Batch(inputs, [None] * count, [None] * count)
    weights = model.trainable_weights
    phase = Phase(np.random.default_rng(seed), {})
    functions = [function(number) for number in range(count)]
    found = gradients(model, weights, batch, functions, phase)
    total = 0.0
    for number, output in enumerate(found.outputs):
        factors = np.random.default_rng(number).normal(size=output.shape).astype(np.float32)
        total += float((output.astype(np.float64) * factors).sum())
    return total, found.gradients


def wrong(model: Any, inputs: list[Any], seed: int = 0) -> dict[str, Any]:
    """The weights whose gradient is not the slope of the loss, with both numbers.

    Each weight is moved along directions drawn at random, forwards and backwards.
    """
    random = np.random.default_rng(seed + 1)
    for weight in model.trainable_weights:
        if weight.name.split("/")[-1] != "shift":
            weight.assign(random.normal(scale=0.5, size=weight.shape).astype(np.float32))
    _, found = loss_and_gradients(model, inputs, seed)
    bad: dict[str, Any] = {}
    for weight, gradient in zip(model.trainable_weights, found, strict=True):
        if gradient is None:  # the loss does not depend on it
            gradient = np.zeros(weight.shape, np.float32)
        for _ in range(2):
            direction = random.normal(size=weight.shape).astype(np.float32)
            ours = float((gradient.astype(np.float64) * direction).sum())
            size = float(np.linalg.norm(gradient) * np.linalg.norm(direction)) + 1
            slopes: list[float] = []
            for step in STEPS:  # a long one may go across a corner, and a short one has few digits
                slopes.append(slope_along(model, inputs, weight, direction, step, seed))
                if abs(slopes[-1] - ours) < 1e-2 * size:
                    break
            else:
                bad[weight.name] = (slopes, ours)
            if gradient.dtype != np.float32:
                bad[weight.name] = gradient.dtype
    return bad


def slope_along(
    model: Any, inputs: list[Any], weight: Any, direction: Any, step: float, seed: int
) -> float:
    """The difference of the loss when `weight` is moved forwards and backwards."""
    value = weight.value
    losses = []
    for sign in (1, -1):
        weight.assign(value + np.float32(sign * step) * direction)
        losses.append(loss_and_gradients(model, inputs, seed)[0])
    weight.assign(value)
    return (losses[0] - losses[1]) / (2 * step)
