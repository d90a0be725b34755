"""The models that a page's origin keeps, written and read from a test outside of the browser.

The test runs in CPython and the page in a browser that Playwright or Selenium drives. The page may
use pyio or TensorFlow.js: both keep models in the same layout.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeVar

import pyio
from pyio.errors import (
    HandlerError,
    InvalidModelError,
    ModelNotFoundError,
    StorageError,
    UnsupportedOperationError,
)
from pyio.format.artifacts import ModelArtifacts, ModelArtifactsInfo, SaveResult
from pyio.format.info import info_to_json
from pyio.format.json_text import dumps, loads
from pyio.format.manifest import parse_model_json
from pyio.format.model_files import assemble, outline
from pyio.format.model_json import METADATA_KEYS, verified_artifacts
from pyio.format.record import artifacts_to_record, record_to_artifacts
from pyio.handlers.contract import Loader, Saver
from pyio.handlers.opfs import layout as opfs
from pyio.handlers.registry import require_path, split_url

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from pyio.format.serialized import Serialized
    from pyio.handlers.contract import Acquired

_T = TypeVar("_T")


class PageModels:
    """The models of the origin of the page: in IndexedDB, localStorage and its own file system.

    Addresses are those of pyio, such as "indexeddb://my-model". Nothing needs ``await``.

    Args:
        page: A page of Playwright's synchronous API, a driver of Selenium, or a function that calls
            a JavaScript function with one argument in the page and returns what it resolves to.
    """

    def __init__(self, page: Any) -> None:
        self._evaluate = _evaluator(page)
        self._script = files("pyio.testing").joinpath("page.js").read_text("utf-8")

    def save(self, model: Any, url: str, **options: Any) -> SaveResult:
        """Save a model, artifacts, or a mapping of names to arrays, as `pyio` saves them.

        Returns the sizes and the date. Raises what saving raises, InvalidURLError, and StorageError
        if the page refuses.
        """
        scheme, path = _split(url)
        keeper = _Keeper()
        work: Coroutine[Any, Any, Any]
        if isinstance(model, ModelArtifacts):
            work = pyio.save_artifacts(model, keeper, **options)
        elif isinstance(model, Mapping):
            work = pyio.save_arrays(model, keeper, **options)
        elif callable(getattr(model, "save", None)):
            work = model.save(keeper, **options)
        else:
            raise HandlerError(
                f"save expects a model, ModelArtifacts or a dict of arrays, got {model!r:.60}"
            )
        result: SaveResult = _run(work)
        self._ask("save", url, _FORMS[scheme][0](keeper.model, path))
        return result

    def load(self, url: str) -> Any:
        """Return the model at `url`: a `LayersModel` or a `GraphModel`.

        Raises ModelNotFoundError, DamagedModelError and what building a model raises.
        """
        return _run(pyio.load_model(self._given(url)))

    def load_artifacts(self, url: str) -> ModelArtifacts:
        """Return the artifacts at `url`. Raises ModelNotFoundError and DamagedModelError."""
        return _run(pyio.load_artifacts(self._given(url)))

    def load_arrays(self, url: str) -> dict[str, Any]:
        """Return name -> array of what is stored at `url`, as `pyio.load_arrays` does."""
        return _run(pyio.load_arrays(self._given(url)))

    def list_models(self) -> dict[str, ModelArtifactsInfo]:
        """Return address -> sizes, date and damage of every model of the origin."""
        return {
            f"{scheme}://{path}": info
            for scheme in _FORMS
            for path, info in _infos(scheme, self._ask("list", f"{scheme}://every"))
        }

    def exists(self, url: str) -> bool:
        """Return whether a model is stored at `url`."""
        return bool(self._ask("exists", url))

    def wait_for(self, url: str, timeout: float = 10.0) -> None:
        """Wait until a model is stored at `url`, because pages save while the test goes on.

        Raises ModelNotFoundError after `timeout` seconds; it names what is stored.
        """
        if not self._ask("wait", url, 1000 * timeout):
            stored = ", ".join(self.list_models()) or "nothing"
            raise ModelNotFoundError(url, f"after {timeout:g} s the page has stored {stored}")

    def remove_model(self, url: str) -> None:
        """Remove the model at `url`. Raises ModelNotFoundError."""
        if not self.exists(url):
            raise ModelNotFoundError(url, "list_models() says what is stored")
        self._ask("remove", url)

    def clear(self) -> None:
        """Remove every model of the origin; what else it stores stays."""
        for url in self.list_models():
            self._ask("remove", url)

    def _given(self, url: str) -> _Given:
        scheme, _ = _split(url)
        found = self._ask("load", url)
        if found is None:
            raise ModelNotFoundError(url, "list_models() says what is stored")
        return _Given(url, lambda: _FORMS[scheme][1](found))

    def _ask(self, action: str, url: str, given: Any = None) -> Any:
        scheme, path = _split(url)
        if scheme == "opfs":
            path = opfs.directory(path)
        try:
            return self._evaluate(self._script, [action, scheme, path, given])
        except Exception as error:
            raise StorageError(
                f"the page could not {action} {url!r}: {error}. Open a page of your site before, "
                "because a blank page has no storage"
            ) from error


def _evaluator(page: Any) -> Callable[[str, Any], Any]:
    if callable(getattr(page, "evaluate", None)):
        evaluate: Callable[[str, Any], Any] = page.evaluate
        return evaluate
    if callable(getattr(page, "execute_async_script", None)):

        def call(function: str, argument: Any) -> Any:
            answer = page.execute_async_script(
                "const done = arguments[arguments.length - 1];"
                f"({function.strip()})(arguments[0]).then("
                "(value) => done({value}), (error) => done({error: String(error)}));",
                argument,
            )
            if "error" in answer:
                raise RuntimeError(answer["error"])
            return answer.get("value")

        return call
    if callable(page):
        function: Callable[[str, Any], Any] = page
        return function
    raise HandlerError(
        "PageModels expects a page of Playwright, a driver of Selenium or a function; got "
        f"{page!r:.60}"
    )


def _split(url: str) -> tuple[str, str]:
    """Return scheme and path. Raises InvalidURLError and UnsupportedOperationError."""
    scheme, path = split_url(url)
    if scheme not in _FORMS:
        raise UnsupportedOperationError(
            f"tests reach {' and '.join(f'{known}://' for known in _FORMS)} of a page, "
            f"not {scheme}:// ({url!r})"
        )
    return scheme, require_path(url, path)


def _run(work: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine in a thread of its own: Playwright runs an event loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


class _Keeper(Saver):
    """Keeps what a save would have stored."""

    model: Serialized

    async def _store(self, model: Serialized, acquired: Acquired) -> SaveResult:
        await acquired()
        self.model = model
        return SaveResult(model.info)


class _Given(Loader):
    """Loads what the page has answered."""

    def __init__(self, url: str, read: Callable[[], ModelArtifacts]) -> None:
        self.url = url
        self._read = read

    async def _fetch(self) -> ModelArtifacts:
        return self._read()

    async def _outline(self) -> ModelArtifacts:
        return self._read()


def _to_record(model: Serialized, _path: str) -> dict[str, Any]:
    record = artifacts_to_record(model)
    return {
        "record": dumps(record),
        "info": dumps(info_to_json(model.info)),
        "weights": base64.b64encode(b"".join(model.buffers)).decode(),
    }


def _from_record(found: Mapping[str, Any]) -> ModelArtifacts:
    weights = found["weights"]
    data = None if weights is None else (memoryview(base64.b64decode(weights)),)
    return record_to_artifacts(loads(found["record"], "the record"), data)


def _to_items(model: Serialized, _path: str) -> dict[str, str]:
    return {
        "model_topology": model.topology or "{}",
        "weight_specs": model.specs or "[]",
        "weight_data": base64.b64encode(b"".join(model.buffers)).decode(),
        "model_metadata": dumps(model.fields(METADATA_KEYS)),
        "info": dumps(info_to_json(model.info)),
    }


def _from_items(found: Mapping[str, str | None]) -> ModelArtifacts:
    from pyio.handlers.local_storage.handler import LocalStorageHandler

    fields, specs = LocalStorageHandler("any").parsed(found)
    return verified_artifacts(fields, specs, (_decoded(found["weight_data"]),))


def _to_files(model: Serialized, path: str) -> dict[str, str | None]:
    weights = None if model.specs is None else b"".join(model.buffers)
    return {
        "json": opfs.json_text(model, path)().decode("utf-8", "surrogatepass"),
        "weights": None if weights is None else base64.b64encode(weights).decode(),
    }


def _from_files(found: Mapping[str, Any]) -> ModelArtifacts:
    manifest, weights = parse_model_json(found["json"]), found["weights"]
    if manifest.groups is None:
        return outline(manifest)
    return assemble(manifest, () if weights is None else (_decoded(weights),))


def _decoded(text: str | None) -> memoryview:
    try:
        return memoryview(base64.b64decode(text or "", validate=True))
    except ValueError as error:
        raise InvalidModelError(f"the weight data is not whole base64 ({error})") from error


_FORMS: dict[str, tuple[Callable[[Serialized, str], Any], Callable[[Any], ModelArtifacts]]] = {
    "indexeddb": (_to_record, _from_record),
    "localstorage": (_to_items, _from_items),
    "opfs": (_to_files, _from_files),
}
"""Scheme -> a model as the page's JavaScript takes it, and the way back."""


def _infos(scheme: str, found: list[list[str]]) -> Iterator[tuple[str, ModelArtifactsInfo]]:
    """Path and info of each model in what the page has listed."""
    if scheme == "indexeddb":
        from pyio.handlers.indexed_db.layout import info_of

        yield from ((path, info_of(text)) for path, text in found)
        return
    if scheme == "opfs":
        yield from filter(None, (_info_of_file(folder, text) for folder, text in found))
        return
    from pyio.handlers.local_storage import items

    texts = dict(found)
    for path, present in items.names_of(texts).items():
        keys = items.keys_of(path)
        weights = texts.get(keys["weight_data"], "")
        yield path, items.info_of(texts.get(keys["info"]), present, len(weights))


def _info_of_file(folder: str, text: str) -> tuple[str, ModelArtifactsInfo] | None:
    try:
        manifest = parse_model_json(text)
    except InvalidModelError as error:
        name = opfs.name_of(folder, None)
        return None if name is None else (name, ModelArtifactsInfo(damage=str(error)))
    name = opfs.name_of(folder, manifest)
    return None if name is None else (name, opfs.info_in(manifest))
