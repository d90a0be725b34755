"""Runs inside the page: opens, runs and writes models that JSON describes, for test_models.py."""

from __future__ import annotations

import base64
import warnings
from typing import Any

import numpy as np

import pyio
from pyio.format.artifacts import ModelArtifacts
from pyio.format.json_text import dumps
from pyio.format.specs import specs_from_json, specs_to_json
from pyio.models.core.names import to_snake_case


def artifacts_from(value: Any) -> ModelArtifacts:
    """Artifacts from the JSON of models.js."""
    return ModelArtifacts(
        model_topology=value["topology"],
        weight_specs=specs_from_json(value["specs"]),
        weight_data=(memoryview(base64.b64decode(value["data"])),),
        training_config=value.get("trainingConfig"),
    )


def artifacts_to(artifacts: ModelArtifacts) -> dict[str, Any]:
    """Artifacts as JSON for models.js."""
    assert artifacts.weight_specs is not None
    assert artifacts.weight_data is not None
    return {
        "topology": artifacts.model_topology,
        "specs": specs_to_json(artifacts.weight_specs),
        "data": base64.b64encode(b"".join(artifacts.weight_data)).decode(),
        "trainingConfig": artifacts.training_config,
    }


def tensor(value: Any) -> Any:
    """An array from its shape, dtype and values."""
    return np.array(value["data"], value["dtype"]).reshape(value["shape"])


def described(array: Any) -> dict[str, Any]:
    """The shape and the values of an array."""
    return {"shape": list(array.shape), "dtype": str(array.dtype), "data": array.ravel().tolist()}


def predictions(model: Any, inputs: list[Any]) -> list[Any]:
    """The predictions of the model; twice if it keeps a state."""
    arrays = [tensor(value) for value in inputs]
    results: list[Any] = []
    for _ in range(2 if model.stateful else 1):
        result = model.predict(arrays, batch_size=len(arrays[0]))
        results += result if isinstance(result, list) else [result]
    return [described(array) for array in results]


def packed(model: Any) -> dict[str, Any]:
    """The model's artifacts; warnings about TensorFlow.js are ignored here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pyio.CompatibilityWarning)
        return artifacts_to(pyio.model_to_artifacts(model))


def reopen(value: Any) -> dict[str, Any]:
    """Open a model of TensorFlow.js, predict with it, and write it again."""
    model = pyio.model_from_artifacts(artifacts_from(value["artifacts"]))
    return {
        "text": model.to_json(),
        "outputs": predictions(model, value["inputs"]),
        "artifacts": packed(model),
    }


def default_configs(required: list[Any]) -> list[str]:
    """The config of each layer class, made with only the required arguments."""
    texts = []
    for class_name, options in required:
        arguments = {to_snake_case(key): value for key, value in options.items()}
        layer = getattr(pyio.layers, class_name)(**arguments, name="it")
        texts.append(dumps(layer.get_config()))
    return texts


def retrain(value: Any) -> dict[str, Any]:
    """Open a trained model of TensorFlow.js, evaluate it, and write it again with its optimizer."""
    model = pyio.model_from_artifacts(artifacts_from(value["artifacts"]))
    evaluated = model.evaluate(tensor(value["x"]), tensor(value["y"]), batch_size=3)
    artifacts = pyio.model_to_artifacts(model, include_optimizer=True)
    without = pyio.model_to_artifacts(model)
    return {
        "artifacts": artifacts_to(artifacts),
        "training": dumps(artifacts.training_config),
        "evaluated": evaluated,
        "without": [spec.group for spec in without.weight_specs or ()],
        "no_training": without.training_config,
    }


def evaluate_all(found: list[Any]) -> list[dict[str, Any]]:
    """Evaluate with every loss and metric, as loaded and as compiled in Python."""
    results = []
    for item in found:
        model = pyio.model_from_artifacts(artifacts_from(item["artifacts"]))
        loaded = dumps(model.training_config)
        values = model.evaluate(tensor(item["x"]), tensor(item["y"]), batch_size=4)
        names = model.metrics_names
        model.compile("sgd", item["loss"], item["metrics"])
        compiled = dumps(model.training_config)
        results.append({"values": values, "names": names, "loaded": loaded, "compiled": compiled})
    return results


def compiled() -> list[dict[str, Any]]:
    """A model compiled with each optimizer."""
    given: list[Any] = [
        pyio.optimizers.sgd(0.1),
        pyio.optimizers.momentum(0.1, 0.7),
        pyio.optimizers.adagrad(0.1),
        pyio.optimizers.adadelta(0.1),
        pyio.optimizers.adam(beta1=0.8),
        pyio.optimizers.rmsprop(centered=True),
        "adam",
    ]
    x, y = np.ones((2, 3), np.float32), np.zeros((2, 2), np.float32)
    results = []
    for optimizer in given:
        model = pyio.Sequential([pyio.layers.Dense(2, input_shape=(3,))])
        model.compile(optimizer, "mse", ["mae"])
        chosen = pyio.optimizers.adam() if isinstance(optimizer, str) else optimizer
        artifacts = pyio.model_to_artifacts(model, include_optimizer=True)
        results.append(
            {
                "artifacts": artifacts_to(artifacts),
                "evaluated": model.evaluate(x, y),
                "x": described(x),
                "y": described(y),
                "optimizer": chosen.class_name,
                "config": chosen.config,
            }
        )
    return results


def predict_only(value: Any) -> list[Any]:
    """Return pyio's predictions with a model of TensorFlow.js."""
    model = pyio.model_from_artifacts(artifacts_from(value["artifacts"]))
    return predictions(model, value["inputs"])
