"""Real graph models from npm, in a page beside TensorFlow.js on the same inputs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from tests.support.tabs import Tab

DATA = Path(__file__).parents[1] / "data" / "graphs" / "real.json"

NEWEST = ["/vendor/tfjs/tf.min.js", "/vendor/tfjs-wasm/tf-backend-wasm.min.js"]
OLDER = ["/vendor/tfjs-3.21/tf.min.js"]

THEIRS = """async ([scripts, url, { values, shape, dtype }]) => {
  // Each version of TensorFlow.js has a frame, because all of them have the same global name.
  const frame = document.createElement("iframe");
  document.body.append(frame);
  for (const source of scripts) {
    const script = frame.contentDocument.createElement("script");
    await new Promise((resolve, reject) => {
      script.onload = resolve;
      script.onerror = () => reject(new Error(`${source} did not load`));
      script.src = source;
      frame.contentDocument.head.append(script);
    });
  }
  const { tf } = frame.contentWindow;
  tf.wasm?.setWasmPaths(`${location.origin}/vendor/tfjs-wasm/`);
  await tf.setBackend(tf.wasm ? "wasm" : "cpu");
  const model = await tf.loadGraphModel(`${location.origin}${url}`);
  const found = [await model.executeAsync(tf.tensor(values, shape, dtype))].flat();
  const results = await Promise.all(found.map(async (each) => (
    { shape: each.shape, values: Array.from(await each.data()) })));
  frame.remove();
  return [tf.version_core ?? tf.version.tfjs, tf.getBackend(), results];
}"""


async def ours(url: str, given: Any) -> Any:
    """Load over HTTP and predict, more than once: from the second run on the kernel may compute."""
    import numpy as np

    import pyio

    model = await pyio.load_graph_model(pyio.http(url))
    dtype = object if given["dtype"] == "string" else given["dtype"]
    x = np.array(given["values"], dtype).reshape(given["shape"])
    for _ in range(3):
        results = model.predict(x)
    return [
        {"shape": list(each.shape), "values": each.ravel().tolist()}
        for each in (results if isinstance(results, list) else [results])
    ]


def given(array: Any, dtype: str) -> dict[str, Any]:
    """An input as JSON."""
    return {"values": array.ravel().tolist(), "shape": list(array.shape), "dtype": dtype}


def languages() -> Any:
    """Texts of ASCII; for others TensorFlow.js computes with other bytes than TensorFlow."""
    texts = json.loads(DATA.read_text("utf-8"))["languages"]["texts"]
    return np.array([each for each in texts if each.isascii()], object)


def sound() -> Any:
    """Two seconds of two tones and a rising one."""
    n = np.arange(43844)
    waves = 0.3 * np.sin(n * 0.05) + 0.2 * np.sin(n * 0.11) + 0.05 * np.cos(n * n * 1e-5)
    return waves.reshape(1, -1, 1)


def picture() -> Any:
    """A bright disc before a gradient."""
    y, x = np.mgrid[:192, :192]
    disc = 180 * ((x - 90) ** 2 + (y - 70) ** 2 < 900)
    return np.stack([disc + x // 4, disc + y // 4, disc + 20], axis=-1)[None]


@pytest.mark.usefixtures("compared_models")
def test_like_tensorflow_js(tab: Tab) -> None:
    """The language detector like TensorFlow.js 3.21, which can; two others like 4.22 with wasm.

    basic-pitch takes the cpu backend half a minute. It normalises logarithms of small numbers,
    which differ with the order of sums.
    """
    for scripts, version, url, value, tolerance in (
        (OLDER, "3.21.0", "model-languages/model.json", given(languages(), "string"), 1e-5),
        (NEWEST, "4.22.0", "model-pitches/model.json", given(sound(), "float32"), 3e-3),
        (NEWEST, "4.22.0", "model-poses/movenet-lightning.json", given(picture(), "int32"), 1e-3),
    ):
        told, backend, theirs = tab.js(THEIRS, [scripts, f"/vendor/{url}", value])
        assert (told, backend) == (version, "cpu" if scripts is OLDER else "wasm")
        results = tab.python(ours, f"/vendor/{url}", value)
        assert [each["shape"] for each in results] == [each["shape"] for each in theirs], url
        for mine, other in zip(results, theirs, strict=True):
            if isinstance(mine["values"][0], str):
                assert mine["values"] == other["values"], url
            else:
                np.testing.assert_allclose(
                    mine["values"], other["values"], atol=tolerance, err_msg=url
                )
