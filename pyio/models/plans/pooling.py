"""Poolings in a plan."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pyio.models.plans.constants import Unplanned
from pyio.models.plans.table import emits
from pyio.models.plans.windows import Window, images_of, shape_after, window_of

if TYPE_CHECKING:
    from pyio.models.plans.builder import Builder, Value
    from pyio.models.plans.step import Step


@emits("MaxPooling1D", "MaxPooling2D", "AveragePooling1D", "AveragePooling2D")
def pooling(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """The largest or the mean value of windows."""
    layer: Any = step.layer
    (x,) = xs
    if layer.data_format == "channels_first":
        raise Unplanned("channels first")
    dilation = [1] * layer.rank
    window = window_of(x.shape, layer.pool_size, layer.strides, dilation, layer.padding)
    y = builder.value(*shape_after(x, window, x.shape[-1]))
    _pool(builder, x, y, window, mean=not layer.largest)
    return y


@emits(
    *(f"Global{kind}Pooling{rank}D" for kind in ("Average", "Max") for rank in (1, 2, 3)),
)
def global_pooling(builder: Builder, step: Step, xs: list[Value]) -> Value:
    """The largest or the mean value of each channel."""
    layer: Any = step.layer
    (x,) = xs
    if layer.data_format == "channels_first":
        raise Unplanned("channels first")
    places = math.prod(x.shape[1:-1])
    window = Window((1, places), (1, 1), (1, 1), (0, 0), (1, places), (1, 1))
    kept = [1] * layer.rank if layer.keepdims else []
    y = builder.value(x.shape[0], *kept, x.shape[-1])
    _pool(builder, x, y, window, mean="Average" in type(layer).__name__)
    return y


def _pool(builder: Builder, x: Value, y: Value, window: Window, mean: bool) -> None:
    builder.add(
        "pool",
        x=x,
        y=y,
        channels=x.shape[-1],
        mean=mean,
        **{**images_of(x, window), **window.fields()},
    )
