"""Train the digit classifier of the demo page and write it as a TensorFlow.js model.

``python3 scripts/generate/train_digits.py`` makes an environment with scikit-learn and writes
``model.json``, ``model.weights.bin`` and ``examples.json``: digits that were not used in training,
as input for the page and the tests.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from scripts.support.environment import enter, group

if __name__ == "__main__":  # before the imports below, which need the environment
    _parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    _parser.add_argument("--output", type=Path, default=ROOT / "web/model", help="a folder")
    OPTIONS = _parser.parse_args()
    enter("-e", str(ROOT), *group("train"), folder=ROOT / ".venv-train")

import numpy as np
import sklearn
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

import pyio
from pyio.format.artifacts import ModelArtifacts
from pyio.format.json_text import dumps, loads
from pyio.format.serialized import get_model_json
from pyio.tensors.encoding import encode_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pyio.format.json_text import JSONValue

    Array = NDArray[np.float64]

LAYERS = {"hidden_1": 128, "hidden_2": 64, "probabilities": 10}
"""Layer name -> units; relu, and softmax for the last."""

EPOCHS = 300
SEED = 1
SIDE = 8
"""Height and width of an image in pixels."""


def main(folder: Path) -> None:
    """Train, report the accuracy on held-out digits, and write the model to `folder`."""
    pixels, labels = load_digits(return_X_y=True)
    train_x, test_x, train_y, test_y = train_test_split(
        pixels, labels, test_size=0.2, random_state=SEED, stratify=labels
    )
    classifier = train(train_x / 16, train_y)
    accuracy = float(classifier.score(test_x / 16, test_y))
    artifacts = to_artifacts(classifier, accuracy, len(test_y))
    folder.mkdir(parents=True, exist_ok=True)
    model_json = get_model_json(artifacts, ["./model.weights.bin"])
    (folder / "model.json").write_text(model_json, encoding="utf-8")
    (folder / "model.weights.bin").write_bytes(b"".join(artifacts.weight_data or ()))
    (folder / "examples.json").write_text(examples(test_x, test_y), encoding="utf-8")
    print(f"{accuracy:.2%} of {len(test_y)} held-out digits; {artifacts.weight_data_bytes:,} bytes")


def train(images: Array, labels: NDArray[np.int64]) -> Any:
    """Return an MLPClassifier fitted to `images` (n, 64) of 0..1, varied anew in every epoch."""
    random = np.random.default_rng(SEED)
    classifier = MLPClassifier(
        tuple(LAYERS.values())[:-1], batch_size=128, alpha=1e-3, random_state=SEED
    )
    for epoch in range(1, EPOCHS + 1):
        varied = np.concatenate([images, vary(images, random), vary(images, random)])
        classifier.partial_fit(varied, np.tile(labels, 3), classes=range(10))
        if epoch % 50 == 0:
            print(f"epoch {epoch} of {EPOCHS}: loss {classifier.loss_:.4f}", flush=True)
    return classifier


def vary(images: Array, random: np.random.Generator) -> Array:
    """Return random variations of `images` (n, 64), so that other handwritings are recognised too.

    Each is turned by up to 11 degrees, scaled by 0.65 to 1.1, slanted, and moved by up to a pixel.
    Then it is blurred a little and given another contrast.
    """
    count = len(images)
    angle, slant = random.uniform(-0.2, 0.2, (2, count))
    height, width = random.uniform(0.65, 1.1, (2, count))
    cos, sin = np.cos(angle), np.sin(angle)
    matrices = np.array([[cos / height, -sin / height], [sin / width + slant, cos / width]])
    moved = _sample(images.reshape(-1, SIDE, SIDE), matrices.transpose(2, 0, 1), random)
    around = np.pad(moved, ((0, 0), (1, 1), (1, 1)))
    rows = (around[:, :-2] + 2 * around[:, 1:-1] + around[:, 2:]) / 4
    blurred = (rows[:, :, :-2] + 2 * rows[:, :, 1:-1] + rows[:, :, 2:]) / 4
    mixed = moved + random.uniform(0, 0.4, (count, 1, 1)) * (blurred - moved)
    bright = np.clip(mixed * random.uniform(0.8, 1.4, (count, 1, 1)), 0, 1)
    varied: Array = bright ** random.uniform(0.6, 1.5, (count, 1, 1))
    return varied.reshape(count, -1)


def _sample(images: Array, matrices: Array, random: np.random.Generator) -> Array:
    """Return `images` (n, 8, 8) seen through `matrices` (n, 2, 2) and a shift, interpolated."""
    centre = (SIDE - 1) / 2
    grid = np.stack(np.meshgrid(*2 * [np.arange(SIDE) - centre], indexing="ij")).reshape(2, -1)
    shift = random.uniform(-1, 1, (len(images), 2, 1))
    places = np.clip(matrices @ grid + shift + centre + 1, 0, SIDE + 0.999)
    row, column = places.astype(int).transpose(1, 0, 2)
    down, right = (places % 1).transpose(1, 0, 2)
    edged, image = np.pad(images, ((0, 0), (1, 1), (1, 1))), np.arange(len(images))[:, None]
    upper = edged[image, row, column] * (1 - right) + edged[image, row, column + 1] * right
    lower = edged[image, row + 1, column] * (1 - right) + edged[image, row + 1, column + 1] * right
    result: Array = (upper * (1 - down) + lower * down).reshape(images.shape)
    return result


def to_artifacts(classifier: Any, accuracy: float, tested: int) -> ModelArtifacts:
    """Return `classifier` as the artifacts of a TensorFlow.js layers model."""
    tensors: dict[str, NDArray[np.float32]] = {}
    for name, kernel, bias in zip(LAYERS, classifier.coefs_, classifier.intercepts_, strict=True):
        tensors |= {f"{name}/kernel": kernel.astype("<f4"), f"{name}/bias": bias.astype("<f4")}
    weights = encode_weights(tensors)
    return ModelArtifacts(
        model_topology=topology(),
        weight_specs=weights.specs,
        weight_data=weights.data,
        format="layers-model",
        generated_by=f"scikit-learn {sklearn.__version__}",
        converted_by="pyio scripts/train_digits.py",  # as in the committed file
        user_defined_metadata={
            "classes": [str(digit) for digit in range(10)],
            "input": "64 numbers: an image of 8 rows of 8 pixels from the top left, 0 is paper and "
            "1 is ink, with the digit in the middle and about as high as the image",
            "testAccuracy": round(accuracy, 4),
            "testData": f"{tested} images held out from training, by the same writers",
            "trainingData": "Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, "
            "UCI Machine Learning Repository, as scikit-learn bundles it",
        },
    )


def topology() -> JSONValue:
    """Return the topology of the network that `train` fits."""
    first, second, last = LAYERS.items()
    model = pyio.Sequential(
        [
            pyio.layers.Dense(
                first[1], activation="relu", name=first[0], input_shape=(SIDE * SIDE,)
            ),
            pyio.layers.Dense(second[1], activation="relu", name=second[0]),
            pyio.layers.Dense(last[1], activation="softmax", name=last[0]),
        ],
        name="digits",
    )
    return loads(model.to_json(), "topology")


def examples(pixels: Array, labels: NDArray[np.int64]) -> str:
    """Return the first two images of each digit as JSON, one to a line; pixels are 0..16."""
    chosen = [index for digit in range(10) for index in np.flatnonzero(labels == digit)[:2]]
    lines = [
        dumps({"pixels": pixels[index].astype(int).tolist(), "label": int(labels[index])})
        for index in chosen
    ]
    return "[\n" + ",\n".join(lines) + "\n]\n"


if __name__ == "__main__":
    main(OPTIONS.output)
