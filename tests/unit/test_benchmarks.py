"""What the benchmarks print and draw."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

import pyio
from scripts.support.bars import COLOURS, Compared, picture
from scripts.support.onnx_models import onnx_of

SVG = "{http://www.w3.org/2000/svg}"


def bars(drawn: ET.Element, colour: str) -> list[tuple[float, float]]:
    """Where the bars of a colour begin and end, without the legend's."""
    found = [each for each in drawn.iter(f"{SVG}rect") if each.get("fill") == colour][1:]
    starts = [float(each.get("x", "")) for each in found]
    widths = [float(each.get("width", "")) for each in found]
    return [(x, x + width) for x, width in zip(starts, widths, strict=True)]


def test_bars_of_ratios() -> None:
    """Bars leave from 1 to the side of the faster one, as long as the ratio's logarithm."""
    things = [Compared("a <b>", [4.0, 2.0]), Compared("c", [0.5, None]), Compared("d", [1.0, 0.25])]
    text = picture("Ratios & more", ("one", "other"), things)
    drawn = ET.fromstring(text)
    first, second = (bars(drawn, colour) for colour in COLOURS[:2])
    start = first[0][0]
    four, half, same = (
        first[0][1] - start,
        first[1][0] - start,
        first[2][1] - first[2][0],
    )
    assert first[1][1] == pytest.approx(start)
    assert half == pytest.approx(-four / 2, abs=0.3)
    assert same == 1
    two, quarter = second
    assert two[1] - start == pytest.approx(four / 2, abs=0.3)
    assert quarter[0] - start == pytest.approx(-four, abs=0.3)
    labels = [each.text for each in drawn.iter(f"{SVG}text")]
    assert {"a <b>", "c", "d", "4", "0.5", "0.25", "Ratios & more"} <= set(labels)


def test_a_picture_of_nothing() -> None:
    """Without bars the picture is still one."""
    assert ET.fromstring(picture("Empty", (), [])).tag == f"{SVG}svg"


layers: Any = pyio.layers


def fields(message: bytes) -> list[tuple[int, Any]]:
    """The fields of a protobuf message: numbers, and bytes that may be messages."""
    found: list[tuple[int, Any]] = []
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        tag = varint()
        if tag & 7 == 0:
            found.append((tag >> 3, varint()))
        elif tag & 7 == 2:
            length = varint()
            found.append((tag >> 3, message[at : at + length]))
            at += length
        else:
            assert tag & 7 == 5
            found.append((tag >> 3, message[at : at + 4]))
            at += 4
    return found


def test_a_model_as_onnx() -> None:
    """The layers become nodes in order, with the weights in ONNX's layout."""
    conv = layers.Conv2D(4, 3, strides=2, padding="same", use_bias=False, input_shape=(8, 6, 3))
    rest = layers.BatchNormalization(), layers.ReLU(6), layers.DepthwiseConv2D(3, padding="same")
    end = layers.Flatten(), layers.Dense(5, activation="softmax")
    model = pyio.Sequential([conv, *rest, *end])
    x = np.arange(2 * 8 * 6 * 3, dtype=np.float32).reshape(2, 8, 6, 3)
    content, given = onnx_of(model, x)
    np.testing.assert_array_equal(given, x.transpose(0, 3, 1, 2))
    (graph,) = [value for number, value in fields(content) if number == 7]
    nodes = [fields(value) for number, value in fields(graph) if number == 1]
    kinds = [value.decode() for node in nodes for number, value in node if number == 4]
    assert kinds == [
        *("Conv", "BatchNormalization", "Clip", "Conv", "Flatten", "Gemm", "Softmax", "Identity")
    ]
    tensors = {}
    for tensor in [fields(value) for number, value in fields(graph) if number == 5]:
        dims = [value for number, value in tensor if number == 1]
        (name,), (raw,) = ([value for n, value in tensor if n == number] for number in (8, 9))
        tensors[name.decode()] = np.frombuffer(raw, np.float32).reshape(dims)
    kernel = conv.get_weights()[0]
    np.testing.assert_array_equal(tensors["c1_0"], kernel.transpose(3, 2, 0, 1))
    (pads,) = [
        [value for number, value in attribute if number == 8]
        for node in nodes[:1]
        for attribute in [fields(value) for number, value in node if number == 5]
        if (1, b"pads") in attribute
    ]
    assert pads == [0, 0, 1, 1]  # all of "same" is behind
