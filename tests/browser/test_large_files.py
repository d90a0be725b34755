"""Large files of other programs in a page: their weights are in its memory once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pyio.converters.safetensors.writer import written
from tests.support.answers import Answers
from tests.unit.converters.test_keras_files import DATA, ROWS, large_h5

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.tabs import Tab

pytestmark = pytest.mark.repetition("large files in a further engine", further_engines=True)

SIZE = 64 * ROWS


async def load(address: str, kind: str, picked: bool) -> Any:
    """Load a file; return how much memory that took, in Python's count and by the page's heap.

    Both are parts of what the weights have. The heap never shrinks, so only the first load of a
    page tells how much it needs.
    """
    import gc
    import tracemalloc

    import js
    import pyodide_js

    import pyio

    source: Any = address
    await pyio.load_arrays(address.replace("/m.", "/small."))  # imports what reads such files
    if picked:
        blob = await (await js.fetch(address)).blob()
        transfer = js.DataTransfer.new()
        transfer.items.add(js.File.new([blob], address.rpartition("/")[2]))
        source = pyio.browser_files(transfer.files)
    gc.collect()
    heap = pyodide_js._module.HEAPU8.length
    tracemalloc.start()
    if kind == "h5":
        model = await pyio.load_layers_model(source)
        weights = max((weight.value for weight in model.weights), key=lambda each: each.nbytes)
    else:
        weights = (await pyio.load_arrays(source))["w"]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    last = float(weights[-1, -1])
    grown = pyodide_js._module.HEAPU8.length - heap
    return [weights.nbytes, last, peak / weights.nbytes, grown / weights.nbytes]


@pytest.mark.parametrize("kind", ["h5", "safetensors"])
def test_weights_are_in_memory_once(kind: str, new_tab: Callable[[], Tab]) -> None:
    """100 MiB of weights take 100 MiB, from a server and from a picked file."""
    if kind == "h5":
        file, small = bytes(large_h5()), (DATA / "mlp_adam.h5").read_bytes()
    else:
        array = np.arange(16 * ROWS, dtype=np.float32).reshape(ROWS, 16)
        file, small = (b"".join(written({"w": each})) for each in (array, array[:4]))
    tab = new_tab()
    with Answers({f"/m.{kind}": file, f"/small.{kind}": small}) as server:
        for picked in (False, True):
            found = tab.python(load, f"{server.url}/m.{kind}", kind, picked)
            size, last, peak, grown = found
            assert (size, last) == (SIZE, np.float32(16 * ROWS - 1)), found
            assert peak < 1.1, found
            assert grown < 1.3, found
