"""Boxes of several classes, chosen for each class and put together for each image."""

from __future__ import annotations

import numpy as np

from pyio.models.graph_models.attributes import flag
from pyio.models.graph_models.ops.dynamic import Selection, suppress
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.values import FLOAT, INT, Array, scalar, sized, whole


def _work(boxes: Array, scores: Array, most: Array, *_rest: Array) -> int:
    return int(scores.size) * (10_000 + min(max(whole(most), 0), int(boxes.shape[1])))


@op(
    "CombinedNonMaxSuppression",
    work=_work,
    by_class=flag(False, "pad_per_class"),
    clip=flag(True, "clip_boxes"),
)
def combined_non_max_suppression(
    boxes: Array,
    scores: Array,
    most: Array,
    total: Array,
    overlap: Array,
    score: Array,
    *,
    by_class: bool,
    clip: bool,
) -> tuple[Array, Array, Array, Array]:
    """The best boxes of all classes of each image: boxes, scores, classes and their number.

    As ``BatchedNonMaxSuppressionOp``: boxes are (batch, number, 1 or classes, 4), and results that
    are missing are zeros.
    """
    wanted = Selection(whole(most), float(scalar(overlap)), float(scalar(score)))
    count = whole(total)
    if by_class:
        count = min(count, wanted.most * scores.shape[2])
    if boxes.shape[:2] != scores.shape[:2] or boxes.shape[2] not in {1, scores.shape[2]}:
        raise ValueError(f"boxes of {list(boxes.shape)} and scores of {list(scores.shape)}")
    sized([len(boxes), count, 4])
    found = [_best(*pair, wanted, count) for pair in zip(boxes, scores, strict=True)]
    chosen = np.zeros((len(boxes), count, 6), FLOAT)
    for image, rows in zip(chosen, found, strict=True):
        image[: len(rows)] = rows
    corners = np.clip(chosen[..., :4], 0, 1) if clip else chosen[..., :4]
    return corners, chosen[..., 4], chosen[..., 5], np.array([len(rows) for rows in found], INT)


def _best(boxes: Array, scores: Array, wanted: Selection, count: int) -> Array:
    """Return the best of one image: rows of a box, its score and its class."""
    rows = []
    for number in range(scores.shape[1]):
        candidates = boxes[:, number if boxes.shape[1] > 1 else 0]
        chosen, kept = suppress(candidates, scores[:, number], wanted)
        classes = np.full(len(chosen), number, FLOAT)
        rows.append(np.column_stack([candidates[chosen], kept, classes]))
    together = np.concatenate(rows).astype(FLOAT)
    return together[np.argsort(-together[:, 4], kind="stable")][:count]
