"""The promises of `pyio.handlers.contract`, for each medium of pyio; see `pyio.testing`.

This module runs in CPython and inside Pyodide. So it imports only pyio and, in a browser, what it
needs to read and write the medium without pyio.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pyio
from pyio.testing import TOPOLOGY, WEIGHTS, Promises, fields, raises, whole_model

__all__ = ["TOPOLOGY", "WEIGHTS", "Promises", "fields", "raises", "whole_model"]


class MemoryPromises(Promises):
    """``memory://``, in any Python."""

    scheme = "memory"

    async def snapshot(self) -> Any:
        from pyio.handlers.memory import MODELS

        return dict(MODELS)

    async def cut_weights(self, path: str) -> None:
        from pyio.handlers.memory import MODELS

        data = MODELS[path].weight_data or b""
        MODELS[path] = replace(MODELS[path], weight_data=data[:-1])

    async def spoil_info(self, path: str) -> None:
        from pyio.handlers.memory import MODELS

        MODELS[path] = replace(MODELS[path], info=pyio.ModelArtifactsInfo(damage="spoiled"))


class LocalStoragePromises(Promises):
    """``localstorage://``, on a page and in a worker."""

    scheme = "localstorage"

    async def snapshot(self) -> Any:
        import js

        return (await js.onPage("localItems")).to_py()

    async def cut_weights(self, path: str) -> None:
        import js

        key = f"tensorflowjs_models/{path}/weight_data"
        await js.onPage("localItem", key, (await js.onPage("localItem", key))[:-4])

    async def spoil_info(self, path: str) -> None:
        import js

        await js.onPage("localItem", f"tensorflowjs_models/{path}/info", "{not json")


class IndexedDBPromises(Promises):
    """``indexeddb://``, in a browser."""

    scheme = "indexeddb"

    async def snapshot(self) -> Any:
        import js

        return await js.rawSnapshot()

    async def cut_weights(self, path: str) -> None:
        import js

        await js.rawCutWeights(path)

    async def spoil_info(self, path: str) -> None:
        import js

        await js.rawPut("model_info_store", json.dumps({"modelPath": path, "other": 1}))


class OPFSPromises(Promises):
    """``opfs://``, in a browser."""

    scheme = "opfs"

    async def snapshot(self) -> Any:
        import js

        return await js.rawFiles()

    async def cut_weights(self, path: str) -> None:
        import js

        await js.rawChangeFile(path, "weights.bin", -1)

    async def spoil_info(self, path: str) -> None:
        import js

        await js.rawChangeFile(
            path, "model.json", 0, json.dumps({"pyioInfo": 1, "modelTopology": 1})
        )


async def keep(name: str, promise: str) -> None:
    """Run one test of the contract on one medium."""
    from pyio.handlers.memory import MODELS

    MODELS.clear()
    await getattr(globals()[name](), promise)()


ALL = [name for name in dir(Promises) if name.startswith("test_")]
