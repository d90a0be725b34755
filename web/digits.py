"""From strokes to an 8 x 8 image, and from an image to ten probabilities. No browser.

The images are made like those the model was trained on (Optical Recognition of Handwritten
Digits): a digit fills a bitmap of 32 x 32 dots. Each of the 8 x 8 pixels is the number of inked
dots, 0 to 16, in its block of 4 x 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

import pyio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

SIDE = 8
DOTS = 32
PEN = 5.4
"""Width of a line in dots. With this width, images have as much ink as the training data. Of all
widths that were tried, it recognised the most drawings."""

SMALLEST = 0.08
"""A drawing smaller than this part of the paper is not enlarged to a full image."""

Stroke = list[tuple[float, float]]
"""The points of a line, x to the right and y down, in parts of the paper's side."""


class NotADigitModelError(Exception):
    """The model is whole, but it does not classify digits."""


def image_of(strokes: Sequence[Stroke]) -> Array:
    """Return the 64 pixels, 0 to 16, of a drawing that has at least one point."""
    starts, ends = _segments(strokes)
    points = np.concatenate([starts, ends])
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (DOTS - PEN) / max(*(high - low), SMALLEST)
    # Centre the drawing by its mass, but keep all ink inside the image.
    lengths = np.hypot(*(ends - starts).T) + 1e-9
    mass = np.average((starts + ends) / 2, axis=0, weights=lengths)
    room = (DOTS - PEN - (high - low) * scale) / 2
    shift = np.clip(((low + high) / 2 - mass) * scale, -room, room)
    offset = DOTS / 2 + shift - (low + high) / 2 * scale
    ink = _ink(starts * scale + offset, ends * scale + offset)
    block = DOTS // SIDE
    pixels: Array = ink.reshape(SIDE, block, SIDE, block).sum(axis=(1, 3)).ravel()
    return pixels


def _segments(strokes: Sequence[Stroke]) -> tuple[Array, Array]:
    starts = [point for stroke in strokes for point in (stroke[:-1] or stroke)]
    ends = [point for stroke in strokes for point in (stroke[1:] or stroke)]
    return np.array(starts, float), np.array(ends, float)


def _ink(starts: Array, ends: Array) -> Array:
    """Return the inked part of every dot near lines from `starts` to `ends`, in dots."""
    row, column = np.mgrid[:DOTS, :DOTS] + 0.5
    dots = np.stack([column.ravel(), row.ravel()], axis=1)[:, None]
    along = ends - starts
    squared = np.maximum((along**2).sum(axis=1), 1e-9)
    part = np.clip(((dots - starts) * along).sum(axis=2) / squared, 0, 1)
    distance = np.linalg.norm(dots - starts - part[..., None] * along, axis=2).min(axis=1)
    inked: Array = np.clip(PEN / 2 + 0.5 - distance, 0, 1).reshape(DOTS, DOTS)
    return inked


@dataclass(frozen=True, slots=True)
class Classifier:
    """A model of layers that gives ten probabilities for 64 pixels."""

    model: pyio.LayersModel

    @property
    def parameters(self) -> int:
        """The number of weights."""
        return self.model.count_params()

    def probabilities(self, pixels: Sequence[float] | Array) -> NDArray[Any]:
        """Return the probability of each digit for 64 `pixels` of 0 to 16."""
        image = np.asarray(pixels, np.float32).reshape(1, SIDE * SIDE) / 16
        return np.asarray(self.model.predict(image)[0])


def classifier_of(artifacts: pyio.ModelArtifacts) -> Classifier:
    """Return the classifier that `artifacts` describe.

    Raises NotADigitModelError for a model of another kind, PyioError for damaged weights.
    """
    topology = artifacts.model_topology
    if isinstance(topology, dict) and "node" in topology:
        raise _other(_about_graph(artifacts))
    try:
        model = pyio.model_from_artifacts(artifacts)
    except pyio.WeightsError:
        raise
    except pyio.InvalidModelError as error:
        raise _other("it is not made of layers that this page can compute") from error
    shapes = [tensor.shape for tensor in (*model.inputs, *model.outputs)]
    if shapes != [(None, SIDE * SIDE), (None, 10)]:
        raise _other("its layers do not lead from 64 pixels to 10 digits")
    return Classifier(model)


def _about_graph(artifacts: pyio.ModelArtifacts) -> str:
    """Say what a graph model is: its nodes, its inputs and outputs, or the ops that pyio lacks."""
    try:
        model = pyio.graph_model_from_artifacts(artifacts)
    except pyio.UnknownOpsError as error:
        return f"it is a graph model with ops that pyio lacks: {', '.join(error.ops)}"
    ends = [", ".join(each.key for each in side) for side in (model.inputs, model.outputs)]
    size = repr(model).strip("<>").removeprefix("GraphModel: ")
    return f"it is a graph model ({size}) from {ends[0]} to {ends[1]}"


def _other(reason: str) -> NotADigitModelError:
    return NotADigitModelError(f"The model is whole, but it recognises no digits: {reason}.")
