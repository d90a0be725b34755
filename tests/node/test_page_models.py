"""`pyio.testing.PageModels` with a driver like those of Selenium, whose page is Node."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

import pyio
from pyio.testing import PageModels, fields, whole_model

PAGE = """
import { readFileSync } from "node:fs";
const { script, argument, items, database } = JSON.parse(readFileSync(0, "utf8"));
class Storage {
  getItem(key) { return this[key] ?? null; }
  setItem(key, value) { this[key] = value; }
  removeItem(key) { delete this[key]; }
}
globalThis.localStorage = Object.assign(new Storage(), items);
const refused = () => {  // how a database answers that does not exist and is not to be made
  const request = { error: { name: "AbortError" } };
  setTimeout(() => request.onerror());
  return request;
};
if (database) globalThis.indexedDB = { open: refused };
const answer = await new Promise((done) => new Function(script)(argument, done));
console.log(JSON.stringify({ answer, items: { ...localStorage } }));
"""


class Driver:
    """What `PageModels` uses of Selenium's drivers."""

    def __init__(self, *, database: bool = True) -> None:
        self.items: dict[str, str] = {}
        self._database = database

    def execute_async_script(self, script: str, argument: Any) -> Any:
        about = {"items": self.items, "database": self._database}
        given = json.dumps({"script": script, "argument": argument, **about})
        command = ["node", "--input-type=module", "-e", PAGE]
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
        found = json.loads(done.stdout)
        self.items = found["items"]
        return found["answer"]


def test_models_through_selenium() -> None:
    """A model is saved, listed, loaded whole and removed; the rest of localStorage stays."""
    driver = Driver()
    driver.items["other"] = "stays"
    models = PageModels(driver)
    models.save(whole_model(), "localstorage://m")
    assert fields(models.load_artifacts("localstorage://m")) == fields(whole_model())
    driver.items["tensorflowjs_models/m/weight_data"] += "AAAA"
    with pytest.raises(pyio.DamagedModelError, match="localstorage://m"):
        models.load_artifacts("localstorage://m")
    assert driver.items.pop("tensorflowjs_models/m/weight_data")
    listed = models.list_models()["localstorage://m"]
    assert listed.damage == "its weight_data is missing"
    models.clear()
    assert driver.items == {"other": "stays"}


def test_what_cannot_be_done() -> None:
    """Errors of the page, of addresses and of arguments are those of pyio, and say what to do."""
    models = PageModels(Driver(database=False))
    with pytest.raises(pyio.StorageError, match=r"indexedDB is not defined.*Open a page"):
        models.exists("indexeddb://m")
    for url, kind in (
        ("memory://m", pyio.UnsupportedOperationError),
        ("localstorage://", pyio.InvalidURLError),
        ("m", pyio.InvalidURLError),
    ):
        with pytest.raises(kind):
            models.save({}, url)
    with pytest.raises(pyio.ModelNotFoundError, match="localstorage://m"):
        models.remove_model("localstorage://m")
    with pytest.raises(pyio.HandlerError, match="expects a model"):
        models.save(3, "localstorage://m")
    with pytest.raises(pyio.HandlerError, match="a driver of Selenium"):
        PageModels(3)
