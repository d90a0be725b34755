"""Ops on sides, matrices and lists that TensorFlow.js lacks, written with ops that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pyio.converters.saved_model.graph import Ref
from pyio.converters.saved_model.inline.scope import INT_TYPE, int_attr
from pyio.converters.saved_model.inline.writer import COMPLEX
from pyio.converters.saved_model.tensors import BOOL, INT32

if TYPE_CHECKING:
    from pyio.converters.saved_model.inline.writer import Writer


def space_to_depth(w: Writer, x: Ref) -> Ref | None:
    """Blocks of pixels as channels, in the order row, column, channel."""
    if bytes(w.node.attr.get("data_format", {}).get("s", b"NHWC")) != b"NHWC":
        return None
    block = int(w.node.attr.get("block_size", {}).get("i", 0))
    shape = w.add("shape", "Shape", x, out_type=INT_TYPE)
    n, height, width, depth = (_side(w, shape, axis) for axis in range(4))
    size = w.constant("block", np.array([block], np.int32))
    dtype, w.dtype = w.dtype, INT32
    rows, columns = (
        w.add(part, "FloorDiv", each, size) for part, each in (("rows", height), ("columns", width))
    )
    deep = w.add("deep", "Mul", depth, w.constant("cells", np.array([block * block], np.int32)))
    parts = _joined(w, "parts", n, rows, size, columns, size, depth)
    whole = _joined(w, "whole", n, rows, columns, deep)
    w.dtype = dtype
    cut = w.add("cut", "Reshape", x, parts, Tshape=INT_TYPE)
    order = w.constant("order", np.array([0, 1, 3, 2, 4, 5], np.int32))
    turned = w.add("turned", "Transpose", cut, order, Tperm=INT_TYPE)
    return w.last("Reshape", turned, whole, Tshape=INT_TYPE)


def matrix_diag(w: Writer, diagonal: Ref, k: Ref, rows: Ref, columns: Ref, fill: Ref) -> Ref | None:
    """A square matrix with a main diagonal, as ``tf.eye`` and ``tf.linalg.diag`` make it."""
    usual = ((k, 0), (rows, -1), (columns, -1), (fill, 0))
    plain = all(w.is_number(ref, number) for ref, number in usual)
    return plain_diag(w, diagonal) if plain else None


def plain_diag(w: Writer, diagonal: Ref) -> Ref | None:
    """The same without what else could be asked for."""
    if w.dtype in COMPLEX:
        return None
    last = w.constant("last", np.int32(-1))
    column = w.add("column", "ExpandDims", diagonal, last, Tdim=INT_TYPE)
    side = w.side(w.add("shape", "Shape", diagonal, out_type=INT_TYPE), -1)
    on, off = w.number("on", 1), w.number("off", 0)
    numbers = w.numbers("numbers", side)
    hot = w.add("hot", "OneHot", numbers, side, on, off, TI=INT_TYPE, axis=int_attr(-1))
    return w.last("SelectV2", w.add("diagonal", "Equal", hot, on), column, off)


def matrix_band_part(w: Writer, x: Ref, lower: Ref, upper: Ref) -> Ref | None:
    """The band of a matrix, such as a causal mask; TensorFlow.js takes `lower` for both bounds."""
    below, above = w.whole(lower), w.whole(upper)
    if below is None or above is None or w.dtype in COMPLEX:
        return None
    if below < 0 and above < 0:
        return w.last("Identity", x)
    shape = w.add("shape", "Shape", x, out_type=INT_TYPE)
    rows, columns = w.numbers("rows", w.side(shape, -2)), w.numbers("columns", w.side(shape, -1))
    dtype, w.dtype = w.dtype, INT32
    one = w.constant("one", np.int32(1))
    distance = w.add("distance", "Sub", w.add("row", "ExpandDims", rows, one), columns)
    bounds = (("below", "LessEqual", below), ("above", "GreaterEqual", -above))
    masks = [
        w.add(part, op, distance, w.constant(f"{part}/bound", np.int32(bound)))
        for (part, op, bound), given in zip(bounds, (below, above), strict=True)
        if given >= 0
    ]
    mask = masks[0] if len(masks) == 1 else w.add("band", "LogicalAnd", *masks)
    w.dtype = dtype
    if dtype == BOOL:
        return w.last("LogicalAnd", x, mask)
    return w.last("SelectV2", mask, x, w.add("zeros", "ZerosLike", x))


def bucketize(w: Writer, x: Ref) -> Ref:
    """How many of the boundaries each number has reached."""
    listed = w.node.attr.get("boundaries", {}).get("list", {}).get("f", ())
    bounds = w.number("boundaries", np.array(listed, np.float32))
    last = w.constant("last", np.int32(-1))
    reached = w.add("reached", "GreaterEqual", w.add("each", "ExpandDims", x, last), bounds)
    w.dtype = INT32
    counted = w.add("counted", "Cast", reached, SrcT={"type": BOOL}, DstT=INT_TYPE)
    return w.last("Sum", counted, last, Tidx=INT_TYPE, keep_dims={"b": 0})


def scatter_into_list(w: Writer, handle: Ref, tensor: Ref, indices: Ref) -> Ref | None:
    """Rows of a tensor put at known places of a list, one after the other."""
    places = w.wholes(indices)
    if not places:
        return None
    rows = w.add("rows", "Unpack", tensor, num=int_attr(len(places)), axis=int_attr(0))
    for number, place in enumerate(places):
        index = w.constant(f"place_{number}", np.int32(place))
        inputs = (handle, index, Ref(rows.name, number))
        attr = {"element_dtype": w.node.attr.get("element_dtype", {"type": 1})}
        if number < len(places) - 1:
            handle = w.add(f"set_{number}", "TensorListSetItem", *inputs, **attr)
        else:
            handle = w.last("TensorListSetItem", *inputs, **attr)
    return handle


def _side(w: Writer, shape: Ref, axis: int) -> Ref:
    begin = w.constant(f"begin_{axis}", np.array([axis], np.int32))
    size = w.constant(f"one_{axis}", np.array([1], np.int32))
    return w.add(f"side_{axis}", "Slice", shape, begin, size, Index=INT_TYPE)


def _joined(w: Writer, part: str, *pieces: Ref) -> Ref:
    axis = w.constant(f"{part}_axis", np.int32(0))
    return w.add(part, "ConcatV2", *pieces, axis, N=int_attr(len(pieces)), Tidx=INT_TYPE)
