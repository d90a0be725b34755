"""What TensorFlow.js 4.22 can run, and where its results are others than TensorFlow's."""

from __future__ import annotations

from pyio.format.graph_ops import TFJS_OPS

_NOT_REGISTERED = frozenset(("RaggedGather", "RaggedRange", "RaggedTensorToTensor"))
"""Ops that are refused as unknown although they have an executor: ``operation_mapper.ts``."""

TFJS_RUNS = TFJS_OPS - _NOT_REGISTERED
"""The ops that TensorFlow.js 4.22 runs."""

TFJS_DIFFERS = {
    "BitwiseAnd": "throws",
    "MatrixBandPart": "takes the lower bound for both",
    "FakeQuantWithMinMaxVars": "passes its input through",
    "EnsureShape": "throws",
    "TensorListPopBack": "returns one output",
    "TensorListConcatV2": "throws for most lists",
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
