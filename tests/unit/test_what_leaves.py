"""What may leave a call: what pyio cannot use, arguments and files, is an error of its own."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import itertools
import os
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest

import pyio
from pyio.models.core.config import COMMON
from pyio.models.serialization.registry import FAMILY_OF, layer_class
from tests.support.models import artifacts, model_json, run, weight

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


JUNK: list[Any] = [
    *(None, 5, -1, float("nan"), 10**400, b"x", "", "x", "://", object(), len),
    *([], {}, (), [1], {"a": 1}, {1: 2}, {"a": [1, [2]]}, [{"paths": 5}], {"w": [[1], [1, 2]]}),
    *("memory://", "memory://x\ud800", "file://", "file://a\0b", "file:///dev/null/x", "ftp://x"),
    *("indexeddb://a", "localstorage://a", "downloads://a", "http://", "file:///dev/zero"),
]
NUMBERS: list[Any] = [
    *(np.float32(1), np.int64(2), np.ones(3), np.ones((2, 3, 3)), {1, 2}, True, 2**31, 1e30),
    *([None], [-1], [[]], [2**40] * 2, [[1, 2], [3]], ([1, 2], [3]), np.array(["a"]), b"x"),
]
NOT_CALLED = {
    "LazyWeights": "load_artifacts makes it, from what it has checked",
    "LazyArtifacts": "load_artifacts makes it, from what it has checked",
    "pick_files": "asks a person",
    "with_save_handler": "takes a function and returns it, and cannot know what it raises",
}


def functions() -> list[str]:
    """Every public name that is called, and is no error and no protocol."""
    found = []
    for name in pyio.__all__:
        value = getattr(pyio, name)
        protocol = getattr(value, "_is_protocol", False)
        error = isinstance(value, type) and issubclass(value, BaseException | Warning)
        if callable(value) and not error and not protocol and name not in NOT_CALLED:
            found.append(name)
    return found


def leaves(function: Callable[..., Any], *arguments: Any) -> BaseException | None:
    """Call it and return what leaves that no error of pyio is."""

    async def call() -> None:
        result = function(*arguments)
        if inspect.isawaitable(result):
            await asyncio.wait_for(result, 10)

    try:
        asyncio.run(call())
    except pyio.PyioError:
        return None
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        return error
    return None


def needed(function: Callable[..., Any]) -> int:
    """How many arguments a call needs."""
    parameters = inspect.signature(function).parameters.values()
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(p.default is p.empty and p.kind in positional for p in parameters)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", functions())
def test_unusable_arguments(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is given for the arguments that a function needs, only errors of pyio leave it."""
    monkeypatch.chdir(tmp_path)
    function = getattr(pyio, name)
    count = needed(function)
    alike = [(junk,) * count for junk in JUNK]
    tried = itertools.product(JUNK, repeat=count) if count in (1, 2) else alike
    found = {}
    try:
        for arguments in tried:
            error = leaves(function, *arguments)
            if error is not None:
                found[repr(arguments)] = repr(error)
    finally:
        if "register" in name:
            pyio.unregister_router(cast("Any", len))
    assert found == {}


NEEDED: list[dict[str, Any]] = [
    {},
    {"units": 2},
    {"filters": 2, "kernel_size": 2},
    {"kernel_size": 2},
    {"layer": {"class_name": "Dense", "config": {"units": 1}}},
    {"input_dim": 3, "output_dim": 2},
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FAMILY_OF)
def test_unusable_options_and_inputs_of_layers(name: str) -> None:
    """A layer that cannot be made, and arrays that do not fit it, are errors of pyio."""
    made = layer_class(name)
    assert made is not None
    wrong = {}
    kinds = [needs for needs in NEEDED if needs.keys() <= made.options.keys()]
    for option, junk in itertools.product([*made.options, *COMMON], JUNK + NUMBERS):
        for needs in kinds:
            error = raised(lambda **options: made(**options).get_config(), needs | {option: junk})
            if error is not None:
                wrong[f"{option}={junk!r:.40}"] = repr(error)
    for needs in kinds:
        with contextlib.suppress(pyio.PyioError):
            layer = made(**needs)
            for junk in [*JUNK, *NUMBERS, [np.ones((2, 3)), np.ones((2, 4))], np.ones((2, 4))]:
                error = raised(layer, {"inputs": junk})
                if error is not None:
                    wrong[f"{needs} called with {junk!r:.40}"] = repr(error)
    assert wrong == {}


