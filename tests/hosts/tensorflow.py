"""The real TensorFlow.js in a host's page, to open models that Python in a worker saved."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from scripts.support.runtime import VENDOR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.engines.contract import View

LOAD = """async (text) => {
  if (window.tf) return;
  const script = document.createElement("script");
  script.textContent = text;
  document.head.append(script);
  await tf.setBackend("cpu");
}"""
PREDICT = """async (url) =>
  Array.from((await tf.loadLayersModel(url)).predict(tf.ones([1, 4])).dataSync())"""
PREDICT_FILES = """async (files) => {
  const picked = Object.entries(files).map(([name, base64]) =>
    new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
  picked.sort((one) => one.name.endsWith(".json") ? -1 : 1);
  const model = await tf.loadLayersModel(tf.io.browserFiles(picked));
  return Array.from(model.predict(tf.ones([1, 4])).dataSync());
}"""


def predictions(view: View, files: Mapping[str, bytes], *urls: str) -> list[Any]:
    """Return TensorFlow.js's predictions from ones, for the downloaded `files` and each address."""
    view.js(LOAD, (VENDOR / "tfjs/tf.min.js").read_text("utf-8"))
    encoded = {name: base64.b64encode(data).decode() for name, data in files.items()}
    return [view.js(PREDICT_FILES, encoded), *(view.js(PREDICT, url) for url in urls)]
