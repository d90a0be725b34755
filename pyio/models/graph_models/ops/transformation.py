"""Other dtypes and other shapes for the same numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pyio.models.graph_models.attributes import (
    REQUIRED,
    ints,
    kind,
    number,
    shape,
    text,
    whole,
)
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.values import (
    INT,
    NARROW,
    RUN_TIME,
    TEXT,
    Array,
    shape_in,
    sized,
    wholes,
)
from pyio.models.graph_models.values import whole as whole_in


@op("Cast", type_=kind("float32", "DstT"))
def cast(x: Array, *, type_: str) -> Array:
    """Another type; fractions are cut towards zero, narrow integers wrap."""
    if type_ not in RUN_TIME or x.dtype == TEXT or type_ == "string":
        if type_ == "string" and x.dtype == TEXT:
            return x
        raise TypeError(f"{x.dtype} cannot become {type_}")
    if x.dtype.kind == "c" and type_ not in {"complex64", "complex128"}:
        x = x.real
    if x.dtype.kind == "f":
        if RUN_TIME[type_] == INT:
            return _cut(x, type_)
        if type_ == "bfloat16":
            return _bfloat16(x)
        if type_ == "float16":
            return x.astype(np.float16).astype(np.float32)
    if type_ in NARROW:
        x = x.astype(type_)
    return x.astype(RUN_TIME[type_])


def _cut(x: Array, type_: str) -> Array:
    """Return fractions as whole numbers, towards zero; those beyond int32 become its ends.

    Wider types are int32 here, so that their large numbers end there as well.
    """
    whole_ = np.trunc(x.astype(np.float64))
    if type_ in NARROW:
        with np.errstate(all="ignore"):
            return np.nan_to_num(whole_).astype(np.int64).astype(type_).astype(INT)
    beyond = ~(np.abs(whole_) < 2.0**31)
    result = np.where(beyond, 0, whole_).astype(np.int64)
    if type_ == "int32":
        # What x86 gives for NaN and for all that does not fit.
        return np.where(beyond, -(2**31), result).astype(INT)
    ends = np.where(whole_ > 0, 2**31 - 1, -(2**31))
    return np.where(beyond, ends, result).astype(INT)


def _bfloat16(x: Array) -> Array:
    """Return float32 rounded to the upper 16 bits, halves to even."""
    bits = np.ascontiguousarray(x).view(np.uint32)
    rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) & np.uint32(0xFFFF0000)
    return np.where(np.isnan(x), x, rounded.view(np.float32))


@op("Bitcast", type_=kind("float32", "type"))
def bitcast(x: Array, *, type_: str) -> Array:
    """The same bits as another type of the same size."""
    dtype = RUN_TIME[type_]
    if dtype.itemsize != x.dtype.itemsize or type_ in NARROW:
        raise TypeError(f"the bits of {x.dtype} cannot be read as {type_}")
    return np.ascontiguousarray(x).view(dtype).reshape(x.shape)


@op("Reshape")
def reshape(x: Array, sides: Array) -> Array:
    """Another shape of as many elements; one side may be -1."""
    wanted = wholes(sides)
    if -1 in wanted and 0 in x.shape:  # NumPy cannot divide by the other sides
        others = math.prod(side for side in wanted if side != -1)
        wanted[wanted.index(-1)] = x.size // others if others else 0
    return x.reshape(wanted)


@op("ExpandDims")
def expand_dims(x: Array, axis: Array) -> Array:
    """A further side of 1."""
    return np.expand_dims(x, whole_in(axis))


@op("Squeeze", axes=ints((), "squeeze_dims", "axis"))
def squeeze(x: Array, *, axes: tuple[int, ...]) -> Array:
    """Without sides of 1: all of them, or those named."""
    return np.squeeze(x, axes or None)


@op("BroadcastTo")
def broadcast_to(x: Array, sides: Array) -> Array:
    """Repeated along sides of 1."""
    wanted = list(shape_in(sides))
    return np.broadcast_to(x, wanted)


@op("EnsureShape", wanted=shape(None, "shape"))
def ensure_shape(x: Array, *, wanted: tuple[int, ...] | None) -> Array:
    """The same, which has to have a shape; -1 is any side."""
    fits = wanted is None or (
        len(wanted) == x.ndim and all(a in {-1, b} for a, b in zip(wanted, x.shape, strict=True))
    )
    if not fits:
        raise ValueError(f"the shape is {list(x.shape)}; expected {wanted}")
    return x


def _widths(paddings: Array, x: Array) -> list[tuple[int, int]]:
    """Return how much is added at both ends of each side, if the result may be made."""
    pairs = paddings.reshape(-1, 2).tolist()
    if len(pairs) != x.ndim:
        raise ValueError(f"{len(pairs)} pairs of paddings for {x.ndim} sides")
    sized(side + before + after for side, (before, after) in zip(x.shape, pairs, strict=True))
    return [(before, after) for before, after in pairs]


def _bordered(x: Array, paddings: Array, border: Any) -> Array:
    widths = _widths(paddings, x)
    return np.pad(x, widths, constant_values=border) if widths else x  # NumPy refuses scalars


@op("Pad", constant=number(0.0, "constant_value"))
def pad(x: Array, paddings: Array, *, constant: float) -> Array:
    """A border of zeros."""
    border = b"" if x.dtype == TEXT else constant
    return _bordered(x, paddings, border)


@op("PadV2")
def pad_v2(x: Array, paddings: Array, value: Array) -> Array:
    """A border of one value."""
    return _bordered(x, paddings, value.reshape(-1)[0])


@op("MirrorPad", mode=text())
def mirror_pad(x: Array, paddings: Array, *, mode: str) -> Array:
    """A border that mirrors what is inside, with the outermost values twice if SYMMETRIC."""
    widths = _widths(paddings, x)
    edge = {"REFLECT": 1, "SYMMETRIC": 0}[mode.upper()]
    for side, pair in zip(x.shape, widths, strict=True):
        if max(pair) > side - edge:
            raise ValueError(f"a side of {side} cannot be mirrored by {list(pair)}")
    return np.pad(x, widths, mode="reflect" if edge else "symmetric")


def _blocks(block: Array) -> list[int]:
    sides = wholes(block)
    if any(side < 1 for side in sides):
        raise ValueError(f"the block is {sides}; expected sides from 1")
    return sides


@op("SpaceToBatchND")
def space_to_batch(x: Array, block: Array, paddings: Array) -> Array:
    """Blocks of the space as further examples."""
    sides, pads = _blocks(block), paddings.reshape(-1, 2)
    rest = [[0, 0]] * (x.ndim - 1 - len(sides))
    x = np.pad(x, _widths(np.array([[0, 0], *pads.tolist(), *rest], INT), x))
    inner = x.shape[1 + len(sides) :]
    split: list[int] = [x.shape[0]]
    for axis, side in enumerate(sides, 1):
        if x.shape[axis] % side:
            raise ValueError(f"the padded side {x.shape[axis]} is no multiple of {side}")
        split += [x.shape[axis] // side, side]
    count = len(sides)
    order = [2 * i + 2 for i in range(count)] + [0] + [2 * i + 1 for i in range(count)]
    order += range(2 * count + 1, 2 * count + 1 + len(inner))
    shape_ = [x.shape[0] * math.prod(sides), *split[1::2], *inner]
    return x.reshape(*split, *inner).transpose(order).reshape(shape_)


@op("BatchToSpaceND")
def batch_to_space(x: Array, block: Array, crops: Array) -> Array:
    """What `space_to_batch` did, undone."""
    sides, cut = _blocks(block), crops.reshape(-1, 2).tolist()
    count, examples = len(sides), x.shape[0] // math.prod(sides)
    if examples * math.prod(sides) != x.shape[0]:
        raise ValueError(f"{x.shape[0]} examples are no multiple of the block {sides}")
    space, inner = x.shape[1 : 1 + count], x.shape[1 + count :]
    order = [count]
    for axis in range(count):
        order += [count + 1 + axis, axis]
    order += range(2 * count + 1, 2 * count + 1 + len(inner))
    whole_ = [side * times for side, times in zip(space, sides, strict=True)]
    x = x.reshape(*sides, examples, *space, *inner).transpose(order)
    x = x.reshape(examples, *whole_, *inner)
    parts = []
    for side, (before, after) in zip(whole_, cut, strict=True):
        if before < 0 or after < 0 or before + after > side:
            raise ValueError(f"a side of {side} cannot be cropped by {[before, after]}")
        parts.append(slice(before, side - after))
    return x[(slice(None), *parts)]


@op("SpaceToBatch", block=whole(REQUIRED, "block_size"))
def space_to_batch_v1(x: Array, paddings: Array, *, block: int) -> Array:
    """`space_to_batch` with square blocks, of images."""
    return space_to_batch(x, np.array([block, block], INT), paddings)


@op("BatchToSpace", block=whole(REQUIRED, "block_size"))
def batch_to_space_v1(x: Array, crops: Array, *, block: int) -> Array:
    """`batch_to_space` with square blocks, of images."""
    return batch_to_space(x, np.array([block, block], INT), crops)


@op("DepthToSpace", block=whole(REQUIRED, "block_size"), layout=text("NHWC", "data_format"))
def depth_to_space(x: Array, *, block: int, layout: str) -> Array:
    """Channels as blocks of the space."""
    x = np.moveaxis(x, 1, -1) if layout == "NCHW" else x
    batch, height, width, channels = x.shape
    depth = channels // (block * block)
    x = x.reshape(batch, height, width, block, block, depth).transpose(0, 1, 3, 2, 4, 5)
    x = x.reshape(batch, height * block, width * block, depth)
    return np.moveaxis(x, -1, 1) if layout == "NCHW" else x


@op("SpaceToDepth", block=whole(REQUIRED, "block_size"), layout=text("NHWC", "data_format"))
def space_to_depth(x: Array, *, block: int, layout: str) -> Array:
    """Blocks of the space as channels."""
    x = np.moveaxis(x, 1, -1) if layout == "NCHW" else x
    batch, height, width, channels = x.shape
    high, wide = height // block, width // block
    x = x.reshape(batch, high, block, wide, block, channels).transpose(0, 1, 3, 2, 4, 5)
    x = x.reshape(batch, high, wide, block * block * channels)
    return np.moveaxis(x, -1, 1) if layout == "NCHW" else x


@op("Shape")
def shape_(x: Array) -> Array:
    """The sides."""
    return np.array(x.shape, INT)


@op("ShapeN")
def shape_n(*arrays: Array) -> tuple[Array, ...]:
    """The sides of each input."""
    return tuple(np.array(each.shape, INT) for each in arrays)


@op("Size")
def size(x: Array) -> Array:
    """The number of elements."""
    return np.array(x.size, INT)


@op("Rank")
def rank(x: Array) -> Array:
    """The number of sides."""
    return np.array(x.ndim, INT)


@op("BroadcastArgs")
def broadcast_args(a: Array, b: Array) -> Array:
    """The common shape of two shapes."""
    shapes: Any = tuple(wholes(a)), tuple(wholes(b))
    return np.array(np.broadcast_shapes(*shapes), INT)
