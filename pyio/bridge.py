"""The bridge to the page, for Python that runs in a web worker.

A worker has no localStorage and no document, so ``localstorage://``, ``downloads://`` and
`pyio.pick_files` need the page. In JupyterLite and other IPython hosts, in marimo and in PyScript
workers on cross-origin isolated pages there is nothing to do: the first use that needs the page
brings the bridge there. The author of a page that starts a worker of its own adds one script::

    python -m pyio bridge > pyio-bridge.js

    <script src="pyio-bridge.js"></script>
    <script type="module">
      const worker = new Worker("worker.js", { type: "module", name: pyioBridge.workerName });
    </script>

The name is what the worker knows its page by, among all tabs of the origin. One that has another
name may contain this one, or else the tab that was used last is taken, which for localStorage makes
no difference. The script needs no ``eval``, and it has to be that of the pyio in the worker.
"""

from __future__ import annotations

__all__ = ["script"]


def script() -> str:
    """Return the text of the script, for a page that makes or serves it itself."""
    from pyio.browser.bridge.script import script

    return script()
