"""Every layer class that pyio knows trains in a model, or says by a TypeError why it cannot."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pyio
from pyio.models.ops.tensor_operations import _BINARY, OPERATIONS
from pyio.models.serialization.registry import FAMILY_OF, KERAS_FAMILY_OF, PASSING
from tests.training.layer_cases import CASES
from tests.training.slopes import Shift, behind, wrong

if TYPE_CHECKING:
    from collections.abc import Callable

L: Any = pyio.layers
RANDOM = np.random.default_rng(11)
WORDS = np.array([["red", "blue"], ["green", "red"], ["red", "red"]], dtype=object)
NUMBERS = np.array([[4, 9], [7, 4], [4, 4]])
IMAGES = RANDOM.random((3, 5, 6, 3)).astype(np.float32)


def below(layer: Any, x: Any, *above: Any) -> tuple[Any, Any]:
    """A model with `layer` at its input, and what it is trained with."""
    start = pyio.Input(shape=x.shape[1:], dtype="string" if x.dtype == object else "float32")
    y = layer(start)
    for each in above or (L.Dense(2),):
        y = each(y)
    return pyio.Model(start, y), x


def looked_up(layer: Any, x: Any) -> tuple[Any, Any]:
    """Numbers of words or bins, and a table of vectors for them."""
    return below(layer, x, L.Embedding(9, 2))


def masked() -> tuple[Any, Any]:
    start = pyio.Input(shape=(4, 2))
    kept = pyio.Input(shape=(4,))
    y = L.LSTM(2)(L.GivenMask()([Shift()(start), kept]))
    mask = np.array([[1, 1, 0, 0], [1, 0, 1, 0], [1, 1, 1, 1]], np.float32)
    return pyio.Model([start, kept], y), [RANDOM.random((3, 4, 2)).astype(np.float32), mask]


OTHERS: dict[str, Callable[[], tuple[Any, Any]]] = {
    "Embedding": lambda: below(L.Embedding(10, 2), NUMBERS.astype(np.float32)),
    "CategoryEncoding": lambda: below(
        L.CategoryEncoding(num_tokens=10, output_mode="multi_hot"), NUMBERS.astype(np.float32)
    ),
    "RandomWidth": lambda: below(
        L.RandomWidth(0.4), IMAGES, L.Conv2D(2, 2), L.GlobalAveragePooling2D()
    ),
    "StringLookup": lambda: looked_up(L.StringLookup(vocabulary=["red", "blue"]), WORDS),
    "IntegerLookup": lambda: looked_up(L.IntegerLookup(vocabulary=[4, 9]), NUMBERS),
    "Hashing": lambda: looked_up(L.Hashing(5), WORDS),
    "Discretization": lambda: looked_up(L.Discretization([0.2, 0.6]), RANDOM.random((3, 2))),
    "TextVectorization": lambda: looked_up(
        L.TextVectorization(vocabulary=["red", "blue"], output_sequence_length=2), WORDS[:, :1]
    ),
    "GivenMask": masked,
    "SpectralNormalization": lambda: below(L.SpectralNormalization(L.Dense(3)), IMAGES[:, 0, 0]),
}

_CASE_OF: dict[str, str] = {}
for _case, _make in CASES.items():
    for _layer in _make().all_layers():
        _CASE_OF.setdefault(_layer.class_name, _case)


def model_with(name: str) -> tuple[Any, Any]:
    """A model with a layer of the class `name`, and its inputs."""
    if name in OTHERS:
        return OTHERS[name]()
    if name in _CASE_OF:
        model = CASES[_CASE_OF[name]]()
        shapes = [(3, *tensor.shape[1:]) for tensor in model.inputs]
        x = [RANDOM.normal(size=shape).astype(np.float32) for shape in shapes]
        return model, x if len(x) > 1 else x[0]
    return below(getattr(L, name)(), IMAGES, Shift(), L.Flatten(), L.Dense(2))


@pytest.mark.parametrize("name", [*FAMILY_OF, *KERAS_FAMILY_OF])
def test_trains(name: str) -> None:
    """Two steps make the loss smaller, and every trainable weight that the loss needs moves."""
    model, x = model_with(name)
    assert name in {layer.class_name for layer in model.all_layers()} | {"InputLayer"}
    model.compile(pyio.optimizers.sgd(1e-4), "mse")
    targets = [np.asarray(each) + 1 for each in _listed(model.predict(x))]
    y = targets if len(targets) > 1 else targets[0]
    before = model.get_weights()
    with warnings.catch_warnings():
        if name in PASSING:
            warnings.simplefilter("ignore")
        for _ in range(2):
            assert np.isfinite(model.train_on_batch(x, y)).all()
    after = model.get_weights()
    assert any((a != b).any() for a, b in zip(before, after, strict=True))
    assert all(np.isfinite(each).all() for each in after)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


ROUNDING = {
    "Discretization": lambda: L.Discretization([0.2, 0.6]),
    "IntegerLookup": lambda: L.IntegerLookup(vocabulary=[4, 9]),
    "CategoryEncoding": lambda: L.CategoryEncoding(num_tokens=10, output_mode="multi_hot"),
    "Embedding": lambda: L.Embedding(9, 2),
}


@pytest.mark.parametrize("name", ROUNDING)
def test_without_a_gradient(name: str) -> None:
    """Numbers of classes have no gradient: a layer above which is nothing to train is refused."""
    model = behind(ROUNDING[name](), (2,))
    for layer in model.layers:
        layer.trainable = isinstance(layer, Shift)
    model.compile("sgd", "mse")
    x = np.ones((3, 2), np.float32)
    with pytest.raises(TypeError, match=r"pyio\.layers\.plain\(x\)"):
        model.train_on_batch(x, model.predict(x))


# ------------------------------------------------------------ operations of Keras

ONE, TWO = {"ref": 0}, {"ref": 1}
LIST: list[Any] = [[ONE, TWO]]
ARGUMENTS: dict[str, list[Any]] = {
    **{name: [ONE, TWO] for name in (*_BINARY, "Dot", "MatmulOfTensorFlow")},
    **dict.fromkeys(("Concatenate", "Hstack", "Stack", "Vstack"), LIST),
    **{name: [ONE, 3] for name in ("ExpandDims", "OneHot", "Repeat", "Roll")},
    "BroadcastTo": [ONE, [3, 4, 4]],
    "Cast": [ONE, "float32"],
    "Clip": [ONE, 0.3, 0.6],
    "ConvertToTensor": [ONE],
    "Einsum": [ONE, TWO],
    "FullLike": [ONE, 2],
    "GetItem": [ONE, 1],
    "LayerNorm": [ONE],
    "Moments": [ONE, 1],
    "Moveaxis": [ONE, 1, 2],
    "Outer": [ONE, TWO],
    "Pad": [ONE, [[0, 0], [1, 1], [1, 0]]],
    "Reshape": [ONE, [-1, 16]],
    "Slice": [ONE, [0, 0, 0], [2, 2, 2]],
    "Split": [ONE, 2, 1],
    "SplitOfTensorFlow": [ONE, 2, 1],
    "Squeeze": [ONE],
    "Swapaxes": [ONE, 1, 2],
    "Take": [ONE, [0, 2], 1],
    "TakeAlongAxis": [ONE, [[[0, 1, 2, 3]]], 1],
    "Tensordot": [ONE, TWO, [[2], [2]]],
    "Threshold": [ONE, 0.5, 0.1],
    "Tile": [ONE, [1, 2, 1]],
    "TopK": [ONE, 2],
    "Unstack": [ONE, None, 1],
    "Where": [[[True, False, True, False]], ONE, TWO],
}
"""The arguments of operations that need more than an array."""

PAIR = [RANDOM.uniform(low, low + 0.5, (3, 4, 4)).astype(np.float32) for low in (0.2, 0.3)]
FAR = {"Arccosh": PAIR[0] + 1}
"""What operations are tried with that want numbers above 1."""

STEPS = """
All Any Argmax Argmin Argsort Ceil CountNonzero Equal Floor FloorDivide FullLike Greater
GreaterEqual Imag Isfinite Isinf Isnan Less LessEqual LogicalAnd LogicalNot LogicalOr LogicalXor
NotEqual OneHot OnesLike Round Sign Signbit StopGradient Trunc ZerosLike
"""
"""Operations whose result has no gradient."""


@pytest.mark.parametrize("name", OPERATIONS)
def test_operations(name: str) -> None:
    """Each operation of Keras has the gradient that differences show, or is refused."""
    arguments = ARGUMENTS.get(name, [ONE])
    count = 2 if TWO in arguments or arguments == LIST else 1
    named = {"subscripts": "abc,acd->abd"} if name == "Einsum" else {}
    model = behind(L.KerasOp(name, op_args=arguments, op_kwargs=named), *[(4, 4)] * count)
    inputs = [FAR.get(name, PAIR[0]), PAIR[1]][:count]
    if name in STEPS.split():
        with pytest.raises(TypeError, match=r"pyio\.layers\.plain\(x\)"):
            wrong(model, inputs)
    else:
        assert wrong(model, inputs) == {}
