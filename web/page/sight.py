"""How a model sees a drawing: which models can, and with which numbers. No browser."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

import pyio
from web.page.digits import SIDE, image_of, picture_of, resized

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from web.page.digits import Stroke

    Array = NDArray[Any]
    AnyModel = pyio.LayersModel | pyio.GraphModel

DIGITS = 10
LARGEST = 512
"""Pixels of a side. A drawing of more would only be larger."""


class NotADigitModelError(Exception):
    """The model is whole, but it does not classify digits."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is on the paper: strokes, or the 64 pixels (0 to 16) of a sample."""

    strokes: Sequence[Stroke] = ()
    sample: Sequence[int] | None = None

    def __bool__(self) -> bool:
        return bool(self.strokes) or self.sample is not None

    def pixels(self) -> list[float]:
        """Return 64 numbers of 0 to 16, as the page's own model takes them."""
        if self.sample is not None:
            return [float(pixel) for pixel in self.sample]
        return [float(pixel) for pixel in image_of(self.strokes)]

    def picture(self, height: int, width: int) -> Array:
        """Return (height, width) numbers, 0 for paper and 1 for ink."""
        if self.sample is None and (height, width) != (SIDE, SIDE):
            return picture_of(self.strokes, height, width)
        small = np.array(self.pixels()).reshape(SIDE, SIDE) / 16
        return small if (height, width) == (SIDE, SIDE) else resized(small, height, width)


@dataclass(frozen=True, slots=True)
class Sight:
    """The picture that a model takes: its sides, the shape of an example, and what a pixel is.

    The pixels go from the first number of `span`, which is black in pictures with colours and paper
    in others, to the second.
    """

    height: int
    width: int
    shape: tuple[int, ...]
    span: tuple[float, float] = (0, 1)

    def example(self, drawing: Drawing) -> Array:
        """Return `drawing` as a batch of one, float32."""
        picture = drawing.picture(self.height, self.width)
        if len(self.shape) == 3 and self.shape[2] != 1:  # colours: black ink on white paper
            picture = np.repeat(1 - picture[..., None], self.shape[2], axis=2)
        low, high = self.span
        picture = low + (high - low) * picture
        return picture.reshape(1, *self.shape).astype(np.float32)

    @property
    def words(self) -> str:
        """The picture in words."""
        sides = f"{self.height} × {self.width}"
        return f"{sides} pixels" if math.prod(self.shape[2:]) == 1 else f"{sides} pixels in colour"


@dataclass(frozen=True, slots=True)
class Classifier:
    """A model of one picture, and what its outputs stand for."""

    model: AnyModel
    sight: Sight
    labels: tuple[str, ...]

    @property
    def is_of_digits(self) -> bool:
        """Whether it gives one number for each digit."""
        return len(self.labels) == DIGITS

    def outputs(self, drawing: Drawing) -> Array:
        """Return one number for each label, whatever its meaning is."""
        result = np.asarray(self.model.predict(self.sight.example(drawing)))
        if result.size != len(self.labels):
            raise pyio.ModelInputError(
                f"the model gave {result.size:,} numbers and not {len(self.labels):,}"
            )
        return result.reshape(-1)

    def probabilities(self, drawing: Drawing) -> Array:
        """Return one probability for each label: logits become probabilities by softmax."""
        values = self.outputs(drawing).astype(np.float64)
        if values.min() >= 0 and abs(values.sum() - 1) < 1e-3:
            return values
        powers = np.exp(values - values.max())
        found: Array = powers / powers.sum()
        return found


def model_of(artifacts: pyio.ModelArtifacts) -> AnyModel:
    """Return the model that `artifacts` describe. Raises the errors of pyio."""
    topology = artifacts.model_topology
    is_graph = isinstance(topology, dict) and "node" in topology
    return (pyio.graph_model_from_artifacts if is_graph else pyio.model_from_artifacts)(artifacts)


def classifier_of(artifacts: pyio.ModelArtifacts, model: AnyModel | None = None) -> Classifier:
    """Return the classifier that `artifacts` describe.

    Raises NotADigitModelError for a model that takes no picture, PyioError for one that cannot be
    built.
    """
    try:
        model = model or model_of(artifacts)
    except pyio.WeightsError:
        raise
    except pyio.InvalidModelError as error:
        raise _other("it is not made of layers that this page can compute") from error
    card = pyio.ModelCard.from_metadata(artifacts.user_defined_metadata)
    span = card.input_range if card and card.input_range else (0, 1)
    sight, count = sight_of(model, span), _outputs_of(model)
    if sight is None:
        raise _other("its input is no picture")
    if count is None:
        raise _other("its output is not one row of numbers")
    return Classifier(model, sight, labels_of(artifacts.user_defined_metadata, count))


def digit_classifier_of(
    artifacts: pyio.ModelArtifacts, model: AnyModel | None = None
) -> Classifier:
    """Return the classifier, which has ten outputs. Raises as `classifier_of` does."""
    classifier = classifier_of(artifacts, model)
    if not classifier.is_of_digits:
        raise _other(f"it has {len(classifier.labels):,} outputs and not ten")
    return classifier


def sight_of(model: AnyModel, span: tuple[float, float] = (0, 1)) -> Sight | None:
    """Return the picture that a model takes: (n), (h, w), (h, w, 1) or (h, w, 3); or None."""
    if len(model.inputs) != 1 or model.inputs[0].shape is None:
        return None
    _, *sides = model.inputs[0].shape or (None,)
    if any(side is None for side in sides):
        return None
    shape = tuple(int(side or 0) for side in sides)
    if len(shape) == 1:
        side = math.isqrt(shape[0])
        height, width = (side, side) if side * side == shape[0] else (0, 0)
    elif len(shape) == 2 or (len(shape) == 3 and shape[2] in (1, 3)):
        height, width = shape[:2]
    else:
        return None
    return Sight(height, width, shape, span) if 4 <= min(height, width) <= LARGEST else None


def _outputs_of(model: AnyModel) -> int | None:
    if len(model.outputs) != 1 or model.outputs[0].shape is None:
        return None
    sides = [side for side in model.outputs[0].shape[1:] if side != 1]
    return sides[0] if len(sides) == 1 and sides[0] is not None else None


def labels_of(metadata: Any, count: int) -> tuple[str, ...]:
    """Return a name for each output: those that travel with the model, or else numbers."""
    names = named_outputs(metadata)
    return tuple(name[:60] for name in names) if len(names) == count else _numbers(count)


def named_outputs(metadata: Any) -> tuple[str, ...]:
    """Return the names of outputs that travel with a model, in their order; none if it has none."""
    card = pyio.ModelCard.from_metadata(metadata)
    if card and card.labels:
        return card.labels
    own = metadata.get("classes") if isinstance(metadata, dict) else None  # the page's own model
    return tuple(map(str, own)) if isinstance(own, list) else ()


def _numbers(count: int) -> tuple[str, ...]:
    return tuple(map(str, range(count)))


def _other(reason: str) -> NotADigitModelError:
    return NotADigitModelError(f"the model is whole, but it recognises no digits: {reason}")
