"""Graphs that TensorFlow's converter wrote, beside what TensorFlow itself computed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support import graphs

DATA = Path(__file__).parents[2] / "data" / "graphs"
TOLERANCE = 2e-5


@pytest.mark.parametrize(
    ("file", "cases"), [("cases.zip", 73), ("ops.zip", 868), ("beyond.zip", 246)]
)
def test_like_tensorflow(file: str, cases: int) -> None:
    """The outputs are TensorFlow's: shapes, texts, places of NaN and numbers.

    cases.zip has graphs of its converter, ops.zip single ops that `graph_cases` of scripts/generate
    made, and beyond.zip those that TensorFlow.js lacks.
    """
    count, wrong = graphs.far((DATA / file).read_bytes(), TOLERANCE)
    assert wrong == {}
    assert count == cases


def test_fused_depthwise() -> None:
    """TensorFlow lacks FusedDepthwiseConv2dNative: a convolution, a bias and an activation."""
    chance = np.random.default_rng(3)
    x, kernel, bias, alpha = (
        chance.standard_normal(shape).astype(np.float32)
        for shape in ((1, 5, 6, 2), (3, 3, 2, 2), (4,), (4,))
    )
    window: dict[str, Any] = {"strides": [1, 2, 2, 1], "padding": "SAME", "dilations": [1, 1, 1, 1]}
    plain = graphs.apply("DepthwiseConv2dNative", x, kernel, **window) + bias
    for name, expected in {
        "Relu": np.maximum(plain, 0),
        "Relu6": np.clip(plain, 0, 6),
        "Elu": np.where(plain > 0, plain, np.expm1(plain)),
        "Tanh": np.tanh(plain),
        "Sigmoid": 1 / (1 + np.exp(-plain)),
        "LeakyRelu": np.where(plain > 0, plain, np.float32(0.3) * plain),
        "Prelu": np.where(plain > 0, plain, alpha * plain),
    }.items():
        rest = [bias, alpha] if name == "Prelu" else [bias]
        fused: dict[str, Any] = {"fused_ops": ["BiasAdd", name], "leakyrelu_alpha": 0.3}
        found = graphs.apply("FusedDepthwiseConv2dNative", x, kernel, *rest, **window, **fused)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


RARE: dict[str, tuple[str, list[Any], Any]] = {
    "the mean of whole numbers": (
        "SegmentMean",
        [np.array([-3, 2, 7], np.int32), np.array([0, 0, 1], np.int32)],
        np.array([0, 7], np.int32),
    ),
    "segments without numbers": (
        "UnsortedSegmentSum",
        [np.zeros((3, 0), np.float32), np.array([0, 1, 0], np.int32), np.int32(2)],
        np.zeros((2, 0), np.float32),
    ),
    "a scalar with a border": (
        "PadV2",
        [np.float32(3), np.zeros((0, 2), np.int32), np.float32(9)],
        np.float32(3),
    ),
    "turned texts": (
        "ConjugateTranspose",
        [np.array([["a", "b"]], object), np.array([1, 0], np.int32)],
        np.array([["a"], ["b"]], object),
    ),
    "turned truths": (
        "ConjugateTranspose",
        [np.array([[True, False]]), np.array([1, 0], np.int32)],
        np.array([[True], [False]]),
    ),
    "infinite": (
        "Lgamma",
        [np.array([np.inf, -np.inf, 1], np.float32)],
        np.array([np.inf, np.inf, 0], np.float32),
    ),
}


@pytest.mark.parametrize("name", RARE)
def test_rare_inputs(name: str) -> None:
    """TensorFlow 2.21 gives these results."""
    op, inputs, expected = RARE[name]
    found = graphs.apply(op, *inputs)
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == expected.dtype


@pytest.mark.parametrize(
    "op",
    ["Conv2D", "DepthwiseConv2dNative", "MaxPool", "AvgPool", "FusedBatchNormV3", "_FusedConv2D"],
)
def test_channels_first(op: str) -> None:
    """NCHW, which TensorFlow's cpu lacks, gives what NHWC gives with the axes moved."""
    chance = np.random.default_rng(4)
    x = chance.standard_normal((2, 6, 5, 4)).astype(np.float32)
    kernel = chance.standard_normal((3, 2, 4, 3)).astype(np.float32)
    vector = [np.abs(chance.standard_normal(4)).astype(np.float32) for _ in range(4)]
    rest: dict[str, list[Any]] = {
        "MaxPool": [],
        "AvgPool": [],
        "FusedBatchNormV3": vector,
        "_FusedConv2D": [kernel, vector[0][:3], vector[1][:3]],
    }
    results = []
    for layout in ("NHWC", "NCHW"):

        def ordered(values: list[int], layout: str = layout) -> list[int]:
            return values if layout == "NHWC" else [values[0], values[3], *values[1:3]]

        more: dict[str, Any] = {"strides": ordered([1, 2, 1, 1]), "padding": "EXPLICIT"}
        pads = [(0, 0), (1, 0), (0, 1), (0, 0)]
        pads = pads if layout == "NHWC" else [pads[0], pads[3], *pads[1:3]]
        more["explicit_paddings"] = [side for pair in pads for side in pair]
        if op == "FusedBatchNormV3":
            more = {"is_training": False}
        elif op.endswith("Pool"):
            more["ksize"] = ordered([1, 3, 2, 1])
        elif op == "_FusedConv2D":
            more |= {"fused_ops": ["BiasAdd", "Prelu"]}
        given = x if layout == "NHWC" else np.moveaxis(x, -1, 1)
        found = graphs.apply(op, given, *rest.get(op, [kernel]), data_format=layout, **more)
        results.append(found if layout == "NHWC" else np.moveaxis(found, 1, -1))
    np.testing.assert_allclose(results[0], results[1], rtol=1e-5, atol=1e-6)
