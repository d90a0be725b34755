"""``downloads://``: the files, the time of the clicks, and the revoked object URLs."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import pytest

from tests.support.answers import Answer, Answers

if TYPE_CHECKING:
    from tests.support.tabs import Tab


pytestmark = [
    pytest.mark.every_engine,
    pytest.mark.repetition("files in a further engine", further_engines=True),
]


class Folder(Answers):
    """A server that decodes addresses, as those of files do."""

    def answer(self, path: str) -> Answer:
        return super().answer(unquote(path))


async def offer(url: str, single_file: bool) -> Any:
    import numpy as np

    import pyio

    options: dict[str, Any] = {"single_file": True} if single_file else {}
    arrays = {"a": np.arange(3, dtype=np.float32), "b": np.array([True])}
    try:
        result = await pyio.save_arrays(arrays, url, **options)
    except pyio.PyioError as error:
        return [type(error).__name__, str(error)]
    return result.model_artifacts_info.weight_data_bytes


MANIFEST = (
    '{"weightsManifest":[{"paths":["./NAME.weights.bin"],"weights":['
    '{"name":"a","shape":[3],"dtype":"float32"},{"name":"b","shape":[1],"dtype":"bool"}]}]}'
)
WEIGHTS = b"\0\0\0\0\0\0\x80\x3f\0\0\0\x40\x01"


@pytest.mark.parametrize("name", ["", "my model", "модель.v1"])
def test_two_files(tab: Tab, name: str) -> None:
    """Both files are offered under the right names with the right bytes."""
    files = tab.downloads(2, lambda: tab.python(offer, f"downloads://{name}", False))
    name = name or "model"
    assert files == {
        f"{name}.json": MANIFEST.replace("NAME", name).encode(),
        f"{name}.weights.bin": WEIGHTS,
    }


def test_single_file(tab: Tab) -> None:
    """With single_file=True one zip with both files, uncompressed, is offered."""
    ((name, data),) = tab.downloads(1, lambda: tab.python(offer, "downloads://m", True)).items()
    assert name == "m.zip"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["m.json", "m.weights.bin"]
        assert archive.read("m.json") == MANIFEST.replace("NAME", "m").encode()
        assert archive.read("m.weights.bin") == WEIGHTS
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}


def test_clicks_are_spaced_and_urls_revoked(tab: Tab) -> None:
    """The second click comes later than the first, and each object URL is revoked in time."""
    tab.js("""() => {
      window.clicks = [], window.urls = [];
      const { createObjectURL, revokeObjectURL } = URL, { setTimeout, HTMLAnchorElement } = window;
      window.original = { createObjectURL, revokeObjectURL, setTimeout };
      URL.createObjectURL = (blob) => {
        const url = createObjectURL.call(URL, blob);
        urls.push(url);
        return url;
      };
      window.addEventListener("click", (event) => clicks.push(performance.now()), true);
      // The forty seconds until a URL is revoked pass at once here.
      window.setTimeout = (action, delay, ...rest) =>
        setTimeout(action, delay >= 10_000 ? delay / 40 : delay, ...rest);
    }""")
    try:
        files = tab.downloads(2, lambda: tab.python(offer, "downloads://m", False))
        assert len(files) == 2
        first, second = tab.js("() => clicks")
        assert second - first > 200
        assert tab.js("() => document.querySelectorAll('a').length") == 0
        tab.wait(
            """async () => {
              const opens = (url) => fetch(url).then(() => true, () => false);
              const open = await Promise.all(urls.map(opens));
              return urls.length === 2 && !open.some(Boolean);
            }"""
        )
    finally:
        tab.js("() => { Object.assign(URL, original); window.setTimeout = original.setTimeout; }")


@pytest.mark.parametrize(
    "name", ["a/b", "a\\b", "a:b", "what?", "a\nb", ".a", " a", "a~1", "x" * 201]
)
def test_names_that_a_browser_would_change(tab: Tab, name: str) -> None:
    """A name that the browser would change is refused, because the manifest would be wrong."""
    kind, message = tab.python(offer, f"downloads://{name}", False)
    assert kind == "InvalidURLError"
    assert "the browser would c" in message


@pytest.mark.parametrize("name", ["digits #3", "100%25 done", "50%"])
def test_names_that_no_server_would_find(tab: Tab, name: str) -> None:
    """A name that an address would not keep is refused, because the manifest would be wrong."""
    kind, message = tab.python(offer, f"downloads://{name}", False)
    assert kind == "InvalidURLError"
    assert "on a server model.json would not find its weights" in message


@pytest.mark.parametrize("name", ["plain v1.2 (ü)", "a&b=c;d+e", "m'!@$,[n]{x}^`"])
def test_downloads_that_a_server_gives_back(tab: Tab, name: str) -> None:
    """What was downloaded under an odd name loads from a server."""

    async def load(url: str) -> Any:
        import pyio

        return b"".join((await pyio.load_artifacts(url, retries=0)).weight_data or ()).hex()

    files = tab.downloads(2, lambda: tab.python(offer, f"downloads://{name}", False))
    with Folder({f"/{file}": body for file, body in files.items()}) as server:
        assert tab.python(load, f"{server.url}/{quote(name)}.json") == WEIGHTS.hex()


def test_downloads_cannot_be_loaded(tab: Tab) -> None:
    """Loading and removing raise an error: a page cannot read downloads. It says what to do."""

    async def attempts() -> Any:
        import pyio

        said = []
        for action in (pyio.load_artifacts, pyio.load_arrays, pyio.remove_model):
            try:
                await action("downloads://m")
            except pyio.UnsupportedOperationError as error:
                said.append(str(error))
        return said

    said = tab.python(attempts)
    assert len(said) == 3
    assert all("cannot read downloads back" in text for text in said)
