"""Waiting for an awaitable without ``await``: the browser lets WebAssembly pause, or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pyio.browser.ffi import can_run_sync, js, run_sync

if TYPE_CHECKING:
    from collections.abc import Awaitable

_T = TypeVar("_T")


def missing_waiting() -> str | None:
    """Return the reason why this Python cannot pause here, or None."""
    if can_run_sync():
        return None
    if hasattr(js.WebAssembly, "Suspending"):
        return (
            "this code was called by JavaScript in a way that cannot pause; start it with "
            "pyodide.runPythonAsync, or call a function of Python's with callPromising"
        )
    if hasattr(js, "process"):
        where, remedy = "Node", "newer ones do, some with --experimental-wasm-jspi"
    else:
        where, remedy = "browser", "Chromium has it since version 137"
    return f"this {where} has no JavaScript Promise Integration ({remedy})"


def wait(awaitable: Awaitable[_T]) -> _T:
    """Pause until `awaitable` is done and return its result; other tasks go on meanwhile."""
    results: list[_T] = []
    failures: list[BaseException] = []

    async def settle() -> None:
        # Neither result nor exception crosses to JavaScript and back this way.
        try:
            results.append(await awaitable)
        except BaseException as error:  # noqa: BLE001 -- raised again below
            failures.append(error)

    run_sync(settle())
    if failures:
        raise failures[0]
    return results[0]
