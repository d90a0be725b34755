"""Teaching a model a person's own hand: the drawings, and the training with them. No browser.

A network that sees only new digits forgets the old ones. So it is trained with both: variations of
each drawing, and the page's samples again and again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from math import cos, sin
from typing import TYPE_CHECKING, Any

import numpy as np

import pyio
from web.page.sight import DIGITS, Drawing, digit_classifier_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from numpy.typing import NDArray

    from web.page.digits import Stroke
    from web.page.sight import Classifier

    Array = NDArray[Any]
    Told = Callable[["Progress"], Awaitable[None]]

FEWEST = 5
"""Drawings that are needed before a training."""

VARIATIONS = 12
"""How often a drawing is shown in each epoch: as it is, and turned, slanted and stretched."""

EPOCHS = 15
BATCH = 16
RATE = 0.002
"""Learning rate. With 0.005 old digits are forgotten, with 0.001 new ones take too long."""


@dataclass(frozen=True, slots=True)
class Score:
    """How many of the drawings and of the page's samples a model recognises."""

    drawings: int
    samples: int


@dataclass(frozen=True, slots=True)
class Progress:
    """An epoch that has ended: its number from 1, of how many, and what the model knows now."""

    epoch: int
    epochs: int
    score: Score


@dataclass(slots=True)
class Lessons:
    """The drawings of a person, each with the digit that it means."""

    drawings: list[tuple[list[Stroke], int]] = field(default_factory=list)

    def add(self, strokes: Sequence[Stroke], digit: int) -> None:
        """Keep a drawing."""
        self.drawings.append(([list(stroke) for stroke in strokes], digit))

    def forget_last(self) -> None:
        """Drop the drawing that was kept last, if there is one."""
        del self.drawings[-1:]

    @property
    def counts(self) -> list[int]:
        """How many drawings there are of each digit."""
        found = Counter(digit for _, digit in self.drawings)
        return [found[digit] for digit in range(DIGITS)]

    @property
    def lacking(self) -> int:
        """How many more drawings a training needs."""
        return max(0, FEWEST - len(self.drawings))


async def teach(
    artifacts: pyio.ModelArtifacts,
    lessons: Lessons,
    samples: Sequence[Sequence[Sequence[int]]],
    told: Told,
    seed: int = 0,
) -> pyio.ModelArtifacts:
    """Train a copy of a model with drawings and samples, and return what it has become.

    Args:
        artifacts: A model of layers with ten outputs that are probabilities.
        lessons: The drawings.
        samples: For each digit the 64 pixels of some examples, which are trained again.
        told: Called after each epoch.
        seed: Of the variations and of the order of training.

    Raises InvalidModelError for a model that cannot be trained. The given model does not change.
    """
    model = pyio.model_from_artifacts(artifacts)
    classifier = digit_classifier_of(artifacts, model)
    x, y = _examples(classifier, lessons, samples, np.random.default_rng(seed))
    model.compile(pyio.optimizers.adam(RATE), "categorical_crossentropy", ["accuracy"])
    score = Score(0, 0)

    async def after(epoch: int, _logs: Any) -> None:
        nonlocal score
        score = scored(classifier, lessons, samples)
        await told(Progress(epoch + 1, EPOCHS, score))

    await model.fit(
        x, y, epochs=EPOCHS, batch_size=BATCH, seed=seed, callbacks=[after], progress=False
    )
    model.user_defined_metadata = _metadata(artifacts.user_defined_metadata, lessons, score)
    return pyio.model_to_artifacts(model)


def scored(
    classifier: Classifier, lessons: Lessons, samples: Sequence[Sequence[Sequence[int]]]
) -> Score:
    """Return how many of the drawings and samples a model recognises."""
    drawn = [(Drawing(strokes), digit) for strokes, digit in lessons.drawings]
    shown = [(Drawing(sample=one), digit) for digit in range(DIGITS) for one in samples[digit]]
    return Score(_right(classifier, drawn), _right(classifier, shown))


def _right(classifier: Classifier, known: Sequence[tuple[Drawing, int]]) -> int:
    if not known:
        return 0
    x = np.concatenate([classifier.sight.example(drawing) for drawing, _ in known])
    found = np.asarray(classifier.model.predict(x)).reshape(len(known), -1).argmax(axis=1)
    return int(sum(int(a) == b for a, (_, b) in zip(found, known, strict=True)))


def _examples(
    classifier: Classifier,
    lessons: Lessons,
    samples: Sequence[Sequence[Sequence[int]]],
    random: np.random.Generator,
) -> tuple[Array, Array]:
    """Return pictures and their digits, one-hot: as many of drawings as of samples, or more."""
    pictures, digits = [], []
    for strokes, digit in lessons.drawings:
        for number in range(VARIATIONS):
            seen = varied(strokes, random) if number else strokes
            pictures.append(classifier.sight.example(Drawing(seen)))
            digits.append(digit)
    known = [(one, digit) for digit in range(DIGITS) for one in samples[digit]]
    times = max(1, len(digits) // max(1, len(known)))
    for one, digit in known:
        pictures += [classifier.sight.example(Drawing(sample=one))] * times
        digits += [digit] * times
    return np.concatenate(pictures), np.eye(DIGITS, dtype=np.float32)[digits]


def varied(strokes: Sequence[Stroke], random: np.random.Generator) -> list[Stroke]:
    """Return a drawing turned by up to 9 degrees, slanted and stretched a little."""
    angle, slant, width = random.uniform((-0.15, -0.2, 0.8), (0.15, 0.2, 1.2))
    a, b = cos(angle) * width, -sin(angle) + slant
    c, d = sin(angle) * width, cos(angle)
    return [[(a * x + b * y, c * x + d * y) for x, y in stroke] for stroke in strokes]


def _metadata(known: Any, lessons: Lessons, score: Score) -> dict[str, Any]:
    """Return the old metadata, without what is no longer true, and what was taught."""
    kept = dict(known) if isinstance(known, dict) else {}
    for stale in ("testAccuracy", "testData"):
        kept.pop(stale, None)
    taught = {
        "drawings": len(lessons.drawings),
        "right": score.drawings,
        "digits": {str(digit): count for digit, count in enumerate(lessons.counts) if count},
    }
    return kept | {"taught": taught}
