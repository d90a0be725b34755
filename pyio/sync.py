"""The coroutine functions of `pyio` as plain functions, which wait until the work is done.

    pyio.sync.save_model(model, "localstorage://m")
    model = pyio.sync.load_layers_model("localstorage://m")
    result = pyio.sync.run(handler.save(artifacts))  # for whatever else can be awaited

Each takes and returns what its namesake in `pyio` does. In a browser they need JavaScript Promise
Integration, in CPython a thread whose event loop does not run; where they cannot wait they raise
UnsupportedEnvironmentError before anything has begun, and ``await`` is the way. They never wait
inside an ``on_progress``.
"""

from __future__ import annotations

import asyncio
from functools import wraps
from inspect import iscoroutine, iscoroutinefunction
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import pyio
from pyio.browser.ffi import IN_PYODIDE
from pyio.browser.waiting import missing_waiting, wait
from pyio.errors import UnsupportedEnvironmentError
from pyio.progress import in_callback

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

_P = ParamSpec("_P")
_T = TypeVar("_T")


def run(awaitable: Awaitable[_T]) -> _T:
    """Wait for a coroutine or another awaitable and return its result, or raise what it raises.

    Raises UnsupportedEnvironmentError where this Python cannot wait; the coroutine has not begun
    then and is closed.
    """
    try:
        _require_waiting()
    except UnsupportedEnvironmentError:
        if iscoroutine(awaitable):
            awaitable.close()
        raise
    return wait(awaitable) if IN_PYODIDE else asyncio.run(_awaited(awaitable))


async def _awaited(awaitable: Awaitable[_T]) -> _T:
    return await awaitable


def _require_waiting() -> None:
    if in_callback():  # its operation holds a lock until the callback returns
        raise UnsupportedEnvironmentError(
            "pyio.sync cannot wait inside on_progress, because the operation that reports goes on "
            "only when the callback has returned. Call it after that operation"
        )
    missing = missing_waiting() if IN_PYODIDE else _running_loop()
    if missing is not None:
        raise UnsupportedEnvironmentError(
            f"pyio.sync cannot wait here: {missing}. Use await instead, as in "
            "`await pyio.list_models()`, which works everywhere"
        )


def _running_loop() -> str | None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return None
    return "an event loop runs in this thread already, as in a Jupyter notebook"


def blocking(function: Callable[_P, Coroutine[Any, Any, _T]]) -> Callable[_P, _T]:
    """Return a plain function that calls the coroutine function `function` and waits for it."""

    @wraps(function)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        return run(function(*args, **kwargs))

    return call


if TYPE_CHECKING:  # for editors and type checkers; __getattr__ makes them
    copy_model = blocking(pyio.copy_model)
    decode_weights_stream = blocking(pyio.decode_weights_stream)
    exists = blocking(pyio.exists)
    inspect = blocking(pyio.inspect)
    list_models = blocking(pyio.list_models)
    load_arrays = blocking(pyio.load_arrays)
    load_artifacts = blocking(pyio.load_artifacts)
    load_layers_model = blocking(pyio.load_layers_model)
    load_weights = blocking(pyio.load_weights)
    move_model = blocking(pyio.move_model)
    pick_files = blocking(pyio.pick_files)
    remove_model = blocking(pyio.remove_model)
    repair = blocking(pyio.repair)
    request_persistence = blocking(pyio.request_persistence)
    save_arrays = blocking(pyio.save_arrays)
    save_artifacts = blocking(pyio.save_artifacts)
    save_model = blocking(pyio.save_model)
    storage_report = blocking(pyio.storage_report)


def __getattr__(name: str) -> Any:
    function = None if name.startswith("_") else getattr(pyio, name, None)
    if not iscoroutinefunction(function):
        raise AttributeError(f"module 'pyio.sync' has no attribute {name!r}")
    made = globals()[name] = blocking(function)
    return made


def __dir__() -> list[str]:
    names = [name for name in pyio.__all__ if iscoroutinefunction(getattr(pyio, name))]
    return sorted({"blocking", "run", *names})
