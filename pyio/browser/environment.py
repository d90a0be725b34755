"""The environment of this Python: where it can store models, and what is missing, as text.

Changes nothing and imports no notebook: looks only at modules that are imported already.
"""

from __future__ import annotations

import sys

from pyio.browser.ffi import IN_PYODIDE, js


def missing_indexed_db() -> str | None:
    """Return the reason why IndexedDB does not work here, or None."""
    return _missing("indexedDB", "IndexedDB", "; Pyodide in Node has none")


def missing_local_storage() -> str | None:
    """Return the reason why localStorage does not work here, or None."""
    return _missing_on_page("localStorage")


def missing_opfs() -> str | None:
    """Return the reason why the origin private file system does not work here, or None."""
    if not IN_PYODIDE:
        return (
            "the origin private file system exists in a browser, and this Python does not run in "
            "one"
        )
    storage_js = getattr(getattr(js, "navigator", None), "storage", None)
    if hasattr(storage_js, "getDirectory"):
        return None
    return (
        "there is no origin private file system here; browsers have it on https and on localhost, "
        "and Pyodide in Node has none"
    )


def missing_downloads() -> str | None:
    """Return the reason why downloads do not work here, or None."""
    return _missing_on_page("downloads")


def missing_picker() -> str | None:
    """Return the reason why files cannot be picked here, or None."""
    return _missing_on_page("picking files")


def missing_persistence() -> str | None:
    """Return the reason why persistent storage cannot be requested here, or None."""
    return _missing_on_page("asking for persistent storage")


def _missing(member: str, what: str, where: str) -> str | None:
    if not IN_PYODIDE:
        return f"{what} exists in a browser, and this Python does not run in one"
    return None if hasattr(js, member) else f"there is no {what} here{where}"


def in_worker() -> bool:
    """Whether this Python runs in a web worker, which reaches its page over a bridge."""
    # Not `document`: PyScript puts a proxy of it into its workers.
    return not hasattr(js, "Window") and hasattr(js, "WorkerGlobalScope")


def _missing_on_page(what: str) -> str | None:
    if not IN_PYODIDE:
        return f"{what} needs a browser's page, and this Python does not run in one"
    # The first request shows whether a worker can reach its page.
    if hasattr(js, "Window") or in_worker():
        return None
    return f"{what} needs a browser's page, and this Python runs in Node"


def in_marimo() -> bool:
    """Whether this Python runs in a marimo notebook."""
    marimo = sys.modules.get("marimo")
    return marimo is not None and bool(marimo.running_in_notebook())


def in_ipython() -> bool:
    """Whether this Python runs in an IPython notebook, and not on a terminal."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return shell is not None and not type(shell).__module__.startswith("IPython.terminal")


def in_pyscript() -> bool:
    """Whether this Python is PyScript's and reaches the page.

    Without cross-origin isolation its workers have a stand-in of `window` that has no members.
    """
    return hasattr(getattr(sys.modules.get("pyscript"), "window", None), "document")
