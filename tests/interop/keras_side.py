"""What Keras does with files that pyio wrote. Runs as a program of a Python that has Keras.

For each ``name.keras`` or ``name.h5`` in a folder, ``name.npz`` has inputs x0, x1, … and pyio's
outputs y0, y1, …. With a ``target`` as well, Keras goes on with the training, and w0, w1, … are the
weights that TensorFlow.js had then. Prints one object of JSON: name -> difference or error.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax" if find_spec("jax") else "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

if __name__ == "__main__":  # before the import below, which needs a package
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", help="where the files are")
    parser.add_argument("module", choices=("keras", "tf_keras"), help="which Keras opens them")
    parser.parse_args()

import numpy as np

BATCH, EPOCHS = 4, 2
"""How the training goes on: two epochs in batches of four, not shuffled."""


def difference(found: Any, expected: Any) -> float:
    """The largest difference, in parts of the largest number or absolute below 1."""
    found, expected = np.asarray(found), np.asarray(expected)
    if found.shape != expected.shape:
        raise ValueError(f"shape {found.shape} instead of {expected.shape}")
    scale = max(1.0, float(np.abs(expected).max(initial=0)))
    return float(np.abs(found.astype(float) - expected).max(initial=0)) / scale


def numbered(data: Any, letter: str) -> list[Any]:
    return [data[f"{letter}{index}"] for index in range(len(data)) if f"{letter}{index}" in data]


def as_text(array: Any) -> Any:
    """Text as Keras takes it; only its layers of TensorFlow do."""
    import tensorflow as tf

    return tf.constant(array)


def about(keras: Any, path: Path) -> dict[str, Any]:
    """Load a file with Keras and compare."""
    data = np.load(path.with_suffix(".npz"))
    model = keras.models.load_model(path)
    inputs = [as_text(x) if x.dtype.kind == "U" else x for x in numbered(data, "x")]
    fixed = model.inputs[0].shape[0]
    outputs = model.predict(
        inputs if len(inputs) > 1 else inputs[0], batch_size=fixed or 32, verbose=0
    )
    listed = outputs if isinstance(outputs, list | tuple) else [outputs]
    expected = numbered(data, "y")
    result: dict[str, Any] = {"outputs": len(listed) == len(expected)}
    result["predict"] = max(map(difference, listed, expected))
    if "target" in data:
        model.fit(
            inputs[0], data["target"], batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0
        )
        result["train"] = max(map(difference, model.get_weights(), numbered(data, "w")))
    return result


def main() -> None:
    """Print what became of every file of the folder."""
    folder, module = Path(sys.argv[1]), sys.argv[2]
    warnings.simplefilter("ignore")
    if module == "tf_keras":
        import tf_keras as keras
    else:
        import keras
    found: dict[str, Any] = {}
    ending = ".h5" if module == "tf_keras" else ".keras"
    for path in sorted(folder.glob(f"*{ending}")):
        try:
            found[path.stem] = about(keras, path)
        except Exception as error:  # noqa: BLE001 - the test shows all of them at once
            found[path.stem] = {"error": f"{type(error).__name__}: {error}"[:2000]}
    print(json.dumps({"version": keras.__version__, "found": found}))


if __name__ == "__main__":
    main()
