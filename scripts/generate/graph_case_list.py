"""The graphs of single ops that `graph_cases` runs in TensorFlow: op, inputs and attributes."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

CASES: dict[str, tuple[str, list[Any], dict[str, Any]]] = {}
_CHANCE = np.random.default_rng(20261126)

F = np.float32
I = np.int32
NAN, INF = float("nan"), float("inf")
ODD = np.array(
    [NAN, INF, -INF, 0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.5, -2.5, 1e-30, 1e30, -80.0, 80.0], F
)


def case(op: str, *inputs: Any, **attributes: Any) -> None:
    """Add a case; its name is the op and a number."""
    number = sum(name.partition(".")[0] == op for name in CASES)
    CASES[f"{op}.{number}"] = (op, [np.asarray(each) for each in inputs], attributes)


def some(*shape: int, low: float = -2, high: float = 2) -> Any:
    """Return fractions by chance."""
    return _CHANCE.uniform(low, high, shape).astype(F)


def few(*shape: int, low: int = -9, high: int = 9) -> Any:
    """Return whole numbers by chance."""
    return _CHANCE.integers(low, high, shape).astype(I)


def texts(*values: str) -> Any:
    """Return text as an array of bytes."""
    array = np.empty(len(values), object)
    array[:] = [value.encode("utf-8", "surrogateescape") for value in values]
    return array


def text(value: str) -> Any:
    """Return one text."""
    return texts(value).reshape(())


def elementwise() -> None:
    """Unary and binary ops: odd numbers, whole numbers, narrow ones, broadcasting."""
    for op in ("Abs Ceil Floor Neg Round Rint Sign Square Relu Relu6 Elu Selu Sigmoid Softplus Softsign "
               "Tanh Exp Expm1 Log Log1p Sqrt Rsqrt Reciprocal Erf Erfc IsNan IsInf IsFinite Sin Cos Atan "
               "Asinh Sinh Cosh LeakyRelu").split():  # fmt: skip
        values = ODD[np.abs(ODD) < 1e3] if op in {"Sin", "Cos", "Sinh", "Cosh"} else ODD
        case(op, values)
        case(op, some(3, 4))
    for op in ("Acos", "Asin", "Atanh"):
        case(op, np.array([-1, -0.5, 0, 0.5, 1, 2, NAN], F))
    case("Acosh", np.array([1, 1.5, 100, 0.5, NAN, INF], F))
    case("Tan", some(7))
    case("Erf", some(200, low=-6, high=6))
    case("Erfc", some(200, low=-6, high=6))
    case("Lgamma", np.array([0.5, 1, 2.5, -0.5, -1.5, 0, 10], F))
    for op in ("Abs", "Neg", "Square", "Sign", "Relu", "Relu6"):
        case(op, np.array([-(2**31), -7, 0, 7, 2**31 - 1], I))
    for op in ("Neg", "Square", "Abs"):
        case(op, np.array([-128, -100, 0, 100, 127], np.int8))
    for op in (
        "Neg",
        "Square",
        "Exp",
        "Sqrt",
        "Sigmoid",
        "Tanh",
        "Log",
        "Reciprocal",
        "Conj",
        "Sign",
        "Sin",
    ):
        case(op, np.array([1 + 2j, -0.5 + 0.3j, 2 - 1j], np.complex64))
    for op in ("ComplexAbs", "Real", "Imag", "Angle"):
        case(op, np.array([3 + 4j, -1j, -2, 0], np.complex64))
    case("Complex", some(2, 3), some(3))
    left, right = np.repeat(ODD, len(ODD)), np.tile(ODD, len(ODD))
    for op in ("AddV2 Sub Mul RealDiv Maximum Minimum FloorDiv FloorMod DivNoNan MulNoNan Xdivy Xlogy Pow "
               "SquaredDifference Atan2 Equal NotEqual Greater GreaterEqual Less LessEqual Div Mod "
               "TruncateMod Xlog1py").split():  # fmt: skip
        case(op, left, right)
        case(op, some(2, 1, 3), some(4, 1))
    whole_left = np.repeat(np.array([-7, -3, 0, 3, 7, 2**31 - 1, -(2**31)], I), 4)
    whole_right = np.tile(np.array([-3, -2, 2, 3], I), 7)
    for op in ("Add AddV2 Sub Mul FloorDiv FloorMod Div Mod TruncateDiv TruncateMod Maximum Minimum "
               "SquaredDifference Equal Less BitwiseAnd BitwiseOr BitwiseXor").split():  # fmt: skip
        case(op, whole_left, whole_right)
    case("Pow", few(6), few(6, low=0, high=6))
    case("RealDiv", np.array([1 + 2j, 3], np.complex64), np.array([2j, 1 - 1j], np.complex64))
    case("SquaredDifference", np.array([1 + 2j], np.complex64), np.array([2j], np.complex64))
    for dtype in (np.uint8, np.int8, np.int16, np.uint16):
        a, b = np.array([100, 50, 127, 3], dtype), np.array([100, 60, 2, 7], dtype)
        for op in ("AddV2", "Sub", "Mul", "FloorDiv", "FloorMod", "Maximum"):
            case(op, a, b)
        case("Sum", a, I(0))
        case("Prod", a, I(0))
        case("Cumsum", a, I(0))
        case("AddN", a, a, a)
    case("LeftShift", np.array([1, 3, -1], I), np.array([3, 30, 2], I))
    case("RightShift", np.array([16, -16, 7], I), np.array([2, 2, 1], I))
    case("Invert", np.array([5, -1, 0], I))
    case("Invert", np.array([5, 0], np.uint8))
    for op in ("LogicalAnd", "LogicalOr"):
        case(op, np.array([[True], [False]]), np.array([True, False]))
    case("LogicalNot", np.array([True, False]))
    case("Equal", texts("a", "b"), texts("a"))
    case("NotEqual", texts("a", "b"), texts("a"))
    case("Add", texts("a", "b"), texts("c"))
    case("LeakyRelu", ODD, alpha=0.3)
    case("ClipByValue", ODD, F(-1), F(2))
    case("ClipByValue", some(2, 3), some(2, 3, low=-1, high=0), some(2, 3, low=0, high=1))
    case("AddN", some(2, 3), some(2, 3))
    case("BiasAdd", some(2, 3, 4, 5), some(5))
    case("BiasAdd", some(2, 3, 4, 5), some(3), data_format="NCHW")
    case("BiasAdd", few(2, 3), few(3))
    case("L2Loss", some(3, 4))
    for bits, narrow in itertools.product((8, 4), (False, True)):
        case(
            "FakeQuantWithMinMaxVars",
            some(20, low=-3, high=3),
            F(-1.3),
            F(2.1),
            num_bits=bits,
            narrow_range=narrow,
        )
    case("FakeQuantWithMinMaxVars", some(20), F(0.5), F(1.5))
    case("Select", np.array([True, False]), some(2, 3), some(2, 3))
    case("Select", np.array([[True, False], [False, True]]), few(2, 2), few(2, 2))
    case("Select", np.array(True), some(2), some(2))
    case("SelectV2", np.array([[True], [False]]), some(2, 3), some(3))
    case("SelectV2", np.array([True, False]), texts("a", "b"), text("c"))


def shapes() -> None:
    """Casts and other shapes."""
    odd = np.array([0.0, -0.9, 0.9, 2.5, -2.5, 100.7, -100.7, 255.0], F)
    for target in (
        "INT32",
        "INT64",
        "UINT8",
        "INT8",
        "INT16",
        "UINT16",
        "BOOL",
        "HALF",
        "BFLOAT16",
        "COMPLEX64",
    ):
        values = np.abs(odd) if target == "UINT16" else odd
        if target not in {"HALF", "BFLOAT16"}:
            case("Cast", values, DstT=f"DT_{target}")
        if target not in {"HALF", "BFLOAT16", "COMPLEX64"}:
            case("Cast", np.array([0, 1, -1, 300, -300, 70_000], I), DstT=f"DT_{target}")
    for source in (
        np.array([True, False]),
        np.array([1 + 2j, 0], np.complex64),
        np.array([200, 3], np.uint8),
    ):
        for target in ("FLOAT", "INT32", "BOOL", "INT8"):
            case("Cast", source, DstT=f"DT_{target}")
    case("Reshape", some(2, 6), np.array([3, -1], I))
    case("Reshape", some(0, 6), np.array([-1, 3], I))
    case("Reshape", some(0, 6), np.array([0, 3], I))
    case("Reshape", some(1), np.array([], I))
    case("ExpandDims", some(2, 3), I(-1))
    case("ExpandDims", some(2, 3), I(1))
    case("Squeeze", some(1, 2, 1, 3))
    case("Squeeze", some(1, 2, 1, 3), squeeze_dims=[0])
    case("Squeeze", some(1, 2, 1, 3), squeeze_dims=[-2])
    case("BroadcastTo", some(2, 1), np.array([3, 2, 4], I))
    case("BroadcastTo", some(2, 1), np.array([2, 0], I))
    case("BroadcastArgs", np.array([2, 1], I), np.array([3, 1, 4], I))
    case("EnsureShape", some(2, 3), shape={"shape": {"dim": [{"size": "-1"}, {"size": "3"}]}})
    case("Shape", some(2, 0, 3))
    case("ShapeN", some(2), some(1, 3))
    case("Size", some(2, 0, 3))
    case("Rank", some(2, 0, 3))
    case("Pad", few(2, 3), np.array([[1, 0], [0, 2]], I))
    case("PadV2", some(2, 3), np.array([[1, 0], [0, 2]], I), F(7))
    case("PadV2", texts("a", "b"), np.array([[1, 1]], I), text("p"))
    for mode in ("REFLECT", "SYMMETRIC"):
        case("MirrorPad", some(3, 4), np.array([[2, 1], [0, 2]], I), mode=mode)
    case("MirrorPad", some(3, 1), np.array([[2, 1], [1, 1]], I), mode="SYMMETRIC")
    case("SpaceToBatchND", some(1, 4, 6, 2), np.array([2, 3], I), np.array([[1, 1], [0, 0]], I))
    case("SpaceToBatchND", some(2, 5, 3), np.array([2], I), np.array([[1, 0]], I))
    case("SpaceToBatchND", some(2, 4), np.array([2], I), np.array([[0, 0]], I))
    case("BatchToSpaceND", some(6, 2, 3, 2), np.array([2, 3], I), np.array([[1, 1], [0, 2]], I))
    case("BatchToSpaceND", some(4, 3), np.array([2], I), np.array([[0, 1]], I))
    case("DepthToSpace", some(2, 2, 3, 8), block_size=2)
    case("SpaceToDepth", some(2, 4, 6, 3), block_size=2)
    case("OneHot", np.array([[0, 2], [-1, 3]], I), I(3), F(5), F(-1))
    for axis in (0, 1, 2):
        case("OneHot", np.array([[0, 2], [-1, 3]], I), I(3), I(5), I(-1), axis=axis)
    case("OneHot", np.array([0, 2], I), I(3), np.array(True), np.array(False))
    case("Fill", np.array([2, 0], I), F(1))
    case("Fill", np.array([], I), I(1))
    case("Fill", np.array([2], I), text("ä"))
    case("ZerosLike", texts("a", "b"))
    case("ZerosLike", np.array([True]))
    case("OnesLike", few(2, 2))
    for start, limit, delta in ((0, 5, 2), (5, 0, -2), (-3, 3, 1)):
        case("Range", I(start), I(limit), I(delta))
    for first, last, step in (
        (0, 1, 0.1),
        (1, 0, -0.25),
        (0, 0, 1),
        (0, 0.3, 0.1),
        (1, 2, 1 / 3),
    ):
        case("Range", F(first), F(last), F(step))
    case("LinSpace", F(0), F(1), I(7))
    case("LinSpace", F(5), F(-1), I(1))
    case("Transpose", some(2, 3, 4), np.array([2, 0, 1], I))
    case("Transpose", texts("a", "b").reshape(2, 1), np.array([1, 0], I))
    case("InvertPermutation", np.array([2, 0, 3, 1], I))


def reductions() -> None:
    """Reductions along axes, of nothing, of odd numbers; sums so far; counts."""
    for op in ("Sum", "Mean", "Max", "Min", "Prod", "EuclideanNorm"):
        case(op, some(2, 3, 4), np.array([0, 2], I))
        case(op, some(2, 3, 4), np.array([-1], I), keep_dims=True)
        case(op, some(2, 3), np.array([], I))
        case(op, some(2, 3), I(1))
        case(op, some(0, 3), I(0))
        case(op, ODD, I(0))
        if op != "EuclideanNorm":
            case(op, few(4, 3), I(0))
            case(op, few(0, 3), I(0))
    case("Mean", np.array([-7, 0, 2], I), I(0))
    case("Sum", np.array([1 + 2j, 3], np.complex64), I(0))
    case("EuclideanNorm", np.array([3 + 4j, 1], np.complex64), I(0))
    for op in ("All", "Any"):
        case(op, np.array([[True, False], [True, True]]), np.array([1], I))
        case(op, np.zeros((0, 2), bool), np.array([0], I), keep_dims=True)
    for op in ("ArgMax", "ArgMin"):
        case(op, few(5, 6, low=0, high=3), I(1))
        case(op, few(5, 6, low=0, high=3), I(-2))
        case(op, some(4), I(0))
        case(op, np.array([1, NAN, 2], F), I(0))
    for op, exclusive, reverse in itertools.product(
        ("Cumsum", "Cumprod"), (False, True), (False, True)
    ):
        case(op, some(3, 4), I(1), exclusive=exclusive, reverse=reverse)
        case(op, few(3, 4), I(-2), exclusive=exclusive, reverse=reverse)
        case(op, some(0), I(0), exclusive=exclusive, reverse=reverse)
    case("Bincount", np.array([1, 1, 3, 9], I), I(5), np.array([], I))
    case("Bincount", np.array([1, 1, 3, 9], I), I(5), some(4))
    for binary in (False, True):
        case(
            "DenseBincount", np.array([1, 1, 3, 9], I), I(5), np.array([], F), binary_output=binary
        )
        case("DenseBincount", np.array([[1, 1], [3, 9]], I), I(4), some(2, 2), binary_output=binary)
        case("DenseBincount", np.array([1, 1, 3], I), I(4), some(3), binary_output=binary)


def products() -> None:
    """Matrix products and what follows them."""
    for a, b in itertools.product((False, True), (False, True)):
        case(
            "MatMul",
            some(*((4, 3) if a else (3, 4))),
            some(*((5, 4) if b else (4, 5))),
            transpose_a=a,
            transpose_b=b,
        )
        case(
            "BatchMatMulV2",
            some(2, 1, *((4, 3) if a else (3, 4))),
            some(3, *((5, 4) if b else (4, 5))),
            adj_x=a,
            adj_y=b,
        )
        complex_ = some(2, 3, 3) + 1j * some(2, 3, 3)
        case(
            "BatchMatMulV2",
            complex_.astype(np.complex64),
            some(3, 3).astype(np.complex64),
            adj_x=a,
            adj_y=b,
        )
    case("MatMul", some(2, 0), some(0, 3))
    case("MatMul", some(0, 2), some(2, 3))
    case("MatMul", few(2, 3), few(3, 2))
    case("BatchMatMul", some(2, 2, 3), some(2, 3, 1))
    case("BatchMatMulV2", some(3, 4), some(2, 4, 1))
    case("BatchMatMulV2", some(2, 3, 4), some(4, 2))
    case("BatchMatMulV2", few(2, 3, 4), few(4, 2))
    case("BatchMatMulV2", some(2, 3, 0), some(2, 0, 2))
    for fused in (["BiasAdd"], ["BiasAdd", "Relu"], ["BiasAdd", "Relu6"], ["BiasAdd", "Elu"], ["BiasAdd", "LeakyRelu"],
                  ["BiasAdd", "Tanh"], ["BiasAdd", "Sigmoid"]):  # fmt: skip
        case(
            "_FusedMatMul",
            some(3, 4),
            some(4, 5),
            some(5),
            fused_ops=fused,
            num_args=1,
            leakyrelu_alpha=0.4,
        )
    equations: dict[str, list[tuple[int, ...]]] = {
        "ij,jk->ik": [(2, 3), (3, 4)],
        "bij,bjk->bik": [(2, 2, 3), (2, 3, 4)],
        "ij->ji": [(2, 3)],
        "ii->i": [(3, 3)],
        "ij->": [(2, 3)],
        "...ij,...jk->...ik": [(2, 2, 3), (3, 4)],
        "abc,cde->abde": [(2, 3, 2), (2, 3, 2)],
        "Aa,aB->AB": [(2, 3), (3, 4)],
        "i,j->ij": [(3,), (2,)],
        "b...,b->...": [(2, 3, 4), (2,)],
    }
    for equation, sides in equations.items():
        case("Einsum", *[some(*each) for each in sides], equation=equation)
    for low, high in ((0, 0), (-1, 0), (0, -1), (1, 1), (-1, -1), (2, 0)):
        case("MatrixBandPart", some(2, 3, 4), I(low), I(high))
    case("MatrixDiag", some(2, 3))
    case("Softmax", some(2, 3))
    case("LogSoftmax", some(2, 3))
    case("Softmax", np.array([[1e30, 0], [-INF, 0], [90, 91]], F))
    case("LogSoftmax", np.array([[1e30, 0], [90, 91]], F))
    for radius, bias, alpha, beta in ((5, 1.0, 1.0, 0.5), (1, 2.0, 0.3, 0.75), (9, 0.5, 0.1, 1.0)):
        case("LRN", some(1, 2, 2, 6), depth_radius=radius, bias=bias, alpha=alpha, beta=beta)
    vector = [some(3), some(3), some(3), some(3, low=0.5, high=2)]
    for op in ("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"):
        more = {"U": "DT_FLOAT"} if op != "FusedBatchNorm" else {}
        case(op, some(2, 4, 4, 3), *vector, is_training=False, **more)
    case(
        "FusedBatchNormV3", some(2, 4, 4, 3), *vector, is_training=False, epsilon=0.01, U="DT_FLOAT"
    )
    none = np.zeros(0, F)
    case("FusedBatchNormV3", some(2, 4, 4, 3), *vector[:2], none, none, U="DT_FLOAT")
    case("FusedBatchNorm", some(2, 4, 4, 3), *vector[:2], none, none)
    case("FusedBatchNormV3", some(2, 4, 4, 3), *vector, exponential_avg_factor=0.4, U="DT_FLOAT")


def convolutions() -> None:
    """Convolutions and poolings with strides, dilations and borders."""
    for padding, stride, rate in itertools.product(("SAME", "VALID"), (1, 2, 3), (1, 2)):
        if stride > 1 < rate:
            continue
        steps, rates = [1, stride, stride, 1], [1, rate, rate, 1]
        case(
            "Conv2D",
            some(2, 7, 6, 2),
            some(3, 2, 2, 3),
            strides=steps,
            padding=padding,
            dilations=rates,
        )
        case(
            "DepthwiseConv2dNative",
            some(2, 7, 6, 2),
            some(3, 2, 2, 2),
            strides=steps,
            padding=padding,
            dilations=rates,
        )
    case("Conv2D", some(1, 5, 5, 4), some(1, 1, 4, 2), strides=[1, 2, 2, 1], padding="VALID")
    case("Conv2D", some(1, 5, 5, 4), some(1, 1, 4, 2), strides=[1, 2, 2, 1], padding="SAME")
    case("Conv2D", some(1, 5, 6, 4), some(3, 2, 2, 6), strides=[1, 1, 1, 1], padding="SAME")
    case("Conv2D", some(1, 5, 6, 1), some(3, 2, 1, 2), strides=[1, 1, 2, 1], padding="VALID")
    case("Conv2D", some(1, 5, 6, 2), some(3, 2, 2, 3), strides=[1, 1, 1, 1], padding="EXPLICIT",
         explicit_paddings=[0, 0, 1, 2, 0, 3, 0, 0])  # fmt: skip
    case("Conv2D", some(1, 2, 2, 1), some(3, 3, 1, 1), strides=[1, 1, 1, 1], padding="SAME")
    case("Conv2D", some(0, 4, 4, 1), some(3, 3, 1, 1), strides=[1, 1, 1, 1], padding="SAME")
    case("DepthwiseConv2dNative", some(1, 5, 6, 2), some(3, 2, 2, 1), strides=[1, 1, 1, 1], padding="EXPLICIT",
         explicit_paddings=[0, 0, 1, 2, 0, 3, 0, 0])  # fmt: skip
    case(
        "Conv3D", some(1, 4, 5, 4, 2), some(2, 3, 2, 2, 3), strides=[1, 2, 1, 1, 1], padding="SAME"
    )
    case(
        "Conv3D", some(1, 4, 5, 4, 2), some(2, 3, 2, 2, 3), strides=[1, 1, 2, 1, 1], padding="VALID"
    )
    for padding, stride in itertools.product(("SAME", "VALID"), (1, 2, 3)):
        for height in (7, 8, 9):
            out = [
                -(-side // stride) if padding == "SAME" else (side - 3) // stride + 1
                for side in (height, 8)
            ]
            case("Conv2DBackpropInput", np.array([2, height, 8, 2], I), some(3, 3, 2, 3), some(2, *out, 3),
                 strides=[1, stride, stride, 1], padding=padding)  # fmt: skip
    case("Conv2DBackpropInput", np.array([1, 6, 6, 1], I), some(3, 3, 1, 2), some(1, 6, 6, 2), strides=[1, 1, 1, 1],
         padding="SAME", dilations=[1, 1, 1, 1])  # fmt: skip
    case("Conv2DBackpropInput", np.array([1, 6, 5, 1], I), some(3, 3, 1, 2), some(1, 7, 3, 2), strides=[1, 1, 1, 1],
         padding="EXPLICIT", explicit_paddings=[0, 0, 1, 2, 0, 0, 0, 0])  # fmt: skip
    case(
        "Conv2DBackpropInput",
        np.array([1, 7, 7, 1], I),
        some(1, 1, 1, 2),
        some(1, 3, 3, 2),
        strides=[1, 3, 3, 1],
        padding="VALID",
    )
    for fused in (
        ["BiasAdd"],
        ["BiasAdd", "Relu"],
        ["BiasAdd", "Relu6"],
        ["BiasAdd", "Elu"],
        ["BiasAdd", "LeakyRelu"],
    ):
        case("_FusedConv2D", some(1, 4, 4, 2), some(3, 3, 2, 3), some(3), strides=[1, 1, 1, 1], padding="SAME",
             fused_ops=fused, num_args=1, leakyrelu_alpha=0.3)  # fmt: skip
    vector = [some(3), some(3), some(3), some(3, low=0.5, high=2)]
    for fused in (["FusedBatchNorm"], ["FusedBatchNorm", "Relu"]):
        case("_FusedConv2D", some(1, 4, 4, 2), some(3, 3, 2, 3), *vector, strides=[1, 2, 2, 1], padding="VALID",
             fused_ops=fused, num_args=4, epsilon=0.001, TArgs=["DT_FLOAT"] * 4)  # fmt: skip
    for op, padding in itertools.product(("MaxPool", "AvgPool"), ("SAME", "VALID")):
        for k, stride in ((2, 2), (3, 1), (3, 2), (2, 3)):
            case(
                op,
                some(2, 7, 6, 2),
                ksize=[1, k, k, 1],
                strides=[1, stride, stride, 1],
                padding=padding,
            )
        case(op, some(1, 5, 6, 1), ksize=[1, 1, 3, 1], strides=[1, 1, 2, 1], padding=padding)
        case(
            f"{op}3D",
            some(1, 5, 4, 6, 2),
            ksize=[1, 2, 3, 2, 1],
            strides=[1, 2, 1, 2, 1],
            padding=padding,
        )
    case("MaxPool", some(1, 5, 5, 1, low=-9, high=-1), ksize=[1, 3, 3, 1], strides=[1, 2, 2, 1], padding="EXPLICIT",
         explicit_paddings=[0, 0, 1, 0, 0, 1, 0, 0])  # fmt: skip
    for padding, batch in itertools.product(("SAME", "VALID"), (False, True)):
        case("MaxPoolWithArgmax", few(2, 5, 5, 2).astype(F), ksize=[1, 3, 3, 1], strides=[1, 2, 2, 1], padding=padding,
             include_batch_in_index=batch)  # fmt: skip
    for padding, rate in itertools.product(("SAME", "VALID"), (1, 2)):
        case(
            "Dilation2D",
            some(1, 7, 6, 2),
            some(3, 2, 2),
            strides=[1, 1 + (rate == 1), 1, 1],
            rates=[1, rate, rate, 1],
            padding=padding,
        )


def images() -> None:
    """Images in other sizes, cropped and transformed."""
    for op, (align, half) in itertools.product(
        ("ResizeBilinear", "ResizeNearestNeighbor"), ((False, False), (True, False), (False, True))
    ):
        for size in ((3, 5), (8, 7), (1, 1), (4, 6), (10, 3)):
            case(
                op,
                some(2, 4, 6, 2),
                np.array(size, I),
                align_corners=align,
                half_pixel_centers=half,
            )
        case(op, few(1, 5, 3, 1), np.array([7, 7], I), align_corners=align, half_pixel_centers=half)
        case(
            op, some(1, 1, 1, 1), np.array([3, 3], I), align_corners=align, half_pixel_centers=half
        )
    boxes = np.array(
        [
            [0, 0, 1, 1],
            [0.1, 0.2, 0.7, 0.9],
            [-0.2, -0.3, 1.3, 1.4],
            [0.9, 0.8, 0.1, 0.2],
            [0.5, 0.5, 0.5, 0.5],
        ],
        F,
    )
    for method, size in itertools.product(
        ("bilinear", "nearest"), ((3, 4), (1, 5), (1, 1), (7, 2))
    ):
        case(
            "CropAndResize",
            some(2, 5, 6, 2),
            boxes,
            np.array([0, 1, 0, 1, 1], I),
            np.array(size, I),
            method=method,
            extrapolation_value=-3.5,
        )
    case(
        "CropAndResize", some(1, 5, 6, 1), np.zeros((0, 4), F), np.zeros(0, I), np.array([2, 2], I)
    )
    transforms = np.array(
        [[1, 0.3, -1.2, -0.2, 0.9, 0.7, 0.01, -0.02], [0.5, 0, 2, 0, 2, -3, 0, 0]], F
    )
    for mode, how in itertools.product(
        ("CONSTANT", "REFLECT", "WRAP", "NEAREST"), ("NEAREST", "BILINEAR")
    ):
        case(
            "ImageProjectiveTransformV3",
            some(2, 5, 6, 2),
            transforms,
            np.array([6, 7], I),
            F(0.7),
            interpolation=how,
            fill_mode=mode,
        )
        case(
            "ImageProjectiveTransformV3",
            some(2, 4, 1, 1),
            transforms[1:],
            np.array([4, 4], I),
            F(0.7),
            interpolation=how,
            fill_mode=mode,
        )


def parts() -> None:
    """Slices, gathers, scatters, joins and splits."""
    case("ConcatV2", some(2, 3), some(2, 1), I(-1))
    case("ConcatV2", some(0, 3), some(2, 3), I(0))
    case("Concat", I(1), some(2, 3), some(2, 1))
    for axis in (0, 1, -1):
        case("Pack", some(2, 3), some(2, 3), axis=axis)
        case("Unpack", some(2, 2), axis=axis, num=2)
        case("Split", I(axis), some(4, 4), num_split=2)
    case("SplitV", some(6, 2), np.array([1, -1, 2], I), I(0), num_split=3)
    case("SplitV", some(2, 6), np.array([4, 0, 2], I), I(-1), num_split=3)
    case("Slice", some(4, 5), np.array([1, 0], I), np.array([2, -1], I))
    case("Slice", some(4, 5), np.array([4, 0], I), np.array([0, 5], I))
    x = some(4, 5, 3)
    for begin, end, strides, masks in (
        ([1, 0, 2], [3, 5, 3], [1, 2, 1], {}),
        ([-1, 4], [-5, 0], [-1, -2], {}),
        ([0, 0, 0], [0, 0, 0], [1, 1, -1], {"begin_mask": 7, "end_mask": 7}),
        ([1, 0], [2, 0], [1, 1], {"ellipsis_mask": 2, "shrink_axis_mask": 1}),
        ([0, -1], [0, 0], [1, 1], {"ellipsis_mask": 1, "shrink_axis_mask": 2}),
        (
            [0, 1, 0],
            [0, 2, 0],
            [1, 1, 1],
            {"new_axis_mask": 1, "shrink_axis_mask": 2, "begin_mask": 4, "end_mask": 4},
        ),
        (
            [0, 0, 0, 0],
            [0, 0, 0, 1],
            [1, 1, 1, 1],
            {"new_axis_mask": 5, "ellipsis_mask": 2, "shrink_axis_mask": 8},
        ),
        ([3, 10], [10, -10], [1, -1], {}),
        ([-100], [100], [2], {}),
        ([2, 1], [3, 5], [1, 2], {"shrink_axis_mask": 1}),
        ([-2, -1, -1], [0, 0, 0], [1, 1, 1], {"shrink_axis_mask": 7}),
        ([3], [1], [1], {}),
        ([0, 0], [4, 5], [3, 4], {"begin_mask": 2, "end_mask": 1}),
        ([1], [0], [1], {"new_axis_mask": 1}),
        ([], [], [], {}),
        ([2, 3], [0, 0], [1, 1], {"begin_mask": 3, "shrink_axis_mask": 3}),
    ):
        case("StridedSlice", x, np.array(begin, I), np.array(end, I), np.array(strides, I), **masks)
    case(
        "StridedSlice", texts("a", "b", "c"), np.array([2], I), np.array([0], I), np.array([-1], I)
    )
    case("Tile", some(2, 3), np.array([2, 0], I))
    case("Tile", texts("a", "b"), np.array([2], I))
    case("Reverse", some(2, 3), np.array([True, False]))
    case("ReverseV2", some(2, 3, 2), np.array([-1, 0], I))
    case("ReverseV2", some(2, 3), np.array([], I))
    case("Gather", some(4, 3), np.array([[3, 0]], I))
    for axis, batch, sides in (
        (0, 0, (2,)),
        (1, 0, (2, 2)),
        (2, 1, (3, 2)),
        (1, 1, (3, 2)),
        (-1, -1, (3, 2)),
        (2, 2, (3, 4, 2)),
        (2, 2, (3, 4)),
        (0, 0, ()),
    ):
        case("GatherV2", some(3, 4, 5), few(*sides, low=0, high=3), I(axis), batch_dims=batch)
    case("GatherV2", texts("a", "b"), np.array([1, 1], I), I(0))
    case("GatherNd", some(3, 4), np.array([[1, 2], [0, 0]], I))
    case("GatherNd", some(3, 4), np.array([[[1], [2]]], I))
    case("GatherNd", some(3, 4), np.zeros((2, 0), I))
    case("ScatterNd", np.array([[1], [3], [1]], I), some(3, 2), np.array([5, 2], I))
    case("ScatterNd", np.array([[1, 0], [1, 0]], I), few(2), np.array([2, 2], I))
    case("ScatterNd", np.zeros((0, 1), I), some(0), np.array([3], I))
    target = some(4, 3)
    for op in ("Update", "Add", "Sub", "Max", "Min"):
        case(f"TensorScatter{op}", target, np.array([[1], [3], [1]], I), some(3, 3))
        case(f"TensorScatter{op}", few(4, 3), np.array([[1, 2], [1, 2]], I), few(2))
    case("SparseToDense", np.array([1, 3], I), np.array([5], I), some(2), F(9))
    case("SparseToDense", np.array([[0, 1], [1, 0]], I), np.array([2, 2], I), F(3), F(0))
    case("SparseToDense", I(2), np.array([4], I), F(3), F(0))
    case("Roll", some(3, 4), np.array([1, -2], I), np.array([0, 1], I))
    case("Roll", some(3, 4), I(5), I(-1))
    case("Roll", some(5), np.array([1, 1], I), np.array([0, 0], I))
    case("ReverseSequence", some(3, 4), np.array([2, 0, 4], I), seq_dim=1)
    case("ReverseSequence", some(4, 3, 2), np.array([2, 0, 4], I), seq_dim=0, batch_dim=1)


def choices() -> None:
    """What depends on values: the largest, the different, and boxes."""
    case("Where", np.array([[True, False], [True, True]]))
    case("Where", np.array([0, 2.5, NAN], F))
    case("Where", np.zeros((2, 0), bool))
    case("Where", np.array([1 + 0j, 0], np.complex64))
    case("ListDiff", np.array([1, 2, 3, 2, 5], I), np.array([2], I))
    case("ListDiff", texts("a", "b", "a"), texts("b"))
    case("Unique", np.array([5, 1, 5, 2, 1], I))
    case("Unique", texts("b", "a", "b"))
    case("Unique", np.array([NAN, 1, NAN, 0.0, -0.0], F))
    case("UniqueV2", np.array([[1, 2], [3, 4], [1, 2]], I), np.array([0], I))
    case("UniqueV2", np.array([[1, 2, 1], [3, 4, 3]], I), np.array([1], I))
    case("UniqueV2", np.array([[1, 2, 1], [3, 4, 3]], I), np.array([-1], I))
    case("UniqueV2", np.array([1, 1], I), np.array([], I))
    case("UniqueWithCounts", np.array([5, 1, 5, 2, 1], I))
    case("TopKV2", few(3, 8, low=0, high=4), I(5))
    case("TopKV2", some(8), I(0))
    case("TopKV2", np.array([-(2**31), 5, 2**31 - 1], I), I(3))
    sorted_rows = np.sort(few(2, 6), axis=1)
    for op in ("LowerBound", "UpperBound"):
        case(op, sorted_rows, few(2, 4))
        case(op, np.sort(some(1, 6), axis=1), some(1, 3))
    low = some(12, 2, low=0, high=3)
    boxes = np.concatenate([low, low + some(12, 2, low=0.3, high=2)], axis=1)
    boxes[3] = boxes[3][[2, 3, 0, 1]]
    boxes[5] = boxes[4]
    boxes[6, 2:] = boxes[6, :2]
    scores = some(12, low=0, high=1)
    scores[5] = scores[4]
    for most, overlap in ((12, 0.3), (3, 0.1), (5, 0.0), (12, 1.0)):
        case("NonMaxSuppressionV2", boxes, scores, I(most), F(overlap))
        case("NonMaxSuppressionV3", boxes, scores, I(most), F(overlap), F(0.3))
        for padded in (False, True):
            case(
                "NonMaxSuppressionV4",
                boxes,
                scores,
                I(most),
                F(overlap),
                F(0.2),
                pad_to_max_output_size=padded,
            )
            case(
                "NonMaxSuppressionV5",
                boxes,
                scores,
                I(most),
                F(overlap),
                F(0.2),
                F(0),
                pad_to_max_output_size=padded,
            )
            case(
                "NonMaxSuppressionV5",
                boxes,
                scores,
                I(most),
                F(overlap),
                F(0.2),
                F(0.5),
                pad_to_max_output_size=padded,
            )
    case("NonMaxSuppressionV3", np.zeros((0, 4), F), np.zeros(0, F), I(3), F(0.5), F(0))


def spectra() -> None:
    """Fourier transforms."""
    numbers = (some(2, 6) + 1j * some(2, 6)).astype(np.complex64)
    case("FFT", numbers)
    case("IFFT", numbers)
    case("FFT", numbers[:, :5])
    for length in (8, 5, 1):
        case("RFFT", some(2, 8), np.array([length], I))
    for length in (10, 9, 6):
        case("IRFFT", numbers, np.array([length], I))


def sparse() -> None:
    """Sparse and ragged tensors, and segments. Indices are int64 in TensorFlow."""
    long = np.int64
    case(
        "SparseFillEmptyRows",
        np.array([[0, 1], [2, 0], [2, 2]], long),
        some(3),
        np.array([4, 3], long),
        F(-1),
    )
    case(
        "SparseFillEmptyRows",
        np.array([[2, 0], [0, 1], [2, 2]], long),
        some(3),
        np.array([3, 3], long),
        F(-1),
    )
    case("SparseFillEmptyRows", np.zeros((0, 2), long), some(0), np.array([2, 3], long), F(5))
    case(
        "SparseFillEmptyRows",
        np.array([[1, 0]], long),
        texts("a"),
        np.array([3, 1], long),
        text("z"),
    )
    case(
        "SparseReshape",
        np.array([[0, 1], [2, 0]], long),
        np.array([3, 4], long),
        np.array([-1, 2], long),
    )
    case("SparseReshape", np.zeros((0, 2), long), np.array([3, 4], long), np.array([12], long))
    data = some(5, 3)
    for op in ("SparseSegmentSum", "SparseSegmentMean", "SparseSegmentSqrtN"):
        case(op, data, np.array([0, 4, 4, 2], I), np.array([0, 0, 2, 3], I))
        case(op, data, np.zeros(0, I), np.zeros(0, I))
    for op in ("Sum", "Max", "Min", "Prod"):
        case(f"UnsortedSegment{op}", data, np.array([2, 0, 2, -1, 0], I), I(4))
        case(f"UnsortedSegment{op}", few(2, 3), np.array([[1, 0, 1], [0, 3, 1]], I), I(4))
    case("RaggedRange", np.array([0, 5, 8], I), np.array([3, 2, 8], I), np.array([1, -2, 1], I))
    case("RaggedRange", F(0), np.array([1, 0.5], F), F(0.3))
    case(
        "RaggedGather",
        np.array([0, 2, 2, 5], I),
        some(5),
        np.array([2, 0, 2], I),
        OUTPUT_RAGGED_RANK=1,
        PARAMS_RAGGED_RANK=1,
    )
    case(
        "RaggedGather",
        np.array([0, 2, 2, 5], I),
        some(5, 2),
        np.array([[2, 0], [1, 1]], I),
        OUTPUT_RAGGED_RANK=2,
        PARAMS_RAGGED_RANK=1,
    )
    case(
        "RaggedGather",
        np.array([0, 1, 3], I),
        np.array([0, 2, 2, 5], I),
        some(5),
        np.array([1, 0, 1], I),
        OUTPUT_RAGGED_RANK=2,
        PARAMS_RAGGED_RANK=2,
    )
    splits, rows = np.array([0, 2, 2, 5], long), np.array([0, 0, 2, 2, 2], long)
    for shape in ([-1, -1], [2, -1], [4, 2], [3, 5]):
        case(
            "RaggedTensorToTensor",
            np.array(shape, long),
            some(5),
            F(9),
            splits,
            row_partition_types=["ROW_SPLITS"],
        )
        case(
            "RaggedTensorToTensor",
            np.array(shape, long),
            some(5),
            F(9),
            long(3),
            rows,
            row_partition_types=["FIRST_DIM_SIZE", "VALUE_ROWIDS"],
        )
    case(
        "RaggedTensorToTensor",
        np.array([-1, -1, 2], long),
        some(5, 2),
        some(2),
        splits,
        row_partition_types=["ROW_SPLITS"],
    )
    case(
        "RaggedTensorToTensor",
        np.array([-1, -1, -1], long),
        texts(*"abcde"),
        text(""),
        np.array([0, 1, 3], long),
        splits,
        row_partition_types=["ROW_SPLITS", "ROW_SPLITS"],
    )


def strings() -> None:
    """Text."""
    values = texts("Hello, World!", "", "äÖü ß", "a  b\tc", "tab\nline")
    for pattern, rewrite in (("[[:punct:]]", "_"), (r"(\w+)", r"<\1>"), ("l+", ""), ("x*", "-"), (r"\s", "."), ("$", "!"), ("^", ">"),
                             (r"(a|b)(c)?", r"[\2\1]"), (r"\pL+", "L"), ("(?i)h", "J"), ("[^a-z]", "."), ("(|l)+", "?"), ("l*?o", "0")):  # fmt: skip
        case("StaticRegexReplace", values, pattern=pattern, rewrite=rewrite)
        case("StaticRegexReplace", values, pattern=pattern, rewrite=rewrite, replace_global=False)
    case("RegexReplace", values, text("o"), text("0"))
    case("RegexFullMatch", values, text("[a-z\t ]+"))
    case("StaticRegexFullMatch", values, pattern="a.*|H.*")
    for delimiter, skip in itertools.product((" ", "", ", ", "l"), (True, False)):
        case("StringSplit", values, text(delimiter), skip_empty=skip)
    for separator, most in itertools.product(("", " ", "ll"), (-1, 1)):
        case("StringSplitV2", values, text(separator), maxsplit=most)
    data, splits = texts("a", "b", "c", "d"), np.array([0, 3, 3, 4], np.int64)
    for widths, width, short in (
        ([1], 0, False),
        ([2, 3], -1, False),
        ([2, 3], 1, False),
        ([3], 0, True),
        ([5], 1, True),
        ([4], 0, False),
        ([4], 2, True),
        ([3], -1, True),
        ([5], -1, True),
    ):
        case(
            "StringNGrams",
            data,
            splits,
            separator="|",
            ngram_widths=widths,
            left_pad="L",
            right_pad="RR",
            pad_width=width,
            preserve_short_sequences=short,
        )
    lengths = [
        0,
        1,
        2,
        3,
        4,
        5,
        7,
        8,
        9,
        15,
        16,
        17,
        24,
        31,
        32,
        33,
        40,
        63,
        64,
        65,
        100,
        127,
        128,
        129,
        200,
        300,
    ]
    case(
        "StringToHashBucketFast",
        texts(
            *["äbcdefghij"[i % 10] * 1 + "x" * (n - 1) if n else "" for i, n in enumerate(lengths)]
        ),
        num_buckets=2**31 - 1,
    )
    case(
        "StringToHashBucketFast",
        texts(*[bytes((i * 7 + n) % 95 + 32 for i in range(n)).decode() for n in lengths]),
        num_buckets=1_000_003,
    )
    for op in ("StringLower", "StringUpper"):
        case(op, values)
        case(op, values, encoding="utf-8")
    case("StringStrip", texts("  a b\n", "\t", "\vx\f"))
    case("StringLength", values)
    case("StringLength", values, unit="UTF8_CHAR")
    case("StringJoin", values, text("-"), separator="+")
    case("Substr", values[[0, 2, 3, 4]], I(1), I(3))
    case("Substr", values[[0, 2, 3, 4]], I(-2), I(5), unit="UTF8_CHAR")
    case("AsString", np.array([1, -20], I))
    case("AsString", np.array([True, False]))
    case("StringToNumber", texts("1.5", "-2e3"))
    case("StringToNumber", texts("15", "-2"), out_type="DT_INT32")
    case("ReduceJoin", texts("a", "b", "c", "d").reshape(2, 2), np.array([0], I), separator="-")
    case("ReduceJoin", texts("a", "b", "c", "d").reshape(2, 2), np.array([1, 0], I), keep_dims=True)


for _part in (
    elementwise,
    shapes,
    reductions,
    products,
    convolutions,
    images,
    parts,
    choices,
    spectra,
    sparse,
    strings,
):
    _part()
