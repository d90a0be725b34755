"""Ways to run a script on the page of a notebook whose Python is in a worker.

pyio depends on none of these hosts: it uses the modules that are imported already.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from pyio.browser.environment import in_ipython, in_marimo, in_pyscript
from pyio.browser.ffi import JsException, array_of, js, options

if TYPE_CHECKING:
    from collections.abc import Callable

    Undo = Callable[[], None]
    """Removes the script from the notebook's output, which is shown and saved."""


@dataclass(frozen=True, slots=True)
class Host:
    """A host by its name, and its way to run the text of a script on its page."""

    name: str
    run: Callable[[str], Undo]


def find() -> Host | None:
    """Return the notebook that this Python runs in, or None."""
    for name, present, run in (
        ("marimo", in_marimo, _run_in_marimo),
        ("IPython", in_ipython, _run_in_ipython),
        ("PyScript", in_pyscript, _run_in_pyscript),
    ):
        if present():
            return Host(name, run)
    return None


def _run_in_marimo(text: str) -> Undo:
    # marimo drops inline scripts and keeps those with an address. The address of a Blob that was
    # made in the worker works on the page as well.
    marimo = sys.modules["marimo"]
    blob_js = js.Blob.new(array_of([text]), options(type="text/javascript"))
    url = str(js.URL.createObjectURL(blob_js))
    output = marimo.Html(f'<script src="{url}"></script>')
    marimo.output.append(output)

    def undo() -> None:
        js.URL.revokeObjectURL(url)
        # This function of marimo is not documented.
        remove = getattr(import_module("marimo._runtime.output._output"), "remove", None)
        if remove is not None:
            remove(output)

    return undo


def _run_in_ipython(text: str) -> Undo:
    display = import_module("IPython.display")
    handle = display.display(display.Javascript(text), display_id=True)
    # Not before the script has run: an output that is replaced at once is never shown.
    return lambda: handle.update({"text/html": ""}, raw=True)


def _run_in_pyscript(text: str) -> Undo:
    # The page's Content-Security-Policy may forbid eval; then the page may have the script tag.
    with suppress(JsException):
        sys.modules["pyscript"].window.eval(text)
    return lambda: None
