"""Computes ahead what depends on constants alone.

A result takes the place of its node if it is small, or no larger than what it was made of. Ops that
make large tensors of small ones are computed only when the size of the result is known before.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.converters.saved_model.graph_json import attributes_json
from pyio.converters.saved_model.simplify.walk import in_order
from pyio.errors import PyioError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pyio.converters.saved_model.graph import Node
    from pyio.converters.saved_model.simplify.flat import Flat

MOST = 4096
"""Elements of a result that may be larger than what it was made of."""

_ANY = 8192
"""Elements of inputs up to which the result is computed before its size is looked at."""

_NOT_LARGER_TEXT = """
Abs All Any ArgMax ArgMin Cast ComplexAbs Concat ConcatV2 Cos Equal Exp ExpandDims Expm1 Floor
Imag Log Log1p Max Mean Min Neg Pack Prod Real Reciprocal Relu Relu6 Reshape Reverse ReverseV2
Round Rsqrt Shape Sigmoid Sign Sin Size Slice Sqrt Square Squeeze StridedSlice Sum Tanh
Transpose
"""
_NOT_LARGER = frozenset(_NOT_LARGER_TEXT.split())
"""Ops whose result has no more elements than their inputs together."""

_BROADCASTING = frozenset(
    [
        "Add",
        "AddV2",
        "Sub",
        "Mul",
        "RealDiv",
        "Maximum",
        "Minimum",
        "SquaredDifference",
        "Pow",
        "BiasAdd",
    ]
)

_LEFT = frozenset(
    (
        *("Const", "Identity", "StopGradient", "Snapshot"),
        *("Enter", "Exit", "LoopCond", "Merge", "NextIteration", "Switch"),
    )
)
"""Ops that compute nothing; what goes into a loop must go through Enter, constant or not."""

_Arrays = "Sequence[NDArray[Any]]"

_SIZES: dict[str, Callable[[Any], float]] = {
    "Fill": lambda x: math.prod(x[0].ravel().tolist()),
    "BroadcastTo": lambda x: math.prod(x[1].ravel().tolist()),
    "Tile": lambda x: x[0].size * math.prod(x[1].ravel().tolist()),
    "Range": lambda x: abs((float(x[1]) - float(x[0])) / float(x[2])),
    "LinSpace": lambda x: float(x[2]),
    "OneHot": lambda x: x[0].size * float(x[1]),
}
"""Op -> how many elements its result has, from its inputs."""

_GROWING_TEXT = """
Pad PadV2 MirrorPad ScatterNd SparseToDense ResizeBilinear ResizeNearestNeighbor CropAndResize
Bincount DenseBincount Conv2DBackpropInput RaggedRange RaggedTensorToTensor BatchToSpaceND
SpaceToBatchND IRFFT RFFT ImageProjectiveTransformV2 ImageProjectiveTransformV3 StringNGrams Where
AsString CombinedNonMaxSuppression Conv3DBackpropInputV2 DynamicStitch Empty ExtractImagePatches
IRFFT2D MatrixDiag MatrixDiagV2 MatrixDiagV3 Ones ParallelDynamicStitch RFFT2D ResizeArea
ResizeBicubic ScaleAndTranslate SegmentMax SegmentMean SegmentMin SegmentProd SegmentSum
SparseCross SparseCrossHashed SparseCrossV2 SparseFillEmptyRows SparseSegmentMean
SparseSegmentSqrtN SparseSegmentSum SparseTensorDenseMatMul StatelessMultinomial
StatelessRandomNormal StatelessRandomUniform StatelessRandomUniformFullInt
StatelessRandomUniformInt StatelessTruncatedNormal UnsortedSegmentMax UnsortedSegmentMin
UnsortedSegmentProd UnsortedSegmentSum Zeros
"""
_GROWING = frozenset(_GROWING_TEXT.split())
"""Ops that are left as they are, because a few numbers decide how large their result is."""


def fold_constants(flat: Flat) -> int:
    """Replace nodes by constants; return how many."""
    compute = _computer()
    count = 0
    for node in in_order(flat.graph):
        if node.controls or not node.inputs or node.op in _LEFT or node.name in flat.kept:
            continue
        inputs = [flat.value(ref) for ref in node.inputs]
        arrays = [each for each in inputs if each is not None]
        if len(arrays) != len(inputs) or not _may_compute(node.op, arrays):
            continue
        result = compute(node, arrays)
        if result is not None and result.size <= max(sum(each.size for each in arrays), MOST):
            flat.replace(node.name, result)
            count += 1
    return count


def _may_compute(op: str, arrays: list[NDArray[Any]]) -> bool:
    size = sum(each.size for each in arrays)
    if op in _SIZES:
        try:
            return abs(_SIZES[op](arrays)) <= MOST
        except (ArithmeticError, TypeError, ValueError, IndexError):
            return False
    if op in _GROWING:
        return False
    if op in _BROADCASTING:
        try:
            whole = np.broadcast_shapes(*[each.shape for each in arrays])
        except ValueError:
            return False
        return math.prod(whole) <= max(size, MOST)
    return size <= _ANY or op in _NOT_LARGER


def _computer() -> Callable[[Node, list[NDArray[Any]]], NDArray[Any] | None]:
    """Return what computes a node from arrays: the ops of pyio's own executor, if they are pure."""
    from pyio.models.graph_models.kernel import Kernel
    from pyio.models.graph_models.nodes import Node as Computed
    from pyio.models.graph_models.ops.all import OPS
    from pyio.models.graph_models.run import Run, State

    def compute(node: Node, arrays: list[NDArray[Any]]) -> NDArray[Any] | None:
        known = OPS.get(node.op)
        if known is None or not known.pure:
            return None
        run = Run(State({}, {}))  # counts the work of this node alone
        try:
            kernel = Kernel(Computed(node.name, node.op, (), (), attributes_json(node.attr)))
            with np.errstate(all="ignore"):
                outputs = kernel(run, list(arrays))
        except PyioError:
            return None  # the same error comes when the model runs, if it ever gets there
        single = len(outputs) == 1 and isinstance(outputs[0], np.ndarray)
        return outputs[0] if single else None

    return compute
