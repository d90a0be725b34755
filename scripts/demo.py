"""Serve the demo page: ``python3 scripts/demo.py [--port 8000]``.

Fetches Pyodide and NumPy into ``web/vendor/`` the first time, builds the wheel beside them and
serves ``web/``. Needs Python 3.11 or newer and pip, nothing else.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from threading import Event

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.support import runtime
from scripts.support.demo import add_wheel, serve


def main() -> None:
    """Make everything ready, serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description="Serve the demo page of pyio.")
    parser.add_argument("--port", type=int, default=8000, help="default: %(default)s")
    port = parser.parse_args().port
    try:
        runtime.ensure(runtime.VENDOR)
        print("Building the wheel ...", flush=True)
        add_wheel(runtime.VENDOR / "wheels")
        with serve(port) as site:
            print(f"The demo page is at {site.url}/ (Ctrl-C ends it).", flush=True)
            Event().wait()
    except (runtime.FetchError, subprocess.CalledProcessError, OSError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main()
