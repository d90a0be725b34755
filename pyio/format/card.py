"""What people need to know to use a model: labels, the input, the licence, as `ModelCard`.

It travels in ``userDefinedMetadata``, which TensorFlow.js keeps and hands on. The members are those
of Teachable Machine's ``metadata.json`` where it has them (@teachablemachine/image 0.8.5,
``custom-mobilenet.ts``: ``modelName``, ``labels``, ``imageSize``, ``grayscale``). The rest are
pyio's: ``inputRange``, ``input``, ``license``, ``author``, ``description`` and ``homepage``.

Three programs are read besides:

- Teachable Machine's audio models have ``wordLabels``.
- ml5's neural networks are saved with ``NAME_meta.json``, in which each output has a ``legend``:
  label -> one-hot vector (ml5 1.2.1, ``NeuralNetworkData.js``).
- ml5's feature extractor adds ``ml5Specs.mapStringToIndex`` to the model.json (ml5 0.12.2,
  ``FeatureExtractor/Mobilenet.js``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyio.errors import InvalidModelError
from pyio.format.json_text import loads
from pyio.format.manifest import metadata_names
from pyio.format.words import OneLine

if TYPE_CHECKING:
    from pyio.format.json_text import JSONValue

_TEXTS = {
    "name": "modelName",
    "input": "input",
    "license": "license",
    "author": "author",
    "description": "description",
    "homepage": "homepage",
}
"""Our name of a text -> the member."""

_TEACHABLE_IMAGE = "@teachablemachine/image"

_TEACHABLE_RANGE = (-1.0, 255 / 127 - 1)
"""What Teachable Machine makes of pixels from 0 to 255: it divides by 127 and subtracts 1."""

METADATA_BYTES = 1024 * 1024
"""A longer file beside a model is not looked at."""

_SHOWN = 80
"""Characters of `ModelCard.line` that labels take."""


@dataclass(frozen=True, slots=True, repr=False)
class ModelCard(OneLine):
    """What a model is for and what it takes.

    `metadata` gives the JSON object for ``user_defined_metadata``, and `from_metadata` reads it.

    Attributes:
        name: What people call the model.
        labels: What each output of a classifier stands for, in the order of the outputs.
        image_size: Height and width of the pictures that the model takes, in pixels.
        grayscale: Whether the pictures have one channel and not three.
        input_range: Lowest and highest number that a pixel or a value becomes before it goes in.
        input: What goes in, in words.
        license: Its name by SPDX, such as "CC-BY-4.0", or its text.
        author: Who made it.
        description: What it is for, in words.
        homepage: Where there is more about it.
    """

    name: str | None = None
    labels: tuple[str, ...] = ()
    image_size: int | None = None
    grayscale: bool | None = None
    input_range: tuple[float, float] | None = None
    input: str | None = None
    license: str | None = None
    author: str | None = None
    description: str | None = None
    homepage: str | None = None

    def __post_init__(self) -> None:
        for field in _TEXTS:
            value = getattr(self, field)
            if not isinstance(value, str | None):
                raise InvalidModelError(f"{field} should be a text or None, got {value!r:.80}")
        labels = self.labels
        if isinstance(labels, str) or not isinstance(labels, Sequence) or not _are_texts(labels):
            raise InvalidModelError(f"labels should be a list of texts, got {labels!r:.80}")
        object.__setattr__(self, "labels", tuple(labels))
        if self.image_size is not None and _whole(self.image_size) is None:
            raise InvalidModelError(
                f"image_size should be a number of pixels or None, got {self.image_size!r:.80}"
            )
        if self.input_range is not None and _range(self.input_range) is None:
            raise InvalidModelError(
                f"input_range should be two numbers or None, got {self.input_range!r:.80}"
            )

    def __repr__(self) -> str:
        return f"<ModelCard: {self.line or 'empty'}>"

    @property
    def line(self) -> str:
        """The card in one line, as lists of models show it; empty for an empty card."""
        labels = ", ".join(self.labels)
        if len(labels) > _SHOWN:
            labels = f"{labels[:_SHOWN]}… ({len(self.labels)} labels)"
        size = self.image_size
        channels = "" if self.grayscale is None else " gray" if self.grayscale else " colour"
        picture = "" if size is None else f"{size}×{size}{channels} pixels"
        parts = (self.name, labels, picture, self.input, self.license)
        return "; ".join(part[: 2 * _SHOWN] for part in parts if part)

    def metadata(self, further: Mapping[str, JSONValue] | None = None) -> dict[str, JSONValue]:
        """Return the JSON object that says this, with `further` members of your own."""
        members: dict[str, JSONValue] = {
            member: getattr(self, field)
            for field, member in _TEXTS.items()
            if getattr(self, field) is not None
        }
        if self.labels:
            members["labels"] = list(self.labels)
        if self.image_size is not None:
            members["imageSize"] = self.image_size
        if self.grayscale is not None:
            members["grayscale"] = self.grayscale
        if self.input_range is not None:
            members["inputRange"] = list(self.input_range)
        return {**(further or {}), **members}

    @classmethod
    def from_metadata(cls, metadata: JSONValue) -> ModelCard | None:
        """Return what ``user_defined_metadata`` says of these, or None if it says nothing.

        Members of another type are left out: the metadata is the user's, and may mean anything.
        """
        if not isinstance(metadata, Mapping):
            return None
        texts: dict[str, Any] = {
            field: metadata[member]
            for field, member in _TEXTS.items()
            if isinstance(metadata.get(member), str)
        }
        gray, made_by = metadata.get("grayscale"), metadata.get("packageName")
        usual = _TEACHABLE_RANGE if made_by == _TEACHABLE_IMAGE else None
        card = cls(
            labels=_labels(metadata),
            image_size=_whole(metadata.get("imageSize")),
            grayscale=gray if isinstance(gray, bool) else None,
            input_range=_range(metadata.get("inputRange")) or usual,
            **texts,
        )
        return None if card == cls() else card


def _labels(metadata: Mapping[str, JSONValue]) -> tuple[str, ...]:
    specs, outputs = metadata.get("ml5Specs"), metadata.get("outputs")
    listed = [metadata.get("labels"), metadata.get("wordLabels")]
    if isinstance(specs, Mapping):
        listed.append(specs.get("mapStringToIndex"))
    if isinstance(outputs, Mapping):
        listed += map(_legend, list(outputs.values())[:1])
    for labels in listed:
        if isinstance(labels, list | tuple) and labels and _are_texts(labels):
            return tuple(map(str, labels))
    return ()


def _legend(output: JSONValue) -> list[JSONValue]:
    """Return the labels of an output of ml5, each at the place that its vector has a 1."""
    legend = output.get("legend") if isinstance(output, Mapping) else None
    if not isinstance(legend, Mapping):
        return []
    places: dict[int, str] = {}
    for label, vector in legend.items():
        if not isinstance(vector, list) or vector.count(1) != 1 or len(vector) != len(legend):
            return []
        places[vector.index(1)] = label
    return [places[place] for place in sorted(places)] if len(places) == len(legend) else []


def _are_texts(values: Sequence[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _whole(value: Any) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return value if whole else None


def _range(value: Any) -> tuple[float, float] | None:
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    low, high = value
    numbers = all(isinstance(end, int | float) and not isinstance(end, bool) for end in value)
    return (low, high) if numbers and low < high else None


def metadata_of(text: bytes) -> dict[str, JSONValue] | None:
    """Return the object in a file beside a model, if Teachable Machine or ml5 has written it."""
    if len(text) > METADATA_BYTES:
        return None
    try:
        value = loads(text, "the metadata")
    except InvalidModelError:
        return None
    if not isinstance(value, dict):
        return None
    labels = value.get("labels", value.get("wordLabels"))
    teachable = isinstance(labels, list) and any(
        key in value for key in ("tfjsVersion", "packageName", "tmVersion", "modelName")
    )
    ml5 = all(isinstance(value.get(key), dict) for key in ("inputs", "outputs"))
    return value if teachable or (ml5 and "inputUnits" in value) else None


def is_metadata_name(name: str, json_name: str) -> bool:
    """Whether a file beside the json `json_name` may hold metadata, by its name."""
    return name.lower() in metadata_names(json_name.lower())