def raised(function: Callable[..., Any], keywords: dict[str, Any]) -> Exception | None:
    """Call it and return what leaves that no error of pyio is; it has no await."""
    try:
        function(**keywords)
    except pyio.PyioError:
        return None
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        return error
    return None


def test_a_layer_in_two_places_of_different_shapes() -> None:
    """A layer has one kernel: the other place is an error that names the layer and the shapes."""
    layer = pyio.layers.Dense(2, name="shared")
    inputs = [pyio.Input((3,)), pyio.Input((4,))]
    model = pyio.Model(inputs, [layer(each) for each in inputs])
    with pytest.raises(pyio.ModelInputError, match=r"'shared' .* \[\(1, 4\)\]; its weights .*3, 2"):
        model.predict([np.ones((1, 3)), np.ones((1, 4))])


def test_a_mistake_in_a_layer_of_the_users_own_stays_what_it_is() -> None:
    """Its traceback leads to the line."""

    class Wrong(pyio.layers.Layer):
        def call(self, x: Any) -> Any:
            return x.reshape(7, 7)

    for layer in (Wrong(), pyio.layers.TimeDistributed(Wrong())):
        with pytest.raises(ValueError, match="cannot reshape"):
            layer(np.ones((2, 3, 3)))


def test_whole_numbers_that_no_int32_is() -> None:
    """They would become other numbers."""
    with pytest.raises(pyio.ModelInputError, match=r"as int32; got numbers from 1099511627776 to"):
        pyio.layers.Flatten()(np.array([[2**40]]))


def nest(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": [value]}
    return value


def hostile(place: Path) -> None:
    """Fill a directory with what should not be there."""
    odd: dict[str, Callable[[Path], Any]] = {
        "pipe": lambda path: os.mkfifo(path / "model.json"),
        "device": lambda path: (path / "model.json").symlink_to("/dev/zero"),
        "circle": lambda path: (path / "model.json").symlink_to("model.json"),
        "directory": lambda path: (path / "model.json").mkdir(),
        "surrogate": lambda path: put(path, paths=["\ud800"]),
        "long": lambda path: put(path, paths=["x" * 5000]),
        "nul": lambda path: put(path, paths=["a\0b"]),
        "itself": lambda path: put(path, paths=["model.json"]),
        "negative": lambda path: put(path, shape=[-1]),
        "huge": lambda path: put(path, shape=[2**52, 2**52]),
        "deep": lambda path: put(path, fields={"userDefinedMetadata": nest(200)}),
        "deeper": lambda path: put(path, fields={"userDefinedMetadata": nest(240)}),
        "too deep": lambda path: put(path, fields={"modelTopology": nest(400)}),
        "binary": lambda path: (path / "model.json").write_bytes(bytes(range(256))),
        "utf-16": lambda path: (path / "model.json").write_bytes('{"a":1}'.encode("utf-16")),
        "empty": lambda path: (path / "model.json").write_bytes(b""),
    }
    for name, make in odd.items():
        (place / name).mkdir(parents=True)
        make(place / name)


def put(
    path: Path,
    *,
    paths: list[str] | None = None,
    shape: list[int] | None = None,
    fields: dict[str, Any] | None = None,
) -> None:
    manifest = {"paths": paths or ["w"], "weights": [weight("w", 1) | {"shape": shape or [1]}]}
    (path / "w").write_bytes(b"1234")
    (path / "model.json").write_bytes(model_json([manifest], **fields or {}))


def test_hostile_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file makes another exception leave loading, looking, copying, saving or repairing."""
    hostile(tmp_path)
    monkeypatch.chdir(tmp_path)
    works: dict[str, Callable[[str], Any]] = {
        "load": pyio.load_artifacts,
        "arrays": pyio.load_arrays,
        "model": pyio.load_layers_model,
        "unknown": lambda url: pyio.load_layers_model(url, allow_unknown=True),
        "inspect": lambda url: repr(run(pyio.inspect(url))),
        "exists": pyio.exists,
        "copy": lambda url: pyio.copy_model(url, "memory://x", overwrite=True),
        "repair": lambda url: str(run(pyio.repair(url, apply=True, older_than=0))),
        "save": lambda url: pyio.save_artifacts(artifacts(), url),
    }
    found = {}
    for name, work in works.items():
        for directory in sorted(tmp_path.iterdir()):
            for url in (f"file://{directory}", f"file://{directory}/model.json"):
                error = leaves(work, url)
                if error is not None:
                    found[name, directory.name] = repr(error)
    assert found == {}
