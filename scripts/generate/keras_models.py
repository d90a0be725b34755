"""Write the Keras 3 models that the tests read: ``python3 scripts/generate/keras_models.py``.

Makes an environment with Keras and JAX; the tests only need ``tests/unit/models/keras3.json``.
Each model has its topology, its weights under Keras's own paths, an input and a prediction.
"""
# mypy: ignore-errors

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from scripts.support.environment import enter

if __name__ == "__main__":  # before the imports below, which need the environment
    argparse.ArgumentParser(description=__doc__.partition("\n")[0]).parse_args()
    enter("keras", "jax", folder=ROOT / ".venv-keras")

import numpy as np

os.environ["KERAS_BACKEND"] = "jax"
import keras
from keras import layers

TARGET = ROOT / "tests/unit/models/keras3.json"


def floats(*shape, seed=0):
    """Numbers that are the same in every run, short as text."""
    return np.random.default_rng(seed).uniform(-1, 1, shape).round(3).astype(np.float32)


def models():
    """Yield name, model and inputs."""
    yield (
        "stack",
        keras.Sequential(
            [
                keras.Input((6, 6, 2)),
                layers.Conv2D(
                    3, 2, activation="silu", kernel_regularizer=keras.regularizers.L2(0.1)
                ),
                layers.BatchNormalization(),
                layers.LeakyReLU(negative_slope=0.2),
                layers.SeparableConv2D(3, 2, depth_multiplier=2, padding="same"),
                layers.DepthwiseConv2D(2, dilation_rate=2),
                layers.ReLU(max_value=2, negative_slope=0.1, threshold=0.1),
                layers.MaxPooling2D(2),
                layers.Flatten(),
                layers.Dropout(0.3),
                layers.Dense(3, activation="softmax", bias_regularizer="l1"),
            ]
        ),
        [floats(2, 6, 6, 2)],
    )
    yield "built_later", _built_later(), [floats(2, 4)]
    a, b = keras.Input((4,), name="a"), keras.Input((3,), name="b")
    shared = layers.Dense(3, name="shared")
    merged = layers.Concatenate()([shared(a), b, shared(layers.Dense(4)(b))])
    ends = [layers.Dense(2)(merged), layers.Add()([shared(a), b])]
    yield "functional", keras.Model([a, b], ends), [floats(2, 4), floats(2, 3, seed=1)]
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(4, activation="relu")], name="inner")
    x, y = keras.Input((4,)), keras.Input((4,))
    deep = keras.Sequential([keras.Input((4,)), layers.Dense(4, activation="tanh")], name="deep")
    pair = keras.Model([x, y], [layers.Add()([x, deep(y)]), deep(deep(x))], name="pair")
    start = keras.Input((4,))
    one, two = pair([inner(start), start])
    three, _ = pair([start, two])
    yield "nested", keras.Model(start, layers.Multiply()([one, inner(two), three])), [floats(2, 4)]
    yield (
        "recurrent",
        keras.Sequential(
            [
                keras.Input((5, 3)),
                layers.Masking(),
                layers.Bidirectional(layers.LSTM(2, return_sequences=True)),
                layers.GRU(3, return_sequences=True),
                layers.TimeDistributed(layers.Dense(2)),
                layers.LayerNormalization(),
                layers.RNN([layers.LSTMCell(2), layers.GRUCell(2, reset_after=False)]),
            ]
        ),
        [floats(2, 5, 3) * np.array([[1, 0, 1, 1, 0], [1, 1, 1, 0, 1]], np.float32)[..., None]],
    )
    words = keras.Input((4,), dtype="int32")
    embedded = layers.Embedding(7, 3, mask_zero=True)(words)
    yield (
        "words",
        keras.Model(words, layers.SimpleRNN(2)(embedded)),
        [np.array([[1, 0, 3, 6], [2, 5, 0, 0]], np.int32)],
    )
    source, target = keras.Input((None, 2)), keras.Input((None, 3))
    _, h, c = layers.LSTM(2, return_state=True)(source)
    decoded = layers.LSTM(2, return_sequences=True)(target, initial_state=[h, c])
    yield (
        "translation",
        keras.Model([source, target], decoded),
        [
            floats(2, 3, 2),
            floats(2, 2, 3, seed=1),
        ],
    )
    film = keras.Input((3, 4, 4, 1))
    yield (
        "film",
        keras.Model(film, layers.ConvLSTM2D(2, 2, unit_forget_bias=True)(film)),
        [floats(2, 3, 4, 4, 1)],
    )
    left, right = keras.Input((3, 2)), keras.Input((4, 2))
    seen = layers.Dot(axes=(2, 2), normalize=True)([left, right])
    yield (
        "attention",
        keras.Model([left, right], layers.Softmax()(seen)),
        [
            floats(2, 3, 2),
            floats(2, 4, 2, seed=1),
        ],
    )


def _built_later():
    model = keras.Sequential([layers.Dense(3, activation="gelu"), layers.Dense(1)])
    model.build((None, 4))
    return model


def main() -> None:
    """Write the file."""
    found = {}
    for name, model, inputs in models():
        for number, variable in enumerate(model.weights):
            values = floats(*variable.shape, seed=number + 5)
            variable.assign(np.abs(values) + 0.5 if "variance" in variable.path else values)
        outputs = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
        listed = outputs if isinstance(outputs, list) else [outputs]
        found[name] = {
            "topology": model.to_json(),
            "weights": {v.path: np.asarray(v).tolist() for v in model.weights},
            "inputs": [x.tolist() for x in inputs],
            "outputs": [np.asarray(y).tolist() for y in listed],
        }
    TARGET.write_text(json.dumps(found, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
