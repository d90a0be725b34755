"""Mistakes with data: targets, batch sizes and names that do not fit."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest

import pyio
from pyio import layers
from tests.unit.models.test_api import Handler, small


@pytest.mark.parametrize(
    ("loss", "y", "message"),
    [
        (
            "mse",
            np.ones((2, 5)),
            r"target of 'out' takes arrays of shape \['any', 1\].*got \[2, 5\]",
        ),
        ("hinge", np.ones((2, 1, 1)), r"got \[2, 1, 1\]"),
        ("sparse_categorical_crossentropy", np.ones((2, 4)), r"shape \['any', 1\].*got \[2, 4\]"),
        ("mse", None, "the target of 'out' takes numbers; got an array of object"),
        ("mse", [[1.0], [1.0, 2.0]], "the lists given have different lengths"),
    ],
)
def test_targets_that_do_not_fit(loss: str, y: Any, message: str) -> None:
    """Targets of another shape than the outputs are refused, never stretched to fit."""
    model = small()
    model.compile("sgd", loss)
    with pytest.raises(pyio.ModelInputError, match=message):
        model.evaluate(np.ones((2, 2)), y)


def test_targets_without_the_last_side() -> None:
    """One number per example is a column, as in TensorFlow.js; it used to be stretched."""
    model = small()
    model.compile("sgd", "mse", ["mae"])
    x = np.random.default_rng(0).standard_normal((5, 2))
    y = np.random.default_rng(1).standard_normal(5)
    assert model.evaluate(x, y) == model.evaluate(x, y[:, None])
    expected = np.square(model.predict(x)[:, 0] - y).mean()
    np.testing.assert_allclose(model.evaluate(x, y)[0], expected, rtol=1e-5)


@pytest.mark.parametrize("batch_size", [0, -1, None, 1.5, "32", True])
def test_batch_sizes_that_are_none(batch_size: Any) -> None:
    """Predicting and evaluating say what a batch size is."""
    model = small()
    model.compile("sgd", "mse")
    x = np.zeros((3, 2))
    with pytest.raises(pyio.ModelInputError, match=r"batch_size is .* whole number from 1"):
        model.predict(x, batch_size=batch_size)
    with pytest.raises(pyio.ModelInputError, match=r"batch_size is .* whole number from 1"):
        model.evaluate(x, np.zeros((3, 1)), batch_size=batch_size)


def test_lists_of_different_lengths() -> None:
    """A ragged list is not an array."""
    with pytest.raises(pyio.ModelInputError, match=r"'hidden_input' .* different lengths"):
        small().predict([[1.0, 2.0], [1.0]])


def test_layers_of_one_name_are_not_saved() -> None:
    """A model that could never be loaded again is refused by the save, with or without weights."""
    first = layers.Activation("relu", name="a", input_shape=(2,))
    model = pyio.Sequential([first, layers.Activation("relu", name="a")])
    handler = Handler()
    with pytest.raises(pyio.InvalidModelError, match="2 layers of the model are called 'a'"):
        asyncio.run(model.save(handler))
    assert handler.artifacts is None
