"""What `predict` takes: one input by name, in lists, as a table, and in every declared dtype."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pyio

layers = pyio.layers

X = np.array([[1.0, 2.0, 3.0], [-1.0, 0.5, 0.0]], np.float32)


class Frame:
    """What a DataFrame is to NumPy."""

    def __init__(self, array: np.ndarray[Any, Any]) -> None:
        self._array = array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        return np.array(self._array, dtype)


def dense() -> pyio.LayersModel:
    x = pyio.Input(shape=[3], name="in")
    return pyio.Model(x, layers.Dense(2, name="d")(x))


ROWS = X.tolist()
FORMS = [X, ROWS, tuple(map(tuple, ROWS)), Frame(X)]


@pytest.mark.parametrize("form", FORMS)
def test_one_input_in_every_form(form: Any) -> None:
    """By itself, by name, in a list and in a tuple: all are the same array."""
    model = dense()
    expected = model.predict(X)
    for given in (form, {"in": form}, [form], (form,)):
        np.testing.assert_array_equal(model.predict(given), expected)


def test_one_example_in_every_form() -> None:
    """A list of one row is one row."""
    model = dense()
    expected = model.predict(X[:1])
    for given in (ROWS[:1], [ROWS[:1]], {"in": ROWS[:1]}, (tuple(ROWS[0]),), [X[:1]]):
        np.testing.assert_array_equal(model.predict(given), expected)


@pytest.mark.parametrize("row", [X[0], ROWS[0], tuple(ROWS[0]), Frame(X[0])])
def test_a_wrong_rank_is_refused_in_every_form(row: Any) -> None:
    """And the error has the shape that was given."""
    forms = [row, {"in": row}]
    if not isinstance(row, list | tuple):  # a list in a list is one row
        forms += [[row], (row,)]
    for given in forms:
        with pytest.raises(pyio.ModelInputError, match=r"got \[3\]"):
            dense().predict(given)


@pytest.mark.parametrize(
    "dtype", ["int64", "int16", "int8", "uint8", "uint16", "uint32", "uint64", "int32"]
)
def test_whole_numbers_of_every_size(dtype: str) -> None:
    """They are cast to what the file declares, then computed as int32."""
    x = pyio.Input(shape=[None], dtype=dtype)
    model = pyio.Model(x, layers.Embedding(5, 2)(x))
    numbers = np.array([[0, 4, 2]])
    expected = model.get_weights()[0][numbers]
    for given in (numbers, numbers.astype(np.float64), numbers.tolist()):
        np.testing.assert_array_equal(model.predict(given), expected)


@pytest.mark.parametrize(
    "dtype", ["float16", "float64", "bfloat16", "mixed_float16", "mixed_bfloat16"]
)
def test_floats_of_every_size(dtype: str) -> None:
    """They are rounded to what the file declares, and computed as float32."""
    x = pyio.Input(shape=[3], dtype=dtype)
    model = pyio.Model(x, layers.Rescaling(2)(x))
    y = model.predict(X + 1 / 3)
    assert y.dtype == np.float32
    kept = np.float16 if dtype in ("float16", "mixed_float16") else np.float32
    np.testing.assert_array_equal(y, 2 * (X + 1 / 3).astype(kept).astype(np.float32))


def test_a_number_beyond_int32_is_refused() -> None:
    """It would become another number."""
    x = pyio.Input(shape=[None], dtype="int64")
    model = pyio.Model(x, layers.Embedding(5, 2)(x))
    with pytest.raises(pyio.ModelInputError, match=r"whole numbers.*4294967297"):
        model.predict([[2**32 + 1]])


def test_a_dtype_without_numbers_is_refused() -> None:
    """Text inputs are named."""
    x = pyio.Input(shape=[1], dtype="string")
    with pytest.raises(pyio.ModelInputError, match="declared as 'string'"):
        pyio.Model(x, layers.Flatten()(x)).predict([[1]])


@pytest.mark.parametrize(
    "layer",
    [
        lambda: layers.Conv2D(2, 1),
        lambda: layers.GlobalMaxPooling2D(),
        lambda: layers.AveragePooling2D(),
        lambda: layers.BatchNormalization(),
        lambda: layers.Conv2DTranspose(2, 1),
        lambda: layers.Activation("sigmoid"),
        lambda: layers.Resizing(3, 3),
        lambda: layers.Softmax(axis=-1),
    ],
)
def test_an_image_of_bytes_for_any_layer(layer: Any) -> None:
    """uint8 is what images are; every layer computes the same as for float32."""
    made = layer()
    bytes_, floats = pyio.Input(shape=(2, 2, 3), dtype="uint8"), pyio.Input(shape=(2, 2, 3))
    models = pyio.Model(bytes_, made(bytes_)), pyio.Model(floats, made(floats))
    image = np.random.default_rng(1).integers(0, 255, (1, 2, 2, 3)).astype(np.uint8)
    results = [model.predict(image) for model in models]
    assert results[0].dtype == np.float32
    np.testing.assert_array_equal(*results)
