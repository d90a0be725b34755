"""A folder on this computer as a place for models: ``computer://name``, with a router of pyio."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from js import computerFolder
from pyodide.ffi import JsException, to_js

import pyio

SCHEME = "computer"
_PREFIX = f"{SCHEME}://"


class _Model:
    """The handler of one model: a folder with model.json and its weights."""

    def __init__(self, name: str) -> None:
        self._name = name
        if "/" in name or name in (".", ".."):
            raise pyio.InvalidURLError(_PREFIX + name, "the name of a folder has no “/” in it")

    async def save(self, artifacts: pyio.ModelArtifacts) -> pyio.SaveResult:
        weights = f"weights-{secrets.token_hex(4)}.bin"
        json = pyio.get_model_json(artifacts, [weights])
        parts = to_js([bytes(part) for part in artifacts.weight_data or ()])
        try:
            await computerFolder.save(self._name, json, weights, parts)
        except JsException as error:
            raise pyio.StorageError(
                f"the folder on this computer does not take it: {error}", error.name
            ) from error
        return pyio.SaveResult(pyio.get_model_artifacts_info_for_json(artifacts))

    async def load(self) -> pyio.ModelArtifacts:
        found: pyio.ModelArtifacts = await (await self._picked()).load()
        return found

    async def describe(self) -> pyio.ModelArtifacts:
        found: pyio.ModelArtifacts = await (await self._picked()).describe()
        return found

    async def _picked(self) -> Any:
        files = list(await computerFolder.files(self._name))
        if not files:
            raise pyio.ModelNotFoundError(_PREFIX + self._name)
        return pyio.browser_files(files)


def _route(url: Any, _options: Any = None) -> _Model | None:
    if isinstance(url, str) and url.startswith(_PREFIX):
        return _Model(url.removeprefix(_PREFIX))
    return None


pyio.register_save_router(_route)
pyio.register_load_router(_route)


def possible() -> bool:
    """Whether this browser lets pages write into folders."""
    return bool(computerFolder.possible())


def chosen() -> str | None:
    """Return the name of the folder that was chosen, if one was."""
    name = computerFolder.chosen()
    return str(name) if name else None


async def choose() -> bool:
    """Let the person choose a folder; return False if they chose none."""
    try:
        await computerFolder.choose()
    except JsException as error:
        if error.name == "AbortError":
            return False
        raise pyio.StorageRefusedError(
            f"the browser lets the page use no folder: {error}", error.name
        ) from error
    return True


async def models() -> dict[str, pyio.ModelArtifactsInfo]:
    """Return address -> info of each model in the folder."""
    return {
        f"{_PREFIX}{name}": pyio.ModelArtifactsInfo(
            date_saved=datetime.fromtimestamp(changed / 1000, UTC), weight_data_bytes=int(size)
        )
        for name, size, changed in (await computerFolder.list()).to_py()
    }


async def remove(url: str) -> None:
    """Remove a model from the folder."""
    await computerFolder.remove(url.removeprefix(_PREFIX))
