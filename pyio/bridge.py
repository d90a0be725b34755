"""The bridge to the page, for Python that runs in a web worker.

A worker has no localStorage and no document, so ``localstorage://``, ``downloads://`` and
`pyio.pick_files` need the page. In some hosts pyio loads the bridge into the page when it is first
needed: in JupyterLite and other IPython hosts, in marimo, and in PyScript workers on cross-origin
isolated pages. A page that starts its own worker needs one script::

    python -m pyio bridge > pyio-bridge.js

    <script src="pyio-bridge.js"></script>
    <script type="module">
      const worker = new Worker("worker.js", { type: "module", name: pyioBridge.workerName });
    </script>

By this name the worker finds its page among all tabs of the origin. Another name may contain it.
Without it the worker takes the tab that was used last, which makes no difference for localStorage.
The script needs no ``eval``. It must come from the same version of pyio as the worker's.
"""

from __future__ import annotations

__all__ = ["script"]


def script() -> str:
    """Return the text of the script, for a program that writes or serves the page."""
    from pyio.browser.bridge.script import script

    return script()
