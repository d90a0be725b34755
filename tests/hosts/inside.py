"""The parts of the tests of large models, full storage and several tabs that run in a host.

The text of this module becomes a cell of a notebook, or the Python of a page.
"""

from __future__ import annotations

from typing import Any


async def full() -> Any:
    """Save a model that does not fit into localStorage, and return the outcome."""
    import numpy as np

    import pyio

    await pyio.save_arrays({"w": np.ones(3, np.float32)}, "localstorage://kept")
    try:
        await pyio.save_arrays({"w": np.zeros(2_000_000, np.float32)}, "localstorage://kept")
    except pyio.QuotaExceededError as error:
        kept = await pyio.load_arrays("localstorage://kept")
        return [str(error), error.bytes_needed, kept["w"].tolist()]
    return "it was saved"


async def large() -> Any:
    """Save 100 MB to IndexedDB and as a download, and return the last progress report."""
    import numpy as np

    import pyio

    arrays = {"w": np.arange(25_000_000, dtype=np.float32)}
    done: list[pyio.Progress] = []
    await pyio.save_arrays(arrays, "indexeddb://large", on_progress=pyio.progress_bar())
    await pyio.save_arrays(arrays, "downloads://large", on_progress=done.append)
    loaded = await pyio.load_arrays("indexeddb://large")
    same = bool((loaded["w"] == arrays["w"]).all())
    await pyio.remove_model("indexeddb://large")
    return [same, done[-1].bytes_done, done[-1].bytes_total]


async def in_files() -> Any:
    """Save 20 MB to the browser's files, read one weight and all; return how the bytes went."""
    import numpy as np

    import pyio
    from pyio.browser.opfs import files

    arrays = {"w": np.arange(5_000_000, dtype=np.float32), "b": np.arange(3, dtype=np.float32)}
    await pyio.save_arrays(arrays, "opfs://files")
    lazy: Any = await pyio.load_artifacts("opfs://files", lazy=True)
    one = await lazy.weight_data.read("b")
    loaded = await pyio.load_arrays("opfs://files")
    same = bool((loaded["w"] == arrays["w"]).all())
    listed = "opfs://files" in await pyio.list_models()
    await pyio.remove_model("opfs://files")
    way = await files.way()
    return [one.tolist(), same, listed, way.__name__.rpartition(".")[2]]


async def offer(name: str) -> Any:
    """Save under a name of this tab's own to localStorage and as a download."""
    import numpy as np

    import pyio

    arrays = {"w": np.ones(len(name), np.float32)}
    await pyio.save_arrays(arrays, f"localstorage://{name}")
    await pyio.save_arrays(arrays, f"downloads://{name}", single_file=True)
    return len((await pyio.load_arrays(f"localstorage://{name}"))["w"])


async def serve() -> None:
    """Run the calls that the test requests, for as long as the page exists."""
    import asyncio
    import json
    import traceback
    from secrets import token_hex

    import js
    from pyodide.ffi import create_proxy

    me, asked = token_hex(8), asyncio.Queue[str]()
    channel_js = js.BroadcastChannel.new("calls")

    def heard(event_js: Any) -> None:
        message = json.loads(event_js.data)
        if message.get("to") == me:
            asked.put_nowait(message["call"])

    def say(**message: Any) -> None:
        channel_js.postMessage(json.dumps({"from": me, **message}))

    channel_js.onmessage = create_proxy(heard)
    while asked.empty():
        say(ready=True)
        await asyncio.sleep(0.1)
    while True:
        call = await asked.get()
        try:
            say(result=await eval(call))
        except Exception:  # noqa: BLE001 -- the test shows it
            say(error=traceback.format_exc())
