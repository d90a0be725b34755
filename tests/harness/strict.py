"""Runs on a page whose Content-Security-Policy allows no eval."""

import json

import pyio


async def attempt(url: str) -> object:
    """Save and load a model; return its topology, or what was raised."""
    try:
        await pyio.save_artifacts(pyio.ModelArtifacts(model_topology={"a": 1}), url)
        return (await pyio.load_artifacts(url)).model_topology
    except pyio.PyioError as error:
        return [type(error).__name__, str(error)]


async def main() -> str:
    """Return both outcomes as JSON text."""
    return json.dumps([await attempt("indexeddb://m"), await attempt("localstorage://m")])
