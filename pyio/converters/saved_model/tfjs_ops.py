"""The ops that TensorFlow.js knows, and those of them that it cannot run."""

from __future__ import annotations

_LISTED_TEXT = """
Abs Acos Acosh Add AddN AddV2 All Any ArgMax ArgMin Asin Asinh Atan Atan2 Atanh AvgPool
AvgPool3D BatchMatMul BatchMatMulV2 BatchToSpaceND BiasAdd Bincount BitwiseAnd BroadcastArgs
BroadcastTo Cast Ceil ClipByValue Complex ComplexAbs Concat ConcatV2 Const Conv1D Conv2D
Conv2DBackpropInput Conv3D Cos Cosh CropAndResize Cumprod Cumsum DenseBincount DepthToSpace
DepthwiseConv2d DepthwiseConv2dNative Dilation2D Div DivNoNan Einsum Elu EmptyTensorList
EnsureShape Enter Equal Erf EuclideanNorm Exit Exp ExpandDims Expm1 FFT FakeQuantWithMinMaxVars
Fill Floor FloorDiv FloorMod FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3
FusedDepthwiseConv2dNative Gather GatherNd GatherV2 Greater GreaterEqual HashTable HashTableV2
IFFT IRFFT Identity IdentityN If Imag ImageProjectiveTransformV3 InitializeTable
InitializeTableV2 IsFinite IsInf IsNan LRN LeakyRelu Less LessEqual LinSpace ListDiff Log Log1p
LogSoftmax LogicalAnd LogicalNot LogicalOr LookupTableFind LookupTableFindV2 LookupTableImport
LookupTableImportV2 LookupTableSize LookupTableSizeV2 LoopCond LowerBound MatMul MatrixBandPart
Max MaxPool MaxPool3D MaxPoolWithArgmax Maximum Mean Merge Min Minimum MirrorPad Mod Mul
Multinomial Neg NextIteration NoOp NonMaxSuppressionV2 NonMaxSuppressionV3 NonMaxSuppressionV4
NonMaxSuppressionV5 NotEqual OneHot Ones OnesLike Pack Pad PadV2 Placeholder
PlaceholderWithDefault Pow Prelu Print Prod RFFT RaggedGather RaggedRange RaggedTensorToTensor
RandomStandardNormal RandomUniform RandomUniformInt Range Rank Real RealDiv Reciprocal Relu
Relu6 Reshape ResizeBilinear ResizeNearestNeighbor Reverse ReverseV2 Round Rsqrt ScatterNd
Select SelectV2 Selu Shape ShapeN Sigmoid Sign SimpleMLCreateModelResource
SimpleMLInferenceOpWithHandle SimpleMLLoadModelFromPathWithHandle Sin Sinh Size Slice Snapshot
Softmax Softplus SpaceToBatchND SparseFillEmptyRows SparseReshape SparseSegmentMean
SparseSegmentSum SparseToDense Split SplitV Sqrt Square SquaredDifference Squeeze StatelessIf
StatelessWhile StaticRegexReplace StopGradient StridedSlice StringNGrams StringSplit
StringToHashBucketFast Sub Sum Switch Tan Tanh TensorArrayCloseV3 TensorArrayConcatV3
TensorArrayGatherV3 TensorArrayReadV3 TensorArrayScatterV3 TensorArraySizeV3 TensorArraySplitV3
TensorArrayV3 TensorArrayWriteV3 TensorListConcat TensorListConcatV2 TensorListFromTensor
TensorListGather TensorListGetItem TensorListLength TensorListPopBack TensorListPushBack
TensorListReserve TensorListResize TensorListScatter TensorListScatterV2 TensorListSetItem
TensorListSplit TensorListStack TensorScatterUpdate Tile TopKV2 Transpose TruncatedNormal Unique
UniqueV2 Unpack UpperBound Where While Zeros ZerosLike _FusedConv2D _FusedMatMul
"""
_LISTED = frozenset(_LISTED_TEXT.split())
"""Every ``tfOpName`` in ``tfjs-converter/src/operations/op_list`` of TensorFlow.js 4.22."""

_NOT_REGISTERED = frozenset(("RaggedGather", "RaggedRange", "RaggedTensorToTensor"))
"""Ops that are refused as unknown although they have an executor: ``operation_mapper.ts``."""

TFJS_OPS = _LISTED - _NOT_REGISTERED
"""The ops that TensorFlow.js 4.22 runs."""

TFJS_DIFFERS = {
    "BitwiseAnd": "throws",
    "MatrixBandPart": "takes the lower bound for the upper one",
    "FakeQuantWithMinMaxVars": "passes its input through",
    "EnsureShape": "throws",
    "TensorListPopBack": "returns one output",
}
"""Ops with which TensorFlow.js 4.22 gives other results than TensorFlow on the same model."""

_ASYNC_OPS_TEXT = """
Switch Merge Enter Exit NextIteration LoopCond If StatelessIf While StatelessWhile Where
NonMaxSuppressionV2 NonMaxSuppressionV3 NonMaxSuppressionV5 ListDiff HashTable HashTableV2
LookupTableFind LookupTableFindV2 LookupTableImport LookupTableImportV2 LookupTableSize
LookupTableSizeV2 InitializeTable InitializeTableV2 TensorArrayV3 TensorArrayWriteV3
TensorArrayReadV3 TensorArrayGatherV3 TensorArrayScatterV3 TensorArrayConcatV3
TensorArraySplitV3 TensorArraySizeV3 TensorArrayCloseV3 EmptyTensorList TensorListReserve
TensorListFromTensor TensorListSetItem TensorListGetItem TensorListPushBack TensorListPopBack
TensorListStack TensorListGather TensorListScatter TensorListScatterV2 TensorListConcat
TensorListConcatV2 TensorListSplit TensorListLength TensorListResize
"""
ASYNC_OPS = frozenset(_ASYNC_OPS_TEXT.split())
"""Ops for which TensorFlow.js needs ``executeAsync`` (``graph_executor.ts``, ``model_analysis.ts``:
control flow, tables and ops of a dynamic shape)."""
