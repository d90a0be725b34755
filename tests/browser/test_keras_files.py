"""Files of Keras in a real page: from a server, picked, and copied into the browser's storage."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.support.answers import Answers
from tests.unit.converters.test_keras_files import CASES, DATA

if TYPE_CHECKING:
    from tests.support.tabs import Tab

pytestmark = [
    pytest.mark.every_engine,
    pytest.mark.repetition("files of Keras in a further engine", further_engines=True),
]


async def predict(address: str, inputs: list[Any], outputs: list[Any]) -> Any:
    """Load a file, copy it into IndexedDB, and return how far both predict from Keras's outputs.

    Return [class, message] for an error.
    """
    import js
    import numpy as np

    import pyio

    def difference(model: Any) -> float:
        given = [np.asarray(each) for each in inputs]
        found = model.predict(given if len(given) > 1 else given[0])
        found = found if isinstance(found, list) else [found]
        pairs = zip(found, map(np.asarray, outputs), strict=True)
        return max(float(np.abs(a - b).max() / max(1, np.abs(b).max())) for a, b in pairs)

    source = pyio.browser_files(js.offered) if address == "picked" else address
    try:
        model = await pyio.load_layers_model(source)
        if address != "picked":
            await pyio.copy_model(address, "indexeddb://copy", overwrite=True)
            copy = await pyio.load_layers_model("indexeddb://copy")
            return [difference(model), difference(copy)]
        return [difference(model)]
    except pyio.PyioError as error:
        return [type(error).__name__, str(error)]


def stored(case: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """The inputs and outputs of a case as lists."""
    with np.load(DATA / case["io"]) as arrays:
        return (
            [arrays[f"x{index}"].tolist() for index in range(case["inputs"])],
            [arrays[f"y{index}"].tolist() for index in range(case["outputs"])],
        )


def test_files_of_keras(tab: Tab) -> None:
    """Every file predicts as Keras did, from a server of another origin and from IndexedDB."""
    files = {f"/{name}": (DATA / name).read_bytes() for name in CASES}
    wrong = []
    with Answers(dict(files)) as server:
        for name, case in CASES.items():
            found = tab.python(predict, f"{server.url}/{name}", *stored(case))
            if case["expect"].startswith("refuse:"):
                fits = found[0] == "UnsupportedModelError" and case["expect"][7:] in found[1]
            else:
                fits = all(
                    isinstance(each, float) and each <= case["tolerance_relative"] for each in found
                )
            if not fits:
                wrong.append((name, found))
    assert wrong == []


def test_a_picked_file(tab: Tab) -> None:
    """A picked .keras file loads, whatever lies beside it."""
    name = "text_mask.keras"
    tab.js(
        """(text) => {
          const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
          const transfer = new DataTransfer();
          transfer.items.add(new File(["read me"], "README.txt"));
          transfer.items.add(new File([bytes], "my model (1).keras"));
          window.offered = transfer.files;
        }""",
        base64.b64encode((DATA / name).read_bytes()).decode(),
    )
    found = tab.python(predict, "picked", *stored(CASES[name]))
    assert found[0] <= CASES[name]["tolerance_relative"], found
