"""Serve the demo page and the manual: ``python3 scripts/demo.py [--port 8000] [--build DIR]``.

With ``--address URL`` the built site also has JupyterLite and marimo under ``/try/``.

The first start fetches Pyodide and NumPy into ``web/vendor/``. Each start builds the wheel, and
builds the manual again if its sources have changed. Needs Python 3.11 or newer and pip.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from threading import Event

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.support import runtime
from scripts.support.demo import add_packages, add_wheel, open_site, prepare
from scripts.support.site import ManualError, build_manual, write_site
from scripts.support.try_out import add_notebooks


def serve(port: int) -> None:
    """Serve until Ctrl-C. The page is there at once, the manual as soon as it is built."""
    with open_site(port) as site:
        print(f"The demo page is at {site.url}/ (Ctrl-C stops the server).", flush=True)
        try:
            build_manual()
            print(f"The manual is at {site.url}/manual/", flush=True)
        except ManualError as error:
            print(f"The manual is not served: {error}", flush=True)
        Event().wait()


def main() -> None:
    """Prepare everything, then serve it or write it to a folder."""
    parser = argparse.ArgumentParser(
        description="Serve the demo page at / and the manual at /manual/.",
        epilog="Needs Python 3.11 or newer and pip; everything else is fetched on the first start.",
    )
    parser.add_argument("--port", type=int, default=8000, help="default: %(default)s")
    parser.add_argument(
        "--build", type=Path, metavar="DIR", help="write the static site to DIR and exit"
    )
    parser.add_argument(
        "--address",
        metavar="URL",
        help="with --build: where the site will be; adds JupyterLite and marimo under /try/",
    )
    options = parser.parse_args()
    try:
        runtime.ensure(runtime.VENDOR)
        if options.build is None:
            prepare()
            serve(options.port)
        else:
            wheel = add_wheel(write_site(options.build, runtime.VENDOR / "pyodide"))
            add_packages(options.build, wheel)
            if options.address:
                add_notebooks(options.build, wheel, options.address)
            print(f"The site is in {options.build}.")
    except (ManualError, runtime.FetchError, subprocess.CalledProcessError, OSError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main()
