"""Models of layers as ONNX, so that the benchmark can compare with ONNX Runtime Web.

It knows the layers of the benchmark's models, one after another. Images have their channels first
in ONNX, so the input is given so, and a kernel behind a Flatten has its rows in that order. The
page runs this file in Pyodide. Field numbers are those of ``onnx.proto`` (IR version 8, opset 17).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

_IR, _OPSET = 8, 17
_FLOAT, _INT32, _INT64 = 1, 6, 7
"""TensorProto.DataType."""

_DTYPES = {"float32": _FLOAT, "int32": _INT32, "int64": _INT64}


# ---------------------------------------------------------------- protobuf


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def _number(field: int, value: int) -> bytes:
    return _varint(field * 8) + _varint(value)


def _bytes(field: int, value: bytes | str) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return _varint(field * 8 + 2) + _varint(len(data)) + data


def _float(field: int, value: float) -> bytes:
    return _varint(field * 8 + 5) + struct.pack("<f", value)


def _attribute(name: str, value: Any) -> bytes:
    """An AttributeProto of a float, an int, floats, ints or texts."""
    head = _bytes(1, name)
    if isinstance(value, float):
        return head + _float(2, value) + _number(20, 1)
    if isinstance(value, int):
        return head + _number(3, value) + _number(20, 2)
    if isinstance(value[0], float):
        return head + b"".join(_float(7, each) for each in value) + _number(20, 6)
    if isinstance(value[0], int):
        return head + b"".join(_number(8, each) for each in value) + _number(20, 7)
    return head + b"".join(_bytes(9, each) for each in value) + _number(20, 8)


def _tensor(name: str, array: Any) -> bytes:
    dims = b"".join(_number(1, side) for side in array.shape)
    kind = _number(2, _DTYPES[array.dtype.name])
    return dims + kind + _bytes(8, name) + _bytes(9, np.ascontiguousarray(array).tobytes())


def _value(name: str, dtype: str, shape: tuple[int, ...]) -> bytes:
    """A ValueInfoProto."""
    dims = b"".join(_bytes(1, _number(1, side)) for side in shape)
    kind = _bytes(1, _number(1, _DTYPES[dtype]) + _bytes(2, dims))
    return _bytes(1, name) + _bytes(2, kind)


# ---------------------------------------------------------------- graphs


class _Graph:
    """Nodes one after another, and the tensor that the last one has made.

    Attributes:
        shape: The shape of that tensor as the layers have it, the channels last.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self.flattened: tuple[int, ...] = ()
        self._content = b""
        self._last = "x"
        self._count = 0

    def add(self, op: str, *constants: Any, **attributes: Any) -> None:
        """Add a node that takes the last tensor and constants; None is an input left out."""
        self._count += 1
        names = [self._last]
        for number, array in enumerate(constants):
            name = "" if array is None else f"c{self._count}_{number}"
            names.append(name)
            if array is not None:
                self._content += _bytes(5, _tensor(name, array))
        outputs = ["", f"t{self._count}"] if op == "LSTM" else [f"t{self._count}"]
        node = b"".join(_bytes(1, name) for name in names)
        node += b"".join(_bytes(2, name) for name in outputs) + _bytes(4, op)
        node += b"".join(_bytes(5, _attribute(*each)) for each in attributes.items())
        self._content += _bytes(1, node)
        self._last = outputs[-1]

    def add_reading(self, op: str, table: Any) -> None:
        """Add a node that takes a constant and then the last tensor."""
        self._count += 1
        name = f"c{self._count}"
        node = _bytes(1, name) + _bytes(1, self._last) + _bytes(2, f"t{self._count}")
        self._content += _bytes(5, _tensor(name, table)) + _bytes(1, node + _bytes(4, op))
        self._last = f"t{self._count}"

    def model(self, dtype: str, given: tuple[int, ...]) -> bytes:
        """Return the ModelProto: the input is ``x`` of the shape `given`."""
        self.add("Identity")
        ends = _bytes(11, _value("x", dtype, given))
        ends += _bytes(12, _value(self._last, "float32", self.shape))
        graph = self._content + _bytes(2, "model") + ends
        opset = _bytes(8, _bytes(1, "") + _number(2, _OPSET))
        return _number(1, _IR) + _bytes(2, "pyio's benchmark") + _bytes(7, graph) + opset


def _activate(graph: _Graph, name: str) -> None:
    if name == "linear":
        return
    if name == "softmax":
        graph.add("Softmax", axis=-1)
        return
    graph.add({"relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh"}[name])


def _dense(graph: _Graph, layer: Any) -> None:
    kernel, *bias = layer.get_weights()
    if graph.flattened:  # from rows in the order of (height, width, channels)
        kernel = kernel.reshape(*graph.flattened, -1).transpose(2, 0, 1, 3)
        kernel = kernel.reshape(-1, kernel.shape[-1])
        graph.flattened = ()
    graph.add("Gemm", kernel, *bias)
    graph.shape = (graph.shape[0], kernel.shape[1])
    _activate(graph, layer.activation)


