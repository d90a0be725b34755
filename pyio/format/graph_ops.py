"""The ops that graph models may have: those of TensorFlow.js, and those that pyio adds or lacks.

The names are those of the op lists of TensorFlow.js 4.22 (tfjs-converter, ``operations/op_list``).
A test compares pyio's with the ops that are registered.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyio.format.json_text import JSONValue

_TFJS = """
Abs Acos Acosh Add AddN AddV2 All Any ArgMax ArgMin Asin Asinh Atan Atan2 Atanh AvgPool AvgPool3D
BatchMatMul BatchMatMulV2 BatchToSpaceND BiasAdd Bincount BitwiseAnd BroadcastArgs BroadcastTo
Cast Ceil ClipByValue Complex ComplexAbs Concat ConcatV2 Const Conv1D Conv2D Conv2DBackpropInput
Conv3D Cos Cosh CropAndResize Cumprod Cumsum DenseBincount DepthToSpace DepthwiseConv2d
DepthwiseConv2dNative Dilation2D Div DivNoNan Einsum Elu EmptyTensorList EnsureShape Enter Equal
Erf EuclideanNorm Exit Exp ExpandDims Expm1 FFT FakeQuantWithMinMaxVars Fill Floor FloorDiv
FloorMod FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 FusedDepthwiseConv2dNative Gather
GatherNd GatherV2 Greater GreaterEqual HashTable HashTableV2 IFFT IRFFT Identity IdentityN If Imag
ImageProjectiveTransformV3 InitializeTable InitializeTableV2 IsFinite IsInf IsNan LRN LeakyRelu
Less LessEqual LinSpace ListDiff Log Log1p LogSoftmax LogicalAnd LogicalNot LogicalOr
LookupTableFind LookupTableFindV2 LookupTableImport LookupTableImportV2 LookupTableSize
LookupTableSizeV2 LoopCond LowerBound MatMul MatrixBandPart Max MaxPool MaxPool3D
MaxPoolWithArgmax Maximum Mean Merge Min Minimum MirrorPad Mod Mul Multinomial Neg NextIteration
NoOp NonMaxSuppressionV2 NonMaxSuppressionV3 NonMaxSuppressionV4 NonMaxSuppressionV5 NotEqual
OneHot Ones OnesLike Pack Pad PadV2 Placeholder PlaceholderWithDefault Pow Prelu Print Prod RFFT
RaggedGather RaggedRange RaggedTensorToTensor RandomStandardNormal RandomUniform RandomUniformInt
Range Rank Real RealDiv Reciprocal Relu Relu6 Reshape ResizeBilinear ResizeNearestNeighbor Reverse
ReverseV2 Round Rsqrt ScatterNd Select SelectV2 Selu Shape ShapeN Sigmoid Sign
SimpleMLCreateModelResource SimpleMLInferenceOpWithHandle SimpleMLLoadModelFromPathWithHandle Sin
Sinh Size Slice Snapshot Softmax Softplus SpaceToBatchND SparseFillEmptyRows SparseReshape
SparseSegmentMean SparseSegmentSum SparseToDense Split SplitV Sqrt Square SquaredDifference
Squeeze StatelessIf StatelessWhile StaticRegexReplace StopGradient StridedSlice StringNGrams
StringSplit StringToHashBucketFast Sub Sum Switch Tan Tanh TensorArrayCloseV3 TensorArrayConcatV3
TensorArrayGatherV3 TensorArrayReadV3 TensorArrayScatterV3 TensorArraySizeV3 TensorArraySplitV3
TensorArrayV3 TensorArrayWriteV3 TensorListConcat TensorListConcatV2 TensorListFromTensor
TensorListGather TensorListGetItem TensorListLength TensorListPopBack TensorListPushBack
TensorListReserve TensorListResize TensorListScatter TensorListScatterV2 TensorListSetItem
TensorListSplit TensorListStack TensorScatterUpdate Tile TopKV2 Transpose TruncatedNormal Unique
UniqueV2 Unpack UpperBound Where While Zeros ZerosLike _FusedConv2D _FusedMatMul
"""

TFJS_OPS = frozenset(_TFJS.split())
"""The ops in the lists of TensorFlow.js 4.22. Some of them do not work there."""

PYIO_LACKS = frozenset(
    (
        "Conv1D",
        "SimpleMLCreateModelResource",
        "SimpleMLInferenceOpWithHandle",
        "SimpleMLLoadModelFromPathWithHandle",
    )
)
"""Those that pyio does not have: TensorFlow has no Conv1D, the others are of decision forests."""

_MORE = """
AccumulateNV2 AdjustContrastv2 AdjustHue AdjustSaturation Angle ApproximateEqual AsString Assert
BatchMatMulV3 BatchToSpace BiasAddV1 Bitcast BitwiseOr BitwiseXor BroadcastGradientArgs Bucketize
Case CheckNumerics Cholesky CombinedNonMaxSuppression Conj ConjugateTranspose
Conv3DBackpropInputV2 Cross CumulativeLogsumexp DecodeBase64 Dequantize DynamicPartition
DynamicStitch EluGrad Empty EncodeBase64 Erfc ExtractImagePatches FFT2D FFT3D
FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVarsPerChannel GuaranteeConst HSVToRGB
HistogramFixedWidth IFFT2D IFFT3D IRFFT2D ImageProjectiveTransformV2 InTopK InTopKV2 Inv InvGrad
Invert InvertPermutation L2Loss LeakyReluGrad LeftShift Lgamma LogicalXor MatrixDeterminant
MatrixDiag MatrixDiagPart MatrixDiagPartV2 MatrixDiagPartV3 MatrixDiagV2 MatrixDiagV3
MatrixInverse MatrixSetDiag MatrixSetDiagV2 MatrixSetDiagV3 MatrixSolve MatrixTriangularSolve
MulNoNan MutableHashTable MutableHashTableV2 NonMaxSuppression NthElement ParallelDynamicStitch
PartitionedCall PreventGradient PrintV2 QuantizeAndDequantizeV2 QuantizeAndDequantizeV3
QuantizeAndDequantizeV4 QuantizeV2 RFFT2D RGBToHSV RaggedBincount RaggedTensorToSparse
RandomShuffle RealOp ReciprocalGrad ReduceJoin RefEnter RefExit RefIdentity RefMerge
RefNextIteration RefSwitch RegexFullMatch RegexReplace Relu6Grad ReluGrad ResizeArea ResizeBicubic
ReverseSequence RightShift Rint Roll RsqrtGrad ScaleAndTranslate ScatterNdNonAliasingAdd
SegmentMax SegmentMean SegmentMin SegmentProd SegmentSum SigmoidGrad SoftplusGrad Softsign
SoftsignGrad SpaceToBatch SpaceToDepth SparseBincount SparseCross SparseCrossHashed SparseCrossV2
SparseReorder SparseSegmentSqrtN SparseTensorDenseMatMul SqrtGrad StatefulPartitionedCall
StatelessCase StatelessMultinomial StatelessRandomGetAlg StatelessRandomGetKeyCounter
StatelessRandomGetKeyCounterAlg StatelessRandomNormal StatelessRandomNormalV2
StatelessRandomUniform StatelessRandomUniformFullInt StatelessRandomUniformFullIntV2
StatelessRandomUniformInt StatelessRandomUniformIntV2 StatelessRandomUniformV2
StatelessTruncatedNormal StatelessTruncatedNormalV2 StaticRegexFullMatch StringJoin StringLength
StringLower StringSplitV2 StringStrip StringToHashBucket StringToHashBucketStrong StringToNumber
StringUpper Substr TanhGrad TensorListScatterIntoExistingList TensorScatterAdd TensorScatterMax
TensorScatterMin TensorScatterSub TopK TruncateDiv TruncateMod UnicodeDecode
UnicodeDecodeWithOffsets UnicodeEncode UnicodeTranscode UniqueWithCounts UniqueWithCountsV2
UnsortedSegmentMax UnsortedSegmentMin UnsortedSegmentProd UnsortedSegmentSum Xdivy Xlog1py Xlogy
_SwitchN
"""

PYIO_ADDS = frozenset(_MORE.split())
"""The ops that pyio has and TensorFlow.js has not."""

_NO_OPS = frozenset({"_Arg", "NoOp", "Placeholder", "PlaceholderV2", "Const"})
"""What both know, although it is not in all lists."""


def op_counts(topology: JSONValue) -> dict[str, int]:
    """Return how often each op occurs in a GraphDef and its functions, the most frequent first.

    A topology that is laid out in another way has none.
    """
    counts = Counter(_ops(topology))
    return dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))


def _ops(topology: Any) -> Iterator[str]:
    library = topology.get("library") if isinstance(topology, dict) else None
    functions = library.get("function") if isinstance(library, dict) else None
    for graph in [topology, *(functions if isinstance(functions, list) else [])]:
        nodes = (graph.get("node") or graph.get("nodeDef")) if isinstance(graph, dict) else None
        for node in nodes if isinstance(nodes, list) else []:
            if isinstance(node, dict) and isinstance(node.get("op"), str):
                yield node["op"]


def lacking_in_pyio(ops: dict[str, int]) -> list[str]:
    """Return the ops that pyio cannot run."""
    known = (TFJS_OPS - PYIO_LACKS) | PYIO_ADDS | _NO_OPS
    return [name for name in ops if name not in known]


def lacking_in_tfjs(ops: dict[str, int]) -> list[str]:
    """Return the ops that TensorFlow.js 4.22 does not know."""
    return [name for name in ops if name not in TFJS_OPS | _NO_OPS]
