"""JavaScript values: conversions, exceptions and buffers for all modules of the border.

This module hides some facts of Pyodide. JavaScript ``null`` is `pyodide.ffi.jsnull` from Pyodide
0.28 on, and None before; ``undefined`` is None. ``to_js`` turns None into ``undefined`` and
integers from 2**53 - 1 into BigInt, so objects are built from JSON text. Exceptions of the browser
arrive as JsException and are distinguished by ``name``, never by their text.
"""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeAlias

from pyio.allocation import allocate
from pyio.errors import StorageError, StorageRefusedError, UnsupportedEnvironmentError
from pyio.progress import joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = [
    "IN_PYODIDE",
    "JSObject",
    "JsException",
    "JsProxy",
    "array_buffer",
    "array_of",
    "can_run_sync",
    "copy_bytes",
    "copy_in",
    "copy_out",
    "create_once_callable",
    "create_proxy",
    "is_bytes",
    "is_nothing",
    "js",
    "low_steps",
    "object_from_json",
    "optional",
    "options",
    "own_copy",
    "run_file",
    "run_sync",
    "storage_error",
    "to_js",
    "translated",
    "view_of",
]

IN_PYODIDE = sys.platform == "emscripten"

_NULL: Any = None

if TYPE_CHECKING or not IN_PYODIDE:
    js: Any = None
    pyodide_js: Any = None
    run_js: Any = None
    can_run_sync: Any = None
    create_once_callable: Any = None
    create_proxy: Any = None
    run_sync: Any = None
    JsBuffer: Any = None
    JsProxy: Any = None
    to_js: Any = None

    class JsException(Exception):  # noqa: N818 - Pyodide's own name
        """Stand-in for Pyodide's exception class; CPython never raises it."""

        name: str = ""
else:
    import js
    import pyodide_js
    from pyodide.code import run_js
    from pyodide.ffi import (
        JsBuffer,
        JsException,
        JsProxy,
        can_run_sync,
        create_once_callable,
        create_proxy,
        run_sync,
        to_js,
    )

    with suppress(ImportError):  # Pyodide before 0.28 turns null into None
        from pyodide.ffi import jsnull as _NULL  # noqa: N812 - a value, not a function


JSObject: TypeAlias = Any
"""A JavaScript value or a proxy of one; type checkers know nothing of its members."""


def run_file(name: str, whose: str) -> JSObject:
    """Return what a ``.js`` file of `pyio.browser` evaluates to; `whose` is for the error."""
    from importlib.resources import files  # late: it takes as long as a tenth of pyio

    try:
        return run_js(files("pyio.browser").joinpath(name).read_text("utf-8"))
    except JsException as error:
        raise UnsupportedEnvironmentError(
            f"for {whose} pyio runs a little JavaScript of its own, and this page does not allow "
            f"that ({error}); add 'unsafe-eval' to the script-src of its Content-Security-Policy, "
            "or use indexeddb://, which needs none"
        ) from error


def is_nothing(value_js: JSObject) -> bool:
    """Whether a value is ``null`` or ``undefined``, in every Pyodide."""
    return value_js is None or value_js is _NULL


def optional(value_js: JSObject) -> Any:
    """Return the value, or None for ``null`` and ``undefined``."""
    return None if is_nothing(value_js) else value_js


def array_of(values: Sequence[Any]) -> JSObject:
    """Return a JavaScript array of values that cross the border unchanged (texts, JS values)."""
    return to_js(list(values), depth=1)


def object_from_json(text: str) -> JSObject:
    """Return the object that JSON `text` describes: null stays null, big integers stay numbers."""
    return js.JSON.parse(text)


def options(**members: Any) -> JSObject:
    """Return a plain JavaScript object with these members."""
    return to_js(members, dict_converter=js.Object.fromEntries)


def array_buffer(
    buffers: Sequence[memoryview],
    moved: Callable[[int], None] | None = None,
    spare_js: JSObject | None = None,
) -> JSObject:
    """Copy `buffers` one after another into one ArrayBuffer: the only copy that a save makes.

    `moved` is called with the number of bytes after each part. `spare_js` is an unused ArrayBuffer
    of the right size; without it a new one is made. The result is an ArrayBuffer of its own: a view
    of WebAssembly memory would be stored with the whole heap behind it.
    """
    buffers = [buffer for buffer in buffers if buffer.nbytes]
    if len(buffers) == 1 and moved is None and spare_js is None:
        return own_copy(buffers[0]).buffer  # a new ArrayBuffer would be filled with zeros first
    if spare_js is None:
        spare_js = js.ArrayBuffer.new(sum(buffer.nbytes for buffer in buffers))
    buffer_js = spare_js
    new_view = js.Uint8Array.new
    start = 0
    for part in joined(buffers):
        copy_out(part, new_view(buffer_js, start, part.nbytes))
        start += part.nbytes
        if moved is not None:
            moved(part.nbytes)
    return buffer_js


_are_bytes: dict[type, bool] = {}
"""Class of a proxy -> whether such proxies have bytes. Pyodide takes some ten calls to tell. It has
one class for each combination of features."""


def is_bytes(value_js: JSObject) -> bool:
    """Whether a value is an ArrayBuffer or a view of one."""
    kind = type(value_js)
    if kind not in _are_bytes:
        _are_bytes[kind] = isinstance(value_js, JsBuffer)
    return _are_bytes[kind]


