"""All ops: importing this fills the table."""

from __future__ import annotations

from pyio.models.graph_models.ops import (
    arithmetic,
    basic_math,
    control,
    convolution,
    creation,
    dynamic,
    evaluation,
    graph,
    hash_table,
    image,
    logical,
    matrices,
    normalization,
    pooling,
    reduction,
    slice_join,
    sparse,
    spectral,
    string,
    tensor_arrays,
    tensor_lists,
    transformation,
)
from pyio.models.graph_models.ops.table import OPS

MODULES = (
    arithmetic,
    basic_math,
    control,
    convolution,
    creation,
    dynamic,
    evaluation,
    graph,
    hash_table,
    image,
    logical,
    matrices,
    normalization,
    pooling,
    reduction,
    slice_join,
    sparse,
    spectral,
    string,
    tensor_arrays,
    tensor_lists,
    transformation,
)
"""The modules with ops, each a group of TensorFlow.js."""

__all__ = ["MODULES", "OPS"]
