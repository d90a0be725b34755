"""Results whose size depends on the values: places, differences, boxes that overlap little."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass

import numpy as np

from pyio.models.graph_models.attributes import flag, number
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.values import FLOAT, INT, Array, scalar, sized, whole


@op("Where")
def where(condition: Array) -> Array:
    """The places of all that are not 0, one row for each."""
    return np.argwhere(condition).astype(INT)


@op("ListDiff")
def list_diff(x: Array, y: Array) -> tuple[Array, Array]:
    """What x has and y has not, and its places."""
    removed = set(y.tolist())
    kept = [index for index, value in enumerate(x.tolist()) if value not in removed]
    places = np.array(kept, INT)
    return x[places], places


@dataclass(frozen=True, slots=True)
class Selection:
    """What a suppression of boxes asks for.

    `sigma` above 0 only lowers the scores of boxes that overlap, by a Gaussian of the overlap.
    """

    most: int
    overlap: float
    score: float
    sigma: float = 0.0


def suppress(boxes: Array, scores: Array, wanted: Selection) -> tuple[Array, Array]:
    """Return the boxes that are chosen and their scores, the best first, equals by number.

    As `NonMaxSuppressionV5` of TensorFlow: with a sigma, a box that was lowered is queued again.
    """
    if boxes.ndim != 2 or boxes.shape[1] != 4 or scores.shape != boxes.shape[:1]:
        raise ValueError(f"boxes of {list(boxes.shape)} and scores of {list(scores.shape)}")
    if not 0 <= wanted.overlap <= 1:
        raise ValueError(f"iou_threshold is {wanted.overlap}; expected 0 to 1")
    areas = _Areas(boxes)
    queue = [(-float(s), i, 0) for i, s in enumerate(scores.tolist()) if s > wanted.score]
    heapq.heapify(queue)
    chosen: list[int] = []
    kept: list[float] = []
    while queue and len(chosen) < wanted.most:
        negative, index, seen = heapq.heappop(queue)
        score = _lowered(-negative, areas.overlaps(index, chosen[seen:]), wanted)
        if score == -negative:
            chosen.append(index)
            kept.append(score)
        elif score > wanted.score:
            heapq.heappush(queue, (-score, index, len(chosen)))
    return np.array(chosen, INT), np.array(kept, FLOAT)


def _lowered(score: float, overlaps: list[float], wanted: Selection) -> float:
    """Return what is left of a score beside boxes that were chosen before; -inf for nothing."""
    for overlap in reversed(overlaps):
        if wanted.sigma <= 0:
            if overlap > wanted.overlap:
                return -math.inf
        else:
            weight = math.exp(-0.5 / wanted.sigma * overlap * overlap)
            score = float(np.float32(score * weight))
            if score <= wanted.score:
                return -math.inf
    return score


def suppression_work(boxes: Array, _scores: Array, most: Array, *_rest: Array) -> int:
    """Return how much each box is compared with those that were chosen before."""
    return len(boxes) * (10_000 + min(max(whole(most), 0), len(boxes)))


class _Areas:
    """Boxes with their corners in order."""

    def __init__(self, boxes: Array) -> None:
        self.low = np.minimum(boxes[:, :2], boxes[:, 2:])
        self.high = np.maximum(boxes[:, :2], boxes[:, 2:])
        sides = self.high - self.low
        self.area = sides[:, 0] * sides[:, 1]

    def overlaps(self, index: int, others: list[int]) -> list[float]:
        """Return the intersection over union of a box with others."""
        if not others:
            return []
        top = np.maximum(self.low[index], self.low[others])
        bottom = np.minimum(self.high[index], self.high[others])
        sides = np.maximum(bottom - top, 0)
        common = sides[:, 0] * sides[:, 1]
        union = self.area[index] + self.area[others] - common
        real = (self.area[index] > 0) & (self.area[others] > 0)
        found = np.where(real, common / np.where(real, union, 1), 0)
        result: list[float] = found.tolist()
        return result


@op("NonMaxSuppression", work=suppression_work, overlap=number(0.5, "iou_threshold"))
def non_max_suppression(boxes: Array, scores: Array, most: Array, *, overlap: float) -> Array:
    """The best boxes that overlap little, the overlap an attribute."""
    return suppress(boxes, scores, Selection(whole(most), overlap, -math.inf))[0]


@op("NonMaxSuppressionV2", work=suppression_work)
def non_max_suppression_v2(boxes: Array, scores: Array, most: Array, overlap: Array) -> Array:
    """The best boxes that overlap little."""
    wanted = Selection(whole(most), float(scalar(overlap)), -math.inf)
    return suppress(boxes, scores, wanted)[0]


@op("NonMaxSuppressionV3", work=suppression_work)
def non_max_suppression_v3(
    boxes: Array, scores: Array, most: Array, overlap: Array, score: Array
) -> Array:
    """The best boxes above a score that overlap little."""
    wanted = Selection(whole(most), float(scalar(overlap)), float(scalar(score)))
    return suppress(boxes, scores, wanted)[0]


def _filled(values: Array, most: int, padded: bool) -> Array:
    if not padded:
        return values
    sized([most])
    return np.pad(values, (0, most - len(values)))


@op("NonMaxSuppressionV4", work=suppression_work, padded=flag(False, "pad_to_max_output_size"))
def non_max_suppression_v4(
    boxes: Array, scores: Array, most: Array, overlap: Array, score: Array, *, padded: bool
) -> tuple[Array, Array]:
    """The best boxes above a score that overlap little, and how many there are."""
    wanted = Selection(whole(most), float(scalar(overlap)), float(scalar(score)))
    chosen, _ = suppress(boxes, scores, wanted)
    return _filled(chosen, wanted.most, padded), np.array(len(chosen), INT)


@op("NonMaxSuppressionV5", work=suppression_work, padded=flag(False, "pad_to_max_output_size"))
def non_max_suppression_v5(
    boxes: Array,
    scores: Array,
    most: Array,
    overlap: Array,
    score: Array,
    sigma: Array,
    *,
    padded: bool,
) -> tuple[Array, Array, Array]:
    """The best boxes, their scores and how many there are; overlaps may only lower scores."""
    wanted = Selection(
        whole(most), float(scalar(overlap)), float(scalar(score)), float(scalar(sigma))
    )
    chosen, kept = suppress(boxes, scores, wanted)
    count = np.array(len(chosen), INT)
    return _filled(chosen, wanted.most, padded), _filled(kept, wanted.most, padded), count