def _pads(graph: _Graph, layer: Any, size: Any) -> list[int]:
    """Return the border in front of both sides, then behind; "same" as TensorFlow has it."""
    if layer.padding == "valid":
        return [0, 0, 0, 0]
    sides = zip(graph.shape[1:3], size, layer.strides, strict=True)
    missing = [max((-(-side // step) - 1) * step + k - side, 0) for side, k, step in sides]
    return [each // 2 for each in missing] + [each - each // 2 for each in missing]


def _over_windows(graph: _Graph, layer: Any, size: Any, channels: int) -> dict[str, Any]:
    """Return the attributes of windows, and note the shape behind them."""
    pads = _pads(graph, layer, size)
    batch, *sides, _ = graph.shape
    after = [
        (side + pads[axis] + pads[axis + 2] - size[axis]) // layer.strides[axis] + 1
        for axis, side in enumerate(sides)
    ]
    graph.shape = (batch, *after, channels)
    return {"kernel_shape": list(size), "strides": list(layer.strides), "pads": pads}


def _conv(graph: _Graph, layer: Any) -> None:
    kernel, *bias = layer.get_weights()
    window = _over_windows(graph, layer, kernel.shape[:2], kernel.shape[3])
    graph.add("Conv", kernel.transpose(3, 2, 0, 1), *bias, **window)
    _activate(graph, layer.activation)


def _depthwise(graph: _Graph, layer: Any) -> None:
    kernel, *bias = layer.get_weights()
    channels = kernel.shape[2]
    window = _over_windows(graph, layer, kernel.shape[:2], channels)
    graph.add("Conv", kernel.transpose(2, 3, 0, 1), *bias, group=channels, **window)
    _activate(graph, layer.activation)


def _normalization(graph: _Graph, layer: Any) -> None:
    graph.add("BatchNormalization", *layer.get_weights(), epsilon=float(layer.epsilon))


def _relu(graph: _Graph, layer: Any) -> None:
    if layer.max_value is None:
        graph.add("Relu")
    else:
        graph.add("Clip", np.array(0, np.float32), np.array(layer.max_value, np.float32))


def _pool(graph: _Graph, layer: Any) -> None:
    graph.add("MaxPool", **_over_windows(graph, layer, layer.pool_size, graph.shape[-1]))


def _flatten(graph: _Graph, _layer: Any) -> None:
    graph.add("Flatten")
    batch, *sides = graph.shape
    graph.flattened = tuple(sides)
    graph.shape = (batch, int(np.prod(sides)))


def _global_pool(graph: _Graph, _layer: Any) -> None:
    graph.add("GlobalAveragePool")
    graph.add("Flatten")
    graph.shape = (graph.shape[0], graph.shape[-1])


def _embedding(graph: _Graph, layer: Any) -> None:
    (table,) = layer.get_weights()
    graph.add_reading("Gather", table)
    graph.shape = (*graph.shape, table.shape[1])


_GATES = {"hard_sigmoid": "HardSigmoid", "hardSigmoid": "HardSigmoid", "sigmoid": "Sigmoid"}


def _lstm(graph: _Graph, layer: Any) -> None:
    """The gates are i, o, f, c in ONNX and i, f, c, o here; the steps come first there."""
    kernel, recurrent, bias = layer.get_weights()

    def gates(matrix: Any) -> Any:
        i, f, c, o = np.split(matrix, 4, axis=-1)
        return np.concatenate([i, o, f, c], axis=-1)

    graph.add("Transpose", perm=[1, 0, 2])
    both = np.concatenate([gates(bias), np.zeros_like(bias)])
    functions = [_GATES[layer.recurrent_activation], "Tanh", "Tanh"]
    graph.add(
        "LSTM",
        gates(kernel).T[None],
        gates(recurrent).T[None],
        both[None],
        hidden_size=layer.units,
        activations=functions,
        activation_alpha=[0.2, 1.0, 1.0],
        activation_beta=[0.5, 0.0, 0.0],
    )
    graph.add("Squeeze", np.array([0], np.int64))
    graph.shape = (graph.shape[0], layer.units)


def _nothing(_graph: _Graph, _layer: Any) -> None:
    pass


_LAYERS: dict[str, Callable[[_Graph, Any], None]] = {
    "InputLayer": _nothing,
    "Dense": _dense,
    "Conv2D": _conv,
    "DepthwiseConv2D": _depthwise,
    "BatchNormalization": _normalization,
    "ReLU": _relu,
    "MaxPooling2D": _pool,
    "Flatten": _flatten,
    "GlobalAveragePooling2D": _global_pool,
    "Embedding": _embedding,
    "LSTM": _lstm,
}


def onnx_of(model: Any, x: Any) -> tuple[bytes, Any]:
    """Return a model as ONNX for inputs of the shape of `x`, and `x` as that takes it.

    The input is named ``x``. The layers must follow each other, and be those of the benchmark.
    """
    graph = _Graph(x.shape)
    words = any(layer.class_name == "Embedding" for layer in model.layers)
    given = x.astype(np.int32) if words else x
    if x.ndim == 4:
        given = x.transpose(0, 3, 1, 2)
    for layer in model.layers:
        _LAYERS[layer.class_name](graph, layer)
    dtype = "int32" if words else "float32"
    return graph.model(dtype, given.shape), np.ascontiguousarray(given)
