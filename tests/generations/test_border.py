"""Differences between versions of Pyodide, which pyio/browser/ hides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

    from tests.support.tabs import Tab

PYTHONS = {
    "pyodide-0.27.7": ["0.27.7", "3.12", False],
    "pyodide-0.29.3": ["0.29.3", "3.13", True],
    "pyodide": ["314.0.3", "3.14", True],
}
"""Folder -> the version of Pyodide, that of Python, and whether ``null`` is a value of its own."""


def test_which_is_which(tab: Tab, request: pytest.FixtureRequest) -> None:
    """The tests of this folder run in the Pyodide and on the thread that their id names."""

    def versions() -> Any:
        import sys

        import js
        import pyodide

        python = ".".join(map(str, sys.version_info[:2]))
        own_null = js.JSON.parse("null") is not None
        thread = "page" if hasattr(js, "Window") else "worker"
        return [[pyodide.__version__, python, own_null], thread]

    start = request.node.callspec.params["shared_tab"]
    thread = "page" if start.thread == "page" else "worker"
    assert tab.python(versions) == [PYTHONS[start.folder], thread]


def test_null_and_undefined(tab: Tab) -> None:
    """Null and undefined both count as missing, in every Pyodide; other falsy values do not."""

    def nothings() -> Any:
        import js

        from pyio.browser.ffi import is_nothing, object_from_json, optional

        found = object_from_json('{"null": null, "zero": 0, "empty": "", "no": false}')
        names = ("null", "zero", "empty", "no")
        values = [getattr(found, name) for name in names]
        absent = getattr(js.Object.new(), "absent", None)
        return [
            [*map(is_nothing, values), is_nothing(absent)],
            [optional(value) for value in values],
        ]

    flags, values = tab.python(nothings)
    assert flags == [True, False, False, False, True]
    assert values == [None, 0, "", False]


def test_what_is_bytes(tab: Tab) -> None:
    """Buffers and views of every kind are accepted as bytes; a view gives only its own range."""

    def kinds() -> Any:
        import js

        from pyio.browser.ffi import array_buffer, copy_bytes, is_bytes

        buffer = array_buffer([memoryview(bytes(range(4))), memoryview(bytes(range(4, 16)))])
        views = [
            buffer,
            js.Uint8Array.new(buffer, 2, 3),
            js.Float32Array.new(buffer, 4, 1),
            js.BigInt64Array.new(buffer, 8, 1),
            js.DataView.new(buffer, 1, 2),
        ]
        others = [js.Object.new(), js.Array.new(), "text", None, js.Blob.new()]
        return [[copy_bytes(view).tolist() for view in views], [*map(is_bytes, views + others)]]

    copied, flags = tab.python(kinds)
    assert copied == [
        list(range(16)),
        [2, 3, 4],
        [4, 5, 6, 7],
        list(range(8, 16)),
        [1, 2],
    ]
    assert flags == [True] * 5 + [False] * 5


def test_the_browsers_errors_have_names(tab: Tab) -> None:
    """A DOMException is raised as a StorageError that contains its name."""

    def provoke() -> Any:
        import js

        import pyio
        from pyio.browser.ffi import translated

        try:
            with translated("cloning a function"):
                js.structuredClone(js.Object.new().toString)
        except pyio.StorageError as error:
            return [error.reason, str(error)[:43], type(error.__cause__).__name__]

    assert tab.python(provoke) == [
        "DataCloneError",
        "cloning a function failed: DataCloneError: ",
        "JsException",
    ]
