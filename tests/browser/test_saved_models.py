"""Models of TensorFlow imported in a real page: what is written runs in TensorFlow.js there."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.support.saved_models import DATA, array, case, contents, difference

if TYPE_CHECKING:
    from tests.support.tabs import Tab

TOLERANCE = 2e-5

PREDICT = """async ([url, inputs, keys]) => {
  const model = await tf.loadGraphModel(url);
  const tensors = {};
  for (const [key, { values, shape, dtype }] of Object.entries(inputs)) {
    const kind = /^u?int/.test(dtype) ? "int32" : /^(bool|string)$/.test(dtype) ? dtype : "float32";
    tensors[model.signature.inputs[key].name] = tf.tensor(values, shape, kind);
  }
  const names = keys.map((key) => model.signature.outputs[key].name);
  const found = [await model.executeAsync(tensors, names)].flat();
  return Promise.all(found.map(async (each) => ({
    shape: each.shape, dtype: each.dtype, values: Array.from(await each.data()),
  })));
}"""


async def imported(name: str, packed: str, options: Any, inputs: Any, keys: Any) -> Any:
    """Copy a zip of a SavedModel, or a .pb file, into IndexedDB; return pyio's own outputs."""
    import base64

    import numpy as np
    from js import File
    from pyodide.ffi import to_js

    import pyio

    def tensor(value: Any) -> Any:
        dtype = object if value["dtype"] == "string" else value["dtype"]
        flat = np.empty(len(value["values"]), dtype)
        flat[:] = value["values"]
        return flat.reshape(value["shape"])

    picked = File.new(to_js([to_js(base64.b64decode(packed))]), f"{name}.bin")
    artifacts = await pyio.load_artifacts(pyio.browser_files([picked]), **options)
    await pyio.save_artifacts(artifacts, f"indexeddb://{name}")
    model = await pyio.load_graph_model(f"indexeddb://{name}")
    found = model.execute({key: tensor(value) for key, value in inputs.items()}, keys)
    return [
        {"shape": list(each.shape), "dtype": str(each.dtype), "values": each.ravel().tolist()}
        for each in (found if isinstance(found, list) else [found])
    ]


def packed(name: str) -> str:
    """The files of a model: as a zip, or the only one as it is."""
    files = contents(DATA / name / "model")
    if len(files) == 1:
        return base64.b64encode(next(iter(files.values()))).decode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in files.items():
            archive.writestr(f"{name}/{path}", content)
    return base64.b64encode(buffer.getvalue()).decode()


async def pitches(address: str) -> Any:
    """Import basic-pitch from the wheel in which it is published, and predict."""
    import time

    import numpy as np

    import pyio

    began = time.monotonic()
    model = await pyio.load_graph_model(pyio.http(address))
    seconds = time.monotonic() - began
    n = np.arange(43844)
    sound = 0.3 * np.sin(n * 0.05) + 0.2 * np.sin(n * 0.11) + 0.05 * np.cos(n * n * 1e-5)
    results = model.predict(sound.astype(np.float32).reshape(1, -1, 1))
    names = [each.key for each in model.outputs]
    return seconds, {
        key: result.ravel()[::997].tolist() for key, result in zip(names, results, strict=True)
    }


@pytest.mark.repetition("the numbers are NumPy's in every engine", further_engines=True)
@pytest.mark.every_engine
@pytest.mark.usefixtures("real_models")
def test_saved_models(tab: Tab) -> None:
    """What is written in this page gives TensorFlow's numbers, in pyio and in TensorFlow.js."""
    tab.tensorflow()
    for name in sorted(path.name for path in DATA.iterdir()):
        told = case(name)
        options: dict[str, Any] = {key: told[key] for key in ("signature", "tags") if key in told}
        options |= told.get("options", {})
        if "outputs_wanted" in told:
            options["outputs"] = told["outputs_wanted"]
        keys = list(told["outputs"])
        ours = tab.python(imported, name, packed(name), options, told["inputs"], keys)
        theirs = tab.js(PREDICT, [f"indexeddb://{name}", told["inputs"], keys])
        for key, mine, other in zip(keys, ours, theirs, strict=True):
            expected = array(told["outputs"][key])
            assert difference(array(mine), expected) <= TOLERANCE, (name, key, "pyio")
            assert difference(array(other), expected) <= TOLERANCE, (name, key, "TensorFlow.js")


@pytest.mark.usefixtures("real_models")
def test_a_real_model(tab: Tab) -> None:
    """basic-pitch is imported from the wheel of its package in a few seconds."""
    address = "/vendor/model-pitches-saved/basic_pitch-0.4.0-py2.py3-none-any.whl"
    seconds, found = tab.python(pitches, address)
    assert seconds < 10
    known = json.loads((Path(__file__).parents[1] / "data" / "pitches.json").read_text("utf-8"))
    for key, values in known.items():
        # The model normalises logarithms of small numbers, which differ with the order of sums.
        np.testing.assert_allclose(found[key], values, atol=1e-3)