def copy_bytes(value_js: JSObject) -> memoryview:
    """Copy an ArrayBuffer, or a view of one, into WebAssembly memory: the only copy of a load.

    Raises OutOfMemoryError. ``to_memoryview`` and ``to_bytes`` would end Pyodide then.
    """
    target = allocate(int(value_js.byteLength), "a buffer of the browser", zeros=False)
    if target.nbytes:
        if not hasattr(value_js, "byteOffset"):
            # Beyond 2 GiB it is copied in parts, which an ArrayBuffer does not give.
            value_js = value_js if _heap_bytes() <= _HALF else js.Uint8Array.new(value_js)
        elif getattr(value_js, "BYTES_PER_ELEMENT", 0) != 1:  # its elements are no bytes
            extent = (value_js.byteOffset, target.nbytes)
            value_js = js.Uint8Array.new(value_js.buffer, *extent)
        copy_in(value_js, target)
    return target


@contextmanager
def view_of(piece: memoryview) -> Iterator[JSObject]:
    """Give a Uint8Array of Python's memory itself, one of `low_steps`.

    Little may be done in Python meanwhile: memory that grows takes its views away.
    """
    proxy = create_proxy(piece)
    try:
        buffer_js = proxy.getBuffer("u8")
        try:
            yield buffer_js.data
        finally:
            buffer_js.release()
    finally:
        proxy.destroy()


_HALF = 2**31
_STEP = 256 * 1024
_LOW = memoryview(bytearray(_STEP if IN_PYODIDE else 0))
"""Memory below 2 GiB: it is there before any model is."""


def low_steps(piece: memoryview) -> Iterator[tuple[memoryview, memoryview]]:
    """Yield the parts of `piece`, each with memory for it that JavaScript can reach.

    That is the part itself, or, if memory goes beyond 2 GiB, other memory to copy through. Pyodide
    314 takes addresses from there on for negative numbers: ``getBuffer`` raises RangeError then,
    `assign_to` does too, and `assign` and `to_js` copy other bytes without any error.
    """
    if _heap_bytes() <= _HALF:
        yield piece, piece
        return
    for start in range(0, piece.nbytes, _STEP):
        part = piece[start : start + _STEP]
        yield part, _LOW[: part.nbytes]


def _heap_bytes() -> int:
    module_js = getattr(pyodide_js, "_module", None)
    heap_js = getattr(module_js, "HEAPU8", None)
    return 2 * _HALF if heap_js is None else int(heap_js.length)


def copy_in(bytes_js: JSObject, target: memoryview) -> None:
    """Copy the bytes of a typed array into Python's memory of the same size."""
    if not target.nbytes:
        return
    if _heap_bytes() <= _HALF:
        bytes_js.assign_to(target)  # a view of Python's memory takes a hundred times as long
        return
    start = 0
    for part, low in low_steps(target):
        end = start + part.nbytes
        with view_of(low) as view_js:
            view_js.set(bytes_js.subarray(start, end))
        part[:] = low
        start = end


def copy_out(piece: memoryview, bytes_js: JSObject) -> None:
    """Copy Python's bytes into a Uint8Array of the same size."""
    if not piece.nbytes:
        return
    if _heap_bytes() <= _HALF:
        bytes_js.assign(piece)
        return
    start = 0
    for part, low in low_steps(piece):
        low[:] = part
        with view_of(low) as view_js:
            bytes_js.set(view_js, start)
        start += part.nbytes


def own_copy(piece: memoryview) -> JSObject:
    """Return a Uint8Array with a copy of Python's bytes."""
    if piece.nbytes and _heap_bytes() <= _HALF:
        return to_js(piece)
    bytes_js = js.Uint8Array.new(piece.nbytes)
    copy_out(piece, bytes_js)
    return bytes_js


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn exceptions of the browser inside the block into pyio's, with the original as cause."""
    try:
        yield
    except JsException as error:
        raise storage_error(error, what) from error


def storage_error(error_js: JSObject, what: str) -> StorageError:
    """Return the StorageError that says what failed and what the browser said."""
    reason, message = _said(error_js)
    if _DENIED in message:
        reason = "SecurityError"
    hint = _HINTS.get(reason)
    kind = StorageRefusedError if reason == "SecurityError" else StorageError
    told = f"{what} failed: {reason}" + (f": {message}" if message else "")
    return kind(told + (f" ({hint})" if hint else ""), reason)


def _said(error_js: JSObject) -> tuple[str, str]:
    """Return the name and the message of a browser's exception."""
    # A DOMException without a stack, as some are, comes wrapped in an Error that quotes it.
    quoted = _QUOTED.search(str(error_js.message))
    if quoted is not None:
        return quoted[1], quoted[2]
    return str(error_js.name), str(error_js.message)


_DENIED = "denied permission"
"""Chromium's message, in an UnknownError, for opening IndexedDB if site data are blocked."""

_QUOTED = re.compile(r'thrown value gives """(\w+): (.*?)"""', re.DOTALL)

_HINTS = {
    "SecurityError": "the browser does not let this page store anything; allow site data for it, "
    "or open it outside of a sandboxed frame",
    "UnknownError": "the browser gives no reason; a full disk is one, and a private window, which "
    "keeps everything in memory, refuses large models so",
}
