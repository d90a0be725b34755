"""The model server with pages of another origin: TensorFlow.js and pyio save, load and cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scripts.support.model_servers import TOKEN, Serving

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.tabs import Tab

pytestmark = [
    pytest.mark.every_engine,
    pytest.mark.repetition("the model server in a further engine", further_engines=True),
]


async def save_again(source: str, destination: str, token: str) -> Any:
    """Copy a model within the server, and list what it has."""
    import pyio

    model = await pyio.load_artifacts(source)
    refused = ""
    try:
        await pyio.save_artifacts(model, destination)
    except pyio.RequestError as error:
        refused = str(error.status)
    result = await pyio.save_artifacts(model, pyio.http(destination, token=token))
    (response_js,) = result.responses
    listed = await pyio.list_models(destination.partition("/models/")[0] + "/models")
    return [refused, response_js.status, bool(response_js.headers.get("etag")), sorted(listed)]


async def cached(url: str, refresh: Any, cache: bool | str = True) -> Any:
    """Load through the cache; return the weights, the listing's origins, and the warnings."""
    import warnings

    import pyio

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        arrays = await pyio.load_arrays(url, cache=cache, refresh=refresh, retries=0)
    listed = await pyio.list_models()
    return {
        "weights": {name: array.tolist() for name, array in arrays.items()},
        "copies": {address: info.origin for address, info in listed.items() if info.origin},
        "warnings": [each.category.__name__ for each in caught],
    }


async def remove(url: str, token: str) -> bool:
    """Remove a model and tell whether it is still there."""
    import pyio

    await pyio.remove_model(url, token=token)
    return await pyio.exists(url)


def test_clients_on_pages(tab: Tab, tmp_path: Path) -> None:
    """Both clients save with the token and load each other's models.

    The copy in IndexedDB works without the server, and TensorFlow.js loads it as well.
    """
    folder = tmp_path / "models"
    folder.mkdir()
    with Serving(str(folder), tmp_path / "log") as server:
        theirs, ours = (f"{server.url}/{name}/model.json" for name in ("tfjs", "of/pyio"))
        tab.tensorflow()
        tab.js(
            """async ([url, token]) => {
              const headers = { Authorization: `Bearer ${token}` };
              await interop.saveModel(tf.io.http(url, { requestInit: { headers } }));
            }""",
            [theirs, TOKEN],
        )
        refused, status, has_etag, listed = tab.python(save_again, theirs, ours, TOKEN)
        assert (refused, status, has_etag) == ("401", 201, True)
        assert listed == sorted([theirs, ours])
        expected = tab.js("() => interop.predictBuilt()")
        assert tab.js("url => interop.predictStored(url)", theirs) == expected
        assert tab.js("url => interop.predictStored(url)", ours) == expected

        first = tab.python(cached, ours, "if-newer")
        (copy,) = first["copies"]
        assert first["copies"] == {copy: ours}
        assert first["warnings"] == []
        assert tab.python(cached, ours, "if-newer") == first
        assert tab.js("url => interop.predictStored(url)", copy) == expected
        in_files = tab.python(cached, ours, "if-newer", "opfs://")
        (another,) = in_files["copies"].keys() - {copy}
        assert in_files["copies"][another] == ours
        assert another.startswith("opfs://")
        assert in_files["weights"] == first["weights"]
    for place in (True, "opfs://"):
        offline = tab.python(cached, ours, "if-newer", place)
        assert offline == {**in_files, "warnings": ["CachedCopyWarning"]}
        assert tab.python(cached, ours, "never", place) == in_files

    with Serving(str(folder), tmp_path / "log") as server:
        again = f"{server.url}/of/pyio/model.json"
        assert tab.python(cached, again, "if-newer")["weights"] == first["weights"]
        assert tab.python(remove, again, TOKEN) is False
