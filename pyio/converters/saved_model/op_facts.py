"""What a graph itself may not say about an op: defaults of attributes and names of outputs.

A SavedModel has definitions of its ops (``stripped_op_list``). A frozen graph has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyio.converters.saved_model.protobuf import Message

_DILATED = {
    "Conv2D": 4,
    "DepthwiseConv2dNative": 4,
    "Conv2DBackpropInput": 4,
    "Conv3D": 5,
}
"""Op -> sides of its ``dilations``, which TensorFlow.js cannot do without."""

_BATCH_NORM = "y batch_mean batch_variance reserve_space_1 reserve_space_2"
_OUTPUTS: dict[str, str] = {
    "TopK": "values indices",
    "TopKV2": "values indices",
    "Unique": "y idx",
    "UniqueV2": "y idx",
    "UniqueWithCounts": "y idx count",
    "Switch": "output_false output_true",
    "Merge": "output value_index",
    "FusedBatchNorm": _BATCH_NORM,
    "FusedBatchNormV2": _BATCH_NORM,
    "FusedBatchNormV3": f"{_BATCH_NORM} reserve_space_3",
    "NonMaxSuppressionV4": "selected_indices valid_outputs",
    "NonMaxSuppressionV5": "selected_indices selected_scores valid_outputs",
    "StringSplit": "indices values shape",
    "StringSplitV2": "indices values shape",
    "StringNGrams": "ngrams ngrams_splits",
    "MaxPoolWithArgmax": "output argmax",
    "ListDiff": "out idx",
    "TensorArrayV3": "handle flow",
    "TensorArrayConcatV3": "value lengths",
    "UniqueWithCountsV2": "y idx count",
    "CombinedNonMaxSuppression": "nmsed_boxes nmsed_scores nmsed_classes valid_detections",
    "SparseCross": "output_indices output_values output_shape",
    "SparseCrossV2": "output_indices output_values output_shape",
    "SparseCrossHashed": "output_indices output_values output_shape",
    "SparseReorder": "output_indices output_values",
    "RaggedTensorToSparse": "sparse_indices sparse_values sparse_dense_shape",
    "QuantizeV2": "output output_min output_max",
    "BroadcastGradientArgs": "r0 r1",
    "UnicodeDecode": "row_splits char_values",
    "UnicodeDecodeWithOffsets": "row_splits char_values char_to_byte_starts",
    "StatelessRandomGetKeyCounter": "key counter",
    "StatelessRandomGetKeyCounterAlg": "key counter alg",
    "TensorListPopBack": "output_handle tensor",
    "TensorListConcat": "tensor lengths",
    "TensorListConcatV2": "tensor lengths",
    "RaggedRange": "rt_nested_splits rt_dense_values",
    "RaggedGather": "output_nested_splits:OUTPUT_RAGGED_RANK output_dense_values",
    "SparseReshape": "output_indices output_shape",
    "SparseFillEmptyRows": "output_indices output_values empty_row_indicator reverse_index_map",
}
"""Op -> its output arguments in order; ``:`` is followed by the attribute that has the length."""


def default_attributes(op: str, definition: Message | None) -> dict[str, Any]:
    """Return the attributes that TensorFlow leaves out when they have these values.

    TensorFlow.js fails without some of them, and has another default for others: the epsilon of
    FusedBatchNorm is 1e-4 in TensorFlow and 1e-3 there.
    """
    found = {
        each["name"]: each["default_value"]
        for each in (definition or {}).get("attr", ())
        if "name" in each and "default_value" in each
    }
    if op in _DILATED and "dilations" not in found:
        found["dilations"] = {"list": {"i": [1] * _DILATED[op]}}
    return found


def output_index(
    op: str, attr: dict[str, Any], argument: str, definition: Message | None
) -> int | None:
    """Return the flat index at which an output argument begins, or None if it is unknown.

    An argument is as long as its ``number_attr`` or ``type_list_attr`` says (``op_def.proto``).
    """
    index = 0
    for name, length in _outputs(op, attr, definition):
        if name == argument:
            return index
        index += length
    return None


def _outputs(op: str, attr: dict[str, Any], definition: Message | None) -> list[tuple[str, int]]:
    if definition is None:
        pairs = [each.partition(":") for each in _OUTPUTS.get(op, "").split()]
        return [(name, int(attr.get(count, {}).get("i", 1))) for name, _, count in pairs]
    found = []
    for argument in definition["output_arg"]:
        length = 1
        if argument.get("number_attr"):
            length = int(attr.get(argument["number_attr"], {}).get("i", 1))
        elif argument.get("type_list_attr"):
            listed = attr.get(argument["type_list_attr"], {}).get("list", {})
            length = len(listed.get("type", ()))
        found.append((argument.get("name", ""), length))
    return found


def is_single(op: str, definition: Message | None) -> bool:
    """Whether the op has one output argument (which may be a list), as most have."""
    return len(_outputs(op, {}, definition)) <= 1
