"""The coroutine functions of `pyio` as plain functions, which wait until the work is done.

    pyio.sync.save_model(model, "localstorage://m")
    model = pyio.sync.load_layers_model("localstorage://m")
    history = pyio.sync.fit(model, x, y, epochs=10)
    result = pyio.sync.run(handler.save(artifacts))  # for whatever else can be awaited

Each takes and returns what its namesake in `pyio` does; `fit` is `LayersModel.fit`. In a browser
they need JavaScript Promise Integration, in CPython a thread without a running event loop. If they
cannot wait, they raise UnsupportedEnvironmentError before anything has begun; use ``await`` then.
They never wait inside an ``on_progress``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from functools import wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from pyio.browser.ffi import IN_PYODIDE
from pyio.browser.waiting import missing_waiting, wait
from pyio.errors import UnsupportedEnvironmentError
from pyio.progress import in_callback
from pyio.tracebacks import short

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from pyio.handlers import picked_files
    from pyio.models import load, verification
    from pyio.models.serialization import write
    from pyio.models.training import fit as training
    from pyio.operations import (
        arrays,
        catalog,
        inspection,
        objects,
        persistence,
        report,
        transfer,
    )
    from pyio.operations import repair as repairing
    from pyio.tensors import stream

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
        if isinstance(awaitable, Coroutine):
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

    @short
    @wraps(function)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        return run(function(*args, **kwargs))

    return call


if TYPE_CHECKING:  # for type checkers and editors; __getattr__ makes the functions
    copy_model = blocking(catalog.copy_model)
    decode_weights_stream = blocking(stream.decode_weights_stream)
    exists = blocking(inspection.exists)
    fit = blocking(training.fit)
    inspect = blocking(inspection.inspect)
    list_models = blocking(catalog.list_models)
    load_arrays = blocking(arrays.load_arrays)
    load_artifacts = blocking(transfer.load_artifacts)
    load_graph_model = blocking(load.load_graph_model)
    load_layers_model = blocking(load.load_layers_model)
    load_object = blocking(objects.load_object)
    load_model = blocking(load.load_model)
    load_weights = blocking(arrays.load_weights)
    move_model = blocking(catalog.move_model)
    pick_files = blocking(picked_files.pick_files)
    remove_model = blocking(catalog.remove_model)
    repair = blocking(repairing.repair)
    request_persistence = blocking(persistence.request_persistence)
    save_arrays = blocking(arrays.save_arrays)
    save_artifacts = blocking(transfer.save_artifacts)
    save_model = blocking(write.save_model)
    save_object = blocking(objects.save_object)
    storage_report = blocking(report.storage_report)
    verify = blocking(verification.verify)

_FUNCTIONS = {
    "pyio.handlers.picked_files": "pick_files",
    "pyio.models.load": "load_graph_model load_layers_model load_model",
    "pyio.models.serialization.write": "save_model",
    "pyio.models.training.fit": "fit",
    "pyio.models.verification": "verify",
    "pyio.operations.arrays": "load_arrays load_weights save_arrays",
    "pyio.operations.catalog": "copy_model list_models move_model remove_model",
    "pyio.operations.inspection": "exists inspect",
    "pyio.operations.objects": "load_object save_object",
    "pyio.operations.persistence": "request_persistence",
    "pyio.operations.repair": "repair",
    "pyio.operations.report": "storage_report",
    "pyio.operations.transfer": "load_artifacts save_artifacts",
    "pyio.tensors.stream": "decode_weights_stream",
}
"""Module -> its coroutine functions. Some modules need NumPy, so they are imported at first use."""

_MODULE_OF = {name: module for module, names in _FUNCTIONS.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module 'pyio.sync' has no attribute {name!r}")
    made = globals()[name] = blocking(getattr(import_module(module), name))
    return made


def __dir__() -> list[str]:
    return sorted({"blocking", "run", *_MODULE_OF})
