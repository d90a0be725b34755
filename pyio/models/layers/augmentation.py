"""Layers of Keras that act in training only; predictions pass unchanged.

TensorFlow.js does not have these classes, so it cannot open a model with one. They keep all their
settings, which they do not look at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from pyio.errors import InvalidModelError
from pyio.models.core.config import COMMON
from pyio.models.core.layer import Array, Layer
from pyio.models.core.phase import training_phase

if TYPE_CHECKING:
    from collections.abc import Mapping


class Passing(Layer):
    """A layer that passes its input when predicting: any shape, any dtype."""

    settings: tuple[str, ...] = ()
    """The settings that may be given without their names, in order."""

    supports_masking = True

    unlike_keras: ClassVar[bool] = True
    """Whether training passes the input as well, although Keras would change it."""

    def __init__(self, *args: Any, **config: Any) -> None:
        if len(args) > len(self.settings):
            raise InvalidModelError(
                f"{self.class_name} takes {len(self.settings)} arguments without their names, "
                f"{len(args)} were given"
            )
        config |= dict(zip(self.settings, args, strict=False))
        common = {key: config[key] for key in COMMON if key in config}
        super().__init__(**common)
        self.supports_masking = not config.get("ignores_mask")  # as in Keras 2
        self.config = {key: value for key, value in config.items() if key not in COMMON}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Return the layer with all its settings, known or not."""
        return cls(**config)

    def get_config(self) -> dict[str, Any]:
        """Return the config as it was read."""
        return {**self.common_config(), **self.config}

    def call(self, x: Array) -> Array:
        """Return the input."""
        return x


class Identity(Passing):
    """Passes its input, always."""

    unlike_keras = False


class ActivityRegularization(Passing):
    """Adds a penalty for large values to the loss in training; predictions pass unchanged."""

    settings = ("l1", "l2")
    unlike_keras = False

    @property
    def activity_regularizer(self) -> dict[str, Any]:
        """The regularizer of the output, as other layers have it as an option."""
        penalties = {key: self.config.get(key) or 0 for key in ("l1", "l2")}
        return {"class_name": "L1L2", "config": penalties}


class _SpatialDropout(Passing):
    settings = ("rate",)
    unlike_keras = False

    @property
    def seed(self) -> Any:
        """What makes training repeatable."""
        return self.config.get("seed")

    def call(self, x: Array) -> Array:
        """Return the input, in training with whole channels dropped."""
        phase, rate = training_phase(), self.config.get("rate", 0)
        if phase is None or not 0 < rate < 1:
            return x
        space = [1] * (x.ndim - 2)
        first = self.config.get("data_format") == "channels_first"
        sides = [x.shape[1], *space] if first else [*space, x.shape[-1]]
        return x * phase.kept(self, [x.shape[0], *sides], rate)


class SpatialDropout2D(_SpatialDropout):
    """Drops whole channels of images in training; predictions pass unchanged."""


class SpatialDropout3D(_SpatialDropout):
    """Drops whole channels of volumes in training; predictions pass unchanged."""


class AugMix(Passing):
    """Mixes images with changed copies of themselves in training; predictions pass unchanged."""


class CutMix(Passing):
    """Puts parts of images into others in training; predictions pass unchanged."""

    settings = ("factor",)


class MixUp(Passing):
    """Mixes images with others in training; predictions pass unchanged."""

    settings = ("alpha",)


class RandAugment(Passing):
    """Changes images in several ways in training; predictions pass unchanged."""


class RandomBrightness(Passing):
    """Changes the brightness of images in training; predictions pass unchanged."""

    settings = ("factor",)


class RandomColorDegeneration(Passing):
    """Makes images grayer in training; predictions pass unchanged."""

    settings = ("factor",)


class RandomColorJitter(Passing):
    """Changes the colours of images in training; predictions pass unchanged."""


class RandomContrast(Passing):
    """Changes the contrast of images in training; predictions pass unchanged."""

    settings = ("factor",)


class RandomElasticTransform(Passing):
    """Distorts images in training; predictions pass unchanged."""

    settings = ("factor",)


class RandomErasing(Passing):
    """Erases parts of images in training; predictions pass unchanged."""

    settings = ("factor",)


class RandomFlip(Passing):
    """Mirrors images in training; predictions pass unchanged."""

    settings = ("mode",)


class RandomGaussianBlur(Passing):
    """Blurs images in training; predictions pass unchanged."""

    settings = ("factor",)


class RandomGrayscale(Passing):
    """Makes images gray in training; predictions pass unchanged."""

    settings = ("factor",)


class RandomHeight(Passing):
    """Changes the height of images in training; predictions pass unchanged."""

    settings = ("factor",)


class RandomHue(Passing):
    """Changes the hue of images in training; predictions pass unchanged."""

    settings = ("factor",)


class RandomInvert(Passing):
    """Inverts images in training; predictions pass unchanged."""

    settings = ("factor",)


class RandomPerspective(Passing):
    """Tilts images in training; predictions pass unchanged."""

    settings = ("factor",)


class RandomPosterization(Passing):
    """Takes colours from images in training; predictions pass unchanged."""

    settings = ("factor",)


class RandomRotation(Passing):
    """Turns images in training; predictions pass unchanged."""

    settings = ("factor",)


class RandomSaturation(Passing):
    """Changes the saturation of images in training; predictions pass unchanged."""

    settings = ("factor",)


class RandomSharpness(Passing):
    """Changes the sharpness of images in training; predictions pass unchanged."""

    settings = ("factor",)


class RandomShear(Passing):
    """Slants images in training; predictions pass unchanged."""

    settings = ("x_factor", "y_factor")


class RandomTranslation(Passing):
    """Moves images in training; predictions pass unchanged."""

    settings = ("height_factor", "width_factor")


class RandomZoom(Passing):
    """Enlarges or shrinks images in training; predictions pass unchanged."""

    settings = ("height_factor", "width_factor")
