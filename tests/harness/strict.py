"""Runs on a page whose Content-Security-Policy allows no eval."""

import json

import pyio


async def attempt(url: str) -> object:
    """Save and load a model; return its topology, or the exception."""
    try:
        await pyio.save_artifacts(pyio.ModelArtifacts(model_topology={"a": 1}), url)
        return (await pyio.load_artifacts(url)).model_topology
    except pyio.PyioError as error:
        return [type(error).__name__, str(error)]


async def main() -> str:
    """Return all outcomes as JSON text."""
    urls = ("indexeddb://m", "opfs://m", "localstorage://m", "http://127.0.0.1:9/m")
    return json.dumps([await attempt(url) for url in urls])
